"""No cell of a usage plan breaks reading it: whatever type of value stands in whichever cell, a plan comes out."""

import functools
import io
import math
import re
import time
import tracemalloc
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook
from plan_files import GENERAL, YEAR, PlanFile, Row

from mailbot.core import plans
from mailbot.core.events import Plan
from mailbot.core.plans import Sheet
from mailbot.core.plans.cells import Cell, day, number, spelled, text_of
from mailbot.edge.attachments import Seen, UnreadableFileError, look
from mailbot.edge.attachments import plan as reader

HOSTILE: tuple[Cell, ...] = (
    *(math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, -0.0, 1e15, 29_999.9, 45_000.5, 79_999.9, 2.0**63),
    *(True, False, date.min, date.max, None, "", " ", "\n", "-", "=", "\ufeff", "🗹", "NaN", "inf", "1e400", "-1", "0"),
    *("9" * 20_000, "9" * 400 + " TB", "1," * 9_000, "٣", "Ⅷ", "a" * 30_000, "a@" * 2_000, "-" * 400, "'", "\\", "{0}"),
    *(
        "0000/00/00",
        "9999/99/99",
        "9999-12-31",
        "0001-01-01",
        "r99/1/1",
        "令和0年1月1日",
        "令和99年12月31日",
        "令和元年2月30日",
    ),
)
"""What may stand in a cell and be no number, no day and no text that anybody expects there."""


def sheets(file: PlanFile) -> tuple[Sheet, ...]:
    """The sheets of a file, as they reach the core."""
    return reader._sheets(file.content)


@functools.cache
def usual_sheets() -> tuple[Sheet, ...]:
    """Those of a plan without a fault."""
    return sheets(PlanFile(order=("purpose", "fees")))


def replaced(sheet: Sheet, cell: Cell, row: int, column: int) -> Sheet:
    rows = [list(cells) for cells in sheet.rows]
    rows[row][column] = cell
    return Sheet(sheet.name, tuple(map(tuple, rows)))


@pytest.mark.parametrize("cell", HOSTILE, ids=lambda cell: repr(cell)[:30])
def test_a_cell_says_a_number_a_day_a_text_or_none_of_them(cell: Cell) -> None:
    amount, told = number(cell), day(cell)
    assert amount is None or amount.is_finite()
    assert told is None or isinstance(told, date)
    assert isinstance(text_of(cell), str)


@pytest.mark.parametrize("cell", HOSTILE, ids=lambda cell: repr(cell)[:30])
def test_a_plan_comes_out_whichever_cell_is_hostile(cell: Cell) -> None:
    purpose, fees = usual_sheets()
    filled = [(0, row, column) for row in (2, 9, 13) for column in range(6)]
    filled += [(1, row, column) for row in (0, 9, 11) for column in (*range(6), 14)]
    for number_of, row, column in filled:
        both = [purpose, fees]
        both[number_of] = replaced(both[number_of], cell, row, column)
        plan = plans.read(both)
        assert plan is None or Plan.model_validate_json(plan.model_dump_json()) == plan


@pytest.mark.parametrize("cell", HOSTILE, ids=lambda cell: repr(cell)[:30])
def test_a_plan_comes_out_if_the_whole_table_is_hostile(cell: Cell) -> None:
    purpose, fees = usual_sheets()
    for row in range(11, 20):
        for column in range(14):
            fees = replaced(fees, cell, row, column)
    for column in range(1, 6):
        purpose = replaced(purpose, cell, 13, column)
    plan = plans.read((purpose, fees))
    assert plan is not None
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


CELL = re.compile(rb'<c ([^>]*?) t="n"><v>987654.5</v></c>')


def with_number(written: bytes, **file: Any) -> bytes:
    """A workbook in which every 987654.5 is written so."""
    return with_cell(rb'<c \1 t="n"><v>' + written + b"</v></c>", **file)


def with_cell(written: bytes, **file: Any) -> bytes:
    """A workbook in which every cell with 987654.5 is written so; `\\1` is what else the cell says of itself."""
    return rewritten(PlanFile(**file).content, written)


