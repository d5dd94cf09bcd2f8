"""What a mail's text says about the fields of a form: labels become answers, as written. It judges no value, and knows
neither case nor sender."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

from mailbot.core.quoting import Line, mark
from mailbot.core.reading.labels import labels_of
from mailbot.core.reading.rows import Placed, answering, everything, newest_quoted, place, written
from mailbot.core.reading.shape import find_marker
from mailbot.core.reading.values import Answer, Found, collect
from mailbot.core.rules import Form

__all__ = ["Reading", "Unread", "language_of", "read", "recognise"]

Answers = dict[str, tuple[str, ...]]

_ENOUGH = 3
"""Labels with content that make a text an application."""
_CONTACT = frozenset({"email", "postal_code", "telephone", "lines"})
"""Types that stand in many a signature: such labels alone make no application."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A line amid the form that looks like a label and is none: as written, what followed, the key it resembles."""

    label: str
    text: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one mail says: `answers` by key in the form's order, each value as written; several where a label was
    given several different values."""

    answers: Answers
    unread: tuple[Unread, ...] = ()


def read(text: str, form: Form, *, answers_ours: bool) -> Reading:
    """The answers to a form in the text of a mail. Never fails; linear time.

    A mail that applies counts with its new text; if that holds no form (fewer than three labels where a quoted form
    has more), with the form quoted in it, whoever quoted it. With `answers_ours` the mail answers a letter of ours:
    the new text counts, and in the quoted letter only what stands between the markers of the form, since elsewhere
    it says what the desk understood. New text wins over quoted text. Values are trimmed, line ends LF.
    """
    return _reading(text, _Same(form), answers_ours)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A form as a key: the same object, whatever it says."""

    form: Form

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.form is self.form

    def __hash__(self) -> int:
        return id(self.form)


@lru_cache(maxsize=4)
def _reading(text: str, same: _Same, answers_ours: bool) -> Reading:
    """Which label an unknown one resembles costs more than all the rest: it is asked of the form that is meant."""
    found, labels = _found(text, same, answers_ours), labels_of(same.form)
    unread = (Unread(like.label, like.text, labels.near(like.label)) for like in found.unread)
    return Reading(_answers(found, same.form), tuple(unread))


@lru_cache(maxsize=32)
def _found(text: str, same: _Same, answers_ours: bool) -> Found:
    """Several rooms ask what one mail says: sorting, evidence, deciding. It is read once for each form."""
    return _read(_placed(text, same.form.name), same.form, answers_ours)


@lru_cache(maxsize=4)
def _lines(text: str) -> tuple[Line, ...]:
    """The lines of a mail, told apart once for all forms."""
    return tuple(mark(text, filled=True))


@lru_cache(maxsize=16)
def _placed(text: str, name: str) -> tuple[Placed, ...]:
    """The lines of a mail with the places of a form's markers, which are looked for once for each form."""
    return tuple(place(_lines(text), name))


def _answers(found: Found, form: Form) -> Answers:
    return {key: _texts(found.answers[key]) for key in form.fields if key in found.answers}


def _read(placed: Sequence[Placed], form: Form, answers_ours: bool) -> Found:
    labels = labels_of(form)
    block = newest_quoted(placed)
    if answers_ours:
        return collect(answering(placed, labels, block), labels)
    found = collect(written(placed, labels), labels)
    if len(found.answers) < _ENOUGH and any(one.line.kind not in ("new", "mailer") for one in placed):
        rows = answering(placed, labels, block) if block else everything(placed, labels)
        quoted = collect(rows, labels)
        if not found.answers or len(quoted.answers) >= _ENOUGH:
            found = quoted
    return found


def _texts(answers: Sequence[Answer]) -> tuple[str, ...]:
    """The different values of one field; what was written in this mail wins over what is quoted."""
    new = [answer.text for answer in answers if answer.new]
    return tuple(dict.fromkeys(new or [answer.text for answer in answers]))


def recognise(subject: str, text: str, forms: Mapping[str, Form]) -> str | None:
    """The form a mail is filled in for, by its name in `forms`; None for a mail that only speaks of one.

    A form is filled in when at least three of its labels have content, one of them more than contact data, or when
    its marker stands in the text and one label has content. The form that the subject names (by its longest name) wins,
    then the one with the most labels: forms ask alike, and whoever says what they want means it. A form with its
    markers in the sender's own text is no other form.
    """
    pasted = {found[0] for line in _lines(text) if line.kind == "new" and (found := find_marker(line.text))}
    meant = {name: form for name, form in forms.items() if name.lower() in pasted} or forms
    scores = [(_score(subject, text, form), name) for name, form in meant.items()]
    best = max(scores, key=lambda scored: scored[0], default=None)
    return best[1] if best and best[0] > _NO_FORM else None


Score = tuple[bool, int, int]
_NO_FORM: Score = (False, 0, 0)


def _score(subject: str, text: str, form: Form) -> Score:
    answers = _answers(_found(text, _Same(form), False), form)
    marked = bool(answers) and any(one.marker and one.block for one in _placed(text, form.name))
    telling = any(form.fields[key].type not in _CONTACT for key in answers)
    if marked or (len(answers) >= _ENOUGH and telling):
        return marked, _named(subject, form), len(answers)
    return _NO_FORM


def _named(subject: str, form: Form) -> int:
    """How long the longest name of the form is that the subject has: forms share words, such as "registration"."""
    names = (*form.title.values(), *(alias for aliases in form.aliases.values() for alias in aliases))
    spelled = normalize("NFKC", subject[:400]).casefold()
    known = (normalize("NFKC", name).casefold() for name in names)
    return max((len(name) for name in known if name and name in spelled), default=0)


_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f々]")
_LATIN = re.compile(r"[A-Za-z]+")
_NO_WORDS = re.compile(r"\S{25,}|\S*(?:@|://)\S*")
_SHARE = 0.4


def language_of(text: str, languages: Sequence[str], default: str) -> str:
    """The language a person wrote in: `ja` where Japanese characters make up a fair part of the text, else `en`.

    A kana or kanji counts like half a Latin word. Addresses, keys and links are no words. `default` for a text
    without words, or if the desk does not have the language.
    """
    text = text[:20_000]
    japanese = len(_JAPANESE.findall(text))
    latin = sum(1 for word in _NO_WORDS.sub(" ", _JAPANESE.sub(" ", text)).split() if _LATIN.search(word))
    if not japanese and not latin:
        return default
    language = "ja" if japanese / 2 >= _SHARE * (japanese / 2 + latin) else "en"
    return language if language in languages else default
