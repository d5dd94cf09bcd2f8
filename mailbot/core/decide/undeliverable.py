"""A letter that the relay will never take: who has to know. It knows no relay."""

from datetime import datetime

from mailbot.core.case import Case
from mailbot.core.decide.incoming import Story
from mailbot.core.events import LetterFailed
from mailbot.core.outcome import Decision
from mailbot.core.rules import Rules


def undeliverable(case: Case, failed: LetterFailed, rules: Rules, now: datetime) -> Decision:
    """The letter failed, and the clerks are told, so that nobody waits for an answer to what never arrived; `now` is
    an aware UTC instant. A letter to a clerk that fails is told to nobody by mail: it would fail again."""
    info = case.letters[int(failed.letter.rpartition(".")[2])]
    story = Story(case, case.number, rules, now)
    story.add(failed)
    if info.role != "clerk":
        story.to_clerks("undeliverable", by=info.to, text=f"{failed.code} {failed.why}")
    return story.decision()
