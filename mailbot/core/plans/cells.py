"""A sheet as values, and what a single cell says: text, number, day. It knows no heading and no plan."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from math import isfinite

Cell = str | float | bool | date | None
"""What a cell shows: a formula's last result, never the formula. A number is a float, as in the file; a file may hold
NaN, and what is beyond every float (`1e400`) is infinite."""

LONGEST = 20_000
_LONGEST_HEADING = 200
_FIRST_DAY, _SERIALS = date(1899, 12, 30), range(30_000, 80_000)
"""Day 0 of a spreadsheet's calendar (ECMA-376 part 1, §18.17.4.1), and the numbers that can be meant for a day."""
_NUMBER = re.compile(r"(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(tb|tib|テラバイト|テラ|単位)?", re.ASCII)
_DAY = re.compile(r"(\d{4}|令和(?:\d{1,2}|元)|r\d{1,2})[年/.-](\d{1,2})[月/.-](\d{1,2})日?", re.ASCII)
_REIWA = 2018


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name as the workbook shows it, and its cells; rows and columns count from 0."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]

    def at(self, row: int, column: int) -> Cell:
        """The cell, None beyond what the sheet has."""
        cells = self.rows[row] if 0 <= row < len(self.rows) else ()
        return cells[column] if 0 <= column < len(cells) else None

    def text(self, row: int, column: int) -> str:
        """What the cell says, stripped."""
        return text_of(self.at(row, column))


def place(row: int, column: int) -> str:
    """`C7` for row 6, column 2, as the spreadsheet shows it."""
    letters = ""
    while column >= 0:
        letters = chr(65 + column % 26) + letters
        column = column // 26 - 1
    return f"{letters}{row + 1}"


def text_of(cell: Cell) -> str:
    """A cell as text: stripped, whole numbers without a point, days as ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()[:LONGEST]


def spelled(text: str) -> str:
    """The form in which headings are compared: NFKC, lower case, no white space, no colon at the end. Of a text longer
    than any heading, number or day only the beginning, and a sign that says so: it is none of them."""
    return _spelled(text if len(text) <= _LONGEST_HEADING else f"{text[:_LONGEST_HEADING]}…")


@lru_cache(maxsize=4096)
def _spelled(text: str) -> str:
    """Cut before it is remembered: whoever fills cells with long text fills no memory with it."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text).casefold()).rstrip(":")


def number(cell: Cell) -> Decimal | None:
    """An amount: a number, or one written as text with `TB` or `単位` behind it; None if it is none."""
    if isinstance(cell, bool | date) or cell is None:
        return None
    if isinstance(cell, int | float):
        return Decimal(repr(cell)) if isfinite(cell) else None
    found = _NUMBER.fullmatch(spelled(cell))
    return Decimal(found[1].replace(",", "")) if found else None


def day(cell: Cell) -> date | None:
    """A day: of a cell formatted as one, its bare number, or text such as 2026/4/1 or 令和8年4月1日; None if none of it
    is meant."""
    if isinstance(cell, date):
        return cell
    if isinstance(cell, float) and isfinite(cell) and int(cell) in _SERIALS:
        return _FIRST_DAY + timedelta(days=int(cell))
    found = _DAY.fullmatch(spelled(text_of(cell)))
    try:
        return date(_year(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _year(text: str) -> int:
    if text[0].isdigit():
        return int(text)
    year = text.removeprefix("令和").removeprefix("r")
    return _REIWA + (1 if year == "元" else int(year))
