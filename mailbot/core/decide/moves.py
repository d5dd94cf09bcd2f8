"""The moves of a case from step to step: which letters begin a step, who is told of a change within one, and what
happens when none is left. It reads no mail."""

from collections.abc import Callable, Mapping

from mailbot.core.decide.incoming import Story
from mailbot.core.decide.registered import changed_rows
from mailbot.core.decide.taking import mend
from mailbot.core.events import Accepted, Completed, FieldsSettled, HandedToClerk, StepPassed
from mailbot.core.forms import FORM_GONE, GONE, STEP_GONE
from mailbot.core.rules import Step, StepKind
from mailbot.core.steps import OWN, current, entered, over, waits_for

Begin = Callable[[Story, Step], None]


def _ask_fields(story: Story, step: Step) -> None:
    """The applicant is asked, as long as that leads anywhere; then a clerk has to help, once."""
    case = story.known
    tired = case.rounds >= story.rules.desk.rounds
    why = "explained" if _explained(story) else "no_news" if tired else ""
    if not why:
        story.to_applicant(step.opening)
    elif not case.stuck:
        story.add(HandedToClerk(why=why))
        story.to_applicant("handed", why=why)
        story.to_clerks("stuck", why=why, text=story.said)


def _explained(story: Story) -> bool:
    """Whether nothing is wrong but what the letter asked a reason for, and the answer gives one in words."""
    case = story.known
    codes = {fault.code for fault in case.faults}
    return bool(case.rounds and story.said.strip() and not case.asked) and codes == {"email_free"}


def _ask_consent(story: Story, step: Step) -> None:
    story.to_responsible(step.opening)


def _ask_document(story: Story, step: Step) -> None:
    """Whoever signs next gets the sheet; the others are told by the letters of the step before."""
    writes = {"applicant": story.to_applicant, "responsible": story.to_responsible}
    writes[waits_for(story.known, story.form)](step.opening)
    if step.paper:
        story.to_clerks("awaited")


def _ask_review(story: Story, step: Step) -> None:
    story.to_clerks(step.opening)


def _ask_task(story: Story, step: Step) -> None:
    story.to_clerks(step.opening, text=story.said)


def _begin_wait(story: Story, step: Step) -> None:
    """Whoever has objected already is told no more of what will happen: a clerk decides, who sees what it is now."""
    if step.letter:
        story.to_applicant(step.letter)
    if step.notice and story.known.stopped:
        story.to_clerks("objection", by=story.known.stopped, text="")
    elif step.notice and story.holder:
        story.to_holder(step.notice)
    elif step.notice:
        story.to_clerks("unannounced", why="no_holder", by="")


def _notify(story: Story, step: Step) -> None:
    """Somebody who is both gets the applicant's letter alone."""
    if "applicant" in step.tells:
        story.to_applicant(step.letter)
    both = "applicant" in step.tells and story.one_person
    if "responsible" in step.tells and not both:
        story.to_responsible(step.letter)
    story.add(StepPassed(step=step.id, why="told"))


BEGIN: Mapping[StepKind, Begin] = {
    "fields": _ask_fields,
    "consent": _ask_consent,
    "document": _ask_document,
    "review": _ask_review,
    "task": _ask_task,
    "wait": _begin_wait,
    "notify": _notify,
}
"""Which letters begin a step, or ask again in it."""

CHANGED: Mapping[StepKind, Begin] = {
    "review": _ask_review,
    "task": _ask_task,
}
"""Who is told when fields change within a step, besides the applicant; a kind without a row tells nobody."""


def show_again(story: Story) -> None:
    """Whoever has the case before them sees what changed beside its values."""
    step = current(story.known, story.form)
    if step is not None and step.id == story.known.step and step.kind in CHANGED and not story.known.hold:
        CHANGED[step.kind](story, step)


def enter(story: Story, step: Step) -> None:
    """The case begins to wait for a step, or is asked again in the one it is in: the event, and the letters."""
    case = story.known
    if step.id != case.step:
        story.add(entered(step, case, story.rules.desk, story.now))
    _begin(story, step, case.step_kind)


