"""Measures how well bytes without a usable declaration fit each charset people write in, and whether one alone fits.

It must not know of mail, nor which charset was declared.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailbot.core.garbled import BAD
from mailbot.edge.charsets.names import EUC, SJIS

WELL, APART = 0.9, 0.2
"""The share of everyday characters that makes a reading a good one, and how far the next best has to be behind it."""
MOST = 4
"""So many readings are shown."""

_FOREIGN = re.compile("[^\x00-\x7f]")
_KANA = re.compile("[ぁ-んァ-ヶ]")
_NARROW = re.compile("[｡-ﾟ]")
_ALONE = re.compile("(?<![A-Za-z])[^\x00-\x7f](?![A-Za-z])")
_LATIN = re.compile("(?<![^\x00-\x7f])[ÁÂÄÇÉËÍÎÓÔÖÚÜÝßáâäçéëíîóôöúüý](?![^\x00-\x7f])|[\u00a0‘’“”–—…•§°«»©®™·±µ×]")
"""Letters that the Western and the Central European sets share, alone among ASCII, and the signs of word processors."""
_CYRILLIC = re.compile(r"(?<![^\W\d_])[А-ЯЁ]?[а-яё]+(?![^\W\d_])")


@dataclass(frozen=True, slots=True)
class Guess:
    """The charset that fits best, and every reading that has to be thought of, best first: name and text, none if
    there is no doubt which it is."""

    codec: str
    readings: tuple[tuple[str, str], ...] = ()


def guess(data: bytes, read: Callable[[bytes, str], str]) -> Guess:
    """Which charset `data` is in, as far as its characters tell; `read(data, codec)` reads it, whatever it holds."""
    texts = {codec: read(data, codec) for codec in _SHARES}
    shares = {codec: _SHARES[codec](text) for codec, text in texts.items()}
    first, second, *more = sorted(shares, key=lambda codec: -shares[codec])
    if shares[first] >= WELL and (shares[first] - shares[second] >= APART or _full_of_kana(first, texts[first])):
        return Guess(first)
    others = (codec for codec in (second, *more) if shares[codec] >= shares[first] / 2 and BAD not in texts[codec])
    return Guess(first, tuple((codec, texts[codec]) for codec in (first, *others))[:MOST])


def _full_of_kana(codec: str, text: str) -> bool:
    """Whether a text is Japanese beyond doubt: what is written in another charset has kana by chance, but not many."""
    kana = _count(_KANA, text)
    return codec in (SJIS, EUC) and kana >= 5 and kana * 7 >= _count(_FOREIGN, text)


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(len(found) for found in pattern.findall(text))


def _single(pattern: re.Pattern[str]) -> Callable[[str], float]:
    return lambda text: _count(pattern, text) / max(1, _count(_FOREIGN, text))


def _double(codec: str, rows: tuple[range, ...], kana: int) -> Callable[[str], float]:
    """The share of characters in the everyday rows; `kana` is what one of these counts. Beside a Latin letter a lone
    character is none: no writing begins with a word of one and goes on in the other."""

    def share(text: str) -> float:
        signs = everyday(codec, rows)
        known = sum(sign in signs for sign in _ALONE.findall(text))
        known_kana = _count(_KANA, text) + 0.6 * _count(_NARROW, text)
        return (known + kana * known_kana) / max(1, _count(_FOREIGN, text))

    return share


@lru_cache(8)
def everyday(codec: str, rows: tuple[range, ...]) -> frozenset[str]:
    """The characters but for kana in these rows of a set of two bytes (first byte with the high bit), in which its
    standard keeps signs and the characters of everyday life."""
    pairs = (bytes((row, cell)) for some in rows for row in some for cell in range(0x40, 0xFF))
    signs = {sign for pair in pairs if len(sign := pair.decode(codec, "replace")) == 1 and not _KANA.match(sign)}
    return frozenset(signs - {BAD})


def _utf8(text: str) -> float:
    return 1 - text.count(BAD) / max(1, _count(_FOREIGN, text))


NAMES = {SJIS: "Shift_JIS", EUC: "EUC-JP", "utf-8": "UTF-8", "gb18030": "GB18030", "cp950": "Big5", "cp949": "EUC-KR"}
"""What charsets are called where people read of them; all others as Python calls them."""
_JAPANESE = (range(0x81, 0x84), range(0x88, 0x99))
_SHARES: Mapping[str, Callable[[str], float]] = {
    "utf-8": _utf8,
    SJIS: _double(SJIS, _JAPANESE, 1),
    EUC: _double(SJIS, _JAPANESE, 1),
    "gb18030": _double("gb18030", (range(0xA1, 0xA4), range(0xB0, 0xD8)), -1),
    "cp950": _double("cp950", (range(0xA1, 0xA4), range(0xA4, 0xC7)), -1),
    "cp949": _double("cp949", (range(0xA1, 0xA4), range(0xB0, 0xC9)), -1),
    "cp1252": _single(_LATIN),
    "cp1251": _single(_CYRILLIC),
    "koi8-r": _single(_CYRILLIC),
}
"""What undeclared bytes may be, likelier ones first, and how much of a text so read is everyday writing."""
