"""What is checked in a form about registers: those it looks into and writes into are declared. It knows no file."""

from collections.abc import Iterator

from mailbot.core.rules import Form, Register
from mailbot.core.rulesets.forms import House
from mailbot.core.rulesets.problems import Path, meant

Found = Iterator[tuple[Path, str, str]]


def registers_of_form(form: Form, house: House) -> Found:
    """A field is looked up in a register of the desk by one of its columns; a case that is done writes into some."""
    if house.registers is None:
        return
    for key, rule in form.fields.items():
        if rule.register_:
            named: dict[Path, str] = {("column",): rule.register_.column}
            yield from _unknown(house, ("fields", key, "register"), ("name",), rule.register_.name, named)
    for name, records in form.records.items():
        columns: dict[Path, str] = {("columns", column): column for column in records.columns}
        yield from _unknown(house, ("records", name), (), name, {("key",): records.key, **columns})
        if records.key not in records.columns:
            yield ("records", name, "key"), f'"{records.key}"', meant(records.key, records.columns)
        for column, field in records.columns.items():
            if field not in form.fields:
                yield ("records", name, "columns", column), f"the field `{field}`", meant(field, form.fields)


def _unknown(house: House, place: Path, at: Path, name: str, columns: dict[Path, str]) -> Found:
    registers = house.registers or {}
    register: Register | None = registers.get(name)
    if register is None:
        known = meant(name, registers) if registers else "a register that rules/desk.toml declares"
        yield (*place, *at), f"the register `{name}`", known
        return
    for path, column in columns.items():
        if column not in register.columns:
            yield (*place, *path), f"the column `{column}`", meant(column, register.columns)
