"""What is not known any more once a desk was restored from a backup: which numbers of cases were given since. It knows
no backup and no clock."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailbot.core.events import CaseOpened, Event

LEAST = 100
"""How many numbers are left out at least, and to what they are rounded up."""
MOST = 999_999
"""The highest number of a year."""
FACTOR = 2
"""On how many times the busiest day so far each day counts that is not known."""


class Busiest:
    """How many cases were opened in the busiest day (UTC) of a journal."""

    def __init__(self) -> None:
        self._days = Counter[str]()

    def note(self, events: Iterable[Event], at: datetime) -> None:
        """What an entry of that instant holds."""
        self._days[at.date().isoformat()] += sum(isinstance(event, CaseOpened) for event in events)

    @property
    def cases(self) -> int:
        """The most in one day."""
        return max(self._days.values(), default=0)


def unsure_numbers(
    last: Mapping[str, int], told: str, busiest: int, since: datetime, now: datetime, timezone: str
) -> tuple[str, ...]:
    """For each year that it concerns the number up to which cases may have been opened between `since`, up to when all
    is known, and `now` (aware instants), so that none is given twice: far more than is likely.

    `last` is the highest number of each year, `told` the last number that somebody outside knows (`2026-00042`; empty:
    none), `busiest` the most cases of one day, `timezone` that of the desk, whose years count.
    """
    zone, days = ZoneInfo(timezone), max(0, (now - since) // timedelta(days=1)) + 1
    more = max(LEAST, FACTOR * busiest * days)
    known_year, _, known = told.partition("-")
    years = range(since.astimezone(zone).year, now.astimezone(zone).year + 1)
    found = []
    for year in map(str, years):
        begin = max(last.get(year, 0), int(known) if known_year == year else 0)
        found.append(f"{year}-{min(MOST, -(-(begin + more) // LEAST) * LEAST):05d}")
    return tuple(found)
