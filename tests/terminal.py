"""A terminal with a shell in it, as somebody sits before: types, reads what comes, sees the exit code of each command.
Of mailbot it knows how it is put
within reach."""

import os
import pty
import re
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent

PROMPT = re.compile(r"<(\d+)>\$ ")
PATIENCE = 60.0
INTERRUPT, END = "\x03", "\x04"
"""Ctrl-C and Ctrl-D, which need no Enter."""


class Terminal:
    """A bash without settings of its own in a folder; ends with `with`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._read, self._seen = "", 0
        self._process, self._screen = pty.fork()
        if self._process == 0:
            os.chdir(folder)
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests may have it ignored
            prompts = {"PS1": "<$?>$ ", "PS2": "", "TERM": "dumb"}
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "--noediting"], {**environment, **prompts})

    def __enter__(self) -> "Terminal":
        self.expect(PROMPT)
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._process, signal.SIGHUP)
        os.close(self._screen)
        os.waitpid(self._process, 0)

    def type(self, text: str, end: str = "\n") -> None:
        """Types a line; it is echoed like any."""
        os.write(self._screen, (text + end).encode())

    def expect(self, wanted: str | re.Pattern[str], patience: float = PATIENCE) -> str:
        """Waits until this is shown, and returns what was shown before it since the last time."""
        pattern = re.compile(re.escape(wanted)) if isinstance(wanted, str) else wanted
        until = time.monotonic() + patience
        while not (found := pattern.search(self._read, self._seen)):
            left = until - time.monotonic()
            assert select.select([self._screen], [], [], max(left, 0))[0], f"{wanted} never came: {self.unread}"
            self._read += os.read(self._screen, 1 << 16).decode("utf-8", "replace").replace("\r\n", "\n")
        said, self._seen = self._read[self._seen : found.start()], found.end()
        return said

    @property
    def unread(self) -> str:
        """What was shown since the last time."""
        return self._read[self._seen :]

    def run(self, command: str, answers: Iterable[tuple[str, str]], patience: float = PATIENCE) -> tuple[int, str]:
        """Types a command, answers what it shows (what to wait for, what to type then), and waits for its end: exit
        code and all that was shown."""
        start = self._seen
        self.type(command)
        for shown, answer in answers:
            self.expect(shown)
            self.type(answer, "" if answer in (INTERRUPT, END) else "\n")
        self.expect(PROMPT, patience)
        (found,) = list(PROMPT.finditer(self._read, start))[-1:]
        return int(found[1]), self._read[start : found.start()]


@contextmanager
def at_home(tmp_path: Path, folder: Path, within_reach: Path | None) -> Iterator[Terminal]:
    """A terminal in `folder` whose home is empty, with `mailbot` within reach if it is not to be installed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MAILBOT"))}
    path = f"{within_reach}:{os.environ['PATH']}" if within_reach else os.environ["PATH"]
    with Terminal(folder, {**clean, "HOME": str(tmp_path), "PATH": path}) as terminal:
        yield terminal


def of_the_checkout(folder: Path) -> Path:
    """A folder with a `mailbot` that runs this checkout."""
    folder.mkdir()
    script = folder / "mailbot"
    script.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m mailbot "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return folder
