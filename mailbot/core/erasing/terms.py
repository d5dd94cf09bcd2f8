"""The words by which somebody's data is found where it does not belong: addresses, names, what they wrote. It reads no
file, and takes no word that anybody might write."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from mailbot.core import events as e
from mailbot.core.case import Case
from mailbot.core.rules import Form

LONG, NUMBERED, NAMED = 20, 9, 8
"""Characters of a text, digits of a number, and characters of a name in one word, that nobody else writes by chance."""
WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of scripts that put no blanks between words."""


def normal(text: str) -> str:
    """A text as it is compared: in one width, one case, and with one blank between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def texts_of(value: object) -> Iterator[str]:
    """Every text in an event or a case, or in a list or mapping of them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts_of(getattr(value, name))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from texts_of(key)
            yield from texts_of(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_of(one)


def written_in(values: Mapping[str, object]) -> Iterator[str]:
    """Every text in the values of fields; their names are the form's words, and nobody's."""
    for value in values.values():
        yield from written_in(value) if isinstance(value, Mapping) else texts_of(value)


def own_words(case: Case) -> str:
    """What the people of a case said themselves, as it is compared: it is theirs, whoever else said it too."""
    said = (case.applicant, case.name, case.answers, case.values, case.plan, case.vouched)
    return normal("\n".join(texts_of(said)))


@dataclass(frozen=True, slots=True)
class Terms:
    """Words as they are compared (`normal`). What stands between letters or digits is not found: no name is part of a
    longer word."""

    words: frozenset[str] = frozenset()

    def within(self, text: str) -> frozenset[str]:
        """Those that stand in a text that is `normal`."""
        return frozenset(word for word in self.words if word in text and _whole(word, text))

    def without(self, others: Collection[str]) -> "Terms":
        """The same but for these."""
        return Terms(self.words - frozenset(map(normal, others)))


def _whole(word: str, text: str) -> bool:
    at = text.find(word)
    while at >= 0:
        before, after = text[at - 1 : at] if at else "", text[at + len(word) : at + len(word) + 1]
        if not (_joined(before, word[0]) or _joined(word[-1], after)):
            return True
        at = text.find(word, at + 1)
    return False


def _joined(left: str, right: str) -> bool:
    return left.isascii() and left.isalnum() and right.isascii() and right.isalnum()


@dataclass
class Gathering:
    """The words of the cases and mails that are to go, gathered event by event. `theirs` are the addresses and names of
    the person, which count always; `more` is what else they wrote, which counts unless it is somebody else's too."""

    theirs: set[str] = field(default_factory=set)
    more: set[str] = field(default_factory=set)

    def take(self, event: e.Event, form: Form | None) -> None:
        """An event of such a case, whose form is known or not."""
        if row := ROWS.get(type(event)):
            row(self, event, form)

    def person(self, *texts: str) -> None:
        """Somebody's addresses and names."""
        self.theirs |= {word for text in texts for word in _name(text)}

    def take_mail(self, facts: e.Facts) -> None:
        """A mail that is to go as well: who sent it."""
        if facts.sender:
            self.person(facts.sender.address, facts.sender.name)

    def terms(self, others: Collection[str]) -> Terms:
        """All of them, but for the addresses and names (`others`) of people who are not meant."""
        kept = frozenset(map(normal, others))
        return Terms(frozenset(self.theirs) | (frozenset(self.more) - kept))


def _name(text: str) -> Iterator[str]:
    """A name or address as it is compared, with and without its blank where the script needs none."""
    word = normal(text)
    glued = word.replace(" ", "")
    if "@" in word or (" " in word and len(glued) > 4) or len(word) >= NAMED:
        yield word
    if WIDE.search(word) and len(glued) >= 3:
        yield from (word, glued)


def _telling(text: str) -> bool:
    """Whether a text is somebody's and not anybody's: an address, a number such as that of a telephone, many words."""
    digits = sum(sign.isdigit() for sign in text)
    return "@" in text or digits >= NUMBERED or len(text) >= LONG or (len(text) >= NAMED and bool(WIDE.search(text)))


def _facts(found: Gathering, event: e.Facts, form: Form | None) -> None:
    if event.sender and event.sender.role == "applicant":
        found.take_mail(event)


def _opened(found: Gathering, event: e.CaseOpened, form: Form | None) -> None:
    found.person(event.applicant, event.name)


def _read(found: Gathering, event: e.FieldsRead, form: Form | None) -> None:
    for text in (*written_in(event.values), *written_in(event.answers)):
        word = normal(text)
        found.more |= {word} if _telling(word) else set()
    applicant = form.people.get("applicant") if form else None
    for said in (event.values, event.answers):
        parts = [" ".join(texts_of(said.get(key, ""))) for key in applicant.name] if applicant else []
        found.person(" ".join(parts), " ".join(reversed(parts)))
        found.person(*(texts_of(said.get(applicant.email, "")) if applicant else ()))


def _plan(found: Gathering, event: e.PlanRead, form: Form | None) -> None:
    for user in event.plan.users:
        found.more |= {normal(text) for text in (user.email, user.name) if _telling(normal(text))}


ROWS: Mapping[type, Callable[[Gathering, Any, Form | None], None]] = {
    e.Facts: _facts,
    e.CaseOpened: _opened,
    e.AddressRegistered: lambda found, event, form: found.person(event.address),
    e.FieldsRead: _read,
    e.PlanRead: _plan,
}
"""What each kind of event says of the person."""
