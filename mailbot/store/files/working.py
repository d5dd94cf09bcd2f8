"""The working copy: what the next entries would change, on top of what is committed. It writes nothing.

The same road for a batch in the making and for entries read back from the journal.
"""

import re
from collections.abc import Callable

from mailbot.core import events as e
from mailbot.core.case import Case, LetterInfo, fold
from mailbot.core.instants import to_text
from mailbot.store import Entry
from mailbot.store.files.casebook import Casebook, Folded, document_id
from mailbot.store.files.index import Index, letter_name, split_number
from mailbot.store.files.journal import Spot

CASELESS = re.compile(r"e(\d{1,12})\.(\d{1,6})", re.ASCII)
RESULTS = (e.LetterSent, e.LetterPostponed, e.LetterFailed)
Result = e.LetterSent | e.LetterPostponed | e.LetterFailed


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
        self._results: dict[str, list[Result]] = {}
        self._written: list[tuple[str, str, str]] = []
        self._running: dict[str, int] = {}
        self._mails: set[str] = set()

    def case(self, number: str) -> Case | None:
        """The case as it stands."""
        folded = self._folded(number)
        return folded[0] if folded else None

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
        numbers = set(known.letters) if known else set()
        for event in entry.events or ():
            if isinstance(event, e.CaseOpened) and known:
                return f"case {entry.case} was opened already"
            if isinstance(event, e.LetterWritten) and event.number in numbers:
                return f"letter {letter_name(entry, event.number)} was written already"
            if isinstance(event, e.LetterWritten):
                numbers.add(event.number)
            if isinstance(event, RESULTS) and not _belongs(event.letter, entry.case):
                return f"letter {event.letter} does not belong to case {entry.case}"
        return None

    def take(self, entry: Entry) -> None:
        """The entry happened. ValueError, and nothing is changed, if its events do not fit its case."""
        if entry.case is not None and entry.events is not None:
            self._fold(entry.case, entry)
        elif entry.case is not None and self.case(entry.case) is None:
            self._index.gone.add(entry.case)
        self.entries.append(entry)
        if entry.mail is not None:
            self._mails.add(entry.mail)
        if entry.case is not None:
            year, running = split_number(entry.case)
            self._running[year] = max(self._running.get(year, 0), running)
        self._take_letters(entry)

    def _fold(self, number: str, entry: Entry) -> None:
        before = self._folded(number)
        if before and entry.seq <= before[1]:
            return  # a file of closed cases is newer than the checkpoint
        if before is None and number in self._index.gone:
            return
        try:
            case = fold(before and before[0], number, entry.seq, entry.at, entry.events or ())
        except KeyError as error:
            raise ValueError(
                f"entry {entry.seq} names letter {error} of case {number}, which was not written"
            ) from error
        if case is not None:
            self._cases[number] = (case, entry.seq)

    def _take_letters(self, entry: Entry) -> None:
        for event in entry.events or ():
            if isinstance(event, e.LetterWritten):
                self._written.append((to_text(entry.at), event.to.lower(), event.template))
                if entry.case is None:
                    self._letters[letter_name(entry, event.number)] = info_of(event, entry.seq)
            elif isinstance(event, RESULTS) and event.letter.startswith("e"):
                self._results.setdefault(event.letter, []).append(event)

    def settle(self, spots: list[Spot]) -> None:
        """The entries are committed and lie at these places: casebook and index follow, once each case."""
        for entry, spot in zip(self.entries, spots, strict=True):
            self._index.note(entry, spot)
        for folded in self._cases.values():
            self._book.put(folded)
            self._index.follow(folded[0])


def info_of(event: e.LetterWritten, seq: int) -> LetterInfo:
    """What is remembered of a letter right after it was written in the entry `seq`."""
    return LetterInfo(to=event.to, role=event.role, key=event.key, seq=seq, template=event.template)


def _after(info: LetterInfo, result: Result) -> LetterInfo:
    state = {e.LetterSent: "sent", e.LetterPostponed: "due", e.LetterFailed: "failed"}[type(result)]
    return info.model_copy(update={"state": state, "tries": info.tries + 1})


def _belongs(letter: str, case: str | None) -> bool:
    return bool(CASELESS.fullmatch(letter)) if case is None else letter.rpartition(".")[0] == case
