"""What is checked in the answers that a form itself offers: words that mean one thing, examples that its own fields
take. It knows no mail and no case."""

from collections.abc import Callable, Iterator

from mailbot.core.fields.asking import Asking
from mailbot.core.fields.types import read
from mailbot.core.fields.wrong import Wrong
from mailbot.core.labels import label_key
from mailbot.core.rules import FieldRule, Form
from mailbot.core.rulesets.forms import Found, House
from mailbot.core.rulesets.problems import Path

SHORTENED = ("…", "...")
"""Where an example has one of these it is only the beginning of an answer."""


def _offered(rule: FieldRule) -> Iterator[tuple[Path, str, str]]:
    """Every text that may be written for a choice or a unit: its place in the field, the text, the value kept."""
    for value, languages in rule.choices.items():
        yield ("choices", value), value, value
        for language, texts in languages.items():
            yield from ((("choices", value, language, at), text, value) for at, text in enumerate(texts))
    for unit, texts in rule.units.items():
        yield ("units", unit), unit, unit
        yield from ((("units", unit, at), text, unit) for at, text in enumerate(texts))


def _alike(form: Form, house: House) -> Found:
    """A word stands for one choice: people mix languages, so it counts in all of them, and the last would win."""
    for key, rule in form.fields.items():
        owners: dict[str, str] = {}
        for place, text, value in _offered(rule):
            owner = owners.setdefault(label_key(text), value)
            if owner != value:
                yield ("fields", key, *place), f'"{text}", which `{owner}` has too', "a word of its own"


def _units(form: Form, house: House) -> Found:
    """Without units an amount takes a bare number only, and whoever writes a unit can be told of none."""
    for key, rule in form.fields.items():
        if rule.type == "amount" and not rule.units:
            yield ("fields", key, "units"), "nothing", 'the units there are, such as TB = ["terabytes"]'


def _examples(form: Form, house: House) -> Found:
    """Who writes what the example shows is understood."""
    for key, rule in form.fields.items():
        for language, text in rule.example.items():
            whole = text.strip() and not any(sign in text for sign in SHORTENED)
            answer = read(text, rule, Asking((), language)) if whole else ""
            if isinstance(answer, Wrong):
                found = f'"{" ".join(text.split())}", which this field refuses ({answer.code})'
                yield ("fields", key, "example", language), found, f"an answer of type {rule.type}"


ANSWER_RULES: tuple[Callable[[Form, House], Found], ...] = (_alike, _units, _examples)
"""Every rule that the answers a form offers are checked by."""
