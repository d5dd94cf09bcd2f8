"""What became of letters: due, sent, failed, held, dropped, to whom lately. It reads no disk and sends nothing."""

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from mailbot.core import events as e
from mailbot.core.instants import from_text, to_text
from mailbot.core.ledger import HeldLetter, Unreached
from mailbot.store import Entry
from mailbot.store.files.journal import Spot
from mailbot.store.files.queue import Queue
from mailbot.store.files.recent import Recent

MOST_WHY = 100
"""Characters kept of what the relay says."""
REMEMBERED = timedelta(hours=48)
"""How long it is remembered which letters went to an address, by the instants of entries."""
ANYBODY = "*"
"""The key under which every letter sent is noted, whoever it went to."""
Row = Callable[[Any, Entry, Spot], None]
"""What one kind of event changes."""


@dataclass(slots=True)
class DueLetter:
    """A letter without an end: the entry it stands in and where that lies, how often it was tried, not before when; to
    whom it goes, and in which `role`; `since` when it is due (journal text): when it was written, or `released` by an
    operator; `why` it is or was held."""

    seq: int
    file: str
    offset: int
    length: int
    to: str
    template: str
    since: str
    tries: int = 0
    after: str = ""
    why: str = ""
    released: bool = False
    role: str = ""

    @property
    def spot(self) -> Spot:
        """Where its entry lies."""
        return Spot(self.file, self.offset, self.length)

    def plain(self) -> dict[str, object]:
        """As plain JSON values."""
        return {name: getattr(self, name) for name in NAMES}


OWN_PEOPLE = ("clerk", "operator", "auditor")
"""The roles of those who would wait for the desk's letters in vain."""
NAMES = tuple(one.name for one in fields(DueLetter))


def letter_name(entry: Entry, number: int) -> str:
    """`2026-00042.7`, or `e123.1` for a letter without a case."""
    return f"{entry.case or f'e{entry.seq}'}.{number}"


