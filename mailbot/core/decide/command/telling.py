"""Who is told what became of a clerk's commands. It carries none out."""

from mailbot.core.decide.incoming import Story
from mailbot.core.events import Facts
from mailbot.core.rules import Clerk


def operator_as_clerk(user: str, language: str) -> Clerk:
    """An operator who acts in no clerk's name; the register of clerks knows no such address."""
    return Clerk(name=user, address=f"operator {user}", roles=("read", "decide", "head"), language=language)


def at_the_shell(facts: Facts) -> str:
    """The user whose order it is that these facts are of; empty if it came by mail."""
    return facts.operator.user if facts.operator and facts.sort == "order" else ""


def tell(story: Story, clerk: Clerk, template: str, **data: object) -> None:
    """Write to whoever gave the orders; where an operator did in no clerk's name, to those who answer for the desk."""
    if story.rules.desk.clerk(clerk.address) is None:
        story.to_head(template, **data)
    else:
        story.to_clerk(clerk, template, **data)


def transcript(story: Story, clerk: Clerk, **data: object) -> None:
    """The clerk reads what became of their commands, whoever gave them in their name."""
    shell = at_the_shell(story.facts)
    named = bool(shell) and story.rules.desk.clerk(clerk.address) is not None
    tell(story, clerk, "transcript", **data, shell=shell, named=named)
