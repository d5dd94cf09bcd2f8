"""Commands that write to the applicant, make exceptions, or only leave a note. They parse no line."""

from mailbot.core.commands import Command, Mistake, folded
from mailbot.core.commands.arguments import field_and_rest, named_fields, near
from mailbot.core.decide import taking
from mailbot.core.decide.command.values import Work, shown
from mailbot.core.events import FieldAllowed, FieldsAsked, FieldsSettled, Noted, Replied, TaskDone, Vouched
from mailbot.core.steps import entered

RESPONSIBLE = frozenset({"responsible", "responsible person", "the responsible person", "責任者"})


def reply(work: Work, command: Command) -> str | Mistake:
    """The clerk's words go to the applicant; a task that consists in a reply is done with it."""
    story, clerk = work.story, work.clerk
    story.add(Replied(clerk=clerk.address, text=command.text))
    if story.known.open and story.known.step_kind == "task" and story.step.reply:
        story.add(TaskDone(step=story.known.step, clerk=clerk.address))
    story.to_applicant("replied", text=command.text, closes="CLOSE" in work.verbs)
    return ""


def ask(work: Work, command: Command) -> str | Mistake:
    """The case goes back to its fields, and the applicant gets the form cut to those named, with the clerk's words."""
    story, form = work.story, work.story.form
    keys, unknown = named_fields(command.text, form)
    if unknown:
        return Mistake("unknown_field", command.line, command.verb, near(unknown[0], form, work.clerk.language))
    step = form.step_of("fields")
    if step is None:
        return Mistake("no_fields_step", command.line)
    keys, accepted = tuple(key for key in form.fields if key in keys), story.known.decided_by
    story.add(FieldsAsked(clerk=work.clerk.address, fields=keys, text=command.below))
    story.add(entered(step, story.known, story.rules.desk, story.now))
    story.to_applicant("asked")
    if accepted:
        _tell_undone(work)
    return work.in_a_row(_labels(work, keys))


def _tell_undone(work: Work) -> None:
    """Whoever else knows of the acceptance hears that it does not count any more."""
    story = work.story
    story.to_informed_responsible("undone")
    for clerk in story.there("decide"):
        if clerk.address != work.clerk.address:
            story.to_clerk(clerk, "undone", by=work.clerk)


def take_back(work: Work, command: Command, named: str) -> str | Mistake:
    """What was asked for is asked no more: the fields that are `named`, or all of them if it is empty."""
    story = work.story
    keys, unknown = named_fields(named, story.form)
    if unknown or not set(keys) <= set(story.known.asked):
        return Mistake("not_asked_for", command.line, among=asked(work))
    settled = keys or story.known.asked
    story.add(FieldsSettled(clerk=work.clerk.address, fields=settled))
    return work.in_a_row(_labels(work, settled))


def asked(work: Work) -> tuple[str, ...]:
    """What the applicant is asked for, as clerks know it."""
    return _labels(work, work.story.known.asked)


def _labels(work: Work, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The questions as clerks know them; rules that changed may have lost one that was asked."""
    fields = work.story.form.fields
    return tuple(work.say(fields[key].label, key) for key in keys if key in fields)


def allow(work: Work, command: Command) -> str | Mistake:
    """What is wrong with a field is no fault any more, and the fields are understood anew; if a clerk asked for it, it
    is asked no more."""
    story = work.story
    key, reason = field_and_rest(command.text, story.form)
    if key is None:
        among = near(command.text, story.form, work.clerk.language)
        return Mistake("unknown_field", command.line, command.verb, among)
    if not reason:
        return Mistake("text_wanted", command.line, command.verb)
    asked, wrong = key in story.known.asked, _faults(work, key)
    if not asked and not wrong:
        return Mistake("nothing_to_allow", command.line)
    if wrong == {taking.UNPROVEN}:
        return Mistake("address_unproven", command.line)
    story.add(FieldAllowed(clerk=work.clerk.address, field=key, reason=reason))
    taking.again(story, work.clerk.address)
    if _faults(work, key) - {taking.UNPROVEN}:
        return Mistake("cannot_allow", command.line)
    if asked:
        story.add(FieldsSettled(clerk=work.clerk.address, fields=(key,)))
    return work.in_a_row(_labels(work, (key,)))


def _faults(work: Work, key: str) -> set[str]:
    """What is wrong with a field, as codes."""
    return {fault.code for fault in work.story.known.faults if fault.field == key}


def vouch(work: Work, command: Command) -> str | Mistake:
    """The responsible person's address is theirs, says the clerk: the one that the letter answered showed, or the one
    that stands behind the keyword."""
    story, said = work.story, folded(command.text)
    address = story.responsible
    if not address:
        return Mistake("no_responsible", command.line)
    if said not in RESPONSIBLE and said != folded(address):
        return Mistake("not_responsible", command.line, command.verb)
    if said in RESPONSIBLE and story.known.revision > shown(work):
        return Mistake("address_wanted", command.line)
    story.add(Vouched(clerk=work.clerk.address, address=address))
    return address


def note(work: Work, command: Command) -> str | Mistake:
    """A note for colleagues."""
    work.story.add(Noted(clerk=work.clerk.address, text=command.text))
    return ""


def help_(work: Work, command: Command) -> str | Mistake:
    """The transcript lists every keyword."""
    return ""
