"""Walks over the attributes of a TNEF file and the properties in them, so that every count and length in it is held
against the room there is before anything else reads it. It knows no library, and not what an attribute is for.

Each step takes as many bytes as it was told of, or ends the walk: what a file costs here grows with its size and no
faster, whatever numbers stand in it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mailbot.edge.attachments.kinds import TNEF_SIGNATURE
from mailbot.edge.attachments.values import UnreadableFileError

MOST_ATTRIBUTES = 5_000
MOST_VALUES = 10_000
"""What may stand in one file; Outlook writes some 20 attributes and 10 for each file, with some 100 values."""

_START, _HEAD, _SUM, _TAG, _NUMBER = (struct.Struct(form) for form in ("<4sH", "<BHHI", "<H", "<HH", "<I"))
_SMALLEST = _HEAD.size + _SUM.size
_SEVERAL, _NAMED = 0x1000, 0x8000
"""The bit of a type that says there are several values, and the first of the identifiers that bring a name along."""
OBJECT, STRING8, UNICODE, BINARY = 0x000D, 0x001E, 0x001F, 0x0102
_MEASURED = frozenset({0x0000, OBJECT, STRING8, UNICODE, BINARY})
_FIXED = {
    **dict.fromkeys((0x0002, 0x000B), 2),
    **dict.fromkeys((0x0003, 0x0004, 0x000A), 4),
    **dict.fromkeys((0x0005, 0x0006, 0x0007, 0x0014, 0x0040), 8),
    0x0048: 16,
}
"""Types whose values say how long they are, and bytes of a value of the others ([MS-OXCDATA] §2.11.1)."""


class Attribute(NamedTuple):
    """An attribute of the mail (level 1) or of a file in it (level 2), by its identifier; its type says little."""

    level: int
    name: int
    kind: int
    data: bytes


class Property(NamedTuple):
    """A property by its identifier, its type without the bit for several, and the bytes of each value."""

    name: int
    kind: int
    values: tuple[bytes, ...]


def attributes_of(content: bytes) -> list[Attribute]:
    """All attributes of a TNEF file, in order ([MS-OXTNEF] §2.1.3). Raises UnreadableFileError unless each lies within
    the file, has the checksum that it says, and there are no more than may be."""
    if len(content) < _START.size or not content.startswith(TNEF_SIGNATURE):
        raise UnreadableFileError("is broken")
    found = list(_attributes(content))
    if not found:
        raise UnreadableFileError("is broken")
    return found


def _attributes(content: bytes) -> Iterator[Attribute]:
    at, count = _START.size, 0
    while not _over(content, at):
        if len(content) - at < _SMALLEST:
            raise UnreadableFileError("is broken")
        level, name, kind, length = _HEAD.unpack_from(content, at)
        start, end = at + _HEAD.size, at + _HEAD.size + length
        count += 1
        if level not in (1, 2) or end + _SUM.size > len(content):
            raise UnreadableFileError("is broken")
        if count > MOST_ATTRIBUTES:
            raise UnreadableFileError(f"has more than {MOST_ATTRIBUTES} attributes")
        data = content[start:end]
        if sum(data) & 0xFFFF != _SUM.unpack_from(content, end)[0]:
            raise UnreadableFileError("is broken (a checksum is wrong)")
        yield Attribute(level, name, kind, data)
        at = end + _SUM.size


def _over(content: bytes, at: int) -> bool:
    """Whether nothing follows but what relays add to a file."""
    return len(content) - at < _SMALLEST and not content[at:].strip(b"\0\r\n")


def packed_attributes(attributes: list[Attribute]) -> bytes:
    """A TNEF file of these attributes, its checksums left empty."""
    heads = ((_HEAD.pack(one.level, one.name, one.kind, len(one.data)), one.data, bytes(2)) for one in attributes)
    return _START.pack(TNEF_SIGNATURE, 0) + b"".join(piece for pieces in heads for piece in pieces)


def packed_properties(properties: list[Property]) -> bytes:
    """A block of these properties, which have one value each, of a type that says how long it is."""
    block = [_NUMBER.pack(len(properties))]
    for name, kind, (value,) in properties:
        block += [_TAG.pack(kind, name), _NUMBER.pack(1), _NUMBER.pack(len(value)), value, bytes(-len(value) % 4)]
    return b"".join(block)


@dataclass(slots=True)
class Blocks:
    """Reads the blocks of properties of one file, and counts the values in all of them."""

    left: int = MOST_VALUES

    def properties_of(self, data: bytes) -> list[Property]:
        """The properties in a block ([MS-OXTNEF] §2.1.3.4). Raises UnreadableFileError where it ends too early, has a
        type that is not known, or there are more values in the file than may be."""
        block = _Block(data)
        return [self._property(block) for _ in range(self._counted(block.number()))]

    def _counted(self, count: int) -> int:
        self.left -= count
        if self.left < 0:
            raise UnreadableFileError(f"has more than {MOST_VALUES} values")
        return count

    def _property(self, block: "_Block") -> Property:
        kind, name = _TAG.unpack(block.take(_TAG.size))
        if name >= _NAMED:
            block.pass_name()
        several, kind = kind & _SEVERAL, kind & ~_SEVERAL
        if kind in _MEASURED:
            count = self._counted(block.number())
            return Property(name, kind, tuple(block.padded(block.number()) for _ in range(count)))
        if kind not in _FIXED:
            raise UnreadableFileError("is of a kind that is not known")
        count = self._counted(block.number()) if several else 1
        whole, size = block.padded(count * _FIXED[kind]), _FIXED[kind]
        return Property(name, kind, tuple(whole[at : at + size] for at in range(0, len(whole), size)))


@dataclass(slots=True)
class _Block:
    """Bytes, and how far they were read."""

    data: bytes
    at: int = 0

    def take(self, size: int) -> bytes:
        start, self.at = self.at, self.at + size
        if self.at > len(self.data):
            raise UnreadableFileError("is broken")
        return self.data[start : self.at]

    def padded(self, size: int) -> bytes:
        """So many bytes; passed by are those that fill them up to a multiple of four, which the end may lack."""
        taken = self.take(size)
        self.at = min(self.at + -size % 4, len(self.data))
        return taken

    def number(self) -> int:
        found: int = _NUMBER.unpack(self.take(_NUMBER.size))[0]
        return found

    def pass_name(self) -> None:
        """The name of a property that has one: a GUID, and a number or a text."""
        self.take(16)
        is_text = self.number()
        self.padded(self.number() if is_text else 4)
