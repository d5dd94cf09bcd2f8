"""Goes through a journal once: verifies the chain, and counts what it adds up to. It compares nothing with what lies on
the disk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailbot.core import events as e
from mailbot.store import Damaged, Digest, Entry
from mailbot.store.files.casebook import MALFORMED
from mailbot.store.files.entries import entry_of
from mailbot.store.files.index import Index
from mailbot.store.files.journal import Journal, Spot
from mailbot.store.files.refolding import Refolding
from mailbot.store.files.sealing import held_secret
from mailbot.store.files.telling import Progress, Telling
from mailbot.store.files.texts import Kept

COUNTED = frozenset(kind.model_fields["kind"].default for kind in Index().counted)
"""The kinds of events that change what is counted, by their names."""

TOGETHER = 100
"""Entries that are counted one after the other. Counting each between two lines that are read takes a third longer:
the processor has no longer at hand what it was at."""


@dataclass
class Named:
    """The mails that entries name: all that were decided; those erased, sealed, destroyed. The rule sets and programs.
    `null` are the entries without events, `last` is the last entry, `restored` says of each restore what it means."""

    decided: set[Digest] = field(default_factory=set)
    erased: set[Digest] = field(default_factory=set)
    sealed: set[Digest] = field(default_factory=set)
    destroyed: set[Digest] = field(default_factory=set)
    texts: set[Kept] = field(default_factory=set)
    null: set[int] = field(default_factory=set)
    last: int = 0
    restored: list[str] = field(default_factory=list)

    def note(self, entry: Entry) -> None:
        """One more entry."""
        self.last = entry.seq
        self.texts.add(("rules", entry.rules))
        self.texts.add(("program", entry.program))
        if entry.events is None:
            self.null.add(entry.seq)
        if entry.mail:
            self.decided.add(entry.mail)
            self.sealed.update([entry.mail] if held_secret(entry) else ())
        for event in entry.events or ():
            if type(event) in NOTED:
                NOTED[type(event)](self, event, entry)


def _restored(named: Named, event: e.Restored, entry: Entry) -> None:
    ended = f"it was restored from a backup that ended with entry {event.seq}"
    lost = "Heads and letters of the time that was lost do not fit it"
    named.restored.append(f"entry {entry.seq} says of the log: {ended}. {lost}")


NOTED: Mapping[type, Callable[[Named, Any, Entry], None]] = {
    e.Erased: lambda named, event, entry: named.erased.update(event.mails),
    e.Restored: _restored,
    e.SecretDestroyed: lambda named, event, entry: named.destroyed.add(event.mail),
}
"""The kinds of events that name mails, or mean something for who looks at the log."""


class Counting(Telling):
    """What entries add up to beside cases, up to the end that is known, and what all of them name. It counts only if
    the whole chain is as it was written.

    It gives entries to `refolding` too, if there is one. If not, another process looks whether all events are such as
    this program knows: here only those are read that are counted.
    """

    def __init__(self, journal: Journal, progress: Progress, refolding: Refolding | None) -> None:
        super().__init__(journal, progress)
        self.named, self.index = Named(), Index()
        self._refolding = refolding
        self._damaged: Damaged | None = None
        self._journal, self._until = journal, journal.end.head.seq
        self._entries: list[tuple[Entry, Spot, int]] = []
        self._offset = 0

    def begin(self, file: str, line: int = 0) -> None:
        """As `Walk.begin`."""
        super().begin(file, line)
        self._offset = 0

    def feed(self, raw: bytes) -> dict[str, Any] | None:
        """As `Walk.feed`."""
        fields = super().feed(raw)
        offset, self._offset = self._offset, self._offset + len(raw)
        if fields is not None and self.result.ok and self._damaged is None:
            spot = Spot(self.file, offset, len(raw))
            try:
                self._take(fields, spot)
            except MALFORMED as error:  # such as an event that nobody knows
                self._note()  # what is wrong with a line before it comes first
                self._wrong(spot, self.line, error)
        return fields

    def _take(self, fields: Mapping[str, Any], spot: Spot) -> None:
        known = fields["seq"] <= self._until
        entry = entry_of(fields, _counted if known and not self._refolding else list)
        if known and self._refolding:
            self._refolding.take(entry)
        self._entries.append((entry, spot, self.line))
        if not entry.more and len(self._entries) >= TOGETHER:
            self._note()

    def _note(self) -> None:
        for entry, spot, line in self._entries:
            try:
                self.named.note(entry)
                if entry.seq <= self._until:
                    self.index.note(entry, spot)
            except MALFORMED as error:  # such as a case whose number is none
                self._wrong(spot, line, error)
                break
        self._entries = []

    def _wrong(self, spot: Spot, line: int, error: Exception) -> None:
        self._damaged = self._damaged or Damaged(f"{self._journal.folder / spot.file}, line {line}: {error}")

    def finish(self) -> None:
        """As `Walk.finish`; of a group that is not finished nothing counts."""
        super().finish()
        while self._entries and self._entries[-1][0].more:
            self._entries.pop()
        self._note()

    def check(self) -> None:
        """Damaged if the journal could not be read to its end."""
        if self._damaged is not None:
            raise self._damaged


def _counted(events: list[Any]) -> list[Any]:
    """The first, which may be the facts, and those that are counted."""
    return [*events[:1], *[event for event in events[1:] if event["kind"] in COUNTED]]
