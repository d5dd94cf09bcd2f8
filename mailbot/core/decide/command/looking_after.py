"""Commands that say who looks after a case, and that it rests for a while. They parse no line and decide nothing about
it."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from mailbot.core.calendar import add_working_days, day_words
from mailbot.core.commands import Command, Mistake
from mailbot.core.commands.arguments import clerks_meant, clerks_near, until_and_reason
from mailbot.core.decide import resting
from mailbot.core.decide.command.values import Work
from mailbot.core.events import Assigned, Held
from mailbot.core.instants import to_text
from mailbot.core.rules import Clerk


def assign(work: Work, command: Command) -> str | Mistake:
    """The case has a responsible clerk, who is told unless they took it themselves; or none any more. That they are out
    of office is said to whoever gives it to them all the same."""
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
    if story.takes_part(clerk.address):
        return Mistake("clerk_takes_part", command.line)
    story.add(Assigned(clerk=work.clerk.address, to=clerk.address))
    if clerk.address != work.clerk.address:
        story.to_clerk(clerk, "assigned", by=work.clerk)
    return _named(work, clerk)


def _named(work: Work, clerk: Clerk) -> str:
    """The name of a clerk, and until when they are out of office."""
    until, language, rules = work.story.away.get(clerk.address.lower(), ""), work.clerk.language, work.story.rules
    day = day_words(date.fromisoformat(until), language, rules) if until else ""
    return rules.say(language, "values", "away", name=clerk.name, day=day) if day else clerk.name


def hold(work: Work, command: Command) -> str | Mistake:
    """The case rests until the morning of a day, and then is before the clerks again by itself. The applicant hears
    until when; the reason is for clerks, and what is to be said to the applicant is a REPLY."""
    story, desk = work.story, work.story.rules.desk
    until, said = until_and_reason(command.text, work.today)
    reason = "\n\n".join(part for part in (said, command.below) if part)
    if until is None:
        return Mistake("until_wanted", command.line, command.verb)
    if not reason:
        return Mistake("reason_wanted", command.line, command.verb)
    zone = ZoneInfo(desk.timezone)
    given = isinstance(until, str)
    day = date.fromisoformat(str(until)) if given else _after(work, int(until)).astimezone(zone).date()
    morning = datetime.combine(day, time(0), zone)
    before = story.known.hold
    story.add(Held(clerk=work.clerk.address, until=to_text(morning), reason=reason))
    if before is None or before.until != to_text(morning):
        story.to_applicant("held")
    language = work.clerk.language
    return story.rules.say(language, "values", "until", day=day_words(day, language, story.rules))


def _after(work: Work, days: int) -> datetime:
    return add_working_days(work.story.now, days, work.story.rules.desk)


def resume(work: Work, command: Command) -> str | Mistake:
    """The case goes on with the time that was left; whether it is before the clerks again, the whole mail says
    (`going_on`)."""
    if work.story.known.hold is None:
        return Mistake("not_on_hold", command.line)
    resting.go_on(work.story, work.clerk.address)
    return ""
