"""The files that go with a letter as bytes, made or fetched as the rules of its entry say.
It knows no relay and no words."""

from zoneinfo import ZoneInfo

from mailbot.core.events import Enclosure
from mailbot.core.rules import Sheet
from mailbot.core.rulesets.files import sheet_of
from mailbot.flow.tools import Tools
from mailbot.store import LetterDue


class FileGone(Exception):  # noqa: N818 - it is the world that is broken
    """A file that goes with a letter cannot be had: the text says which, for the operator. The letter stays due."""


async def enclosed(tools: Tools, due: LetterDue) -> list[tuple[Enclosure, bytes]]:
    """Every file of a letter with its bytes, in order; FileGone if one cannot be had.

    Sheets are made after the rules that the letter's entry names, other files are found by their digest: what changed
    in rules/ since then changes no letter.
    """
    return [(enclosure, await _bytes(tools, due, enclosure)) for enclosure in due.letter.enclosures]


async def _bytes(tools: Tools, due: LetterDue, enclosure: Enclosure) -> bytes:
    if enclosure.sheet:
        from mailbot.edge import sheets  # what draws PDFs is large, and few letters need it

        sheet = await _sheet(tools, due, enclosure)
        return sheets.make(enclosure, sheet, due.entry.at.astimezone(ZoneInfo(tools.rules.desk.timezone)))
    data = await tools.store.rule_file(enclosure.digest)
    if data is None:
        wanted = f"state/rules/files/{enclosure.digest}, the bytes of rules/files/{enclosure.file} when it was written"
        raise FileGone(f"{enclosure.name}: found no such file, or a broken one; wanted {wanted}")
    return data


async def _sheet(tools: Tools, due: LetterDue, enclosure: Enclosure) -> Sheet:
    """The sheet as it stood in the rules of the letter's entry."""
    if due.entry.rules == tools.rules_kept and enclosure.sheet in tools.rules.sheets:
        return tools.rules.sheets[enclosure.sheet]
    texts = await tools.store.rule_texts(due.entry.rules)
    sheet = sheet_of(texts or {}, enclosure.sheet)
    if sheet is None:
        wanted = f"state/rules/{due.entry.rules}.json with rules/files/{enclosure.sheet}.toml"
        raise FileGone(f"{enclosure.name}: found no such file, or a broken one; wanted {wanted}")
    return sheet
