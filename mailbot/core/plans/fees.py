"""Reads the fee table (料金試算表): from when to when, which service, how much for each account. It judges no user."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice, takewhile
from typing import NamedTuple

from mailbot.core.events import PlanFault, PlanLine
from mailbot.core.plans.cells import Cell, Sheet, day, number, place, spelled, text_of
from mailbot.core.plans.finding import LOOKED_AT, Spot, columns, fault, labels
from mailbot.core.plans.totals import number_text

FEES = "料金試算表"
"""What the sheet is called in the templates, and its title."""
HEADINGS: Mapping[str, re.Pattern[str]] = {
    "start": re.compile(r"(?:利用)?開始日"),
    "end": re.compile(r"(?:利用)?終了日"),
    "service": re.compile(r"サービス"),
    "sort": re.compile(r"種別"),
    "accounts": re.compile(r"アカウント名.*"),
    "sum": re.compile(r"リソース量合計"),
}
_ENDS = re.compile(r".*料金合計|消費税.*|合計")
_HEAD = {
    "責任者名": "name",
    "責任者アカウント": "account",
    "責任者アカウント名": "account",
    "責任者所属": "affiliation",
}
_NAMES = "氏名"
_YEAR = re.compile(r"20\d\d")
MOST_ROWS = 1000
MOST_LINES = 2000
"""Amounts in one table that are read; the template has 150 cells for them."""
MOST_TB = Decimal(1_000_000)


class Service(NamedTuple):
    """How a service is known by its name, what it is counted in, and whether it counts against what is free."""

    name: re.Pattern[str]
    unit: str
    free: bool


SERVICES = (
    Service(re.compile(r"ストレージ.*個人ゲノム.*"), "TB", False),
    Service(re.compile(r"ストレージ.*"), "TB", True),
    Service(re.compile(r"計算ノード.*"), "units", False),
)
"""First hit wins. Only storage of the general division is free of charge up to a limit."""


@dataclass(frozen=True, slots=True)
class Fees:
    """What the table says: the template's year, what its head says of the responsible person, the lines, the accounts
    above its columns with their places, and what cannot be read; `lacking` is a heading it does not have."""

    sheet: Sheet
    year: str = ""
    year_cell: str = ""
    entries: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[PlanLine, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[PlanFault, ...] = ()
    lacking: str = ""

    @property
    def empty(self) -> bool:
        """Whether no amount stands in it."""
        return not self.lines and not self.faults


@dataclass(frozen=True, slots=True)
class _Table:
    """Where things stand: `at` the columns, rows of the accounts, of the first and after the last line."""

    sheet: Sheet
    at: Mapping[str, int]
    accounts: int
    first: int
    last: int


def is_fees(sheet: Sheet) -> bool:
    """Whether a sheet is a fee table: its headings for period, service and accounts stand in one row."""
    return _header(sheet) is not None


def _header(sheet: Sheet) -> int | None:
    wanted = {"start", "end", "service"}
    rows = range(min(len(sheet.rows), 5 * LOOKED_AT))
    return next((row for row in rows if columns(sheet, row, HEADINGS).keys() >= wanted), None)


def filled_first(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Of several fee tables those that are filled in, the one with the template's name first; else just one empty."""
    named = sorted(sheets, key=lambda sheet: spelled(sheet.name) != FEES)
    return [sheet for sheet in named if not read_fees(sheet).empty] or named[:1]


def read_fees(sheet: Sheet) -> Fees:
    """What a fee table says; it must be one (`is_fees`)."""
    header = _header(sheet) or 0
    year, year_cell = _year(sheet, header)
    at = columns(sheet, header, HEADINGS)
    label = _names_label(sheet, header, at.get("accounts", 0))
    lacking = next((key for key in HEADINGS if key not in at), "" if label else _NAMES)
    if lacking or label is None:
        return Fees(sheet, year, year_cell, lacking=lacking)
    table = _Table(sheet, at, label + 1, label + 3, _last(sheet, label + 3))
    found = list(islice(_amounts(table), MOST_LINES + 1))
    lines = tuple(one for one in found if isinstance(one, PlanLine))
    faults = tuple(one for one in found if isinstance(one, PlanFault))
    return Fees(sheet, year, year_cell, _head(sheet, header), lines, _accounts(table), faults)


def _names_label(sheet: Sheet, header: int, column: int) -> int | None:
    """The row in which the table says that names stand below the accounts; the accounts' own row is the next."""
    rows = range(header + 1, header + 5)
    return next((row for row in rows if spelled(sheet.text(row, column)) == _NAMES), None)


