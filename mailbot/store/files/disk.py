"""Durable files only their owner can read: write, fsync, rename, fsync of the folder. It knows no content.

After a failed fsync nobody knows what the disk holds, so the process ends (`FsyncFailed`); the next start reads what is
really there. A disk that takes no more is `Full`: nothing changed, it can be tried again.
"""

import ctypes
import fcntl
import os
import pwd
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from mailbot.store import Full
from mailbot.store.files.stops import FsyncFailed

FOLDER_MODE, FILE_MODE = 0o700, 0o600
MANY = 8
"""From this many files on, one syncfs of the whole file system is faster than an fsync of each."""


class Locked(Exception):  # noqa: N818 - a state of affairs, named as the operator says it
    """Another process is using this state folder."""


class NotOwner(Exception):  # noqa: N818 - a state of affairs, named as the operator says it
    """The state belongs to another user, who could not read what this one would write."""


def require_owner(state: Path) -> None:
    """NotOwner unless the folder is this process's own, or not there yet: root, too, would leave files behind that the
    owner's next start could not open."""
    try:
        owner = state.stat().st_uid
    except FileNotFoundError:
        return
    if owner != os.geteuid():
        theirs, ours = _user(owner), _user(os.geteuid())
        raise NotOwner(f"{state} belongs to {theirs}, and this is {ours}: run it as {theirs}")


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"the user {number}"


def folder(path: Path) -> Path:
    """The folder, made if it was missing (with its parents), readable by its owner only whatever the umask. Full if the
    disk takes no more."""
    if not path.is_dir():
        if not path.parent.is_dir():
            folder(path.parent)
        try:
            path.mkdir(FOLDER_MODE, exist_ok=True)
            path.chmod(FOLDER_MODE)
        except OSError as error:
            raise Full(f"{path} could not be made: {error}") from error
        fsync_folder(path.parent)
    return path


def private(path: Path, flags: int) -> int:
    """A file descriptor of this file, opened with `flags`; a new file is readable by its owner only. OSError if not."""
    descriptor = os.open(path, flags | os.O_CLOEXEC, FILE_MODE)
    if flags & os.O_CREAT:
        os.fchmod(descriptor, FILE_MODE)
    return descriptor


def fsync(descriptor: int, what: object) -> None:
    """Everything written to the descriptor is on the disk on return; `what` names it if the process must end."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise FsyncFailed(what, error) from error


def fsync_folder(path: Path) -> None:
    """The names in this folder are on the disk on return."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fsync(descriptor, path)
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes, what: object) -> None:
    """Writes all of the data in one call; Full if the disk took only a part of it or none."""
    try:
        written = os.write(descriptor, data)
    except OSError as error:
        raise Full(f"{what} could not be written: {error}") from error
    if written != len(data):
        raise Full(f"{what} could not be written: the disk took {written} of {len(data)} bytes")


def _temporary(path: Path, pieces: Iterable[bytes], sync: bool) -> None:
    try:
        descriptor = private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    except OSError as error:
        raise Full(f"{path} could not be made: {error}") from error
    try:
        for piece in pieces:
            write_all(descriptor, piece, path)
        if sync:
            fsync(descriptor, path)
    finally:
        os.close(descriptor)


def replace(path: Path, pieces: Iterable[bytes], *, durable: bool = True, owner: os.stat_result | None = None) -> None:
    """The file holds exactly these pieces and is on the disk on return; after a crash it is the old one or the new one.

    Without `durable` that holds only while the system runs: after a crash of the machine it can be anything. What root
    writes is the `owner`'s before it can be seen. Full if the disk takes no more; the old file stands then.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        _temporary(temporary, pieces, sync=durable)
        if owner is not None:
            hand_over(temporary, owner)
        _rename(temporary, path)
    except Full:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        fsync_folder(path.parent)


def hand_over(path: Path, owner: os.stat_result) -> None:
    """What root made belongs to this owner."""
    if os.geteuid() == 0 and path.stat().st_uid != owner.st_uid:
        os.chown(path, owner.st_uid, owner.st_gid)


def _rename(old: Path, new: Path) -> None:
    """A name takes room as well, where the folder has none left for another."""
    try:
        old.rename(new)
    except OSError as error:
        raise Full(f"{new} could not be given its name: {error}") from error


def place(files: Sequence[tuple[Path, bytes]], temporary: Path, target: Path) -> None:
    """Makes these files in the folder `target`, all of them on the disk on return, by way of the folder `temporary`.

    After a crash each is whole or missing. Full if the disk takes no more; files made so far stay.
    """
    together = len(files) >= MANY and syncfs is not None
    made = [(temporary / path.name, path) for path, _ in files]
    try:
        for (rough, _), (_, data) in zip(made, files, strict=True):
            _temporary(rough, [data], sync=not together)
        if together:
            sync_all(temporary)
        for rough, path in made:
            _rename(rough, path)
    except Full:
        for rough, _ in made:
            rough.unlink(missing_ok=True)
        raise
    fsync_folder(target)


def _syncfs() -> Callable[[int], int] | None:
    """Linux's syncfs(2), which reports failed writes only since 5.8; None elsewhere."""
    release = os.uname()
    version = tuple(int(part) for part in release.release.split("-")[0].split(".")[:2] if part.isdigit())
    if release.sysname != "Linux" or version < (5, 8):
        return None
    function = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    return function if function is None else lambda descriptor: int(function(descriptor))


syncfs = _syncfs()


def sync_all(path: Path) -> None:
    """Everything written so far to the file system this folder is on is on the disk on return."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if syncfs is None:
            os.sync()
        elif syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise FsyncFailed(path, OSError(number, os.strerror(number)))
    finally:
        os.close(descriptor)


def lock(path: Path) -> int:
    """A descriptor holding the lock on this file until it is closed or the process ends; Locked if another has it, Full
    if the disk takes no more."""
    try:
        descriptor = private(path, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise Full(f"{path} could not be made: {error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(descriptor, 100).decode(errors="replace").strip() or "unknown"
        os.close(descriptor)
        raise Locked(f"{path.parent} is in use by another mailbot (process {holder}); stop it first") from error
    os.ftruncate(descriptor, 0)
    with suppress(OSError):  # who holds it is only said to whoever is refused
        os.write(descriptor, b"%d\n" % os.getpid())
    return descriptor


def locked(path: Path) -> bool:
    """Whether somebody holds the lock on this file, which need not be there."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def require_room(folder: Path, size: int) -> None:
    """Full unless `size` more bytes can be written in this folder now; nothing is left behind."""
    path, handle = folder / f".room.{os.getpid()}", -1
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.posix_fallocate(handle, 0, size)
    except OSError as error:
        raise Full(f"{folder}: no room for {size} more bytes ({error.strerror})") from error
    finally:
        if handle >= 0:
            os.close(handle)
        path.unlink(missing_ok=True)
