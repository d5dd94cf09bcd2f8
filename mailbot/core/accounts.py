"""Which account an acceptance makes, and who has one of that name already. It looks nothing up and decides nothing."""

from collections.abc import Iterable, Mapping

from mailbot.core.case import Case
from mailbot.core.commands import accepted_as
from mailbot.core.decide.registered import made_in
from mailbot.core.registers import Sought, accounts_of, comparable, row_of
from mailbot.core.rules import Form, Rules


def wanted(new_text: str, case: Case, form: Form) -> str:
    """The account name that an acceptance in a clerk's new text gives or leaves as the applicant wished; empty if there
    is none, or the form makes no account."""
    field = made_in(form)
    given = accepted_as(new_text) if field else None
    return "" if given is None else given or _text(case.values.get(field, ""))


def sought(login: str, form: Form) -> tuple[Sought, ...]:
    """The row of the register of accounts that is to be looked up for a name; none for no name."""
    accounts = accounts_of(form)
    return (Sought(accounts.register, accounts.column, login),) if login else ()


def had_by(login: str, number: str, cases: Iterable[Case], rules: Rules) -> str:
    """The open case, other than that of this number, that was accepted with this account name; empty if there is
    none."""
    others = (case for case in cases if login and case.open and case.number != number and case.decided_by)
    forms = ((case, rules.forms.get(case.form)) for case in others)
    same = (case.number for case, form in forms if form and _name(case, form) == comparable(login, "account"))
    return next(same, "")


def _name(case: Case, form: Form) -> str:
    return comparable(_text(case.values.get(made_in(form), "")), "account")


def registered(login: str, case: Case, form: Form, rules: Rules) -> bool:
    """Whether the register has an account of this name that is somebody else's: a case that was opened again may have
    made it itself."""
    accounts = accounts_of(form)
    row = row_of(case.rows, accounts.register, accounts.column, login) if login else None
    found: Mapping[str, str] = row.found or {} if row else {}
    register = rules.desk.registers.get(accounts.register)
    theirs = comparable(found.get(register.address, ""), "email") if register and register.address else ""
    return bool(found) and theirs != comparable(case.applicant, "email")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
