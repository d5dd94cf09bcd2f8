"""The rows of a register in memory, and how one is found in them. It knows no file."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailbot.core.columns import CONTROLS
from mailbot.core.events import Row
from mailbot.core.idn import on_the_wire
from mailbot.core.rules import Register

_BETWEEN = "\x1f"
"""Stands between the cells of a row as it is kept: no cell has it."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A row that is wanted: the one of the register `name` whose `column` is `key`, as somebody wrote it."""

    name: str
    column: str
    key: str


def comparable(text: str, how: str) -> str:
    """The form in which two cells of a column are compared (`how`: see `rules.Register`); the domain of an address as
    A-labels."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = plain.strip()
    if how == "text":
        return plain
    lower = plain.lower()
    return on_the_wire(lower) or lower if how == "email" else lower


class Table:
    """Rows of a register in memory, in UTF-8, each with some 200 octets more. A row is put in place of the one with the
    same key; one that is empty but for its key is gone, and hides the row of an older table."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self._columns = tuple(register.columns)
        self._rows: dict[str, bytes] = {}
        self._ways: dict[str, dict[str, list[str]]] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def put(self, row: Mapping[str, str]) -> None:
        """A row by column; columns that are not declared are not kept, and one without a key is none."""
        key = comparable(row.get(self.register.key, ""), self.register.columns[self.register.key])
        if not key:
            return
        for way in self._ways:
            self._leave(way, key)
        self._rows[key] = _BETWEEN.join(_clean([row.get(column, "") for column in self._columns])).encode()
        for way in self._ways:
            self._enter(way, key)

    def row(self, key: str) -> dict[str, str] | None:
        """The row with that key (comparable); None if there is none or if it is gone."""
        kept = self._rows.get(key)
        if kept is None:
            return None
        row = dict(zip(self._columns, kept.decode().split(_BETWEEN), strict=True))
        return row if any(value for column, value in row.items() if column != self.register.key) else None

    def keys(self, column: str, text: str) -> Sequence[str]:
        """The keys of rows whose column is that text (comparable), in order; at the first time for a column, all rows
        are looked at."""
        if column == self.register.key:
            return (text,) if text in self._rows else ()
        if column not in self._ways:
            self._ways[column] = {}
            for key in self._rows:
                self._enter(column, key)
        return self._ways[column].get(text, ())

    def _cell(self, column: str, key: str) -> str:
        cell = self._rows[key].decode().split(_BETWEEN)[self._columns.index(column)]
        return comparable(cell, self.register.columns[column])

    def _enter(self, column: str, key: str) -> None:
        if text := self._cell(column, key):
            self._ways[column].setdefault(text, []).append(key)

    def _leave(self, column: str, key: str) -> None:
        if key in self._rows and (text := self._cell(column, key)):
            self._ways[column][text].remove(key)


def has_controls(cells: Iterable[str]) -> bool:
    """Whether any of the cells has a sign that no cell has."""
    return CONTROLS.search("\n".join(cells)) is not None


def _clean(cells: list[str]) -> list[str]:
    return [CONTROLS.sub(" ", cell) for cell in cells] if has_controls(cells) else cells


def look_up(sought: Sought, tables: Sequence[Table]) -> dict[str, str] | None:
    """The row wanted, by column, in these tables of one register, the newest first; None if there is none. Of several
    rows with the same value in a column that is no key, the first."""
    register = tables[0].register if tables else None
    if register is None or sought.column not in register.columns:
        return None
    text = comparable(sought.key, register.columns[sought.column])
    for at, table in enumerate(tables):
        for key in table.keys(sought.column, text) if text else ():
            row = None if any(key in newer for newer in tables[:at]) else table.row(key)
            if row is not None:
                return row
    return None


def write(top: Table, below: Sequence[Table], row: Mapping[str, str], how: str) -> None:
    """What a case says of a row (`events.AccountChanged`) is put into `top`, on the row as it stands there and in the
    tables below (none: nothing was imported). A row that an import has not got is not changed into being; where nothing
    was imported, cases are all that is known."""
    key = top.register.key
    before = look_up(Sought("", key, row.get(key, "")), [top, *below])
    if before or not below or how != "changes":
        top.put(_WRITTEN[how](before or {}, row))


Cells = Mapping[str, str]
_WRITTEN: Mapping[str, Callable[[Cells, Cells], Cells]] = {
    "whole": lambda before, told: told,
    "removes": lambda before, told: told,
    "changes": lambda before, told: {**before, **told},
    "makes": lambda before, told: {**told, **{column: text for column, text in before.items() if text}},
}
"""The row after a case wrote, of the row before (empty: none) and what it told."""


def not_imported(sought: Sought) -> Row:
    """The answer where there is no such register."""
    return Row(name=sought.name, column=sought.column, key=sought.key, imported=False)


def row_of(rows: Iterable[Row], name: str, column: str, key: str) -> Row | None:
    """What was looked up for this value, among the rows of facts or of a case; None if nothing was. Spelling aside:
    case, NFKC, white space."""
    wanted = comparable(key, "account")
    rows = (row for row in rows if (row.name, row.column) == (name, column))
    return next((row for row in rows if comparable(row.key, "account") == wanted), None)
