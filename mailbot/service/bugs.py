"""A bug in words that may stand in a log: its kind, and what it says only where those are words of our own.
It catches nothing."""

from mailbot.edge.letters.templates import Unfillable

OURS = (Unfillable,)
"""Errors that name a place in a template and never a value."""


def in_short(bug: Exception) -> str:
    """The kind of an error; what others say may hold what somebody wrote, and is shown with --debug alone."""
    return f"{type(bug).__name__}: {bug}" if isinstance(bug, OURS) else type(bug).__name__
