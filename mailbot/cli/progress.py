"""How far long work is, on a line of a terminal. It knows nothing of the work."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

WIDE = 30
"""Columns of the bar."""
PAUSE = 0.1
"""Seconds between two looks of the line."""


class Bar:
    """A line on standard error while it is open, gone afterwards; nothing at all where that is no terminal."""

    def __init__(self, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = sys.stderr if out is None else out
        self._clock, self._next, self._shown = clock, clock() + PAUSE, 0
        self._terminal = self._out.isatty()

    def __call__(self, step: str, done: int, of: int) -> None:
        """So much of a step is done, and so much there is; shown ten times a second at most."""
        if not self._terminal or self._clock() < self._next:
            return
        share = min(1.0, done / of) if of else 1.0
        line = f"{step:<16} [{'#' * int(share * WIDE):<{WIDE}}] {share:4.0%}"
        self._next, self._shown = self._clock() + PAUSE, len(line)
        print(f"\r{line}", end="", file=self._out, flush=True)

    def clear(self) -> None:
        """The line is free for something else."""
        if self._shown:
            print(f"\r{' ' * self._shown}\r", end="", file=self._out, flush=True)
        self._shown = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.clear()
