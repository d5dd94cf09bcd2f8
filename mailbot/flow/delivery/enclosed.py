"""The files that go with a letter, found as the rules of its entry say: sheets to be made, and files as bytes.
It knows no relay and no words."""

from mailbot.core.events import Enclosure
from mailbot.core.rules import Sheet
from mailbot.core.rulesets.files import sheet_of
from mailbot.flow.tools import Tools
from mailbot.store import LetterDue


class FileGone(Exception):  # noqa: N818 - it is the world that is broken
    """A file that goes with a letter cannot be had: the text says which, for the operator. The letter stays due."""


async def enclosed(tools: Tools, due: LetterDue) -> tuple[Sheet | bytes, ...]:
    """What goes with a letter, in the order of its enclosures; FileGone if one cannot be had.

    Sheets are those of the rules that the letter's entry names, other files are found by their digest: what changed
    in rules/ since then changes no letter.
    """
    return tuple([await _content(tools, due, enclosure) for enclosure in due.letter.enclosures])


async def _content(tools: Tools, due: LetterDue, enclosure: Enclosure) -> Sheet | bytes:
    if enclosure.sheet:
        return await _sheet(tools, due, enclosure)
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
