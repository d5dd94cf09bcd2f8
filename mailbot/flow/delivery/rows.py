"""Letters that wait for a connection, a row for each recipient: nobody gets the later letter before the earlier one.
It knows no relay."""

from collections.abc import Sequence
from datetime import datetime

from mailbot.store import LetterDue


class Rows:
    """Letters in the order they are due. All those to one recipient go to the same taker, one after the other."""

    def __init__(self) -> None:
        self._waiting: dict[str, LetterDue] = {}
        self._until: dict[str, datetime] = {}
        self._takers: dict[str, object] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, letters: Sequence[LetterDue], until: datetime) -> None:
        """Letters that are ours to send before `until` (aware)."""
        self._waiting.update((letter.name, letter) for letter in letters)
        self._until.update((letter.name, until) for letter in letters)

    def next(self, taker: object, now: datetime) -> LetterDue | None:
        """The first letter that this taker may have now; it is taken out. One that is no longer ours is dropped."""
        late = []
        try:
            for name, letter in self._waiting.items():
                if now > self._until[name]:
                    late.append(name)
                elif self._takers.setdefault(letter.letter.to.lower(), taker) is taker:
                    return self._waiting.pop(name)
            return None
        finally:
            for name in late:
                del self._waiting[name]

    def put_back(self, letter: LetterDue) -> None:
        """A letter that was taken and not sent is the first again."""
        self._waiting = {letter.name: letter, **self._waiting}

    def names(self) -> tuple[str, ...]:
        """The letters that still wait."""
        return tuple(self._waiting)

    def leave(self, taker: object) -> None:
        """The taker is gone: others may have what is left of its rows."""
        self._takers = {to: other for to, other in self._takers.items() if other is not taker}
