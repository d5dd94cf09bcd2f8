"""What follows a keyword: days as people write them, fields by their labels, for whom, which case. It knows no case."""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from mailbot.core.commands.reading import MOST_LINES, first_block, folded, number_and_rest, terms, word_and_rest
from mailbot.core.commands.table import ROWS, WORDS
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.dates import read_date
from mailbot.core.fields.types import TYPES
from mailbot.core.labels import label_key
from mailbot.core.reading.labels import labels_of
from mailbot.core.rules import Clerk, FieldRule, Form

_TODAY = {"today": 0, "yesterday": 1, "本日": 0, "今日": 0, "昨日": 1}
_ME = frozenset({"me", "myself", "自分", "私"})
_NOBODY = frozenset({"none", "nobody", "なし", "無し"})
_DAYS = re.compile(r"(\d{1,3})\s*(?:(?:working |business )?days?|日間?|営業日)")
_UNTIL = re.compile(r"^(?:until|till)\s+")
_TO_A_DAY = re.compile(r"まで")
_TOMORROW = frozenset({"tomorrow", "明日"})
_WITH_YEAR = ("{year}/{said}", "{year}年{said}", "{said} {year}")
_RULE, _ASKING = FieldRule(label={}), Asking((), "en")
_FOR = re.compile(r"(.*?)[\s(（]+(?:for|対象)[\s:：]+(.+?)[)）]?", re.IGNORECASE | re.DOTALL)
_CASE = re.compile(r"(?:of\s+)?\[?(?:[A-Z0-9-]+\s+)?(\d{4}-\d{5,9})\]?", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s:：,，、;；]+")
_EQUALS = re.compile(r"([^=＝]*)[=＝](.*)", re.DOTALL)
_ONE_WORD = re.compile(r"[a-z_-]{1,40}")
_LIST = re.compile(r"[,，、;；\n]+")


def day(text: str, today: date) -> str | None:
    """A day as people write it, as ISO 8601: whatever `fields.dates` reads, without a year the last such day (`4/3`,
    `3 April`, `4月3日`), `yesterday`. None for anything else, and for a day that is still to come."""
    said = folded(text)
    if said in _TODAY:
        return (today - timedelta(days=_TODAY[said])).isoformat()
    years = (today.year, today.year - 1)
    whole = (said, *(pattern.format(said=said, year=year) for year in years for pattern in _WITH_YEAR))
    days = (found for one in whole if isinstance(found := read_date(one, _RULE, _ASKING), str) and found)
    return next((found for found in days if found <= today.isoformat()), None)


def day_to_come(text: str, today: date) -> str | None:
    """A day that is still to come as people write it, as ISO 8601: without a year the next such day, also `tomorrow`.
    None for anything else, and for today and every day that is over."""
    said = folded(text)
    if said in _TOMORROW:
        return (today + timedelta(days=1)).isoformat()
    years = (today.year, today.year + 1)
    whole = (said, *(pattern.format(said=said, year=year) for year in years for pattern in _WITH_YEAR))
    days = (found for one in whole if isinstance(found := read_date(one, _RULE, _ASKING), str) and found)
    return next((found for found in days if found > today.isoformat()), None)


def until_and_reason(text: str, today: date) -> tuple[str | int | None, str]:
    """The day to come (ISO 8601) or the number of working days that a text begins with, and what follows it; None for a
    text that begins with neither, or with a day that is over: `1 April 2026` is not the next 1 April."""
    for head, rest in _splits(_TO_A_DAY.sub(r"\g<0> ", text, count=1)):
        said = _UNTIL.sub("", folded(head)).removesuffix("まで").strip()
        days = _DAYS.fullmatch(said)
        until = int(days[1]) if days else day_to_come(said, today)
        if until:
            return until, rest
        if day(said, today):
            break
    return None, text


def account_name(text: str) -> str | None:
    """An account name as forms take one; None if it is none."""
    name = TYPES["account_name"].read(text, _RULE, _ASKING)
    return name if isinstance(name, str) and name else None


def clerks_meant(text: str, me: Clerk, clerks: Sequence[Clerk]) -> tuple[Clerk, ...] | None:
    """The clerks that a text may mean by `me`, an address, a name or a part of one; None for nobody (`none`). An
    operator is none of them."""
    said = folded(text).removesuffix("さん").removesuffix("様").strip()
    if said in _NOBODY:
        return None
    if said in _ME:
        return (me,) if me in clerks else ()
    whole = tuple(clerk for clerk in clerks if said in (folded(clerk.address), folded(clerk.name)))
    return whole or tuple(clerk for clerk in clerks if said in folded(clerk.name).split())


