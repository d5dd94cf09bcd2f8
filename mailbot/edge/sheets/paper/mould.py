"""A PDF taken apart into its objects, to be put together again with other words in its places (ISO 32000-1 §7.5).
It draws nothing, and knows no sheet."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

OBJECT = re.compile(rb"^\d+ 0 obj\n(.*?)^endobj\n", re.DOTALL | re.MULTILINE)
STREAM = re.compile(rb"/Length \d+(.*?\nstream\n)(.*)(endstream\n)", re.DOTALL)
IDENTITY = re.compile(rb"<[0-9a-f]{32}>")
PLACE = re.compile(rb"\(mailbot (\w+)\)")


def place(name: str) -> str:
    """What stands in a document where other words are to come; a literal string for a PDF (§7.3.4.2)."""
    return f"mailbot {name}"


@dataclass(frozen=True, slots=True)
class Mould:
    """What stands before the objects, the objects in the order of their numbers, and the trailer (§7.5.5)."""

    head: bytes
    objects: tuple[bytes, ...]
    trailer: bytes

    @classmethod
    def of(cls, document: bytes) -> Self:
        """A document whose objects are numbered from 1 in their order, one revision, nothing compressed."""
        objects = list(OBJECT.finditer(document))
        begin, end = document.index(b"trailer\n"), document.rindex(b"startxref\n")
        return cls(document[: objects[0].start()], tuple(found[1] for found in objects), document[begin:end])

    def filled(self, words: Mapping[str, bytes]) -> bytes:
        """The document with these words in its places; its identifier (§14.4) follows from all of them. KeyError if a
        place is not filled."""
        whole, offsets = bytearray(self.head), []
        for number, body in enumerate(self.objects, 1):
            offsets.append(len(whole))
            whole += b"%d 0 obj\n%bendobj\n" % (number, _filled(body, words))
        table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        identity = b"<%b>" % hashlib.sha256(whole).hexdigest()[:32].encode()
        end = (
            b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1),
            table,
            IDENTITY.sub(identity, self.trailer),
            b"startxref\n%d\n%%%%EOF\n" % len(whole),
        )
        return bytes(whole) + b"".join(end)


def _filled(body: bytes, words: Mapping[str, bytes]) -> bytes:
    """An object; a stream gets the length that it has then (§7.3.8.2)."""
    if b"(mailbot " not in body:
        return body
    stream = STREAM.search(body)
    if stream is None:
        return _with(body, words)
    content = _with(stream[2], words)
    return b"%b/Length %d%b%b%b" % (body[: stream.start()], len(content), stream[1], content, stream[3])


def _with(text: bytes, words: Mapping[str, bytes]) -> bytes:
    """In one go: what comes into a place is nobody's place."""
    return PLACE.sub(lambda found: words[found[1].decode()], text)
