"""Tells the kind of a file by how its content begins, never by its name. It reads no further than it must."""

import re
from enum import Enum, auto


class Sort(Enum):
    """What has to be done to see what a file is."""

    PDF = auto()
    ZIP = auto()
    IMAGE = auto()
    OLD_SPREADSHEET = auto()
    LOCKED_OFFICE = auto()
    DOCUMENT = auto()
    PROGRAM = auto()
    ARCHIVE = auto()
    SEALED = auto()
    SIGNED = auto()
    SIGNATURE = auto()
    TNEF = auto()
    OTHER = auto()


_HEAD = 1024
"""A PDF may begin with anything within so many bytes (ISO 32000-1, annex H.3.4.1)."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TNEF_SIGNATURE = b"\x78\x9f\x3e\x22"
"""[MS-OXTNEF] §2.1.3.1."""
_IMAGES = (
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    *(b"\0\0\0\x0cjP  ", b"8BPS"),
)
_STARTS: tuple[tuple[Sort, tuple[bytes, ...]], ...] = (
    (Sort.IMAGE, _IMAGES),
    (Sort.ZIP, (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK")),
    (Sort.DOCUMENT, (b"{\\rtf",)),
    (Sort.TNEF, (TNEF_SIGNATURE,)),
    (Sort.PROGRAM, (b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"L\0\0\0\x01\x14\x02\0")),
    (Sort.PROGRAM, (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")),
    (Sort.ARCHIVE, (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")),
    (Sort.ARCHIVE, (b"MSCF\0\0\0\0", b"MSCE\0\0\0\0")),
    (Sort.SEALED, (b"-----BEGIN PGP MESSAGE-----",)),
    (Sort.SIGNATURE, (b"-----BEGIN PGP SIGNATURE-----",)),
)
"""How files of a sort begin. Mach-O and Java classes, shortcuts (MS-SHLLINK) and scripts are programs."""
_ARCHIVES = ((0, re.compile(rb"BZh[1-9]1AY&SY")), (257, re.compile(b"ustar")), (0x8001, re.compile(b"CD001")))
_LHA = (2, re.compile(rb"-l[hz][0-9ds]-"))
"""Where archives without a signature of their own at the beginning show what they are: tar, images of discs, LHA."""
_CMS = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
"""The object identifiers of RFC 5652 in DER, but for their last byte."""
_CMS_AUTH = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"
"""That of authenticated enveloped data (RFC 5083)."""
_CMS_HEAD = 22
"""Bytes within which a CMS message says what it is: behind tag and length of the sequence that it is."""
_CMS_SIGNED, _CMS_SEALED = b"\x02", (b"\x03", b"\x06")
_PGP_KEY_PACKETS = {0x84: (2, 3), 0x85: (3, 3), 0x86: (5, 3), 0x8C: (2, 4), 0xC1: (2, 3), 0xC3: (2, 4)}
"""First byte of an encrypted OpenPGP message in binary: where the version of its first packet stands, and which it is
(RFC 4880 §5.1 and 5.3); a length of two bytes moves those of the new format on by one."""
_ISO_MEDIA = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"avif"})


def sort_of(content: bytes) -> Sort:
    """The sort of a file by its signature; OTHER for one that has none, such as text."""
    first = next((sort for sort, starts in _STARTS if content.startswith(starts)), None)
    if first is not None:
        return first
    if content.startswith(_OLE):
        return _ole(content)
    if _is_image(content):
        return Sort.IMAGE
    if b"%PDF-" in content[:_HEAD]:
        return Sort.PDF
    if _is_dos_program(content):
        return Sort.PROGRAM
    archive = any(mark.match(content, at) for at, mark in (*_ARCHIVES, _LHA))
    return Sort.ARCHIVE if archive else _sealed(content)


def _is_dos_program(content: bytes) -> bool:
    """A program of DOS or Windows: its header has zeros, which a text that begins with the same letters has not."""
    return content[:2] in (b"MZ", b"ZM") and b"\0" in content[:64]


def _sealed(content: bytes) -> Sort:
    """What only its recipient's key opens, or what holds a signature: S/MIME (RFC 8551) and OpenPGP in binary."""
    if content[:1] == b"\x30":
        return _cms(content)
    at, version = _PGP_KEY_PACKETS.get(content[0] if content else 0, (0, 0))
    return Sort.SEALED if at and version in content[at : at + 2] else Sort.OTHER


def _cms(content: bytes) -> Sort:
    head = content[:_CMS_HEAD]
    if _CMS_AUTH in head:
        return Sort.SEALED
    at = head.find(_CMS)
    if at < 0:
        return Sort.OTHER
    what = content[at + len(_CMS) : at + len(_CMS) + 1]
    if what != _CMS_SIGNED:
        return Sort.SEALED if what in _CMS_SEALED else Sort.OTHER
    inner = content.find(_CMS + b"\x01", at + len(_CMS))
    follows = content[inner + len(_CMS) + 1 : inner + len(_CMS) + 2]
    return Sort.SIGNED if inner > 0 and follows == b"\xa0" else Sort.SIGNATURE


def _is_image(content: bytes) -> bool:
    if content[4:8] == b"ftyp":
        return content[8:12] in _ISO_MEDIA
    return (content[:4] == b"RIFF" and content[8:12] == b"WEBP") or (content[:2] == b"BM" and content[6:10] == bytes(4))


def _ole(content: bytes) -> Sort:
    """A file of old Office, or a new one that is locked (MS-OFFCRYPTO §2.3): told by the names in its directory."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return Sort.LOCKED_OFFICE
    books = ("Workbook", "Book")
    known = any(f"{name}\0".encode("utf-16-le") in content for name in books)
    return Sort.OLD_SPREADSHEET if known else Sort.DOCUMENT
