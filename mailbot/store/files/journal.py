"""The journal on disk: reads, finds and appends lines, one write and one fsync a batch. It knows no kind of event."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailbot.core import chain
from mailbot.store import Damaged, Full
from mailbot.store.files import disk, lines, stops
from mailbot.store.files.alone import Walk, fields_of


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a line lies: the file's name, the offset of its first byte in it, its length with the LF."""

    file: str
    offset: int
    length: int

    @property
    def end(self) -> int:
        """The offset of the byte after the line."""
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class End:
    """Where the journal ends: its last entry and where that lies (None if there is none)."""

    head: chain.Head
    last: Spot | None = None

    @property
    def file(self) -> str:
        """The name of the last file; "" before the first entry."""
        return self.last.file if self.last else ""

    @property
    def offset(self) -> int:
        """The offset of the byte after the last entry."""
        return self.last.end if self.last else 0


class Journal:
    """The files of one desk's journal. Reading needs nothing else; `append` needs the lock of the state folder."""

    def __init__(self, folder: Path, desk: str) -> None:
        self.folder = folder
        self.desk = desk
        self.end = self.beginning()
        self._descriptor = -1
        self._open = ""
        self._broken: stops.FsyncFailed | None = None
        self._counted = ("", 0, 0)

    def files(self) -> list[str]:
        """The names of its files, oldest first. A name that is no month's is for `chain` to report."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if path.name.endswith(".jsonl"))

    def size(self) -> int:
        """Octets of all its files."""
        return sum((self.folder / file).stat().st_size for file in self.files())

    def raw_lines(self, file: str, offset: int = 0) -> Iterator[tuple[Spot, bytes]]:
        """The lines of a file from this offset on, the last one perhaps without its LF."""
        with (self.folder / file).open("rb", lines.PIECE) as data:
            data.seek(offset)
            for raw in data:
                yield Spot(file, offset, len(raw)), raw
                offset += len(raw)

    def check_first(self) -> None:
        """Damaged if the first line is not as it was written: above all if the journal is another desk's."""
        walk = Walk(self.desk)
        for file in self.files()[:1]:
            walk.begin(file)
            _, raw = next(self.raw_lines(file), (None, b""))
            if raw.endswith(b"\n"):
                walk.feed(raw)
        self._refuse(walk)

    def check_files(self) -> None:
        """Damaged if a file is missing: the first entry of each has to follow the last one of the file before."""
        last = 0
        for file in self.files():
            ends = lines.ends(self.folder / file)
            if ends and ends[0] != last + 1:
                what = f"entry {ends[0]} follows entry {last}; was a file of the journal removed?"
                raise Damaged(f"{self.folder / file}, line 1: {what}")
            last = ends[1] if ends else last

    def grown(self) -> bool:
        """Whether there is something now that may be after the end."""
        last = max(self.files(), default="")
        if last != self.end.file:
            return last > self.end.file
        return bool(last) and (self.folder / last).stat().st_size != self.end.offset

    def shrunk(self) -> bool:
        """Whether its last file is shorter now than it was."""
        path = self.folder / self.end.file
        return bool(self.end.file) and path.is_file() and path.stat().st_size < self.end.offset

    def beginning(self) -> End:
        """The end of an empty journal."""
        return End(chain.Head(0, chain.genesis(self.desk)))

    def walk(self, after: End, until: int | None = None) -> Iterator[tuple[Spot, dict[str, Any], int]]:
        """All entries after `after`, up to the one numbered `until`: where they lie, verified fields, number of line.

        Stops before a torn end, but not before an unfinished group. Damaged at the first thing that is not as it was
        written; at the end if events are gone that no order names, for which it reads on to the end of the journal.
        """
        over = False
        walk = Walk(self.desk, after.head, after.file.removesuffix(".jsonl"))
        files = [name for name in self.files() if name >= after.file]
        for file in files:
            start = after.offset if file == after.file else 0
            walk.begin(file, self._count_lines(file, start))
            self._refuse(walk)
            for spot, raw in self.raw_lines(file, start):
                if not raw.endswith(b"\n") and file == files[-1]:
                    break
                fields = walk.feed(raw)
                self._refuse(walk)
                if fields is not None and not over:
                    yield spot, fields, walk.line
                over = over or (fields is not None and fields["seq"] == until)
                if over and not walk.result.erased:
                    return
        walk.finish()
        self._refuse(walk)

    def _refuse(self, walk: Walk) -> None:
        if not walk.result.ok:
            problem = next(one for one in walk.result.problems if one.kind == "error")
            raise Damaged(f"{self.folder / problem.file}, line {problem.line}: {problem.what}")

    def _count_lines(self, file: str, offset: int) -> int:
        """How many lines end before this offset; who asks again further on does not read the file again."""
        counted_in, begin, counted = self._counted
        if file != counted_in or offset < begin:
            begin, counted = 0, 0
        counted += lines.count(self.folder / file, begin, offset) if offset > begin else 0
        self._counted = (file, offset, counted)
        return counted

    def fields_at(self, spot: Spot) -> dict[str, Any] | None:
        """The fields of the line at exactly this place; None if no entry lies there, Damaged if a changed one does."""
        try:
            with (self.folder / spot.file).open("rb") as data:
                data.seek(spot.offset)
                found = fields_of(data.read(spot.length))
        except FileNotFoundError:
            return None
        if isinstance(found, str):
            line = self._count_lines(spot.file, spot.offset) + 1
            raise Damaged(f"{self.folder / spot.file}, line {line}: {found}")
        return found

    def find(self, seq: int) -> Spot | None:
        """Where the entry `seq` lies, by halving: the last file that begins at or before it, then inside the file."""
        if not 0 < seq <= self.end.head.seq:
            return None
        for file in reversed(self.files()):
            with (self.folder / file).open("rb") as data:
                first = lines.first_from(data, 0)
                if first and first[0] <= seq:
                    found = lines.last_until(data, seq)
                    return Spot(file, *found[1:]) if found[0] == seq else None
        return None

    def after(self, seq: int) -> End | None:
        """The journal's end as it was when `seq` was its last entry; None if it has no such entry."""
        spot = self.find(seq)
        fields = spot and self.fields_at(spot)
        if not fields:
            return None if seq else self.beginning()
        return End(chain.Head(seq, fields["hash"], fields["at"]), spot)

    def cut_torn(self) -> list[str]:
        """Sets aside, in `torn/`, whatever lies after the end; in words what was set aside. Needs the lock."""
        words = []
        for file in [name for name in self.files() if name >= self.end.file]:
            path, keep = self.folder / file, self.end.offset if file == self.end.file else 0
            size = path.stat().st_size
            if size > keep:
                words.append(self._set_aside(path, keep, size))
        return words

    def _set_aside(self, path: Path, keep: int, size: int) -> str:
        with path.open("rb") as data:
            data.seek(keep)
            torn = disk.folder(self.folder / "torn") / f"{path.stem}.{keep}-{size}"
            disk.replace(torn, [data.read()])
        descriptor = disk.private(path, os.O_WRONLY)
        os.ftruncate(descriptor, keep)
        disk.fsync(descriptor, path)
        os.close(descriptor)
        return f"{path.name}: {size - keep} bytes of a write that was cut off were set aside in {torn}"

    def settle(self) -> None:
        """What was read is on the disk on return: a process killed before its fsync may have left what is not."""
        for file in self.files()[-2:]:
            descriptor = disk.private(self.folder / file, os.O_WRONLY)
            disk.fsync(descriptor, file)
            os.close(descriptor)
        disk.fsync_folder(self.folder)

    def file_for(self, at: str) -> str:
        """The file a batch of this instant goes to: that of the latest month seen so far."""
        return max(self.end.file, f"{at[:7]}.jsonl")

    def append(self, batch: Sequence[bytes], head: chain.Head) -> list[Spot]:
        """Writes the lines of a batch, ending with the entry `head`, durably; where each lies.

        Full: nothing was written. FsyncFailed: the process must end, and nothing can be appended any more.
        """
        if self._broken is not None:
            raise self._broken
        file = self.file_for(head.at)
        begin = self.end.offset if file == self.end.file else 0
        new = self._descriptor_of(file)
        try:
            disk.write_all(self._descriptor, b"".join(batch), self.folder / file)
        except Full:
            self._back(begin, file)
            raise
        self._confirm(new, file)
        spots = []
        for line in batch:
            spots.append(Spot(file, begin, len(line)))
            begin += len(line)
        self.end = End(head, spots[-1])
        return spots

    def _descriptor_of(self, file: str) -> bool:
        """Makes `file` the open one; whether its name is perhaps not yet on the disk."""
        if self._open == file:
            return file != self.end.file
        path = self.folder / file
        try:
            descriptor = disk.private(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        except OSError as error:
            raise Full(f"{path} could not be opened: {error}") from error
        self.close()
        self._descriptor, self._open = descriptor, file
        return file != self.end.file

    def _back(self, length: int, file: str) -> None:
        try:
            os.ftruncate(self._descriptor, length)
        except OSError as error:
            self._broken = stops.FsyncFailed(file, error)
            raise self._broken from error

    def _confirm(self, new: bool, file: str) -> None:
        try:
            disk.fsync(self._descriptor, self.folder / file)
            if new:
                disk.fsync_folder(self.folder)
        except stops.FsyncFailed as failed:
            self._broken = failed
            raise

    def close(self) -> None:
        """Closes the file; a later append opens it again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._open = -1, ""
