"""What in a mail's text its sender wrote, and what is quoted, forwarded or signature. It knows no form and no command.

The answer is conservative: whatever could be a quote is not new.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailbot.core.quoting.lines import Kind, Line, mark

__all__ = ["Kind", "Line", "Parts", "mark", "new_text", "split"]


@dataclass(frozen=True, slots=True)
class Parts:
    """A text taken apart; lines in their order, LF, quote marks removed from `quoted` and `forwarded`.

    Reply headers, header blocks and what a mobile program adds (`Sent from my …`) are in none of them.
    """

    new: str
    quoted: str = ""
    forwarded: str = ""
    signature: str = ""


def _text(lines: Sequence[Line], kind: Kind) -> str:
    return "\n".join(line.text for line in lines if line.kind == kind).strip("\n")


def split(text: str) -> Parts:
    """Take the text of a mail apart into new, quoted and forwarded text and signature.

    Reads RFC 3676 quotes and signatures (`-- `) and the reply headers of common clients (see `headers`): top posting,
    bottom posting, interleaved, and Outlook's way of an unmarked quote below a header block. Never fails; linear time.
    """
    lines = mark(text)
    return Parts(_text(lines, "new"), _text(lines, "quoted"), _text(lines, "forwarded"), _text(lines, "signature"))


@lru_cache(maxsize=4)  # asked of a mail by everyone who has to do with it, one after the other
def new_text(text: str) -> str:
    """Only what the sender wrote in this mail, without blank lines around it."""
    return _text(mark(text), "new")
