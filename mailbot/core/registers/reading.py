"""A CSV file of a register: its rows, or what is wrong with it and where. It opens no file."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.core.columns import CONTROLS
from mailbot.core.registers.table import Table, comparable, has_controls
from mailbot.core.rules import Register

LARGEST = 100_000_000
"""Octets a file may have."""
MOST_TROUBLES = 20
_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong in a CSV file: in which line (from 1; 0: the whole file) and column, for the operator."""

    line: int
    column: str
    found: str
    wanted: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.line else "the file"
        place += f", column {self.column}" if self.column else ""
        return f"{place}: found {self.found}; wanted {self.wanted}"


def read_csv(data: bytes, register: Register) -> Table | tuple[Trouble, ...]:
    """The rows of a CSV file (RFC 4180, also with a byte order mark or in CP932, as Excel writes them), or everything
    that is wrong with it, at most 20 things.

    The first line names the columns, in any order; every other line is a row, empty ones aside. A cell is text whatever
    it looks like, without white space around, line breaks in it LF.
    """
    text = _decoded(data)
    if isinstance(text, Trouble):
        return (text,)
    found = _Reading(register)
    for line, cells in _records(text):
        found.take(line, cells)
        if found.hopeless:
            break
    if not found.columns and not found.troubles:
        found.troubles.append(Trouble(0, "", "nothing", f"a first line {','.join(register.columns)}"))
    return tuple(found.troubles) or found.table


def _decoded(data: bytes) -> str | Trouble:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Trouble(0, "", "UTF-16", 'UTF-8 or CP932: save it as "CSV UTF-8"')
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as utf8:
        try:
            text = data.decode("cp932")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, min(utf8.start, error.start)) + 1
            return Trouble(line, "", "octets that are neither UTF-8 nor CP932", "a CSV file in one of the two")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _records(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each record's first line and its cells; words about the one that cannot be read, which is the last then."""
    reader = csv.reader((line[0] for line in _LINE.finditer(text)), strict=True)
    while True:
        begin = reader.line_num + 1
        try:
            yield begin, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield begin, str(error)
            return


class _Reading:
    """A CSV file while it is read, record by record."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.table = Table(register)
        self.columns: tuple[str, ...] = ()
        self.troubles: list[Trouble] = []
        self._misheaded = False
        self._lines: dict[str, int] = {}

    def take(self, line: int, cells: list[str] | str) -> None:
        """One record: the first is the header."""
        if isinstance(cells, str):
            self._report(line, "", f"a cell whose quotes do not close ({cells})", 'quotes around a cell, `""` in it')
        elif not any(cell.strip() for cell in cells):
            return
        elif not self.columns:
            self._header(line, cells)
            self._misheaded = bool(self.troubles)
        elif len(cells) != len(self.columns):
            self._report(line, "", f"{len(cells)} cells", f"{len(self.columns)}, as in the first line")
        else:
            self._row(line, cells)

    @property
    def hopeless(self) -> bool:
        """Whether nothing is to be learnt from the rest: the header is wrong, or enough else."""
        return len(self.troubles) >= MOST_TROUBLES or self._misheaded

    def _report(self, line: int, column: str, found: str, wanted: str) -> None:
        self.troubles.append(Trouble(line, column, found, wanted))

    def _header(self, line: int, cells: list[str]) -> None:
        self.columns = tuple(unicodedata.normalize("NFKC", cell).strip().lower() for cell in cells)
        known = tuple(self.register.columns)
        if len(cells) == 1 and len(known) > 1 and (sign := next((s for s in ";\t" if s in cells[0]), "")):
            self._report(line, "", f"columns with {sign!r} between them", "commas between the columns")
            return
        if not set(self.columns) & set(known):
            self._report(line, "", f"no header but “{_short(cells[0])}”", f"a first line {','.join(known)}")
            return
        for at, column in enumerate(self.columns):
            if column not in known or column in self.columns[:at]:
                found = f"“{_short(cells[at])}”" + (" a second time" if column in known else "")
                self._report(line, str(at + 1), found, f"one of {', '.join(known)}")
        for column in known:
            if column not in self.columns:
                self._report(line, column, "no such column", "every column that rules/desk.toml declares")

    def _row(self, line: int, cells: list[str]) -> None:
        row = {column: cell.strip() for column, cell in zip(self.columns, cells, strict=True)}
        for column, cell in row.items() if has_controls(cells) else ():
            if CONTROLS.search(cell):
                self._report(line, column, f"a control character in {_short(cell)!r}", "text")
        key, how = row.get(self.register.key, ""), self.register.columns[self.register.key]
        named = comparable(key, how)
        if not named:
            self._report(line, self.register.key, "nothing", "what names the row")
        elif named in self._lines:
            found = f"“{_short(key)}”, as in line {self._lines[named]}"
            self._report(line, self.register.key, found, "every key once")
        else:
            self._lines[named] = line
            self.table.put(row)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
