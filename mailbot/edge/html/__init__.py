"""Turns HTML into the text a person would read, table cells apart by tabs so that a form stays label and value.

It must not know of mail, charsets or fields: text comes in, text goes out.
"""

import re
from collections.abc import Mapping

from lxml import etree

from mailbot.edge.html.looks import PLAIN, hides, looks, looks_of_body, style_of

LONGEST = 500_000
"""Characters of HTML that are read; nobody writes more by hand, and embedded pictures are taken out before."""
DEEPEST = 500
"""Elements within each other that are read; for each end tag that ends nothing, lxml looks at all that are open."""
_DEEPEST_QUOTE = 20
_SLICE = 1 << 14

DATA_URI = re.compile(r"""(?:src|href)\s*=\s*(["'])data:.*?\1""", re.IGNORECASE | re.DOTALL)
"""A picture that stands in the text itself: no words, and nearly all of it."""
_BODY = re.compile(r"<!--.*?(?:-->|\Z)|(?P<body><body\b[^<>]{0,2000}>)", re.IGNORECASE | re.DOTALL)
_ENDS = re.compile(r"</(p|br)\s*>", re.IGNORECASE)
_SPACES = re.compile(r"[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")
"""What HTML takes for one space, and all else that str.splitlines takes for a line end."""
_LINE_END = re.compile(r"\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_NEVER = frozenset("script style title noscript template svg math object iframe select textarea xml noframes".split())
_LINE = """h1 h2 h3 h4 h5 h6 li dt dd ul ol dl section article header footer main nav aside address figure figcaption
    center form fieldset legend details summary div pre end-br""".split()
_GAPS = dict.fromkeys(_LINE, 1) | dict.fromkeys("p hr blockquote end-p".split(), 2)
"""Line ends between an element and what stands around it; two make an empty line."""


def text_of(html: str) -> str:
    """The readable text of `html` (`read`)."""
    return read(html)[0]


def read(html: str) -> tuple[str, bool]:
    """The readable text of `html`: lines ended by LF, cells of a table row separated by one tab; and whether it has
    words that nobody sees.

    Of links only the words are kept; pictures, scripts, styles and all that is hidden are left out; each line of a
    quote (blockquote) begins with `> `. Nothing raises, and the time taken grows no faster than the length.

    What follows the first `LONGEST` characters is not read, nor what follows the slice in which `DEEPEST` is passed.
    """
    reader = _Reader()
    text = DATA_URI.sub("", html.replace("\0", ""))[:LONGEST]
    # With the body open from the start, lxml does not put the first words into a paragraph of its own making.
    whole = _body_of(text) + _with_ends(text)
    parser = etree.HTMLParser(target=reader, encoding="utf-8")
    try:
        for start in range(0, len(whole), _SLICE):
            parser.feed(whole[start : start + _SLICE].encode("utf-8", "replace"))
            if reader.depth > DEEPEST:
                break
        parser.close()
    except etree.LxmlError:
        pass  # what was read up to here stands
    return _tidy(reader.text()), reader.unseen


def _body_of(html: str) -> str:
    """The tag that begins the mail's body, as it stands there: the first one that is no comment. lxml passes over it
    once a body is open, and with it over the colours of the mail."""
    return next((found["body"] for found in _BODY.finditer(html) if found["body"]), "<body>")


def _with_ends(html: str) -> str:
    """Marked where paragraphs and lines end, as lxml does not tell of end tags whose element a block ended before."""
    return _ENDS.sub(lambda end: f"{end[0]}<end-{end[1]}></end-{end[1]}>", html)


class _Reader:
    """Takes what lxml finds, in its order, and writes the text down.

    Line ends are owed until words follow: `_gap` many, never more than `_most`, which is 2 after words, 1 at the
    beginning of a row and 0 at the beginning of a further cell, where paragraphs must not begin a line.
    """

    def __init__(self) -> None:
        self.depth = 0
        self.unseen = False
        self._looks, self._kept_from_eyes = [PLAIN], False
        self._out: list[str] = []
        self._hidden = self._preformatted = self._quotes = self._quotes_before = self._tabs = 0
        self._gap = self._most = 1
        self._space = False
        self._cells = [0]

    def text(self) -> str:
        return "".join(self._out)

    def start(self, tag: str, attrs: Mapping[str, str]) -> None:
        """Called by lxml where an element begins."""
        self.depth += 1
        hidden = bool(attrs) and self._look(tag, attrs)
        if not attrs:
            self._looks.append(self._looks[-1])
        if self._hidden or tag in _NEVER or hidden:
            self._kept_from_eyes = self._kept_from_eyes if self._hidden else hidden
            self._hidden += 1
        elif tag in _GAPS:
            self._block(tag, 1)
        elif tag == "br":
            self._gap = min(self._gap + 1, self._most)
        elif tag in ("td", "th"):
            self._cell()
        elif tag == "table":
            self._cells.append(0)
            self._row()
        elif tag == "tr":
            self._cells[-1] = 0
            self._row()

    def _look(self, tag: str, attrs: Mapping[str, str]) -> bool:
        """Remember how the words of this element look; whether it hides them."""
        style = style_of(attrs)
        self._looks.append(looks_of_body(attrs, style) if tag == "body" else looks(self._looks[-1], attrs, style))
        return hides(attrs, style)

    def end(self, tag: str) -> None:
        """Called by lxml where an element ends, whether or not its end tag was written."""
        self.depth -= 1
        if len(self._looks) > 1:
            self._looks.pop()
        if self._hidden:
            self._hidden -= 1
        elif tag in _GAPS:
            self._block(tag, -1)
        elif tag == "table":
            self._cells.pop()
            self._row()
        elif tag == "tr":
            self._row()

    def data(self, words: str) -> None:
        """Called by lxml for text, whole or in pieces."""
        if self._hidden or not self._looks[-1].seen:
            self.unseen = self.unseen or (bool(words.strip()) and (self._kept_from_eyes or not self._hidden))
            return
        if self._preformatted:
            self._lines(words)
            return
        flat = _SPACES.sub(" ", words)
        core = flat.strip(" ") if self._most == 2 else flat.lstrip(" \xa0").rstrip(" ")
        self._space = self._space or flat.startswith(" ")
        if core:
            self._say(core)
            self._space = flat.endswith(" ")

    def close(self) -> None:
        """Called by lxml at the end of the text."""

    def _lines(self, words: str) -> None:
        for number, line in enumerate(_LINE_END.split(words)):
            self._gap = min(self._gap + (number > 0), self._most)
            if line:
                self._say(line)

    def _block(self, tag: str, step: int) -> None:
        self._gap = min(max(self._gap, _GAPS[tag]), self._most)
        self._quotes += step * (tag == "blockquote")
        self._preformatted += step * (tag == "pre")

    def _row(self) -> None:
        """A line of its own, for empty cells at the end of a row too, but not for a row of nothing else."""
        if self._most != 1:
            self._out.append("\t" * self._tabs)
        self._gap = self._most = 1
        self._tabs = 0

    def _cell(self) -> None:
        if self._most != 1:
            self._gap = self._most = 0
        self._tabs += self._cells[-1] > 0
        self._cells[-1] += 1

    def _say(self, words: str) -> None:
        if self._gap:
            self._out.append(self._line_ends())
        elif self._space and self._most == 2:
            self._out.append(" ")
        self._out += ["\t" * self._tabs, words]
        self._gap, self._most, self._tabs, self._space = 0, 2, 0, False

    def _line_ends(self) -> str:
        """As many as are owed, with the marks of the quote; an empty line belongs to the outer one of two quotes."""
        before, now = self._quotes_before, min(self._quotes, _DEEPEST_QUOTE)
        self._quotes_before = now
        return ("\n" + ">" * min(before, now)) * (self._gap - 1) + "\n" + (">" * now + " " if now else "")


def _tidy(text: str) -> str:
    """No spaces at the ends of lines and cells, no more than one empty line."""
    lines = text.replace("\xa0", " ").split("\n")
    tidy = "\n".join("\t".join(cell.rstrip(" ") for cell in line.split("\t")) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", tidy).strip("\n")
