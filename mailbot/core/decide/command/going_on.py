"""Where a case goes once a clerk's commands are carried out, and who hears of that. It carries none out."""

from mailbot.core.case import Case
from mailbot.core.commands import ROWS
from mailbot.core.decide import changing
from mailbot.core.decide.command.values import Work, settled
from mailbot.core.decide.incoming import Story
from mailbot.core.decide.moves import advance
from mailbot.core.events import Accepted
from mailbot.core.forms import OPENINGS

ENDING = frozenset({"REJECT", "CLOSE", "DUPLICATE"})


def go_on(work: Work, before: Case) -> None:
    """The case goes on to its next step; whoever decides sees what changed in front of them, whoever objected hears
    what came of it, and an applicant that their case is open again."""
    story, verbs = work.story, work.verbs
    changing.void(story, _as_given(before, story))
    if any(ROWS[verb].moves for verb in verbs) and not verbs & ENDING:
        advance(story, work.reached)
    if settled(work) and story.known.open and story.known.step_kind == "fields":
        story.to_applicant("asked" if story.known.asked else "missing")
    if before.status == story.known.status == "ready" and verbs & {"RECEIVED", "ALLOW", "VOUCH"}:
        story.to_clerks(review(story))
    _show_resumed(work, before)
    if before.stopped and not (story.known.open and story.known.stopped):
        story.to_holder("objection_over")
    text = "".join(command.text for command in work.block if command.verb == "REOPEN")
    if "REOPEN" in verbs and (text or not any(letter.role == "applicant" for letter in story.letters)):
        story.to_applicant("reopened", text=text)


def _show_resumed(work: Work, before: Case) -> None:
    """A case that was on hold and is where it was is before the clerks again, as all orders of the mail have left it:
    not one that they ended, put on hold anew or brought to where others are told what to do."""
    story, case = work.story, work.story.known
    if before.hold and not case.hold and case.open and case.step == before.step:
        story.to_clerks("resumed", by=work.clerk, text=before.hold.reason)


def _as_given(before: Case, story: Story) -> Case:
    """The case before, with the account name that a clerk gave: what somebody signed counts for it all the same."""
    given = {event.field: event.account for event in story.events if isinstance(event, Accepted) and event.account}
    return before.model_copy(update={"values": {**before.values, **given}}) if given else before


def review(story: Story) -> str:
    """The letter that has clerks decide about the case."""
    return story.step.opening or OPENINGS["review"]
