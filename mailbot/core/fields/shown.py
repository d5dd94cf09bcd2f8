"""Values as a person reads them. It knows one field's rule and its value, no letter."""

from collections.abc import Callable
from datetime import date

from mailbot.core.calendar import day_words
from mailbot.core.events import Value
from mailbot.core.fields.countries import country_name
from mailbot.core.fields.ssh import bits, fingerprint
from mailbot.core.fields.telephones import international, national
from mailbot.core.rules import FieldRule, FieldType, Rules
from mailbot.core.wording import option

Shown = Callable[[str, FieldRule, str, Rules], str]


def _choice(value: str, rule: FieldRule, language: str, rules: Rules) -> str:
    return option(rule, value, language)


def _yes_no(value: str, rule: FieldRule, language: str, rules: Rules) -> str:
    return rules.say(language, "values", value) if value in ("yes", "no") else value


def _country(value: str, rule: FieldRule, language: str, rules: Rules) -> str:
    return country_name(value, language)


def _date(value: str, rule: FieldRule, language: str, rules: Rules) -> str:
    try:
        return day_words(date.fromisoformat(value), language, rules)
    except ValueError:
        return value


def _telephone(value: str, rule: FieldRule, language: str, rules: Rules) -> str:
    """As it is dialled in Japan for who reads Japanese, else as it is dialled from anywhere."""
    number, extension = national(value) if language == "ja" else international(value)
    return rules.say(language, "values", "extension", number=number, extension=extension) if extension else number


def _ssh_public_key(value: str, rule: FieldRule, language: str, rules: Rules) -> str:
    """Type, comment, size and fingerprint (`ssh-keygen -l`): what a person can compare; nobody can read the rest."""
    name, *rest = value.split(" ")
    shown = fingerprint(value)
    if not shown:
        return value
    key = " ".join((name, "…", *rest[1:]))
    return rules.say(language, "values", "ssh_key", key=key, bits=str(bits(value)), fingerprint=shown)


def _plan(value: str, rule: FieldRule, language: str, rules: Rules) -> str:
    return rules.say(language, "values", "plan")


SHOWN: dict[FieldType, Shown] = {
    "choice": _choice,
    "yes_no": _yes_no,
    "country": _country,
    "date": _date,
    "telephone": _telephone,
    "ssh_public_key": _ssh_public_key,
    "plan": _plan,
}
"""The types whose values are kept otherwise than a person reads them."""


def shown(rule: FieldRule, value: Value, language: str, rules: Rules) -> str:
    """A field's value in words of that language: a country's name, a date, a telephone number as its reader dials it, a
    key as its fingerprint; lists with commas; an empty text for no value. Lines stay lines."""
    text = value if isinstance(value, str) else ", ".join(value)
    words = SHOWN.get(rule.type)
    return words(text, rule, language, rules) if words and text else text
