"""Reads the sheets of a workbook (.xlsx, .xlsm), and the usage plan in them if there is one. It knows no mail.

Only values are read: a formula counts as what it last came to, and nothing is calculated, followed or run.
"""

import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

import python_calamine as calamine

from mailbot.core import plans
from mailbot.core.events import Plan
from mailbot.core.plans.cells import Cell
from mailbot.core.secrets import masked_column
from mailbot.edge.attachments.values import Seen, UnreadableFileError, guarded
from mailbot.edge.attachments.zips import Parts, packed, parts_of
from mailbot.edge.charsets import without_surrogates

MOST_SHEETS = 60
MOST_ROWS, MOST_CELLS = 20_000, 500_000
"""Rows and cells of the rectangle that a sheet spans: the library keeps all of it in memory, also where nothing stands.
All sheets together may have twice as many cells."""
MOST_TEXT = 100_000_000
"""Bytes that the texts of a sheet may come to if each of its cells showed the longest one, and those of all sheets."""
MOST_IN_A_NAME = 100
"""Characters of a sheet's name; a spreadsheet takes 31."""
MOST_IN_A_CELL = 32_767
"""Characters that a spreadsheet lets anybody type into one cell; the rest of a file made otherwise is not read."""
TOO_LARGE = "is larger than any usage plan"
_HOLLOW = re.compile(rb"<(?:\w+:)?c(?:\s+[\w:]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*/>")
"""A cell that has a format and no value; the library leaves it out."""
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']\s*([A-Za-z]{1,9})(\d{1,9})")
_CELL, _ROW_START = re.compile(rb"<(?:\w+:)?c[\s>]"), re.compile(rb"<(?:\w+:)?row[\s>]")
_ROW = re.compile(rb"\br\s*=\s*[\"']\s*(\d{1,9})")
_SHARED = re.compile(rb"<(?:\w+:)?si[\s>/]")


def look_into(content: bytes) -> Seen:
    """What a ZIP is that is known to be a spreadsheet: a `plan` with what it says, or `spreadsheet`; of OpenDocument
    and Excel's binary kind nothing is read.

    Raises UnreadableFileError for a workbook that is broken, locked, or larger than any plan.
    """
    parts = parts_of(content)
    if not parts:
        return Seen("spreadsheet")
    _measured(parts)
    sheets = _sheets(packed(parts))
    plan = guarded(lambda: plans.read(sheets))
    if plan and len(plan.lines) > plans.MOST_LINES:
        raise UnreadableFileError(TOO_LARGE)
    return guarded(lambda: _without_secrets(plan, sheets)) if plan else Seen("spreadsheet")


def _without_secrets(plan: Plan, sheets: Sequence[plans.Sheet]) -> Seen:
    """A plan as it reads when the secrets are masked that stand in several cells, one below the other."""
    kinds: list[str] = []
    masked = []
    for sheet in sheets:
        columns = [_masked(column, kinds) for column in zip_longest(*sheet.rows)]
        masked.append(plans.Sheet(sheet.name, tuple(zip(*columns, strict=True))))
    return Seen("plan", plan=(plans.read(masked) or plan) if kinds else plan, secrets=tuple(dict.fromkeys(kinds)))


def _masked(column: Sequence[Cell], kinds: list[str]) -> list[Cell]:
    texts, found = masked_column([cell if isinstance(cell, str) else "" for cell in column])
    kinds += found
    return [text if isinstance(cell, str) else cell for cell, text in zip(column, texts, strict=True)]


def _measured(parts: Parts) -> None:
    """Refuse what the library would need too much memory for; it would end the process, not raise an error."""
    shared = [part for name, part in parts.items() if "sharedstrings" in name.lower()]
    longest = max((len(text) for part in shared for text in _SHARED.split(part)), default=0)
    for part in parts.values():  # every part: which of them are sheets is for the workbook to say
        cells, rows, columns = _extent(part)
        if rows > MOST_ROWS or rows * columns > MOST_CELLS or cells * longest > MOST_TEXT:
            raise UnreadableFileError(TOO_LARGE)


def _extent(sheet: bytes) -> tuple[int, int, int]:
    """How many cells of a sheet have a value, and how many rows and columns they span; none of it is ever less."""
    solid = _HOLLOW.sub(b"", sheet)
    references = {(letters.upper(), int(row)) for letters, row in _REFERENCE.findall(solid)}
    cells = max(len(_CELL.findall(solid)), len(references))
    rows = max((row for _, row in references), default=0)
    columns = max((_column(letters) for letters in {letters for letters, _ in references}), default=0)
    if cells > len(references):  # some do not say where they are: it follows from their row and those before them
        lines = _ROW_START.split(solid)
        rows = max([rows, *map(int, _ROW.findall(solid))]) + len(lines)
        columns += max(len(_CELL.findall(line)) for line in lines)
    return cells, rows, columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _sheets(content: bytes) -> tuple[plans.Sheet, ...]:
    try:
        return guarded(lambda: tuple(_each_sheet(content)), calamine.CalamineError)
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of the library's language, which knows no Exception of ours
            raise UnreadableFileError("is broken") from error
        raise


def _each_sheet(content: bytes) -> Iterator[plans.Sheet]:
    book = calamine.load_workbook(io.BytesIO(content))
    worksheets = [about.name for about in book.sheets_metadata if about.typ == calamine.SheetTypeEnum.WorkSheet]
    if len(worksheets) > MOST_SHEETS:
        raise UnreadableFileError(f"has more than {MOST_SHEETS} sheets")
    cells = text = 0
    for name in worksheets:
        sheet = book.get_sheet_by_name(name)
        cells += (sheet.total_height + 1) * (sheet.total_width + 1)
        rows = sheet.to_python(skip_empty_area=False) if cells <= 2 * MOST_CELLS else []
        text += sum(len(cell) for row in rows for cell in row if isinstance(cell, str))
        if cells > 2 * MOST_CELLS or text > MOST_TEXT:
            raise UnreadableFileError(TOO_LARGE)
        yield plans.Sheet(_text(name, MOST_IN_A_NAME), tuple(tuple(map(_cell, row)) for row in rows))


def _cell(value: object) -> Cell:
    """A cell as a plan is read: a day is a date, an instant or a length of time its text, an empty text nothing."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, bool | float | dt.date):
        return value
    if isinstance(value, int):
        return float(value)
    return None if value is None else _text(str(value), MOST_IN_A_CELL) or None


def _text(text: str, longest: int) -> str:
    return without_surrogates(text[:longest]).replace("\0", "")
