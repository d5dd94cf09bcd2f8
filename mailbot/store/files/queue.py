"""What becomes due when, handed out once under a lease. It knows no clock and not what a key stands for."""

import heapq
from collections.abc import Iterator, Mapping, Sequence

Age = tuple[int | str, ...]


class Queue:
    """Keys with an instant (journal text) before which they are not due, and an age by which those due are sorted.

    Each operation costs the logarithm of the number of keys, also when most of them wait for later.
    """

    def __init__(self) -> None:
        self._keys: dict[str, tuple[Age, str, int]] = {}
        self._later: list[tuple[str, Age, int, str]] = []
        self._ready: list[tuple[Age, int, str]] = []
        self._version = 0

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def put(self, key: str, age: Age, instant: str) -> None:
        """Adds or changes a key; one that is the same already keeps its lease."""
        before = self._keys.get(key)
        if before is None or before[:2] != (age, instant):
            self._version += 1
            self._keys[key] = (age, instant, self._version)
            heapq.heappush(self._later, (instant, age, self._version, key))

    def give_back(self, key: str) -> None:
        """A key that was taken is due again, as if nobody had taken it; it need not be there."""
        if key in self._keys:
            age, instant, _ = self._keys.pop(key)
            self.put(key, age, instant)

    def leases(self) -> dict[str, str]:
        """The keys that somebody has, each with the instant until which nobody else gets it."""
        waiting = ((key, until) for until, _, version, key in self._later if self._current(version, key))
        return {key: until for key, until in waiting if until > self._keys[key][1]}

    def lease(self, leases: Mapping[str, str]) -> None:
        """These keys, as far as they are there, are given out already, as `leases` told."""
        for key, until in leases.items():
            if key in self._keys:
                age, instant, _ = self._keys[key]
                self._version += 1
                self._keys[key] = (age, instant, self._version)
                heapq.heappush(self._later, (until, age, self._version, key))

    def remove(self, key: str) -> None:
        """Forgets a key; it need not be there."""
        self._keys.pop(key, None)
        if len(self._later) + len(self._ready) > 2 * len(self._keys) + 1_000:
            self._rebuild()

    def _rebuild(self) -> None:
        """Drops what lies in the heaps of keys forgotten long ago."""
        self._later = [item for item in self._later if self._current(item[2], item[3])]
        self._ready = [item for item in self._ready if self._current(item[1], item[2])]
        heapq.heapify(self._later)
        heapq.heapify(self._ready)

    def _current(self, version: int, key: str) -> bool:
        return key in self._keys and self._keys[key][2] == version

    def take(self, now: str, until: str, limit: int) -> Sequence[str]:
        """At most `limit` keys due at `now`, the oldest first; nobody gets them again before `until`."""
        while self._later and self._later[0][0] <= now:
            _, age, version, key = heapq.heappop(self._later)
            heapq.heappush(self._ready, (age, version, key))
        taken: list[str] = []
        for age, version, key in self._due(now):
            if len(taken) == limit:
                heapq.heappush(self._ready, (age, version, key))
                break
            taken.append(key)
            heapq.heappush(self._later, (until, age, version, key))
        return taken

    def _due(self, now: str) -> Iterator[tuple[Age, int, str]]:
        while self._ready:
            age, version, key = heapq.heappop(self._ready)
            if not self._current(version, key):
                continue
            instant = self._keys[key][1]
            if instant > now:  # the clock went back
                heapq.heappush(self._later, (instant, age, version, key))
            else:
                yield age, version, key
