"""ISO-2022-JP as Japanese mail programs write it, with the vendors' characters that Python's codec refuses (①, ㈱, 髙).
It knows nothing of mails."""

from itertools import groupby

SELECTED = {
    bytes([lead, trail]).decode("cp932", "ignore"): bytes([lead, trail])
    for lead in (0xED, 0xEE)
    for trail in range(0x40, 0xFD)
}
"""IBM's characters where NEC put them: rows that seven bits can reach."""


def _octets(letter: str) -> bytes:
    """Row and cell of a character in seven bits (JIS X 0208 and NEC's rows), from its Shift_JIS octets."""
    lead, trail = SELECTED.get(letter) or letter.encode("cp932")
    row = (lead - (0x70 if lead < 0xA0 else 0xB0)) * 2
    if trail >= 0x9F:
        return bytes([row, trail - 0x7E])
    return bytes([row - 1, trail - (0x20 if trail > 0x7F else 0x1F)])


def encode(text: str) -> bytes:
    """The text in ISO-2022-JP (RFC 1468), each run of wide characters between escape sequences."""
    runs = groupby(text, key=lambda letter: letter.isascii())
    return b"".join(
        "".join(letters).encode("ascii") if plain else b"\x1b$B" + b"".join(map(_octets, letters)) + b"\x1b(B"
        for plain, letters in runs
    )
