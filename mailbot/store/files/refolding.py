"""Folds all cases once more and compares them with the casebook. It verifies no chain: what it says counts only if the
journal is as it was written."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from mailbot.core import chain
from mailbot.core.case import Case
from mailbot.store import Damaged, Entry
from mailbot.store.files.beside import Told
from mailbot.store.files.casebook import Folded, Plain, read_plain
from mailbot.store.files.journal import Journal, Spot
from mailbot.store.files.replay import Standing, groups, read_entry
from mailbot.store.files.working import folded_after

MALFORMED = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading a line, or a case of the casebook, may raise that nobody has verified."""
TELL_EVERY = 100
"""Entries after which somebody is told how far it is."""


@dataclass(slots=True)
class Compared:
    """How many cases there are, what is wrong with them in the casebook, and those that nobody knows any more, since
    their entries were erased."""

    cases: int = 0
    problems: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)


class Refolded:
    """The cases that entries add up to."""

    def __init__(self) -> None:
        self.cases: dict[str, Folded] = {}
        self.gone: set[str] = set()

    def take(self, entry: Entry) -> None:
        """One more entry; an error of MALFORMED if it does not fit its case."""
        if entry.case is not None:
            after = folded_after(self.cases.get(entry.case), entry.case, entry, self.gone)
            if after is not None:
                self.cases[entry.case] = after


def compare(standing: Standing, told: Told) -> Compared:
    """The casebook against what its entries add up to; Damaged if they cannot be folded."""
    until = standing.journal.end.head.seq
    refolded = _refolded(standing.journal, until, told)
    found = Compared(len(refolded.cases), gone=set(refolded.gone))
    newer, seen = dict[str, Plain](), set[str]()
    for number, kept in standing.book.plains():
        seen.add(number)
        if kept["seq"] > until:
            newer[number] = kept
        elif number not in refolded.cases:
            found.problems.append(f"case {number} is in the casebook, but not in the journal")
        else:
            found.problems += _differs(refolded.cases[number][0], kept)
    lacking = sorted(refolded.cases.keys() - seen)
    found.problems += [f"case {number} is in the journal, but not in the casebook" for number in lacking]
    found.problems += _later(standing, refolded, newer)
    return found


def _refolded(journal: Journal, until: int, told: Told) -> Refolded:
    """What the entries up to this one add up to; Damaged if a line is none, or does not fit its case."""
    refolded = Refolded()
    for spot, raw, line in _lines(journal) if until else ():
        try:
            entry = read_entry(journal, spot, chain.PARSED(raw.decode()), line).entry
            refolded.take(entry)
            over = entry.seq >= until
        except MALFORMED as error:
            raise Damaged(f"{journal.folder / spot.file}, line {line}: {error}") from error
        if over or entry.seq % TELL_EVERY == 0:
            told(entry.seq, until)
        if over:
            break  # what follows may be torn
    return refolded


def _lines(journal: Journal) -> Iterator[tuple[Spot, bytes, int]]:
    for file in journal.files():
        for line, (spot, raw) in enumerate(journal.raw_lines(file), 1):
            yield spot, raw, line


def _differs(case: Case, kept: Plain) -> list[str]:
    """What was written is compared as it was; only what is not the same is read, since it may mean the same."""
    with suppress(*MALFORMED):
        if kept["case"] == case.model_dump(mode="json") or read_plain(kept)[0] == case:
            return []
    return [f"case {case.number} in the casebook is not what the journal adds up to"]


def _later(standing: Standing, refolded: Refolded, newer: dict[str, Plain]) -> Iterator[str]:
    """Closed cases are read late, when a service at work may have written more of them: the journal is read on until it
    is as far as each of them."""
    for group in groups(standing.journal, standing.journal.end) if newer else ():
        for read in group:
            refolded.take(read.entry)
        for number, kept in list(newer.items()):
            now = refolded.cases.get(number)
            if now and now[1] == kept["seq"]:
                yield from _differs(now[0], newer.pop(number))
        if not newer:
            return
    for number in newer:
        yield f"case {number} in the casebook names an entry that the journal does not have for it"
