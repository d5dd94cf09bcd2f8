"""Working days and dates in words, in the zone of the desk."""

from datetime import UTC, date, datetime

import pytest
from shipped import shipped_rules

from mailbot.core.calendar import add_working_days, date_words
from mailbot.core.holidays_of import holidays_of
from mailbot.core.rules import Clerk, Desk

DESK = Desk(
    name="HELPDESK",
    address="helpdesk@desk.example",
    titles={"en": "Help desk"},
    languages=("en",),
    timezone="Asia/Tokyo",
    clerks=(Clerk(name="A", address="a@desk.example"),),
    closing_days=("12-29", "12-30", "12-31", "01-01", "01-02", "01-03", "2026-11-23"),
)
IN_JAPAN = DESK.model_copy(update={"holidays": "JP", "closing_days": ("12-29", "12-30", "12-31", "01-02", "01-03")})


def day(text: str) -> datetime:
    """Noon in Tokyo on that day."""
    return datetime.fromisoformat(f"{text}T03:00:00+00:00")


DAYS = [
    ("2026-04-02", 1, "2026-04-03", "Thursday, then Friday"),
    ("2026-04-03", 1, "2026-04-06", "over a weekend"),
    ("2026-04-04", 1, "2026-04-06", "from a Saturday"),
    ("2026-04-03", 5, "2026-04-10", "a week of work"),
    ("2026-11-20", 1, "2026-11-24", "over a holiday that does not come back"),
    ("2027-11-22", 1, "2027-11-23", "the same day a year later"),
    ("2026-12-28", 1, "2027-01-04", "over the turn of the year"),
    ("2027-12-28", 1, "2028-01-04", "over the next turn of the year"),
    ("2026-04-03", 0, "2026-04-03", "the same day"),
    ("2026-04-05", 0, "2026-04-06", "the same day, which is a Sunday"),
]


@pytest.mark.parametrize(("start", "days", "end", "why"), DAYS, ids=[row[3] for row in DAYS])
def test_working_days_are_counted_to_the_end_of_the_day(start: str, days: int, end: str, why: str) -> None:
    assert add_working_days(day(start), days, DESK) == datetime.fromisoformat(f"{end}T14:59:59+00:00")


NATIONAL = {
    2026: "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23",
    2027: "01-01 01-11 02-11 02-23 03-21 03-22 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 10-11 11-03 11-23",
}


@pytest.mark.parametrize("year", sorted(NATIONAL))
def test_the_national_holidays_of_japan_are_known_with_those_that_were_moved(year: int) -> None:
    assert sorted(holidays_of("JP", year)) == [date.fromisoformat(f"{year}-{day}") for day in NATIONAL[year].split()]


@pytest.mark.parametrize(
    ("start", "days", "end", "why"),
    [
        ("2026-05-01", 1, "2026-05-07", "over the golden week and the day in place of a Sunday"),
        ("2026-09-18", 1, "2026-09-24", "over a day between two holidays"),
        ("2026-12-28", 1, "2027-01-04", "over the turn of the year, which is national only on one day"),
        ("2028-01-07", 1, "2028-01-11", "in a year that nobody has listed"),
    ],
)
def test_national_holidays_are_no_working_days_where_the_desk_names_a_country(
    start: str, days: int, end: str, why: str
) -> None:
    assert add_working_days(day(start), days, IN_JAPAN) == datetime.fromisoformat(f"{end}T14:59:59+00:00")


def test_a_desk_without_a_country_works_on_them() -> None:
    assert add_working_days(day("2026-05-01"), 1, DESK) == datetime.fromisoformat("2026-05-04T14:59:59+00:00")


def test_the_day_an_application_came_in_is_the_one_in_the_zone_of_the_desk() -> None:
    late = datetime(2026, 4, 2, 15, 30, tzinfo=UTC)  # half past midnight on Friday in Tokyo
    assert add_working_days(late, 1, DESK) == datetime(2026, 4, 6, 14, 59, 59, tzinfo=UTC)
    utc = DESK.model_copy(update={"timezone": "UTC"})
    assert add_working_days(late, 1, utc) == datetime(2026, 4, 3, 23, 59, 59, tzinfo=UTC)


def test_the_last_second_of_a_day_is_right_when_the_clock_changes() -> None:
    paris = DESK.model_copy(update={"timezone": "Europe/Paris"})
    friday = datetime(2026, 3, 27, 12, tzinfo=UTC)  # the clock goes forward on Sunday 29 March
    assert add_working_days(friday, 0, paris) == datetime(2026, 3, 27, 22, 59, 59, tzinfo=UTC)
    assert add_working_days(friday, 1, paris) == datetime(2026, 3, 30, 21, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "instant", "words"),
    [
        ("en", day("2026-04-03"), "Friday 3 April 2026"),
        ("ja", day("2026-04-03"), "2026年4月3日（金）"),
        ("en", datetime(2026, 12, 31, 15, tzinfo=UTC), "Friday 1 January 2027"),
        ("ja", datetime(2026, 12, 31, 14, 59, 59, tzinfo=UTC), "2026年12月31日（木）"),
    ],
)
def test_dates_are_written_as_each_language_writes_them(language: str, instant: datetime, words: str) -> None:
    assert date_words(instant, language, shipped_rules()) == words
