"""Files that nobody here opens, made as small as they may be. They know no mail."""

import io
import zipfile

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CMS = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
"""The object identifiers of CMS, but for the last byte."""


def packed(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part, method)
    return file.getvalue()


def locked_zip(*names: str) -> bytes:
    """A ZIP whose files say that they are encrypted, as those with a password do."""
    content = bytearray(packed(dict.fromkeys(names, b"twelve bytes and more"), zipfile.ZIP_STORED))
    for at in (at for at in range(len(content)) if content[at : at + 4] in (b"PK\3\4", b"PK\1\2")):
        content[at + (6 if content[at + 2] == 3 else 8)] |= 1
    return bytes(content)


def document() -> bytes:
    """A file of a word processor."""
    return packed({"[Content_Types].xml": b"", "word/document.xml": b"<x/>"})


def cms(sort: bytes, inner: bytes = bytes(8)) -> bytes:
    """What S/MIME begins with: `sort` is the last byte of the object identifier."""
    return b"\x30\x82\x01\x00" + CMS + sort + b"\xa0\x80" + inner


def cms_data(follows: bytes) -> bytes:
    """The beginning of what is signed, up to the content or the next value."""
    return b"\x30\x80\x02\x01\x01\x31\x00\x30\x80" + CMS + b"\x01" + follows
