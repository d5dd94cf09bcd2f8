"""One letter: all that is needed to make it, from its sealed entry and the store. It makes none, and knows no relay."""

from collections.abc import Mapping, Sequence

from mailbot.core.case import Case
from mailbot.flow.courier.parcel import Parcel
from mailbot.flow.delivery.enclosed import enclosed
from mailbot.flow.tools import Tools
from mailbot.store import LetterDue, Wanted


async def parcel_of(tools: Tools, due: LetterDue) -> Parcel:
    """A letter with all that is needed to make it; FileGone if a file that goes with it is not there any more.

    It is made from the sealed entry, so that a letter that goes again after a crash is the same, byte for byte.
    """
    log = f"log {due.entry.seq} {due.entry.hash}"
    earlier = await _recipients(tools, due)
    return Parcel(due.name, due.letter, due.entry.at, log, earlier, await enclosed(tools, due))


async def _recipients(tools: Tools, due: LetterDue) -> Mapping[str, tuple[str, str]]:
    """Recipient and key of those letters of its case that it answers."""
    ours = [name for name in due.letter.thread if not name.startswith("<")]
    case = await _case(tools, due) if ours else None
    return _known(case, ours) if case else {}


def _known(case: Case, names: Sequence[str]) -> dict[str, tuple[str, str]]:
    numbers = ((name, name.rpartition(".")[2]) for name in names)
    found = ((name, case.letters.get(int(number))) for name, number in numbers if number.isdecimal())
    return {name: (info.to, info.key) for name, info in found if info}


async def _case(tools: Tools, due: LetterDue) -> Case | None:
    if due.entry.case is None:
        return None
    found = tools.store.cases(Wanted(numbers=frozenset({due.entry.case})))
    return await anext(aiter(found), None)
