"""Bugs: what of them may stand in a log, and that one of them ends nothing but what met it.
It knows nothing of what is done."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from mailbot.edge.letters.templates import Unfillable
from mailbot.flow.courier import NotMade
from mailbot.flow.delivery.enclosed import FileGone
from mailbot.store import Full

log = logging.getLogger("mailbot")
OURS = (Unfillable, FileGone, NotMade)
"""Errors that name a place in a template, a file of the desk or a kind of error, and nothing that anybody wrote."""


def in_short(bug: Exception) -> str:
    """The kind of an error; what others say may hold what somebody wrote, and is shown with --debug alone."""
    return f"{type(bug).__name__}: {bug}" if isinstance(bug, OURS) else type(bug).__name__


@contextmanager
def surviving(what: str, troubles: list[str]) -> Iterator[None]:
    """Whatever stops the block stops only the block: a disk without room and a bug are said in `troubles`, the bug is
    logged. What no part of the service may survive (SystemExit) goes through."""
    try:
        yield
    except Full as full:
        troubles.append(f"state: {full}")
    except Exception as bug:
        log.exception("%s: a bug; the service goes on", what)
        troubles.append(f"{what} met a bug: {in_short(bug)}")
