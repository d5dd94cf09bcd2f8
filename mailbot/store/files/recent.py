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
MOST_NEW = 20_000
"""How much is added at most before it takes its place: most of a journal that is read back is forgotten by then."""


class Recent:
    """Texts noted under a key; those more than `span` older than the one added last are gone, and if there are more
    than `most` of them (None: any number), the oldest."""

    def __init__(self, span: timedelta, most: int | None = None) -> None:
        self._span = span
        self._most = most
        self._order: deque[tuple[str, str]] = deque()
        self._kept: dict[str, list[Noted]] = {}
        self._new: list[tuple[datetime, tuple[str, ...], tuple[str, ...]]] = []

    def __len__(self) -> int:
        self._settle()
        return len(self._order)

    def add(self, instant: datetime, keys: tuple[str, ...], *value: str) -> None:
        """Notes a value under each of these keys at an instant (aware)."""
        self._new.append((instant, keys, value))
        if len(self._new) == MOST_NEW:
            self._settle()

    def _settle(self) -> None:
        """What was added takes its place, unless something later let it be forgotten: as if each had come by itself."""
        if not self._new:
            return
        lasting, latest = [], datetime.min.replace(tzinfo=UTC)
        for one in reversed(self._new):
            if one[0] > latest:
                latest, oldest = one[0], _cut(one[0] - self._span)
            if one[0] >= oldest:
                lasting.append(one)
        self._new, forgotten = [], to_text(oldest)
        while self._order and self._order[0][0] < forgotten:
            self._forget_oldest()
        for instant, keys, value in reversed(lasting):
            at = to_text(instant)
            for key in keys:
                self._insert(at, key, value)
        while self._most is not None and len(self._order) > self._most:
            self._forget_oldest()

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
        self._settle()
        kept = self._kept.get(key, [])
        return tuple(value for _, value in kept[bisect_left(kept, (since,)) :])

    def count(self, key: str, since: str) -> int:
        """How much was noted under a key at or after an instant (journal text)."""
        self._settle()
        kept = self._kept.get(key, [])
        return len(kept) - bisect_left(kept, (since,))

    def listed(self) -> list[list[str]]:
        """Everything, as plain JSON values: instant, key and value of each, oldest first."""
        self._settle()
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


def _cut(instant: datetime) -> datetime:
    """The same as journal texts have it, to the millisecond."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _instant(noted: tuple[str, object]) -> str:
    return noted[0]