class Letters:
    """All letters ever written are counted; those that may still go are known by name, and so are, for ever, those
    without a case that failed and those that were dropped."""

    def __init__(self) -> None:
        self.due: dict[str, DueLetter] = {}
        self.held: dict[str, DueLetter] = {}
        self.dropped: dict[str, DueLetter] = {}
        self.failed: dict[str, int] = {}
        self.unreached: dict[str, tuple[str, str, str, str]] = {}
        self.queue = Queue()
        self.written = Recent(REMEMBERED)
        self.sent = Recent(REMEMBERED)
        self._oldest: list[tuple[str, str]] = []
        self._ever = 0
        self._ended = Counter[str]()
        self._shown: tuple[HeldLetter, ...] | None = None

    def rows(self) -> Mapping[type, Row]:
        """Who takes note of which kind of event."""
        return {
            e.LetterWritten: self._written,
            e.LetterPostponed: self._postponed,
            e.LetterSent: self._sent,
            e.LetterFailed: self._failed,
            e.LetterHeld: self._hold,
            e.LetterReleased: self._release,
            e.LetterDropped: self._drop,
        }

    def _written(self, event: e.LetterWritten, entry: Entry, spot: Spot) -> None:
        name = letter_name(entry, event.number)
        self._ever += 1
        since = to_text(entry.at)
        place = (spot.file, spot.offset, spot.length)
        self.due[name] = DueLetter(entry.seq, *place, event.to, event.template, since, role=event.role)
        self._queue(name)
        self._waits(name)
        self.written.add(entry.at, (event.to.lower(),), event.template)

    def _postponed(self, event: e.LetterPostponed, entry: Entry, spot: Spot) -> None:
        letter = self.due.get(event.letter) or self.held.get(event.letter)
        if letter:
            letter.tries, letter.after = letter.tries + 1, event.until
        if event.letter in self.due:
            self._queue(event.letter)

    def _sent(self, event: e.LetterSent, entry: Entry, spot: Spot) -> None:
        letter = self._taken(event.letter)
        if letter:
            to = letter.to.lower()
            self._ended["sent"] += 1
            self.unreached.pop(to, None)
            self.sent.add(entry.at, (ANYBODY, to, "@" + to.rpartition("@")[2]))

    def _failed(self, event: e.LetterFailed, entry: Entry, spot: Spot) -> None:
        letter = self._taken(event.letter)
        if letter:
            self._ended["failed"] += 1
        if event.letter.startswith("e"):
            self.failed[event.letter] = (letter.tries if letter else 0) + 1
        if letter and letter.role in OWN_PEOPLE and event.letter.startswith("e"):
            why = f"{event.code} {event.why}"[:MOST_WHY]
            self.unreached[letter.to.lower()] = (event.letter, letter.template, to_text(entry.at), why)

    def _taken(self, name: str) -> DueLetter | None:
        """A letter that has come to an end: one dropped while it was on its way to the relay was sent all the same."""
        self.queue.remove(name)
        self._shown = None if name in self.held else self._shown
        return self.due.pop(name, None) or self.held.pop(name, None) or self.dropped.pop(name, None)

    def _hold(self, event: e.LetterHeld, entry: Entry, spot: Spot) -> None:
        letter = self.due.pop(event.letter, None)
        if letter:
            letter.why = event.why
            self.held[event.letter] = letter
            self._shown = None
            self.queue.remove(event.letter)

    def _release(self, event: e.LetterReleased, entry: Entry, spot: Spot) -> None:
        letter = self.held.pop(event.letter, None)
        if letter:
            self._shown = None
            letter.released, letter.after, letter.since = True, "", to_text(entry.at)
            self.due[event.letter] = letter
            self._queue(event.letter)
            self._waits(event.letter)

    def _drop(self, event: e.LetterDropped, entry: Entry, spot: Spot) -> None:
        letter = self.due.pop(event.letter, None) or self.held.pop(event.letter, None)
        if letter:
            self._shown = None
            self.dropped[event.letter] = letter
            self.queue.remove(event.letter)

    def _queue(self, name: str) -> None:
        due = self.due[name]
        self.queue.put(name, (due.seq, int(name.rpartition(".")[2])), due.after)

    def _waits(self, name: str) -> None:
        """It is due from now on. What lies on top and is not due any more goes: the heap does not grow for ever."""
        self._ended_off_top()
        heapq.heappush(self._oldest, (self.due[name].since, name))

    def _ended_off_top(self) -> None:
        while self._oldest and not self._still(*self._oldest[0]):
            heapq.heappop(self._oldest)

    def _still(self, since: str, name: str) -> bool:
        return name in self.due and self.due[name].since == since

    def oldest_due(self) -> datetime | None:
        """Since when (aware UTC) the oldest due letter has been due; None if none is."""
        self._ended_off_top()
        return from_text(self._oldest[0][0]) if self._oldest else None

    def erased(self, seqs: Collection[int]) -> None:
        """The letters that stand in these entries are never sent any more, and were never written as far as anybody
        counts."""
        for kept in (self.due, self.held, self.dropped):
            for name in [name for name, letter in kept.items() if letter.seq in seqs]:
                del kept[name]
                self.queue.remove(name)
                self._ever -= 1
        self._shown = None

    def forget(self, name: str) -> None:
        """A letter cannot be sent any more, since its entry was erased."""
        self.due.pop(name, None)
        self.queue.remove(name)

    def sent_to(self, address: str, since: str) -> tuple[int, int]:
        """How many letters the relay took at or after an instant (journal text, at most 48 hours back) for an address
        and for its domain."""
        address = address.lower()
        return self.sent.count(address, since), self.sent.count("@" + address.rpartition("@")[2], since)

    def sent_since(self, since: str) -> int:
        """How many letters the relay took at all, at or after an instant (journal text, at most 48 hours back)."""
        return self.sent.count(ANYBODY, since)

    def state(self, name: str) -> dict[str, Any]:
        """State and tries of a letter without a case that was written."""
        for state, kept in (("due", self.due), ("held", self.held), ("dropped", self.dropped)):
            if letter := kept.get(name):
                return {"state": state, "tries": letter.tries}
        tries = self.failed.get(name)
        return {"state": "failed", "tries": tries} if tries else {"state": "sent", "tries": 1}

    def counts(self) -> dict[str, int]:
        """How many letters are in each state, and how many were ever written."""
        found = {name: len(getattr(self, name)) for name in ("due", "held", "dropped")}
        found |= {name: self._ended[name] for name in ("sent", "failed")}
        return {"written": self._ever, **found}

    def held_letters(self) -> tuple[HeldLetter, ...]:
        """The letters that wait for an operator, in the order in which they were held: the same tuple until another one
        does."""
        if self._shown is None:
            held = self.held.items()
            self._shown = tuple(HeldLetter(name, one.to, one.template, one.seq, one.why) for name, one in held)
        return self._shown

    def not_reached(self) -> tuple[Unreached, ...]:
        """Whom of the desk's own people no letter reached since one without a case failed, the first first."""
        rows = self.unreached.items()
        return tuple(Unreached(to, name, template, from_text(at), why) for to, (name, template, at, why) in rows)

    def listed(self) -> dict[str, Any]:
        """Everything, as plain JSON values."""
        kept = {"due": self.due, "held": self.held, "dropped": self.dropped}
        return {
            **{part: {name: letter.plain() for name, letter in letters.items()} for part, letters in kept.items()},
            "failed": dict(self.failed),
            "unreached": {to: list(last) for to, last in self.unreached.items()},
            "ever": self._ever,
            "ended": dict(self._ended),
            "written": self.written.listed(),
            "sent": self.sent.listed(),
        }

    def load(self, listed: Mapping[str, Any]) -> None:
        """Becomes what `listed` was taken of."""
        for part, letters in (("due", self.due), ("held", self.held), ("dropped", self.dropped)):
            letters.update({name: DueLetter(**letter) for name, letter in listed[part].items()})
        for name in self.due:
            self._queue(name)
            self._waits(name)
        self.failed.update(listed["failed"])
        self.unreached.update({to: tuple(last) for to, last in listed.get("unreached", {}).items()})
        self._ended.update(listed["ended"])
        self._ever = listed["ever"]
        self.written.load(listed["written"])
        self.sent.load(listed["sent"])
