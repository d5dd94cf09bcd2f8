"""Verifies a chain and tells how far it is. It knows nothing of what is in the entries."""

from collections.abc import Callable, Iterable
from typing import Any

from mailbot.core import chain
from mailbot.store.files.alone import Walk
from mailbot.store.files.journal import Journal

Progress = Callable[[str, int, int], None]
"""Is told what is under way, how much of it is done, and how much there is."""


def quiet(step: str, done: int, of: int) -> None:
    """Tells nobody."""


class Telling(Walk):
    """A walk through a journal that tells how much of it was read."""

    def __init__(self, journal: Journal, progress: Progress) -> None:
        super().__init__(journal.desk)
        self._tell, self._read, self._size = progress, 0, journal.size()

    def feed(self, raw: bytes) -> dict[str, Any] | None:
        """As `Walk.feed`."""
        self._read += len(raw)
        self._tell("the chain", self._read, self._size)
        return super().feed(raw)


def verify_chain(journal: Journal, witnesses: Iterable[chain.Witness], progress: Progress) -> chain.Result:
    """The chain, and what is known of it outside."""
    return chain.verify(journal.desk, journal.folder, witnesses, Telling(journal, progress))
