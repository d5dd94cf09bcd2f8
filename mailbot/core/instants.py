"""Instants as the journal writes them. It knows no clock: every instant is an argument."""

from datetime import UTC, datetime


def to_text(instant: datetime) -> str:
    """An aware datetime as journal text, `2026-11-21T03:04:05.678Z` (RFC 3339, UTC, milliseconds, cut not rounded)."""
    utc = instant.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def from_text(text: str) -> datetime:
    """The aware UTC datetime of a text made by `to_text`; ValueError for any other text."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
