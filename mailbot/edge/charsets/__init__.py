"""Turns the bytes of a text and the charset somebody declared for it into text, above all for Japanese mail.

It must not know of MIME, headers or mail: bytes and a name come in, text and doubts in words go out.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from mailbot.core.garbled import BAD
from mailbot.core.signs import SURROGATES
from mailbot.edge.charsets.japanese import (
    euc_lenient,
    euc_strict,
    likeness,
    sjis_lenient,
    sjis_strict,
)
from mailbot.edge.charsets.jis import ESCAPES, jis
from mailbot.edge.charsets.likely import NAMES, Guess, guess
from mailbot.edge.charsets.names import EUC, JIS, SEVEN_BIT, SJIS, codec_named

__all__ = ["BAD", "Decoded", "decode", "without_surrogates"]


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text without lone surrogates, and what could not be read with certainty, in words. `readings` are all that the
    bytes may mean, name of the charset and text, where more than one fits: `text` is the likeliest then, no more."""

    text: str
    doubts: tuple[str, ...] = ()
    readings: tuple[tuple[str, str], ...] = ()


def decode(data: bytes, declared: str = "") -> Decoded:
    """Read `data` as text; `declared` is the charset named beside it, in any spelling, or empty.

    A charset that announces itself (byte order mark, JIS escape) goes before the declared one, a declared one that
    fits before any guess. A byte that fits nowhere costs one character (U+FFFD); nothing raises.
    ISO-2022-JP (RFC 1468, 1554, 2237), Shift_JIS and EUC-JP are read with the NEC and IBM characters of CP932.
    """
    codec = codec_named(declared)
    if data.isascii() and codec not in SEVEN_BIT and not _is_jis(data, codec):
        return Decoded(data.decode("ascii"), _unknown(declared, codec))
    used = _announced(data, codec)
    text = None if used else _strict(data, "utf-8")
    if text is not None and _believable_utf8(text, codec):
        used = "utf-8"
    elif not used:
        used, text = _fitting(data, codec)
    readings: tuple[tuple[str, str], ...] = ()
    if text is None:
        used = used or _hardly_damaged(_sample(data), codec)
        if not used:
            used, readings = _guessed(_sample(data), codec)
        text = _lenient(data, used)
    return Decoded(text, (*_unknown(declared, codec), *_doubts(text, declared, codec, used)), readings)


def _unknown(declared: str, codec: str) -> tuple[str, ...]:
    return (f"unknown charset {declared[:40]!r}",) if declared.strip() and not codec else ()


def _doubts(text: str, declared: str, codec: str, used: str) -> list[str]:
    found = []
    plain = used.startswith("utf-8") or used == JIS
    if codec not in ("", "ascii") and used.removesuffix("-sig") != codec:
        found.append(f"text declared as {declared[:40]} was read as {used}")
    elif codec in ("", "ascii") and not plain:
        found.append(f"text without a usable charset was read as {used}")
    if bad := text.count(BAD):
        found.append(f"{bad} character{'s' * (bad > 1)} could not be read")
    return found


_WESTERN = frozenset({"cp1252", "iso8859-1", "iso8859-15"})
"""What programs declare that have never asked; who declares Hebrew or Greek means it."""
_CHINESE = frozenset({"gb18030", "cp950", "cp949"})
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


# Which charset it is


def _announced(data: bytes, codec: str) -> str:
    for mark, marked in _MARKS:
        if data.startswith(mark) and not codec.startswith("utf-32"):
            return marked
    if codec in SEVEN_BIT:
        return _ordered(data, codec) if _really_wide(data, codec) else ""
    return JIS if _is_jis(data, codec) else ""


def _is_jis(data: bytes, codec: str) -> bool:
    return ESCAPES.search(data) is not None or (codec == JIS and b"\x0e" in data)


def _really_wide(data: bytes, codec: str) -> bool:
    """Text declared as UTF-16 or UTF-32 that is valid UTF-8 without NUL was declared by mistake."""
    return not codec.startswith(("utf-16", "utf-32")) or b"\0" in data or _strict(data, "utf-8") is None


def _ordered(data: bytes, codec: str) -> str:
    """UTF-16 without a byte order mark: big-endian (RFC 2781 §4.3), unless it reads better the other way."""
    if codec != "utf-16":
        return codec
    return max(("utf-16-be", "utf-16-le"), key=lambda order: _plain(_lenient(_even(data), order)))


def _even(data: bytes) -> bytes:
    return data[: min(len(data) & ~1, 4000)]


def _plain(text: str) -> int:
    return likeness(text) + sum(" " <= sign <= "~" or sign == "\n" for sign in text)


def _believable_utf8(text: str, codec: str) -> bool:
    """Whether bytes valid as UTF-8 are UTF-8. By chance only short two-byte sequences are, and no Latin letters."""
    if text.isascii() or codec in ("", "ascii", JIS, "utf-8") or codec.startswith(("iso8859", "cp125")):
        return True
    return re.search(r"[\u0800-\U0010ffff]", text) is not None


