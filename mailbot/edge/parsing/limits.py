"""Refuses a mail that would be too dear to parse, before it is parsed.

It must not know what a mail says: it counts bytes, lines and boundaries.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How big a mail may be: bytes of all of it, levels of nesting, parts, bytes of its own header."""

    size: int = 20_000_000
    depth: int = 50
    parts: int = 500
    header: int = 1_000_000


class TooMuchError(Exception):
    """A limit was found exceeded only while reading; its words are for clerk and operator."""


_HEADER_END = re.compile(rb"\r?\n\r?\n|\r\r")
_BOUNDARY = re.compile(rb'boundary\s*=\s*"?([^"\r\n;]{1,200})|(?:^|[\r\n])--([^\r\n]{1,200})', re.IGNORECASE)


def refusal(raw: bytes, limits: Limits) -> str:
    """Why `raw` is not parsed, in words; empty if it may be. Linear in its size."""
    if len(raw) > limits.size:
        return f"{len(raw)} bytes, allowed are {limits.size}"
    end = _HEADER_END.search(raw, 0, limits.header + 4)
    if len(raw) > limits.header and not end:
        return f"a header of more than {limits.header} bytes"
    if raw.count(b"\n--") + raw.count(b"\r--") <= limits.parts and raw.count(b"oundary") <= limits.depth:
        return ""
    depth, parts = _shape(raw)
    if depth > limits.depth:
        return depth_words(limits)
    return parts_words(limits) if parts > limits.parts else ""


def depth_words(limits: Limits) -> str:
    """The words for a mail nested too deeply."""
    return f"nested more than {limits.depth} levels deep"


def parts_words(limits: Limits) -> str:
    """The words for a mail of too many parts."""
    return f"more than {limits.parts} parts"


def _shape(raw: bytes) -> tuple[int, int]:
    """How deep the multiparts nest and how many parts begin, from boundaries alone (RFC 2046 §5.1.1)."""
    declared: list[bytes] = []
    deepest = parts = 0
    for found in _BOUNDARY.finditer(raw):
        if found[1] is not None:
            declared.append(found[1].strip())
            deepest = max(deepest, len(declared))
            if deepest > 10_000:
                break
        elif (line := found[2].rstrip()) in declared:
            del declared[declared.index(line) + 1 :]
            parts += 1
        elif line.endswith(b"--") and line[:-2] in declared:
            del declared[declared.index(line[:-2]) :]
    return deepest, parts
