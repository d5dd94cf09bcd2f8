"""Who is told what became of a clerk's commands. It carries none out."""

from mailbot.core.decide.incoming import Story
from mailbot.core.events import Facts
from mailbot.core.rules import Clerk

OPERATOR = "operator "
"""What the name of an operator has before it, where the address of a clerk stands otherwise."""


def operator_as_clerk(user: str, language: str) -> Clerk:
    """An operator who acts in no clerk's name."""
    return Clerk(name=user, address=OPERATOR + user, roles=("read", "decide", "head"), language=language)


def transcript(story: Story, clerk: Clerk, **data: object) -> None:
    """The clerk reads what became of their commands, whoever gave them in their name; where an operator acted in
    nobody's, those who answer for the desk do."""
    facts = next((event for event in story.events if isinstance(event, Facts)), None)
    shell = facts.operator.user if facts and facts.sort == "order" and facts.operator else ""
    if clerk.address == OPERATOR + shell:
        story.to_head("transcript", **data, shell=shell, named=False)
    else:
        story.to_clerk(clerk, "transcript", **data, shell=shell, named=bool(shell))
