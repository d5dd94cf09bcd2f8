"""One letter: its bytes, made from its sealed entry, handed over. It knows no other letter."""

from collections.abc import Callable

from mailbot.core.case import Case
from mailbot.edge.postman import Later, Never, Sent
from mailbot.flow.delivery.enclosed import enclosed
from mailbot.flow.delivery.values import Carrier
from mailbot.flow.tools import Tools
from mailbot.store import LetterDue, Wanted


async def hand_over(tools: Tools, carrier: Carrier, due: LetterDue) -> Sent | Later | Never:
    """Take one letter to the relay; nothing is journaled. PostmanBroken if the relay cannot be worked with; FileGone
    if a file that goes with it is not there any more: then the relay is not asked.

    The bytes are made from the sealed entry, so that a letter that goes again after a crash is the same, byte for byte.
    """
    case, files = await _case(tools, due), await enclosed(tools, due)
    log = f"log {due.entry.seq} {due.entry.hash}"
    raw = tools.stationery.build(due.name, due.letter, due.entry.at, log, _recipients(case), files)
    return await carrier.send(tools.stationery.envelope_sender(due.name, due.letter), due.letter.to, raw)


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
