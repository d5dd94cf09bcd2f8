"""Until when somebody is away, as an automatic answer says it. It knows no clock: the day it came is an argument."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta

from mailbot.core.fields.asking import Asking
from mailbot.core.fields.dates import read_date
from mailbot.core.rules import FieldRule

LOOKED_AT = 2_000
"""Characters of an answer in which a day is looked for."""
FARTHEST = timedelta(days=92)
"""How far off such a day may be: nobody is passed over for longer because of one mail."""
_MONTHS = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?"
_DAYS = re.compile(
    r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?|\d{1,2}月\s?\d{1,2}日|(?<!\d)\d{1,2}/\d{1,2}(?![\d/])|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?\s{_MONTHS}(?:,?\s\d{{4}})?|{_MONTHS}\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?",
    re.IGNORECASE,
)
_WITH_YEAR = ("{said}", "{year}/{said}", "{year}年{said}", "{said} {year}", "{said}, {year}")
_RULE, _ASKING = FieldRule(label={}), Asking((), "en")


def named_day(text: str, today: date) -> date | None:
    """The last day within three months after `today` that a text names; None if it names none."""
    said = " ".join(unicodedata.normalize("NFKC", text[:LOOKED_AT]).split())
    days = (day for found in _DAYS.findall(said) for day in _read(found, today))
    return max((day for day in days if today < day <= today + FARTHEST), default=None)


def _read(said: str, today: date) -> Iterator[date]:
    for year in (today.year, today.year + 1):
        for frame in _WITH_YEAR:
            found = read_date(frame.format(said=said, year=year), _RULE, _ASKING)
            if isinstance(found, str) and found:
                yield date.fromisoformat(found)
                break
