"""Lines of letters: how wide they are, where they are broken, and the operators that write them (ISO 32000-1 §9.4).
It knows no page and no sheet.

Both fonts are among those that every viewer has or replaces: Helvetica (one of the standard 14), and Heisei Kaku Gothic
with the predefined CMap UniJIS-UCS2-H (§9.7.5.2). Neither is embedded: no font file is needed here, and the text can
be searched and copied.
"""

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate, repeat

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from mailbot.core.columns import may_begin
from mailbot.edge.sheets.letters import Font, printable, runs

JAPANESE = "HeiseiKakuGo-W5"
NAMES: dict[tuple[Font, bool], str] = {
    ("latin", False): "Helvetica",
    ("latin", True): "Helvetica-Bold",
    ("japanese", False): JAPANESE,
    ("japanese", True): JAPANESE,
}
"""The fonts by kind and boldness; the Japanese one has no bold face."""
KNOWN = {name: f"/F{number}" for number, name in enumerate(dict.fromkeys(NAMES.values()), 1)}
"""What each is called in a document that was told of them in this order."""
CODES: dict[Font, str] = {"latin": "WinAnsiEncoding", "japanese": "utf-16-be"}
"""How a font's letters are coded: as Annex D.2 has it (reportlab registers that codec), and as the CMap wants it."""
ESCAPED = {octet: f"\\{octet:03o}" for octet in range(256) if not 0x20 <= octet < 0x7F} | {
    ord(sign): f"\\{sign}" for sign in "\\()"
}
"""Octets in a literal string that do not stand for themselves."""
EM = 1000
"""Widths are in thousandths of the size of the letters (§9.2.4), so that they add up exactly."""

pdfmetrics.registerFont(UnicodeCIDFont(JAPANESE))


@lru_cache(maxsize=2048)
def written(line: str, language: str, size: float, bold: bool) -> str:
    """The operators that write a printable line where the axes meet."""
    shown = "".join(_shown(font, run, size, bold) for font, run in runs(line, language))
    return f"BT 1 0 0 1 0 0 Tm{shown} ET"


def _shown(font: Font, run: str, size: float, bold: bool) -> str:
    """A piece of a line in one font. The Japanese one is named twice: so sheets have always been."""
    chosen = f" {KNOWN[NAMES[font, bold]]} {size:g} Tf {size * 1.2:g} TL"
    return f"{chosen * (1 + (font == 'japanese'))} {literal(run.encode(CODES[font]))} Tj"


def literal(octets: bytes) -> str:
    """A literal string (§7.3.4.2)."""
    return f"({octets.decode('latin-1').translate(ESCAPED)})"


@lru_cache(maxsize=1024)
def broken(text: str, language: str, room: float, bold: bool) -> tuple[str, ...]:
    """A text as printable lines of at most `room` thousandths, broken where its language allows it, else anywhere; its
    own line breaks stay. What stands on every sheet of a kind is broken once."""
    whole = printable(text, language).split("\n")
    return tuple(line for part in whole for line in _broken(part.rstrip(), language, room, bold))


def _broken(line: str, language: str, room: float, bold: bool) -> list[str]:
    edges = [0, *accumulate(map(_width, line, repeat(language), repeat(bold)))]
    if edges[-1] <= room:
        return [line]
    whole, begin = [], 0
    while edges[-1] - edges[begin] > room:
        at = most = max(bisect_right(edges, edges[begin] + room) - 1, begin + 1)
        while line[at].isspace():
            at += 1
        while at > begin and not may_begin(line, at):
            at -= 1
        at = at if at > begin else most  # nowhere: cut between letters
        whole.append(line[begin:at].rstrip())
        begin = at
    return [*whole, line[begin:]]


def wide(text: str, language: str, bold: bool) -> int:
    """How wide a printable text is, in thousandths: letters stand side by side without kerning."""
    return sum(map(_width, text, repeat(language), repeat(bold)))


@lru_cache(maxsize=8192)
def _width(letter: str, language: str, bold: bool) -> int:
    """Of one letter."""
    widths: list[float] = [pdfmetrics.stringWidth(run, NAMES[font, bold], EM) for font, run in runs(letter, language)]
    return round(sum(widths))
