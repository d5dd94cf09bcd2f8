"""Reminders and limits: what happens when nobody answers. It knows no clock; the instant is an argument."""

from datetime import datetime
from typing import Literal

from mailbot.core.calendar import add_working_days
from mailbot.core.case import Case
from mailbot.core.decide.incoming import Story
from mailbot.core.events import DeadlineMoved, Expired, Facts, Reminded
from mailbot.core.instants import from_text, to_text
from mailbot.core.outcome import Decision
from mailbot.core.rules import Rules
from mailbot.core.steps import STEPS

GRACE = 3
"""Working days between a reminder the relay took and the end of a case."""


def overdue(case: Case, what: Literal["remind", "limit"], rules: Rules, now: datetime) -> Decision:
    """What a passed reminder or limit does to a case: remind once; end the case only if its reminder had been handed to
    the relay some working days before and no clerk has it in hand, else move the limit and remind, unless that
    was done in this step.

    `now` is an aware UTC instant up to which the inbox has been read.
    """
    story = Story(case, case.number, rules, now)
    story.add(Facts(sort="deadline", sort_row=what))
    if what == "remind":
        _remind(story)
    elif STEPS[case.step].expires and not case.stuck and _was_reminded(case, rules, now):
        story.add(Expired(step=case.step))
        story.to_applicant("expired")
    else:
        story.add(DeadlineMoved(step=case.step, due=to_text(add_working_days(now, GRACE + 1, rules.desk))))
        if case.remind is not None or rules.forms[case.form].step(case.step).remind is None:
            _remind(story)
    return story.decision()


def _was_reminded(case: Case, rules: Rules, now: datetime) -> bool:
    sent = [info.sent for info in case.letters.values() if info.template == "reminder" and info.sent]
    return any(text >= case.step_since and add_working_days(from_text(text), GRACE, rules.desk) <= now for text in sent)


def _remind(story: Story) -> None:
    story.add(Reminded(step=story.known.step))
    waits_for = STEPS[story.known.step].waits_for
    writes = {"applicant": story.to_applicant, "responsible": story.to_responsible, "clerk": story.to_clerks}
    writes["clerk" if story.known.stuck else waits_for]("reminder")
