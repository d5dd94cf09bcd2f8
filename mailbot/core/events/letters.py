"""What can happen to a letter: written, taken by the relay, postponed, held, failed. It knows nothing of why."""

from typing import Literal

from mailbot.core.events.values import Enclosure, Frozen, Role


class LetterWritten(Frozen):
    """A letter in words, to be sent: its name is `<case>.<number>`, without a case `e<seq of the entry>.<number>`.

    `thread` lists what it answers, oldest first: Message-IDs of others in angle brackets, letters of ours by name;
    no token is journaled, it is derived from name, recipient and the key called `key` when bytes are made. `bound` is
    the digest of the commands that its code confirms, which is derived likewise (empty: it has none).
    `shows` are the cases that a letter without a case lists.
    """

    kind: Literal["letter_written"] = "letter_written"
    number: int
    template: str
    to: str
    role: Role
    key: str
    languages: tuple[str, ...]
    subject: str
    text: str
    thread: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    bound: str = ""
    shows: tuple[str, ...] = ()


class LetterSent(Frozen):
    kind: Literal["letter_sent"] = "letter_sent"
    letter: str
    answer: str


class LetterPostponed(Frozen):
    """The relay could not take it now; `until` is the instant before which it is not tried again."""

    kind: Literal["letter_postponed"] = "letter_postponed"
    letter: str
    why: str
    until: str


class LetterFailed(Frozen):
    kind: Literal["letter_failed"] = "letter_failed"
    letter: str
    code: int
    why: str


class LetterHeld(Frozen):
    """A letter is not sent before an operator says so: `why` names the budget it is over
    (`budget.over`), or is `restored`: it may have been sent after the backup was made from which the state came."""

    kind: Literal["letter_held"] = "letter_held"
    letter: str
    why: str


class LetterReleased(Frozen):
    """An operator lets a held letter go, whatever the budgets say."""

    kind: Literal["letter_released"] = "letter_released"
    letter: str


class LetterDropped(Frozen):
    """An operator decided that a letter is never sent."""

    kind: Literal["letter_dropped"] = "letter_dropped"
    letter: str


LetterEvent = LetterWritten | LetterSent | LetterPostponed | LetterFailed | LetterHeld | LetterReleased | LetterDropped
"""Anything that can happen to a letter."""
