"""Reads ISO-2022-JP and its extensions: text that switches between character sets by escape sequences.

It must not know which charset was declared, only what the escape sequences say.
"""

import re
from collections.abc import Callable

from mailbot.core.garbled import BAD
from mailbot.edge.charsets.japanese import SPELT_OTHERWISE, kanji, one
from mailbot.edge.charsets.names import SJIS

ESCAPES = re.compile(rb"\x1b(?:\$[@B]|\$\([@BDOPQ]|\([IJ])")
_SWITCH = re.compile(rb"(\x1b(?:\([A-Z]|\$[@AB]|\$\([@A-DOPQ]|&@)|[\x0e\x0f])")
_ASCII_AGAIN = (b"\x1b(B", b"\x1b(J", b"\x1b(H", b"\x1b(I", b"\x0f")
_HIGH = bytes(byte | 0x80 if 0x20 < byte < 0x7F else 0xFF if byte > 0x7E else byte for byte in range(256))
_PAIR = re.compile(rb"[\x00-\x20]+|[\x21-\xff]{1,2}")


_HARDER = re.compile(rb"\x1b\([JH]|\x1b\$[^\x1b]*\n|[\x0e\x0f\x80-\xff]")
"""What Python's codec reads otherwise than it was meant: JIS-Roman is ASCII in mail, lines do not always end a run."""


def jis(data: bytes) -> str:
    """ISO-2022-JP and its extensions: at once if it is as it should be, else run by run, so that damage stays there."""
    try:
        text = _by_runs(data) if _HARDER.search(data) else data.decode("iso2022_jp_ext")
    except UnicodeError:
        text = _by_runs(data)
    for plain, vendor in SPELT_OTHERWISE:
        text = text.replace(plain, vendor)
    return text


def _by_runs(data: bytes) -> str:
    pieces = _SWITCH.split(data)
    read: Callable[[bytes], str] = _single
    texts = [_single(pieces[0])]
    for place in range(1, len(pieces), 2):
        read = _SETS.get(pieces[place], read)
        following = pieces[place + 2] if place + 2 < len(pieces) else b""
        texts.append(_run(pieces[place + 1], read, following))
    return "".join(texts)


def _run(run: bytes, read: Callable[[bytes], str], following: bytes) -> str:
    """One run. If nothing leads back to ASCII, its line end does (RFC 1468): the closing escape was lost."""
    if read is _single or following in _ASCII_AGAIN or b"\n" not in run:
        return read(run)
    first, end, rest = run.partition(b"\n")
    return read(first) + "\n" + _single(rest) if end else read(first)


def _single(run: bytes) -> str:
    if run.isascii():
        return run.decode("ascii")
    try:
        return run.decode("utf-8")
    except UnicodeError:
        return run.decode(SJIS, "replace")


def _kana(run: bytes) -> str:
    """Half-width kana in seven bits (JIS X 0201)."""
    return bytes(byte | 0x80 if 0x20 < byte < 0x60 else byte for byte in run).decode(SJIS, "replace")


def _kanji_run(run: bytes) -> str:
    try:
        return run.translate(_HIGH).decode("euc_jp")
    except UnicodeError:
        return _pairs(run, lambda pair: BAD if max(pair) > 0x7E else kanji(pair))


def _through(codec: str, prefix: bytes = b"") -> Callable[[bytes], str]:
    """A reader of a 94x94 set by the EUC codec that holds it."""
    return lambda run: _pairs(run, lambda pair: one(prefix + pair.translate(_HIGH), codec))


def _pairs(run: bytes, read: Callable[[bytes], str]) -> str:
    def one(token: bytes) -> str:
        return token.decode("ascii") if token[0] < 0x21 else read(token) if len(token) == 2 else BAD

    return "".join(one(token) for token in _PAIR.findall(run))


_SETS: dict[bytes, Callable[[bytes], str]] = {
    **dict.fromkeys((b"\x1b(B", b"\x1b(J", b"\x1b(H", b"\x0f"), _single),
    **dict.fromkeys((b"\x1b(I", b"\x0e"), _kana),
    **dict.fromkeys((b"\x1b$@", b"\x1b$B", b"\x1b$(@", b"\x1b$(B"), _kanji_run),
    b"\x1b$(D": _through("euc_jp", b"\x8f"),
    **dict.fromkeys((b"\x1b$(O", b"\x1b$(Q"), _through("euc_jis_2004")),
    b"\x1b$(P": _through("euc_jis_2004", b"\x8f"),
    **dict.fromkeys((b"\x1b$A", b"\x1b$(A"), _through("gb2312")),
    b"\x1b$(C": _through("euc_kr"),
}
