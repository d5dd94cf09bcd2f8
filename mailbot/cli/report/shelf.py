"""A shelf on the disk: what pages of cases will show, put there in the journal's order, taken out some cases at a time.
It knows no page."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from mailbot.cli.report.folder import FILE_MODE, FOLDER_MODE
from mailbot.views.report import Shown
from mailbot.views.report.entries import Letter

CASES = 100
"""Cases of a bundle, whose numbers follow one another."""


class Shelf:
    """A folder with a file for each bundle of cases and each stretch of the journal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)

    def put(self, stretch: int, shown: Iterable[tuple[str, Shown]]) -> None:
        """What a stretch of the journal (its number) has about cases, each with the number of its case."""
        bundles: dict[str, list[bytes]] = defaultdict(list)
        for number, one in shown:
            bundles[_bundle(number)].append(_line(number, one))
        for bundle, lines in bundles.items():
            place = self.folder / bundle
            place.mkdir(mode=FOLDER_MODE, exist_ok=True)
            path = place / f"{stretch:08d}"
            path.touch(FILE_MODE)
            path.write_bytes(b"".join(lines))

    def bundles(self) -> list[str]:
        """All bundles, in the order of their cases."""
        return sorted(path.name for path in self.folder.iterdir())

    def take(self, bundle: str) -> dict[str, list[Shown]]:
        """What there is about the cases of a bundle, by number, each in the order of the journal."""
        found: dict[str, list[Shown]] = {}
        for number, one in self._read(bundle):
            found.setdefault(number, []).append(one)
        return dict(sorted(found.items()))

    def _read(self, bundle: str) -> Iterator[tuple[str, Shown]]:
        for path in sorted((self.folder / bundle).iterdir()):
            with path.open("rb") as file:
                yield from map(_back, file)


def _bundle(number: str) -> str:
    year, _, running = number.partition("-")
    return f"{year}-{int(running) // CASES:07d}"


def _line(number: str, one: Shown) -> bytes:
    letters = [(own.number, own.to, own.subject, own.language, own.text, own.files) for own in one.letters]
    row = (number, one.seq, one.at, one.said, letters, one.marks, one.mail, one.faults)
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


def _back(line: bytes) -> tuple[str, Shown]:
    number, seq, at, said, letters, marks, mail, faults = json.loads(line)
    written = tuple(
        Letter(running, to, subject, tongue, text, tuple(files))
        for running, to, subject, tongue, text, files in letters
    )
    return number, Shown(seq, at, said, written, marks, mail, [(key, kind) for key, kind in faults])
