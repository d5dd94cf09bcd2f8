"""Which entries were erased by order, which still are to be, and which are empty for no reason known yet. It reads no
disk."""

from collections.abc import Mapping
from typing import Any

from mailbot.core import events as e
from mailbot.core.ledger import Undone
from mailbot.core.uids import sequence_set, uids_of
from mailbot.store import Entry


class Erasures:
    """As the journal adds up. `named` are the entries that orders erase, as a sequence set; `blank` those without
    events that no order named up to now: between them and the order that does, nobody knows how things stood."""

    def __init__(self) -> None:
        self.undone: dict[int, Undone] = {}
        self.named = ""
        self.blank: set[int] = set()

    def blanked(self, entry: Entry) -> None:
        """One more entry without events."""
        self.blank.add(entry.seq)

    def ordered(self, event: e.Erased, entry: Entry) -> None:
        """These are to be erased, and nothing says yet that they are."""
        self.undone[entry.seq] = Undone(entry.seq, event.seqs, event.mails)
        self.named = sequence_set(uids_of(self.named) | set(event.seqs))
        self.blank -= set(event.seqs)

    def done(self, event: e.ErasureDone) -> None:
        """They are."""
        self.undone.pop(event.seq, None)

    def listed(self) -> dict[str, Any]:
        """Everything, as plain JSON values."""
        undone = [[one.seq, sequence_set(one.seqs), list(one.mails)] for one in self.undone.values()]
        return {"erasing": undone, "erased": self.named, "blank": sequence_set(self.blank)}

    def load(self, listed: Mapping[str, Any]) -> None:
        """Becomes what `listed` was taken of."""
        for seq, seqs, mails in listed["erasing"]:
            self.undone[seq] = Undone(seq, tuple(sorted(uids_of(seqs))), tuple(mails))
        self.named, self.blank = listed["erased"], uids_of(listed["blank"])
