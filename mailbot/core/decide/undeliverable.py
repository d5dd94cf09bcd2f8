"""A letter that never arrives: refused by the relay, or come back. Who has to know. It knows no relay and no mail."""

from collections.abc import Mapping
from datetime import datetime

from mailbot.core.away import absent
from mailbot.core.case import Case
from mailbot.core.decide.incoming import Story
from mailbot.core.events import AddressBounced, LetterFailed
from mailbot.core.outcome import FINAL, Decision
from mailbot.core.rules import Rules

NOTHING_SAID: Mapping[str, str] = {}
MOST_WHY = 200
"""Characters kept of what the other mail system says."""


def undeliverable(
    case: Case, failed: LetterFailed, rules: Rules, now: datetime, known: Mapping[str, str] = NOTHING_SAID
) -> Decision:
    """The relay will never take a letter: its address is marked, and the clerks are told as `came_back` says; `now` is
    an aware UTC instant, `known` what automatic answers said of who is away (address in lower case: last day)."""
    story = Story(case, case.number, rules, now, out=absent(known, rules.desk, now))
    story.add(failed)
    came_back(story, failed.letter, str(failed.code), failed.why)
    return story.decision()


def came_back(story: Story, letter: str, code: str, why: str) -> None:
    """The letter of that name failed for good: its address is marked, and the clerks are told, so that nobody waits for
    an answer to what never arrived: once an address as long as the case is open, and of a letter that told how it
    ended. A letter to a clerk that fails is told to nobody by mail: it would fail again."""
    info = story.known.letters[int(letter.rpartition(".")[2])]
    address = info.to.lower()
    first = story.known.open and address not in story.known.bounced
    story.add(AddressBounced(address=address, letter=letter, code=code, why=why[:MOST_WHY]))
    if info.role != "clerk" and (first or info.template in FINAL):
        story.to_clerks("undeliverable", by=info.to, text=f"{code} {why}".strip())
