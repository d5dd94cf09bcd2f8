"""Every line of a mail's text with what it is: new, quoted, forwarded, signature. It knows no form and no command."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from mailbot.core.columns import width
from mailbot.core.quoting.drawn import DRAWN_FIRST, drawn, ruler
from mailbot.core.quoting.headers import (
    JOINED,
    Role,
    header_and_quote,
    header_block,
    header_field,
    may_end,
    reply_header,
    title,
)
from mailbot.core.quoting.signatures import (
    LIST_FOOTER,
    LONGEST,
    MOST_DRAWN,
    SIGNATURE,
    sent_from,
    signs,
)

Kind = Literal["new", "quoted", "forwarded", "signature", "header", "mailer"]

_ANGLES = re.compile(r" ?(?:[>＞》] ?)+")
_BARS = re.compile(r"(?:[|｜│┃] ?)+")
_BAR = re.compile(r"[|｜│┃]")
_ANGLE_SIGNS = ">＞》"
_MARKS = frozenset(" >＞》|｜│┃")
_FULL = (66, 82)
"""Columns of a quoted line that a client may have broken because the quote mark made it too long."""
_LIMIT = 72
_INDENTED = " " * 4
"""What the lines of a value in a form begin with; in a quote a space less may be left of it."""


@dataclass(slots=True)
class Line:
    """One line: `text` without quote marks and white space at its end; `depth` is the number of its marks.

    `segment` counts the reply headers before it, so that two quoted mails are told apart. `wrapped`: it is the rest
    of the quoted line before it, which a client broke.
    """

    kind: Kind
    text: str
    depth: int = 0
    segment: int = 0
    wrapped: bool = False


def unmarked(line: str) -> tuple[str, int]:
    """A line without its quote marks, and how many there were. A row of a table (`| a | b |`) has none."""
    if not line or line[0] not in _MARKS:
        return line, 0
    depth = 0
    found = _ANGLES.match(line)
    if found:
        depth = sum(found[0].count(sign) for sign in _ANGLE_SIGNS)
        line = line[found.end() :]
    bars = _BARS.match(line)
    if bars and not _BAR.search(line, bars.end()):
        depth += len(bars[0].replace(" ", ""))
        line = line[bars.end() :]
    return line, depth


def _telling(line: str) -> bool:
    """Whether a line (not empty) may be a header, a signature or a program's own, or of use to one: a quick look."""
    if not line[0].isalnum() or line[0] in DRAWN_FIRST or line[-1] in ":：" or may_end(line):
        return True
    return header_field(line) is not None or header_and_quote(line) or sent_from(line)


