"""A copy of a state folder, of one instant, also while somebody writes there: the journal up to a whole group, and what
its entries name, each octet verified on its way. It locks nothing and knows nothing of where copies are kept."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailbot.core import chain
from mailbot.store import Damaged, Digest, Full
from mailbot.store.files import disk, lines
from mailbot.store.files.alone import Walk
from mailbot.store.files.journal import Journal
from mailbot.store.files.mail import Mails, digest_of
from mailbot.store.files.named import Named
from mailbot.store.files.telling import Progress, quiet

Line = tuple[dict[str, Any], bytes]
"""The fields of an entry, and its line."""
KEPT = ("rules", "programs")
"""Folders in which every file is named by its digest."""
MOST_WRONG = 20
REPLACING = frozenset({"erased", "erasure_done", "register_imported", "secret_destroyed"})
"""Kinds of events after which something kept is gone, or another."""


class Moving(Exception):  # noqa: N818 - a state of affairs
    """What is copied changed meanwhile in a way that leaves no whole copy of one instant; the text says how."""


@dataclass
class Copied:
    """What was copied: the entries and mails (`linked`: how many it shares with an earlier copy), the SHA-256 of each
    other file by its path, and everything that is wrong with the state itself, in words."""

    named: Named
    mails: int = 0
    linked: int = 0
    files: dict[str, Digest] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


class Copy:
    """One state folder copied into another one, which has to be new. `earlier` is the state folder of an earlier copy,
    whose mails are linked instead of written again where the disk is the same (None: there is none). What is wrong
    while somebody writes is taken to be of two instants, unless it was so before (`again`)."""

    def __init__(
        self,
        source: Path,
        desk: str,
        target: Path,
        earlier: Path | None = None,
        progress: Progress = quiet,
        *,
        again: bool = False,
    ) -> None:
        self.source, self.desk, self.target, self._again = source, desk, target, again
        self._mails, self._earlier, self._progress = Mails(source / "mail"), earlier, progress
        self.copied = Copied(Named(chain.Head(0, chain.genesis(desk))))

    def run(self) -> Copied:
        """Everything is copied and on the disk on return. Moving if it has to be begun anew; Damaged, with file and
        line, if the journal is not what was written; Full if the disk takes no more: what was copied so far is left."""
        disk.folder(self.target)
        self._journal()
        self._erasures()
        self._registers()
        for folder in KEPT:
            self._kept(folder)
        self._all_mails()
        self._still_there()
        if self.copied.wrong and self.rewritten():
            raise Moving(self.copied.wrong[0])
        disk.sync_all(self.target)
        return self.copied

    def write(self, path: str, data: bytes) -> None:
        """A file of the copy, readable by its owner alone, durable at the end of `run`. Full if the disk takes no
        more."""
        put(self.target / path, [data])
        self.copied.files[path] = digest_of(data)

    def _journal(self) -> None:
        """Every line up to the last whole group that was there at the beginning."""
        journal, walk = Journal(self.source / "journal", self.desk), Walk(self.desk)
        files = journal.files()
        sizes = {file: (journal.folder / file).stat().st_size for file in files}
        done, of = 0, sum(sizes.values())
        for file in files:
            walk.begin(file)
            whole = _whole_groups(self._verified(journal, walk, file, sizes[file]), self.copied.named)
            digest = hashlib.sha256()
            put(self.target / "journal" / file, _told(whole, digest))
            self.copied.files[f"journal/{file}"] = digest.hexdigest()
            done += sizes[file]
            self._progress("the journal", done, of)
        walk.finish()
        self._refuse(walk)

    def _verified(self, journal: Journal, walk: Walk, file: str, size: int) -> Iterator[Line]:
        for spot, raw in journal.raw_lines(file):
            if spot.end > size or not raw.endswith(b"\n"):
                return
            fields = walk.feed(raw)
            self._refuse(walk)
            if fields is not None:
                yield fields, raw

    def _refuse(self, walk: Walk) -> None:
        if not walk.result.ok:
            problem = next(one for one in walk.result.problems if one.kind == "error")
            raise Damaged(f"{self.source / 'journal' / problem.file}, line {problem.line}: {problem.what}")

    def _erasures(self) -> None:
        """A journal that was read while events became null has the order, and may have what it erases."""
        named = self.copied.named
        if named.unfinished:
            raise Moving("an erasure is under way")
        for seq in sorted(named.ordered - named.null):
            words = f"entry {seq} was erased by order, but its events are there"
            if not self._again:
                raise Moving(words)
            self._wrong(words)

    def _registers(self) -> None:
        for name, digest in self.copied.named.registers.items():
            path = f"registers/{name}/{digest}.csv"
            data = _read(self.source / path)
            if data is not None and digest_of(data) == digest:
                self.write(path, data)
            else:
                self._wrong(f"register {name}: {path} is missing, or not what was imported")

    def _kept(self, folder: str) -> None:
        """Rule sets and programs, with the files that rules name: what has a digest for a name."""
        for path in sorted((self.source / folder).rglob("*")):
            data = _read(path) if path.is_file() and not path.name.startswith(".") else None
            if data is not None:
                self.write(path.relative_to(self.source).as_posix(), data)

    def _all_mails(self) -> None:
        named = self.copied.named
        for done, digest in enumerate(named.decided, 1):
            folder = self._mails.sealed.name if digest in named.sealed else digest[:2]
            place = Path("mail") / folder / digest
            if digest in named.empty:
                put(self.target / place, [b""])
            elif not self._link(place, digest):
                self._mail(place, digest)
            self.copied.mails += 1
            self._progress("the raw mails", done, len(named.decided))

    def _mail(self, place: Path, digest: Digest) -> None:
        try:
            raw = self._mails.raw(digest)
        except FileNotFoundError:
            self._wrong(f"mail {digest} is named by an entry, but not kept")
            return
        if raw is None:
            self._wrong(f"mail {digest} is empty, but no order erased it")
        elif digest_of(raw) != digest:
            self._wrong(f"mail {digest} was changed after it was kept")
        put(self.target / place, [raw or b""])

    def _link(self, place: Path, digest: Digest) -> bool:
        """Whether the mail lies in the earlier copy, whole, and both copies share it now."""
        before = self._earlier / place if self._earlier else None
        data = _read(before) if before else None
        if before is None or data is None or digest_of(data) != digest:
            return False
        try:
            disk.folder((self.target / place).parent)
            os.link(before, self.target / place)
        except OSError:
            return False
        self.copied.linked += 1
        return True

    def _wrong(self, words: str) -> None:
        """What is wrong may only be so because somebody changed it meanwhile: then an entry says so."""
        if not self._again and self._grown():
            raise Moving(words)
        if len(self.copied.wrong) < MOST_WRONG:
            self.copied.wrong.append(words)

    def _grown(self) -> bool:
        """Whether the journal has an entry now after the last one copied."""
        folder, seq = self.source / "journal", self.copied.named.head.seq
        last = max(Journal(folder, self.desk).files(), default="")
        ends = lines.ends(folder / last) if last else None
        return ends is not None and ends[1] > seq

    def rewritten(self) -> bool:
        """Whether the journal says now that what was copied was removed or replaced meanwhile: what seems wrong is then
        of two instants, however often it was so before. All of it is read; False if it cannot be."""
        journal = Journal(self.source / "journal", self.desk)
        whole = (raw for file in journal.files() for _, raw in journal.raw_lines(file) if raw.endswith(b"\n"))
        try:
            return any(map(self._replaces, map(json.loads, whole)))
        except (ValueError, LookupError, TypeError):
            return False

    def _replaces(self, fields: Mapping[str, Any]) -> bool:
        named, seq, events = self.copied.named, fields["seq"], fields["events"]
        if seq <= named.head.seq:
            return events is None and seq not in named.null
        return any(event["kind"] in REPLACING for event in events or ())

    def _still_there(self) -> None:
        """Entries that were read before they were durable may have been taken back, since the disk was full."""
        head = self.copied.named.head
        for file in reversed(Journal(self.source / "journal", self.desk).files()):
            with (self.source / "journal" / file).open("rb") as data:
                first = lines.first_from(data, 0)
                if first is None or first[0] > head.seq:
                    continue
                _, offset, length = lines.last_until(data, head.seq)
                data.seek(offset)
                if json.loads(data.read(length))["hash"] == head.hash:
                    return
        if head.seq:
            raise Moving(f"entry {head.seq} was taken back")


def _whole_groups(read: Iterable[Line], named: Named) -> Iterator[bytes]:
    """The lines of whole groups, noted; a group that is not whole lies at the end, and is left out."""
    group: list[Line] = []
    for fields, raw in read:
        group.append((fields, raw))
        if not fields["more"]:
            for one, line in group:
                named.note(one)
                yield line
            group = []


def _told(pieces: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    """The pieces as they are, while `digest` hears of them."""
    for piece in pieces:
        digest.update(piece)
        yield piece


def put(path: Path, pieces: Iterable[bytes]) -> None:
    """Writes a new file, readable by its owner alone, not durably. Full if the disk takes no more."""
    disk.folder(path.parent)
    try:
        descriptor = disk.private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    except OSError as error:
        raise Full(f"{path} could not be made: {error}") from error
    try:
        for piece in pieces:
            disk.write_all(descriptor, piece, path)
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
