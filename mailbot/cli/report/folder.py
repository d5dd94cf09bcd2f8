"""The folder of a report: made beside its place, put there when it is whole, for its owner alone. It knows no page.

What stood there before is removed only if all of it is a report of the same desk.
"""

import glob
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailbot.cli.look import exists
from mailbot.desks import Mistaken

FOLDER_MODE, FILE_MODE = 0o700, 0o600
OWN = re.compile(
    r"index\.html|[a-z]{2}(/(cases|journal|(index|queue|cases(-\d+)?)\.html|cases/\d{4}-\d+\.html|journal/\d+\.html))?"
)
"""Every path that a report may have."""
HEAD = 400
"""Bytes from the beginning of a page in which its marker stands."""


def require_place(folder: Path, marker: str) -> None:
    """Mistaken if something stands at the folder that is not a report with this marker."""
    _require_report(folder, folder, marker)


def _require_report(there: Path, folder: Path, marker: str) -> None:
    """The same for what stands at the folder, or did and was moved `there`."""
    if there.is_symlink() or (there.exists() and not there.is_dir()):
        raise Mistaken(f"{folder}: that is no folder; wanted a folder, or a name for a new one")
    if there.exists() and (stranger := next(_strangers(there, marker), None)):
        path = folder / stranger.relative_to(there)
        raise Mistaken(f"{path}: `mailbot report` did not write it for this desk, so it stays; wanted another folder")


def _strangers(folder: Path, marker: str) -> Iterator[Path]:
    """What a report of this desk does not have; a folder without anything in it is nobody's."""
    for path in folder.rglob("*"):
        if path.is_symlink() or not OWN.fullmatch(path.relative_to(folder).as_posix()):
            yield path
    first = folder / "index.html"
    if any(folder.iterdir()) and not (first.is_file() and marker.encode() in first.read_bytes()[:HEAD].split(b"\n")):
        yield first if first.exists() else next(folder.iterdir())


@contextmanager
def made_beside(folder: Path, marker: str) -> Iterator[Path]:
    """A new folder beside that one. It takes its place if the block ends well; nothing else is ever left. Mistaken, and
    all stays, if something else than a report with this marker stands there by then."""
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    with tempfile.TemporaryDirectory(
        prefix=f".{folder.name}.report-{os.getpid()}-", dir=folder.parent, ignore_cleanup_errors=True
    ) as room:
        new = Path(room) / "new"
        new.mkdir(mode=FOLDER_MODE)
        yield new
        _put(new, folder, Path(room) / "old", marker)


def _sweep(folder: Path) -> None:
    """Removes what processes that were killed left beside it: it holds personal data."""
    for path in folder.parent.glob(f".{glob.escape(folder.name)}.report-*-*"):
        process = path.name.rpartition(".report-")[2].partition("-")[0]
        if process.isdecimal() and not exists(int(process)):
            shutil.rmtree(path, ignore_errors=True)


def _put(new: Path, folder: Path, old: Path, marker: str) -> None:
    """What stood there is looked at once more when nobody can put anything into it by its name any more."""
    if os.path.lexists(folder):
        folder.rename(old)
    try:
        _require_report(old, folder, marker)
        new.rename(folder)
    except (OSError, Mistaken):
        if os.path.lexists(old):
            old.rename(folder)
        raise


def write(folder: Path, path: str, page: bytes) -> None:
    """A page below the folder; those above it are made."""
    try:
        descriptor = _new(f"{folder}/{path}")
    except FileNotFoundError:
        for above in reversed(Path(path).parents):
            (folder / above).mkdir(mode=FOLDER_MODE, exist_ok=True)
        descriptor = _new(f"{folder}/{path}")
    try:
        left = memoryview(page)
        while left:
            left = left[os.write(descriptor, left) :]
    finally:
        os.close(descriptor)


def _new(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
