"""Dates in answers, as English and Japanese write them. It knows no clock and guesses no day."""

import re
from collections.abc import Callable
from datetime import date

from mailbot.core.events import Value
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.texts import dashed, one_line
from mailbot.core.fields.wrong import Wrong
from mailbot.core.rules import FieldRule

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ERAS = {
    "令和": (date(2019, 5, 1), date.max),
    "平成": (date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7)),
    "大正": (date(1912, 7, 30), date(1926, 12, 24)),
    "明治": (date(1873, 1, 1), date(1912, 7, 29)),
}
"""First and last day of each era; before 1873 Japan counted by the moon."""
_LETTERS = {"r": "令和", "h": "平成", "s": "昭和", "t": "大正", "m": "明治"}
_MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\\.?"
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+|\s*[月火水木金土日]曜日?$")
_REMARK = re.compile(r"\s*\([^()]*\)")

Read = Callable[[re.Match[str]], date | None]
"""The day that was meant, None if it may be two; ValueError if there is no such day."""


def _western(year: str, month: str, day: str) -> date:
    return date(int(year), int(month), int(day))


def _named(year: str, month: str, day: str) -> date:
    return date(int(year), _MONTHS.index(month[:3]) + 1, int(day))


def _japanese(found: re.Match[str]) -> date:
    begins, ends = _ERAS[_LETTERS.get(found[1], found[1])]
    years = 1 if found[2] == "元" else int(found[2])
    day = date(begins.year + years - 1, int(found[3]), int(found[4]))
    if not begins <= day <= ends or years < 1:
        raise ValueError("no day of that era")
    return day


def _either(found: re.Match[str]) -> date | None:
    """Month or day first: said by a number above twelve, or both are the same."""
    first, second, year = int(found[1]), int(found[2]), int(found[3])
    if first == second or first > 12:
        return date(year, second, first)
    return date(year, first, second) if second > 12 else None


_WAYS: tuple[tuple[re.Pattern[str], Read], ...] = (
    (re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?"), lambda found: _western(*found.groups())),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), lambda found: _western(*found.groups())),
    (re.compile(rf"{_MONTH}\s*(\d{{1,2}})(?:st|nd|rd|th)?[,\s]\s*(\d{{4}})"), lambda f: _named(f[3], f[1], f[2])),
    (
        re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]*{_MONTH}[\s,-]*(\d{{4}})"),
        lambda f: _named(f[3], f[2], f[1]),
    ),
    (re.compile(rf"(\d{{4}})[\s,-]*{_MONTH}[\s-]*(\d{{1,2}})"), lambda found: _named(*found.groups())),
    (
        re.compile(
            r"(令和|平成|昭和|大正|明治|[rhstm])\.?\s*(元|\d{1,2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?"
        ),
        _japanese,
    ),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})"), _either),
    (re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{1,2}"), lambda found: None),
)
"""Every way to write a date, in the order tried, and the day it means."""


def read_date(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """A day in the Gregorian calendar, kept as ISO 8601-1 writes it (`2026-04-01`).

    Understood: ISO 8601, `2026/4/1`, `2026年4月1日`, the months by their English names, and Japanese eras in words
    or as JIS X 0301 abbreviates them (`令和8年4月1日`, `R8.4.1`); with a weekday or a remark in brackets, in any
    width. A date that may mean two days (`4/1/2026`, `8/4/1`) is unclear: nobody but its writer knows.
    """
    written = _WEEKDAY.sub("", _REMARK.sub("", one_line(dashed(text))).casefold()).strip(" .,。、")
    for pattern, read in _WAYS:
        found = pattern.fullmatch(written)
        if found is None:
            continue
        try:
            day = read(found)
        except ValueError:
            return Wrong("date_none")
        return day.isoformat() if day else Wrong("date_either")
    return Wrong("date")
