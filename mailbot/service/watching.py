"""The service's look at itself: what goes on for too long without getting on. It ends nothing but a connection."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from mailbot.edge.inbox import Inbox
from mailbot.service.values import Round

WATCH_EVERY = 10.0
"""Seconds between two looks of the service at itself, at most."""
HURRY, HURRY_EVERY = 20.0, 0.5
"""Seconds for which an answer of the mail server is waited for in a hurry, and between two looks at that."""
ITS_OWN = ("inbox", "watchdog")
"""Jobs whose turns may be long: an inbox of any size is read in one, and each call to its server is watched."""


@dataclass(slots=True)
class _Turn:
    """A turn under way: what it did so far, and since when (seconds of the monotonic clock) it did nothing more."""

    done: Round
    counts: dict[str, int]
    since: float


def _counts(done: Round) -> dict[str, int]:
    return done.counts() | (done.sending.letters if done.sending else {})


class Watch:
    """What the service finds of itself every so often. `stalled` is how long one call to the mail server may take
    before its connection is cut, `letter` how long one letter may take."""

    def __init__(self, inbox: Inbox, stalled: float, letter: float) -> None:
        self.every = min(stalled / 10, WATCH_EVERY)
        self._inbox, self._stalled, self._letter = inbox, stalled, letter
        self._turns: dict[str, _Turn] = {}
        self._idling = 0.0
        self.looked = time.monotonic()

    def begins(self, name: str, done: Round) -> None:
        """A job has its turn; what it does is counted in `done` as it is done."""
        if name not in ITS_OWN:
            self._turns[name] = _Turn(done, _counts(done), time.monotonic())

    def ends(self, name: str) -> None:
        """Its turn is over."""
        self._turns.pop(name, None)

    def look(self, done: Round, idling: float) -> None:
        """A call to the mail server that takes too long is ended by cutting the connection; IDLE ends by itself, after
        `idling` seconds."""
        self.looked, self._idling = time.monotonic(), idling
        for turn in self._turns.values():
            if (counts := _counts(turn.done)) != turn.counts:
                turn.counts, turn.since = counts, self.looked
        if (took := self.waits_for()) > self._longest():
            done.troubles.append(f"IMAP: no answer for {took:.0f} s; the connection is cut")
            self._inbox.sever()

    def waits_for(self) -> float:
        """Seconds for which the mail server has owed an answer; 0 if it owes none."""
        since = self._inbox.busy_since
        return 0.0 if since is None else time.monotonic() - since

    def _longest(self) -> float:
        return self._stalled + self._idling

    async def hurry(self, under_way: Callable[[], bool]) -> None:
        """Until cancelled: while something is `under_way` that others wait for, no letter goes and no order is carried
        out; a mail server that owes an answer is then not waited for as long as else."""
        while True:
            await asyncio.sleep(HURRY_EVERY)
            if under_way() and self.waits_for() > HURRY:
                self._inbox.sever()

    def lives(self) -> bool:
        """Whether the timetable turns, no call goes on for long after its connection was cut, and no turn stands still:
        a job that never comes back is mended by nothing but another process."""
        now = time.monotonic()
        turning = now - self.looked < 3 * self.every + 1.0 and self.waits_for() < 2 * self._longest()
        return turning and all(now - turn.since < self._most(name) for name, turn in self._turns.items())

    def _most(self, name: str) -> float:
        return max(2 * self._stalled, self._letter) if name == "letters" else 2 * self._stalled
