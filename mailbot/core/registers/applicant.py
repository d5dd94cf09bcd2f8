"""Whether a responsible person is possibly the applicant under a second address. It gives a clue and decides nothing.

Somebody who invents a responsible person has an address of their own for it. Fields and registers are those that the
form names; only the columns with names are known by their own, since no rule says which they are.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from mailbot.core.conditions import holds
from mailbot.core.events import Row, Value
from mailbot.core.registers.table import comparable
from mailbot.core.rules import Form, Lookup
from mailbot.core.same import Same

_SECOND_LEVEL = frozenset("ac ad co com ed edu go gov gr lg ne net or org".split())
_NAMES = ("family_name", "first_name", "name")
"""The columns of a register that make a person's name."""
_MOST_LATIN = "\u024f"
_BETWEEN = str.maketrans(",.-", "   ")
"""What stands between words beside white space."""


class Accounts(NamedTuple):
    """Where a form has accounts: the register, its column that names one, the form's field that does; all of them empty
    if it has none."""

    register: str
    column: str
    field: str


def lookups_in(form: Form) -> Mapping[str, Lookup]:
    """How each field of a form that is looked up in a register is, by key, in the form's order; made once a form."""
    return _lookups(Same(form))


@lru_cache(maxsize=64)
def _lookups(form: Same[Form]) -> Mapping[str, Lookup]:
    return {key: rule.register_ for key, rule in form.value.fields.items() if rule.register_}


def accounts_of(form: Form) -> Accounts:
    """The register in which the form's `account` is looked up, else the first that its cases write into."""
    lookup = lookups_in(form).get(form.account or "")
    if lookup:
        return Accounts(lookup.name, lookup.column, form.account or "")
    written = ((name, one.key, one.columns.get(one.key, "")) for name, one in form.records.items())
    return Accounts(*next(written, ("", "", "")))


def may_be_applicant(form: Form, values: Mapping[str, Value], rows: Iterable[Row]) -> bool:
    """Whether the responsible person whom the application names may be its applicant under a second address.

    `values` are the case's, `rows` what registers say (`evidence.lookups`). True if both have the same family and
    first name (case, order and accents aside), the same account, or the same local part at two domains of one
    institution; or if the directory has another name for that address than the application. False where the applicant
    says to be the responsible person, and where no such person is named.
    """
    own, other, rows = form.people["applicant"], form.people.get("responsible"), tuple(rows)
    second = _text(values, other.email) if other else ""
    if other is None or not second or _copied(form, values, other.email):
        return False
    accounts = accounts_of(form)
    row = _found(rows, accounts.register, second)
    mine = _found(rows, accounts.register, _text(values, accounts.field))
    named = _words(values, other.name)
    directory = lookups_in(form).get(other.email)
    return (
        bool({_words(values, own.name), _name(mine)} & ({named, _name(row)} - {_NOBODY}))
        or _one_account(form, accounts, values, row)
        or _one_person(_text(values, own.email), second)
        or _named_otherwise(_name(_found(rows, directory.name, second)) if directory else _NOBODY, named)
    )


def _copied(form: Form, values: Mapping[str, Value], key: str) -> bool:
    return any(key in one.fields and holds(one.when, values) for one in form.copies)


def _one_account(form: Form, accounts: Accounts, values: Mapping[str, Value], row: Mapping[str, str]) -> bool:
    """Whether the applicant's account is also one that the application names for somebody else, or that the register
    has at their address (`row`)."""
    keys = (key for key, one in lookups_in(form).items() if key != accounts.field and one.name == accounts.register)
    theirs = {_account(values, key) for key in keys} | {_account(row, accounts.column)}
    return bool(theirs & {_account(values, accounts.field)} - {""})


def _text(values: Mapping[str, Value], key: str) -> str:
    value = values.get(key, "")
    return value if isinstance(value, str) else ""


def _account(values: Mapping[str, Value], key: str) -> str:
    return comparable(_text(values, key), "account")


def _found(rows: Iterable[Row], name: str, key: str) -> Mapping[str, str]:
    """The row of that register that was looked up for this value, whatever the column; empty if there is none."""
    wanted = comparable(key, "account")
    asked = (row for row in rows if row.name == name and wanted and comparable(row.key, "account") == wanted)
    return next((row.found for row in asked if row.found), {})


_NOBODY: frozenset[str] = frozenset()


def _name(row: Mapping[str, str]) -> frozenset[str]:
    return _words(row, _NAMES)


def _words(values: Mapping[str, Value], keys: Iterable[str]) -> frozenset[str]:
    """The words of a name, whatever their order; none if it has fewer than two, which many people share."""
    plain = unicodedata.normalize("NFKD", " ".join(_text(values, key) for key in keys)).casefold()
    bare = plain if plain.isascii() else "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = frozenset(bare.translate(_BETWEEN).split())
    return words if len(words) > 1 else _NOBODY


def _one_person(first: str, second: str) -> bool:
    """Whether two addresses have the same local part, at domains of one institution; the same address is one person,
    too."""
    (one, _, here), (other, _, there) = (comparable(text, "email").rpartition("@") for text in (first, second))
    return bool(one) and one == other and _institution(here) == _institution(there)


def _institution(domain: str) -> str:
    """The domain without its departments: `univ.ac.jp` of `lab.univ.ac.jp`, `univ.edu` of `bio.univ.edu`."""
    labels = domain.split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[-2:])


def _named_otherwise(listed: frozenset[str], named: frozenset[str]) -> bool:
    """Whether the directory has a name of other words; one in another script says nothing."""
    latin = all(sign <= _MOST_LATIN for name in (listed, named) for word in name for sign in word)
    return bool(listed and named) and latin and not (listed <= named or named <= listed)
