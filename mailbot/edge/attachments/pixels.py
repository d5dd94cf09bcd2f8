"""Reads how large a picture is from the head of its file. It decodes no picture.

Only PNG, JPEG, GIF and TIFF, which scanners, FAX gateways and mail programs write; a TIFF is as large as its first
page.
"""

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType

Size = tuple[int, int]
MOST_PARTS = 500
"""Segments of a JPEG, or entries of a TIFF's directory, that are looked at."""
_NO_FRAMES = frozenset({0xC4, 0xC8, 0xCC})
"""Markers among those of JPEG frames that begin none (ISO/IEC 10918-1, table B.1)."""
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of JPEG without a length behind them."""
_WIDTH, _HEIGHT = 256, 257
"""Tags of a TIFF's directory (TIFF 6.0, section 8)."""


def pixels_of(content: bytes) -> Size | None:
    """Width and height in pixels; None for any other kind of picture, and for one whose head is broken."""
    reads = next((reads for begins, reads in _HEADS.items() if content.startswith(begins)), None)
    try:
        size = reads(content) if reads else None
    except (struct.error, IndexError):
        return None
    return size if size and min(size) > 0 else None


def _png(content: bytes) -> Size:
    return struct.unpack_from(">II", content, 16)


def _gif(content: bytes) -> Size:
    return struct.unpack_from("<HH", content, 6)


def _jpeg(content: bytes) -> Size | None:
    """The first frame's; a preview lies within a segment of its own, which is stepped over."""
    at = 2
    for _ in range(MOST_PARTS):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        bare = marker == 0xFF or marker in _BARE
        at += (1 if marker == 0xFF else 2) if bare else 2 + struct.unpack_from(">H", content, at + 2)[0]
    return None


def _tiff(content: bytes) -> Size | None:
    order = "<" if content[:2] == b"II" else ">"
    (directory,) = struct.unpack_from(f"{order}I", content, 4)
    (count,) = struct.unpack_from(f"{order}H", content, directory)
    found: dict[int, int] = {}
    for entry in range(min(count, MOST_PARTS)):
        at = directory + 2 + 12 * entry
        tag, kind = struct.unpack_from(f"{order}HH", content, at)
        (found[tag],) = struct.unpack_from(f"{order}{'H' if kind == 3 else 'I'}", content, at + 8)
    return (found[_WIDTH], found[_HEIGHT]) if {_WIDTH, _HEIGHT} <= found.keys() else None


_HEADS: Mapping[bytes, Callable[[bytes], Size | None]] = MappingProxyType(
    {
        b"\x89PNG\r\n\x1a\n": _png,
        b"\xff\xd8\xff": _jpeg,
        b"GIF87a": _gif,
        b"GIF89a": _gif,
        b"II*\0": _tiff,
        b"MM\0*": _tiff,
    }
)
"""How the files of each kind begin, and what reads them."""
