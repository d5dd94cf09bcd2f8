"""What applicants, responsible persons and holders of an account write beside forms and consent: they withdraw, object,
ask what they may write. It reads no field and obeys no clerk."""

from mailbot.core.case import Case
from mailbot.core.commands import below_keyword, objects, offered
from mailbot.core.decide.application import pass_on
from mailbot.core.decide.incoming import WRITES, Incoming, Story, begin, to_stranger, without_case
from mailbot.core.decide.others import enquiry
from mailbot.core.decide.passing import promise
from mailbot.core.events import Ignored, MailAttached, StepStopped, StepVoided, Withdrawn
from mailbot.core.outcome import Decision
from mailbot.core.rules import Form, Step
from mailbot.core.steps import clerks_follow, current, entered


def withdraw(mail: Incoming) -> Decision:
    """The applicant does not want it any more, as far as that is proven by a letter to them and their registered
    address. From anybody else it changes nothing, and is told to the address it should have come from."""
    case, letter = mail.case, mail.letter
    if case is None or letter is None:
        letters = to_stranger(mail, "not_counted", why="no_token", by=mail.address)
        return without_case(mail, Ignored(reason="no_token"), *letters)
    reasons = {
        "not_proven": not mail.proven,
        "not_yours": letter.role != "applicant",
        "case_closed": not case.open,
    }
    why = next((why for why, holds in reasons.items() if holds), "")
    story = begin(mail, case, letter.role)
    if why == "case_closed":
        return pass_on(mail, case, letter, why)
    if why:
        story.add(MailAttached(by=mail.address, sort="withdraw", why=why))
        WRITES.get(letter.role, Story.to_applicant)(story, "not_counted", why=why, by=mail.address)
        return story.decision()
    return _withdrawn(story, mail)


def _withdrawn(story: Story, mail: Incoming) -> Decision:
    followed = clerks_follow(story.known)
    stopped = story.known.stopped
    story.add(Withdrawn(by=mail.address, reason=below_keyword(mail.new_text)))
    story.to_applicant("withdrawn")
    story.to_informed_responsible("withdrawn_others")
    if stopped:
        story.to_holder("objection_over")
    if followed:
        story.to_clerks("withdrawn_others")
    return story.decision()


def help_(mail: Incoming) -> Decision:
    """What can be written about the case now by whoever asks, if they prove to take part in it; anybody else gets
    general information."""
    if mail.case is None or mail.letter is None or not mail.proven:
        return enquiry(mail)
    role = mail.letter.role
    story = begin(mail, mail.case, role)
    story.add(MailAttached(by=mail.address, sort="help", why="help"))
    WRITES.get(role, Story.to_applicant)(story, "help", words=offered(story.known, story.form, role))
    return story.decision()


def objection(mail: Incoming) -> Decision:
    """Whoever the register names objects to a change, in whatever words: it stops, and clerks look. If it was decided
    already, or the sender is not proven, nothing stops by itself, but clerks read it all the same."""
    case, letter = mail.case, mail.letter
    if case is None or letter is None:
        return enquiry(mail)
    story = begin(mail, case, "holder")
    step = _stoppable(case, story.form)
    if not mail.proven or step is None or case.stopped:
        return _not_stopped(story, mail)
    story.add(StepStopped(step=step.id, by=mail.address))
    _go_back(story, step)
    story.to_holder("objected", by=mail.address)
    story.to_clerks("objection", by=mail.address, text=mail.new_text)
    return story.decision()


def _stoppable(case: Case, form: Form) -> Step | None:
    """The wait that an objection stops: the one the case is in, or one that told the holder of the change, as long as
    the case is back at its fields or nobody decided about it or began to carry it out."""
    told = {info.template for info in case.letters.values() if info.role == "holder"}
    late = bool(case.decided_by or case.tasks) or case.step_kind == "task"
    steps = (step for step in form.steps if step.notice in told)
    open_ = (step for step in steps if step.id == case.step or case.step_kind == "fields" or not late)
    return next(open_, None) if case.open else None


def _go_back(story: Story, step: Step) -> None:
    """A wait that was over is not: the case stands in it again, or will when it has come through the steps before."""
    if step.id in story.known.passed:
        story.add(StepVoided(step=step.id))
    if current(story.known, story.form) == step and story.known.step != step.id:
        story.add(entered(step, story.known, story.rules.desk, story.now))


def _not_stopped(story: Story, mail: Incoming) -> Decision:
    """Only the word itself is answered; what a holder has to say beside it is for clerks to read."""
    why = "already" if story.known.stopped else "objection_late"
    why = "not_proven" if not mail.proven else why if objects(mail.new_text) else "other"
    story.add(MailAttached(by=mail.address, sort=mail.facts.sort, why=why))
    if why != "other":
        story.to_holder("not_counted", why=why, by=mail.address)
    elif not story.known.stopped:
        promise(story, "holder")
    if why != "already":
        story.to_clerks("passed_on", why=why, by=mail.address, text=mail.new_text)
    return story.decision()
