"""What sorting looks at: the mail, and a few clues from outside it. It draws no conclusion."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from mailbot.core.events import Role
from mailbot.core.message import Message
from mailbot.core.quoting import new_text, split
from mailbot.core.rules import Desk
from mailbot.core.signs import ACUTE, APOSTROPHES, DASHES, FAR_EAST

LOOKED_AT = 4_000
"""Characters of a text that words are looked for in: whoever writes more is no machine that answers."""
_LOOSE = re.compile(rf" (?<=[{FAR_EAST}、。] )(?=[{FAR_EAST}])")
"""A space between such characters; looked for by the space, for there are few."""
_APOSTROPHE, _DASH = re.compile(f"[{APOSTROPHES}]"), re.compile(f"[{DASHES}]")


@dataclass(frozen=True, slots=True)
class Clues:
    """What sorting looks at besides the mail: the desk, its new text, the form it fills in (or None), and in which
    role the letter it answers was received (`unknown`: a letter claimed but not verified; None: no letter), and whether
    it brings a code that this letter asked for."""

    desk: Desk
    new_text: str
    form: str | None
    answers: Role | Literal["unknown"] | None
    code: bool = False


Test = Callable[[Message, Clues], bool]


def plain(text: str) -> str:
    """The beginning of a text as phrases are looked for in it: NFKC, lower case, plain apostrophes, one space for any
    white space and none between characters of the Far East, where a line was only broken."""
    text = unicodedata.normalize("NFKC", text[:LOOKED_AT].replace(ACUTE, "'"))
    text = _DASH.sub("-", _APOSTROPHE.sub("'", text)).casefold()
    return _LOOSE.sub("", " ".join(text.split()))


@lru_cache(maxsize=4)
def plain_text(text: str) -> str:
    """`plain` of a text that several tests look at."""
    return plain(text)


@lru_cache(maxsize=4)
def quotes(text: str) -> bool:
    """Whether a text holds anything quoted or forwarded."""
    parts = split(text)
    return bool(parts.quoted.strip() or parts.forwarded.strip())


def forwards(text: str) -> bool:
    """Whether a text holds a forwarded mail, and nothing its sender wrote."""
    return not new_text(text).strip() and quotes(text)


def subject_of(message: Message) -> str:
    """The subject as phrases are looked for in it."""
    return plain_text(message.subject[:200])


def both(*tests: Test) -> Test:
    """A test that fits where all of these fit."""
    return lambda message, clues: all(test(message, clues) for test in tests)


def unless(test: Test) -> Test:
    """A test that fits where this one does not."""
    return lambda message, clues: not test(message, clues)
