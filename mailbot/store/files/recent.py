"""What happened lately under a key, forgotten after a span of the journal's own time. It knows no clock and no event.

Kept in the order of instants, also when the clock went back for a while: one entry of a wrong year neither stays for
ever nor keeps others from being forgotten. The same additions in the same order give the same content.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from mailbot.core.instants import to_text

Noted = tuple[str, tuple[str, ...]]
"""The instant as journal text, and what was noted."""


class Recent:
    """Texts noted under a key; those more than `span` older than the one added last are gone, and if there are more
    than `most` of them (None: any number), the oldest."""

    def __init__(self, span: timedelta, most: int | None = None) -> None:
        self._span = span
        self._most = most
        self._order: deque[tuple[str, str]] = deque()
        self._kept: dict[str, list[Noted]] = {}
        self._instant = datetime.min.replace(tzinfo=UTC)
        self._at = self._oldest = ""

    def __len__(self) -> int:
        return len(self._order)

    def add(self, instant: datetime, key: str, *value: str) -> None:
        """Notes a value under a key at an instant (aware)."""
        if instant != self._instant:
            self._instant, self._at, self._oldest = instant, to_text(instant), to_text(instant - self._span)
        self._insert(self._at, key, value)
        while self._order and (self._order[0][0] < self._oldest or self._too_many()):
            self._forget_oldest()

    def _too_many(self) -> bool:
        return self._most is not None and len(self._order) > self._most

    def _insert(self, at: str, key: str, value: tuple[str, ...]) -> None:
        kept = self._kept.setdefault(key, [])
        if not self._order or self._order[-1][0] <= at:
            self._order.append((at, key))
            kept.append((at, value))
        else:
            insort(self._order, (at, key), key=_instant)
            insort(kept, (at, value), key=_instant)

    def _forget_oldest(self) -> None:
        _, key = self._order.popleft()
        kept = self._kept[key]
        del kept[0]
        if not kept:
            del self._kept[key]

    def since(self, key: str, since: str) -> tuple[tuple[str, ...], ...]:
        """What was noted under a key at or after an instant (journal text), oldest first."""
        kept = self._kept.get(key, [])
        return tuple(value for _, value in kept[bisect_left(kept, (since,)) :])

    def count(self, key: str, since: str) -> int:
        """How much was noted under a key at or after an instant (journal text)."""
        kept = self._kept.get(key, [])
        return len(kept) - bisect_left(kept, (since,))

    def listed(self) -> list[list[str]]:
        """Everything, as plain JSON values: instant, key and value of each, oldest first."""
        turn = dict.fromkeys(self._kept, 0)
        found = []
        for at, key in self._order:
            found.append([at, key, *self._kept[key][turn[key]][1]])
            turn[key] += 1
        return found

    def load(self, listed: Iterable[list[str]]) -> None:
        """Adds everything `listed` gave, in its order, without forgetting any of it."""
        for at, key, *value in listed:
            self._insert(at, key, tuple(value))


def _instant(noted: tuple[str, object]) -> str:
    return noted[0]
