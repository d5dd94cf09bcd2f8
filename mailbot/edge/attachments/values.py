"""What is seen in an attachment, and what hinders it. It knows no kind of file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from mailbot.core.events import Plan

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Inside:
    """A file that came in an envelope: as the fields of `Attachment`, and its bytes."""

    name: str
    type: str
    content: bytes
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was in an envelope that holds a whole mail: its files, and the bytes of its text, of the type `text/plain`
    or `text/html` (empty: it has neither) in a charset that it names or leaves open; `unread` if its text stands there
    only in a way that nobody reads."""

    files: tuple[Inside, ...] = ()
    text: bytes = b""
    type: str = ""
    charset: str = ""
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """As the fields of `Attachment`; `doubts` in words about what could not be read with certainty; `secrets` the kinds
    of secret that are masked in it already; `opened` what was in it, if it was an envelope."""

    kind: str = ""
    signed: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    sheets: tuple[tuple[str, str], ...] = ()
    text: str = ""
    plan: Plan | None = None
    pixels: tuple[int, int] | None = None
    doubts: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    opened: Envelope | None = None


WORDS: Mapping[str, str] = {
    "document": "is a document, which was not read",
    "program": "is a program, which nobody ran",
    "archive": "is an archive, which was not opened",
    "mail": "is a mail, which was not read as if it had been sent here",
}
"""What is doubtful about a file that is only known by its kind: the words complete "this attachment …"."""


def only_known(kind: str, more: str = "") -> Seen:
    """A file of one of these kinds, into which nobody looked further; `more` is put behind the words."""
    return Seen(kind, doubts=(WORDS[kind] + more,))


class UnreadableFileError(Exception):
    """A file that cannot be looked into; its words complete "this attachment …"."""


BROKEN: tuple[type[Exception], ...] = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, OSError, RuntimeError, TypeError),
    *(ValueError,),
)
"""What libraries raise over files that are not what they claim to be: hardly one says so by an error of its own."""


def guarded(work: Callable[[], T], *also: type[Exception]) -> T:
    """The result of `work`; UnreadableFileError if the file breaks the library that reads it, whose own errors `also`
    names."""
    try:
        return work()
    except (*BROKEN, *also) as error:
        raise UnreadableFileError("is broken") from error
