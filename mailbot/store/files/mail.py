"""Raw mails on disk, kept under their digest: undecided in `new/`, decided in `ab/`. It knows nothing inside a mail.

`new/<digest>` is durable before anything is decided on it; it moves to `ab/<digest>` (the digest's first two letters)
after the entry that decides it is committed. An empty file there means: erased by order.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mailbot.store import Digest, Full
from mailbot.store.files import disk

DIGEST = re.compile(r"[0-9a-f]{64}")
NOTHING = hashlib.sha256(b"").hexdigest()


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


class Mails:
    """The raw mails of one desk below `state/mail`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.new = folder / "new"
        self._unsettled = False
        self._unfiled: set[Digest] = set()

    def prepare(self) -> None:
        """Makes the folders, removes half-written mails; what lies in `new/` is on the disk on return."""
        temporary = disk.folder(self.folder / "tmp")
        disk.folder(self.new)
        for left in temporary.iterdir():
            left.unlink()
        disk.fsync_folder(self.new)

    def decided(self, digest: Digest) -> Path:
        """Where a decided mail lies."""
        return self.folder / digest[:2] / digest

    def known(self, digest: Digest) -> bool:
        """Whether a committed entry decided this mail: one stat."""
        return self.decided(digest).is_file() or digest in self._unfiled

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
        return digests

    def raw(self, digest: Digest) -> bytes | None:
        """The bytes of a kept mail, None if they were erased by order; FileNotFoundError if it was never kept."""
        for path in (self.decided(digest), self.new / digest, self.decided(digest)):
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                continue
            return data if data or digest == NOTHING else None
        raise FileNotFoundError(f"no mail {digest} is kept in {self.folder}")

    def waiting(self) -> list[Digest]:
        """The digests of kept mails no committed entry decided yet, oldest first."""
        paths = self.new.iterdir() if self.new.is_dir() else ()
        return [path.name for path in sorted(paths, key=_age) if DIGEST.fullmatch(path.name)]

    def file(self, digests: Iterable[Digest]) -> None:
        """Moves decided mails out of `new/`; those moved before are left alone. Durable only after `settle`.

        What cannot be moved now counts as decided all the same and is moved the next time.
        """
        self._unfiled.update(digests)
        for digest in list(self._unfiled):
            try:
                self._move(digest)
            except (OSError, Full):
                return
            self._unfiled.discard(digest)

    def _move(self, digest: Digest) -> None:
        target = self.decided(digest)
        try:
            (self.new / digest).rename(target)
        except FileNotFoundError:
            if not (self.new / digest).exists():
                return
            disk.folder(target.parent)
            (self.new / digest).rename(target)
        self._unsettled = True

    def settle(self) -> None:
        """All moves so far are on the disk on return; Full if some could not be made yet."""
        self.file(())
        if self._unfiled:
            raise Full(f"{len(self._unfiled)} decided mails could not be moved out of {self.new} yet")
        if self._unsettled:
            disk.sync_all(self.folder)
            self._unsettled = False

    def count(self) -> int:
        """How many decided mails lie here, erased ones included: a name is read for each, no file is touched."""
        return sum(len(_names(self.folder / shelf)) for shelf in _names(self.folder) if len(shelf) == 2)

    def count_undecided(self) -> int:
        """How many kept mails no committed entry decided yet."""
        return sum(len(name) == 64 and name not in self._unfiled for name in _names(self.new))

    def filed(self) -> Iterator[Path]:
        """The files of all decided mails."""
        for shelf in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            if len(shelf.name) == 2:
                yield from sorted(shelf.iterdir())
