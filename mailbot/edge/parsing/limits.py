"""Refuses a mail that would be too dear to parse, before it is parsed.

It must not know what a mail says: it counts bytes, lines and boundaries.
"""

import re
from dataclasses import dataclass
from itertools import islice


@dataclass(frozen=True, slots=True)
class Limits:
    """How big a mail may be: bytes of all of it, levels of nesting, parts, bytes of its own header."""

    size: int = 20_000_000
    depth: int = 50
    parts: int = 500
    header: int = 512_000


FIELD = 20
"""Characters that each field of a header counts for beside its own: short ones cost more than they are long."""
HEADERS = 4
"""How many times its own header all headers in a mail may come to, those of parts and enclosed mails with them."""
BLOCKS = 10
"""How many times the parts of a mail what has a header may come to, blocks of a delivery status among them."""
MOST_LINES, LINE = 500_000, 20
"""Lines of any mail that are parsed; of a large one as many as there are of so many bytes. The standard library keeps
each line as an object, which costs fifty times the line's own bytes if it is short."""
MOST_FIELD, MOST_PARAMETERS = 10_000, 200
"""Characters and semicolons of a field that says how a part is built: the standard library's time for its parameters
grows with the square of both. A file name of 255 signs, given in both ways of RFC 2231, has less than half of it."""
MOST_PARAMETERS_IN_ALL = 5_000
"""Semicolons of all such fields of a mail: ten for each of the parts it may have."""
STRUCTURAL = frozenset("content-type content-disposition content-transfer-encoding".split())


class TooMuchError(Exception):
    """A limit was found exceeded only while reading; its words are for clerk and operator."""


HEADER_END = re.compile(rb"\r?\n\r?\n|\r\r")
_DECLARES = re.compile(b"boundary", re.IGNORECASE)
_BOUNDARY = re.compile(rb'boundary\s*=\s*"?([^"\r\n;]{1,200})|(?:^|[\r\n])--([^\r\n]{1,200})', re.IGNORECASE)


def refusal(raw: bytes, limits: Limits) -> str:
    """Why `raw` is not parsed, in words; empty if it may be. Linear in its size."""
    if len(raw) > limits.size:
        return f"{len(raw)} bytes, allowed are {limits.size}"
    if reason := too_many_lines(raw):
        return reason
    if len(raw) > limits.header and not HEADER_END.search(raw, 0, limits.header + 4):
        return f"a header of more than {limits.header} bytes"
    dashed = raw.count(b"\n--") + raw.count(b"\r--")
    if dashed < min(limits.depth, limits.parts) or (dashed <= limits.parts and _few_boundaries(raw, limits.depth)):
        return ""  # each level and each part begins with such a line
    depth, parts = _shape(raw, limits)
    if depth > limits.depth:
        return depth_words(limits)
    return parts_words(limits) if parts > limits.parts else ""


def _few_boundaries(raw: bytes, most: int) -> bool:
    """Whether the word that declares a boundary stands in a mail so many times at most, however it is spelled."""
    return next(islice(_DECLARES.finditer(raw), most, None), None) is None


def too_many_lines(raw: bytes) -> str:
    """Words for a text of more lines than are parsed; empty if it has fewer. Linear in its size."""
    most = max(MOST_LINES, len(raw) // LINE)
    lines = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
    return f"more than {most} lines" if lines > most else ""


class Tally:
    """Counts what the fields of one mail come to, part by part, while they are parsed."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._blocks = limits, BLOCKS * limits.parts
        self._header, self._parameters = HEADERS * limits.header, MOST_PARAMETERS_IN_ALL

    def block(self) -> None:
        """Count something that has a header of its own. Raises TooMuchError if there are too many."""
        self._blocks -= 1
        if self._blocks < 0:
            raise TooMuchError(parts_words(self._limits))

    def field(self, name: str, value: str) -> None:
        """Count one field. Raises TooMuchError if it, or all so far, would be too dear to read."""
        self._header -= len(name) + len(value) + FIELD
        if self._header < 0:
            raise TooMuchError("headers that are too long, those of its parts taken together")
        if name.strip().lower() not in STRUCTURAL:
            return
        parameters = value.count(";")
        self._parameters -= parameters
        if len(value) > MOST_FIELD or parameters > MOST_PARAMETERS or self._parameters < 0:
            raise TooMuchError(f"a {name.strip()[:40]} field of too many parameters, or too long")


def depth_words(limits: Limits) -> str:
    """The words for a mail nested too deeply."""
    return f"nested more than {limits.depth} levels deep"


def parts_words(limits: Limits) -> str:
    """The words for a mail of too many parts."""
    return f"more than {limits.parts} parts"


def _shape(raw: bytes, limits: Limits) -> tuple[int, int]:
    """How deep the multiparts nest and how many parts begin, from boundaries alone (RFC 2046 §5.1.1); it counts no
    further than to the first limit that is passed."""
    declared: list[bytes] = []
    deepest = parts = 0
    for found in _BOUNDARY.finditer(raw):
        if deepest > limits.depth or parts > limits.parts:
            break
        if found[1] is not None:
            declared.append(found[1].strip())
            deepest = max(deepest, len(declared))
        elif (line := found[2].rstrip()) in declared:
            del declared[declared.index(line) + 1 :]
            parts += 1
        elif line.endswith(b"--") and line[:-2] in declared:
            del declared[declared.index(line[:-2]) :]
    return deepest, parts
