"""Text in columns, as terminals and mail programs show it: East Asian wide letters take two. It knows no language."""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate, chain

WIDE = frozenset("WF")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters but tab and line feed: nothing a person can see."""
NO_LINE_START = frozenset("、。，．・：；？！）」』】〕〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)]}")

NO_LINE_END = frozenset("（「『【〔〈《［｛([{“‘")
"""Brackets and quotation marks that open: they belong to what follows."""
MOST_ON_ONE = 8
"""Characters for each column of a line that is cut: marks above and below a letter take none, and nobody needs many."""
ITEM = re.compile(r"[-*•‣] |[・●○■□◆◇①-⑳]|\(?\d{1,2}[.)] ")
"""How an item of a list begins."""


def width(text: str) -> int:
    """Columns a line takes (UAX #11: wide and full-width are two, combining marks none)."""
    if text.isascii():
        return len(text)
    return _letter(text) if len(text) == 1 else sum(map(_letter, text))


def fits(text: str, columns: int) -> bool:
    """Whether a line takes at most so many columns; no letter takes more than two."""
    return 2 * len(text) <= columns or width(text) <= columns


@lru_cache(maxsize=4096)
def _letter(letter: str) -> int:
    return 0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in WIDE else 1


def may_begin(line: str, at: int) -> bool:
    """Whether a line may be broken before its letter at this place, not the first: after white space, and around every
    wide character, but neither before what may not begin a line nor after a bracket that opens."""
    before, letter = line[at - 1], line[at]
    if before.isspace() or letter.isspace():
        return not letter.isspace()
    return ord(letter) > 0x2E7F and letter not in NO_LINE_START and before not in NO_LINE_END


def wrap(text: str, columns: int = 72, indent: str = "") -> str:
    """Text broken into lines of at most `columns` columns, each begun with `indent`; line breaks in it stay.

    A piece without a place to break (a key, an address) stays whole on a line of its own.
    """
    room = columns - width(indent)
    return "\n".join([part for line in text.split("\n") for part in _wrap_line(line, room, indent)])


@lru_cache(maxsize=256)  # a letter has what others to the same people have
def _wrap_line(line: str, room: int, indent: str) -> tuple[str, ...]:
    line, room, parts, begin = line.strip(), max(room, 0), [], 0
    taken = range(len(line) + 1) if line.isascii() else [0, *accumulate(map(_letter, line))]
    if taken[-1] <= room:
        return (f"{indent}{line}".rstrip(),)
    while begin < len(line):
        end = _end_of_line(line, begin, bisect_right(taken, taken[begin] + room) - 1)
        parts.append(f"{indent}{line[begin:end]}".rstrip())
        begin = end
    return tuple(parts)


def _end_of_line(line: str, begin: int, room: int) -> int:
    """Where a line ends that begins there and has room up to `room`, blanks aside: at the last place where it may be
    broken; what is too long by itself ends at the first one behind."""
    while room < len(line) and line[room].isspace():
        room += 1
    if room == len(line):
        return room
    places = chain(range(room, begin, -1), range(max(room, begin) + 1, len(line)))
    return next((place for place in places if may_begin(line, place)), len(line))


def unbroken(text: str) -> str:
    """Text whose single line breaks (as a mail program made them) are joined again; blank lines stay, and each item of
    a list begins a line. Between wide letters nothing is put in their place, elsewhere a space."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", text.strip())
    return "\n\n".join(_joined(paragraph.split("\n")) for paragraph in paragraphs)


def _joined(lines: list[str]) -> str:
    whole = ""
    for line in (part.strip() for part in lines):
        wide = whole and line and ord(whole[-1]) > 0x2E7F and ord(line[0]) > 0x2E7F
        glue = "" if not whole else "\n" if ITEM.match(line) else "" if wide else " "
        whole = f"{whole}{glue}{line}"
    return whole


def fitting(text: str, columns: int) -> int:
    """How many of the first characters of a text take at most so many columns; one pass, which ends there."""
    taken = 0
    for number, letter in enumerate(text):
        taken += _letter(letter)
        if taken > columns:
            return number
    return len(text)


def clip(text: str, columns: int) -> str:
    """One line of at most `columns` columns, and of so many times as many characters (`MOST_ON_ONE`); what is cut off
    shows as `…`."""
    line, most = " ".join(text.split()), columns * MOST_ON_ONE
    if len(line) <= most and fits(line, columns):
        return line
    return f"{line[: fitting(line[:most], columns - 1)]}…"


def pad(text: str, columns: int) -> str:
    """Text filled with spaces up to `columns` columns."""
    return text + " " * max(0, columns - width(text))
