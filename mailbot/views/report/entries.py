"""What pages show of an entry of the journal: its sentences in each language, its letters, its digests and evidence.
It knows no page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from mailbot.core import events as e
from mailbot.core.instants import to_text
from mailbot.store import Entry
from mailbot.views import log
from mailbot.views.pages.markup import Html
from mailbot.views.report import sentences_ja
from mailbot.views.report.frame import octets
from mailbot.views.report.voice import clean, safe
from mailbot.views.report.words import WORDS

Sentence = Callable[[Any], str]
SENTENCES: Mapping[str, Mapping[str, Sentence]] = {"en": log.SENTENCES, "ja": sentences_ja.SENTENCES}


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of a case: its number, its words, to whom, about what, in which language it begins, the files with it;
    all but the number is markup, the words in UTF-8."""

    number: int
    text: bytes
    to: Html
    subject: Html
    language: Html
    files: Html


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as a case's page shows it: its number, its instant (journal text), its sentences by language (markup),
    its letters, what it means for how long the case took (`opened`, `answered`, `decided`), whether a mail brought it
    about, and what was wrong after that mail: fields with the kind of fault."""

    seq: int
    at: str
    said: Mapping[str, Sequence[Html]]
    letters: Sequence[Letter] = ()
    marks: Sequence[str] = ()
    mail: bool = False
    faults: Sequence[tuple[str, str]] = ()


MARKS: Mapping[type[e.Event], str] = {
    e.CaseOpened: "opened",
    e.LetterSent: "answered",
    e.Accepted: "decided",
    e.Rejected: "decided",
}


def shown(entry: Entry, languages: Sequence[str]) -> Shown:
    """An entry as pages show it."""
    events = entry.events or ()
    return Shown(
        seq=entry.seq,
        at=to_text(entry.at),
        said={language: [safe(text) for text in _said(entry, language)] for language in languages},
        letters=tuple(_letter(event) for event in events if isinstance(event, e.LetterWritten)),
        marks=tuple(mark for event in events if (mark := MARKS.get(type(event)))),
        mail=entry.mail is not None,
        faults=tuple(
            (one.field, one.kind) for event in events if isinstance(event, e.FieldsRead) for one in event.faults
        ),
    )


def _said(entry: Entry, language: str) -> Iterator[str]:
    """What the entry says in this language; in English where that has no sentence for what happened."""
    if entry.events is None:
        yield WORDS[language]["erased"]
        return
    for event in entry.events:
        say = SENTENCES[language].get(event.kind) or log.SENTENCES[event.kind]
        if text := say(event):
            yield text


def _letter(event: e.LetterWritten) -> Letter:
    names = ", ".join(enclosure.name for enclosure in event.enclosures)
    words = map(safe, (event.to, event.subject, next(iter(event.languages), ""), names))
    return Letter(event.number, octets(escape(clean(event.text))), *words)


def evidence(entry: Entry) -> tuple[str, ...]:
    """Why the desk was as sure of the sender as it was, in its own words."""
    facts = entry.facts
    return facts.sender.why if facts and facts.sender else ()


def place(entry: Entry) -> e.Place | None:
    """Where the mail lay on the server."""
    return entry.facts.place if entry.facts else None
