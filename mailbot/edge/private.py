"""What only its owner may read: where each secret of this installation stands, and writing such a file.
It does not know what a secret is for."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Way = Literal["settings", "file", "env", "credential"]
CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Names the folder in which a service manager puts the credentials of a service (systemd.exec(5), LoadCredential=)."""
PRIVATE = 0o600
PATIENCE, LOOK_EVERY = 30.0, 0.05
"""Seconds for which a lock is waited for, and between two tries."""


class Busy(Exception):  # noqa: N818 - it is the world that is busy
    """Somebody else has been changing a file for too long."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret by the place where it stands: in a file (`where` is its path), an environment variable or a credential
    (its name), or in the settings (`value`). Read anew whenever it is needed, so that it can be changed meanwhile."""

    way: Way
    where: str = ""
    value: str = field(default="", repr=False)

    @property
    def file(self) -> Path | None:
        """The file it stands in; None if that is none, or cannot be named now."""
        if self.way == "file":
            return Path(self.where)
        folder = os.environ.get(CREDENTIALS)
        return Path(folder) / self.where if self.way == "credential" and folder else None

    def read(self) -> str | None:
        """The secret, without line ends around a file's; None if it is not there."""
        if self.way == "settings":
            return self.value
        if self.way == "env":
            return os.environ.get(self.where)
        try:
            return self.file.read_text(encoding="utf-8").strip("\r\n") if self.file else None
        except (OSError, UnicodeDecodeError):
            return None

    def keep(self, value: str) -> str:
        """Write another one where it stands, durably; why that could not be done, empty if it was."""
        if self.way != "file":
            return f"it stands in {PLACES[self.way].format(where=self.where)}, where mailbot cannot write"
        try:
            replace(Path(self.where), value + "\n")
        except OSError as error:
            return f"{self.where} could not be written: {error.strerror or error}"
        return ""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else who asks for this changes the file meanwhile, in no thread and no process. Busy if somebody does
        for too long. Where no lock can be had, one service is the rule."""
        handle = _lock_of(Path(self.where).resolve()) if self.way == "file" else None
        if handle is None:
            yield
            return
        try:
            _wait_for(handle, self.where)
            yield
        finally:
            os.close(handle)


def _lock_of(path: Path) -> int | None:
    """A file of its own to lock, which nobody else can open: a lock on what others may read is anybody's."""
    lock = path.with_name(f".{path.name}.lock")
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, PRIVATE)
    except OSError:
        return None
    with suppress(OSError):  # root writes for the service
        there = path.stat()
        os.fchown(handle, there.st_uid, there.st_gid)
    return handle


def _wait_for(handle: int, where: str) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Busy(f"{where} is being changed by somebody else") from None
            time.sleep(LOOK_EVERY)
        except OSError:
            return  # a file system without locks
        else:
            return


PLACES: dict[Way, str] = {
    "settings": "the settings",
    "file": "the file {where}",
    "env": "the environment variable {where}",
    "credential": "the credential {where}",
}
"""Where a secret stands, in words."""


def write_new(path: Path, text: str) -> None:
    """Write a file that only its owner may read, durably but for its name. FileExistsError if it is there."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(path: Path, text: str) -> None:
    """Put a text in the place of what stands in a file, 0600 and of the same owner, durably. Whoever reads meanwhile
    finds the old or the new one, whole. A link stays one. OSError if it cannot be done: the file is as it was then."""
    path = path.resolve()
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    write_new(beside, text)
    with suppress(OSError):  # root writes for the service; anybody else owns it already, or cannot give it away
        there = path.stat()
        os.chown(beside, there.st_uid, there.st_gid)
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
