"""Whether a responsible person is possibly the applicant under a second address. It gives a clue and decides nothing.

Somebody who invents a responsible person has an address of their own for it. The keys of fields are those of the form
for new accounts; forms that name the persons alike have the same keys.
"""

import unicodedata
from collections.abc import Iterable, Mapping

from mailbot.core.events import Row, Value
from mailbot.core.registers.table import comparable, row_of

ACCOUNTS, PEOPLE = "accounts", "responsible"
"""The registers that are known by name: of accounts, and of responsible persons."""
_SECOND_LEVEL = frozenset("ac ad co com ed edu go gov gr lg ne net or org".split())
_NAMES = ("family_name", "first_name", "name")
_MOST_LATIN = "\u024f"


def may_be_applicant(values: Mapping[str, Value], rows: Iterable[Row]) -> bool:
    """Whether the responsible person whom the application names may be its applicant under a second address.

    `values` are the case's, `rows` what registers say (`evidence.lookups`). True if both have the same family and
    first name (case, order and accents aside), the same account, or the same local part at two domains of one
    institution; or if the directory has another name for that address than the application. False where the applicant
    says to be the responsible person, and where no such person is named.
    """
    rows, second = tuple(rows), _text(values, "responsible_email")
    if not second or values.get("responsible_same") == "yes":
        return False
    row = _found(rows, ACCOUNTS, "email", second)
    names = [name for name in (_name(values, "responsible_"), _name(row)) if name]
    accounts = {_account(values, "responsible_account"), _account(row, "account")} - {""}
    mine = _found(rows, ACCOUNTS, "account", _text(values, "account"))
    return (
        bool({_name(values), _name(mine)} & set(names))
        or bool(accounts & {_account(values, "account"), _account(values, "account_name")})
        or _one_person(_text(values, "email"), second)
        or _named_otherwise(_found(rows, PEOPLE, "email", second), values)
    )


def _text(values: Mapping[str, Value], key: str) -> str:
    value = values.get(key, "")
    return value if isinstance(value, str) else ""


def _account(values: Mapping[str, Value], key: str) -> str:
    return comparable(_text(values, key), "account")


def _found(rows: Iterable[Row], name: str, column: str, key: str) -> dict[str, str]:
    row = row_of(rows, name, column, key) if key else None
    return (row.found if row else None) or {}


def _name(values: Mapping[str, Value], prefix: str = "") -> frozenset[str]:
    """The words of a name, whatever their order; none if it has fewer than two, which many people share."""
    words = _words(" ".join(_text(values, f"{prefix}{key}") for key in _NAMES))
    return words if len(words) > 1 else frozenset()


def _words(name: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return frozenset(
        "".join(" " if sign in ",.-" else sign for sign in plain if not unicodedata.combining(sign)).split()
    )


def _one_person(first: str, second: str) -> bool:
    """Whether two addresses have the same local part, at domains of one institution; the same address is one person,
    too."""
    (one, _, here), (other, _, there) = (comparable(text, "email").rpartition("@") for text in (first, second))
    return bool(one) and one == other and _institution(here) == _institution(there)


def _institution(domain: str) -> str:
    """The domain without its departments: `univ.ac.jp` of `lab.univ.ac.jp`, `univ.edu` of `bio.univ.edu`."""
    labels = domain.split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[-2:])


def _named_otherwise(row: Mapping[str, str], values: Mapping[str, Value]) -> bool:
    """Whether the directory has a name of other words; one in another script says nothing."""
    listed, named = _name(row), _name(values, "responsible_")
    latin = all(sign <= _MOST_LATIN for name in (listed, named) for word in name for sign in word)
    return bool(listed and named) and latin and not (listed <= named or named <= listed)
