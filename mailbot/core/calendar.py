"""Working days and dates in words, in a desk's time zone. It knows no clock: every instant is an argument."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mailbot.core.holidays_of import holidays_of
from mailbot.core.rules import Desk, Rules

SATURDAY = 5


def is_working_day(day: date, closing_days: tuple[str, ...], country: str = "") -> bool:
    """Whether the desk works on that day: neither Saturday, Sunday, nor a closing day (`MM-DD`, or `YYYY-MM-DD`), nor a
    national holiday of that country (ISO 3166-1 alpha-2; empty: of none)."""
    text = day.isoformat()
    if day.weekday() >= SATURDAY or text in closing_days or text[5:] in closing_days:
        return False
    return not country or day not in holidays_of(country, day.year)


@lru_cache(maxsize=4096)
def _nth(day: date, days: int, closing_days: tuple[str, ...], country: str) -> date:
    left = days
    while left > 0 or not is_working_day(day, closing_days, country):
        day += timedelta(days=1)
        left -= is_working_day(day, closing_days, country)
    return day


def add_working_days(start: datetime, days: int, desk: Desk) -> datetime:
    """The last second of the working day that comes `days` working days after `start`, as an aware UTC datetime.

    `start` is aware; its day is the one in the desk's zone and counts as day 0, also if the desk is closed on it;
    with `days` 0 it is that day or, if closed, the next working day. Weekends, the desk's closing days and
    the national holidays of its country do not count.
    """
    zone = ZoneInfo(desk.timezone)
    day = _nth(start.astimezone(zone).date(), days, desk.closing_days, desk.holidays)
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def working_days_between(start: datetime, end: datetime, desk: Desk) -> int:
    """The working days after the day of `start` up to that of `end` (both aware), in the desk's zone; 0 if `end` is not
    later."""
    zone = ZoneInfo(desk.timezone)
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    return sum(is_working_day(day, desk.closing_days, desk.holidays) for day in days)


def date_words(instant: datetime, language: str, rules: Rules) -> str:
    """The day of an instant (aware) in the desk's zone in words, as `day_words` writes it."""
    return day_words(instant.astimezone(ZoneInfo(rules.desk.timezone)).date(), language, rules)


def day_words(day: date, language: str, rules: Rules) -> str:
    """A day in words: `Friday 3 April 2026`, `2026年4月3日（金）`.

    From the table `dates` of the language's words.toml: `date` with the places year, month, day, weekday;
    `months` (12) and `weekdays` (7 from Monday) separated by spaces.
    """
    words = rules.words[language].dates
    return words["date"].format(
        year=day.year,
        month=words["months"].split()[day.month - 1],
        day=day.day,
        weekday=words["weekdays"].split()[day.weekday()],
    )
