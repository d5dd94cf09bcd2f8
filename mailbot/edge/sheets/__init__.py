"""A sheet to sign as a PDF: the same values, instant and program give the same bytes.
It knows no letter and no case, only the sheet and what is filled in."""

import re
from collections.abc import Mapping
from datetime import datetime

from mailbot.core.events import Enclosure
from mailbot.core.sheets import MARK, SIGNATURES, Sheet, Signature
from mailbot.edge.sheets.letters import printable
from mailbot.edge.sheets.paper import HEIGHT, WIDTH, Paper

__all__ = ["make"]

SIZES = (10.5, 10.0, 9.5, 9.0)
"""Sizes of letters that are tried, in points, until everything stands on one page."""
LEFT, RIGHT, TOP, BOTTOM = 20.0, WIDTH - 20.0, 16.0, HEIGHT - 20.0
CODE = 28.0
"""Side of the QR code: 29 modules of nearly a millimetre, which a FAX of standard resolution still shows."""
LABELS = 42.0
"""Width of the labels in the table."""
LINE = 9.0
"""Height of a line to write on."""
INDENT = 6.0
"""How far the text of a numbered paragraph stands to the right."""
NUMBERED = re.compile(r"(\d{1,2}\.)\s+")
POINT = 25.4 / 72


def make(enclosure: Enclosure, sheet: Sheet, at: datetime) -> bytes:
    """The PDF of a sheet to sign: A4, on one page if smaller letters make that possible, else on as few as they do,
    each with number and QR code.

    `enclosure` names the language and what its places are filled with; `at` (aware) is the instant of the letter, whose
    day in its own time zone stands on the sheet. KeyError if the sheet has a place that is not filled.
    """
    tries = []
    for size in SIZES:
        tries.append(_Drawing(enclosure, sheet, at, size, pages=1))
        tries[-1].draw()
        if tries[-1].page == 1:
            return tries[-1].paper.finished()
    best = min(tries, key=lambda drawing: drawing.page)
    whole = _Drawing(enclosure, sheet, at, best.size, pages=best.page)
    whole.draw()
    return whole.paper.finished()


