"""The steps of a case: one table saying of each kind whom it waits for, when it is over, and what its limit does.
It sends nothing."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from mailbot.core.calendar import add_working_days
from mailbot.core.case import Case
from mailbot.core.conditions import holds
from mailbot.core.events import StepEntered
from mailbot.core.instants import from_text, to_text
from mailbot.core.rules import Desk, Form, Step, StepKind

WaitsFor = Literal["applicant", "responsible", "clerk", "nobody"]
After = Literal["expire", "go_on", "tell"]


@dataclass(frozen=True, slots=True)
class StepRow:
    """`waits_for` is who has to act (None: whoever signs the document that is wanted), `over` whether the step is
    finished, `after` what its limit does unless the form says otherwise."""

    waits_for: WaitsFor | None
    over: Callable[[Case, Form, Step], bool]
    after: After


FARTHEST = timedelta(days=3660)
"""How far off a day may be that somebody gives; a later one is counted as this."""
OWN = ("fields", "consent", "document")
"""Kinds in which somebody outside the desk has to act: what is said of them depends on to whom."""
CLERKS_TURN = frozenset({"review", "task", "wait"})
"""Kinds of steps in which clerks have the case before them, or will again."""
NEXT = frozenset((*(f"{kind}_own" for kind in OWN), *OWN, "review", "task", "wait", "notify", "end"))
"""What can come next in a case, as words.toml has sentences for it (table `next`)."""


def wanted(case: Case, form: Form, step: Step) -> tuple[str, ...]:
    """The documents a step still waits for, in their order."""
    named = ((name, form.documents[name]) for name in step.documents)
    return tuple(name for name, rule in named if holds(rule.when, case.values) and name not in case.documents)


def left(case: Case, step: Step) -> tuple[int, ...]:
    """The users (rows of the plan's list) for whom a task that is done for each is left to be done."""
    users = case.plan.users if case.plan else ()
    return tuple(user.row for user in users if f"{step.id}/{user.row}" not in case.tasks)


def _task_over(case: Case, form: Form, step: Step) -> bool:
    return not left(case, step) if step.each and case.plan and case.plan.users else step.id in case.tasks


def _fields_over(case: Case, form: Form, step: Step) -> bool:
    return not case.faults and not case.asked and bool(case.values)


def _passed(case: Case, form: Form, step: Step) -> bool:
    return step.id in case.passed


STEPS: dict[StepKind, StepRow] = {
    "fields": StepRow("applicant", _fields_over, "expire"),
    "consent": StepRow("responsible", lambda case, form, step: case.consent is not None, "expire"),
    "document": StepRow(None, lambda case, form, step: not wanted(case, form, step), "expire"),
    "review": StepRow("clerk", lambda case, form, step: bool(case.decided_by), "tell"),
    "task": StepRow("clerk", _task_over, "tell"),
    "wait": StepRow("nobody", _passed, "go_on"),
    "notify": StepRow("nobody", _passed, "go_on"),
}


def over(case: Case, form: Form, step: Step) -> bool:
    """Whether a step is finished: what it waits for is there, or the form lets it go on without."""
    return step.id in case.passed or STEPS[step.kind].over(case, form, step)


def awaited(case: Case, form: Form) -> tuple[str, ...]:
    """Every document that the case still needs, whichever step waits for it, in their order."""
    steps = (step for step in form.steps if step.kind == "document" and holds(step.when, case.values))
    return tuple(dict.fromkeys(name for step in steps for name in wanted(case, form, step)))


def clerks_follow(case: Case) -> bool:
    """Whether clerks have the case before them, or will again, had accepted it before one of them asked for something,
    or were told to look out for a paper: they hear that it ended without them."""
    looked_out = any(info.template == "awaited" for info in case.letters.values())
    return case.step_kind in CLERKS_TURN or case.stuck or looked_out or bool(case.undone)


def complete_since(case: Case) -> str | None:
    """The instant (journal text) at which everything was there that the desk needs from others: the fields, the
    consent, the documents. None as long as the fields are not."""
    instants = (case.consent.at if case.consent else "", *(there.at for there in case.documents.values()))
    return max((case.completed, *instants)) if case.completed else None


def here(case: Case, form: Form) -> Step:
    """The step the case is in; where the rules have lost it, the one it goes to next (all being over, the last)."""
    return form.step(case.step) or current(case, form) or form.steps[-1]


def waits_for(case: Case, form: Form) -> WaitsFor:
    """Who has to act in the step the case is in."""
    return actor(case, form, here(case, form))


def actor(case: Case, form: Form, step: Step) -> WaitsFor:
    """Who has to act in a step of the case."""
    row = STEPS[step.kind].waits_for
    if row is not None:
        return row
    missing = wanted(case, form, step)
    return form.documents[missing[0]].signer if missing else "nobody"


def after(step: Step) -> After:
    """What happens when the limit of a step passes."""
    return step.after or STEPS[step.kind].after


def current(case: Case, form: Form, past: Collection[str] = ()) -> Step | None:
    """The first step of the form that concerns the case and is not over, those of the kinds `past` aside; None if all
    are."""
    concerning = (step for step in form.steps if holds(step.when, case.values) and step.kind not in past)
    return next((step for step in concerning if not over(case, form, step)), None)


def _counted_from(step: Step, case: Case, desk: Desk, now: datetime) -> datetime:
    """The instant from which a step's working days are counted: `now`; when everything was there; or, if it is still
    to come, the day that a field of the form gives."""
    complete = complete_since(case) if step.counted == "completed" else None
    day = case.values.get(step.day or "", "")
    if isinstance(day, str) and day:
        given = datetime.combine(date.fromisoformat(day), time(12), ZoneInfo(desk.timezone))
        return min(max(given, now), now + FARTHEST)
    return from_text(complete) if complete else now


def entered(step: Step, case: Case, desk: Desk, now: datetime) -> StepEntered:
    """The event with which a case begins to wait for a step at `now` (aware UTC), with its reminder and limit."""
    begun = _counted_from(step, case, desk, now)

    def in_days(days: int | None) -> str | None:
        return None if days is None else to_text(max(add_working_days(begun, days, desk), now))

    sort = step.kind if step.name else ""
    return StepEntered(step=step.id, sort=sort, remind=in_days(step.remind), due=in_days(step.limit))
