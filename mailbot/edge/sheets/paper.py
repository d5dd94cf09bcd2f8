"""A4 pages to write and draw on, as the bytes of a PDF (ISO 32000-1). It knows nothing of what is said on them.

Both fonts are among those that every viewer has or replaces: Helvetica (one of the standard 14), and Heisei Kaku Gothic
with the predefined CMap UniJIS-UCS2-H (§9.7.5.2). Neither is embedded: no font file is needed here, and the text can
be searched and copied.
"""

import io
import re
from datetime import UTC, datetime
from functools import lru_cache

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfdoc import DummyDoc, PDFString
from reportlab.pdfgen.canvas import Canvas

from mailbot.core.columns import pieces
from mailbot.edge.sheets.letters import Font, printable, runs
from mailbot.edge.sheets.mould import Mould, place

MILLIMETRE = 72 / 25.4
WIDTH, HEIGHT = 210.0, 297.0
"""A4, in millimetres, like every length here; sizes of letters are in points (1/72 inch)."""
JAPANESE = "HeiseiKakuGo-W5"
NAMES: dict[tuple[Font, bool], str] = {
    ("latin", False): "Helvetica",
    ("latin", True): "Helvetica-Bold",
    ("japanese", False): JAPANESE,
    ("japanese", True): JAPANESE,
}
"""The fonts by kind and boldness; the Japanese one has no bold face."""

MASK = 3
"""The pattern laid over the modules of a QR code (ISO/IEC 18004 §7.8.2)."""

pdfmetrics.registerFont(UnicodeCIDFont(JAPANESE))


