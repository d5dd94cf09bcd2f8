"""Reminders and limits: what happens when nobody answers. It knows no clock; the instant is an argument."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal

from mailbot.core.calendar import add_working_days
from mailbot.core.case import Case
from mailbot.core.decide import resting, seconds
from mailbot.core.decide.incoming import Story
from mailbot.core.decide.moves import advance, lost
from mailbot.core.decide.taking import mend
from mailbot.core.events import DeadlineMoved, Expired, Facts, HandedToClerk, Reminded, ReminderPaused, Row, StepPassed
from mailbot.core.instants import from_text, to_text
from mailbot.core.outcome import Decision
from mailbot.core.queue import told_late
from mailbot.core.rules import Rules, Step
from mailbot.core.steps import After, after, clerks_follow, here, over, waits_for

GRACE = 3
"""Working days between a reminder the relay took and the end of a case."""
PAUSE = 5
"""Working days by which an absence puts a reminder off."""
REMINDERS = ("reminder", "unreached")
NOBODY_AWAY: Mapping[str, str] = {}


def overdue(
    case: Case,
    what: Literal["remind", "limit", "proposal"],
    rules: Rules,
    now: datetime,
    rows: tuple[Row, ...] = (),
    away: Mapping[str, str] = NOBODY_AWAY,
) -> Decision:
    """What a passed reminder or limit, or the end of its rest, does to a case: remind once; at the limit what its step
    says (`steps.after`); it goes on. What waits for a second clerk comes to nothing.

    `now` is an aware UTC instant up to which the inbox has been read, `rows` what registers say then
    (`evidence.lookups_of`), `away` who is out of office then (`away.absent`).
    """
    story = Story(case, case.number, rules, now)
    if what == "proposal":
        story.add(Facts(sort="deadline", sort_row=what, away=dict(away)))
        seconds.lapse(story)
        return story.decision()
    story.add(Facts(sort="deadline", sort_row="hold" if case.hold else what, rows=rows, away=dict(away)))
    if case.hold is not None:
        resting.over(story)
        return story.decision()
    mended = mend(story)
    if case.step and story.form.step(case.step) is None:
        lost(story)
    elif mended and over(story.known, story.form, story.step):
        advance(story)
    elif what == "remind":
        _remind(story)
    else:
        PASSED[after(story.step)](story)
    return story.decision()


def _expire(story: Story) -> None:
    """The case ends only if its reminder had been handed to the relay some working days before, did not come back, and
    no clerk has it in hand; else the limit moves, with a reminder unless one of this step is on its way or arrived."""
    if not _was_reminded(story):
        _move(story)
        return
    story.add(Expired(step=story.known.step))
    if story.known.consent:
        story.to_both("expired", "expired")
    else:
        story.to_applicant("expired")
    if clerks_follow(story.known):
        story.to_clerks("expired")


def _go_on(story: Story) -> None:
    """The time is over that was to pass, reminder or not, unless a clerk has the case in hand or the holder of the
    account has not had it."""
    step = story.step
    if story.known.stuck:
        _move(story)
        return
    if step.notice and not _announced(story, step):
        return
    story.add(StepPassed(step=story.known.step, why="limit"))
    advance(story)


def _announced(story: Story, step: Step) -> bool:
    """Whether the holder of the account had the newest notice for all the time that the step gives. Else the limit
    moves: to where their time ends, or to when a letter that is on its way may have gone; if it is lost, a clerk has
    the case in hand from now on."""
    notices = [info for info in story.known.letters.values() if (info.template, info.role) == (step.notice, "holder")]
    newest = notices[-1] if notices else None
    if newest is not None and newest.sent and newest.state == "sent" and not newest.bounced:
        until = add_working_days(from_text(newest.sent), step.limit or 0, story.rules.desk)
        return until <= story.now or _move_to(story, until)
    if newest is None or newest.bounced or newest.state not in ("due", "held"):
        story.add(HandedToClerk(why="notice_lost"))
        story.to_clerks("unannounced", why="notice_lost", by=story.holder)
    return _later(story)


def _tell(story: Story) -> None:
    """The head of the desk is told, once a step; nothing ends because somebody at the desk is late."""
    told = told_late(story.known)
    _move(story)
    if not told:
        story.to_head("overdue")


def _move(story: Story) -> None:
    _later(story)
    if _role(story) != "nobody" and not _reminder_stands(story):
        _remind(story)


PASSED: Mapping[After, Callable[[Story], None]] = {"expire": _expire, "go_on": _go_on, "tell": _tell}
"""What a limit does that has passed."""


def pause(case: Case, by: str, rules: Rules, now: datetime) -> ReminderPaused | None:
    """Whoever the case waits for (address `by`) is away at `now` (aware UTC): the reminder comes some working days from
    now, also if there was one already, and the limit leaves time after it. None if both are that late anyway, or rest
    with the case."""
    if case.hold is not None:
        return None
    step = here(case, rules.form_of(case.form, case.step))
    back = to_text(add_working_days(now, PAUSE, rules.desk))
    remind = max(case.remind or "", back) if step.remind is not None else None
    least = to_text(add_working_days(from_text(remind), GRACE + 1, rules.desk)) if remind else back
    due = max(case.due, least) if case.due else None
    if (remind, due) == (case.remind, case.due):
        return None
    return ReminderPaused(step=case.step, by=by, remind=remind, due=due)


def _later(story: Story) -> Literal[False]:
    return _move_to(story, add_working_days(story.now, GRACE + 1, story.rules.desk))


def _move_to(story: Story, until: datetime) -> Literal[False]:
    """The limit moves; nothing is over (False)."""
    story.add(DeadlineMoved(step=story.known.step, due=to_text(until)))
    return False


def _unreached(story: Story) -> str:
    """The address of whoever the case waits for, if letters to it come back; else empty."""
    addresses = {"applicant": story.known.applicant, "responsible": story.responsible}
    address = addresses.get(waits_for(story.known, story.form), "")
    return address if address.lower() in story.known.bounced else ""


def _role(story: Story) -> str:
    """Who is reminded: whoever has to act, or the clerks if they have the case in hand or nobody else is reached."""
    return "clerk" if story.known.stuck or _unreached(story) else waits_for(story.known, story.form)


def _was_reminded(story: Story) -> bool:
    """Whether whoever the case waits for got their reminder long enough ago; never said of a clerk's."""
    case, role = story.known, _role(story)
    arrived = (
        from_text(info.sent)
        for info in case.letters.values()
        if info.template == "reminder" and info.role == role != "clerk" and not info.bounced
        if info.sent and info.sent >= case.step_since
    )
    return any(add_working_days(sent, GRACE, story.rules.desk) <= story.now for sent in arrived)


def _reminder_stands(story: Story) -> bool:
    """Whether a reminder of this step is on its way to whoever is to be reminded, or was taken and did not come back;
    one that failed or was dropped is none."""
    case, role = story.known, _role(story)
    return any(
        info.state in ("due", "held") or (info.sent or "") >= case.step_since
        for info in case.letters.values()
        if info.template in REMINDERS and info.role == role and not info.bounced
    )


def _remind(story: Story) -> None:
    story.add(Reminded(step=story.known.step))
    unreached = _unreached(story)
    if unreached and not story.known.stuck:
        story.to_clerks("unreached", by=unreached)
        return
    writes = {"responsible": story.to_responsible, "clerk": story.to_clerks}
    role = _role(story)
    writes.get(role, story.to_applicant)("reminder")
    if story.known.step_kind == "document" and role != "clerk":
        story.to_clerks("awaited")
