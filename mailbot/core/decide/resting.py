"""A case on hold goes on, because a clerk says so or its time is over. It knows no clock and parses no line."""

from mailbot.core.calendar import add_working_days, working_days_between
from mailbot.core.decide.incoming import Story
from mailbot.core.events import Resumed
from mailbot.core.instants import from_text, to_text


def go_on(story: Story, clerk: str = "") -> None:
    """The reminder and the limit of its step come after the working days that were left of them when the case was put
    on hold, or when it came to that step while it rested."""
    case = story.known
    story.add(Resumed(clerk=clerk, remind=_moved(story, case.remind), due=_moved(story, case.due)))


def _moved(story: Story, instant: str | None) -> str | None:
    case, desk = story.known, story.rules.desk
    if instant is None or case.hold is None:
        return instant
    rested = from_text(max(case.hold.since, case.step_since))
    left = working_days_between(rested, from_text(instant), desk)
    return max(instant, to_text(add_working_days(story.now, left, desk)))


def over(story: Story) -> None:
    """The time is over: the case is before the clerks again."""
    hold = story.known.hold
    go_on(story)
    story.to_clerks("resumed", by=None, text=hold.reason if hold else "")
