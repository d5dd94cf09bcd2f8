"""Until when somebody is away, as an automatic answer says it, and who of the clerks is there. It knows no clock: the
day it is comes as an argument."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailbot.core.fields.asking import Asking
from mailbot.core.fields.dates import read_date
from mailbot.core.rules import Clerk, Desk, FieldRule

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


def absent(known: Mapping[str, str], desk: Desk, now: datetime) -> dict[str, str]:
    """The clerks who are out of office on the day of `now` (aware UTC) where the desk is: addresses in lower case, each
    with the last day of it (ISO 8601). `known` is what automatic answers said of anybody."""
    today = now.astimezone(ZoneInfo(desk.timezone)).date().isoformat()
    return {address: until for address, until in known.items() if until >= today and desk.clerk(address)}


def there(clerks: Sequence[Clerk], away: Collection[str], besides: Collection[str] = ()) -> tuple[Clerk, ...]:
    """Those who are not `away`; all of them where nobody is there, or only some who can do nothing (`besides`), so that
    no letter goes to nobody. Both are addresses in lower case."""
    present = tuple(clerk for clerk in clerks if clerk.address.lower() not in away)
    return present if any(clerk.address.lower() not in besides for clerk in present) else tuple(clerks)


def at_the_head(desk: Desk, away: Collection[str]) -> tuple[Clerk, ...]:
    """The clerks who answer for the desk and are there; without such those who may decide and are there. Where nobody
    is, those who answer for the desk, else all who may decide."""
    heads = [clerk for clerk in desk.clerks if "head" in clerk.roles]
    deciding = [clerk for clerk in desk.clerks if "decide" in clerk.roles]
    rows = ([clerk for clerk in some if clerk.address.lower() not in away] for some in (heads, deciding))
    return tuple(next((row for row in (*rows, heads) if row), deciding))


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
