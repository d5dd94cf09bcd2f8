"""Text of a header field as encoded words (RFC 2047), the shorter of both ways. It knows no header of a letter.

The standard library does the same (`email.header`), but tries every letter of the text anew with all before it.
"""

from base64 import b64encode

CHROME = len("=?utf-8?b??=")
PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-!*+/ "
"""Octets that take one letter in quoted form, the space as `_` (§4.2); all others take three."""
QUOTED = {octet: chr(octet) if octet in PLAIN else f"={octet:02X}" for octet in range(256)} | {0x20: "_"}


def encoded_words(text: str, taken: int = 0, most: int = 74) -> str:
    """The text in lines of at most `most` columns, of which `taken` stand before the first word; each word has whole
    letters, and all but the first begin a line."""
    octets = text.encode()
    quoted = len(octets) + 2 * len(octets.translate(None, PLAIN)) <= _in_base64(len(octets))
    words, begin, room = [], 0, most - taken - CHROME
    while begin < len(octets):
        end = _quoted_end(octets, begin, room) if quoted else begin + room // 4 * 3
        while end < len(octets) and octets[end] & 0xC0 == 0x80:  # within a letter
            end -= 1
        words.append(_word(octets[begin:end], quoted))
        begin, room = end, most - 1 - CHROME
    return "\r\n ".join(words)


def _in_base64(octets: int) -> int:
    return (octets + 2) // 3 * 4


def _quoted_end(octets: bytes, begin: int, room: int) -> int:
    for end in range(begin, len(octets)):
        room -= len(QUOTED[octets[end]])
        if room < 0:
            return end
    return len(octets)


def _word(octets: bytes, quoted: bool) -> str:
    if quoted:
        return f"=?utf-8?q?{''.join(map(QUOTED.__getitem__, octets))}?="
    return f"=?utf-8?b?{b64encode(octets).decode()}?="
