"""The casebook: all cases as documents, made from the journal and made again whenever in doubt. It folds nothing.

Open cases lie in `open.json`, in tables of 64, since TinyDB rebuilds a whole table for each change; closed ones in
files of 1,000 numbers below `closed/`, read when asked for. A document says up to which entry it was folded (`seq`):
a closed file may be newer than the checkpoint, and an entry is never applied twice.
"""

import inspect
import pkgutil
import re
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib import import_module
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

import tinydb
from pydantic_core import to_json
from tinydb.storages import Storage
from tinydb.table import Document

from mailbot.core import case as cases
from mailbot.core import events
from mailbot.core.case import Case
from mailbot.core.sorting import AUTOMATIC
from mailbot.store import Damaged
from mailbot.store.files import changes, disk, erasures, index, jsontext, letters, recent, tables, tally

NUMBER = re.compile(r"(\d{4})-(\d{5,6})", re.ASCII)
YEAR = 1_000_000
TABLE, FILE = 64, 1_000
LISTED = "index"
OPENED_FILES = 2
Folded = tuple[Case, int]
"""A case and the sequence number of the last entry folded into it."""
MALFORMED = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading a case, or a line of the journal, may raise that nobody has verified."""
Plain = Mapping[str, Any]
"""The same as a document: `case` as JSON text, which takes half the memory that its values take, or as those, where
another program wrote the file; and `seq`."""


@cache
def made_by() -> str:
    """A digest of the source that folds cases and what else is counted: a casebook made by another is made again."""
    folding = [*_parts(cases), *_parts(events), changes, erasures, index, letters, recent, tally]
    source = "".join(inspect.getsource(module) for module in folding)
    return sha256(f"{source}{sorted(AUTOMATIC)}".encode()).hexdigest()


def _parts(package: ModuleType) -> Iterator[ModuleType]:
    """A package and the modules in it, by name."""
    yield package
    for part in sorted(pkgutil.iter_modules(package.__path__)):
        yield import_module(f"{package.__name__}.{part.name}")


def document_id(number: str) -> int | None:
    """`2026-00042` as 2026000042; None for a text that is no case number."""
    found = NUMBER.fullmatch(number)
    return int(found[1]) * YEAR + int(found[2]) if found else None


class InMemory(Storage):
    """Keeps all tables in memory; `flush` makes the file hold them, durably."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.tables: dict[str, dict[str, Any]] = {}
        if path is not None and path.is_file():
            self.tables = _tables(path)

    def read(self) -> dict[str, dict[str, Any]]:
        """All tables, not copied."""
        return self.tables

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Takes note of the tables; nothing goes to the disk."""
        self.tables = data

    def flush(self) -> None:
        """The file holds all tables, durably; Full if the disk takes no more."""
        if self.path is not None:
            disk.replace(self.path, tables.pieces(self.tables, LISTED))


def _tables(path: Path) -> tables.Tables:
    try:
        return tables.read(path)
    except ValueError as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path | None, why: str) -> Damaged:
    return Damaged(f"{path}: {why}; `mailbot rebuild` makes it again from the journal")


def number_of(key: int) -> str:
    """2026000042 as `2026-00042`."""
    return f"{key // YEAR}-{key % YEAR:05d}"


def plain(folded: Folded) -> Plain:
    """A case as it is written."""
    return {"case": jsontext.Text(to_json(folded[0])), "seq": folded[1]}


def read_plain(found: Plain) -> Folded:
    """A case as it was written; ValueError if that is none."""
    read = Case.model_validate_json if isinstance(found["case"], jsontext.Text) else Case.model_validate
    return read(found["case"]), found["seq"]


class Sheets:
    """Documents of cases in one TinyDB, 64 to a table."""

    def __init__(self, path: Path | None = None) -> None:
        self.storage = InMemory(path)
        self.database = tinydb.TinyDB(storage=lambda: self.storage)

    def plain(self, key: int) -> Plain | None:
        """The document with this id as it is."""
        document = self.database.table(str(key // TABLE)).get(doc_id=key)
        return document if isinstance(document, Document) else None

    def get(self, key: int) -> Folded | None:
        """The case with this document id; Damaged if what stands there is none."""
        document = self.plain(key)
        try:
            return None if document is None else read_plain(document)
        except MALFORMED as error:
            raise _damaged(self.storage.path, f"case {number_of(key)} cannot be read") from error

    def keys(self) -> list[int]:
        """All document ids, in order."""
        names = self.database.tables() - {LISTED}
        return sorted(document.doc_id for name in names for document in self.database.table(name))

    def put(self, folded: Mapping[int, Folded]) -> None:
        """Inserts or replaces cases, by document id: each table is made anew once."""
        parted: dict[int, dict[int, Folded]] = {}
        for key, one in folded.items():
            parted.setdefault(key // TABLE, {})[key] = one
        for name, parts in parted.items():
            table = self.database.table(str(name))
            if there := [key for key in parts if table.contains(doc_id=key)]:
                table.remove(doc_ids=there)
            table.insert_multiple(Document(plain(one), key) for key, one in parts.items())

    def remove(self, key: int) -> None:
        """Removes the case with this document id, if it is there."""
        table = self.database.table(str(key // TABLE))
        if table.contains(doc_id=key):
            table.remove(doc_ids=[key])
            if not len(table):
                self.database.drop_table(table.name)


class Casebook:
    """All cases of one desk. Without a folder it lives in memory only (to compare with, or when nothing may change).

    What changed since the last `flush` is kept as it was put: open cases in `changed`, closed ones in `closing`. They
    become documents when they are written, once each, however many entries are folded into them until then.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.open = Sheets(folder and folder / "open.json")
        self.changed: dict[int, Folded] = {}
        self.closing: dict[int, Folded] = {}
        self._closed: dict[int, Sheets] = {}
        self._guard = threading.Lock()

    def get(self, number: str) -> Folded | None:
        """The case and the last entry folded into it."""
        key = document_id(number)
        if key is None:
            return None
        return self._new(key) or self.open.get(key) or self._file(key // FILE).get(key)

    def _new(self, key: int) -> Folded | None:
        return self.changed.get(key) or self.closing.get(key)

    def _plain(self, key: int) -> Plain | None:
        new = self._new(key)
        return plain(new) if new else self.open.plain(key) or self._file(key // FILE).plain(key)

    def put(self, folded: Folded) -> None:
        """Inserts or replaces a case, in memory; on disk after `flush`. ValueError if its number is none."""
        key = document_id(folded[0].number)
        if key is None:
            raise ValueError(f"{folded[0].number!r} is no case number")
        if folded[0].open:
            self.changed[key] = folded
            self.closing.pop(key, None)
        else:
            self.closing[key] = folded
            self.changed.pop(key, None)
            self.open.remove(key)

    def _open_keys(self) -> list[int]:
        return sorted({*self.open.keys(), *self.changed.copy()})

    def _closed_keys(self) -> Iterator[int]:
        """By number, file by file."""
        files = {int(path.stem) for path in self._closed_files()} | {key // FILE for key in self.closing.copy()}
        for file in sorted(files):
            closing = {key for key in self.closing.copy() if key // FILE == file}
            keys = closing.union(self._file(file).keys())
            yield from (key for key in sorted(keys) if key not in self.changed and self.open.plain(key) is None)

    def open_cases(self) -> Iterator[Case]:
        """All open cases by number; those that are open when asked for, as they are when they are reached."""
        for key in self._open_keys():
            if folded := self.changed.get(key) or self.open.get(key):
                yield folded[0]

    def closed_cases(self) -> Iterator[Case]:
        """All closed cases by number, file by file."""
        for key in self._closed_keys():
            if folded := self.closing.get(key) or self._file(key // FILE).get(key):
                yield folded[0]

    def plain(self, number: str) -> Plain | None:
        """The case under this number as it is written, nothing of it checked; None if there is none."""
        key = document_id(number)
        return None if key is None else self._plain(key)

    def plains(self) -> Iterator[tuple[str, Plain]]:
        """The same of all cases, by the number under which each lies: open ones first, each kind by number."""
        for key in chain(self._open_keys(), self._closed_keys()):
            if found := self._plain(key):
                yield number_of(key), found

    def _closed_files(self) -> list[Path]:
        folder = self.folder and self.folder / "closed"
        return sorted(folder.glob("*.json")) if folder and folder.is_dir() else []

    def _file(self, file: int) -> Sheets:
        with self._guard:
            sheets = self._closed.pop(file, None)
            if sheets is None:
                sheets = Sheets(self.folder and self.folder / "closed" / f"{file}.json")
            self._closed[file] = sheets
            while len(self._closed) > OPENED_FILES and self.folder:
                del self._closed[next(iter(self._closed))]
        return sheets

    @property
    def written(self) -> bool:
        """Whether it was ever on the disk, or something that stands in its place."""
        return self.folder is not None and (self.folder / "open.json").exists()

    def listed(self) -> dict[str, Any] | None:
        """What `flush` was given the last time, to whoever asks first: it is as large as the cases, and not kept."""
        document = self.open.database.table(LISTED).get(doc_id=1)
        self.open.database.drop_table(LISTED)
        return None if document is None else dict(document)

    def flush_closed(self) -> None:
        """Cases closed since the last time go to their files, durably; Full if the disk takes no more."""
        if self.folder:
            disk.folder(self.folder / "closed")
        for file in sorted({key // FILE for key in self.closing}):
            sheets = self._file(file)
            sheets.put({key: folded for key, folded in self.closing.items() if key // FILE == file})
            sheets.storage.flush()
            with self._guard:
                self._closed[file] = sheets  # whoever read others meanwhile may have opened the file as it was before
            self.closing = {key: folded for key, folded in self.closing.items() if key // FILE != file}

    def flush(self, listed: dict[str, Any]) -> None:
        """Everything is on the disk on return, `listed` in the same file as the open cases; Full if that fails."""
        self.flush_closed()
        self.open.put(self.changed)
        self.changed = {}
        self.open.database.table(LISTED).insert(Document(listed, 1))
        try:
            self.open.storage.flush()
        finally:
            self.open.database.drop_table(LISTED)
