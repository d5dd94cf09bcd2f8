"""QR codes (ISO/IEC 18004, level M): the modules of one, and the operators that paint them. It knows no page.

Texts of one length differ in the exclusive or of what each letter turns over that differs: their octets, the correction
(Reed and Solomon's code is linear) and the mask alike. So only the first text of a length is laid out as a whole, and
every other letter at a place once.
"""

import re
from functools import lru_cache

from reportlab.graphics.barcode.qr import QrCodeWidget

MASK = 3
"""The pattern laid over the modules (§7.8.2)."""

_DARK = re.compile("1+")


@lru_cache(maxsize=64)
def squares(text: str) -> str:
    """The operators that paint the dark modules, each a square of one (ISO 32000-1 §8.5)."""
    dark = (_run(top, *run.span()) for top, row in enumerate(modules(text)) for run in _DARK.finditer(row))
    return " ".join([*dark, "f"])


@lru_cache(maxsize=8192)
def _run(top: int, left: int, right: int) -> str:
    return f"{left} {top} {right - left} 1 re"


@lru_cache(maxsize=64)
def modules(text: str) -> tuple[str, ...]:
    """The modules of a code, row by row, `1` for a dark one."""
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
