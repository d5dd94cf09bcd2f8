"""Raw mails on disk, kept under their digest: undecided in `new/`, decided in `ab/`. It knows nothing inside a mail.

`new/<digest>` is durable before anything is decided on it; it moves to `ab/<digest>` (the digest's first two letters)
after the entry that decides it is committed, or to `sealed/<digest>` if it held a secret. An empty file there means:
erased, or destroyed by order.
"""

import hashlib
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from io import FileIO
from pathlib import Path

from mailbot.store import Digest, Full
from mailbot.store.files import disk

DIGEST = re.compile(r"[0-9a-f]{64}")
NOTHING = hashlib.sha256(b"").hexdigest()
AHEAD = 16
"""How many mails the disk is asked for before they are read: those that it has yet to find take a third of the time."""


def digest_of(raw: bytes) -> Digest:
    """The SHA-256 of the bytes as 64 lower hex digits."""
    return hashlib.sha256(raw).hexdigest()


def _age(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - a hundred thousand of them, several times as fast
    except (FileNotFoundError, NotADirectoryError):
        return []


def _empty(path: Path) -> None:
    """The file holds nothing, durably on return; nothing happens if there is none."""
    if not path.is_file() or path.stat().st_size == 0:
        return
    descriptor = disk.private(path, os.O_WRONLY | os.O_TRUNC)
    try:
        disk.fsync(descriptor, path)
    finally:
        os.close(descriptor)


def _read(file: FileIO, digest: Digest) -> bytes | None:
    with file:
        data = file.readall()
    return data if data or digest == NOTHING else None


def _read_now(digest: Digest, found: FileIO | OSError) -> tuple[Digest, bytes | OSError | None]:
    try:
        return digest, found if isinstance(found, OSError) else _read(found, digest)
    except OSError as error:
        return digest, error


class Mails:
    """The raw mails of one desk below `state/mail`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.new = folder / "new"
        self.sealed = folder / "sealed"
        self._unsettled = False
        self._unfiled: dict[Digest, bool] = {}
        self._doomed: set[Digest] = set()
        self._known_sealed: set[Digest] = set()

    def prepare(self) -> None:
        """Makes the folders, removes half-written mails; what lies in `new/` is on the disk on return."""
        temporary = disk.folder(self.folder / "tmp")
        disk.folder(self.new)
        for left in temporary.iterdir():
            left.unlink()
        disk.fsync_folder(self.new)
        self._known_sealed = set(_names(self.sealed))

    def decided(self, digest: Digest) -> Path:
        """Where a decided mail lies."""
        return self.folder / digest[:2] / digest

    def known(self, digest: Digest) -> bool:
        """Whether a committed entry decided this mail: one stat, since the few that are sealed are remembered."""
        if digest in self._known_sealed or digest in self._unfiled:
            return True
        return os.path.isfile(f"{self.folder}/{digest[:2]}/{digest}")  # noqa: PTH113 - asked four times a mail

    def keep(self, raws: Sequence[bytes]) -> list[Digest]:
        """The digests of these mails, all of them on the disk on return, those decided before untouched.

        Full if the disk takes no more: some may be kept then, and all can be kept again.
        """
        digests = [digest_of(raw) for raw in raws]
        missing = {
            digest: raw
            for digest, raw in zip(digests, raws, strict=True)
            if not self.known(digest) and not (self.new / digest).is_file()
        }
        files = [(self.new / digest, raw) for digest, raw in missing.items()]
        disk.place(files, self.folder / "tmp", self.new)
        for digest in filter(self.known, missing):  # another copy was decided meanwhile, and put away
            (self.new / digest).unlink(missing_ok=True)
        return digests

    def raw(self, digest: Digest) -> bytes | None:
        """The bytes of a kept mail, None if they were erased or destroyed by order; FileNotFoundError if it was never
        kept."""
        return _read(self._opened(digest), digest)

    def raws(self, digests: Iterable[Digest]) -> Iterator[tuple[Digest, bytes | OSError | None]]:
        """The bytes of many kept mails, as `raw` gives them, in the order of their digests; an error where that raises
        it. While one is read, the disk is asked for those that follow."""
        coming = deque[tuple[Digest, FileIO | OSError]]()
        try:
            for digest in digests:
                coming.append((digest, self._asked_for(digest)))
                if len(coming) > AHEAD:
                    yield _read_now(*coming.popleft())
            while coming:
                yield _read_now(*coming.popleft())
        finally:
            for _, file in coming:
                if isinstance(file, FileIO):
                    file.close()

    def _asked_for(self, digest: Digest) -> FileIO | OSError:
        try:
            file = self._opened(digest)
        except OSError as error:
            return error
        if ask := getattr(os, "posix_fadvise", None):
            ask(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
        return file

    def _opened(self, digest: Digest) -> FileIO:
        shelves = (digest[:2], self.new.name, self.sealed.name, digest[:2]) if DIGEST.fullmatch(digest) else ()
        for shelf in shelves:
            with suppress(FileNotFoundError):
                return open(f"{self.folder}/{shelf}/{digest}", "rb", buffering=0)  # noqa: PTH123 - as `_names`
        raise FileNotFoundError(f"no mail {digest} is kept in {self.folder}")

    def waiting(self) -> list[Digest]:
        """The digests of kept mails no committed entry decided yet, oldest first."""
        paths = self.new.iterdir() if self.new.is_dir() else ()
        return [path.name for path in sorted(paths, key=_age) if DIGEST.fullmatch(path.name)]

    def file(self, digests: Iterable[Digest], *, sealed: bool = False) -> None:
        """Moves decided mails out of `new/`, and those that are to be sealed also from among the others; those moved
        before are left alone. Durable only after `settle`.

        What cannot be moved now counts as decided all the same and is moved the next time.
        """
        self._unfiled.update({digest: sealed or self._unfiled.get(digest, False) for digest in digests})
        for digest, to_seal in list(self._unfiled.items()):
            try:
                self._put_away(digest, to_seal)
            except (OSError, Full):
                return
            del self._unfiled[digest]

    def _put_away(self, digest: Digest, to_seal: bool) -> None:
        if not to_seal:
            self._move(self.new / digest, self.decided(digest))
            return
        for source in (self.new / digest, self.decided(digest)):
            self._move(source, self.sealed / digest)
        self._known_sealed.add(digest)

    def _move(self, source: Path, target: Path) -> None:
        try:
            source.rename(target)
        except FileNotFoundError:
            if not source.exists():
                return
            disk.folder(target.parent)
            source.rename(target)
        self._unsettled = True

    def destroy(self, digests: Iterable[Digest]) -> None:
        """Empties sealed mails, durably on return; those emptied before are left alone. Disk blocks that were theirs,
        and backups, are not in its hands. What cannot be emptied now is emptied the next time."""
        self._doomed.update(digests)
        for digest in sorted(self._doomed - self._unfiled.keys()):
            try:
                _empty(self.sealed / digest)
            except OSError:
                return
            self._doomed.discard(digest)

    def erase(self, digests: Iterable[Digest]) -> None:
        """Empties these mails wherever they lie, durably on return; as `destroy`, those emptied before are left alone.
        Full if one cannot be emptied now."""
        self.file(())
        for digest in digests:
            for path in (self.decided(digest), self.sealed / digest, self.new / digest):
                try:
                    _empty(path)
                except OSError as error:
                    raise Full(f"{path} could not be emptied: {error}") from error

    def settle(self) -> None:
        """All moves so far are on the disk on return; Full if some could not be made yet."""
        self.file(())
        self.destroy(())
        if self._unfiled:
            raise Full(f"{len(self._unfiled)} decided mails could not be moved out of {self.new} yet")
        if self._doomed:
            raise Full(f"{len(self._doomed)} mails in {self.sealed} could not be destroyed yet")
        if self._unsettled:
            disk.sync_all(self.folder)
            self._unsettled = False

    def count(self) -> int:
        """How many decided mails lie here, sealed and erased ones included, and those that could not be moved yet: a
        name is read for each, no file is touched."""
        shelves = [shelf for shelf in _names(self.folder) if len(shelf) == 2 or shelf == self.sealed.name]
        unmoved = sum(name in self._unfiled for name in _names(self.new))
        return unmoved + sum(len(_names(self.folder / shelf)) for shelf in shelves)

    def filed(self) -> Iterator[str]:
        """The names of the files of all decided mails."""
        for shelf in _names(self.folder):
            if len(shelf) == 2 or shelf == self.sealed.name:
                yield from _names(self.folder / shelf)
