"""Text that goes down a page, and on over pages: paragraphs, rows of a table, places to sign, a box. It knows no sheet
and nothing of what stands at the head of a page."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailbot.edge.sheets.paper import HEIGHT, MILLIMETRE, WIDTH, Paper

LEFT, RIGHT, TOP, BOTTOM = 20.0, WIDTH - 20.0, 16.0, HEIGHT - 20.0
LABELS = 42.0
"""Width of the labels in the table."""
LINE = 9.0
"""Height of a line to write on."""
INDENT = 6.0
"""How far the text of a numbered paragraph stands to the right."""
NUMBERED = re.compile(r"(\d{1,2}\.)\s+")
POINT = 1 / MILLIMETRE


@dataclass(slots=True)
class Flow:
    """Letters of one `size` in points: `y` is where the next thing begins, `page` counts from 1, and `head` is called
    at the top of each new page, whose number it finds here."""

    paper: Paper
    size: float
    head: Callable[["Flow"], None]
    y: float = TOP
    page: int = 1

    @property
    def leading(self) -> float:
        """From line to line."""
        return self.size * POINT * (1.6 if self.paper.language == "ja" else 1.4)

    def lines(self, text: str, size: float, room: float, *, bold: bool = False) -> None:
        """A text in letters of its own size, which is not broken over pages."""
        leading = size * POINT * 1.5
        for line in self.paper.lines(text, size, room, bold=bold):
            self.paper.write(line, LEFT, self.y + size * POINT, size, bold=bold)
            self.y += leading

    def paragraph(self, text: str) -> None:
        """A paragraph; one that begins with a number stands to the right of it."""
        number = NUMBERED.match(text)
        self._room(self.leading)
        if number:
            self.paper.write(number[1], LEFT, self._baseline, self.size)
        self._put(text[number.end() :] if number else text, LEFT + INDENT if number else LEFT)
        self.y += self.leading * 0.4

    def table(self, rows: Sequence[tuple[str, str]]) -> None:
        """Texts beside their labels, between lines."""
        for label, text in rows:
            self._room(2 * self.leading)
            self.paper.rule(LEFT, self.y, RIGHT)
            self.y += self.leading * 0.35
            self._row(label, text)
            self.y += self.leading * 0.35
        if rows:
            self.paper.rule(LEFT, self.y, RIGHT)
            self.y += self.leading

    def signature(self, label: str, lines: Sequence[str]) -> None:
        """Who signs, and lines to write on: all of it on one page."""
        self._room(self.leading * 1.5 + LINE * len(lines))
        self.y += self.leading * 0.3
        for line in self.paper.lines(label, self.size, RIGHT - LEFT, bold=True):
            self._line(line, LEFT, bold=True)
        for line in lines:
            shown = self.paper.lines(line, self.size, RIGHT - LEFT)[0]
            self.y += LINE
            self.paper.write(shown, LEFT, self.y - 1.5, self.size)
            self.paper.rule(LEFT, self.y, RIGHT)
        self.y += self.leading * 0.7

    def box(self, text: str) -> None:
        """A text in a box, on one page."""
        lines = self.paper.lines(text, self.size, RIGHT - LEFT - 8)
        height = self.leading * len(lines) + 5
        self._room(height)
        self.paper.box(LEFT, self.y, RIGHT, self.y + height)
        self.y += 2.5
        for line in lines:
            self._line(line, LEFT + 4)

    @property
    def _baseline(self) -> float:
        return self.y + self.size * POINT * 1.1

    def _room(self, height: float) -> None:
        """There is room for something of this height: here, or at the top of a new page."""
        if self.y + height > BOTTOM:
            self.paper.next_page()
            self.page += 1
            self.y = TOP
            self.head(self)

    def _line(self, line: str, left: float, *, bold: bool = False) -> None:
        self.paper.write(line, left, self._baseline, self.size, bold=bold)
        self.y += self.leading

    def _put(self, text: str, left: float) -> None:
        """A text in lines, going on over pages."""
        for line in self.paper.lines(text, self.size, RIGHT - left):
            self._room(self.leading)
            self._line(line, left)

    def _row(self, label: str, text: str) -> None:
        """The label beside the text; the one that is longer says where the row ends."""
        page, top, begun = self.page, self.y, self._baseline
        for at, line in enumerate(self.paper.lines(label, self.size, LABELS - 4)):
            self.paper.write(line, LEFT, begun + at * self.leading, self.size)
            bottom = top + (at + 1) * self.leading
        self._put(text, LEFT + LABELS)
        if self.page == page:
            self.y = max(self.y, bottom)