def _begin(story: Story, step: Step, before: str) -> None:
    """The letters of a step that was entered, from one of the kind `before`."""
    _halt_unannounced(story, step)
    if step.kind == "consent" or (step.kind != "fields" and before == "fields"):
        _confirm_receipt(story, step)
    BEGIN[step.kind](story, step)


def _halt_unannounced(story: Story, step: Step) -> None:
    """What is to be announced to the holder of an account waits for a clerk where there is no address to tell."""
    if step.notice and not story.holder and not story.known.stuck:
        story.add(HandedToClerk(why="no_holder"))


def _confirm_receipt(story: Story, step: Step) -> None:
    """The applicant sees what was understood, unless the step's own letter is to them and shows it; and hears of a
    question of ours that is settled."""
    settled = any(isinstance(event, FieldsSettled) for event in story.events)
    own = {
        "document": waits_for(story.known, story.form) == "applicant",
        "wait": bool(step.letter),
        "notify": "applicant" in step.tells,
    }
    if settled or not own.get(step.kind, False):
        story.to_applicant("received", again=False, settled=settled)


def ask(story: Story, step: Step, *, told: bool = False) -> None:
    """The letters of a step the case is in are written once more, to the applicant too, unless they were `told`."""
    _halt_unannounced(story, step)
    if not told:
        story.to_applicant("received", again=True)
    BEGIN[step.kind](story, step)


def advance(story: Story, reached: str = "") -> None:
    """The case goes on to the first step that is not over, past those that are over as soon as they begin; where none
    is left it is done. In the step it is in already, only the next who has to sign is asked; in the one that was
    `reached` between two orders, everybody it begins with."""
    mend(story)
    for _ in range(len(story.form.steps) + 1):
        step = current(story.known, story.form)
        if step is None:
            _complete(story)
            return
        if step.id == story.known.step:
            _begin(story, step, "") if step.id == reached else _ask_next_signer(story, step)
            return
        enter(story, step)
        if not over(story.known, story.form, step):
            return


def lost(story: Story) -> None:
    """The rules have no more the step that the case is in, so its time passes for nothing. Where somebody else had to
    act, the case goes on as the rules are now. What the desk had in hand may be done already: clerks look after it, as
    they do where the form is gone."""
    case = story.known
    by_hand = next(step for step in story.form.steps if step.id in GONE)
    if by_hand.id == STEP_GONE and (case.step_kind in OWN or case.step == FORM_GONE):
        advance(story)
    else:
        story.add(entered(by_hand, case, story.rules.desk, story.now))
        _ask_task(story, by_hand)


def reach(story: Story) -> str:
    """Between two orders of one mail the case goes on to a task, if that is next, and a case that was opened again to
    whatever it waits for, past whom it tells on the way. Nobody is asked for it yet: `advance` does, if that is still
    to be done. The name of the step reached, empty if there is none."""
    opened = not story.known.step
    while opened or story.known.step_kind != "fields":
        step = current(story.known, story.form)
        if step is None or step.id == story.known.step or not (opened or step.kind in ("task", "notify")):
            break
        if step.kind != "notify":
            story.add(entered(step, story.known, story.rules.desk, story.now))
            return step.id
        enter(story, step)
    return ""


def _ask_next_signer(story: Story, step: Step) -> None:
    before = story.before
    if step.kind != "document" or before is None or before.step != step.id:
        return
    if waits_for(before, story.form) != waits_for(story.known, story.form):
        story.add(entered(step, story.known, story.rules.desk, story.now))
        BEGIN[step.kind](story, step)


def _complete(story: Story) -> None:
    """All is done: registers learn of it, and the applicant, unless a letter of this moment told them."""
    told = any(
        isinstance(event, Accepted) or (isinstance(event, StepPassed) and event.why == "told") for event in story.events
    )
    story.add(*changed_rows(story.form, story.known), Completed())
    if not told:
        story.to_applicant("completed")
