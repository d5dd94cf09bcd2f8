"""What one mail, order or deadline did, decided again. A table says how, by what brought it about. What has no row was
not decided: `found` says whether it may be so."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from mailbot.core import events as e
from mailbot.core.case import Case
from mailbot.core.compared import Deeds
from mailbot.core.decide import desk, digest, head, overdue, undeliverable
from mailbot.core.heads import signed_lines
from mailbot.core.instants import to_text
from mailbot.core.message import Message, Unreadable
from mailbot.core.orders import Ordered, RunCommands
from mailbot.core.outcome import Decision
from mailbot.core.registers import Sought, not_imported
from mailbot.core.rules import Rules
from mailbot.edge.letters import Letters
from mailbot.edge.signing import proves
from mailbot.flow.considering import Known, consider, considered
from mailbot.store import Asked, Entry, Past, Recall, Twin

Decisions = list[Decision] | None
What = Literal["remind", "limit", "proposal"]
"""What a deadline is about."""


class Then:
    """What was remembered before an entry, where its facts do not say it themselves."""

    def __init__(self, past: Past, facts: e.Facts) -> None:
        self._past = past
        self._facts = facts

    async def recall(self, asked: Asked) -> Recall:
        """As a batch was told: cases, letters and numbers by the journal, the rest by the facts. A row of a register
        that nobody looked up then is that of no register."""
        recall, facts = await self._past.recall(dataclasses.replace(asked, rows=())), self._facts
        rows = {Sought(row.name, row.column, row.key): row for row in facts.rows}
        twin = (Twin(facts.twin, facts.content if facts.same else ""),) if facts.twin and asked.identity else ()
        return dataclasses.replace(
            recall,
            rows=tuple(rows.get(sought) or not_imported(sought) for sought in asked.rows),
            others=facts.others if asked.form else (),
            written=("forms",) * facts.letters_today if asked.since else (),
            twins=twin,
        )

    async def case(self, number: str) -> Case | None:
        """The case as it stood."""
        return await self._past.case(number)


@dataclasses.dataclass(frozen=True, slots=True)
class Occasion:
    """What is decided again: the entries it made, what was remembered before them, the rules, and what its mail says
    (None: there was none)."""

    entries: tuple[Entry, ...]
    past: Past
    rules: Rules
    message: Message | Unreadable | None = None

    @property
    def events(self) -> tuple[e.Event, ...]:
        """Those of the first entry."""
        return self.entries[0].events or ()

    @property
    def facts(self) -> e.Facts:
        """The facts of the first entry."""
        return facts_of(self.entries)

    @property
    def at(self) -> datetime:
        """The instant it was decided at."""
        return self.entries[0].at


def facts_of(entries: Sequence[Entry]) -> e.Facts:
    """The facts of the first entry; empty ones if it has none."""
    return entries[0].facts or e.Facts()


async def _mail(occasion: Occasion) -> Decisions:
    assert occasion.message is not None
    return await consider(Then(occasion.past, occasion.facts), occasion.message, _known(occasion))


async def _commands(occasion: Occasion) -> Decisions:
    facts = occasion.facts
    if facts.ordered is None or facts.operator is None:
        return None
    order = RunCommands(case=facts.ordered.case, text=facts.ordered.text, clerk=facts.ordered.clerk)
    ordered = Ordered(by=facts.operator, at="", order=order)
    return [await considered(Then(occasion.past, facts), ordered, order, _known(occasion))]


def _known(occasion: Occasion) -> Known:
    return Known(occasion.rules, occasion.at, occasion.facts, occasion.facts.away, occasion.facts)


async def _deadline(occasion: Occasion) -> Decisions:
    """Nothing, if its time had not come."""
    case, facts = await occasion.past.case(occasion.entries[0].case or ""), occasion.facts
    if case is None or not _has_come(case, what := _what(facts), to_text(occasion.at)):
        return None
    return [overdue(case, what, occasion.rules, occasion.at, facts.rows, facts.away)]


def _has_come(case: Case, what: What, now: str) -> bool:
    """Whether it was time for that, by the case as it stood."""
    if what == "proposal":
        return case.lapses(now)
    then = case.remind if what == "remind" else case.limit
    return case.open and then is not None and then <= now


def _what(facts: e.Facts) -> What:
    """Of a case that rested it does not matter whether its reminder or its limit had come."""
    return facts.sort_row if facts.sort_row in ("remind", "proposal") else "limit"  # type: ignore[return-value]


async def _quarantine(occasion: Occasion) -> Decisions:
    return _some(desk.quarantine_told(occasion.past.ledger(), occasion.rules, occasion.at))


async def _digests(occasion: Occasion) -> Decisions:
    cases = (await occasion.past.recall(Asked(open=True))).cases.values()
    return _some(digest.digests(cases, occasion.past.ledger(), occasion.rules, occasion.at))


async def _alarms(occasion: Occasion) -> Decisions:
    """Which alarms hold was found; who hears of them is decided."""
    ledger = occasion.past.ledger()
    ended = {event.alarm for event in occasion.events if isinstance(event, e.AlarmEnded)}
    new = {event.alarm: event.detail for event in occasion.events if isinstance(event, e.Alarmed)}
    return _some(
        desk.alarms_changed({**dict.fromkeys(ledger.alarms - ended, ""), **new}, ledger, occasion.rules, occasion.at)
    )


async def _head(occasion: Occasion) -> Decisions:
    """Which key there was is found, what it signed is not: a signature that does not fit counts as none."""
    told = next(event for event in occasion.events if isinstance(event, e.HeadTold))
    stands = head.statement(occasion.past.head, occasion.past.ledger(), occasion.rules.desk)
    if told.version == 1:  # an earlier program told less
        stands = dataclasses.replace(stands, last="", erased="", version=1)
    fits = bool(told.key) and proves(told.key, told.signature, signed_lines(stands).encode())
    return [head.told(stands, told.key if fits else "", told.signature if fits else "", occasion.rules)]


async def _failed(occasion: Occasion) -> Decisions:
    """That the relay refuses a letter was found; who hears of it is decided."""
    case, failed = await occasion.past.case(occasion.entries[0].case or ""), occasion.events[0]
    if case is None or not isinstance(failed, e.LetterFailed):
        return None
    return [undeliverable(case, failed, occasion.rules, occasion.at, occasion.past.ledger().away)]


def _some(decision: Decision | None) -> Decisions:
    return [decision] if decision else []


AGAIN: Mapping[type, Callable[[Occasion], Any]] = {
    e.QuarantineTold: _quarantine,
    e.DigestsSent: _digests,
    e.HeadTold: _head,
    e.Alarmed: _alarms,
    e.AlarmEnded: _alarms,
    e.LetterFailed: _failed,
}
"""How entries that no mail, order or deadline brought about are decided again, by their first event beside facts."""
OF_THE_WHOLE_DESK = (e.QuarantineTold, e.DigestsSent, e.HeadTold, e.QueueShown)
"""What depends on all cases: where one was erased since, it cannot be decided again."""


def way(entries: Sequence[Entry]) -> Callable[[Occasion], Any] | None:
    """How these entries are decided again; None if what they hold was not decided."""
    facts = facts_of(entries)
    if entries[0].mail is not None:
        return _mail
    if facts.ordered is not None:
        return _commands
    if facts.sort == "deadline":
        return _deadline
    first = next((event for event in entries[0].events or () if not isinstance(event, e.Facts)), None)
    return AGAIN.get(type(first)) if entries[0].case or not isinstance(first, e.LetterFailed) else None


async def deeds(occasion: Occasion) -> Deeds:
    """What is decided now, entry for entry, letters in words and numbered as they were."""
    decide = way(occasion.entries)
    decisions = await decide(occasion) if decide else None
    letters, key = Letters(occasion.rules), _key(occasion.entries)
    last: dict[str | None, int] = {}
    made: list[tuple[str | None, tuple[e.Event, ...]]] = []
    for decision in decisions or ():
        case = await occasion.past.case(decision.case) if decision.case else None
        before = last.get(decision.case, case.last_letter if case else 0)
        words = [letters.words(letter, number, key) for number, letter in enumerate(decision.letters, before + 1)]
        if decision.case:
            last[decision.case] = before + len(words)
        made.append((decision.case, (*decision.events, *words)))
    return made


def _key(entries: Sequence[Entry]) -> str:
    """The name of the key that their letters are made with: it was found, not decided."""
    written = (event for entry in entries for event in entry.events or () if isinstance(event, e.LetterWritten))
    return next((letter.key for letter in written), "")
