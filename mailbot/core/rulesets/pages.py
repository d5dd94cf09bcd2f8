"""What is checked in the pages.toml of each language: every sentence of the pages a center publishes is there, and its
places can be filled. It knows no page."""

import string
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mailbot.core.rulesets.models import short
from mailbot.core.rulesets.problems import Path, Problem, Source, meant

Pages = dict[str, dict[str, str]]
"""The sentences of one language: table, code, sentence."""
Found = Iterator[tuple[Path, str, str]]

PLACES: Mapping[str, Mapping[str, str]] = {
    "page": {"language": "", "languages": "", "forms": "", "contents": "", "contact": "address"},
    "list": {
        "title": "",
        "own": "",
        "how": "",
        "copy": "address",
        "empty": "address",
        "reply": "",
        "forms": "",
        "mail": "",
    },
    "state": {
        "title": "",
        "open": "",
        "partly": "",
        "closed": "",
        "season": "begins ends",
        "season_long": "begins ends",
        "closed_if": "condition date",
        "closed_some": "date",
        "closed_all": "date",
    },
    "dates": {"day": "day month", "date": "day month year"},
    "apply": {
        "title": "",
        "copy": "address",
        "attach": "fields",
        "institution": "",
        "own": "",
        "empty": "address title",
        "reply": "",
        "secrets": "",
        "mail_whole": "",
        "mail_subject": "",
    },
    "blank": {"title": "", "hint": "", "label": "", "copy": "", "copied": "", "failed": ""},
    "people": {
        "title": "",
        "applicant": "",
        "responsible": "",
        "holder": "",
        "fills": "",
        "signs": "documents",
        "agrees": "",
        "named": "",
        "objects": "",
        "decides": "",
    },
    "steps": {
        "title": "",
        "hint": "",
        "day": "",
        "days": "number",
        "day_complete": "",
        "days_complete": "number",
        "only_if": "condition",
        "only_some": "",
        "remind": "days",
        "fields_title": "",
        "fields": "",
        "consent_title": "",
        "consent": "fields agree decline",
        "document_title": "",
        "document": "",
        "document_applicant": "title",
        "document_responsible": "title",
        "document_if": "condition",
        "document_some": "",
        "document_sheet": "",
        "document_send": "",
        "review_title": "",
        "review": "",
        "task_title": "",
        "task": "",
        "task_each": "",
        "reply_title": "",
        "reply": "",
        "wait_title": "",
        "wait": "",
        "notice_title": "",
        "notice": "object",
        "ends_title": "",
        "ends": "word",
        "notify_title": "",
        "notify_applicant": "",
        "notify_responsible": "",
        **{f"{who}_{then}": "days" for who in ("outside", "desk", "wait") for then in ("expire", "go_on", "tell")},
        "wait_passes": "days",
    },
    "questions": {
        "title": "",
        "required": "",
        "optional": "",
        "required_if": "condition",
        "required_some": "",
        "optional_if": "condition",
        "optional_some": "",
        "choices": "choices",
        "or": "",
        "example": "",
        "plan": "",
    },
    "conditions": {
        "is": "field value",
        "is_not": "field value",
        "in": "field values",
        "value": "value",
        "given": "field",
        "given_one": "fields",
        "empty": "field",
        "at_least": "field number",
        "over": "field number",
        "and": "",
        "or": "",
        "comma": "",
    },
    "words": {"title": "", "hint": "", "word": "", "effect": ""},
}
"""Every sentence there is, by table and code, with the places it may have (names with spaces between them)."""
LIST_OF_FORMS = "rules/index.toml"
MAY_BE_EMPTY = frozenset({("list", "own")})


def file_of(language: str) -> str:
    """Where the sentences of a language stand."""
    return f"templates/{language}/pages.toml"


def pages_of(texts: Mapping[str, str], languages: Iterable[str], problems: list[Problem]) -> dict[str, Pages]:
    """The sentences of each language from the texts of a rule set `{path: text}`; what is wrong is added to `problems`.

    A desk without any pages.toml publishes no pages, and gets none; one that has it in a language has it in all.
    """
    used = [language for language in languages if file_of(language) in texts]
    if used and LIST_OF_FORMS in texts:
        problems.append(Problem(LIST_OF_FORMS, "", "a name that the page with all forms has", "another name"))
    read: dict[str, Pages] = {}
    for language in languages if used else ():
        file = file_of(language)
        if file not in texts:
            problems.append(Problem(file, "", "no such file", f"these sentences, as {file_of(used[0])}"))
            continue
        source = Source(file, texts[file])
        found = list(_problems(source)) if source.data is not None else [source.broken]
        problems += [problem for problem in found if problem]
        read.update({} if found else {language: dict(source.data or {})})
    return read


def _problems(source: Source) -> Iterator[Problem]:
    for path, what, wanted in _tables(source.data or {}):
        yield source.problem(path, what, wanted)


def _tables(data: Mapping[str, Any]) -> Found:
    for table in sorted(data.keys() - PLACES.keys()):
        yield (table,), f"the unknown key `{table}`", meant(table, PLACES)
    for table, codes in PLACES.items():
        given = data.get(table, {})
        if not isinstance(given, dict):
            yield (table,), short(given), "a table with names"
            continue
        for code in sorted(given.keys() - codes.keys()):
            yield (table, code), f"the unknown key `{code}`", meant(code, codes)
        for code, places in codes.items():
            yield from _sentence((table, code), given.get(code), frozenset(places.split()))


def _sentence(path: tuple[str, str], sentence: object, allowed: frozenset[str]) -> Found:
    if sentence is None or (sentence == "" and path not in MAY_BE_EMPTY):
        yield path, "nothing", "a sentence"
    elif not isinstance(sentence, str):
        yield path, short(sentence), "a text in quotes"
    elif (places := places_of(sentence)) is None:
        yield path, "braces that do not belong together", "{name}, or {{ and }} for braces in the text"
    else:
        for place in sorted(places - allowed):
            yield path, f"the place {{{place}}}", meant(place, allowed) if allowed else "no place in braces here"


def places_of(sentence: str) -> frozenset[str] | None:
    """The names in braces of a sentence; None if its braces cannot be read, or hold more than a name."""
    try:
        parts = list(string.Formatter().parse(sentence))
    except ValueError:
        return None
    if any(layout or conversion for _, _, layout, conversion in parts):
        return None
    return frozenset(name for _, name, _, _ in parts if name is not None)
