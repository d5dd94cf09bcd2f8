"""Undoes the transfer encoding of a part, forgiving what mailers and relays do to it.

It must not know of charsets: bytes come out.
"""

import re
from binascii import a2b_qp

from mailbot.edge.parsing import headers
from mailbot.edge.parsing.headers import from_base64
from mailbot.edge.parsing.structure import Part

FIELD = "Content-Transfer-Encoding"
_KNOWN = re.compile(r"base64|quoted-printable|7bit|8bit|binary|x-uuencode|uuencode|x-uue|uue")


def content(part: Part) -> bytes:
    """The decoded bytes of a part without parts (RFC 2045 §6); of one that cannot be decoded, its bytes as they are."""
    raw, encoding = raw_payload(part), _encoding(part)
    if encoding == "base64":
        return from_base64(raw)
    if encoding == "quoted-printable":
        return a2b_qp(raw)
    return _uudecoded(raw) if encoding.endswith(("uuencode", "uue")) else raw


def _encoding(part: Part) -> str:
    """The transfer encoding meant, whatever stands around its name."""
    known = _KNOWN.search(headers.field(part, FIELD).lower())
    return known.group() if known else ""


def is_encoded(part: Part) -> bool:
    """Whether the bytes of the part differ from what it holds."""
    return _encoding(part) not in ("", "7bit", "8bit", "binary")


def _uudecoded(raw: bytes) -> bytes:
    view = Part()
    view[FIELD] = "x-uuencode"
    view.set_payload(raw)
    payload = view.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else raw


def raw_payload(part: Part) -> bytes:
    """The bytes of a part as they stood in the mail."""
    declared = part.get_all(FIELD, [])
    del part[FIELD]
    payload = part.get_payload(decode=True)
    for value in declared:
        part[FIELD] = value
    return payload if isinstance(payload, bytes) else b""


def recoded(part: Part, inner: Part) -> Part:
    """The still encoded body of an enclosed mail that the parser took for the mail itself."""
    body = Part()
    body[FIELD] = _encoding(part)
    body.set_payload(raw_payload(inner))
    return body


def flattened(part: Part) -> bytes:
    """The blocks of fields of a message/delivery-status or its like, as text again."""
    blocks = [block for block in part.get_payload() if isinstance(block, Part)]
    return b"\n".join(_block(block) for block in blocks)


def _block(block: Part) -> bytes:
    fields = "".join(f"{name}: {value}\n" for name, value in block.raw_items())
    body = b"" if block.is_multipart() else raw_payload(block)
    return fields.encode("utf-8", "surrogateescape") + (b"\n" + body if body.strip() else b"")
