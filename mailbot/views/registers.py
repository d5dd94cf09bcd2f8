"""Registers as an operator reads them: which count, and single rows. It only reads."""

from collections.abc import Mapping

from mailbot.core.columns import pad
from mailbot.core.counts import counted
from mailbot.core.rules import Register
from mailbot.store import Imported


def register_line(name: str, imported: Imported | None, written: int, problem: str | None = None) -> str:
    """How a declared register stands, in words: `written` rows were written by cases since the import, `problem` says
    why its file cannot be used."""
    since = f", {counted(written, 'row')} written by cases since" if written else ""
    if imported is None:
        return f"{name}: not imported yet{since}"
    if problem:
        return problem
    return f"{name}: {counted(imported.rows, 'row')}, imported {imported.at} (entry {imported.seq}){since}"


def row_text(register: Register, row: Mapping[str, str]) -> str:
    """A row, a column a line; further lines of a cell stand below it."""
    room = max(map(len, register.columns)) + 2
    lines = []
    for column in register.columns:
        first, *more = row.get(column, "").split("\n")
        lines += [f"{pad(column, room)}{first}".rstrip(), *(f"{' ' * room}{line}" for line in more)]
    return "\n".join(lines)
