"""Backups of a state folder, each a folder of its own that says of itself that it is whole. It knows no settings and no
key: what else belongs into a backup comes as bytes.

`<desk>-<instant>/` has `state/`, laid out as a state folder (an auditor verifies it where it is), what was given beside
it, and at last `manifest.json`. Until then it is called `.<name>.part`, so that what was interrupted is never taken for
a backup. Mails that an earlier backup beside it has are linked to it: they never change.
"""

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from mailbot.core import chain
from mailbot.core.health import Backup
from mailbot.core.instants import from_text, to_text
from mailbot.store import Damaged, Digest
from mailbot.store.files import disk
from mailbot.store.files.copying import Copied, Copy, Moving, put
from mailbot.store.files.mail import digest_of
from mailbot.store.files.telling import Progress, quiet

VERSION = 1
MANIFEST, STATE, PART = "manifest.json", "state", ".part"
PATIENCE = 60.0
"""Seconds for which a backup is begun anew when what it copies changes meanwhile."""
TRIES, AGAIN = 3, 0.5
MARK = "backup.json"
"""In the state folder: when the last backup was made, for whoever looks. Nothing is decided by it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself: of which desk, made when (journal text) by which mailbot, the last entry in it, how
    many raw mails, the SHA-256 of every other file by its path; whether keys are in it, whether a service was at work,
    and what was wrong with the state when it was made."""

    desk: str
    made: str
    program: str
    head: chain.Head
    mails: int
    keys: bool = False
    at_work: bool = False
    wrong: tuple[str, ...] = ()
    files: Mapping[str, Digest] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made: where, what it says of itself, how many mails it shares with an earlier one, and the
    names of those that had been interrupted and were removed."""

    folder: Path
    manifest: Manifest
    linked: int
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What a backup is to be of: the state folder, the desk's name, the version of this program, more files by their
    path in the backup, whether keys are among them."""

    state: Path
    desk: str
    program: str
    beside: Mapping[str, bytes] = field(default_factory=dict)
    keys: bool = False


class NoBackup(Exception):  # noqa: N818 - what the operator reads
    """A folder is no whole backup: the text says why."""


def make(
    wish: Wish,
    into: Path,
    now: datetime,
    progress: Progress = quiet,
    sleep: Callable[[float], None] = time.sleep,
) -> Made:
    """A backup in a new folder below `into`, durable on return; `now` is an aware instant. No lock of the state is
    needed, a service goes on meanwhile.

    Damaged if the journal is not what was written, or changes all the time; Full if the disk takes no more; Locked if
    another backup is made there now. Then nothing of it is left.
    """
    disk.folder(into)
    lock = disk.lock(into / ".lock")
    part = into / f".{_name(wish.desk, now)}{PART}"
    try:
        interrupted = sorted(into.glob(f".*{PART}"))
        for left in interrupted:
            shutil.rmtree(left)
        copied = _copied(wish, part, _newest(into, wish.desk), progress, sleep)
        manifest = _finished(wish, part, now, copied)
        target = next(path for path in _free(into / _name(wish.desk, now)) if not path.exists())
        part.rename(target)
        disk.fsync_folder(into)
        return Made(target, manifest, copied.linked, tuple(left.name for left in interrupted))
    finally:
        shutil.rmtree(part, ignore_errors=True)
        os.close(lock)


def _name(desk: str, now: datetime) -> str:
    slug = re.sub("[^a-z0-9]+", "-", desk.lower()).strip("-") or "desk"
    return f"{slug}-{re.sub('[-:]', '', to_text(now)[:19])}Z"


def _free(path: Path) -> Iterator[Path]:
    yield path
    yield from (path.with_name(f"{path.name}-{number}") for number in range(2, 1000))


def _newest(into: Path, desk: str) -> Path | None:
    """The state folder of the newest whole backup of this desk there."""
    made = []
    for path in into.glob(f"*/{MANIFEST}"):
        try:
            found = read(path.parent)
        except NoBackup:
            continue
        made += [(found.made, path.parent / STATE)] if found.desk == desk else []
    return max(made)[1] if made else None


def _copied(wish: Wish, part: Path, earlier: Path | None, progress: Progress, sleep: Callable[[float], None]) -> Copied:
    """Begun anew while what is copied changes under its hands: an erasure, an import, a batch that was taken back."""
    end = time.monotonic() + PATIENCE
    for attempt in count(1):
        shutil.rmtree(part, ignore_errors=True)
        copy = Copy(wish.state, wish.desk, part / STATE, earlier, progress, again=attempt >= TRIES)
        try:
            return copy.run()
        except Moving as moving:
            if time.monotonic() > end:
                raise Damaged(f"no backup was made: {moving}; try it again later") from moving
        except Damaged:  # what looks so may be of two instants
            tried = attempt >= (TRIES if disk.locked(wish.state / "lock") else TRIES - 1)
            if tried and not (copy.rewritten() and time.monotonic() < end):
                raise
        sleep(AGAIN)
    raise AssertionError


def _finished(wish: Wish, part: Path, now: datetime, copied: Copied) -> Manifest:
    """The manifest, which is written last."""
    files = {f"{STATE}/{path}": digest for path, digest in copied.files.items()}
    for path, data in wish.beside.items():
        put(part / path, [data])
        files[path] = digest_of(data)
    manifest = Manifest(
        desk=wish.desk,
        made=to_text(now),
        program=wish.program,
        head=copied.named.head,
        mails=copied.mails,
        keys=wish.keys,
        at_work=disk.locked(wish.state / "lock"),
        wrong=tuple(copied.wrong),
        files=files,
    )
    put(part / MANIFEST, [json.dumps({"version": VERSION, **asdict(manifest)}, indent=1, sort_keys=True).encode()])
    disk.sync_all(part)
    return manifest


def read(folder: Path) -> Manifest:
    """What a backup says of itself. NoBackup if it is none, or not whole."""
    try:
        plain: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        if plain.pop("version") != VERSION:
            raise NoBackup(f"{folder}: a newer mailbot made this backup; wanted version {VERSION}")
        return Manifest(**{**plain, "head": chain.Head(**plain["head"]), "wrong": tuple(plain["wrong"])})
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        wanted = "wanted the folder of a backup, with its manifest.json; without one it was not finished"
        raise NoBackup(f"{folder}: {wanted}") from error


def problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    """What is not as it was when the backup was made, its mails aside: these are verified as they are restored."""
    for path, digest in manifest.files.items():
        file = folder / path
        if not file.resolve().is_relative_to(folder.resolve()):
            yield f"{path} lies outside the backup"
        elif not file.is_file():
            yield f"{path} is missing"
        elif _digest_of(file) != digest:
            yield f"{path} was changed after the backup was made"


def _digest_of(file: Path) -> Digest:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def mark(state: Path, made: Made) -> None:
    """The state knows from now on when its last backup was made. Full if the disk takes no more."""
    plain = {"made": made.manifest.made, "seq": made.manifest.head.seq, "folder": str(made.folder.resolve())}
    disk.replace(state / MARK, [json.dumps(plain).encode()], durable=False, owner=state.stat())


def marked(state: Path) -> Backup | None:
    """The last backup of a state folder; None if none is known."""
    try:
        plain = json.loads((state / MARK).read_bytes())
        return Backup(from_text(plain["made"]), int(plain["seq"]), str(plain["folder"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None
