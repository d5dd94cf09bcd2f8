"""The log of a process: lines of text or JSON on standard error, from INFO on without what people wrote
or who they are. It knows nothing of what is logged."""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal

from mailbot.core.instants import to_text

Kind = Literal["text", "json"]
FIELDS = ("at", "level", "logger", "message", "counts", "error", "trace")
"""The fields of a line of JSON, in their order; the last three only where there is something to say."""
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
"""Anything that looks like an address: what servers say often repeats one."""
MASKED = "(address)"
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def masked(text: str) -> str:
    """The text without addresses."""
    return ADDRESS.sub(MASKED, text)


class _Lines(logging.Formatter):
    """Lines of text. What an exception says may hold what a mail said: its kind and its place are told, its words only
    if `plainly`, as --debug wants it."""

    def __init__(self, *, plainly: bool) -> None:
        super().__init__("%(levelname)s %(message)s")
        self._plainly = plainly

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - as logging calls it
        if self._plainly or ei[1] is None:
            return super().formatException(ei)
        return "\n".join(_places(ei[1]))

    def format(self, record: logging.LogRecord) -> str:
        if self._plainly:
            return super().format(record)
        kept, record.exc_text = record.exc_text, None  # another handler may have written the exception's words there
        try:
            return masked(super().format(record))
        finally:
            record.exc_text = kept


class _Json(_Lines):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage()
        row: dict[str, object] = {
            "at": to_text(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": said if self._plainly else masked(said),
        }
        if counts := getattr(record, "counts", None):
            row["counts"] = counts
        if record.exc_info and record.exc_info[1] is not None:
            row["error"] = type(record.exc_info[1]).__name__
            row["trace"] = self.formatException(record.exc_info).split("\n")
        return json.dumps(row, ensure_ascii=False)


def _places(error: BaseException) -> Iterator[str]:
    """The way to an error and to those it came from, the first one first: places in the program and kinds of error."""
    if (before := error.__cause__ or error.__context__) is not None:
        yield from _places(before)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    yield f"{type(error).__name__} (its words: --debug)"


def begin(kind: Kind = "text", *, debug: bool = False) -> None:
    """Every line of this process' log is written so from now on."""
    root = logging.getLogger()
    logging.basicConfig(level=logging.WARNING)
    root.setLevel(logging.DEBUG if debug else logging.WARNING)
    formatter = _Json(plainly=debug) if kind == "json" else _Lines(plainly=debug)
    for handler in root.handlers:
        handler.setFormatter(formatter)
