"""What entries say of registers: which file counts, and the rows that cases wrote since. It reads no disk and no rule.

An import is the whole truth at its instant: rows written before it do not count any more, those of later entries lie on
top of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mailbot.core import events as e
from mailbot.core.instants import to_text
from mailbot.store import Entry, Imported
from mailbot.store.files.journal import Spot
from mailbot.store.files.letters import Row

Changing = e.RegisterImported | e.AccountChanged
Written = tuple[int, Mapping[str, str]]
"""The entry that wrote a row, and the row by column."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a register stands: what was imported last (None: nothing), and the rows written since, in order."""

    imported: Imported | None = None
    written: Sequence[Written] = ()


class Changes:
    """The registers of a desk, as its journal adds up."""

    def __init__(self) -> None:
        self.imported: dict[str, Imported] = {}
        self.written: dict[str, list[Written]] = {}

    def __len__(self) -> int:
        return sum(map(len, self.written.values()))

    def rows(self) -> Mapping[type, Row]:
        """Who takes note of which kind of event."""
        return dict.fromkeys((e.RegisterImported, e.AccountChanged), self._noted)

    def _noted(self, event: Changing, entry: Entry, spot: Spot) -> None:
        self.note(event, entry)

    def note(self, event: Changing, entry: Entry) -> None:
        """An event of an entry."""
        if isinstance(event, e.AccountChanged):
            self.written.setdefault(event.name, []).append((entry.seq, event.row))
        else:
            self.imported[event.name] = Imported(event.digest, event.rows, entry.seq, to_text(entry.at))
            self.written.pop(event.name, None)

    def standing(self, name: str) -> Standing:
        """How the register of that name stands."""
        return Standing(self.imported.get(name), self.written.get(name, ()))

    def on_top_of(self, before: Standing, name: str) -> tuple[Standing, Sequence[Mapping[str, str]]]:
        """How that register, which stood so before, stands after what is noted here, and the rows written here."""
        own = [row for _, row in self.written.get(name, ())]
        return (Standing(self.imported[name]) if name in self.imported else before), own

    def listed(self) -> dict[str, Any]:
        """Everything, as plain JSON values."""
        written = {name: [[seq, dict(row)] for seq, row in rows] for name, rows in self.written.items()}
        return {"imported": {name: asdict(one) for name, one in self.imported.items()}, "rows_written": written}

    def load(self, listed: Mapping[str, Any]) -> None:
        """Becomes what `listed` was taken of."""
        self.imported = {name: Imported(**one) for name, one in listed["imported"].items()}
        self.written = {name: [(seq, row) for seq, row in rows] for name, rows in listed["rows_written"].items()}
