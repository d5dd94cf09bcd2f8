"""A4 pages to write and draw on, as the bytes of a PDF (ISO 32000-1). It knows nothing of what is said on them."""

import io
from codecs import BOM_UTF16_BE
from datetime import UTC, datetime
from functools import lru_cache

from reportlab.pdfgen.canvas import Canvas

from mailbot.edge.sheets.paper.codes import modules, squares
from mailbot.edge.sheets.paper.mould import Mould, place
from mailbot.edge.sheets.paper.writing import EM, KNOWN, broken, literal, wide, written

MILLIMETRE = 72 / 25.4
WIDTH, HEIGHT = 210.0, 297.0
"""A4, in millimetres, like every length here; sizes of letters are in points (1/72 inch)."""


class Paper:
    """Pages of one document. Places are measured from the upper left corner; text is made printable before."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._pages: list[list[str]] = [[]]

    @property
    def operators(self) -> str:
        """What was drawn on this page."""
        return "\n".join(self._pages[-1])

    def draw(self, operators: str) -> None:
        """What was drawn on another page, at the same places."""
        self._pages[-1].append(operators)

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a printable line is."""
        return wide(text, self.language, bold) * size / EM / MILLIMETRE

    def lines(self, text: str, size: float, room: float, *, bold: bool = False) -> tuple[str, ...]:
        """The text as printable lines that are no wider than `room`, broken where its language allows it, else
        anywhere; its own line breaks stay."""
        return broken(text, self.language, room * MILLIMETRE / size * EM, bold)

    def write(self, line: str, left: float, baseline: float, size: float, *, bold: bool = False) -> None:
        """One printable line of text."""
        self._at(left, baseline, written(line, self.language, size, bold))

    def _at(self, left: float, top: float, operators: str, scale: str = "1 0 0 1") -> None:
        """What was drawn once, at this place (ISO 32000-1 §8.3.4)."""
        x, y = left * MILLIMETRE, (HEIGHT - top) * MILLIMETRE
        self.draw(f"q {scale} {x:.3f} {y:.3f} cm {operators} Q")

    def rule(self, left: float, top: float, right: float, *, thick: float = 0.2) -> None:
        """A line from left to right, `thick` millimetres."""
        begin, end, height = left * MILLIMETRE, right * MILLIMETRE, (HEIGHT - top) * MILLIMETRE
        self.draw(f"{thick * MILLIMETRE:.3f} w {begin:.3f} {height:.3f} m {end:.3f} {height:.3f} l S")

    def box(self, left: float, top: float, right: float, bottom: float) -> None:
        """The outline of a rectangle."""
        x, y, wide, high = (one * MILLIMETRE for one in (left, HEIGHT - bottom, right - left, bottom - top))
        self.draw(f"{0.2 * MILLIMETRE:.3f} w {x:.3f} {y:.3f} {wide:.3f} {high:.3f} re S")

    def code(self, text: str, left: float, top: float, side: float) -> None:
        """A QR code (ISO/IEC 18004, level M) in a square of `side`, without the white margin it needs around it."""
        step = side / len(modules(text)) * MILLIMETRE
        self._at(left, top, squares(text), f"{step:.4f} 0 0 {-step:.4f}")

    def next_page(self) -> None:
        """This page is done."""
        self._pages.append([])

    def finished(self, title: str, at: datetime) -> bytes:
        """The whole document, made at this instant (aware)."""
        words = {f"page{at}": "\n".join(page).encode("ascii") for at, page in enumerate(self._pages)}
        words["title"] = _titled(title).encode()
        words["dated"] = at.astimezone(UTC).strftime("(D:%Y%m%d%H%M%S+00'00')").encode()
        return _mould(self.language, len(self._pages)).filled(words)


def _titled(title: str) -> str:
    """A text string (§7.9.2.2), which is UTF-16 if it begins with that mark."""
    return literal(title.encode() if title.isascii() else BOM_UTF16_BE + title.encode("utf-16-be"))


@lru_cache(maxsize=16)
def _mould(language: str, pages: int) -> Mould:
    """A document with so many pages that have nothing of their own: what is the same on all sheets is written once."""
    file = io.BytesIO()
    canvas = _canvas(file, language)
    canvas.setDateFormatter(lambda *_: place("dated"))
    canvas.setTitle(place("title"))
    canvas.setAuthor("")
    canvas.setSubject("")
    canvas.setCreator("mailbot")
    canvas.setProducer("mailbot")
    for page in range(pages):
        canvas.addLiteral(f"({place(f'page{page}')})")
        canvas.showPage()
    canvas.save()
    return Mould.of(file.getvalue())


def _canvas(file: io.BytesIO, language: str) -> Canvas:
    """An empty document, in which fonts have the same names as in all others."""
    canvas = Canvas(
        file,
        pagesize=(WIDTH * MILLIMETRE, HEIGHT * MILLIMETRE),
        bottomup=1,
        pageCompression=0,  # deflate gives other bytes under another zlib
        invariant=1,
        encrypt=None,
        lang=language,
    )
    for name in KNOWN:
        canvas.setFont(name, 10)
    return canvas
