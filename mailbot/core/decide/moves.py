"""The moves of a case from step to step: which letters begin a step, and who is told of a change within one.
It reads no mail."""

from collections.abc import Callable, Mapping

from mailbot.core.decide.incoming import Story
from mailbot.core.events import HandedToClerk
from mailbot.core.steps import entered


def _ask_fields(story: Story) -> None:
    case = story.known
    if case.rounds < story.rules.desk.rounds:
        story.to_applicant("missing")
    elif not case.stuck:
        story.add(HandedToClerk(why="no_news"))
        story.to_applicant("handed")
        story.to_clerks("stuck", why="no_news", text=story.said)


def _ask_consent(story: Story) -> None:
    story.to_applicant("received", again=False)
    story.to_responsible("consent")


def _ask_decision(story: Story) -> None:
    story.to_clerks("review")


ENTER: Mapping[str, Callable[[Story], None]] = {
    "fields": _ask_fields,
    "consent": _ask_consent,
    "review": _ask_decision,
}
"""Which letters begin a step."""

CHANGED: Mapping[str, Callable[[Story], None]] = {
    "fields": lambda story: None,
    "consent": lambda story: None,
    "review": _ask_decision,
}
"""Who is told when fields change within a step, besides the applicant."""


def enter(story: Story, step: str) -> None:
    """The case begins to wait for a step, or is asked again in the one it is in: the event, and the letters."""
    if step != story.known.step or story.known.due is None:
        story.add(entered(step, story.form, story.rules.desk, story.now))
    ENTER[step](story)
