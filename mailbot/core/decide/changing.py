"""What follows a change of a case's values, whoever brought it about: what somebody agreed to, signed or was told of
counts only for what they saw. It reads no mail and obeys no clerk."""

from typing import NamedTuple

from mailbot.core.case import Case
from mailbot.core.decide import documents
from mailbot.core.decide.incoming import Story
from mailbot.core.decide.moves import CHANGED, advance, ask, enter
from mailbot.core.events import ConsentVoided, StepVoided
from mailbot.core.rules import Form, Step
from mailbot.core.steps import current, entered, waits_for


class Voided(NamedTuple):
    """What does not count any more: whether a consent or a document, and the waits (step names) that told somebody of
    other values."""

    signed: bool
    told: tuple[str, ...]


def void(story: Story, before: Case) -> Voided:
    """What rested on values that are not those of `before` any more counts no longer; nobody is written to.

    Faulty values are changed values: whoever was told of others must not be passed over once the fault is mended.
    """
    bound = _bound(story.form) if before.completed else ()
    changed = _changed(story, before)
    voided = tuple(key for key in bound if key in changed)
    if voided:
        story.add(ConsentVoided(fields=voided))
    told = _told(story) if changed else ()
    story.add(*(StepVoided(step=step, fields=changed) for step in told))
    return Voided(bool(documents.void(story, before.values) or voided), told)


def _changed(story: Story, before: Case) -> tuple[str, ...]:
    now = story.known.values
    return tuple(key for key in story.form.fields if now.get(key) != before.values.get(key))


def _told(story: Story) -> tuple[str, ...]:
    """The waits that began, or are over, in which the holder of the account was told of the change."""
    case = story.known
    return tuple(step.id for step in story.form.steps if step.notice and step.id in (*case.passed, case.step))


def _bound(form: Form) -> tuple[str, ...]:
    """The fields an AGREE binds to: what the consent letter shows, and who the responsible person is."""
    person = form.people.get("responsible")
    about = (person.email, *person.name) if person else ()
    shown = next((step.shows for step in form.steps if step.kind == "consent"), ())
    return tuple(dict.fromkeys((*shown, *about)))


def move_on(story: Story, before: Case, *, told: bool = False) -> None:
    """After a mail, from whomever: what rested on other values is void, the case goes to the step it is in now, and the
    applicant's registered address (unless they were `told` already) and whoever decides see what stands there."""
    voided, step = void(story, before), current(story.known, story.form)
    if step is not None and step.id in voided.told:
        story.add(entered(step, story.known, story.rules.desk, story.now))
        ask(story, step, told=told)
    elif step is None or (step.id != story.known.step and not voided.signed):
        advance(story)
    elif voided.signed or step.kind == "fields":
        enter(story, step)
    elif story.known.values != before.values:
        _show(story, before, step, told)


def _show(story: Story, before: Case, step: Step, told: bool) -> None:
    """The case stays where it is: the applicant sees what stands there, and so does whoever has it before them."""
    anew = documents.reprinted(story, before.values, step)
    if not told and not (anew and waits_for(story.known, story.form) == "applicant"):
        story.to_applicant("received", again=True)
    (enter if anew else CHANGED.get(step.kind, _nobody))(story, step)


def _nobody(story: Story, step: Step) -> None:
    """Whoever waits sees the change in the letters to come."""
