"""A bug in words that may stand in a log: its kind, and what it says only where those are words of our own.
It catches nothing."""

from mailbot.edge.letters.templates import Unfillable
from mailbot.flow.delivery.enclosed import FileGone

OURS = (Unfillable, FileGone)
"""Errors that name a place in a template or a file of the desk, and nothing that anybody wrote."""


def in_short(bug: Exception) -> str:
    """The kind of an error; what others say may hold what somebody wrote, and is shown with --debug alone."""
    return f"{type(bug).__name__}: {bug}" if isinstance(bug, OURS) else type(bug).__name__