class _Drawing:
    """One try to draw a sheet: `y` is where the next thing begins, `page` counts from 1."""

    def __init__(self, enclosure: Enclosure, sheet: Sheet, at: datetime, size: float, pages: int) -> None:
        self.sheet, self.size, self.pages, self.page = sheet, size, pages, 1
        self.language, self.places = enclosure.language, enclosure.places
        self.day = at.date().isoformat()
        self.title = self._filled(sheet.title)
        self.paper = Paper(f"{self.title} {self.places[MARK]}", self.language, at)
        self.leading = size * POINT * (1.6 if self.language == "ja" else 1.4)
        self.y = TOP

    def draw(self) -> None:
        """The whole sheet; then `page` is the number of its pages."""
        self._head()
        for text in self._listed(self.sheet.opening):
            self._paragraph(text)
        self._table()
        for text in self._listed(self.sheet.paragraphs):
            self._paragraph(text)
        wanted = self.places[SIGNATURES].split()
        for name, signature in self.sheet.signatures.items():
            if name in wanted:
                self._signature(signature)
        self._back()

    def _filled(self, texts: Mapping[str, str]) -> str:
        return texts[self.language].format_map(self.places)

    def _listed(self, texts: Mapping[str, tuple[str, ...]]) -> list[str]:
        return [text.format_map(self.places) for text in texts.get(self.language, ())]

    def _head(self) -> None:
        """What stands on every page: the desk, the QR code, below it what it says and the day; at the foot the page."""
        paper, right = self.paper, RIGHT - CODE
        paper.code(self.places[MARK], right, TOP, CODE)
        for at, text in enumerate((self.places[MARK].partition("]")[0] + "]", self.day)):
            line = printable(text, self.language)
            paper.write(line, RIGHT - paper.width(line, 8), TOP + CODE + 4.5 + 4 * at, 8)
        foot = f"{self.places[MARK]}    {self.page} / {self.pages}"
        paper.write(printable(foot, self.language), LEFT, HEIGHT - 12, 8)
        self._lines(self.places["desk"], 9.5, right - LEFT - 8)
        self.y += 3
        self._lines(self.title, 16 if self.page == 1 else 11, right - LEFT - 8, bold=True)
        self.y = max(self.y, TOP + CODE + 14)

    def _lines(self, text: str, size: float, room: float, *, left: float = LEFT, bold: bool = False) -> None:
        leading = size * POINT * 1.5
        for line in self.paper.lines(text, size, room, bold=bold):
            self.paper.write(line, left, self.y + size * POINT, size, bold=bold)
            self.y += leading

    def _room(self, height: float) -> None:
        """There is room for something of this height: here, or at the top of a new page."""
        if self.y + height > BOTTOM:
            self.paper.next_page()
            self.page += 1
            self.y = TOP
            self._head()

    def _line(self, line: str, left: float, *, bold: bool = False) -> None:
        self.paper.write(line, left, self.y + self.size * POINT * 1.1, self.size, bold=bold)
        self.y += self.leading

    def _put(self, text: str, left: float) -> None:
        """A text in lines, going on over pages."""
        for line in self.paper.lines(text, self.size, RIGHT - left):
            self._room(self.leading)
            self._line(line, left)

    def _paragraph(self, text: str) -> None:
        """A paragraph; one that begins with a number stands to the right of it."""
        number = NUMBERED.match(text)
        self._room(self.leading)
        if number:
            self.paper.write(number[1], LEFT, self.y + self.size * POINT * 1.1, self.size)
        self._put(text[number.end() :] if number else text, LEFT + INDENT if number else LEFT)
        self.y += self.leading * 0.4

    def _table(self) -> None:
        rows = [(row.label[self.language], row.text.format_map(self.places)) for row in self.sheet.rows]
        for label, text in rows:
            self._room(2 * self.leading)
            self.paper.rule(LEFT, self.y, RIGHT)
            self.y += self.leading * 0.35
            self._row(label, text)
            self.y += self.leading * 0.35
        if rows:
            self.paper.rule(LEFT, self.y, RIGHT)
            self.y += self.leading

    def _row(self, label: str, text: str) -> None:
        """The label beside the text; the one that is longer says where the row ends."""
        page, top = self.page, self.y
        for at, line in enumerate(self.paper.lines(label, self.size, LABELS - 4)):
            self.paper.write(line, LEFT, top + self.size * POINT * 1.1 + at * self.leading, self.size)
            bottom = top + (at + 1) * self.leading
        self._put(text, LEFT + LABELS)
        if self.page == page:
            self.y = max(self.y, bottom)

    def _signature(self, signature: Signature) -> None:
        """Who signs, and lines to write on: all of it on one page."""
        lines = self._listed(signature.lines)
        self._room(self.leading * 1.5 + LINE * len(lines))
        self.y += self.leading * 0.3
        label = self.paper.lines(self._filled(signature.label), self.size, RIGHT - LEFT, bold=True)
        for line in label:
            self._line(line, LEFT, bold=True)
        for line in lines:
            shown = self.paper.lines(line, self.size, RIGHT - LEFT)[0]
            self.y += LINE
            self.paper.write(shown, LEFT, self.y - 1.5, self.size)
            self.paper.rule(LEFT, self.y, RIGHT)
        self.y += self.leading * 0.7

    def _back(self) -> None:
        """How the sheet comes back, in a box."""
        lines = self.paper.lines(self._filled(self.sheet.back), self.size, RIGHT - LEFT - 8)
        height = self.leading * len(lines) + 5
        self._room(height)
        self.paper.box(LEFT, self.y, RIGHT, self.y + height)
        self.y += 2.5
        for line in lines:
            self._line(line, LEFT + 4)
