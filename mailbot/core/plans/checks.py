"""What is wrong in a usage plan whose sheets were read: users, accounts, entries. It reads no cell."""

from collections.abc import Iterator, Mapping

from mailbot.core.events import PlanFault, PlanUser
from mailbot.core.fields.schema import NOBODY
from mailbot.core.fields.types import read
from mailbot.core.fields.wrong import Wrong
from mailbot.core.forms import FieldRule, FieldType
from mailbot.core.plans.cells import place, spelled
from mailbot.core.plans.fees import Fees
from mailbot.core.plans.finding import fault
from mailbot.core.plans.purpose import Purpose

NEEDED: Mapping[str, str] = {
    "name": "責任者名",
    "purpose": "研究利用内容",
    "resources": "利用リソース量の計画",
}
"""Entries nobody can do without, and how the sheet calls them. The responsible person's account is unknown to many, a
project need not have a name, and wishes are free."""
MISSING = {"name": "plan_user_name", "email": "plan_user_email", "account": "plan_user_account"}
READ_AS: Mapping[str, tuple[FieldType, str]] = {
    "email": ("email", "plan_email"),
    "account": ("account_name", "plan_account"),
}
"""Columns of the list of users that are read as a field of a form is, and the code of what is no such value."""
GENOME = "-pg"
"""What the account of the personal genome division ends in, beside the one of the general division."""


def checked(purpose: Purpose | None, fees: Fees | None) -> list[PlanFault]:
    """The faults of both sheets in their order; of a sheet that is empty as a whole nothing more is said."""
    found: list[PlanFault] = []
    if purpose and not purpose.empty:
        found += [*_entries(purpose, fees), *_users(purpose)]
    if fees and not fees.empty:
        found += fees.faults
        found += _unlisted(purpose, fees) if purpose and not purpose.empty else ()
    return found


def _entries(purpose: Purpose, fees: Fees | None) -> Iterator[PlanFault]:
    given = purpose.entries.keys() | (fees.entries.keys() if fees else set())
    for key, label in NEEDED.items():
        if key not in given:
            yield fault("plan_entry_missing", purpose.sheet, purpose.places[key], label=label)
    if not purpose.users and "account" not in given:
        yield fault("plan_entry_missing", purpose.sheet, purpose.places["users"], label="ユーザー一覧")


def _users(purpose: Purpose) -> Iterator[PlanFault]:
    first: dict[str, str] = {}
    for user in purpose.users:
        for key, column in purpose.columns.items():
            yield from _user_fault(purpose, user, key, column)
        name, cell = spelled(user.account), place(user.row - 1, purpose.columns["account"])
        if name and first.setdefault(name, cell) != cell:
            yield fault("plan_account_twice", purpose.sheet, cell, user.account, other=first[name])


def _user_fault(purpose: Purpose, user: PlanUser, key: str, column: int) -> Iterator[PlanFault]:
    text, spot = getattr(user, key), (user.row - 1, column)
    if not text and key in MISSING:
        yield fault(MISSING[key], purpose.sheet, spot)
    elif text and key in READ_AS:
        kind, code = READ_AS[key]
        if isinstance(read(text, FieldRule(label={}, type=kind), NOBODY), Wrong):
            yield fault(code, purpose.sheet, spot, text)


def _unlisted(purpose: Purpose, fees: Fees) -> Iterator[PlanFault]:
    """Columns for an account or group that neither the list of users nor the responsible person's entries name."""
    listed = [name for user in purpose.users for name in (user.account, user.group)]
    listed += [entries.get("account", "") for entries in (purpose.entries, fees.entries)]
    known = {spelled(name).removesuffix(GENOME) for name in listed}
    asked = {line.account for line in fees.lines}
    for name, cell in fees.accounts.items():
        if name in asked and spelled(name).removesuffix(GENOME) not in known:
            yield fault("plan_account_unlisted", fees.sheet, cell, name)
