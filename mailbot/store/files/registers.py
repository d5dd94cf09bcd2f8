"""Registers as CSV files in `state/registers/`, and the rows found in them. It knows no rule: definitions come in.

`new/<digest>.csv` was given with an order and does not count; `<name>/<digest>.csv` counts from the entry on that names
it. Every other file there is removed once that entry is committed, since it holds personal data.
"""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mailbot.core.events import Row
from mailbot.core.registers import Sought, Table, look_up, read_csv, write
from mailbot.core.rules import Register
from mailbot.store import Digest, Imported
from mailbot.store.files import disk
from mailbot.store.files.changes import Standing, Written
from mailbot.store.files.mail import digest_of

FOLDER, NEW = "registers", "new"
FORGOTTEN = 3600.0
"""Seconds after which a file that no order names was given by somebody who died before giving the order."""


def give_register(state: Path, data: bytes) -> Digest:
    """The digest of a CSV file for an order to import it, whose bytes are durable on return; no lock is needed.

    Full if the disk takes no more. What root gives belongs to the owner of `state`, as everything in it does.
    """
    digest = digest_of(data)
    path = state / FOLDER / NEW / f"{digest}.csv"
    disk.folder(path.parent)
    for made in (path.parent.parent, path.parent):
        disk.hand_over(made, state.stat())
    disk.replace(path, [data], owner=state.stat())
    return digest


@dataclass(slots=True)
class _Kept:
    """A register in memory: as declared and imported when it was read (`table`: None if it cannot be), with the first
    `taken` rows that cases wrote since."""

    register: Register
    imported: Imported | None
    table: Table | None
    written: Table
    taken: int = 0


class Registers:
    """The registers of one desk below `state/registers`; each is read when a row of it is first asked for. What is
    wrong with a file is said in `notices`, once."""

    def __init__(self, state: Path, notices: list[str]) -> None:
        self.folder = state / FOLDER
        self.notices = notices
        self._kept: dict[str, _Kept] = {}
        self._said: set[str] = set()
        self._turn = threading.Lock()

    def given(self, name: str, digest: Digest) -> bytes | None:
        """The bytes of a file that is to be imported as the register `name`, also if they are in its place already;
        None if they are not there, or not whole."""
        return self._whole(self.folder / NEW, digest) or self._whole(self.folder / name, digest)

    def place(self, name: str, digest: Digest, data: bytes) -> None:
        """The file is in its place, durably on return; it counts once an entry names it. Full if the disk takes no
        more."""
        path = disk.folder(self.folder / name) / f"{digest}.csv"
        if self._whole(path.parent, digest) is None:
            disk.replace(path, [data])
        disk.fsync_folder(path.parent)

    def settle(self, imported: Mapping[str, Imported], done: Iterable[Digest]) -> None:
        """Removes what does not count: earlier files of every register, and of those given the ones `done` with."""
        counting = {(name, f"{one.digest}.csv") for name, one in imported.items()}
        for path in self._files():
            if path.parent.name != NEW and (path.parent.name, path.name) not in counting:
                _remove(path)
        for digest in done:
            _remove(self.folder / NEW / f"{digest}.csv")

    def forget_given(self, ordered: Iterable[Digest]) -> None:
        """Removes files that were given an hour ago or more and that no order names."""
        names = {f"{digest}.csv" for digest in ordered}
        for path in self._files():
            if path.parent.name == NEW and path.name not in names and _age(path) > FORGOTTEN:
                _remove(path)

    def _files(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*/*") if path.is_file()) if self.folder.is_dir() else []

    def problem(self, name: str, imported: Imported) -> str | None:
        """Why the file that counts cannot be used, in words for the operator."""
        if self._whole(self.folder / name, imported.digest) is not None:
            return None
        path = self.folder / name / f"{imported.digest}.csv"
        wrong = "is not what was imported" if path.is_file() else "is missing"
        return f"register {name}: {path} {wrong}: it counts as not imported until it is imported again"

    def report(self, imported: Mapping[str, Imported]) -> None:
        """Says what is wrong with the files that count."""
        for name, one in imported.items():
            self._say(self.problem(name, one))

    def _say(self, words: str | None) -> None:
        if words and words not in self._said:
            self._said.add(words)
            self.notices.append(words)

    @staticmethod
    def _whole(folder: Path, digest: Digest) -> bytes | None:
        try:
            data = (folder / f"{digest}.csv").read_bytes()
        except OSError:
            return None
        return data if digest_of(data) == digest else None

    def forget(self) -> None:
        """What was read and written is read again: some of it may have been erased."""
        with self._turn:
            self._kept.clear()

    def at_hand(self, name: str, imported: Imported | None) -> bool:
        """Whether no file has to be read for a row of the register."""
        kept = self._kept.get(name)
        return imported is None or (kept is not None and kept.imported == imported)

    def row(self, sought: Sought, register: Register, standing: Standing, own: Sequence[Written] = ()) -> Row:
        """What the register says now: `own` are rows that entries not committed yet wrote, in order."""
        with self._turn:
            kept = self._current(sought.name, register, standing)
            tables = [kept.written, *([kept.table] if kept.table else [])]
            found = look_up(sought, [_table(register, own, tables), *tables] if own else tables)
        imported = kept.table is not None
        return Row(name=sought.name, column=sought.column, key=sought.key, found=found, imported=imported)

    def _current(self, name: str, register: Register, standing: Standing) -> _Kept:
        kept = self._kept.get(name)
        if kept is None or kept.imported != standing.imported or kept.register != register:
            kept = _Kept(register, standing.imported, self._read(name, register, standing.imported), Table(register))
            self._kept[name] = kept
        for one in standing.written[kept.taken :]:
            write(kept.written, [kept.table] if kept.table else [], one.row, one.how)
        kept.taken = len(standing.written)
        return kept

    def _read(self, name: str, register: Register, imported: Imported | None) -> Table | None:
        if imported is None:
            return None
        data = self._whole(self.folder / name, imported.digest)
        table = read_csv(data, register) if data is not None else None
        if isinstance(table, Table):
            return table
        unfit = f"register {name}: what was imported does not fit rules/desk.toml any more ({{}}): import it again"
        self._say(unfit.format(table[0]) if table else self.problem(name, imported))
        return None


def _table(register: Register, written: Sequence[Written], below: Sequence[Table]) -> Table:
    table = Table(register)
    for one in written:
        write(table, below, one.row, one.how)
    return table


def _age(path: Path) -> float:
    """Seconds since it was written, by the clock that files have; 0 if it is gone."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _remove(path: Path) -> None:
    """Not durable by itself: what a crash brings back is removed at the next start."""
    with suppress(OSError):
        path.unlink()
