"""What registers say about a case's values: faults of what they do not know, the row of an account, rows that a case
changes. It knows no file and looks nothing up: the rows are facts."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mailbot.core.case import Case
from mailbot.core.conditions import holds
from mailbot.core.events import AccountChanged, Fault, Row, Value
from mailbot.core.fields import FAULTS
from mailbot.core.registers import accounts_of, lookups_in, row_of
from mailbot.core.rules import Form, Lookup, Rules


class Looked(NamedTuple):
    """A field whose value was looked up: how, and the row that says what came of it."""

    key: str
    lookup: Lookup
    row: Row


def looked_up(form: Form, values: Mapping[str, Value], rows: tuple[Row, ...]) -> Iterator[Looked]:
    """Every field with a value that was looked up, in the form's order."""
    for key, lookup in lookups_in(form).items():
        value = values.get(key, "")
        row = row_of(rows, lookup.name, lookup.column, value) if isinstance(value, str) and value else None
        if row is not None:
            yield Looked(key, lookup, row)


def unknown(form: Form, rules: Rules, language: str, values: Mapping[str, Value], rows: tuple[Row, ...]) -> list[Fault]:
    """A fault for each value that a register should have and has not: the applicant is asked for its spelling, and told
    where to apply for one."""
    wanted = {"title": _way_to_one(form, rules, language), "address": rules.desk.address}
    return [
        Fault(
            field=looked.key,
            kind=FAULTS["account_unknown"].kind,
            code="account_unknown",
            found=looked.row.key,
            wanted=wanted,
        )
        for looked in looked_up(form, values, rows)
        if looked.lookup.unknown == "ask" and looked.row.imported and looked.row.found is None
    ]


def _way_to_one(form: Form, rules: Rules, language: str) -> str:
    """The title of the form that makes accounts: one that writes into a register and asks for no account there is."""
    making = (other for other in rules.forms.values() if other.records and other.account is None)
    found = next(making, form)
    return found.title.get(language, found.name)


def made_in(form: Form) -> str:
    """The field with the name of the account that a form makes; empty if it makes none."""
    keys = (records.columns.get(records.key, "") for records in form.records.values() if not form.account)
    return next((key for key in keys if key in form.fields and form.fields[key].type == "account_name"), "")


def account_row(form: Form, case: Case) -> dict[str, str]:
    """The register's row of the account that the case is about, by column; empty if there is none."""
    key = form.account
    found = (looked.row.found for looked in looked_up(form, case.values, case.rows) if looked.key == key)
    return next((row for row in found if row), {})


def holder(form: Form, case: Case, rules: Rules) -> str:
    """The address that the register has for the account that the case is about; empty if it has none."""
    register = rules.desk.registers.get(accounts_of(form).register)
    return account_row(form, case).get(register.address, "") if register else ""


def changed_rows(form: Form, case: Case) -> Iterator[AccountChanged]:
    """What a case that is done writes into registers: of each row only what the case has a value for, since the rest
    may have become another since it looked there; of a row that is taken out nothing but its key. A form that names an
    account there is (`account`) changes its row, any other makes one."""
    for name, records in form.records.items():
        told = {column: _text(case.values.get(field, "")) for column, field in records.columns.items()}
        row = {column: text for column, text in told.items() if text}
        if records.key not in row or not holds(records.when, case.values):
            continue
        if records.removes:
            yield AccountChanged(name=name, row={records.key: row[records.key]}, how="removes")
        else:
            yield AccountChanged(name=name, row=row, how="changes" if form.account else "makes")


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)
