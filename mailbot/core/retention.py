"""How long a closed case is kept before its erasure is proposed: by its form, counted from when it closed. It erases
nothing and orders nothing."""

from calendar import monthrange
from datetime import datetime

from mailbot.core.case import Case
from mailbot.core.instants import from_text
from mailbot.core.rules import Rules


def ends(case: Case, rules: Rules) -> datetime | None:
    """The instant (aware UTC) up to which a closed case is kept; None where its form says nothing, and of a case that
    is open or erased. What changed last in it counts: it closed then, or something came after."""
    form = rules.forms.get(case.form)
    if case.open or case.erased or form is None or form.retention is None:
        return None
    return _months_after(from_text(case.changed), form.retention)


def is_over(case: Case, rules: Rules, now: datetime) -> bool:
    """Whether its erasure is proposed at `now` (aware UTC)."""
    end = ends(case, rules)
    return end is not None and end <= now


def may_be_over(case: Case, rules: Rules, now: datetime) -> bool:
    """Whether a case was opened so long ago that the erasure of any like it may be proposed at `now` (aware UTC): of
    one that was opened later, none is, whatever its form."""
    shortest = min((form.retention for form in rules.forms.values() if form.retention is not None), default=None)
    return shortest is not None and _months_after(from_text(case.opened), shortest) <= now


def _months_after(instant: datetime, months: int) -> datetime:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(instant.month - 1 + months, 12)
    year, month = instant.year + years, month + 1
    return instant.replace(year=year, month=month, day=min(instant.day, monthrange(year, month)[1]))
