"""What is checked in a form beyond the types of its keys, one function a rule. It knows no file but the form's own."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from mailbot.core.conditions import Condition
from mailbot.core.labels import label_key
from mailbot.core.rules import FieldRule, Form, Texts
from mailbot.core.rulesets.problems import Path, meant

Found = Iterator[tuple[Path, str, str]]
"""Place, what was found, what is wanted."""

KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class House:
    """What a form is checked against: the desk's languages, and the letters there are in each."""

    languages: tuple[str, ...]
    letters: Mapping[str, frozenset[str]]


def _keys(form: Form, house: House) -> Found:
    """Keys become names in schemas and exports, so they are plain, and none that a model has already."""
    for key in form.fields:
        if not KEY.fullmatch(key):
            yield ("fields", key), f"the key `{key}`", "small letters a-z, digits and _, a letter first"
        elif hasattr(BaseModel, key) or key.startswith("model_"):
            yield ("fields", key), f"the key `{key}`", "another name; this one is taken by the program"


def _lacking(texts: Texts, house: House, path: Path, what: str) -> Found:
    for language in house.languages:
        if not texts.get(language, "").strip():
            yield (*path, language), "nothing", f"{what} in the language `{language}`"


def _texts(form: Form, house: House) -> Found:
    yield from _lacking(form.title, house, ("title",), "a title")
    for key, rule in form.fields.items():
        yield from _lacking(rule.label, house, ("fields", key, "label"), "a label")
        for name, texts in (("help", rule.help), ("example", rule.example)):
            if texts:
                yield from _lacking(texts, house, ("fields", key, name), f"the {name}")
    for at, check in enumerate(form.checks):
        yield from _lacking(check.message, house, ("checks", at, "message"), "a message")


def labels(rule: FieldRule) -> Iterator[tuple[Path, str]]:
    """Every text that names a field, with its place inside the field."""
    for language, text in rule.label.items():
        yield ("label", language), text
    for language, texts in rule.aliases.items():
        yield from (((("aliases", language, at)), text) for at, text in enumerate(texts))


def _labels(form: Form, house: House) -> Found:
    """One label, one field: people mix languages, so a label counts in all of them."""
    owners: dict[str, str] = {}
    for key, rule in form.fields.items():
        for place, text in labels(rule):
            owner = owners.setdefault(label_key(text), key)
            if not label_key(text):
                yield ("fields", key, *place), f'"{text}"', "a label with letters in it"
            elif owner != key:
                yield ("fields", key, *place), f'"{text}", which the field `{owner}` has too', "a label of its own"


def _conditions(form: Form) -> Iterator[tuple[Path, Condition]]:
    for key, rule in form.fields.items():
        if rule.when is not None:
            yield ("fields", key, "when"), rule.when
        for at, implied in enumerate(rule.implied):
            yield ("fields", key, "implied", at, "when"), implied.when
    yield from ((("copies", at, "when"), copies.when) for at, copies in enumerate(form.copies))
    yield from ((("checks", at, "when"), check.when) for at, check in enumerate(form.checks))


def _asked(condition: Condition) -> Iterator[Condition]:
    """Every single question of a condition."""
    if condition.field is not None:
        yield condition
    for part in (*(condition.all or ()), *(condition.any or ())):
        yield from _asked(part)


def _compared(condition: Condition) -> tuple[str, ...]:
    return tuple(text for text in (condition.is_, condition.is_not, *(condition.in_ or ())) if text is not None)


def _possible(rule: FieldRule) -> Sequence[str]:
    """The values a field can have, if they can be counted."""
    return ("yes", "no") if rule.type == "yes_no" else tuple(rule.choices)


def _question(form: Form, question: Condition, path: Path) -> Found:
    rule = form.fields.get(question.field or "")
    if rule is None:
        yield path, f"the field `{question.field}`", meant(question.field or "", form.fields)
        return
    possible = _possible(rule)
    for text in _compared(question):
        if possible and text and text not in possible:
            yield path, f'"{text}" for `{question.field}`', f"one of {', '.join(possible)}"


def _questions(form: Form, house: House) -> Found:
    for path, condition in _conditions(form):
        for question in _asked(condition):
            yield from _question(form, question, path)


def _named(form: Form) -> Iterator[tuple[Path, str]]:
    for role, person in form.people.items():
        if person.email or role != "applicant":
            yield ("people", role, "email"), person.email
        yield from ((("people", role, "name", at), key) for at, key in enumerate(person.name))
    for at, copies in enumerate(form.copies):
        for target, source in copies.fields.items():
            yield ("copies", at, "fields", target), target
            yield ("copies", at, "fields", target), source
    for at, check in enumerate(form.checks):
        yield ("checks", at, "field"), check.field
        yield from ((("checks", at, "asks", place), key) for place, key in enumerate(check.asks))
    for at, step in enumerate(form.steps):
        yield from ((("steps", at, "shows", place), key) for place, key in enumerate(step.shows))


def _names(form: Form, house: House) -> Found:
    for path, key in _named(form):
        if key not in form.fields:
            yield path, f"the field `{key}`", meant(key, form.fields)


def _settings(form: Form, house: House) -> Found:
    """Settings that belong to one type only, so that none stands where it does nothing."""
    for key, rule in form.fields.items():
        place: Path = ("fields", key)
        if rule.type == "choice" and not rule.choices:
            yield (*place, "choices"), "nothing", "the choices there are"
        if rule.type != "choice" and rule.choices:
            yield (*place, "choices"), f"choices of a field of type {rule.type}", 'them only with type = "choice"'
        if rule.minimum is not None and rule.type != "long":
            yield (*place, "minimum"), f"a minimum of a field of type {rule.type}", 'it only with type = "long"'
        if rule.institution and rule.type != "email":
            yield (*place, "institution"), f"it in a field of type {rule.type}", 'it only with type = "email"'


def _people(form: Form, house: House) -> Found:
    if "applicant" not in form.people:
        yield ("people",), "nobody who applies", "a table [people.applicant]"
    if "responsible" not in form.people and any(step.kind == "consent" for step in form.steps):
        yield ("people",), "a step of consent without a responsible person", "a table [people.responsible]"


def _steps(form: Form, house: House) -> Found:
    kinds = [step.kind for step in form.steps]
    if not kinds:
        yield ("steps",), "nothing", "at least one step"
    for at, step in enumerate(form.steps):
        if step.kind in kinds[:at]:
            yield ("steps", at, "kind"), f'"{step.kind}" a second time', "each kind of step once"
        if step.kind == "consent" and not step.shows:
            yield ("steps", at, "shows"), "nothing", "the fields that the consent letter shows"
        if step.remind is not None and step.limit is not None and step.remind >= step.limit:
            yield ("steps", at, "remind"), f"{step.remind} days, the limit being {step.limit}", "fewer than the limit"
        for language in house.languages:
            if step.letter not in house.letters.get(language, frozenset()):
                yield ("steps", at, "letter"), f'"{step.letter}"', f"a file templates/{language}/{step.letter}.txt"


FORM_RULES: tuple[Callable[[Form, House], Found], ...] = (
    _keys,
    _texts,
    _labels,
    _questions,
    _names,
    _settings,
    _people,
    _steps,
)
"""Every rule a form is checked by."""