class _Marker:
    """One walk over the lines of a text; `state` is what an unmarked line is at this point, `asked` whether it came to
    a line that is another one where a form is filled in."""

    def __init__(self, text: str, filled: bool) -> None:
        self.filled, self.asked = filled, False
        self.raw = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
        self.bare = [unmarked(line) for line in self.raw]
        self.lines: list[Line] = []
        self.state: Kind = "new"
        self.segment = 0
        self.to_the_end = False
        self.drawn = 0

    def walk(self) -> list[Line]:
        number = 0
        while number < len(self.raw):
            number += self._add("new", self.raw[number], 0) if self._plain(number) else self._step(number)
        return self.lines

    def _plain(self, number: int) -> bool:
        """Whether neither this line nor those before it make it anything but its sender's own: most are. Quick."""
        text, depth = self.bare[number]
        marked = depth or (number and self.bare[number - 1][1])
        return self.state == "new" and not marked and not (text and _telling(text))

    def _step(self, number: int) -> int:
        """Mark the line `number`, or several at once; how many."""
        text, depth = self.bare[number]
        if not text:
            lone = depth == 1 and self._lone(number)
            return self._add(self.state, ">", 0) if lone else self._add("quoted" if depth else self.state, "", depth)
        found = self._header(number, text.lstrip(), depth)
        if found:
            return found
        if depth:
            if self.state == "signature":
                self.state = "new"
            return self._add("quoted", text, depth)
        return self._unmarked(number, text)

    def _unmarked(self, number: int, text: str) -> int:
        if self.to_the_end:
            return self._add(self.state, text, 0)
        if self._rest_of_quote(number, text):
            return self._add("quoted", text.strip(), self.lines[-1].depth, wrapped=True)
        if self._signature(number, text) or self._drawn_signature(number, text):
            self.state = "signature"
        elif sent_from(text.strip()):
            return self._add("mailer", text, 0)
        return self._add(self.state, text, 0)

    def _in_form(self) -> bool:
        """Whether the text is read for a form; to be asked only of a line on which that tells."""
        self.asked = True
        return self.filled

    def _add(self, kind: Kind, text: str, depth: int, *, wrapped: bool = False) -> int:
        if self.to_the_end and kind != "header":
            kind = self.state
        self.lines.append(Line(kind, text, depth, self.segment, wrapped))
        return 1

    def _lone(self, number: int) -> bool:
        """Whether a line of one mark only stands alone: the closing bracket of `< … >`, not an empty quoted line."""
        around = self.bare[max(0, number - 1) : number] + self.bare[number + 1 : number + 2]
        return not any(depth for _, depth in around)

    def _header(self, number: int, text: str, depth: int) -> int:
        """Mark the reply header that begins or ends in this line; how many lines from here on, 0 if there is none."""
        role: Role | None = None
        count = 0
        bare = self.bare[number][0]
        if bare[0] == " " and bare.startswith(_INDENTED[bool(depth) :]) and self._in_form():
            return 0
        if text[0] in DRAWN_FIRST or text[-1] in ":：":
            role = title(text)
            count = self._titled(number, role) if role else 0
        if not count and header_field(text):
            count = header_block(self._stripped(number, 14))
        if not count and (header_and_quote(text) or (may_end(text) and self._ends_header(number, text, depth))):
            count = 1
        if count:
            self._open(number, count, depth, role)
        return count

    def _stripped(self, number: int, most: int) -> list[str]:
        return [line.strip() for line, _ in self.bare[number : number + most]]

    def _titled(self, number: int, role: Role) -> int:
        """How many lines a title such as `-----Original Message-----` and the reply header right below it are."""
        below = self._stripped(number + 1, 14)
        if role == "forward" or not below or not below[0]:
            return 1
        fields = next((count for count, line in enumerate(below) if not header_field(line)), len(below))
        counts = (count for count in range(1, JOINED + 1) if count <= len(below) and reply_header(below[:count]))
        return 1 + (header_block(below) or fields or next(counts, 0))

    def _ends_header(self, number: int, text: str, depth: int) -> bool:
        before = [line.text.strip() for line in self.lines[-2:] if line.kind != "header" and line.depth == depth]
        found = reply_header([*before, text])
        for line in self.lines[len(self.lines) - found + 1 :] if found > 1 else ():
            line.kind = "header"
        return found > 0

    def _open(self, number: int, count: int, depth: int, role: Role | None) -> None:
        """Begin what a header announces: marked lines as they are, or, where none follow, all the rest."""
        self.segment += 1
        self._take_ruler(depth)
        for text, marks in self.bare[number : number + count]:
            self.lines.append(Line("header", text, marks, self.segment))
        if depth or self.to_the_end:
            return
        self.state = "new"
        if role == "forward" or not self._marked_after(number + count):
            self.to_the_end = True
            self.state = "forwarded" if role == "forward" else "quoted"

    def _take_ruler(self, depth: int) -> None:
        """A ruler right above a header, at most one empty line between, belongs to it."""
        for line in reversed(self.lines[-2:]):
            if line.text and line.depth == depth and ruler(line.text):
                line.kind = "header"
            elif line.text:
                break

    def _marked_after(self, number: int) -> bool:
        """Whether the next line that is not empty has a quote mark; True at the end of the text."""
        while number < len(self.bare):
            text, depth = self.bare[number]
            if text or depth:
                return depth > 0
            number += 1
        return True

    def _rest_of_quote(self, number: int, text: str) -> bool:
        """Whether this unmarked line is the end of the quoted line before it: that one full, a quote going on after."""
        if number + 1 >= len(self.raw) or not number or not self.bare[number + 1][1] or not self.bare[number - 1][1]:
            return False
        before = self.raw[number - 1]
        if len(before) > _FULL[1] or not _FULL[0] <= width(before) <= _FULL[1]:
            return False
        return width(before) + 1 + width(text.split(maxsplit=1)[0][:40]) > _LIMIT

    def _signature(self, number: int, text: str) -> bool:
        if text[0] == "-":
            return SIGNATURE.match(text) is not None
        if text[0] not in "_ " or number + 1 >= len(self.raw) or not LIST_FOOTER.match(text[:200]):
            return False
        return "mailing list" in self.raw[number + 1].lower()[:200]

    def _drawn_signature(self, number: int, text: str) -> bool:
        """Whether a line drawn with signs begins a signature. Between the labels of a form nobody signs."""
        if self.state != "new" or text.lstrip()[0] not in DRAWN_FIRST or not drawn(text) or self._in_form():
            return False
        self.drawn += 1
        if self.drawn > MOST_DRAWN:
            return False
        above = next((line.text.strip() for line in reversed(self.lines[-4:]) if line.text), "")
        end = self._end_of_new(number + 1)
        return end > number + 1 and signs(above, [line for line, _ in self.bare[number + 1 : end]])

    def _end_of_new(self, number: int) -> int:
        """Where what the sender wrote ends: at a quote, a reply header or the end of the text; a line too far off, if
        that is further than a signature is long."""
        for at in range(number, min(number + LONGEST + 1, len(self.bare))):
            text, depth = self.bare[at]
            if depth or (text and self._announces(at, text.strip())):
                return at
        return min(number + LONGEST + 1, len(self.bare))

    def _announces(self, number: int, text: str) -> bool:
        """Whether what quotes another mail, or a mail program's own line, begins in this line."""
        if sent_from(text) or title(text) or header_and_quote(text):
            return True
        if header_field(text) and header_block(self._stripped(number, 14)):
            return True
        return any(reply_header(self._stripped(number, count)) == count for count in range(1, JOINED + 1))


def mark(text: str, *, filled: bool = False) -> tuple[Line, ...]:
    """Every line of a mail's text, in order, with what it is. Line ends may be LF, CRLF or CR. Linear time.

    The last few texts are remembered: sorting, reading and deciding each ask for the same one. With `filled` the text
    is read for the form filled in there: a reply header behind four spaces is part of a value, and lines drawn around
    labels make no signature of them. Few texts have either, so that for most this is one walk.
    """
    lines, asked = _marked(text, False)
    return _marked(text, True)[0] if filled and asked else lines


@lru_cache(maxsize=8)
def _marked(text: str, filled: bool) -> tuple[tuple[Line, ...], bool]:
    """The lines, and whether they may be others for `filled`."""
    marker = _Marker(text, filled)
    return tuple(marker.walk()), marker.asked
