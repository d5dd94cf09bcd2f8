"""Telephone numbers: one number, kept as the world writes it, shown as its country does. It calls nobody."""

import re
from functools import lru_cache

from mailbot.core.events import Value
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.texts import dashed, one_line
from mailbot.core.fields.wrong import Wrong
from mailbot.core.rules import FieldRule

REGION = "JP"
"""Whose national numbers are meant where no country code is written."""
_MOST = 15
"""Digits of the longest number there is (ITU-T E.164 §6.1), the country code included."""
_LEAST = 6
_WORD = re.compile(r"^(?:tel(?:ephone)?|phone|mobile|電話(?:番号)?|携帯(?:電話)?)\s*[.:]?\s*", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(?<![\s,;(])[\s,;(]*(?:ext(?:ension)?\.?|内線(?:番号)?|x|#)[\s:.]*([0-9]{1,8})\s*\)?$", re.IGNORECASE
)
_REMARK = re.compile(r"\s*\([^()0-9]*\)$")
_NUMBER = re.compile(r"\+?[\d\s().-]+", re.ASCII)
_KEPT = " ext. "


def read_telephone(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """One number in international format (ITU-T E.123), an extension behind it as ` ext. 123`; by `phonenumbers`,
    Google's libphonenumber. Two spellings of one number give one value.

    What that library doubts (a length or a beginning that its country does not give out) is unclear and can be
    confirmed, then as it was written: numbering plans change, and its tables follow later.
    """
    number = _WORD.sub("", _REMARK.sub("", one_line(dashed(text))))
    extension = _EXTENSION.search(number)
    number = number[: extension.start()] if extension else number
    if not _NUMBER.fullmatch(number) or not _LEAST <= sum(sign.isdigit() for sign in number) <= _MOST:
        return Wrong("telephone")
    world = _international(number)
    kept = _kept(world or " ".join(number.split()), extension)
    return kept if world else Wrong("telephone_odd", value=kept)


@lru_cache(maxsize=1024)  # every mail of a case has its fields understood anew
def _international(number: str) -> str:
    """The number in international format; empty if it is none that is given out."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, REGION)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _kept(number: str, extension: re.Match[str] | None) -> str:
    return f"{number}{_KEPT}{extension[1]}" if extension else number


@lru_cache(maxsize=1024)  # a case is shown many times
def national(value: str) -> tuple[str, str]:
    """A number as it was kept, for somebody in its own country: how it is dialled there if it is Japanese, else as it
    stands; and its extension, or an empty text."""
    import phonenumbers

    number, _, extension = value.partition(_KEPT)
    parsed = phonenumbers.parse(number, None) if number.startswith("+81 ") else None
    if parsed and phonenumbers.is_valid_number(parsed):
        number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return number, extension


def international(value: str) -> tuple[str, str]:
    """A number as it was kept, and its extension, or an empty text."""
    number, _, extension = value.partition(_KEPT)
    return number, extension
