"""A case that waits for time to pass, and what its applicant writes meanwhile. It knows no other step."""

from mailbot.core.commands import ending, says
from mailbot.core.decide import changing
from mailbot.core.decide.incoming import Incoming, Story
from mailbot.core.decide.moves import advance, enter
from mailbot.core.decide.taking import Said, take
from mailbot.core.events import MailAttached, StepPassed


def heard(story: Story, mail: Incoming, said: Said) -> bool:
    """Whether a mail of the applicant did something to a case that waits: it said one of the words that end the wait,
    or it is one more word about what was dealt with, and the case goes back to those who deal with it, as the applicant
    is told."""
    case = story.known
    if case.step_kind != "wait" or not mail.proven:
        return False
    step, again = story.step, story.form.step(story.step.again or "")
    if not case.halted and says(mail.new_text, ending(step)):
        story.add(StepPassed(step=step.id, why="said", by=mail.address))
        advance(story)
        return True
    if again is None:
        return False
    if not said.nothing:
        take(story, said, mail.address)
        changing.void(story, case)
    story.add(MailAttached(by=mail.address, sort=mail.facts.sort, why="again"))
    enter(story, again)
    story.to_applicant("received", again=True, text=mail.new_text)
    return True
