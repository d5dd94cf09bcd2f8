"""From a mail, or orders in a clerk's words, and what is remembered to decisions: once when it comes, and again
whenever somebody wants to see it decided. It writes nothing and knows no clock."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from mailbot.core import accounts
from mailbot.core.away import absent
from mailbot.core.case import Case
from mailbot.core.commands import named_cases
from mailbot.core.decide import decide
from mailbot.core.decide.orders import commanded
from mailbot.core.events import Facts
from mailbot.core.evidence import (
    Proof,
    Remembered,
    asks_queue,
    claimed_letters,
    confirmed_cases,
    gather,
    identity,
    listed_cases,
    opens,
)
from mailbot.core.lookups import account_given, lookups, lookups_of
from mailbot.core.message import Message, Unreadable
from mailbot.core.orders import Ordered, RunCommands
from mailbot.core.outcome import GENERAL, Decision
from mailbot.core.rules import Rules
from mailbot.core.sender import only_sender
from mailbot.core.sorting import AUTOMATIC
from mailbot.store import Asked, Recall


class Recalling(Protocol):
    """Whatever answers what is remembered: a batch in the making, or the journal as it was before an entry."""

    async def recall(self, asked: Asked) -> Recall: ...

    async def case(self, number: str) -> Case | None: ...


@dataclass(frozen=True, slots=True)
class Known:
    """What deciding takes beside what is remembered: the rules, the instant (aware UTC), what proves a token, what
    automatic answers said of who is away (address in lower case: last day), and what of the facts is known before the
    mail is read: where it lay, its size, who ordered it to be decided again."""

    rules: Rules
    now: datetime
    proof: Proof
    away: Mapping[str, str]
    begun: Facts = field(default_factory=Facts)


async def consider(batch: Recalling, message: Message | Unreadable, known: Known) -> list[Decision]:
    """What one mail does: one Decision an entry, in order."""
    begun, rules = known.begun, known.rules
    before = {"place": begun.place, "operator": begun.operator, "size": begun.size}
    if isinstance(message, Unreadable):
        return decide({}, message, Facts(sort="unreadable", **before), rules, known.now)
    remembered = await _remembered(batch, message, known)
    facts = gather(message, remembered, rules, known.proof, place=begun.place)
    if listed := listed_cases(facts):
        remembered = await _with_cases(batch, remembered, listed, opened=True)
    if named := confirmed_cases(facts, remembered.cases.values()):
        remembered = await _with_cases(batch, remembered, named)
    away = _away(absent(known.away, rules.desk, known.now), facts)
    more = await _more(batch, message, facts, remembered, known)
    facts = facts.model_copy(update={**before, **more, "away": away})
    cases = remembered.cases
    if asks_queue(message, facts):
        cases = {**cases, **(await batch.recall(Asked(open=True))).cases}
    return decide(cases, message, facts, rules, known.now)


async def _remembered(batch: Recalling, message: Message, known: Known) -> Remembered:
    since = _midnight(known.now, known.rules.desk.timezone)
    sender = _address(message)
    asked = Asked(mail=message.digest, since=since, letters=claimed_letters(message, known.rules), own=bool(sender))
    recall = await batch.recall(dataclasses.replace(asked, sender=sender, identity=identity(message)))
    general = sum(template in GENERAL for template in recall.written)
    twins = {twin.mail: twin.content for twin in recall.twins if twin.mail != message.digest}
    return Remembered(recall.letters, recall.cases, general, twins, recall.own)


async def _with_cases(
    batch: Recalling, remembered: Remembered, numbers: tuple[str, ...], *, opened: bool = False
) -> Remembered:
    """With these cases, each by its first letter, and perhaps all that are open."""
    recall = await batch.recall(Asked(letters=tuple(f"{number}.1" for number in numbers), open=opened))
    return dataclasses.replace(remembered, cases={**remembered.cases, **recall.cases})


async def _more(
    batch: Recalling, message: Message, facts: Facts, remembered: Remembered, known: Known
) -> Mapping[str, Any]:
    """The facts that are only asked for once it is known what the mail is: a number for the case it may open, the
    sender's other open cases of that form, what registers say."""
    rules = known.rules
    form, rows = opens(message, facts, remembered, rules), lookups(message, facts, remembered, rules)
    if form is None and not rows:
        return {}
    year = known.now.astimezone(ZoneInfo(rules.desk.timezone)).year if form else None
    login = account_given(message, facts, remembered, rules)
    asked = Asked(mail=message.digest, sender=_address(message), year=year, form=form or "", accepted=bool(login))
    recall = await batch.recall(dataclasses.replace(asked, rows=rows, registers=rules.desk.registers))
    taken = accounts.had_by(login, (facts.letter or "").partition(".")[0], recall.cases.values(), rules)
    return {"number": recall.number, "rows": recall.rows, "others": recall.others, "taken": taken}


async def considered(batch: Recalling, ordered: Ordered, order: RunCommands, known: Known) -> Decision:
    """A clerk's commands on a case, ordered at the shell; with the first letter of a case that they name comes that
    case, as for a mail."""
    rules = known.rules
    case = await batch.case(order.case)
    rows, form = (lookups_of(case, rules), rules.forms.get(case.form)) if case else ((), None)
    login = accounts.wanted(order.text, case, form) if case and form else ""
    rows = (*rows, *accounts.sought(login, form)) if form else rows
    named = tuple(f"{number}.1" for number in named_cases(order.text))
    recall = await batch.recall(Asked(letters=named, rows=rows, registers=rules.desk.registers, accepted=bool(login)))
    cases = {**recall.cases, order.case: case} if case else recall.cases
    taken = accounts.had_by(login, order.case, recall.cases.values(), rules)
    facts = Facts(rows=recall.rows, away=absent(known.away, rules.desk, known.now), taken=taken)
    return commanded(ordered, order, cases, facts, rules, known.now)


def _away(known: dict[str, str], facts: Facts) -> dict[str, str]:
    """Who is out of office; a clerk who proves to write is back."""
    back = facts.sender.address.lower() if facts.sender and facts.sender.proven else ""
    return known if facts.sort in AUTOMATIC else {address: until for address, until in known.items() if address != back}


def _address(message: Message) -> str:
    mailbox = only_sender(message)
    return mailbox.key if mailbox else ""


def _midnight(now: datetime, timezone: str) -> datetime:
    today = now.astimezone(ZoneInfo(timezone)).date()
    return datetime.combine(today, time.min, ZoneInfo(timezone))
