"""What a case remembers of a letter when it is written. It sends nothing and knows no words."""

from mailbot.core import events as e
from mailbot.core.case.values import LetterInfo


def written(event: e.LetterWritten, seq: int, at: str) -> LetterInfo:
    """A letter of the entry `seq`, written at an instant (journal text)."""
    return LetterInfo(
        to=event.to,
        role=event.role,
        key=event.key,
        seq=seq,
        at=at,
        template=event.template,
        bound=event.bound,
    )
