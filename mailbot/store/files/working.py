"""The working copy: what the next entries would change, on top of what is committed. It writes nothing.

The same road for a batch in the making and for entries read back from the journal.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import get_args

from mailbot.core import events as e
from mailbot.core.case import Case, LetterInfo, fold
from mailbot.core.instants import to_text
from mailbot.store import Entry, Twin
from mailbot.store.files.casebook import Casebook, Folded, document_id
from mailbot.store.files.changes import Changes, Standing, Written
from mailbot.store.files.index import Index, split_number
from mailbot.store.files.journal import Spot
from mailbot.store.files.letters import letter_name
from mailbot.store.files.tally import twin_of, twins

MOST_OTHERS = 5
"""How many other cases of a sender are told."""
CASELESS = re.compile(r"e(\d{1,12})\.(\d{1,6})", re.ASCII)
Result = e.LetterSent | e.LetterPostponed | e.LetterFailed
Move = e.LetterHeld | e.LetterReleased | e.LetterDropped
RESULTS: tuple[type[Result | Move], ...] = get_args(Result) + get_args(Move)
"""What can become of a letter: events that name it and stand in an entry of its case."""
AFTER: Mapping[type, tuple[str, int]] = {
    e.LetterSent: ("sent", 1),
    e.LetterPostponed: ("due", 1),
    e.LetterFailed: ("failed", 1),
    e.LetterHeld: ("held", 0),
    e.LetterReleased: ("due", 0),
    e.LetterDropped: ("dropped", 0),
}
"""The state of a letter afterwards, and how many tries more."""
MOVES: Mapping[type, tuple[str, ...]] = {
    e.LetterHeld: ("due",),
    e.LetterReleased: ("held",),
    e.LetterDropped: ("due", "held"),
}
"""In which states a letter can be held, released, dropped."""


class Working:
    """Entries taken in so far, and how cases and letters stand after them."""

    def __init__(self, book: Casebook, index: Index, caseless: Callable[[str], LetterInfo | None]) -> None:
        self.entries: list[Entry] = []
        self._book = book
        self._index = index
        self._caseless = caseless
        self._read: dict[str, Folded | None] = {}
        self._cases: dict[str, Folded] = {}
        self._letters: dict[str, LetterInfo] = {}
        self._results: dict[str, list[Result | Move]] = {}
        self._written: list[tuple[str, str, str]] = []
        self._running: dict[str, int] = {}
        self._mails: set[str] = set()
        self._group: list[Entry] = []
        self._twins: list[tuple[str, str, str]] = []
        self._changes = Changes()

    def case(self, number: str) -> Case | None:
        """The case as it stands."""
        folded = self._folded(number)
        return folded[0] if folded else None

    def open_cases(self) -> Iterator[Case]:
        """All open cases as they stand, in no order."""
        yield from (case for case in self._book.open_cases() if case.number not in self._cases)
        yield from (case for case, _ in self._cases.values() if case.open)

    def accepted_cases(self) -> Iterator[Case]:
        """The open cases that clerks accepted, as they stand, by number. They are few, and no other is read."""
        for number in sorted({*self._index.accepted, *self._cases}):
            case = self.case(number)
            if case and case.open and case.decided_by:
                yield case

    def _folded(self, number: str) -> Folded | None:
        if number in self._cases:
            return self._cases[number]
        if number not in self._read:
            self._read[number] = self._book.get(number)
        return self._read[number]

    def letter(self, name: str) -> LetterInfo | None:
        """What is known of a letter by its name, None if none was ever written under it."""
        if CASELESS.fullmatch(name):
            info = self._letters.get(name) or self._caseless(name)
            for result in self._results.get(name, ()):
                info = info and _after(info, result)
            return info
        number, _, letter = name.rpartition(".")
        case = self.case(number)
        return case.letters.get(int(letter)) if case and letter.isdecimal() and letter.isascii() else None

    def decided(self, digest: str) -> bool:
        """Whether an entry taken in here decides this mail."""
        return digest in self._mails

    def written(self, address: str, since: str) -> tuple[str, ...]:
        """Templates of letters written to an address (lower case) at or after an instant, in order."""
        mine = tuple(template for at, to, template in self._written if to == address and at >= since)
        return self._index.written(address, since) + mine

    def twins(self, identity: str, mail: str, at: str) -> tuple[Twin, ...]:
        """Other mails of this identity of which something came, in the 30 days before an instant, oldest first."""
        mine = tuple((digest, content) for named, digest, content in self._twins if named == identity)
        return twins(self._index.twins(identity, at) + mine, mail)

    def others(self, address: str, form: str) -> tuple[str, ...]:
        """Numbers of the open cases of a form whose applicant has this address, the five oldest, oldest first."""
        key = address.lower()
        mine = [
            number
            for number, (case, _) in self._cases.items()
            if case.open and case.form == form and case.applicant.lower() == key
        ]
        known = self._index.oldest_open(key, form, MOST_OTHERS, but=self._cases)
        return tuple(sorted([*mine, *known], key=split_number)[:MOST_OTHERS])

    def newest(self, address: str) -> str:
        """The number of the newest open case whose applicant has this address; empty if there is none."""
        key = address.lower()
        mine = [number for number, (case, _) in self._cases.items() if case.open and case.applicant.lower() == key]
        known = self._index.open_of(key, but=self._cases)
        return max([*mine, *known], key=split_number, default="")

    def register(self, name: str) -> tuple[Standing, Sequence[Written]]:
        """How a register stands, and the rows that entries taken in here wrote."""
        return self._changes.on_top_of(self._index.registers.standing(name), name)

    def next_number(self, year: int) -> str:
        """The case number after all those used in this year; it is used when an entry with it is taken in."""
        last = max(self._index.running.get(str(year), 0), self._running.get(str(year), 0))
        return f"{year}-{last + 1:05d}"

    def refuse(self, entry: Entry) -> str | None:
        """Why an entry in the making contradicts what is known, in words for the programmer."""
        if entry.case is None:
            known = None
        elif document_id(entry.case) is None:
            return f"{entry.case!r} is no case number"
        else:
            known = self.case(entry.case)
        if known and any(isinstance(event, e.CaseOpened) for event in entry.events or ()):
            return f"case {entry.case} was opened already"
        return next(self._wrong_letters(entry, set(known.letters) if known else set()), None)

    def _wrong_letters(self, entry: Entry, numbers: set[int]) -> Iterator[str]:
        states: dict[str, str] = {}
        for event in entry.events or ():
            if isinstance(event, e.LetterWritten):
                if event.number in numbers:
                    yield f"letter {letter_name(entry, event.number)} was written already"
                numbers.add(event.number)
                states[letter_name(entry, event.number)] = "due"
            elif isinstance(event, RESULTS):
                if not _belongs(event.letter, entry.case):
                    yield f"letter {event.letter} does not belong to case {entry.case}"
                elif type(event) in MOVES:
                    yield from self._wrong_move(event, states)

    def _wrong_move(self, event: Result | Move, states: dict[str, str]) -> Iterator[str]:
        """Why this cannot happen to a letter, whose state is in `states` if the entry itself changed it."""
        info = self.letter(event.letter)
        state = states.get(event.letter) or (info.state if info else "not written")
        if state not in MOVES[type(event)]:
            yield f"letter {event.letter} is {state}: there can be no {event.kind}"
        states[event.letter] = AFTER[type(event)][0]

    def take(self, entry: Entry) -> None:
        """The entry happened. ValueError, and nothing is changed, if its events do not fit its case."""
        if entry.case is not None:
            self._fold(entry.case, entry)
        self.entries.append(entry)
        if entry.mail is not None:
            self._mails.add(entry.mail)
            self._take_twin(entry)
        if entry.case is not None:
            year, running = split_number(entry.case)
            self._running[year] = max(self._running.get(year, 0), running)
        self._take_letters(entry)
        for event in entry.events or ():
            if isinstance(event, e.RegisterImported | e.AccountChanged):
                self._changes.note(event, entry)

    def _take_twin(self, entry: Entry) -> None:
        self._group.append(entry)
        if not entry.more:
            twin = twin_of(self._group)
            self._twins += [twin] if twin else []
            self._group = []

    def _fold(self, number: str, entry: Entry) -> None:
        after = folded_after(self._folded(number), number, entry, self._index.gone)
        if after is not None:
            self._cases[number] = after

    def _take_letters(self, entry: Entry) -> None:
        for event in entry.events or ():
            if isinstance(event, e.LetterWritten):
                self._written.append((to_text(entry.at), event.to.lower(), event.template))
                if entry.case is None:
                    self._letters[letter_name(entry, event.number)] = info_of(event, entry)
            elif isinstance(event, RESULTS) and event.letter.startswith("e"):
                self._results.setdefault(event.letter, []).append(event)

    def settle(self, spots: list[Spot]) -> None:
        """The entries are committed and lie at these places: casebook and index follow, once each case."""
        for entry, spot in zip(self.entries, spots, strict=True):
            self._index.note(entry, spot)
        for folded in self._cases.values():
            self._book.put(folded)
            self._index.follow(folded[0])


def folded_after(before: Folded | None, number: str, entry: Entry, gone: set[str]) -> Folded | None:
    """A case after one more entry; None if it stays as it was. `gone` are the cases of which nobody knows how they
    stand, from an erased entry up to the one that says how the erasure left them: it is kept up to date. ValueError if
    the entry's events do not fit the case."""
    if entry.events is None:
        gone.add(number)
        return None
    if before and entry.seq <= before[1]:
        return None  # a file of closed cases is newer than the checkpoint
    if number in gone and not any(isinstance(event, e.CaseKept) for event in entry.events):
        return None
    gone.discard(number)
    try:
        case = fold(before and before[0], number, entry.seq, entry.at, entry.events)
    except KeyError as error:
        raise ValueError(f"entry {entry.seq} names letter {error} of case {number}, which was not written") from error
    return None if case is None else (case, entry.seq)


def info_of(event: e.LetterWritten, entry: Entry) -> LetterInfo:
    """What is remembered of a letter right after it was written in that entry."""
    known = {"to": event.to, "role": event.role, "key": event.key, "template": event.template}
    return LetterInfo(seq=entry.seq, at=to_text(entry.at), bound=event.bound, shows=event.shows, **known)


def _after(info: LetterInfo, result: Result | Move) -> LetterInfo:
    state, tries = AFTER[type(result)]
    stays = isinstance(result, e.LetterPostponed) and info.state in ("held", "dropped")
    return info.model_copy(update={"state": info.state if stays else state, "tries": info.tries + tries})


def _belongs(letter: str, case: str | None) -> bool:
    return bool(CASELESS.fullmatch(letter)) if case is None else letter.rpartition(".")[0] == case
