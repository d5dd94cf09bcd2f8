"""Which keys of reply addresses are still needed. It knows no secret and no file.

A key is dropped only when nobody can answer a letter of it any more in a way that counts.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mailbot.core.case import Case
from mailbot.core.events import Event, LetterWritten

ANSWERED = timedelta(days=400)
"""How long a letter may be answered after its case is closed: whoever renews once a year has the last one at hand."""


@dataclass(slots=True)
class Use:
    """What a key is used for: how many letters name it, when the first and the last of them were written (aware UTC),
    and which open cases have one."""

    letters: int = 0
    first: datetime | None = None
    last: datetime | None = None
    open: list[str] = field(default_factory=list)

    def written(self, at: datetime) -> None:
        """One more letter, later than those before."""
        self.letters += 1
        self.first, self.last = self.first or at, at


def note_letters(uses: dict[str, Use], events: Iterable[Event], at: datetime) -> None:
    """Count the letters of an entry, written at `at`, for the keys that they name."""
    for event in events:
        if isinstance(event, LetterWritten):
            uses.setdefault(event.key, Use()).written(at)


def note_case(uses: dict[str, Use], case: Case) -> None:
    """An open case needs the keys of all its letters."""
    for key in sorted({info.key for info in case.letters.values()} if case.open else ()):
        uses.setdefault(key, Use()).open.append(case.number)


def spent(uses: dict[str, Use], names: Collection[str], current: str, now: datetime) -> tuple[str, ...]:
    """The keys of `names` that nothing needs at `now`: not the current one, which a service at work may still use; none
    that an open case has a letter of, nor one with a letter younger than ANSWERED."""
    return tuple(name for name in names if name != current and _over(uses.get(name, Use()), now))


def _over(use: Use, now: datetime) -> bool:
    return not use.open and (use.last is None or now - use.last > ANSWERED)
