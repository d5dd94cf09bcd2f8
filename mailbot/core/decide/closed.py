"""Applications of a kind that is not accepted now, and those that come out of season. It opens no case."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from mailbot.core.case import Case
from mailbot.core.conditions import fields_named, holds
from mailbot.core.decide.incoming import Incoming, without_case
from mailbot.core.events import Answered, Fault, Value
from mailbot.core.fields import FAULTS
from mailbot.core.instants import from_text
from mailbot.core.outcome import Decision, Letter
from mailbot.core.rules import Closed, Desk, Form


def closed(form: Form, values: Mapping[str, Value], opened: datetime, desk: Desk) -> Closed | None:
    """The first rule that does not accept these values, in force on the day the application came (`opened`, aware)."""
    day = opened.astimezone(ZoneInfo(desk.timezone)).date().isoformat()
    return next((rule for rule in form.closed if rule.since <= day and holds(rule.when, values)), None)


def closed_fault(form: Form, case: Case, values: Mapping[str, Value], desk: Desk) -> tuple[Fault, ...]:
    """The fault of an open case that has come to want what is closed, in the field that says so."""
    rule = closed(form, values, from_text(case.opened), desk)
    named = next(fields_named(rule.when), None) if rule else None
    if rule is None or named is None:
        return ()
    language = case.languages.get("applicant", desk.languages[0])
    message = rule.notice.get(language) or next(iter(rule.notice.values()), "")
    key, found = _asked(form, named), values.get(named, "")
    fault = Fault(
        field=key,
        kind=FAULTS["closed"].kind,
        code="closed",
        found=found if isinstance(found, str) and key == named else "",
        wanted={"message": message},
    )
    return (fault,)


def _asked(form: Form, key: str) -> str:
    """The field that people fill in: what a plan says is changed in the plan."""
    if form.fields[key].from_plan is None:
        return key
    return next((name for name, rule in form.fields.items() if rule.type == "plan"), key)


def suspended(mail: Incoming, form: Form, rule: Closed, case: Case) -> Decision:
    """The notice, and the form ready to be sent back, if something can be: with what is accepted instead, or as the
    form's own words say (`says.closed`). Else it would come back and be sent back without end. No case comes of it, and
    the answer is due however many general ones there were today: somebody applied."""
    offered = bool(rule.instead or form.says.get("closed"))
    data = {"form": form, "notice": rule.notice, "filled": {**_as_sent(case), **rule.instead} if offered else {}}
    thread = (mail.message.message_id,) if mail.message.message_id else ()
    letter = Letter("closed", mail.address, "stranger", (case.languages["applicant"],), data, thread)
    return without_case(mail, Answered(reason="closed"), letter)


def _as_sent(case: Case) -> dict[str, Value]:
    """The answers as they were understood, or as they were written where they were not."""
    filled = {key: value for key, value in case.values.items() if key in case.answers}
    faulty = {fault.field for fault in case.faults} - filled.keys()
    return filled | {key: case.answers[key][0] for key in faulty if len(case.answers.get(key, ())) == 1}


def out_of_season(form: Form, now: datetime, desk: Desk) -> bool:
    """Whether a form comes when its season is over or has not begun; a season may lie over the turn of the year."""
    if form.season is None:
        return False
    day = now.astimezone(ZoneInfo(desk.timezone)).date().isoformat()[5:]
    begins, ends = form.season.begins, form.season.ends
    inside = begins <= day <= ends if begins <= ends else day >= begins or day <= ends
    return not inside
