"""Templates read before anybody gets a letter: everything that is wrong with them, in words for whoever wrote them.
It fills no template in."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import get_args

from mailbot.core.columns import clip
from mailbot.core.outcome import PARTS
from mailbot.core.rules import Form, PersonName, Rules, Words
from mailbot.core.rulesets import Problem
from mailbot.core.rulesets.letters import letters_needed, letters_of
from mailbot.core.rulesets.problems import meant
from mailbot.edge.letters.asks import Asked, Call, Row, asked
from mailbot.edge.letters.templates import Unreadable
from mailbot.edge.letters.words import KNOWN

PEOPLE = frozenset(get_args(PersonName))
ROLES = PEOPLE | {"clerk"}


@dataclass(frozen=True, slots=True)
class There:
    """What calls of one letter may name: fields and documents of the forms that have it, the words of its language.
    Of a letter that no form has, nothing is known (None). A `part` of letters is none itself."""

    fields: frozenset[str] | None
    documents: frozenset[str] | None
    words: Words
    part: bool = False


def proofread(rules: Rules) -> Iterator[Problem]:
    """What is wrong with the templates: a letter that can be sent without one in some language, or without subject or
    text; one that Jinja refuses, or that asks for what there is not."""
    letters = [(form, letters_of(form)) for form in rules.forms.values()]
    needed = letters_needed(rules.forms.values())
    for language in rules.desk.languages:
        templates = rules.templates.get(language, {})
        for name in sorted({*needed, *templates}):
            file = f"templates/{language}/{name}.txt"
            if name in templates:
                forms = [form for form, sent in letters if name in sent]
                there = replace(_there(forms, rules.words[language]), part=name in PARTS)
                yield from _problems(file, templates[name], there)
            else:
                yield Problem(file, "", "no such file", "a template for this letter")


def _there(forms: Collection[Form], words: Words) -> There:
    """What a letter of these forms may name."""
    if not forms:
        return There(None, None, words)
    fields = frozenset(key for form in forms for key in form.fields)
    return There(fields, frozenset(name for form in forms for name in form.documents), words)


def _problems(file: str, source: str, there: There) -> Iterator[Problem]:
    try:
        asks = asked(source)
    except Unreadable as error:
        yield Problem(file, "", str(error), "a template that Jinja can read", error.line)
        return
    parts = () if there.part else _parts(asks)
    for line, place, found, wanted in (*_names(asks), *asks.nowhere, *_texts(asks, there), *parts):
        yield Problem(file, place, found, wanted, line)


def _names(asks: Asked) -> Iterator[Row]:
    for name, line in asks.names.items():
        if name not in KNOWN:
            yield line, name, "a name that no letter has", meant(name, KNOWN)


def _parts(asks: Asked) -> Iterator[Row]:
    """A letter has a line with its subject, an empty line, and a text."""
    head, _, text = asks.words.partition("\n\n")
    if not head.startswith("Subject:"):
        found = f'"{clip(head, 40)}"' if head.strip() else "nothing"
        yield asks.begins, "", found, "a line that begins with `Subject:`"
    elif not head.removeprefix("Subject:").strip():
        yield asks.begins, "Subject", "nothing", "a subject"
    if not text.strip():
        yield asks.begins, "", "no text below an empty line", "the text of the letter"


def _texts(asks: Asked, there: There) -> Iterator[Row]:
    """Every text in a call of the template that names nothing there is."""
    for call in asks.calls:
        if call.name in CALLS:
            yield from CALLS[call.name](call, there)


def _field(call: Call, there: There) -> Iterator[Row]:
    return _named(call, there.fields, "a field that no form with this letter has")


def _document(call: Call, there: There) -> Iterator[Row]:
    return _named(call, there.documents, "a document that no form with this letter has")


def _person(call: Call, there: There) -> Iterator[Row]:
    return _named(call, PEOPLE, "a person who takes part in no form")


def _role(call: Call, there: There) -> Iterator[Row]:
    return _named(call, ROLES, "a role that nobody has")


def _named(call: Call, names: Collection[str] | None, what: str) -> Iterator[Row]:
    for text in call.texts if names is not None else ():
        if text not in (names or ()):
            yield call.line, f'{call.name}("{text}")', what, meant(text, names) if names else "none: there are none"


def _sentence(call: Call, there: There) -> Iterator[Row]:
    table, code = (*call.texts, "")[:2]
    if table not in Words.model_fields:
        yield call.line, f'say("{table}")', "a table that words.toml does not have", meant(table, Words.model_fields)
    elif code and code not in (codes := getattr(there.words, table)):
        yield call.line, f'say("{table}", "{code}")', "a code that words.toml has no sentence for", meant(code, codes)


CALLS: Mapping[str, Callable[[Call, There], Iterator[Row]]] = {
    "label": _field,
    "labels": _field,
    "value": _field,
    "values": _field,
    "form_to_fill": _field,
    "document": _document,
    "person": _person,
    "next_words": _role,
    "wanted_documents": _person,
    "say": _sentence,
}
"""What the texts have to name that a call begins with."""
