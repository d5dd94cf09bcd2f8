"""From the texts of rules/ and templates/ to Rules, or to every problem in them at once. It opens no file."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mailbot.core.chain import canonical
from mailbot.core.labels import label_key
from mailbot.core.rules import Desk, Form, Rules, Words
from mailbot.core.rulesets.answers import ANSWER_RULES
from mailbot.core.rulesets.desk import DESK_RULES
from mailbot.core.rulesets.files import files_in, files_of_form, sheets_in
from mailbot.core.rulesets.forms import FORM_RULES, House
from mailbot.core.rulesets.letters import lacking, letters_of_form
from mailbot.core.rulesets.models import made, unknown
from mailbot.core.rulesets.pages import pages_of
from mailbot.core.rulesets.problems import Path, Problem, Source, not_utf8
from mailbot.core.rulesets.references import REFERENCE_RULES
from mailbot.core.rulesets.registers import registers_of_form
from mailbot.core.rulesets.says import names_said, says_of_form
from mailbot.core.rulesets.steps import STEP_RULES
from mailbot.core.rulesets.words import words_problems

__all__ = ["Problem", "build", "digest"]

DESK_FILE = "rules/desk.toml"
_FORM_FILE = re.compile(r"rules/([a-z0-9][a-z0-9-]*)\.toml")
_TEMPLATE_FILE = re.compile(r"templates/([a-z]{2,3}(?:-[A-Za-z]+)?)/([a-z0-9_-]+)\.txt")
_WORDS_FILE = re.compile(r"templates/([a-z]{2,3}(?:-[A-Za-z]+)?)/(?:words|pages)\.toml")
_OTHERS = re.compile(r"rules/files/.+")

RULES_OF_FORM = (
    *(*FORM_RULES, *REFERENCE_RULES, *ANSWER_RULES, *STEP_RULES),
    *(letters_of_form, files_of_form, registers_of_form, says_of_form),
)
"""Every rule a form is checked by, alone and against the house it stands in."""

Templates = dict[str, dict[str, str]]
Found = Iterable[tuple[Path, str, str]]


def digest(texts: Mapping[str, str]) -> str:
    """SHA-256 (lower hex) of the canonical JSON of `{path: text}`: the name of a set of rules in the journal."""
    return hashlib.sha256(canonical(dict(texts))).hexdigest()


_NAMES: Mapping[str, str] = {
    "rules/files/": "a name of ASCII letters, digits and signs",
    "rules/": "rules/<form>.toml, the form in small letters a-z, digits and -, a letter or digit first",
    "templates/": "templates/<language>/ with words.toml, pages.toml or <letter>.txt, the language as en or pt-BR, the "
    "letter in small letters a-z, digits, - and _",
}
"""Which names are read in a folder, the folder inside another first."""


def _names(texts: Mapping[str, str]) -> Iterator[Problem]:
    """Files nobody would read: better named now than missed later."""
    patterns = (_FORM_FILE, _TEMPLATE_FILE, _WORDS_FILE, _OTHERS)
    for file in texts:
        if not any(pattern.fullmatch(file) for pattern in patterns) or not file.isascii():
            wanted = next((allowed for folder, allowed in _NAMES.items() if file.startswith(folder)), "another folder")
            yield Problem(file, "", "a name that is not read", wanted)


def _templates(texts: Mapping[str, str]) -> Templates:
    templates: Templates = {}
    for file, text in texts.items():
        named = _TEMPLATE_FILE.fullmatch(file)
        if named:
            templates.setdefault(named[1], {})[named[2]] = text
    return templates


def _folders(texts: Mapping[str, str], languages: Sequence[str], problems: list[Problem]) -> tuple[str, ...]:
    """The languages that have a folder of templates; each that has none is one problem, not one a letter."""
    there = {file.split("/")[1] for file in texts if file.startswith("templates/")}
    for language in (language for language in languages if language not in there):
        wanted = f"the letters and sentences of the language `{language}`"
        problems.append(Problem(f"templates/{language}/", "", "no such folder", wanted))
    return tuple(language for language in languages if language in there)


def _at(source: Source, found: Found) -> list[Problem]:
    return [source.problem(path, what, wanted) for path, what, wanted in found]


def _desk(texts: Mapping[str, str], problems: list[Problem]) -> tuple[Desk | None, tuple[str, ...]]:
    """The desk, and its languages even where the rest of the file is wrong."""
    if DESK_FILE not in texts:
        problems.append(Problem(DESK_FILE, "", "no such file", "a file that describes the desk"))
        return None, ()
    source = Source(DESK_FILE, texts[DESK_FILE])
    if source.data is None:
        problems += [source.broken] if source.broken else []
        return None, ()
    desk = made(Desk, source, source.data)
    if isinstance(desk, list):
        problems += desk
        languages = source.data.get("languages")
        return None, tuple(str(name) for name in languages) if isinstance(languages, list) else ()
    for rule in DESK_RULES:
        problems += _at(source, rule(desk))
    return desk, desk.languages


def _named(name: str, source: Source) -> tuple[dict[str, Any], list[Problem]]:
    """The data of a form with the names that follow from where it stands, which nobody writes into it."""
    data = dict(source.data or {})
    problems = (
        [unknown(source, ("name",), [key for key in Form.model_fields if key != "name"])] if "name" in data else []
    )
    fields = data.get("fields")
    if isinstance(fields, dict):
        written = [key for key, rule in fields.items() if isinstance(rule, dict) and "key" in rule]
        problems += [source.problem(("fields", key, "key"), "the unknown key `key`", "none") for key in written]
        data["fields"] = {key: {**rule, "key": key} if isinstance(rule, dict) else rule for key, rule in fields.items()}
    return {**data, "name": name}, problems


def _form(name: str, source: Source, house: House, problems: list[Problem]) -> Form | None:
    if source.data is None:
        problems += [source.broken] if source.broken else []
        return None
    data, written = _named(name, source)
    problems += written
    form = made(Form, source, data, hidden=("name", "key"))
    if isinstance(form, list):
        problems += form
        return None
    for rule in RULES_OF_FORM:
        problems += _at(source, rule(form, house))
    return form


def _forms(texts: Mapping[str, str], house: House, problems: list[Problem]) -> dict[str, Form]:
    forms: dict[str, Form] = {}
    sources: dict[str, Source] = {}
    for file, text in sorted(texts.items()):
        named = _FORM_FILE.fullmatch(file)
        if named and file != DESK_FILE:
            sources[named[1]] = Source(file, text)
            form = _form(named[1], sources[named[1]], house, problems)
            forms.update({named[1]: form} if form else {})
    if not sources:
        problems.append(Problem("rules/", "", "no form", "at least one file rules/<form>.toml"))
    problems += _titles(forms, sources)
    return forms


def _titles(forms: Mapping[str, Form], sources: Mapping[str, Source]) -> Iterator[Problem]:
    """No two forms go by the same name."""
    owners: dict[str, str] = {}
    for name, form in forms.items():
        named = [("title", text) for text in form.title.values()]
        named += [("aliases", text) for texts in form.aliases.values() for text in texts]
        for place, text in named:
            owner = owners.setdefault(label_key(text), name)
            if owner != name:
                yield sources[name].problem((place,), f'"{text}", as the form `{owner}`', "a name of its own")


def _words(texts: Mapping[str, str], languages: Iterable[str], problems: list[Problem]) -> dict[str, Words]:
    read: dict[str, tuple[Source, Words]] = {}
    for language in languages:
        file = f"templates/{language}/words.toml"
        if file not in texts:
            problems.append(Problem(file, "", "no such file", f"the sentences of the language `{language}`"))
            continue
        source = Source(file, texts[file])
        words = made(Words, source, source.data) if source.data is not None else [source.broken]
        if isinstance(words, Words):
            read[language] = (source, words)
        else:
            problems += [problem for problem in words if problem]
    problems += words_problems(read)
    return {language: words for language, (_, words) in read.items()}


def build(texts: Mapping[str, str]) -> Rules | tuple[Problem, ...]:
    """The rules made of `{path: text}` (`rules/desk.toml`, `rules/<form>.toml`, `templates/<language>/words.toml`,
    `templates/<language>/pages.toml`, `templates/<language>/<letter>.txt`, `rules/files/<sheet>.toml`; others under
    `rules/files/` as `sha256:<digest>`), or every problem found in them.

    Problems are ordered by file and line. Languages the desk does not use may be incomplete: they are not looked at.
    """
    broken = [*not_utf8(texts), *_names(texts)]
    if broken:
        return tuple(broken)
    problems: list[Problem] = []
    desk, languages = _desk(texts, problems)
    templates = _templates(texts)
    present = _folders(texts, languages, problems)
    letters = frozenset(letter for language in languages for letter in templates.get(language, {}))
    declared = desk.registers if desk else None
    used = {language: templates.get(language, {}) for language in languages}
    said = names_said(text for own in used.values() for text in own.values()) if used else None
    house = House(languages, letters, sheets_in(texts, languages, problems), files_in(texts), declared, said)
    forms = _forms(texts, house, problems)
    words = _words(texts, present, problems)
    pages = pages_of(texts, present, problems)
    problems += lacking(forms.values(), templates, present)
    if problems or desk is None:
        return tuple(sorted(problems, key=lambda problem: (problem.file, problem.line or 0)))
    return Rules(
        digest=digest(texts),
        desk=desk,
        forms=forms,
        words=words,
        templates=used,
        sheets=dict(house.sheets),
        files=dict(house.files),
        pages=pages,
    )
