"""The command that writes what a center publishes. It writes into the folder it is given and nowhere else, and only
over files that it wrote before."""

import argparse
import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from mailbot import desks
from mailbot.cli.words import OK, TROUBLE, complain, say, settings
from mailbot.core.rules import Rules
from mailbot.desks import Mistaken
from mailbot.edge import config
from mailbot.views import pages as view

HEAD = 400
"""Bytes from the beginning of a file in which its marker stands."""
FOLDER_MODE, FILE_MODE = 0o755, 0o644


def pages(arguments: argparse.Namespace) -> int:
    """Every page of the desk, written into a folder; pages of forms that are gone are removed from it."""
    at, folder = settings(arguments), arguments.dir
    rules = desks.rules_for(at, None, None)
    made = _made(rules)
    refuse_private(folder, at)
    marker = view.marker(rules.desk.name)
    _refuse_strangers(folder, made, marker)
    try:
        for what, path in _publish(folder, made, marker):
            say(f"{what} {path}")
    except OSError as error:
        complain(f"not everything was written: {error}")
        return TROUBLE
    return OK


def _made(rules: Rules) -> Mapping[str, bytes]:
    if not rules.pages:
        files = ", ".join(f"templates/{language}/pages.toml" for language in rules.desk.languages)
        raise Mistaken(f"there are no sentences for pages; wanted {files} (`mailbot init DIR` writes some)")
    return {name: text.encode() for name, text in view.pages(rules).items()}


def refuse_private(folder: Path, at: Path) -> None:
    """Nothing of the desk's own may lie in a folder that is written for others, nor it inside of what is the desk's."""
    loaded = config.load(at, secrets=False) if at.exists() else None
    if not isinstance(loaded, config.Config):
        return
    target = folder.resolve()
    folders = {"state": loaded.desk.state, "rules": loaded.desk.rules, "templates": loaded.desk.templates}
    files = (at, *loaded.desk.private, *loaded.secret_files)
    for name, path in folders.items():
        if target.is_relative_to(path.resolve()):
            raise Mistaken(f"{folder}: that is inside the folder of {name}, {path}; wanted a folder of its own")
    for path in (*folders.values(), *files):
        if path.resolve().is_relative_to(target):
            raise Mistaken(f"{folder}: {path} lies in it and would be published; wanted a folder of its own")


def _refuse_strangers(folder: Path, made: Mapping[str, bytes], marker: str) -> None:
    """All or nothing: before the first page is written it is sure that none stands in the place of something else."""
    if folder.exists() and not folder.is_dir():
        raise Mistaken(f"{folder}: that is a file; wanted a folder")
    for name in made:
        path = folder / name
        if os.path.lexists(path) and not _ours(path, marker):
            raise Mistaken(
                f"{path}: `mailbot pages` did not write it for this desk, so it stays; wanted another folder"
            )


def _ours(path: Path, marker: str) -> bool:
    """Whether it is a page that this command made for this desk."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        with path.open("rb") as file:
            return marker.encode() in file.read(HEAD).split(b"\n")[:2]
    except OSError:
        return False


def _publish(folder: Path, made: Mapping[str, bytes], marker: str) -> Iterator[tuple[str, Path]]:
    """Each page with what became of it: `wrote`, `kept` (it is the same), `removed`."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(FOLDER_MODE)
    for name, text in made.items():
        path = folder / name
        same = path.exists() and path.read_bytes() == text
        if same:
            path.chmod(FILE_MODE)
        else:
            _write(path, text)
        yield "kept   " if same else "wrote  ", path
    for path in sorted(folder.glob("*.html")):
        if path.name not in made and _ours(path, marker):
            path.unlink()
            yield "removed", path


def _write(path: Path, text: bytes) -> None:
    """The file holds this text, readable by everybody; whoever reads it meanwhile gets the old page or the new one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), FILE_MODE)
            os.fsync(file.fileno())
        Path(name).rename(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
