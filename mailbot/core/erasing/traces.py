"""The texts that bytes of a mail may hold, in whatever encoding: to find words in them, not to understand the mail. It
parses no structure, so no mail can be made to cost more than its length."""

import binascii
import re
from collections.abc import Iterator
from html import unescape

BLOCK = re.compile(rb"[A-Za-z0-9+/]{4}[A-Za-z0-9+/\r\n]{20,}={0,2}")
"""What may be base64 (RFC 2045), over many lines."""
WORDS = re.compile(rb"=\?[\w-]{1,40}\?([BbQq])\?([^?\s]*)\?=\s*")
"""An encoded word (RFC 2047), with the blank that does not count before the next one."""
CHARSETS = ("utf-8", "cp932", "euc_jp", "latin-1")
"""The charsets of 8 bits whose letters are looked for; ISO-2022-JP is told by its escapes."""


def texts_in(raw: bytes) -> Iterator[str]:
    """Everything that the bytes may say: as they are, and with base64, quoted-printable and encoded words undone, in
    every charset they may be in. What is packed, such as a spreadsheet, is not unpacked."""
    for data in _undone(raw):
        yield from _read(data)


def _undone(raw: bytes) -> Iterator[bytes]:
    yield raw
    if b"=" in raw:
        yield binascii.a2b_qp(raw)
    yield from filter(None, (_unpacked(block[0]) for block in BLOCK.finditer(raw)))
    yield b"".join(_word(found[1], found[2]) for found in WORDS.finditer(raw))


def _word(how: bytes, text: bytes) -> bytes:
    return _unpacked(text) if how in b"Bb" else binascii.a2b_qp(text, header=True)


def _unpacked(block: bytes) -> bytes:
    signs = bytes(block).replace(b"\r", b"").replace(b"\n", b"").rstrip(b"=")
    return binascii.a2b_base64(signs[: len(signs) - len(signs) % 4] + _rest(signs))


def _rest(signs: bytes) -> bytes:
    left = signs[len(signs) - len(signs) % 4 :]
    return left + b"=" * (4 - len(left)) if len(left) > 1 else b""


def _read(data: bytes) -> Iterator[str]:
    if b"\x1b" in data:
        yield data.decode("iso2022_jp", "ignore")
    for charset in ("ascii",) if data.isascii() else CHARSETS:
        text = data.decode(charset, "ignore")
        yield unescape(text) if "&#" in text else text
