"""What entries add up to beside cases: letters, deadlines, mails, numbers used. It reads no disk."""

from collections.abc import Container, Mapping
from heapq import nsmallest
from typing import Any

from mailbot.core import events as e
from mailbot.core.case import Case
from mailbot.core.instants import from_text, to_text
from mailbot.core.ledger import Ledger
from mailbot.store import Entry
from mailbot.store.files.changes import Changes
from mailbot.store.files.erasures import Erasures
from mailbot.store.files.journal import Spot
from mailbot.store.files.letters import Letters, Row
from mailbot.store.files.queue import Queue
from mailbot.store.files.tally import TWINS, Tally


def split_number(number: str) -> tuple[str, int]:
    """`2026-00042` as year and running number."""
    year, _, running = number.partition("-")
    return year, int(running)


class Index:
    """Made from entries in their order (`note`) and from cases as they change (`follow`)."""

    def __init__(self) -> None:
        self.letters = Letters()
        self.tally = Tally()
        self.registers = Changes()
        self.erasures = Erasures()
        self.running: dict[str, int] = {}
        self.count = 0
        self.gone: set[str] = set()
        self.deadlines = Queue()
        self.accepted: set[str] = set()
        self._rows: dict[type, Row] = {**self.letters.rows(), **self.tally.rows(), **self.registers.rows()}
        self._rows |= {e.Erased: self._erased, e.ErasureDone: self._erasure_done, e.Restored: self._restored}
        self._addresses: dict[str, dict[str, str]] = {}
        self._address_of: dict[str, str] = {}
        self._group: list[Entry] = []
        self._ledger: Ledger | None = None

    @property
    def counted(self) -> frozenset[type[e.Frozen]]:
        """The kinds of events that it takes note of, or looks for among those of a mail."""
        return frozenset(self._rows) | {e.Facts, e.Ignored, e.Quarantined}

    def note(self, entry: Entry, spot: Spot) -> None:
        """One committed entry."""
        self._ledger = None
        if entry.case is not None:
            year, running = split_number(entry.case)
            self.count += running > self.running.get(year, 0)  # numbers rise: a new one is above all before
            self.running[year] = max(self.running.get(year, 0), running)
        for event in entry.events or ():
            row = self._rows.get(type(event))
            if row:
                row(event, entry, spot)
        if entry.events is None:
            self.erasures.blanked(entry)
        self._group.append(entry)
        if not entry.more:
            self.tally.take_group(self._group)
            self._group = []

    def _erased(self, event: e.Erased, entry: Entry, spot: Spot) -> None:
        self.letters.erased(frozenset(event.seqs))
        self.tally.erased(event, entry)
        self.erasures.ordered(event, entry)

    def _erasure_done(self, event: e.ErasureDone, entry: Entry, spot: Spot) -> None:
        self.erasures.done(event)

    def _restored(self, event: e.Restored, entry: Entry, spot: Spot) -> None:
        """Numbers that may have been given after the backup was made are not given again."""
        for number in event.numbers:
            year, running = split_number(number)
            self.running[year] = max(self.running.get(year, 0), running)

    def ledger(self) -> Ledger:
        """What all entries noted add up to: the same object until the next one is noted."""
        if self._ledger is None:
            tally = self.tally
            self._ledger = Ledger(
                opened=tally.opened,
                adopted=tally.adopted,
                validity=tally.validity,
                observed=tally.observed,
                mails=dict(tally.mails),
                vanished=tally.vanished,
                letters=self.letters.counts(),
                oldest_due=self.letters.oldest_due(),
                quarantine=tuple(tally.quarantine.values()),
                held=self.letters.held_letters(),
                last_case=self._last_case(),
                unreached=self.letters.not_reached(),
                alarms=frozenset(tally.alarms),
                forged=tuple((about, from_text(at)) for at, about, *_ in tally.forged.listed()),
                forged_in=tally.forged_in(),
                told=tally.told,
                told_seq=tally.told_seq,
                sealed=tuple(tally.sealed.values()),
                done=dict(tally.done),
                digested=tally.digested,
                head_told=tally.head_told,
                cases={"open": self.open_count, "closed": self.count - self.open_count},
                away=dict(tally.away),
                erased=self.erasures.named,
                erasing=tuple(self.erasures.undone.values()),
            )
        return self._ledger

    def _last_case(self) -> str:
        year = max(self.running, default="")
        return f"{year}-{self.running[year]:05d}" if year else ""

    def twins(self, identity: str, at: str) -> tuple[tuple[str, ...], ...]:
        """Digest and content of the mails of this identity in the 30 days before an instant (journal text)."""
        return self.tally.twins.since(identity, to_text(from_text(at) - TWINS)) if at and identity else ()

    def written(self, address: str, since: str) -> tuple[str, ...]:
        """The templates of letters written to an address (lower case) at or after an instant, at most 48 h back."""
        return tuple(template for (template,) in self.letters.written.since(address, since))

    def follow(self, case: Case) -> None:
        """A case as it is now: its applicant's address, its next instant, and whether clerks accepted it."""
        self._ledger = None
        number = case.number
        (self.accepted.add if case.open and case.decided_by else self.accepted.discard)(number)
        before = self._address_of.pop(number, None)
        if before is not None:
            del self._addresses[before][number]
            if not self._addresses[before]:
                del self._addresses[before]
        instant = case.wakes
        if case.open:
            self._address_of[number] = case.applicant.lower()
            self._addresses.setdefault(case.applicant.lower(), {})[number] = case.form
        if case.open and instant:
            self.deadlines.put(number, (instant, number), instant)
        else:
            self.deadlines.remove(number)

    def oldest_open(self, address: str, form: str, most: int, but: Container[str] = ()) -> list[str]:
        """Numbers of open cases of a form whose applicant has this address, the oldest so many, but not those."""
        mine = self._addresses.get(address.lower(), {})
        numbers = (number for number, of in mine.items() if of == form and number not in but)
        return nsmallest(most, numbers, key=split_number)

    def open_of(self, address: str, but: Container[str] = ()) -> list[str]:
        """Numbers of all open cases whose applicant has this address (lower case), but not those."""
        return [number for number in self._addresses.get(address, {}) if number not in but]

    @property
    def open_count(self) -> int:
        """How many cases are open."""
        return len(self._address_of)

    @property
    def weight(self) -> int:
        """What a checkpoint of it has to write, in open cases."""
        remembered = len(self.tally.twins) + len(self.letters.written) + len(self.letters.sent)
        waiting = len(self.letters.due) + len(self.letters.held) + len(self.letters.dropped)
        return max(self.open_count, (remembered + waiting + len(self.registers)) // 10)

    def take_over(self, before: "Index") -> None:
        """What was given out before stays given out."""
        self.letters.queue.lease(before.letters.queue.leases())
        self.deadlines.lease(before.deadlines.leases())

    def forget(self, name: str) -> None:
        """A letter cannot be sent any more, since its entry was erased."""
        self._ledger = None
        self.letters.forget(name)

    def listed(self) -> dict[str, Any]:
        """Everything that is not in the open cases themselves, as plain JSON values."""
        own = {"running": dict(self.running), "count": self.count, "gone": sorted(self.gone)}
        return {
            **own,
            **self.letters.listed(),
            **self.tally.listed(),
            **self.registers.listed(),
            **self.erasures.listed(),
        }

    @classmethod
    def load(cls, listed: Mapping[str, Any]) -> "Index":
        """The index `listed` was taken of, without the cases."""
        index = cls()
        index.running, index.count, index.gone = dict(listed["running"]), listed["count"], set(listed["gone"])
        index.letters.load(listed)
        index.tally.load(listed)
        index.registers.load(listed)
        index.erasures.load(listed)
        return index