def _fitting(data: bytes, codec: str) -> tuple[str, str | None]:
    """The declared charset and the text, if the bytes are valid in it and the result is not plainly mistaken."""
    text = _strict(data, codec) if codec not in ("", "ascii", JIS) else None
    if text is None or _mistaken(_sample(data), codec):
        return "", None
    return codec, text


def _mistaken(data: bytes, codec: str) -> bool:
    """Whether bytes without error in the declared charset are better Japanese in another."""
    if codec in _CHINESE:
        return _strict(data, SJIS) is not None and _guess(data) == Guess(SJIS)
    if not codec.startswith(("iso8859", "cp125", SJIS)):
        return False
    if codec in _WESTERN and re.search(rb"[\x80-\xff]{4}", data) and _clearly_other(data, codec):
        return True
    others = [other for other in (SJIS, EUC) if other != codec and _strict(data, other) is not None]
    return any(likeness(_lenient(data, other)) > max(0, 2 * likeness(_lenient(data, codec))) for other in others)


def _clearly_other(data: bytes, codec: str) -> bool:
    """Whether Western letters without a Latin word among them are everyday writing in a charset that is not Western."""
    found = _guess(data)
    return not found.readings and found.codec not in (codec, "cp1252") and _strict(data, found.codec) is not None


def _sample(data: bytes) -> bytes:
    """The stretch a guess is made from: whole lines from the first byte on that is not ASCII, if it can be."""
    first = re.search(rb"[\x80-\xff]", data)
    start = first.start() if first else 0
    line = data.rfind(b"\n", max(0, start - 200), start)
    start = line + 1 if line >= 0 or start < 200 else start
    end = data.find(b"\n", start + 8000, start + 16000)
    return data[start : end if end > 0 else start + 16000]


def _lost(data: bytes, codec: str) -> float:
    """How much of the characters beyond ASCII could not be read in a charset, 0 to 1; lost ones are such themselves."""
    text = _lenient(data, codec)
    return text.count(BAD) / max(1, sum(character > "\x7f" for character in text))


@lru_cache(2)
def _guess(data: bytes) -> Guess:
    """Several rules ask of one text."""
    return guess(data, _lenient)


def _hardly_damaged(data: bytes, codec: str) -> str:
    """The declared charset, else UTF-8, if little of the bytes is lost in it: nothing else is UTF-8 by chance."""
    declared = [codec] if codec not in ("", "ascii", JIS) else []
    for candidate in [*declared, "utf-8"]:
        if _lost(data, candidate) <= 1 / 4 and not _mistaken(data, candidate) and not _whole_elsewhere(data):
            return candidate
    return ""


def _whole_elsewhere(data: bytes) -> bool:
    """Whether bytes that are damaged as they were declared are without damage in a charset that clearly fits."""
    found = _guess(data)
    return not found.readings and _strict(data, found.codec) is not None


def _guessed(data: bytes, codec: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The charset that undeclared bytes are read in; with every reading if its characters do not tell which it is."""
    found = _guess(data)
    if not found.readings:
        return found.codec, ()
    used = _likeliest(data, codec)
    readings = dict([(used, _lenient(data, used)), *found.readings])
    return used, tuple((NAMES.get(name, name), text) for name, text in readings.items())


def _likeliest(data: bytes, codec: str) -> str:
    """What is shown first of several readings: UTF-8 where it was declared, unless more than half of that is lost."""
    if codec == "utf-8" and _lost(data, codec) <= 1 / 2:
        return codec
    return max(["utf-8", SJIS, EUC, "cp1252"], key=lambda name: likeness(_lenient(data, name)))


# Reading one charset


def _strict(data: bytes, codec: str) -> str | None:
    try:
        text = _READERS[codec][0](data) if codec in _READERS else data.decode(codec)
        text.encode("utf-8")
    except (UnicodeError, ValueError):
        return None
    return text


def _lenient(data: bytes, codec: str) -> str:
    try:
        text = _READERS[codec][1](data) if codec in _READERS else data.decode(codec, "replace")
    except (UnicodeError, ValueError):
        text = data.decode("ascii", "replace")
    return without_surrogates(text)


def without_surrogates(text: str) -> str:
    """The text with every lone surrogate replaced, so that it can be written as UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return SURROGATES.sub(BAD, text)
    return text


def _utf8_lenient(data: bytes) -> str:
    """UTF-8; the up to four leftovers of one damaged character are one U+FFFD."""
    return re.sub(BAD + "{2,4}", BAD, data.decode("utf-8", "replace"))


_READERS: dict[str, tuple[Callable[[bytes], str], Callable[[bytes], str]]] = {
    JIS: (jis, jis),
    EUC: (euc_strict, euc_lenient),
    SJIS: (sjis_strict, sjis_lenient),
    "utf-8": (lambda data: data.decode("utf-8"), _utf8_lenient),
}
"""Strict and lenient reader of the charsets Python's codecs do not read well enough."""
