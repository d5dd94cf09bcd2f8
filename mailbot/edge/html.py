"""Turns HTML into the text a person would read, table cells apart by tabs so that a form stays label and value.

It must not know of mail, charsets or fields: text comes in, text goes out.
"""

import re
from collections.abc import Mapping

import html2text

LONGEST = 1_000_000
"""Characters of HTML that are read; nobody writes more by hand, and embedded pictures are taken out before."""

_DATA_URI = re.compile(r"""(?:src|href)\s*=\s*(["'])data:.*?\1""", re.IGNORECASE | re.DOTALL)
_NEVER = frozenset("script style title noscript template svg math object iframe select textarea".split())
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_BLOCKS = frozenset(
    "h1 h2 h3 h4 h5 h6 li dt dd ul ol dl section article header footer main form fieldset div pre".split()
)
_PLAIN = frozenset("code tt kbd samp abbr q s del strike sup sub tbody thead tfoot table caption colgroup".split())
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?![.\d])", re.I)
_CELL, _ROW = "\x1f", "\x1e"


def text_of(html: str) -> str:
    """The readable text of `html`: lines ended by LF, cells of a table row separated by one tab.

    Links and pictures are left out but for their words, quotes (blockquote) begin with `> `, hidden content, scripts
    and styles are left out. Nothing raises: what the library cannot read is stripped of its tags.
    """
    cut = _closed(_DATA_URI.sub("", html)[:LONGEST])
    try:
        text = _Reader().handle(cut)
    except (AssertionError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        text = re.sub(r"<[^<>]*>", " ", re.sub(r"(?is)<(script|style)\b.*?</\1\s*>", " ", cut))
    return _tidy(text)


def _closed(html: str) -> str:
    """Without comments, and without tags that never end, for which the library would search to the end each time."""
    comments = html.rfind("-->") + 3 if "-->" in html else 0
    html = re.sub(r"<!--.*?-->", "", html[:comments], flags=re.DOTALL) + html[comments:].replace("<!--", "")
    tags = html.rfind(">") + 1
    return html[:tags] + html[tags:].replace("<", "&lt;")


class _Reader(html2text.HTML2Text):
    """html2text without its Markdown, and with tables, hidden content and lists as a mail wants them."""

    def __init__(self) -> None:
        super().__init__(bodywidth=0)
        self.ignore_links = self.ignore_images = self.ignore_emphasis = self.unicode_snob = True
        self.tag_callback = self._tag  # type: ignore[assignment]  # the library declares None only
        self._hidden: list[str] = []
        self._preformatted = False
        self._cells = [0]

    def handle_data(self, data: str, entity_char: bool = False) -> None:
        """Text as it stands: html2text escapes what Markdown would misread only if it is not an entity."""
        if self._preformatted and not self._hidden:
            self.o(data)
        elif not self._hidden:
            super().handle_data(data, True)

    def _tag(self, _: object, tag: str, attrs: Mapping[str, str | None] | None, start: bool) -> bool:
        """Called for every tag; true means that html2text shall not look at it."""
        if start and self._hidden == ["p"] and (tag in _BLOCKS or tag in ("p", "table")):
            self._hidden = []  # a paragraph ends where the next block begins
        if self._hidden or (start and _is_hidden(tag, attrs or {})):
            self._hide(tag, start)
            return True
        if tag in ("td", "th", "tr", "table"):
            self._table(tag, start)
        elif tag in _BLOCKS:
            self.pbr()
            self._preformatted = start if tag == "pre" else self._preformatted
        elif tag == "hr" and start:
            self.p()
        return tag in _PLAIN or tag in _BLOCKS or tag in ("td", "th", "tr", "hr")

    def _hide(self, tag: str, start: bool) -> None:
        """Keep the tags open within hidden content, so that its end is known; a stray end tag closes its own."""
        if start and tag not in _VOID:
            self._hidden.append(tag)
        elif not start and tag in self._hidden:
            while self._hidden.pop() != tag:
                pass

    def _table(self, tag: str, start: bool) -> None:
        if tag == "table":
            self._cells = [*self._cells, 0] if start else self._cells[:-1] or [0]
            self.o(_ROW)
        elif tag == "tr":
            self._cells[-1] = 0
            self.o(_ROW)
        elif start:
            self.o(_CELL if self._cells[-1] else "")
            self._cells[-1] += 1


def _is_hidden(tag: str, attrs: Mapping[str, str | None]) -> bool:
    return tag in _NEVER or "hidden" in attrs or _HIDDEN.search(attrs.get("style") or "") is not None


def _tidy(text: str) -> str:
    """Cells and rows in place of their marks, no spaces at line ends, no more than one empty line."""
    text = re.sub(r"[ \n\xa0]*([\x1e\x1f][\x1e\x1f \n\xa0]*)", _separator, text)
    text = re.sub(r"[ \xa0]+(?=\n|$)", "", text.replace("\xa0", " "))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _separator(found: re.Match[str]) -> str:
    """What stands between two words of a table: tabs for cells; a row's end is one line end, however many meet."""
    marks = re.sub(r"[^\x1e\x1f]", "", found[1])
    rows = [part.replace(_CELL, "\t") for part in marks.split(_ROW)]
    return rows[0] if len(rows) == 1 else rows[0] + "\n" + rows[-1]
