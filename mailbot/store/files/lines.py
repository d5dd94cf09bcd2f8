"""Finding whole lines in a file of the journal by their numbers, without reading all of it. It knows no chain."""

import os
import re
from pathlib import Path
from typing import BinaryIO

SEQ = re.compile(rb',"seq":(\d+),"v":1\}\n\Z')
"""How a whole line ends: keys are sorted, and text is never followed by this."""
PIECE = 1 << 20
Found = tuple[int, int, int]
"""Sequence number, offset and length of a line."""


def first_from(data: BinaryIO, offset: int) -> Found | None:
    """The first line that begins at or after this offset; None if it is no whole line, or there is none."""
    data.seek(max(0, offset - 1))
    if offset:
        data.readline()
    begin = data.tell()
    raw = data.readline()
    seq = SEQ.search(raw)
    return (int(seq[1]), begin, len(raw)) if seq else None


def last_until(data: BinaryIO, seq: float) -> Found:
    """The last line whose sequence number is at most this one, in a file that begins with such a line."""
    low, high = 0, data.seek(0, os.SEEK_END)
    best = first_from(data, 0)
    while high - low > 1:
        middle = (low + high) // 2
        found = first_from(data, middle)
        if found and found[0] <= seq:
            low, best = found[1], found
            if found[0] == seq:
                break
        else:
            high = middle
    assert best is not None
    return best


def ends(path: Path) -> tuple[int, int] | None:
    """The sequence numbers of the first and the last whole line; None if the file begins with none."""
    with path.open("rb") as data:
        first = first_from(data, 0)
        return (first[0], last_until(data, float("inf"))[0]) if first else None


def count(path: Path, begin: int, end: int) -> int:
    """How many lines end between these two offsets."""
    with path.open("rb") as data:
        data.seek(begin)
        pieces = iter(lambda: data.read(min(PIECE, max(0, end - data.tell()))), b"")
        return sum(piece.count(b"\n") for piece in pieces)
