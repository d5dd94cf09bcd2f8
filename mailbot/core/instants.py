"""Instants as the journal writes them. It knows no clock: every instant is an argument."""

import re
from datetime import UTC, datetime
from functools import lru_cache

TEXT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z", re.ASCII)


@lru_cache(maxsize=64)  # a batch has one instant, which is asked for again and again
def to_text(instant: datetime) -> str:
    """An aware datetime as journal text, `2026-11-21T03:04:05.678Z` (RFC 3339, UTC, milliseconds, cut not rounded)."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """The aware UTC datetime of a text made by `to_text`; ValueError for any other text."""
    if TEXT.fullmatch(text) is None:
        raise ValueError(f"no instant of the journal: {text!r}")
    return datetime.fromisoformat(text)
