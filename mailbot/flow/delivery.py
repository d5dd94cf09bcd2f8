"""Delivery: letters that are due become bytes and go to the relay; what became of each is journaled before the next.
It decides nothing and knows no words."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from mailbot.core.case import Case
from mailbot.core.decide import undeliverable
from mailbot.core.events import Event, LetterFailed, LetterPostponed, LetterSent
from mailbot.core.instants import to_text
from mailbot.core.outcome import Decision
from mailbot.core.token import without_macs
from mailbot.edge.postman import Later, Never, Sent
from mailbot.flow.tools import Clock, Tools
from mailbot.store import LetterDue, Wanted


class Carrier(Protocol):
    """Whoever takes letters to the relay, one at a time; see `edge.postman.Postman`."""

    async def connect(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, sender: str, recipient: str, raw: bytes) -> Sent | Later | Never: ...


async def send(tools: Tools, carrier: Carrier, due: LetterDue, clock: Clock) -> Sent | Later | Never:
    """Hand one letter to the relay and journal the result; durable on return.

    The bytes are made from the sealed entry, so that a letter that goes again after a crash is the same, byte for byte.
    """
    case = await _case(tools, due)
    log = f"log {due.entry.seq} {due.entry.hash}"
    raw = tools.stationery.build(due.name, due.letter, due.entry.at, log, _recipients(case))
    envelope = tools.stationery.envelope_sender(due.name, due.letter)
    result = await carrier.send(envelope, due.letter.to, raw)
    now = clock()
    async with tools.store.batch() as batch:
        standing = await batch.case(due.entry.case) if due.entry.case else None
        decision = _decided(tools, standing, _event(due.name, result, now), now)
        last = standing.last_letter if standing else 0
        batch.append(tools.draft(decision, at=now, mail=None, last_letter=last))
    return result


def _decided(tools: Tools, case: Case | None, event: Event, now: datetime) -> Decision:
    if case is not None and isinstance(event, LetterFailed):
        return undeliverable(case, event, tools.rules, now)
    return Decision(case=case.number if case else None, events=(event,))


def _event(name: str, result: Sent | Later | Never, now: datetime) -> Event:
    if isinstance(result, Sent):
        return LetterSent(letter=name, answer=without_macs(result.response)[:200])
    if isinstance(result, Later):
        return LetterPostponed(letter=name, why=without_macs(result.reason)[:200], until=to_text(now))
    return LetterFailed(letter=name, code=result.code, why=without_macs(result.reason)[:200])


async def _case(tools: Tools, due: LetterDue) -> Case | None:
    if due.entry.case is None:
        return None
    found = tools.store.cases(Wanted(numbers=frozenset({due.entry.case})))
    return await anext(aiter(found), None)


def _recipients(case: Case | None) -> Callable[[str], tuple[str, str] | None]:
    def recipient_of(name: str) -> tuple[str, str] | None:
        number = name.rpartition(".")[2]
        info = case.letters.get(int(number)) if case and number.isdecimal() else None
        return (info.to, info.key) if info else None

    return recipient_of