class Paper:
    """Pages of one document. Places are measured from the upper left corner; text is made printable before."""

    def __init__(self, title: str, language: str, at: datetime) -> None:
        self.language = language
        self._title, self._dated = title, at.astimezone(UTC).strftime("(D:%Y%m%d%H%M%S+00'00')")
        self._pages: list[list[str]] = [[]]

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a printable line is."""
        return _wide(text, self.language, bold) * size / MILLIMETRE

    def lines(self, text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
        """The text as printable lines that are no wider than `room`, broken where its language allows it, else
        anywhere; its own line breaks stay."""
        return list(_lines(text, self.language, size, room, bold))

    def write(self, line: str, left: float, baseline: float, size: float, *, bold: bool = False) -> None:
        """One printable line of text."""
        self._at(left, baseline, _written(line, self.language, size, bold))

    def _at(self, left: float, top: float, operators: str, scale: str = "1 0 0 1") -> None:
        """What was drawn once, at this place (ISO 32000-1 §8.3.4)."""
        x, y = left * MILLIMETRE, (HEIGHT - top) * MILLIMETRE
        self._draw(f"q {scale} {x:.3f} {y:.3f} cm {operators} Q")

    def _draw(self, operators: str) -> None:
        self._pages[-1].append(operators)

    def rule(self, left: float, top: float, right: float, *, thick: float = 0.2) -> None:
        """A line from left to right, `thick` millimetres."""
        begin, end, height = left * MILLIMETRE, right * MILLIMETRE, (HEIGHT - top) * MILLIMETRE
        self._draw(f"{thick * MILLIMETRE:.3f} w {begin:.3f} {height:.3f} m {end:.3f} {height:.3f} l S")

    def box(self, left: float, top: float, right: float, bottom: float) -> None:
        """The outline of a rectangle."""
        x, y, wide, high = (one * MILLIMETRE for one in (left, HEIGHT - bottom, right - left, bottom - top))
        self._draw(f"{0.2 * MILLIMETRE:.3f} w {x:.3f} {y:.3f} {wide:.3f} {high:.3f} re S")

    def code(self, text: str, left: float, top: float, side: float) -> None:
        """A QR code (ISO/IEC 18004, level M) in a square of `side`, without the white margin it needs around it."""
        step = side / len(modules(text)) * MILLIMETRE
        self._at(left, top, _squares(text), f"{step:.4f} 0 0 {-step:.4f}")

    def next_page(self) -> None:
        """This page is done."""
        self._pages.append([])

    def finished(self) -> bytes:
        """The whole document."""
        words = {f"page{at}": "\n".join(page).encode("ascii") for at, page in enumerate(self._pages)}
        words["title"] = PDFString(self._title).format(DummyDoc())
        return _mould(self.language, len(self._pages)).filled({**words, "dated": self._dated.encode()})


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
    for name in dict.fromkeys(NAMES.values()):
        canvas.setFont(name, 10)
    return canvas


@lru_cache(maxsize=4)
def _scratch(language: str) -> Canvas:
    return _canvas(io.BytesIO(), language)


@lru_cache(maxsize=2048)
def _written(line: str, language: str, size: float, bold: bool) -> str:
    """The operators that write a printable line where the axes meet."""
    text = _scratch(language).beginText(0, 0)
    for font, run in runs(line, language):
        text.setFont(NAMES[font, bold], size)
        text.textOut(run)
    return str(text.getCode())


@lru_cache(maxsize=64)
def _squares(text: str) -> str:
    """The operators that paint the dark modules of a QR code, each a square of one (ISO 32000-1 §8.5)."""
    dark = ((run.start(), at, len(run[0])) for at, row in enumerate(modules(text)) for run in re.finditer("1+", row))
    return " ".join([*(f"{left} {top} {wide} 1 re" for left, top, wide in dark), "f"])


@lru_cache(maxsize=1024)
def _lines(text: str, language: str, size: float, room: float, bold: bool) -> tuple[str, ...]:
    """What stands on every sheet of a kind is broken once."""
    points = room * MILLIMETRE / size
    whole = printable(text, language).split("\n")
    return tuple(line for part in whole for line in _broken(part.rstrip(), language, points, bold))


def _broken(line: str, language: str, room: float, bold: bool) -> list[str]:
    """A line as lines of at most `room` points in a font of one point."""
    whole, current, filled = [], "", 0.0
    for piece in (part for long in pieces(line) for part in _cut(long, language, room, bold)):
        if current and filled + _wide(piece.rstrip(), language, bold) > room:
            whole.append(current.rstrip())
            current, filled = "", 0.0
            piece = piece.lstrip()
        current, filled = current + piece, filled + _wide(piece, language, bold)
    return [*whole, current.rstrip()]


def _cut(piece: str, language: str, room: float, bold: bool) -> list[str]:
    """A piece that is too wide for any line, cut between letters."""
    if _wide(piece, language, bold) <= room:
        return [piece]
    parts, filled = [""], 0.0
    for letter in piece:
        filled += _width(letter, language, bold)
        if parts[-1] and filled > room:
            parts.append("")
            filled = _width(letter, language, bold)
        parts[-1] += letter
    return parts


@lru_cache(maxsize=8192)
def _wide(text: str, language: str, bold: bool) -> float:
    return sum(_width(letter, language, bold) for letter in text)


@lru_cache(maxsize=8192)
def _width(letter: str, language: str, bold: bool) -> float:
    """How wide a letter is in a font of one point, in points: letters stand side by side without kerning."""
    return float(sum(pdfmetrics.stringWidth(run, NAMES[font, bold], 1.0) for font, run in runs(letter, language)))


@lru_cache(maxsize=64)
def modules(text: str) -> tuple[str, ...]:
    """The modules of a QR code, row by row, `1` for a dark one.

    Texts of one length differ in the exclusive or of what each letter turns over that differs: their octets, the
    correction (Reed and Solomon's code is linear) and the mask alike. So only the first text of a length is laid out as
    a whole, and every other letter at a place once.
    """
    first = _FIRST.setdefault(len(text), text) if _in_octets(text) else text
    differing = ((at, new) for at, (new, old) in enumerate(zip(text, first, strict=True)) if new != old)
    side, dark = _laid_out(first)
    for at, letter in differing:
        dark ^= _turned(first, at, letter)
    whole = f"{dark:0{side * side}b}"
    return tuple(whole[at : at + side] for at in range(0, side * side, side))


_FIRST: dict[int, str] = {}
"""A text of each length."""


def _in_octets(text: str) -> bool:
    """Whether the code has a text as its octets, one a letter: `[` has no other way (ISO/IEC 18004 §7.3.4)."""
    return text.startswith("[") and text.isascii()


@lru_cache(maxsize=4096)
def _turned(first: str, at: int, letter: str) -> int:
    """The modules that another letter at this place turns over."""
    return _laid_out(first)[1] ^ _laid_out(first[:at] + letter + first[at + 1 :])[1]


@lru_cache(maxsize=64)
def _laid_out(text: str) -> tuple[int, int]:
    """How many modules a code has on a side, and all of them as the bits of a number, the first the highest."""
    code = QrCodeWidget(text, barLevel="M").qr
    code.version = code.calculate_version()
    code.makeImpl(False, MASK)  # to look for the best of the eight takes ten times as long, and readers take any
    return len(code.modules), int("".join("1" if cell else "0" for row in code.modules for cell in row), 2)