def _year(sheet: Sheet, header: int) -> tuple[str, str]:
    """The year the table is for, which stands in the row of its title, and the cell; without a year, the title's."""
    title = next((spot for spot, text in labels(sheet) if FEES in text and spot[0] < header), None)
    if title is None:
        return "", ""
    for column in range(4):
        if found := _YEAR.search(spelled(sheet.text(title[0], column))):
            return found[0], place(title[0], column)
    return "", place(*title)


def _head(sheet: Sheet, header: int) -> dict[str, str]:
    """What the head of the table says of the responsible person, label and answer in one cell or in two."""
    found = {}
    for (row, column), _ in takewhile(lambda label: label[0][0] < header, labels(sheet)):
        written = re.split(r"[:：]", sheet.text(row, column), maxsplit=1)
        key = _HEAD.get(spelled(written[0]))
        answer = (written[1].strip() if len(written) > 1 else "") or sheet.text(row, column + 1)
        if key and answer:
            found[key] = answer
    return found


def _last(sheet: Sheet, first: int) -> int:
    rows = range(first, len(sheet.rows))
    return next((row for row in rows if _ENDS.fullmatch(spelled(sheet.text(row, 0)))), len(sheet.rows))


def _places(table: _Table) -> range:
    return range(table.at["accounts"], table.at["sum"])


def _accounts(table: _Table) -> dict[str, str]:
    """What is written above the columns -> the cell, the first of each."""
    found: dict[str, str] = {}
    for column in _places(table):
        if name := table.sheet.text(table.accounts, column):
            found.setdefault(name, place(table.accounts, column))
    return found


def _amounts(table: _Table) -> Iterator[PlanLine | PlanFault]:
    """A line or a fault for each cell of the table in which an amount stands, and the faults of its row first."""
    unnamed: set[int] = set()
    for row in range(table.first, min(table.last, table.first + MOST_ROWS)):
        cells = {column: table.sheet.at(row, column) for column in _places(table)}
        filled = {column: cell for column, cell in cells.items() if text_of(cell) and number(cell) != 0}
        if not filled:
            continue
        yield from _row_faults(table, row)
        for column, cell in filled.items():
            if not table.sheet.text(table.accounts, column) and column not in unnamed:
                unnamed.add(column)
                yield fault("plan_column_unnamed", table.sheet, (table.accounts, column))
            yield _amount(table, (row, column), cell)


def _amount(table: _Table, spot: Spot, cell: Cell) -> PlanLine | PlanFault:
    row, column = spot
    amount = number(cell)
    if amount is None or amount > MOST_TB:
        return fault("plan_amount", table.sheet, spot, text_of(cell))
    if amount < 0:
        return fault("plan_negative", table.sheet, spot, text_of(cell))
    service = _service(table.sheet.text(row, table.at["service"]))
    start, end = (day(table.sheet.at(row, table.at[key])) for key in ("start", "end"))
    return PlanLine(
        account=table.sheet.text(table.accounts, column)[:300],
        service=table.sheet.text(row, table.at["service"])[:300],
        sort=table.sheet.text(row, table.at["sort"])[:300],
        amount=number_text(amount),
        unit=service.unit if service else "",
        free=service.free if service else False,
        cell=place(row, column),
        start=start.isoformat() if start else "",
        end=end.isoformat() if end else "",
    )


def _service(name: str) -> Service | None:
    return next((row for row in SERVICES if row.name.fullmatch(spelled(name))), None)


def _row_faults(table: _Table, row: int) -> Iterator[PlanFault]:
    """What is wrong with the service and the period of a row that has amounts."""
    name = table.sheet.text(row, table.at["service"])
    if not name:
        yield fault("plan_service_missing", table.sheet, (row, table.at["service"]))
    elif _service(name) is None:
        yield fault("plan_service", table.sheet, (row, table.at["service"]), name)
    days = {}
    for key in ("start", "end"):
        spot = (row, table.at[key])
        days[key] = day(table.sheet.at(*spot))
        if days[key] is None:
            written = table.sheet.text(*spot)
            yield fault("plan_date" if written else "plan_date_missing", table.sheet, spot, written)
    if days["start"] and days["end"] and days["end"] < days["start"]:
        first, last = days["start"].isoformat(), days["end"].isoformat()
        yield fault("plan_dates", table.sheet, (row, table.at["end"]), first=first, last=last)
