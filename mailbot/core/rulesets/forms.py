"""What is checked in a form beyond the types of its keys, one function a rule. It knows no file but the form's own."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import BaseModel

from mailbot.core.conditions import fields_named, holds
from mailbot.core.labels import label_key
from mailbot.core.rules import FieldRule, Form, Register, Sheet, Texts
from mailbot.core.rulesets.problems import Path
from mailbot.core.secrets import masked

Found = Iterator[tuple[Path, str, str]]
"""Place, what was found, what is wanted."""

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class House:
    """What a form is checked against: the desk's languages, the letters that one of them has, and what lies in
    rules/files/: the sheets to sign, and the digests of other files; the registers that the desk declares (None:
    desk.toml cannot be read); and the names of sentences that templates show (None: not known)."""

    languages: tuple[str, ...]
    letters: frozenset[str]
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    registers: Mapping[str, Register] | None = None
    said: frozenset[str] | None = None


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
    """What people read is there in every language of the desk; what may be left out is there in all or in none."""
    yield from _lacking(form.title, house, ("title",), "a title")
    for key, rule in form.fields.items():
        yield from _lacking(rule.label, house, ("fields", key, "label"), "a label")
    for path, what, texts in _optional(form):
        if texts:
            yield from _lacking(texts, house, path, what)
    for path, what, texts in _needed(form):
        yield from _lacking(texts, house, path, what)


def _needed(form: Form) -> Iterator[tuple[Path, str, Texts]]:
    yield from ((("checks", at, "message"), "a message", check.message) for at, check in enumerate(form.checks))
    yield from ((("hints", at, "text"), "a text", hint.text) for at, hint in enumerate(form.hints))
    yield from ((("closed", at, "notice"), "a notice", closed.notice) for at, closed in enumerate(form.closed))
    yield from ((("documents", name, "title"), "a title", one.title) for name, one in form.documents.items())
    yield from ((("says", name), "this sentence", texts) for name, texts in form.says.items())
    for at, step in enumerate(form.steps):
        if step.task or (step.kind == "task" and not step.reply):
            yield ("steps", at, "task"), "what is to be done", step.task
        if step.kind == "task":
            yield ("steps", at, "title"), "the title", step.title


def _optional(form: Form) -> Iterator[tuple[Path, str, Texts]]:
    yield ("summary",), "the summary", form.summary
    for key, rule in form.fields.items():
        yield ("fields", key, "help"), "the help", rule.help
        yield ("fields", key, "example"), "the example", rule.example
    for at, step in enumerate(form.steps):
        if step.kind != "task":
            yield ("steps", at, "title"), "the title", step.title


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


def _masked(form: Form, house: House) -> Found:
    """No answer that the form itself offers reads like a password that somebody sent: it would be masked."""
    for key, rule in form.fields.items():
        offered = [text for languages in rule.choices.values() for texts in languages.values() for text in texts]
        offered += [line for text in rule.example.values() for line in text.split("\n")]
        for place, text in labels(rule):
            taken = next((f"{text}: {answer}" for answer in offered if masked(f"{text}: {answer}")[1]), None)
            if taken:
                yield ("fields", key, *place), f'"{taken}", which reads as a password', "another label"


_SETTINGS: Mapping[str, str] = {
    "choices": "choice",
    "minimum": "long",
    "institution": "email",
    "units": "amount",
    "fits": "postal_code",
}
"""Settings that belong to one type."""


def _settings(form: Form, house: House) -> Found:
    """Settings that belong to one type only, so that none stands where it does nothing."""
    for key, rule in form.fields.items():
        place: Path = ("fields", key)
        if rule.type == "choice" and not rule.choices:
            yield (*place, "choices"), "nothing", "the choices there are"
        for setting, kind in _SETTINGS.items():
            if getattr(rule, setting) and rule.type != kind:
                yield (*place, setting), f"it in a field of type {rule.type}", f'it only with type = "{kind}"'
        addressed = form.fields.get(rule.fits or "")
        if rule.type == "postal_code" and rule.fits and (addressed is None or addressed.type != "lines"):
            yield (*place, "fits"), f'"{rule.fits}"', 'a field of the form with type = "lines", the address'


def _people(form: Form, house: House) -> Found:
    if "applicant" not in form.people:
        yield ("people",), "nobody who applies", "a table [people.applicant]"
    if "responsible" not in form.people and any(step.kind == "consent" for step in form.steps):
        yield ("people",), "a step of consent without a responsible person", "a table [people.responsible]"


def _closed(form: Form, house: House) -> Found:
    """What is closed is closed since a day, and what is accepted instead is not closed too."""
    for at, closed in enumerate(form.closed):
        if not _is_day(closed.since):
            yield ("closed", at, "since"), f'"{closed.since}"', 'a day as "YYYY-MM-DD"'
        named = set(fields_named(closed.when))
        if named and named <= closed.instead.keys() and holds(closed.when, closed.instead):
            yield ("closed", at, "instead"), "values that are closed too", "values that are accepted"


def _season(form: Form, house: House) -> Found:
    for name, day in (("begins", form.season.begins), ("ends", form.season.ends)) if form.season else ():
        if not _is_day(f"2024-{day}"):  # a leap year, so that 02-29 is one
            yield ("season", name), f'"{day}"', 'a day as "MM-DD"'


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return DAY.fullmatch(text) is not None


FORM_RULES: tuple[Callable[[Form, House], Found], ...] = (
    _keys,
    _texts,
    _labels,
    _masked,
    _settings,
    _people,
    _closed,
    _season,
)
"""Every rule a form is checked by."""
