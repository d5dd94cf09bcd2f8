"""How sheets and headings of a usage plan are found by what they say. It knows no answer that stands beside them."""

import re
from collections.abc import Iterator, Mapping

from mailbot.core.events import PlanFault
from mailbot.core.fields.texts import quotable
from mailbot.core.plans.cells import Sheet, place, spelled

_EXAMPLE = re.compile(r"記入例|見本|サンプル|\bexample|\bsample")
_EXAMPLE_HEAD = frozenset({"責任者名:鈴木太郎", "申請日:2020/03/31"})
"""What the head of every worked example says, by which it is known under another name."""
LOOKED_AT = 12
"""Rows in which the head of a fee table lies."""

Spot = tuple[int, int]


def is_example(sheet: Sheet) -> bool:
    """Whether a sheet is one of the worked examples that the templates bring along."""
    if _EXAMPLE.search(spelled(sheet.name)):
        return True
    head = {spelled(cell) for row in sheet.rows[:LOOKED_AT] for cell in row[:2] if isinstance(cell, str)}
    return head >= _EXAMPLE_HEAD


def labels(sheet: Sheet) -> Iterator[tuple[Spot, str]]:
    """Every text of the sheet with its place, spelled for comparing, row by row."""
    for row, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and cell.strip():
                yield (row, column), spelled(cell)


def spots(sheet: Sheet, headings: Mapping[str, re.Pattern[str]]) -> dict[str, Spot]:
    """Where each heading (key -> how it is spelled) stands first; a heading that is not there has no key."""
    found: dict[str, Spot] = {}
    for spot, text in labels(sheet):
        for key, heading in headings.items():
            if key not in found and heading.fullmatch(text):
                found[key] = spot
                break
    return found


def columns(sheet: Sheet, row: int, headings: Mapping[str, re.Pattern[str]]) -> dict[str, int]:
    """The columns of a table by the headings in its row, each the first that fits."""
    found: dict[str, int] = {}
    for column, cell in enumerate(sheet.rows[row]):
        text = spelled(cell) if isinstance(cell, str) else ""
        key = next((key for key, heading in headings.items() if key not in found and heading.fullmatch(text)), None)
        if text and key:
            found[key] = column
    return found


def fault(code: str, sheet: Sheet, cell: str | Spot = "", found: str = "", **wanted: str) -> PlanFault:
    """A fault in a cell; the places of its sentence are the sheet's name, the cell, and `wanted`."""
    where = cell if isinstance(cell, str) else place(*cell)
    places = {"sheet": sheet.name, **({"cell": where} if where else {}), **wanted}
    return PlanFault(code=code, sheet=sheet.name, cell=where, found=quotable(found, 100), wanted=places)
