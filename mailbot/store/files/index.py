"""What entries add up to beside cases: letters due, deadlines, who was written to, numbers used. It reads no disk."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from mailbot.core import events as e
from mailbot.core.case import Case
from mailbot.core.instants import to_text
from mailbot.store import Entry
from mailbot.store.files.journal import Spot
from mailbot.store.files.queue import Queue

REMEMBERED = timedelta(hours=48)
"""How long it is remembered which letters went to an address, by the instants of entries."""


@dataclass(slots=True)
class DueLetter:
    """A letter to send: the entry it stands in and where that lies, how often it was tried, not before when."""

    seq: int
    file: str
    offset: int
    length: int
    tries: int = 0
    after: str = ""

    @property
    def spot(self) -> Spot:
        """Where its entry lies."""
        return Spot(self.file, self.offset, self.length)


def letter_name(entry: Entry, number: int) -> str:
    """`2026-00042.7`, or `e123.1` for a letter without a case."""
    return f"{entry.case or f'e{entry.seq}'}.{number}"


def split_number(number: str) -> tuple[str, int]:
    """`2026-00042` as year and running number."""
    year, _, running = number.partition("-")
    return year, int(running)


class Index:
    """Made from entries in their order (`note`) and from cases as they change (`follow`)."""

    def __init__(self) -> None:
        self.due: dict[str, DueLetter] = {}
        self.failed: dict[str, int] = {}
        self.running: dict[str, int] = {}
        self.gone: set[str] = set()
        self.letters = Queue()
        self.deadlines = Queue()
        self._addresses: dict[str, set[str]] = {}
        self._address_of: dict[str, str] = {}
        self._written: dict[str, deque[tuple[str, str]]] = {}
        self._order: deque[tuple[str, str]] = deque()

    def note(self, entry: Entry, spot: Spot) -> None:
        """One committed entry."""
        if entry.case is not None:
            year, running = split_number(entry.case)
            self.running[year] = max(self.running.get(year, 0), running)
        for event in entry.events or ():
            row = NOTES.get(type(event))
            if row:
                row(self, event, entry, spot)

    def written_letter(self, event: e.LetterWritten, entry: Entry, spot: Spot) -> None:
        """A letter is to be sent from now on."""
        name = letter_name(entry, event.number)
        self.due[name] = DueLetter(entry.seq, spot.file, spot.offset, spot.length)
        self._queue(name)
        self._remember(entry.at, event.to.lower(), event.template)

    def postponed(self, event: e.LetterPostponed, entry: Entry, spot: Spot) -> None:
        """A letter is to be sent later."""
        if due := self.due.get(event.letter):
            due.tries, due.after = due.tries + 1, event.until
            self._queue(event.letter)

    def settled(self, event: e.LetterSent | e.LetterFailed, entry: Entry, spot: Spot) -> None:
        """A letter is not to be sent any more."""
        due = self.due.pop(event.letter, None)
        self.letters.remove(event.letter)
        if isinstance(event, e.LetterFailed) and event.letter.startswith("e"):
            self.failed[event.letter] = (due.tries if due else 0) + 1

    def _queue(self, name: str) -> None:
        due = self.due[name]
        self.letters.put(name, (due.seq, int(name.rpartition(".")[2])), due.after)

    def _remember(self, instant: datetime, address: str, template: str) -> None:
        at, oldest = to_text(instant), to_text(instant - REMEMBERED)
        self._written.setdefault(address, deque()).append((at, template))
        self._order.append((at, address))
        while self._order and self._order[0][0] < oldest:
            _, address = self._order.popleft()
            self._written[address].popleft()
            if not self._written[address]:
                del self._written[address]

    def written(self, address: str, since: str) -> tuple[str, ...]:
        """The templates of letters written to an address (lower case) at or after an instant, at most 48 h back."""
        return tuple(template for at, template in self._written.get(address, ()) if at >= since)

    def follow(self, case: Case) -> None:
        """A case as it is now: its applicant's address and its next instant."""
        number = case.number
        before = self._address_of.pop(number, None)
        if before is not None:
            self._addresses[before].discard(number)
            if not self._addresses[before]:
                del self._addresses[before]
        instant = min(filter(None, (case.remind, case.due)), default=None)
        if case.open:
            self._address_of[number] = case.applicant.lower()
            self._addresses.setdefault(case.applicant.lower(), set()).add(number)
        if case.open and instant:
            self.deadlines.put(number, (instant, number), instant)
        else:
            self.deadlines.remove(number)

    def open_cases_of(self, address: str) -> tuple[str, ...]:
        """Numbers of the open cases whose applicant has this address, in order."""
        return tuple(sorted(self._addresses.get(address.lower(), ())))

    @property
    def open_count(self) -> int:
        """How many cases are open."""
        return len(self._address_of)

    def forget(self, name: str) -> None:
        """A letter cannot be sent any more, since its entry was erased."""
        self.due.pop(name, None)
        self.letters.remove(name)

    def listed(self) -> dict[str, Any]:
        """Everything that is not in the open cases themselves, as plain JSON values."""
        letters = [[at, address, template] for address, kept in self._written.items() for at, template in kept]
        return {
            "due": {name: asdict(due) for name, due in self.due.items()},
            "failed": dict(self.failed),
            "running": dict(self.running),
            "gone": sorted(self.gone),
            "written": sorted(letters),
        }

    @classmethod
    def load(cls, listed: Mapping[str, Any]) -> "Index":
        """The index `listed` was taken of, without the cases."""
        index = cls()
        index.due = {name: DueLetter(**due) for name, due in listed["due"].items()}
        for name in index.due:
            index._queue(name)
        index.failed, index.running = dict(listed["failed"]), dict(listed["running"])
        index.gone = set(listed["gone"])
        for at, address, template in listed["written"]:
            index._remember(datetime.fromisoformat(at), address, template)
        return index


NOTES: Mapping[type, Callable[[Index, Any, Entry, Spot], None]] = {
    e.LetterWritten: Index.written_letter,
    e.LetterPostponed: Index.postponed,
    e.LetterSent: Index.settled,
    e.LetterFailed: Index.settled,
}
"""What each kind of event changes; a kind without a row changes nothing here."""
