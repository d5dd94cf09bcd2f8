"""What is counted of the work since the start, and what of it is shown to whoever watches the service.
It changes nothing."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from mailbot.core.alarms import raised
from mailbot.core.case import OPEN
from mailbot.core.events import Event, Facts
from mailbot.core.figures import Figures
from mailbot.core.queue import late
from mailbot.store import Wanted

if TYPE_CHECKING:
    from mailbot.service.values import Round, Work


class Shown(Protocol):
    """Where figures are shown: see `edge/monitor`."""

    def took(self, stage: str, seconds: float) -> None: ...

    def show(self, figures: Figures) -> None: ...


@dataclass(slots=True)
class Tally:
    """What was counted since the start, and what was found when it was looked for last, which takes longer."""

    decided: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    reloads: Counter[str] = field(default_factory=Counter)
    deadlines: int = 0
    orders: int = 0
    read_until: datetime | None = None
    undecided: int = 0
    journal_bytes: int = 0
    open_cases: Counter[str] = field(default_factory=Counter)
    overdue: int = 0

    def took_in(self, events: Sequence[Event]) -> None:
        """A mail was decided by these events, facts first."""
        facts = events[0] if events else None
        self.decided[facts.sort if isinstance(facts, Facts) else ""] += 1
        self.events.update(event.kind for event in events)

    def round_done(self, done: "Round") -> None:
        """A part of the service had its turn."""
        self.letters.update(done.letters)
        self.deadlines += done.deadlines
        self.orders += done.orders


@contextmanager
def timed(shown: Shown | None, stage: str) -> Iterator[None]:
    """How long the block takes is shown as a stage, if anybody watches; not if it fails."""
    began = time.monotonic()
    yield
    if shown is not None:
        shown.took(stage, time.monotonic() - began)


async def look_through(work: "Work") -> None:
    """Counts what takes a look at every open case and every file of the journal; nothing if nobody watches."""
    if work.shown is None:
        return
    tally, now = work.tally, work.clock()
    found, overdue = Counter[str](), 0
    async for case in work.tools.store.cases(Wanted(statuses=OPEN)):
        found[case.status] += 1
        overdue += late(case, now)
    tally.open_cases, tally.overdue = found, overdue
    tally.undecided = len(await work.tools.store.undecided())
    tally.journal_bytes = await work.tools.store.journal_bytes()


def show(work: "Work") -> None:
    """The present figures are shown, if anybody watches."""
    if work.shown is None:
        return
    store, tally, now = work.tools.store, work.tally, work.clock()
    ledger = store.ledger()
    files = sum(ledger.mails.values()) - work.files_missing
    health = work.pulse.health(ledger, undecided=tally.undecided, files=files)
    figures = Figures(
        at=now,
        health=health,
        alarms=frozenset(raised(health, now)),
        read_until=tally.read_until,
        seq=store.head.seq,
        journal_bytes=tally.journal_bytes,
        open_cases={status: tally.open_cases[status] for status in sorted(OPEN)},
        overdue=tally.overdue,
        reader=dict(work.reader.counts),
        connections=_connections(work),
        reloads=dict(tally.reloads),
        decided=dict(tally.decided),
        events=dict(tally.events),
        letters=dict(tally.letters),
        deadlines=tally.deadlines,
        orders=tally.orders,
    )
    work.shown.show(figures)


def _connections(work: "Work") -> dict[str, int]:
    made = sum(getattr(postman, "connections", 0) for postman in work.postmen)
    return {"imap": work.inbox.connections, "smtp": made + work.courier.connections}