def rewritten(content: bytes, written: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            after.writestr(name, CELL.sub(written, before.read(name)))
    return made.getvalue()


@pytest.mark.parametrize("written", [b"NaN", b"nan", b"inf", b"-inf", b"Infinity", b"1e400", b"-1e400", b"1e308"])
@pytest.mark.parametrize("code", ["plan_date", "plan_amount"])
def test_a_number_of_a_file_that_is_none_is_a_fault_of_its_cell(written: bytes, code: str) -> None:
    odd = 987654.5
    row = {"plan_date": Row({"hanako": 20}, (odd, YEAR[1])), "plan_amount": Row({"hanako": odd})}[code]
    seen = looked(with_number(written, rows=(row,)))
    assert isinstance(seen, UnreadableFileError) or seen.plan is not None
    if isinstance(seen, Seen) and seen.plan and b"-" not in written:
        assert code in [fault.code for fault in seen.plan.faults]


ODD_CELLS = {
    **{f"boolean {value}": f't="b"><v>{value}</v>' for value in ("0", "1", "2", "")},
    **{f"error {value}": f't="e"><v>{value}</v>' for value in ("#N/A", "#REF!", "#DIV/0!", "#NONSENSE", "")},
    **{f"day {value}": f's="1"><v>{value}</v>' for value in ("-1", "0", "0.5", "1", "60", "2958466", "1e300", "NaN")},
    **{f"text of a day {value}": f't="d"><v>{value}</v>' for value in ("1899-12-31", "0000-00-00", "2026-13-45", "x")},
    "a shared text that is not there": 't="s"><v>99999</v>',
    "a shared text of no number": 't="s"><v>-1</v>',
    "a formula without a result": "><f>1/0</f>",
    "a formula whose result is text": 't="str"><f>A1</f><v>12 TB</v>',
    "an unknown type": 't="zz"><v>1</v>',
    "a text of a megabyte": f't="inlineStr"><is><t>{"a@" * 500_000}</t></is>',
    "digits of a megabyte": f't="inlineStr"><is><t>{"9" * 1_000_000}</t></is>',
    "a megabyte of Japanese": f't="str"><v>{"責任者" * 330_000}</v>',
}
"""Cells as a file may hold them, in place of a number."""
ODD = 987654.5
WHERE: dict[str, dict[str, Any]] = {
    "amount": {"rows": (Row({"hanako": ODD}),)},
    "first day": {"rows": (Row({"hanako": 20}, (ODD, YEAR[1])),)},
    "service": {"rows": (Row({"hanako": 20}, service=ODD),)},  # type: ignore[arg-type]
    "user": {"users": ((ODD,) * 5,)},
    "year": {"year": ODD},
    "purpose": {"purpose": ODD},
    "name": {"name": ODD},
}


@functools.cache
def plan_with_odd(where: str) -> bytes:
    return PlanFile(**WHERE[where]).content


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("written", ODD_CELLS)
def test_a_cell_of_any_kind_is_read_or_the_file_is_refused_in_time(where: str, written: str) -> None:
    content = rewritten(plan_with_odd(where), rf"<c \1 {ODD_CELLS[written]}</c>".encode())
    began = time.process_time()
    seen = looked(content)
    assert time.process_time() - began < 2
    assert isinstance(seen, UnreadableFileError) or seen.kind in ("plan", "spreadsheet")
    if isinstance(seen, Seen) and seen.plan:
        assert len(seen.plan.model_dump_json()) < 200_000


def looked(content: bytes) -> Seen | UnreadableFileError:
    try:
        return look(content)
    except UnreadableFileError as unreadable:
        return unreadable


def test_no_cell_reaches_the_plan_with_more_text_than_a_spreadsheet_lets_anybody_type() -> None:
    written = rb'<c \1 t="inlineStr"><is><t>' + b"x" * 1_000_000 + b"</t></is></c>"
    read = reader._sheets(rewritten(plan_with_odd("purpose"), written))
    assert max(len(cell) for sheet in read for row in sheet.rows for cell in row if isinstance(cell, str)) == 32_767


@pytest.mark.parametrize("filled", [plans.MOST_LINES, plans.MOST_LINES + 1])
def test_a_table_with_more_amounts_than_anybody_plans_with_is_refused(filled: int) -> None:
    """What a plan says is handed on, journaled and shown: it must not be as large as a sheet may be."""
    seen = looked(wide(filled))
    assert isinstance(seen, UnreadableFileError) == (filled > plans.MOST_LINES)
    assert isinstance(seen, UnreadableFileError) or (seen.plan and len(seen.plan.lines) == filled)


def wide(filled: int) -> bytes:
    """A plan whose table has so many columns that `filled` amounts stand in ten rows of it."""
    book = load_workbook(io.BytesIO(PlanFile(rows=(Row({"hanako": 1}),) * 10).content))
    sheet, more = book["料金試算表"], filled // 10
    sheet.insert_cols(6, more)
    for row in range(10):
        for column in range(6, 6 + filled // 10 + (row < filled % 10)):
            sheet.cell(12 + row, column - 1, 1)
            sheet.cell(10, column - 1, f"account{column}")
    book.save(made := io.BytesIO())
    return made.getvalue()


def test_the_name_of_a_sheet_is_not_repeated_longer_than_any_is() -> None:
    content = PlanFile(rows=(Row({"hanako": 1}, service=""),) * 10).content
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace('料金試算表" '.encode(), b"x" * 200_000 + b'" '))
    assert b"x" * 200_000 in zipfile.ZipFile(made).read("xl/workbook.xml")
    seen = looked(made.getvalue())
    assert isinstance(seen, Seen)
    assert seen.plan
    assert {len(fault.sheet) for fault in seen.plan.faults if fault.sheet.startswith("x")} == {100}


def test_what_breaks_reading_a_plan_is_a_broken_file_and_costs_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_: object) -> Plan:
        raise OverflowError("a sheet nobody thought of")

    monkeypatch.setattr(plans, "read", breaks)
    with pytest.raises(UnreadableFileError, match="is broken"):
        look(PlanFile(rows=(Row({"hanako": 20}, service=GENERAL),)).content)


def test_cells_of_any_length_fill_no_memory() -> None:
    tracemalloc.start()
    try:
        for row in range(100):
            spelled(f"{row}" + "ﷺ" * 20_000)
        assert tracemalloc.get_traced_memory()[0] < 2_000_000, "72 MB were asked for"
    finally:
        tracemalloc.stop()


def test_what_is_longer_than_any_heading_is_none() -> None:
    assert spelled("Account " + "x" * 300) != spelled("Account " + "x" * 180)
    assert number("1" * 300) is None
