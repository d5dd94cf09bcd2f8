"""The types of field, one table: how an answer of each is read. It knows no form beyond the field's own rule."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailbot.core.events import Value
from mailbot.core.fields.addresses import read_email
from mailbot.core.fields.amounts import read_amount
from mailbot.core.fields.answers import read_choice, read_yes_no
from mailbot.core.fields.asking import Asking, Reader
from mailbot.core.fields.countries import read_country
from mailbot.core.fields.dates import read_date
from mailbot.core.fields.odd import LOOKED_AT, odd_in, said_better
from mailbot.core.fields.postal import read_postal_code
from mailbot.core.fields.ssh import read_ssh_public_key
from mailbot.core.fields.telephones import read_telephone
from mailbot.core.fields.texts import dashed, none, nothing, one_line, plain, prose, trimmed
from mailbot.core.fields.wrong import Wrong
from mailbot.core.garbled import garbled
from mailbot.core.labels import label_key
from mailbot.core.rules import FieldRule, FieldType
from mailbot.core.same import Same

_LATIN = "A-Za-zÀ-ÖØ-öø-ɏ\u0300-\u036fḀ-ỿ"
_LATIN_NAME = re.compile(rf"[{_LATIN}](?:[{_LATIN} .,'’ʻʼ`-]*[{_LATIN}.])?")
_SEPARATOR = re.compile(r"[\s,、;/]+")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]*")
_ACCOUNT = re.compile(r"[a-z][a-z0-9-]{1,14}[a-z0-9]")
_DIGEST = re.compile(r"[0-9a-f]{64}")
REMEMBERED = 4_000
"""Characters of an answer that is remembered: longer ones are rare, and a mail may be made of one that fills memory."""


def _line(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    return one_line(prose(text))


def _lines(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    return "\n".join(" ".join(line.split()) for line in prose(text).splitlines() if line.strip())


def _long(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """Paragraphs as written. The minimum is in characters without white space, the same for every writing system."""
    text = "\n".join(line.rstrip() for line in prose(text).splitlines()).strip()
    count = len("".join(text.split()))
    if rule.minimum is not None and count < rule.minimum:
        return Wrong("too_short", {"minimum": str(rule.minimum), "count": str(count)}, text)
    return text


def _latin(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    name = one_line(plain(text))
    fits = _LATIN_NAME.fullmatch(name) is not None and not odd_in(name, "name")
    return name if fits else Wrong("latin")


def _yes_no(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    answer = read_yes_no(text)
    return Wrong("yes_no") if answer is None else answer


def _ids(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    if none(text) or nothing(text):
        return ()
    parts = tuple(dict.fromkeys(part for part in _SEPARATOR.split(plain(text)) if part))
    return parts if all(_ID.fullmatch(part) for part in parts) and len(parts) <= 200 else Wrong("ids")


def _account_name(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """3 to 16 of the portable characters of POSIX (IEEE Std 1003.1 §3.437) without `.` and `_`, a letter first. In
    lower case: telephones begin every field with a capital letter, and nobody means it."""
    name = dashed(text).lower()
    return name if _ACCOUNT.fullmatch(name) else Wrong("account_name")


def _plan(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """The digest of an attachment (SHA-256, lower hex), which the desk puts there itself; whatever a person writes
    (`attached`, `添付`) is nothing: the plan is what came with the mail."""
    return text if _DIGEST.fullmatch(text) else ""


@lru_cache(maxsize=512)
def _choice_words(same: Same[FieldRule]) -> dict[str, str]:
    """Label key of everything people may write for a choice -> the value kept."""
    rule = same.value
    words = {label_key(value): value for value in rule.choices}
    for value, languages in rule.choices.items():
        words.update((label_key(word), value) for names in languages.values() for word in names)
    return words


def _choice(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    value = read_choice(text, _choice_words(Same(rule)))
    if value is not None:
        return value
    names = (words.get(asking.language, (kept,))[0] for kept, words in rule.choices.items())
    return Wrong("choice", {"choices": " / ".join(names)})


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One type of field: how an answer is read, how many characters it may have, which faults that can give (see
    FAULTS).

    `longest` is far beyond what anybody means: no answer, whatever it is made of, shall take longer to read than
    anybody notices. `ticks`: a sign without letters is an answer. `listed`: kept as a list of texts. `says_none`:
    "none" is an answer.
    """

    read: Reader
    longest: int
    faults: frozenset[str]
    ticks: bool = False
    listed: bool = False
    says_none: bool = False


def _row(
    read: Reader, longest: int, faults: str = "", *, ticks: bool = False, listed: bool = False, none: bool = False
) -> TypeRow:
    common = ["too_long", "unreadable", *(["odd_signs"] if LOOKED_AT.keys() & set(faults.split()) else [])]
    return TypeRow(read, longest, frozenset([*common, *faults.split()]), ticks, listed, none)


TYPES: Mapping[FieldType, TypeRow] = {
    "line": _row(_line, 1_000),
    "latin": _row(_latin, 100, "latin"),
    "email": _row(read_email, 600, "email_syntax email_several email_odd email_free"),
    "postal_code": _row(read_postal_code, 100, "postal_code"),
    "telephone": _row(read_telephone, 200, "telephone telephone_odd"),
    "lines": _row(_lines, 1_000),
    "long": _row(_long, 20_000, "too_short"),
    "yes_no": _row(_yes_no, 1_000, "yes_no", ticks=True, none=True),
    "ids": _row(_ids, 10_000, "ids", ticks=True, listed=True, none=True),
    "account_name": _row(_account_name, 100, "account_name"),
    "ssh_public_key": _row(
        read_ssh_public_key,
        20_000,
        "ssh_private ssh_dsa ssh_short ssh_type ssh_broken ssh_format ssh_several ssh_options",
    ),
    "choice": _row(_choice, 1_000, "choice", ticks=True, none=True),
    "country": _row(read_country, 80, "country country_several"),
    "date": _row(read_date, 100, "date date_none date_either"),
    "amount": _row(read_amount, 100, "amount amount_unit"),
    "plan": _row(_plan, 20_000),
}
"""Every type of field. A new type is a row here and a name in `rules.FieldType`."""


def read(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """What was understood of one answer; the empty text where nothing was answered; never an exception.

    A text whose characters were lost or misread is never a value. A line of dashes is nothing; "none" is nothing where
    the field is not required. A doubtful answer that `asking` lets count is understood. Answers longer than their type
    allows are refused before its reader looks at them: until then every step takes linear time, and from then on the
    length has a limit.
    """
    reader = _read if len(text) > REMEMBERED else _remembered
    answer = reader(text, Same(rule), asking.free_mail, asking.language)
    return asking.judge(rule.key, answer) if isinstance(answer, Wrong) else answer


def _read(text: str, same: Same[FieldRule], free_mail: tuple[str, ...], language: str) -> Value | Wrong:
    rule, asking = same.value, Asking(free_mail, language)
    row = TYPES[rule.type]
    text = trimmed(text)
    if garbled(text[: row.longest]):
        return Wrong("unreadable")
    if not text or (not row.ticks and nothing(text)):
        return ""
    if len(text) > row.longest:
        return Wrong("too_long", {"maximum": str(row.longest)})
    if not row.says_none and not rule.required and none(text):
        return ""
    answer = row.read(text, rule, asking)
    return said_better(answer, text) if isinstance(answer, Wrong) else answer


_remembered = lru_cache(maxsize=256)(_read)
"""What a mail answers is read for what registers have to say about it, and then to be decided."""
