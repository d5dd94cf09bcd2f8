"""What was found of a desk's forms in a mail, as values. It finds nothing itself."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.core.forms import Form

Answers = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Unread:
    """A line amid the form that looks like a label and is none: as written, and what followed."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one mail says: `answers` by key in the form's order, each value as written; several where a label was
    given several different values. `misspelt` are the labels that counted for all their small mistakes, as pairs of
    the key and the label as it was written."""

    answers: Answers
    unread: tuple[Unread, ...] = ()
    misspelt: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Skimmed:
    """What was found where a mail was read: which of `forms` it fills in, by name, and what it says about that one as
    an application; None if there is none. It holds for these very forms (the same objects); others are looked for
    anew."""

    forms: Mapping[str, Form]
    form: str | None
    reading: Reading | None
