"""Reading a state folder back: the casebook as of its checkpoint and the entries after it. It changes no journal."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mailbot.core import chain
from mailbot.core.case import LetterInfo
from mailbot.core.events import LetterWritten
from mailbot.core.instants import to_text
from mailbot.store import Damaged, Entry, LetterDue
from mailbot.store.files.casebook import Casebook, made_by
from mailbot.store.files.clearing import wipe
from mailbot.store.files.entries import entry_of
from mailbot.store.files.index import Index
from mailbot.store.files.journal import End, Journal, Spot
from mailbot.store.files.letters import letter_name
from mailbot.store.files.working import CASELESS, Working, info_of

AHEAD = "it knew entry"
"""How the reason begins for which a casebook is not taken that knew more than the journal has."""
NONE = "there was none"
"""The reason where no casebook was found."""
CHECKPOINT_EVERY = 2_000
"""Entries between two checkpoints, or as many as there are open cases if those are more: so what a checkpoint costs,
shared among the entries before it, does not grow with the casebook."""
UNSENT = 400
"""How many entries are remembered at most whose letters wait to be sent for the first time."""
CLOSING = 2_000
"""How many closed cases a rebuild holds in memory before it writes them to their files."""


@dataclass
class Standing:
    """What a journal adds up to, as of `journal.end`."""

    journal: Journal
    book: Casebook
    index: Index
    unsent: dict[int, Entry] = field(default_factory=dict)

    def committed(self, entries: Iterable[Entry]) -> None:
        """These entries were written just now: their letters are not read back to be sent."""
        for entry in entries:
            self._remember(entry)

    def _remember(self, entry: Entry) -> None:
        """Letters go in the order in which they were written: of entries whose letters wait for their first try none
        makes room for a later one."""
        while self.unsent and not self._untried(next(iter(self.unsent.values()))):
            del self.unsent[next(iter(self.unsent))]
        if len(self.unsent) < UNSENT and self._untried(entry):
            self.unsent[entry.seq] = entry

    def _untried(self, entry: Entry) -> bool:
        written = (letter_name(entry, one.number) for one in entry.events or () if isinstance(one, LetterWritten))
        waiting = map(self.index.letters.due.get, written)
        return any(letter is not None and not letter.tries for letter in waiting)

    def working(self) -> Working:
        """A working copy on top of it."""
        return Working(self.book, self.index, self.caseless)

    def caseless(self, name: str) -> LetterInfo | None:
        """What is known of a letter `e123.1` of a committed entry: its entry is looked up in the journal."""
        found = CASELESS.fullmatch(name)
        entry = found and self.entry(int(found[1]))
        if not found or not entry or entry.case is not None:
            return None
        written = [one for one in entry.events or () if isinstance(one, LetterWritten) and one.number == int(found[2])]
        if not written or name != f"e{entry.seq}.{written[0].number}":
            return None
        return info_of(written[0], entry).model_copy(update=self.index.letters.state(name))

    def entry(self, seq: int, spot: Spot | None = None) -> Entry | None:
        """A committed entry, at once if it lies at `spot`; None if there is none with this number. It is remembered
        while letters of it wait: whoever wants one of them wants the others next."""
        if seq in self.unsent:
            return self.unsent[seq]
        fields = self.journal.fields_at(spot) if spot else None
        if fields is None or fields["seq"] != seq:
            found = self.journal.find(seq)
            fields = self.journal.fields_at(found) if found else None
        if fields is None:
            return None
        read = entry_of(fields)
        self._remember(read)
        return read

    def letter_due(self, name: str) -> LetterDue | None:
        """A letter that is due, with its entry; None, and it is due no more, if that was erased."""
        due = self.index.letters.due[name]
        entry = self.entry(due.seq, due.spot)
        for event in (entry.events if entry else None) or ():
            if entry and isinstance(event, LetterWritten) and letter_name(entry, event.number) == name:
                return LetterDue(name, event, entry, due.tries, due.released)
        self.index.forget(name)
        return None

    def listed(self) -> dict[str, Any]:
        """The checkpoint and the index, as plain JSON values."""
        end = self.journal.end
        checkpoint = {"head": asdict(end.head), "last": end.last and asdict(end.last)}
        return {"made_by": made_by(), "checkpoint": checkpoint, **self.index.listed()}


@dataclass(frozen=True, slots=True)
class Read:
    """An entry read back, where it lies, and the number of its line."""

    entry: Entry
    spot: Spot
    line: int


def read_entry(journal: Journal, spot: Spot, fields: Mapping[str, Any], line: int) -> Read:
    """The entry of a verified line's fields; Damaged if it holds an event this program does not know."""
    try:
        return Read(entry_of(fields), spot, line)
    except ValueError as error:
        raise Damaged(f"{journal.folder / spot.file}, line {line}: {error}") from error


