"""The moves of a case from step to step: which letters begin a step, and who is told of a change within one.
It reads no mail."""

from collections.abc import Callable, Mapping

from mailbot.core.decide.incoming import Story
from mailbot.core.events import Completed, HandedToClerk, StepPassed
from mailbot.core.rules import Step, StepKind
from mailbot.core.steps import STEPS, current, entered, waits_for

Begin = Callable[[Story, Step], None]


def _ask_fields(story: Story, step: Step) -> None:
    case = story.known
    if case.rounds < story.rules.desk.rounds:
        story.to_applicant(step.letter)
    elif not case.stuck:
        story.add(HandedToClerk(why="no_news"))
        story.to_applicant("handed")
        story.to_clerks("stuck", why="no_news", text=story.said)


def _ask_consent(story: Story, step: Step) -> None:
    story.to_responsible(step.letter)


def _ask_document(story: Story, step: Step) -> None:
    """Whoever signs gets the sheet; the others are told by the letters of the step before."""
    writes = {"applicant": story.to_applicant, "responsible": story.to_responsible}
    writes[waits_for(story.known, story.form)](step.letter)


def _ask_clerks(story: Story, step: Step) -> None:
    story.to_clerks(step.letter or "review")


def _begin_wait(story: Story, step: Step) -> None:
    if step.letter:
        story.to_applicant(step.letter)
    if step.notice:
        story.to_holder(step.notice)


def _notify(story: Story, step: Step) -> None:
    writes = {"applicant": story.to_applicant, "responsible": story.to_responsible}
    for role in step.tells:
        writes[role](step.letter)
    story.add(StepPassed(step=step.id, why="told"))


BEGIN: Mapping[StepKind, Begin] = {
    "fields": _ask_fields,
    "consent": _ask_consent,
    "document": _ask_document,
    "review": _ask_clerks,
    "task": _ask_clerks,
    "wait": _begin_wait,
    "notify": _notify,
}
"""Which letters begin a step, or ask again in it."""

CHANGED: Mapping[StepKind, Begin] = {
    "review": _ask_clerks,
    "task": _ask_clerks,
}
"""Who is told when fields change within a step, besides the applicant; a kind without a row tells nobody."""


def enter(story: Story, step: Step) -> None:
    """The case begins to wait for a step, or is asked again in the one it is in: the event, and the letters."""
    case = story.known
    if step.id != case.step:
        story.add(entered(step, case, story.rules.desk, story.now))
    if step.kind == "consent" or (step.kind != "fields" and case.step_kind == "fields"):
        story.to_applicant("received", again=False)
    BEGIN[step.kind](story, step)


def advance(story: Story) -> None:
    """The case goes on to the first step that is not over, past those that are over as soon as they begin; where none
    is left it is done. Nothing happens if it is in that step already."""
    for _ in range(len(story.form.steps) + 1):
        step = current(story.known, story.form)
        if step is None:
            story.add(Completed())
            return
        if step.id == story.known.step:
            return
        enter(story, step)
        if not STEPS[step.kind].over(story.known, story.form, step):
            return
