"""Changes that no clerk makes alone: they are proposed to the other clerks, and one of them agrees. It parses no
line."""

from dataclasses import replace

from mailbot.core.away import there
from mailbot.core.calendar import add_working_days
from mailbot.core.case import Case, Proposal
from mailbot.core.commands import Command, Mistake, folded
from mailbot.core.decide import seconds
from mailbot.core.decide.command import correcting
from mailbot.core.decide.command.values import Work
from mailbot.core.decide.taking import masked
from mailbot.core.events import CorrectionProposed, CorrectionSeconded
from mailbot.core.instants import to_text
from mailbot.core.rules import Clerk

IN_TIME = 5
"""Working days that a change waits for a second clerk."""


def wanted(work: Work, before: Case) -> bool:
    """Whether what was just told of the case is a change that no clerk makes alone, and is made by one."""
    return "SET" in work.verbs and not work.shell and correcting.guarded(work, before)


def colleagues(work: Work, before: Case) -> tuple[Clerk, ...]:
    """The clerks who may agree: who decide, take no part in the case, and are not the same person by another name of
    their mailbox. Who is out of office is passed over while somebody else is there."""
    was, now = work.story.before or before, work.story.known
    part = {was.applicant.lower(), now.applicant.lower(), work.story.responsible.lower()}
    clerks = work.story.rules.desk.clerks
    others = (clerk for clerk in clerks if "decide" in clerk.roles and not same(clerk, work.clerk))
    return there([clerk for clerk in others if clerk.address.lower() not in part], work.story.away)


def same(one: Clerk, other: Clerk) -> bool:
    """Whether two rows of the register are one person, as far as can be seen."""
    return one.address.lower() == other.address.lower() or folded(one.name) == folded(other.name)


def alone(work: Work) -> Mistake:
    """There is nobody to agree: what can be ordered at the shell instead, in so many words."""
    command = next(command for command in work.block if command.verb == "SET")
    return Mistake("nobody_seconds", command.line, said=f'mailbot command {work.story.number} "{command.line}"')


def propose(work: Work, tried: Work, before: Case, block: str, whom: tuple[Clerk, ...]) -> None:
    """The colleagues are asked; `tried` is the work of which nothing is done yet, `before` the case it began with."""
    story, until = work.story, to_text(add_working_days(work.story.now, IN_TIME, work.story.rules.desk))
    old = story.known.proposal
    if old is not None and old.clerk.lower() != work.clerk.address.lower():
        seconds.tell(story, old, "replaced", work.clerk)
    answers = {key: tuple(map(masked, texts)) for key, texts in tried.answers.items()}
    story.add(CorrectionProposed(clerk=work.clerk.address, block=block, answers=answers, until=until))
    for clerk in whom:
        lines = correcting.lines(tried, before, clerk.language)
        story.to_clerk(clerk, "second", by=work.clerk, changes=lines, text=until)
        story.letters[-1] = replace(story.letters[-1], bound=block)


def refusal(work: Work) -> str:
    """Why a clerk's agreement does not count, as a code of words.toml; empty if it does."""
    story, proposal, letter = work.story, work.story.known.proposal, work.letter
    if proposal is None or letter is None or letter.template != "second" or letter.bound != proposal.block:
        return "nothing_to_second"
    proposer = story.rules.desk.clerk(proposal.clerk)
    reasons = {
        "own_proposal": proposer is not None and same(proposer, work.clerk),
        "proposer_gone": proposer is None or "decide" not in proposer.roles,
        "proposal_late": proposal.until <= to_text(story.now),
        "proposal_old": proposal.revision != story.known.revision,
    }
    return next((why for why, holds in reasons.items() if holds), "")


def second(work: Work, command: Command) -> str | Mistake:
    """What a colleague proposed is carried out, and they hear of it."""
    story, before, proposal = work.story, work.story.known, work.story.known.proposal
    if proposal is None:
        return Mistake("nothing_to_second", command.line)
    story.add(CorrectionSeconded(clerk=work.clerk.address, by=proposal.clerk, block=proposal.block))
    wrong = _put(work, command, proposal)
    if wrong is not None:
        return wrong
    seconds.tell(story, proposal, "agreed", work.clerk)
    return correcting.words(work, before, work.clerk.language)


def _put(work: Work, command: Command, proposal: Proposal) -> Mistake | None:
    """All of it, each as the clerk who proposed it would have; or why one does not count any more."""
    for key, texts in proposal.answers.items():
        before = work.story.known
        if key not in work.story.form.fields:
            return Mistake("unknown_field", command.line)
        correcting.put(work.story, key, texts, proposal.clerk)
        wrong = correcting.objection(work, command, key, before)
        if wrong is not None:
            return wrong
    return None