def groups(journal: Journal, after: End, until: int | None = None) -> Iterator[list[Read]]:
    """Whole groups of entries after `after`, at most up to the entry `until`; Damaged as `Journal.walk`."""
    group: list[Read] = []
    for spot, fields, line in journal.walk(after, until):
        group.append(read_entry(journal, spot, fields, line))
        if not fields["more"]:
            yield group
            group = []


def replay(standing: Standing, group: list[Read]) -> None:
    """Takes a group in, as if it had just been committed; Damaged if it contradicts what is known."""
    working = standing.working()
    for read in group:
        try:
            working.take(read.entry)
        except ValueError as error:
            place = standing.journal.folder / read.spot.file
            raise Damaged(f"{place}, line {read.line}: {error}") from error
    working.settle([read.spot for read in group])
    last = group[-1]
    head = chain.Head(last.entry.seq, last.entry.hash, to_text(last.entry.at))
    standing.journal.end = End(head, last.spot)


def load(state: Path, desk: str) -> Standing | str:
    """The casebook as it was written, if the journal still has the entry of its checkpoint and the program is the one
    that made it; else why not, in words. Damaged if the journal is another desk's or one of its files is missing."""
    journal = Journal(state / "journal", desk)
    journal.check_first()
    journal.check_files()
    try:
        book = Casebook(state / "cases")
        if not book.written:
            return NONE
        listed = book.listed() or {}
        if listed["made_by"] != made_by():
            return "another version of the program made it"
        end = _checkpoint(journal, listed["checkpoint"])
        if isinstance(end, str):
            return end
        journal.end, index = end, Index.load(listed)
        for case in book.open_cases():
            index.follow(case)
    except (Damaged, LookupError, OSError, TypeError, ValueError):
        return "it could not be read"
    return Standing(journal, book, index)


def unwritten(why: str, entries: int) -> bool:
    """Whether a casebook was not loaded only because none was written yet: a desk with so few entries may have none,
    and a backup has none. Nobody has to hear of it."""
    return why == NONE and entries < CHECKPOINT_EVERY


def _checkpoint(journal: Journal, checkpoint: dict[str, Any]) -> End | str:
    """The end a checkpoint names; words if the journal has no such line."""
    head, last = chain.Head(**checkpoint["head"]), checkpoint["last"]
    if last is None:
        return journal.beginning() if head == journal.beginning().head else "it was another desk's"
    fields = journal.fields_at(Spot(**last))
    if fields is None or (fields["seq"], fields["hash"]) != (head.seq, head.hash):
        lacking = f"{AHEAD} {head.seq} of {head.at}, which the journal does not have"
        return f"{lacking}; was a file of the journal removed, or an earlier one restored?"
    return End(head, Spot(**last))


def afresh(state: Path, desk: str, on_disk: bool) -> Standing:
    """Nothing yet, to replay the whole journal into; what a casebook on disk held is removed if `on_disk`."""
    if on_disk:
        wipe(state / "cases")
    return Standing(Journal(state / "journal", desk), Casebook(state / "cases" if on_disk else None), Index())


def to_look_at(state: Path, desk: str) -> Standing:
    """What the casebook knows, or nothing yet, to catch up with the journal in memory only."""
    loaded = load(state, desk)
    return afresh(state, desk, on_disk=False) if isinstance(loaded, str) else loaded


def catch_up(standing: Standing, on_disk: bool) -> Iterator[Entry]:
    """Replays everything after the standing's end, giving each entry; a torn end is left where it is."""
    for group in groups(standing.journal, standing.journal.end):
        replay(standing, group)
        if on_disk and len(standing.book.closing) >= CLOSING:
            standing.book.flush_closed()
        for read in group:
            yield read.entry
