"""How much the desk may write before an operator looks: per address, per domain, per hour.
It counts nothing itself."""

from typing import Literal

from mailbot.core.events import LetterWritten
from mailbot.core.rules import Desk

Over = Literal["", "address", "domain", "hour"]


def over(to_address: int, to_domain: int, this_hour: int, letter: LetterWritten, desk: Desk) -> Over:
    """The budget a letter would go over, or an empty text if it may go.

    The counts are of letters before this one: those to its address and to its domain within the last 24 hours, and
    those to anybody within the last hour. The desk's own people only have the budget of the hour; what alarms the
    operator, and what tells a clerk how their commands were carried out, has none.
    """
    budgets, own = desk.budgets, ours(letter, desk)
    rows: tuple[tuple[Over, bool], ...] = (
        ("address", not own and to_address >= budgets.letters_per_address),
        ("domain", not own and to_domain >= budgets.letters_per_domain),
        ("hour", not _always_goes(letter) and this_hour >= budgets.letters_per_hour),
    )
    return next((name for name, is_over in rows if is_over), "")


def ours(letter: LetterWritten, desk: Desk) -> bool:
    """Whether a letter goes to the desk's own people: a clerk, an auditor, an operator, by role or by address."""
    registered = (*(clerk.address for clerk in desk.clerks), *desk.auditors, *desk.operators)
    return letter.role in ("clerk", "operator") or letter.to.lower() in {address.lower() for address in registered}


def _always_goes(letter: LetterWritten) -> bool:
    return letter.role == "operator" or letter.template in ("transcript", "numbered")


def domain(address: str) -> str:
    """The domain of an address as budgets count it: in lower case."""
    return address.rpartition("@")[2].lower()
