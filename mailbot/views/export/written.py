"""What somebody wrote that an event holds: answers, also replaced or only proposed, reasons, orders, remarks. It knows
no entry and no row."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailbot.core import events as e


@dataclass(frozen=True, slots=True)
class Written:
    """Some words: the address of who wrote them, what they are, by name, and as they were written. `of_the_case` says
    that they count in the case, so that they are the applicant's to know; others are their writer's alone."""

    by: str
    key: str
    text: str
    of_the_case: bool = True


Words = Iterator[Written]


def _one(by: str, key: str, of_the_case: bool = True) -> Callable[[Any], Words]:
    """Words in one place of an event, by somebody whom another place names."""

    def found(event: Any) -> Words:
        value = getattr(event, key)
        yield Written(getattr(event, by), key, value if isinstance(value, str) else "\n".join(value), of_the_case)

    return found


def _fields_read(event: e.FieldsRead) -> Words:
    yield from _answers(event.by, event.answers)
    for text in event.unread:
        yield Written(event.by, "unread", text)


def _answers(by: str, answers: Mapping[str, Iterable[str]], of_the_case: bool = True) -> Words:
    for field, texts in answers.items():
        yield Written(by, field, "\n".join(texts), of_the_case)


def _ordered(event: e.Facts) -> Words:
    if event.ordered:
        yield Written(event.ordered.clerk, "orders", event.ordered.text)


WORDS: Mapping[type[e.Event], Callable[[Any], Words]] = {
    e.Facts: _ordered,
    e.FieldsRead: _fields_read,
    e.ChangeProposed: lambda event: _answers(event.by, event.answers, of_the_case=False),
    e.ConsentGiven: _one("by", "remark"),
    e.ConsentDeclined: _one("by", "reason"),
    e.Withdrawn: _one("by", "reason"),
    e.CommandsRun: _one("clerk", "words"),
    e.CommandsRefused: _one("by", "words", of_the_case=False),
    e.ConfirmationAsked: _one("clerk", "text", of_the_case=False),
    e.CorrectionProposed: lambda event: _answers(event.clerk, event.answers),
    e.Held: _one("clerk", "reason"),
    e.Accepted: _one("clerk", "text"),
    e.Rejected: _one("clerk", "reason"),
    e.Noted: lambda event: iter([Written(event.clerk, "text", event.text, event.authenticated)]),
    e.Completed: _one("clerk", "text"),
    e.Reopened: _one("clerk", "text"),
    e.FieldAllowed: _one("clerk", "reason"),
    e.FieldsAsked: _one("clerk", "text"),
    e.Replied: _one("clerk", "text"),
    e.QuarantineDismissed: lambda event: iter([Written("", "reason", event.reason)]),
}
"""Every kind of event that holds what people wrote, but for a letter and a usage plan, which are rows of their own."""


def written(event: e.Event, sender: str) -> Words:
    """What people wrote, as this event holds it; `sender` is the address whose mail brought it about."""
    words = WORDS.get(type(event))
    subject = [Written(sender, "subject", event.subject)] if isinstance(event, e.MailJoined) else []
    return (one for one in (*subject, *(words(event) if words else ())) if one.text)
