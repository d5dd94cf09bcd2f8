"""Every working morning each clerk is told what waits. It knows no clock and moves no case."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from mailbot.core.away import absent
from mailbot.core.calendar import add_working_days, is_working_day
from mailbot.core.case import Case
from mailbot.core.events import DigestsSent, Facts
from mailbot.core.instants import to_text
from mailbot.core.ledger import Ledger
from mailbot.core.outcome import Decision, Letter
from mailbot.core.queue import MOST_LISTED, Waiting, assigned, late, ordered, row, waiting
from mailbot.core.rules import Clerk, Desk, Rules

SOON = 2
"""Working days within which a limit is near."""
Test = Callable[[Case], bool]


def is_due(ledger: Ledger, desk: Desk, now: datetime) -> bool:
    """Whether the clerks are to be told now: it is the desk's hour or later on a working day, and they were not told
    today. `now` is an aware UTC instant."""
    here = now.astimezone(ZoneInfo(desk.timezone))
    if not desk.digest or here.time() < time.fromisoformat(desk.digest):
        return False
    told = ledger.digested and ledger.digested.astimezone(ZoneInfo(desk.timezone)).date()
    return told != here.date() and is_working_day(here.date(), desk.closing_days, desk.holidays)


def digests(cases: Iterable[Case], ledger: Ledger, rules: Rules, now: datetime) -> Decision | None:
    """The day's letters, one to each clerk who is there and has something waiting: an entry once a working day, also
    where nobody is written to. None if it is not time."""
    if not is_due(ledger, rules.desk, now):
        return None
    open_, gone = ordered(cases), absent(ledger.away, rules.desk, now)
    there = [clerk for clerk in rules.desk.clerks if "read" in clerk.roles and clerk.address.lower() not in gone]
    letters = tuple(letter for clerk in there if (letter := _letter(clerk, open_, ledger, rules, now)))
    return Decision(None, (Facts(sort="routine"), DigestsSent(clerks=tuple(one.to for one in letters))), letters)


def _letter(clerk: Clerk, cases: Sequence[Case], ledger: Ledger, rules: Rules, now: datetime) -> Letter | None:
    gone = absent(ledger.away, rules.desk, now)
    mine = [
        case for case in cases if waiting(case, rules) in ("clerk", "?") and _concerns(case, clerk, gone, rules.desk)
    ]
    parts: dict[str, list[Case]] = {}
    for case in mine:
        part = next((part for part, test in _tests(clerk, ledger, rules, now).items() if test(case)), "")
        if part:
            parts.setdefault(part, []).append(case)
    order = [case for part in _tests(clerk, ledger, rules, now) for case in parts.get(part, ())]
    if not order:
        return None
    shown = frozenset(case.number for case in order[:MOST_LISTED])
    rows = {part: _rows(found, shown, rules, now) for part, found in parts.items()}
    names = {one.address.lower(): one.name for one in rules.desk.clerks}
    data = {"clerk": clerk, "parts": rows, "held_by": names, "more": max(0, len(order) - MOST_LISTED)}
    shows = tuple(case.number for case in order[:MOST_LISTED])
    return Letter("digest", clerk.address, "clerk", (clerk.language,), data, shows=shows)


def _rows(cases: Iterable[Case], shown: frozenset[str], rules: Rules, now: datetime) -> tuple[Waiting, ...]:
    return tuple(row(case, rules, now) for case in cases if case.number in shown)


def _concerns(case: Case, clerk: Clerk, gone: Collection[str], desk: Desk) -> bool:
    """What a colleague has is theirs while they are there and a clerk at all, but for those who answer for the desk."""
    free = assigned(case) in ("", clerk.address.lower(), *gone) or desk.clerk(assigned(case)) is None
    return "head" in clerk.roles or free


def _tests(clerk: Clerk, ledger: Ledger, rules: Rules, now: datetime) -> Mapping[str, Test]:
    """The parts of the letter in their order; a case stands in the first that it belongs to."""
    near = to_text(add_working_days(now, SOON, rules.desk))
    before = to_text(ledger.digested) if ledger.digested else ""
    return {
        "overdue": lambda case: late(case, now),
        "soon": lambda case: case.limit is not None and case.limit <= near,
        "mine": lambda case: assigned(case) == clerk.address.lower(),
        "fresh": lambda case: case.step_since > before,
        "waiting": lambda case: case.status != "on_hold",
    }
