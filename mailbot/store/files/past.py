"""The journal once more from its beginning, and what it added up to before each entry. It writes nothing on disk."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from mailbot.core.case import Case
from mailbot.core.chain import Head
from mailbot.core.ledger import Ledger
from mailbot.store import Asked, Entry, Recall
from mailbot.store.files import replay
from mailbot.store.files.batch import FileBatch, new_salt
from mailbot.store.files.mail import Mails
from mailbot.store.files.registers import Registers


class FilePast:
    """See `store.Past`. Memory grows with the number of cases; entries are verified as they are read."""

    def __init__(self, state: Path, desk: str, until: int) -> None:
        self._standing = replay.afresh(state, desk, on_disk=False)
        self._mails, self._registers = Mails(state / "mail"), Registers(state, [])
        self._until = until
        self._ahead: deque[list[replay.Read]] = deque()
        self._batch = self._new()

    def _new(self) -> FileBatch:
        """What a batch would see now; nothing is ever appended to it."""
        return FileBatch(self._standing, self._mails, self._registers, new_salt)

    async def groups(self) -> AsyncIterator[tuple[Entry, ...]]:
        """The groups up to the entry that was the last when this was made; store.Damaged at the first entry that is not
        what was written."""
        if not self._until:
            return
        journal = self._standing.journal
        for group in replay.groups(journal, journal.beginning(), self._until):
            await asyncio.sleep(0)
            self._ahead.append(group)
            yield tuple(read.entry for read in group)

    def take(self, group: Sequence[Entry]) -> None:
        """The oldest group that was given and not taken happened. ValueError if that is another one."""
        reads = self._ahead.popleft()
        if reads[0].entry.seq != group[0].seq:
            raise ValueError(f"entry {reads[0].entry.seq} comes before entry {group[0].seq}")
        replay.replay(self._standing, reads)
        self._batch = self._new()

    @property
    def head(self) -> Head:
        """The last entry taken."""
        return self._standing.journal.end.head

    @property
    def any_erased(self) -> bool:
        """Whether entries before it were erased, by an order that comes after it."""
        return bool(self._standing.index.erasures.blank)

    def erased(self, name: str) -> bool:
        """Whether how this case stood, or the entry of this letter without a case (`e123`), was erased by order."""
        seq = name.removeprefix("e")
        if seq == name or not seq.isdecimal():
            return name in self._standing.index.gone
        entry = self._standing.entry(int(seq))
        return entry is not None and entry.events is None

    def ledger(self) -> Ledger:
        """What the entries taken add up to beside cases."""
        return self._standing.index.ledger()

    async def recall(self, asked: Asked) -> Recall:
        """What a batch was told then."""
        return await self._batch.recall(asked)

    async def case(self, number: str) -> Case | None:
        """The case as it stood."""
        return await self._batch.case(number)
