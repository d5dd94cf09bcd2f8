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
DOCUMENT, SEQ = b'":{"case":', b',"seq":'
"""What stands before the text of a case, and between it and its `seq`."""
CASES = re.compile(rb'\{"\d+' + DOCUMENT)
"""How a table of cases begins."""
NEXT = re.compile(rb'([1-9]\d*|0)\},"(\d*)')
"""The `seq` of a case, and the id of the next one."""
OTHERS = "another program wrote it"


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
    if type(found) is not dict:
        raise ValueError("it holds no tables")
    return {name: _documents(table) for name, table in found.items()}


def _as_written(lines: Iterable[bytes]) -> Tables:
    """The same of what `pieces` wrote, in a fifth of the time and with one table in memory besides, since no case is
    looked into: one that is none is found when it is asked for. ValueError if the file is another one."""
    tables, before, end = Tables(), b"{", b",\n"
    for line in lines:
        begin, _, table = line.removeprefix(before).partition(b":")
        name = from_json(begin)
        if end != b",\n" or not line.startswith(before + b'"') or name in tables:
            raise ValueError(OTHERS)
        before, end, table = b"", table[-2:], table[:-2]
        tables[name] = _cases(table) if CASES.match(table) else _documents(from_json(table))
    if end != b"}\n":
        raise ValueError(OTHERS)
    return tables


def _documents(table: Any) -> dict[str, Any]:
    if type(table) is not dict or any(type(document) is not dict for document in table.values()):
        raise ValueError("it holds a table without documents")
    return table


def _cases(table: bytes) -> dict[str, Any]:
    """What a case says is not taken for its end: within words a quotation mark has a backslash before it, and nothing
    in it that is called by a number begins with a field `case`."""
    cases = dict[str, Any]()
    first, *others = _parted(table.removesuffix(b"}"))
    key = first.removeprefix(b'{"')
    for other in others:
        text, _, rest = other.rpartition(SEQ)
        found = NEXT.fullmatch(rest + b',"' * (other is others[-1]))
        if found is None or not text or not key or key.decode() in cases:
            raise ValueError(OTHERS)
        cases[key.decode()] = {"case": Text(text), "seq": int(found[1])}
        key = found[2]
    return cases


def _parted(table: bytes) -> list[bytes]:
    """What stands before, between and behind the beginnings of its documents. A field of a form may be called `case`
    too, but what holds fields is called by a word."""
    first, second, *others = table.split(DOCUMENT)
    parts = [first, second]
    for part in others:
        if parts[-1][-1:].isdigit():
            parts.append(part)
        else:
            parts[-1] += DOCUMENT + part
    return parts
