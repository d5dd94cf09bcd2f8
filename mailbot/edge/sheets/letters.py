"""Which letters of a text can be printed with the fonts that every PDF viewer has, and with which of them.
It knows no page and no sheet."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, repeat
from typing import Literal

from mailbot.core.columns import CONTROLS

Font = Literal["latin", "japanese"]
NOT_PRINTABLE = "〓"
"""What printers in Japan have always put in the place of a letter they lack (U+3013)."""
MORE_JAPANESE = frozenset("鷗剝頰塡")
"""Letters of names and words that CP932 lacks and the fonts have."""
SAME = str.maketrans(
    {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ħ": "h", "Ħ": "H", "\t": " ", "\u00a0": " "}
    | dict.fromkeys("\u2010\u2011\u2012\u2212", "-")
    | dict.fromkeys("\u2028\u2029\u0085", "\n")
)
"""Letters whose accent Unicode does not take off, and signs that have many codes."""


def _encodes(letter: str, charset: str) -> bool:
    try:
        letter.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=8192)
def font_of(letter: str, language: str) -> Font | None:
    """The font that has this letter: the Latin one (Windows code page 1252), or the Japanese one (code page 932
    without letters of private use); None if neither. What both have is Latin in any language but Japanese."""
    japanese = letter in MORE_JAPANESE or (_encodes(letter, "cp932") and unicodedata.category(letter)[0] != "C")
    latin = _encodes(letter, "cp1252") and unicodedata.category(letter)[0] != "C"
    if letter.isascii() and latin:
        return "latin"
    if japanese and (language == "ja" or not latin):
        return "japanese"
    return "latin" if latin else None


def printable(text: str, language: str) -> str:
    """The text with letters that can be printed, its line breaks kept: composed (NFC), without control characters and
    signs that cannot be seen; of a letter no font has, the letter without its accents, or else 〓."""
    clean = CONTROLS.sub("", unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(SAME)))
    return clean if clean.isascii() else "".join(map(_printed, clean, repeat(language)))


@lru_cache(maxsize=8192)
def _printed(letter: str, language: str) -> str:
    if letter == "\n" or font_of(letter, language):
        return letter
    if unicodedata.category(letter) in ("Cf", "Mn", "Me") or unicodedata.combining(letter):
        return ""
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return bare if bare and bare != letter and all(font_of(part, language) for part in bare) else NOT_PRINTABLE


def runs(line: str, language: str) -> Iterator[tuple[Font, str]]:
    """A printable line in pieces of one font each."""
    if line and line.isascii():
        yield "latin", line
        return
    for font, letters in groupby(line, lambda letter: font_of(letter, language)):
        yield font or "japanese", "".join(letters)
