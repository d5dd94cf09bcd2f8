"""A sheet to sign as a PDF: the same values, instant and program give the same bytes.
It knows no letter and no case, only the sheet and what is filled in."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from mailbot.core.events import Enclosure
from mailbot.core.sheets import MARK, SIGNATURES, Sheet
from mailbot.edge.sheets.flow import LEFT, RIGHT, TOP, Flow
from mailbot.edge.sheets.letters import printable
from mailbot.edge.sheets.paper import HEIGHT, Paper

__all__ = ["make"]

SIZES = (10.5, 10.0, 9.5, 9.0)
"""Sizes of letters that are tried, in points, until everything stands on one page."""
CODE = 28.0
"""Side of the QR code: 29 modules of nearly a millimetre, which a FAX of standard resolution still shows."""


def make(enclosure: Enclosure, sheet: Sheet, at: datetime) -> bytes:
    """The PDF of a sheet to sign: A4, on one page if smaller letters make that possible, else on as few as they do,
    each with number and QR code.

    `enclosure` names the language and what its places are filled with; `at` (aware) is the instant of the letter, whose
    day in its own time zone stands on the sheet. KeyError if the sheet has a place that is not filled.
    """
    tries = []
    for size in SIZES:
        tries.append(_Drawing(enclosure, sheet, at, size, pages=1))
        if tries[-1].drawn() == 1:
            return tries[-1].finished()
    fewest = [one.flow.page for one in tries]
    best = fewest.index(min(fewest))
    whole = _Drawing(enclosure, sheet, at, SIZES[best], pages=fewest[best])
    whole.drawn()
    return whole.finished()


class _Below(NamedTuple):
    """What stands below the table: `signatures` are who signs, and the lines to write on."""

    paragraphs: tuple[str, ...]
    signatures: tuple[tuple[str, tuple[str, ...]], ...]
    back: str

    def draw(self, flow: Flow) -> None:
        """Its paragraphs, who signs, and in a box how the sheet comes back."""
        for text in self.paragraphs:
            flow.paragraph(text)
        for label, lines in self.signatures:
            flow.signature(label, lines)
        flow.box(self.back)


@lru_cache(maxsize=128)
def _drawn_below(below: _Below, language: str, size: float, y: float) -> str:
    """What draws it on a page that is filled down to `y`; empty if it has no room there. On most sheets nothing of a
    case is filled in so far down: then it is drawn once for every height that it begins at."""
    paper = Paper(language)
    flow = Flow(paper, size, lambda _: None, y)
    below.draw(flow)
    return paper.operators if flow.page == 1 else ""


class _Drawing:
    """One try to draw a sheet."""

    def __init__(self, enclosure: Enclosure, sheet: Sheet, at: datetime, size: float, pages: int) -> None:
        self.sheet, self.pages, self.at = sheet, pages, at
        self.language, self.places = enclosure.language, enclosure.places
        self.title = self._filled(sheet.title)
        self.paper = Paper(self.language)
        self.flow = Flow(self.paper, size, self._head)

    def drawn(self) -> int:
        """The whole sheet; the number of its pages."""
        flow, sheet = self.flow, self.sheet
        self._head(flow)
        for text in self._listed(sheet.opening):
            flow.paragraph(text)
        flow.table([(row.label[self.language], row.text.format_map(self.places)) for row in sheet.rows])
        below = self._below()
        once = _drawn_below(below, self.language, flow.size, flow.y)
        if once:
            self.paper.draw(once)
        else:
            below.draw(flow)
        return flow.page

    def finished(self) -> bytes:
        """The document."""
        return self.paper.finished(f"{self.title} {self.places[MARK]}", self.at)

    def _below(self) -> _Below:
        wanted = self.places[SIGNATURES].split()
        signatures = [one for name, one in self.sheet.signatures.items() if name in wanted]
        return _Below(
            self._listed(self.sheet.paragraphs),
            tuple((self._filled(one.label), self._listed(one.lines)) for one in signatures),
            self._filled(self.sheet.back),
        )

    def _filled(self, texts: Mapping[str, str]) -> str:
        return texts[self.language].format_map(self.places)

    def _listed(self, texts: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        return tuple(text.format_map(self.places) for text in texts.get(self.language, ()))

    def _head(self, flow: Flow) -> None:
        """What stands on every page: the desk, the QR code, below it what it says and the day; at the foot the page."""
        paper, right = self.paper, RIGHT - CODE
        paper.code(self.places[MARK], right, TOP, CODE)
        for at, text in enumerate((self.places[MARK].partition("]")[0] + "]", self.at.date().isoformat())):
            line = printable(text, self.language)
            paper.write(line, RIGHT - paper.width(line, 8), TOP + CODE + 4.5 + 4 * at, 8)
        foot = f"{self.places[MARK]}    {flow.page} / {self.pages}"
        paper.write(printable(foot, self.language), LEFT, HEIGHT - 12, 8)
        flow.lines(self.places["desk"], 9.5, right - LEFT - 8)
        flow.y += 3
        flow.lines(self.title, 16 if flow.page == 1 else 11, right - LEFT - 8, bold=True)
        flow.y = max(flow.y, TOP + CODE + 14)
