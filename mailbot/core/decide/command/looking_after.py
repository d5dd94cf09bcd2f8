"""Commands that say who looks after a case. They parse no line and decide nothing about it."""

from mailbot.core.commands import Command, Mistake
from mailbot.core.commands.arguments import clerks_meant, clerks_near
from mailbot.core.decide.command.values import Work
from mailbot.core.events import Assigned


def assign(work: Work, command: Command) -> str | Mistake:
    """The case has a responsible clerk, who is told unless they took it themselves; or none any more."""
    story, clerks = work.story, work.story.rules.desk.clerks
    meant = clerks_meant(command.text, work.clerk, clerks)
    if meant is None:
        story.add(Assigned(clerk=work.clerk.address))
        return ""
    if len(meant) != 1:
        among = tuple(clerk.address for clerk in meant) or clerks_near(command.text, clerks)
        return Mistake("which_clerk" if meant else "no_such_clerk", command.line, command.verb, among)
    (clerk,) = meant
    if "decide" not in clerk.roles:
        return Mistake("clerk_may_not", command.line)
    if clerk.address.lower() in (story.known.applicant.lower(), story.responsible.lower()):
        return Mistake("clerk_takes_part", command.line)
    story.add(Assigned(clerk=work.clerk.address, to=clerk.address))
    if clerk.address != work.clerk.address:
        story.to_clerk(clerk, "assigned", by=work.clerk)
    return clerk.name
