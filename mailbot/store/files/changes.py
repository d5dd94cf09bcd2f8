"""What entries say of registers: which file counts, and the rows that cases wrote since. It reads no disk and no rule.

An import is the whole truth at its instant: rows written before it do not count any more, those of later entries lie on
top of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from mailbot.core import events as e
from mailbot.core.instants import to_text
from mailbot.store import Entry, Imported
from mailbot.store.files.journal import Spot
from mailbot.store.files.letters import Row

Changing = e.RegisterImported | e.AccountChanged


class Written(NamedTuple):
    """What an entry wrote into a row: its number, the cells by column, and `how` they change it
    (`events.AccountChanged`)."""

    seq: int
    row: Mapping[str, str]
    how: str = "whole"


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
            self.written.setdefault(event.name, []).append(Written(entry.seq, event.row, event.how))
        else:
            self.imported[event.name] = Imported(event.digest, event.rows, entry.seq, to_text(entry.at))
            self.written.pop(event.name, None)

    def standing(self, name: str) -> Standing:
        """How the register of that name stands."""
        return Standing(self.imported.get(name), self.written.get(name, ()))

    def on_top_of(self, before: Standing, name: str) -> tuple[Standing, Sequence[Written]]:
        """How that register, which stood so before, stands after what is noted here, and the rows written here."""
        return (Standing(self.imported[name]) if name in self.imported else before), self.written.get(name, ())

    def listed(self) -> dict[str, Any]:
        """Everything, as plain JSON values."""
        written = {name: [[one.seq, dict(one.row), one.how] for one in rows] for name, rows in self.written.items()}
        return {"imported": {name: asdict(one) for name, one in self.imported.items()}, "rows_written": written}

    def load(self, listed: Mapping[str, Any]) -> None:
        """Becomes what `listed` was taken of."""
        self.imported = {name: Imported(**one) for name, one in listed["imported"].items()}
        self.written = {name: [Written(*one) for one in rows] for name, rows in listed["rows_written"].items()}
