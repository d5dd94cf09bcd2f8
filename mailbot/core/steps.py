"""The steps of a case: one table saying whom each waits for, when it is over, and what comes then. It sends nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mailbot.core.calendar import add_working_days
from mailbot.core.case import Case
from mailbot.core.events import StepEntered
from mailbot.core.instants import to_text
from mailbot.core.rules import Desk, Form


@dataclass(frozen=True, slots=True)
class StepRow:
    """`waits_for` is who has to act, `over` whether the step is finished, `expires` whether its limit ends the case
    (it never does while only the desk's own clerks are waited for)."""

    waits_for: Literal["applicant", "responsible", "clerk"]
    over: Callable[[Case], bool]
    expires: bool


STEPS: dict[str, StepRow] = {
    "fields": StepRow("applicant", lambda case: not case.faults and bool(case.values), expires=True),
    "consent": StepRow("responsible", lambda case: case.consent is not None, expires=True),
    "review": StepRow("clerk", lambda case: bool(case.decided_by), expires=False),
}


def current(case: Case, form: Form) -> str:
    """The first step of the form that is not over; the last one if all are."""
    waiting = (step.kind for step in form.steps if not STEPS[step.kind].over(case))
    return next(waiting, form.steps[-1].kind)


def entered(kind: str, form: Form, desk: Desk, now: datetime) -> StepEntered:
    """The event with which a case begins to wait for a step at `now` (aware UTC), with its reminder and limit."""
    step = form.step(kind)

    def after(days: int | None) -> str | None:
        return None if days is None else to_text(add_working_days(now, days, desk))

    return StepEntered(step=kind, remind=after(step.remind), due=after(step.limit))