def clerks_near(text: str, clerks: Sequence[Clerk]) -> tuple[str, ...]:
    """The names that a text that names no clerk may have meant, the nearest first; all of them if it is near none."""
    known = {part: clerk.name for clerk in clerks for part in (folded(clerk.name), *folded(clerk.name).split())}
    close = difflib.get_close_matches(folded(text)[:60], [*known, *(clerk.address for clerk in clerks)], n=3)
    by_address = {clerk.address: clerk.name for clerk in clerks}
    return tuple(dict.fromkeys((known | by_address)[part] for part in close)) or tuple(clerk.name for clerk in clerks)


def ground(text: str, codes: Collection[str]) -> tuple[str, str]:
    """The code that a line consists of, however it is cased, else empty; and a code that it is a near miss of."""
    word = folded(text).replace("_", "-")
    if word in codes:
        return word, ""
    close = difflib.get_close_matches(word, codes, n=1, cutoff=0.75) if _ONE_WORD.fullmatch(word) else ()
    return "", close[0] if close else ""


def one_word(text: str) -> bool:
    """Whether a text is one word of Latin letters: a code that there is not, rather than a reason."""
    return _ONE_WORD.fullmatch(folded(text)) is not None


def with_below(text: str, below: str) -> str:
    """The text on a line that was no code, with what stands below where it is one word that might have been one: the
    first word of a letter. Below a whole sentence stands nothing but a greeting."""
    return f"{text}\n\n{below}" if below and _ONE_WORD.fullmatch(folded(text)) else text


def for_whom(text: str) -> tuple[str, str]:
    """What stands before `FOR` (対象), and for whom: `12-345 FOR Lee` is `12-345` and `Lee`; nobody is empty."""
    hit = _FOR.fullmatch(text)
    return (hit[1].strip(), hit[2].strip()) if hit else (text.strip(), "")


def assignment(text: str) -> tuple[str, str]:
    """Field and value of `room = tower`; both empty if no field stands before an equals sign."""
    hit = _EQUALS.match(text)
    return (hit[1].strip(), hit[2].strip()) if hit else ("", "")


def case_number(text: str) -> str | None:
    """The number of a case: `OF 2026-00017`, `[HELPDESK 2026-00017]`; None if it is none."""
    hit = _CASE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return hit[1] if hit else None


def named_cases(new_text: str) -> tuple[str, ...]:
    """The cases that a new text names if it holds commands; whether it does, and they can be carried out, is not asked.

    Every mail that claims to answer a letter is looked at so, whoever wrote it: no line is compared with keywords that
    it only resembles.
    """
    words = (word_and_rest(number_and_rest(line)[1]) for line in first_block(new_text)[0][:MOST_LINES])
    numbers = (case_number(rest) for word, rest in words if word in WORDS and WORDS[word].verb == "DUPLICATE")
    return tuple(number for number in numbers if number)


def accepted_as(new_text: str) -> str | None:
    """The account name that an acceptance in a new text gives, empty if it gives none; None if nothing is accepted in
    it. No line is compared with keywords that it only resembles."""
    words = map(word_and_rest, first_block(new_text)[0][:MOST_LINES])
    said = next((terms(rest) for word, rest in words if word in ROWS["ACCEPT"].words), None)
    return None if said is None else account_name(said[0]) or ""


def named_fields(text: str, form: Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that a list names by label (in any language), alias or key, and the parts that name none."""
    parts = [part.strip() for part in _LIST.split(text) if part.strip()]
    known = {part: key for part in parts if (key := field(part, form))}
    return tuple(dict.fromkeys(known.values())), tuple(part for part in parts if part not in known)


def field(text: str, form: Form) -> str | None:
    """The field with this label or key."""
    return text if text in form.fields else labels_of(form).keys.get(label_key(text))


def field_and_rest(text: str, form: Form) -> tuple[str | None, str]:
    """The longest label (or key) that a text begins with, and what follows it."""
    for head, rest in _splits(text):
        key = field(head, form)
        if key:
            return key, rest
    return None, text


def _splits(text: str) -> Iterator[tuple[str, str]]:
    yield text, ""
    for gap in reversed(list(_BETWEEN.finditer(text))):
        yield text[: gap.start()], text[gap.end() :].strip()


def near(text: str, form: Form, language: str) -> tuple[str, ...]:
    """The labels of a form, in this language, that a text may have meant; all of them if it is near none."""
    labels = {
        label_key(rule.label.get(language, key)): rule.label.get(language, key) for key, rule in form.fields.items()
    }
    close = difflib.get_close_matches(label_key(text)[:40], labels, n=3, cutoff=0.5)
    return tuple(labels[key] for key in close) or tuple(labels.values())
