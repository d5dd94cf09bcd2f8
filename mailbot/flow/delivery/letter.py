"""One letter: its bytes, made from its sealed entry, and the entry that tells what became of it.
It knows no other letter."""

from collections.abc import Callable
from datetime import datetime, timedelta

from mailbot.core.case import Case
from mailbot.core.decide import undeliverable
from mailbot.core.events import Event, LetterFailed, LetterHeld, LetterPostponed, LetterSent
from mailbot.core.instants import to_text
from mailbot.core.outcome import Decision
from mailbot.core.patience import again
from mailbot.core.token import without_macs
from mailbot.core.uids import uids_of
from mailbot.edge.postman import Later, Never, Sent
from mailbot.flow.delivery.enclosed import enclosed
from mailbot.flow.delivery.values import Carrier, Held, Result
from mailbot.flow.tools import Clock, Tools
from mailbot.store import LetterDue, Wanted

AT_LEAST = timedelta(minutes=1)
"""How long a letter rests that the relay perhaps has: a relay that is busy with it would get it twice at once."""
WORDS = 200
"""Characters kept of what a relay says."""


async def hand_over(tools: Tools, carrier: Carrier, due: LetterDue) -> Sent | Later | Never:
    """Take one letter to the relay; nothing is journaled. PostmanBroken if the relay cannot be worked with; FileGone
    if a file that goes with it is not there any more: then the relay is not asked.

    The bytes are made from the sealed entry, so that a letter that goes again after a crash is the same, byte for byte.
    """
    case, files = await _case(tools, due), await enclosed(tools, due)
    log = f"log {due.entry.seq} {due.entry.hash}"
    raw = tools.stationery.build(due.name, due.letter, due.entry.at, log, _recipients(case), files)
    return await carrier.send(tools.stationery.envelope_sender(due.name, due.letter), due.letter.to, raw)


async def record(tools: Tools, due: LetterDue, result: Result, clock: Clock) -> Result:
    """Journal what became of a letter; durable on return. The result as it stands in the journal: Never for a letter
    that was tried for too long. store.Full if the disk does not take it: nothing is journaled. Nor is anything of a
    letter that was erased while it was on its way: what a relay says names its recipient."""
    async with tools.store.batch() as batch:
        now = clock()
        if due.entry.seq in uids_of(tools.store.ledger().erased):
            return result
        event = _event(due, result, now)
        case = await batch.case(due.entry.case) if due.entry.case else None
        last = case.last_letter if case else 0
        batch.append(tools.draft(_decided(tools, case, event, now), at=now, mail=None, last_letter=last))
    return Never(event.code, event.why) if isinstance(event, LetterFailed) else result


def _decided(tools: Tools, case: Case | None, event: Event, now: datetime) -> Decision:
    if case is not None and isinstance(event, LetterFailed):
        return undeliverable(case, event, tools.rules, now, tools.store.ledger().away)
    return Decision(case=case.number if case else None, events=(event,))


def _event(due: LetterDue, result: Result, now: datetime) -> Event:
    if isinstance(result, Sent):
        return LetterSent(letter=due.name, answer=_kept(result.response))
    if isinstance(result, Held):
        return LetterHeld(letter=due.name, why=result.budget)
    if isinstance(result, Never):
        return LetterFailed(letter=due.name, code=result.code, why=_kept(result.reason))
    until = again(due.tries, due.entry.at, now, due.name)
    if until is None:
        why = _kept(f"given up after three days: {result.reason}")
        return LetterFailed(letter=due.name, code=result.code or 0, why=why)
    if result.code is None:
        until = max(until, now + AT_LEAST)
    return LetterPostponed(letter=due.name, why=_kept(result.reason), until=to_text(until))


def _kept(said: str) -> str:
    return without_macs(said)[:WORDS]


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
