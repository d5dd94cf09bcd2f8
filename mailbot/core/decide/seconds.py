"""What waits for a second clerk and comes to nothing: whoever proposed it is told. It reads no mail and obeys no
clerk."""

from mailbot.core.case import Proposal
from mailbot.core.decide.incoming import Story
from mailbot.core.events import CorrectionLapsed
from mailbot.core.rules import Clerk


def lapse(story: Story) -> None:
    """Nobody agreed in time; perhaps because the case had become another one."""
    proposal = story.known.proposal
    if proposal is None:
        return
    moved = story.known.revision != proposal.revision
    story.add(CorrectionLapsed(by=proposal.clerk, why="moved_on" if moved else "limit"))
    tell(story, proposal, "moved_on" if moved else "limit")


def tell(story: Story, proposal: Proposal, why: str, by: Clerk | None = None) -> None:
    """Whoever proposed it hears what became of it, if they are a clerk still: `why` is `agreed`, `limit`, `moved_on` or
    `replaced`, `by` the clerk who agreed or proposed something else."""
    proposer = story.rules.desk.clerk(proposal.clerk)
    if proposer is not None:
        lines = wanted(story, proposal, proposer.language)
        story.to_clerk(proposer, "proposal_over", why=why, by=by, changes=lines, text=proposal.at)


def wanted(story: Story, proposal: Proposal, language: str) -> tuple[str, ...]:
    """What the fields are to say, a line each, as the clerk wrote it."""
    return tuple(f"{_label(story, key, language)} = {' / '.join(texts)}" for key, texts in proposal.answers.items())


def _label(story: Story, key: str, language: str) -> str:
    rule = story.form.fields.get(key)
    return rule.label.get(language, key) if rule else key
