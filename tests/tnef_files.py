"""Files as Outlook and Exchange make them (winmail.dat, TNEF), built piece by piece after [MS-OXTNEF].

It must not know how mailbot reads them.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

STRING8, UNICODE, BINARY, OBJECT, LONG = 0x001E, 0x001F, 0x0102, 0x000D, 0x0003
BODY, HTML, RTF, CHARSET = 0x1000, 0x1013, 0x1009, 0x3FDE
DATA, LONG_NAME, MIME_TYPE, CONTENT_ID = 0x3701, 0x3707, 0x370E, 0x3712
MAIL_INSIDE = bytes.fromhex("0703020000000000c000000000000046")
"""What stands before a mail that is attached (IID_IMessage)."""


def attribute(level: int, name: int, data: bytes, kind: int = 6) -> bytes:
    """One attribute, with its checksum."""
    return struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def property_of(name: int, kind: int, value: bytes | int | str, charset: str = "cp932") -> bytes:
    """One property with one value; a text in the type's own charset, ended by NUL."""
    if isinstance(value, int):
        return struct.pack("<HHi", kind, name, value)
    if isinstance(value, str):
        value = (value + "\0").encode("utf-16-le" if kind == UNICODE else charset)
    return struct.pack("<HHII", kind, name, 1, len(value)) + value + bytes(-len(value) % 4)


def block(*properties: bytes, count: int | None = None) -> bytes:
    """Properties with their number before them."""
    return struct.pack("<I", len(properties) if count is None else count) + b"".join(properties)


@dataclass(frozen=True)
class File:
    """A file in the envelope: its name of 8.3 characters, its bytes, its other properties."""

    title: str
    content: bytes = b""
    properties: Sequence[bytes] = ()

    def attributes(self, charset: str) -> bytes:
        """As Exchange orders them."""
        title = (self.title + "\0").encode(charset)
        return (
            attribute(2, 0x9002, bytes(14))
            + attribute(2, 0x8010, title, 1)
            + (attribute(2, 0x800F, self.content) if self.content else b"")
            + attribute(2, 0x9005, block(*self.properties))
        )


def tnef(
    *properties: bytes, files: Sequence[File] = (), body: bytes = b"", code_page: int = 932, more: bytes = b""
) -> bytes:
    """An envelope: version, code page, perhaps a body in it, the properties of the mail, its files, what else."""
    return (
        b"\x78\x9f\x3e\x22\x01\x00"
        + attribute(1, 0x9006, struct.pack("<I", 0x10000), 8)
        + attribute(1, 0x9007, struct.pack("<II", code_page, 0))
        + attribute(1, 0x8008, b"IPM.Microsoft Mail.Note\0", 7)
        + (attribute(1, 0x800C, body, 2) if body else b"")
        + attribute(1, 0x9003, block(*properties))
        + b"".join(file.attributes(f"cp{code_page}") for file in files)
        + more
    )


def called(name: str) -> bytes:
    """The whole name of a file."""
    return property_of(LONG_NAME, UNICODE, name)


def mended(content: bytes) -> bytes:
    """The envelope with every checksum right, as far as its lengths lead."""
    fixed, at = bytearray(content), 6
    while at + 11 <= len(fixed):
        end = at + 9 + int(struct.unpack_from("<I", fixed, at + 5)[0])
        if end + 2 > len(fixed):
            break
        struct.pack_into("<H", fixed, end, sum(fixed[at + 9 : end]) & 0xFFFF)
        at = end + 2
    return bytes(fixed)
