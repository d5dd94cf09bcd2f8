"""A backup put into the place of a state folder: made ready inside it, and moved in as a whole, the journal last, so
that a crash leaves the old, nothing, or all of the new. It decides nothing and knows no key."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path

from mailbot.store import Damaged
from mailbot.store.files import disk
from mailbot.store.files.backup import STATE, Manifest
from mailbot.store.files.copying import Copy
from mailbot.store.files.telling import Progress, quiet

READY = "restoring"
"""In the state folder: what is made ready."""
LOCK, JOURNAL = "lock", "journal"


def has_entries(state: Path) -> bool:
    """Whether anything ever happened in a state folder."""
    return any(path.stat().st_size for path in (state / JOURNAL).glob("*.jsonl"))


def interrupted(state: Path) -> bool:
    """Whether a restore died before it was done: what it made ready lies there, and no entry. To begin a new desk in
    such a folder would be to forget the one that was lost. What may not be looked into is for others to say."""
    try:
        return (state / READY).is_dir() and not has_entries(state)
    except PermissionError:
        return False


def at_work(state: Path) -> bool:
    """Whether somebody holds the state now: what a restore made ready there then belongs to one that goes on."""
    return disk.locked(state / LOCK)


def tidy(state: Path) -> None:
    """What a restore left goes that died before it touched the state, or when it was done. The state has to be held by
    whoever asks, and not be one in which a restore was `interrupted`."""
    give_up(state / READY)


@contextmanager
def held(state: Path) -> Iterator[None]:
    """Nobody writes this state folder inside the block; it is made if it is missing. Locked if somebody does."""
    lock = disk.lock(disk.folder(state) / LOCK)
    try:
        yield
    finally:
        os.close(lock)


def stage(folder: Path, manifest: Manifest, state: Path, progress: Progress = quiet) -> Path:
    """The state of a backup, copied into a folder inside `state` and on the disk on return: not in its place yet.

    Damaged if anything in the backup is not what it was; Full if the disk takes no more: nothing of it is left.
    """
    ready = state / READY
    give_up(ready)
    try:
        copied = Copy(folder / STATE, manifest.desk, ready, progress=progress, again=True).run()
        fresh = [words for words in copied.wrong if words not in manifest.wrong]
        if fresh or copied.named.head != manifest.head:
            ends = f"it ends with entry {copied.named.head.seq}, not {manifest.head.seq}"
            raise Damaged("\n".join([f"{folder} is damaged:", *(fresh or [ends])]))
    except BaseException:
        give_up(ready)
        raise
    return ready


def give_up(ready: Path) -> None:
    """What was made ready goes."""
    shutil.rmtree(ready, ignore_errors=True)


def free(path: Path) -> Path:
    """A path at which nothing lies yet: this one, or one like it."""
    others = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(one for one in chain([path], others) if not one.exists())


def put_in_place(ready: Path, state: Path, aside: Path) -> bool:
    """What was made ready becomes the state, durably; whether something lay there, which is in the folder `aside` now.
    The state has to be `held`. OSError if a folder cannot be moved: `aside` lies on another disk than the state."""
    (ready / LOCK).unlink(missing_ok=True)
    before = [path for path in sorted(state.iterdir()) if path.name not in (LOCK, READY)]
    for path in sorted(before, key=lambda path: path.name != JOURNAL):
        disk.folder(aside)
        path.rename(aside / path.name)
    for path in sorted(ready.iterdir(), key=lambda path: path.name == JOURNAL):
        disk.sync_all(state)  # the journal is what makes it a state: everything it names is there before it
        path.rename(state / path.name)
    ready.rmdir()
    disk.fsync_folder(state)
    for path in state.rglob("*"):
        disk.hand_over(path, state.stat())
    return bool(before)
