"""A shelf on the disk: what pages of cases will show, put there in the journal's order, taken out some cases at a time.
It knows no page."""

import marshal
from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from mailbot.cli.report.folder import FILE_MODE, FOLDER_MODE
from mailbot.store.files.casebook import FILE
from mailbot.views.pages.markup import Html
from mailbot.views.report import Shown
from mailbot.views.report.entries import Letter

CASES = 100
"""Cases of a bundle, whose numbers follow one another."""
SHARING = FILE // CASES
"""Bundles whose closed cases lie in one file of the casebook."""


class Shelf:
    """A folder with a file for each bundle of cases and each stretch of the journal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)

    def put(self, stretch: int, shown: Iterable[tuple[str, Shown]]) -> None:
        """What a stretch of the journal (its number) has about cases, each with the number of its case."""
        bundles: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for number, one in shown:
            bundles[_bundle(number)].append(_row(number, one))
        for bundle, rows in bundles.items():
            place = self.folder / bundle
            place.mkdir(mode=FOLDER_MODE, exist_ok=True)
            path = place / f"{stretch:08d}"
            path.touch(FILE_MODE)
            path.write_bytes(marshal.dumps(rows))

    def bundles(self) -> list[list[str]]:
        """All bundles, in the order of their cases, those together whose closed cases lie in one file of the casebook:
        whoever takes them one after the other reads it once."""
        names = sorted(path.name for path in self.folder.iterdir())
        return [list(sharing) for _, sharing in groupby(names, _file)]

    def take(self, bundle: str) -> dict[str, list[Shown]]:
        """What there is about the cases of a bundle, by number, each in the order of the journal."""
        found: dict[str, list[Shown]] = {}
        for path in sorted((self.folder / bundle).iterdir()):
            for row in marshal.loads(path.read_bytes()):  # noqa: S302 - a file of this command, in its own folder
                found.setdefault(row[0], []).append(_back(row))
        return dict(sorted(found.items()))


def _bundle(number: str) -> str:
    year, _, running = number.partition("-")
    return f"{year}-{int(running) // CASES:07d}"


def _file(bundle: str) -> tuple[str, int]:
    year, _, place = bundle.partition("-")
    return year, int(place) // SHARING


def _row(number: str, one: Shown) -> tuple[Any, ...]:
    """An entry as plain values: `marshal`, which is by far the fastest, knows no others."""
    said = {language: [str(text) for text in texts] for language, texts in one.said.items()}
    letters = [(own.number, own.text, *map(str, (own.to, own.subject, own.language, own.files))) for own in one.letters]
    return number, one.seq, one.at, said, letters, one.marks, one.mail, one.faults


def _back(row: tuple[Any, ...]) -> Shown:
    _, seq, at, said, letters, marks, mail, faults = row
    written = [Letter(running, text, *map(Html, words)) for running, text, *words in letters]
    return Shown(seq, at, said, written, marks, mail, faults)
