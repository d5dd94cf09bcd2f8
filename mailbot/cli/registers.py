"""Commands for registers: one is imported from a CSV file, looked at, and what it says of somebody. They decide
nothing."""

import argparse
from dataclasses import asdict

from mailbot import desks
from mailbot.cli.words import OK, TROUBLE, complain, say, say_json, settings
from mailbot.core.orders import ImportRegister, Order
from mailbot.core.registers import LARGEST, Sought, Table, read_csv
from mailbot.core.rules import Register, Rules
from mailbot.desks import Mistaken
from mailbot.store.files import FileStore, give_register
from mailbot.views.registers import register_line, row_text


def import_register(arguments: argparse.Namespace) -> list[Order]:
    """A CSV file is this register from now on, as soon as the order is carried out: it is read here, so that whoever
    gives the order is told what is wrong with it. Mistaken if anything is."""
    found = desks.look(settings(arguments))
    register = _declared(found.rules, arguments.name)
    if not arguments.file.is_file():
        raise Mistaken(f"{arguments.file}: there is no such file")
    if arguments.file.stat().st_size > LARGEST:
        raise Mistaken(f"{arguments.file}: found {arguments.file.stat().st_size} octets; wanted {LARGEST} or less")
    data = arguments.file.read_bytes()
    table = read_csv(data, register)
    if not isinstance(table, Table):
        raise Mistaken("\n".join(f"{arguments.file}, {trouble}" for trouble in table))
    return [ImportRegister(name=arguments.name, digest=give_register(found.state, data))]


def _declared(rules: Rules, name: str) -> Register:
    register = rules.desk.registers.get(name)
    if register is None:
        known = ", ".join(sorted(rules.desk.registers)) or "none"
        raise Mistaken(f"rules/desk.toml declares no register {name!r}; it declares: {known}")
    return register


async def list_registers(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    """Every declared register: whether it was imported, and when."""
    for name in rules.desk.registers:
        imported, written = store.imported().get(name), store.rows_written(name)
        problem = store.registers.problem(name, imported) if imported else None
        if arguments.json:
            say_json({"name": name, "imported": imported and asdict(imported), "written": written, "problem": problem})
        else:
            do = "" if imported else f"; `mailbot register import {name} FILE`"
            say(register_line(name, imported, written, problem) + do)
    return OK


async def show_row(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    """The row that a value names: the key, or what stands in another column that is no plain text."""
    register = _declared(rules, arguments.name)
    named = [column for column, how in register.columns.items() if how != "text" and column != register.key]
    sought = [Sought(arguments.name, column, arguments.value) for column in (register.key, *named)]
    rows = await store.rows(sought, rules.desk.registers)
    for notice in store.notices:
        complain(notice)
    found = next((row.found for row in rows if row.found), None)
    if found is None:
        say(f"register {arguments.name} has no {arguments.value!r}" + ", and was not imported" * (not rows[0].imported))
        return TROUBLE
    if arguments.json:
        say_json(found)
    else:
        say(row_text(register, found))
    return OK
