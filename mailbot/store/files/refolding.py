"""Folds cases once more and compares each with the casebook, as soon as it is as far as it was written there. It
verifies no chain: what it says counts only if the journal is as it was written."""

import re
from collections.abc import Container, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from pydantic_core import to_json

from mailbot.core.case import Case
from mailbot.store import Damaged, Entry
from mailbot.store.files.beside import Told, each
from mailbot.store.files.casebook import MALFORMED, Folded, Plain, read_plain
from mailbot.store.files.entries import entry_in
from mailbot.store.files.journal import Journal
from mailbot.store.files.jsontext import whole
from mailbot.store.files.lines import PIECE
from mailbot.store.files.replay import Standing, groups
from mailbot.store.files.working import folded_after

CASE = re.compile(rb'\{"at":"[^"]*","body":"[^"]*","case":"(\d{4}-\d{5,6})",')
"""How the line of a case begins, if it is canonical: keys are sorted."""


class Written(NamedTuple):
    """A case as the casebook has it: the last entry folded into it, and a digest of what it is."""

    seq: int
    digest: bytes


NEVER = Written(0, b"")


@dataclass(slots=True)
class Compared:
    """How many cases there are, what is wrong in the casebook, by their numbers, and those that nobody knows any more,
    since their entries were erased."""

    cases: int = 0
    problems: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


class Refolding:
    """All cases, as entries add up to them. In memory are those that are under way: what is as far as it
    was written, and is what was written there, is settled. Of what is not, nothing is forgotten."""

    def __init__(self, standing: Standing) -> None:
        self.cases: dict[str, Folded] = {}
        self.gone: set[str] = set()
        self._standing = standing
        self._again: set[str] = set()
        self._written: dict[str, Written | None] = {number: _written(kept) for number, kept in standing.book.plains()}
        """None: it is settled."""

    def take(self, entry: Entry) -> None:
        """One more entry of a case, in their order; an error of MALFORMED if it does not fit its case."""
        number = entry.case
        if number is None or number in self._again:
            return
        written = self._written.get(number, NEVER)
        if written is None and entry.events is not None:
            self._again.add(number)  # something happened to it after what the casebook says was the last
        elif self._fold(number, entry) and written and written.seq == entry.seq:
            self._settle(number, written)

    def _fold(self, number: str, entry: Entry) -> bool:
        after = folded_after(self.cases.get(number), number, entry, self.gone)
        if after is not None:
            self.cases[number] = after
        return after is not None

    def _settle(self, number: str, written: Written) -> None:
        if sha256(to_json(self.cases[number][0])).digest() == written.digest:
            del self.cases[number]
            self._written[number] = None

    def compared(self) -> Compared:
        """The casebook against what the entries add up to, once they are all taken; Damaged if the journal cannot be
        read again where it has to be."""
        self._look_again()
        found = Compared(sum(one is None for one in self._written.values()) + len(self.cases), gone=self.gone)
        until, newer = self._standing.journal.end.head.seq, dict[str, Plain]()
        for number in sorted({number for number, one in self._written.items() if one} | self.cases.keys()):
            kept = self._standing.book.plain(number)
            if kept is not None and _written(kept).seq > until:
                newer[number] = kept
            elif words := self._wrong(number, kept):
                found.problems[number] = words
        found.problems |= self._later(newer)
        return found

    def _wrong(self, number: str, kept: Plain | None) -> str:
        """What is wrong with a case in the casebook; empty if nothing is."""
        if kept is None:
            return f"case {number} is in the journal, but not in the casebook"
        if number not in self.cases:
            return f"case {number} is in the casebook, but not in the journal"
        return _differs(self.cases[number][0], kept)

    def _look_again(self) -> None:
        """Cases that were settled too early are folded from their beginning."""
        again, self._again = self._again, set()
        self.gone -= again
        self._written.update(dict.fromkeys(again, NEVER))
        for entry in _entries(self._standing.journal, again) if again else ():
            self._fold(str(entry.case), entry)

    def _later(self, newer: dict[str, Plain]) -> dict[str, str]:
        """Closed cases are read when a service at work may have written more of them: the journal is read on until it
        is as far as each of them. What is wrong, by their numbers."""
        found, journal = dict[str, str](), self._standing.journal
        for group in groups(journal, journal.end) if newer else ():
            for entry in (read.entry for read in group if read.entry.case in newer):
                self._fold(str(entry.case), entry)
            for number, kept in list(newer.items()):
                now = self.cases.get(number)
                if now and now[1] == kept["seq"]:
                    found[number] = _differs(now[0], newer.pop(number))
            if not newer:
                break
        lost = {
            number: f"case {number} in the casebook names an entry that the journal does not have for it"
            for number in newer
        }
        return {number: words for number, words in (found | lost).items() if words}


def refold(standing: Standing, told: Told) -> Compared:
    """The cases that all lines add up to against the casebook; Damaged if a line holds what this program does not know,
    or does not fit its case. That the lines are what was written somebody else has to see."""
    refolding, until = Refolding(standing), standing.journal.end.head.seq
    for number, raw in enumerate(each(_lines(standing.journal, until), until, told), 1):
        try:
            refolding.take(entry_in(raw))
        except MALFORMED as error:
            raise Damaged(f"{standing.journal.folder}, line {number} of all: {error}") from error
    return refolding.compared()


def _lines(journal: Journal, until: int) -> Iterator[bytes]:
    """So many lines; what follows may be torn."""
    for file in journal.files():
        with (journal.folder / file).open("rb", PIECE) as raws:
            for raw in islice(raws, until):
                until -= 1
                yield raw


def _entries(journal: Journal, numbers: Container[str]) -> Iterator[Entry]:
    """The entries of these cases once more, of a journal that was verified."""
    for raw in _lines(journal, journal.end.head.seq):
        if case_in(raw) in numbers:
            yield entry_in(raw)


def case_in(raw: bytes) -> str | None:
    """The case of a line of the journal, as it stands at its beginning; None if there is none."""
    found = CASE.match(raw)
    return found[1].decode() if found else None


def _written(kept: Plain) -> Written:
    with suppress(*MALFORMED):
        if type(kept["seq"]) is int:
            return Written(kept["seq"], sha256(whole(kept["case"])).digest())
    return NEVER


def _differs(case: Case, kept: Plain) -> str:
    """What was written is compared as it was; only what is not the same is read, since it may mean the same."""
    with suppress(*MALFORMED):
        if whole(kept["case"]) == to_json(case) or read_plain(kept)[0] == case:
            return ""
    return f"case {case.number} in the casebook is not what the journal adds up to"
