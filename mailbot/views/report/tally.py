"""What the entries of a journal add up to for the overview: numbers by week, form, field, sender. It knows no page and
keeps nothing of a case."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mailbot.core import events as e
from mailbot.store import Entry

Week = str
"""The Monday of a week where the desk is (ISO 8601)."""


@dataclass(slots=True)
class Tally:
    """Applications by week and form; fields asked for by form, field and kind of fault; letters by week and what became
    of them (`sent`, `failed`, `bounced`); mails by the sender's role and tier. `blank` are the entries without events,
    `named` those that orders erased."""

    applications: Counter[tuple[Week, str]] = field(default_factory=Counter)
    faults: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    letters: Counter[tuple[Week, str]] = field(default_factory=Counter)
    senders: Counter[tuple[str, str]] = field(default_factory=Counter)
    blank: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)

    def add(self, other: "Tally") -> None:
        """Takes in what another one counted."""
        for one in fields(self):
            getattr(self, one.name).update(getattr(other, one.name))

    def take(self, entry: Entry, zone: ZoneInfo) -> None:
        """Counts one entry, by the weeks of this zone."""
        if entry.events is None:
            self.blank.add(entry.seq)
        for event in entry.events or ():
            self.name(event)
            if count := COUNTED.get(type(event)):
                count(self, event, entry.at.astimezone(zone))

    def name(self, event: e.Event) -> None:
        """Notes the entries that an order erased."""
        kind: str = event.kind
        self.named.update(getattr(event, "seqs", ()) if kind == "erased" else ())

    def ask(self, form: str, faults: Iterable[tuple[str, str]]) -> None:
        """Counts what is wrong after a mail of a case of this form: fields with the kind of fault."""
        self.faults.update(dict.fromkeys(((form, *fault) for fault in faults), 1))


def monday(day: date) -> date:
    """The first day of its week (ISO 8601)."""
    return day - timedelta(days=day.weekday())


def _week(at: datetime) -> Week:
    return monday(at.date()).isoformat()


def _opened(tally: Tally, event: e.CaseOpened, at: datetime) -> None:
    tally.applications[_week(at), event.form] += 1


def _letter(what: str) -> Callable[[Tally, Any, datetime], None]:
    def count(tally: Tally, event: e.Event, at: datetime) -> None:
        tally.letters[_week(at), what] += 1

    return count


def _facts(tally: Tally, event: e.Facts, at: datetime) -> None:
    if event.sender:
        tally.senders[event.sender.role, event.sender.tier] += 1


COUNTED: Mapping[type, Callable[[Tally, Any, datetime], None]] = {
    e.CaseOpened: _opened,
    e.LetterSent: _letter("sent"),
    e.LetterFailed: _letter("failed"),
    e.AddressBounced: _letter("bounced"),
    e.Facts: _facts,
}
"""The kinds of events that are counted, and how."""
