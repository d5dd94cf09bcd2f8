"""Tells the kind of a file by how its content begins, never by its name. It reads no further than it must."""

from enum import Enum, auto


class Sort(Enum):
    """What has to be done to see what a file is."""

    PDF = auto()
    ZIP = auto()
    IMAGE = auto()
    OLD_SPREADSHEET = auto()
    LOCKED_OFFICE = auto()
    OTHER = auto()


_HEAD = 1024
"""A PDF may begin with anything within so many bytes (ISO 32000-1, annex H.3.4.1)."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = (
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    *(b"\0\0\0\x0cjP  ", b"8BPS"),
)
_ISO_MEDIA = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"avif"})


def sort_of(content: bytes) -> Sort:
    """The sort of a file by its signature; OTHER for one that has none, such as text."""
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Sort.ZIP
    if content.startswith(_OLE):
        return _ole(content)
    if _is_image(content):
        return Sort.IMAGE
    return Sort.PDF if b"%PDF-" in content[:_HEAD] else Sort.OTHER


def _is_image(content: bytes) -> bool:
    if content.startswith(_IMAGES):
        return True
    if content[4:8] == b"ftyp":
        return content[8:12] in _ISO_MEDIA
    return (content[:4] == b"RIFF" and content[8:12] == b"WEBP") or (content[:2] == b"BM" and content[6:10] == bytes(4))


def _ole(content: bytes) -> Sort:
    """A file of old Office, or a new one that is locked (MS-OFFCRYPTO §2.3): told by the names in its directory."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return Sort.LOCKED_OFFICE
    books = ("Workbook", "Book")
    return Sort.OLD_SPREADSHEET if any(f"{name}\0".encode("utf-16-le") in content for name in books) else Sort.OTHER
