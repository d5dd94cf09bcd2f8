"""A file of tables of documents, as JSON (RFC 8259): a table a line. A case is held as a text, and read as one again
unless another program wrote the file. It knows nothing of what a case says."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from mailbot.store.files.jsontext import Text, parts, whole

Tables = dict[str, dict[str, Any]]
"""Tables by name, of documents by id."""
DOCUMENT, NUMBER = b'":{"case":', b',"seq":'
"""What stands before the text of a case, and between it and its number."""
CASES = re.compile(rb'\{"\d+' + DOCUMENT)
"""How a table of cases begins."""
OTHERS = "another program wrote it"
NEXT = re.compile(rb'([1-9]\d*|0)\},"(\d*)')
"""The number of a document, and the id of the one behind it."""


def pieces(tables: Mapping[str, Mapping[str, Any]], large: str) -> Iterator[bytes]:
    """The file, table by table, so that no other thread waits for long; the table `large` in smaller pieces."""
    before = b"{"
    for name, table in tables.items():
        yield before + whole(name) + b":"
        yield from parts(table, deep=3) if name == large else [b"".join(parts(table, deep=2))]
        before = b",\n"
    yield b"{}" if before == b"{" else b"}\n"


def read(path: Path) -> Tables:
    """The tables of a file; ValueError if it is none."""
    try:
        with path.open("rb") as lines:
            return _as_written(lines)
    except ValueError:
        found = from_json(path.read_bytes())
    if not isinstance(found, dict):
        raise ValueError("it holds no tables")
    return found


def _as_written(lines: Iterable[bytes]) -> Tables:
    """The same in a fifth of the time, since no case is looked into, and with a table in memory besides; ValueError if
    `pieces` would write it otherwise."""
    tables, before, end = Tables(), b"{", b",\n"
    for line in lines:
        name, _, table = line.removeprefix(before).partition(b":")
        if end != b",\n" or not line.startswith(before + b'"'):
            raise ValueError(OTHERS)
        before, end, table = b"", table[-2:], table[:-2]
        tables[from_json(name)] = _cases(table) if CASES.match(table) else from_json(table)
    if end != b"}\n":
        raise ValueError(OTHERS)
    return tables


def _cases(table: bytes) -> dict[str, Any]:
    """What a case says is never taken for its end: within words a quotation mark has a backslash before it, and what
    stands before an object in it that begins with this very key is no number."""
    documents = dict[str, Any]()
    first, *others = table.removesuffix(b"}").split(DOCUMENT)
    number = first.removeprefix(b'{"')
    for other in others:
        text, _, rest = other.rpartition(NUMBER)
        found = NEXT.fullmatch(rest + b',"' * (other is others[-1]))
        if found is None or not text or not number:
            raise ValueError(OTHERS)
        documents[number.decode()] = {"case": Text(text), "seq": int(found[1])}
        number = found[2]
    return documents
