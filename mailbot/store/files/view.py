"""A desk's store as it stands, to look at: cases, entries, mails, what they add up to. It changes nothing on disk."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import UnionType

from mailbot.core import chain
from mailbot.core.case import CLOSED, Case
from mailbot.core.events import Erased, ErasureDone, Row
from mailbot.core.instants import to_text
from mailbot.core.ledger import Ledger
from mailbot.core.registers import Sought, not_imported
from mailbot.core.rules import Register
from mailbot.store import Damaged, Digest, Entry, Imported, Wanted
from mailbot.store.files import pulse, replay, texts
from mailbot.store.files.mail import Mails
from mailbot.store.files.past import FilePast
from mailbot.store.files.registers import Registers
from mailbot.store.files.telling import Progress, quiet
from mailbot.store.files.verify import Verified, verify

LOOK_EVERY = 0.05
"""Seconds between two looks at the end of the journal, of whoever waits for an entry."""


class View:
    """What was committed up to some instant; `catch_up` shows what another process committed since."""

    def __init__(self, state: Path, standing: replay.Standing) -> None:
        self.state = state
        self.desk = standing.journal.desk
        self.notices: list[str] = []
        self.mails = Mails(state / "mail")
        self.registers = Registers(state, self.notices)
        self._standing = standing

    @property
    def head(self) -> chain.Head:
        """The last committed entry: number, hash, instant."""
        return self._standing.journal.end.head

    def catch_up(self) -> chain.Head:
        """Takes in what another process committed since; the last entry now. Costs one look at the folder of the
        journal if that is nothing, else the reading of what is new.

        Damaged if the journal is not what was written.
        """
        if self._standing.journal.shrunk():  # entries were erased: what was read before is not what is there
            self._standing = replay.to_look_at(self.state, self.desk)
        if self._standing.journal.grown():
            try:
                self._read_on(Erased | ErasureDone)
            except Damaged:  # perhaps what was seen last was taken back, since the disk did not take all of it
                self._standing = replay.to_look_at(self.state, self.desk)
                self._read_on()
        return self.head

    def _read_on(self, telling: type[Erased] | UnionType = Erased) -> None:
        """What was read before an erasure is not what is there now: then all is read anew."""
        stale = False
        for entry in replay.catch_up(self._standing, on_disk=False):
            stale = stale or any(isinstance(event, telling) for event in entry.events or ())
        if stale:
            self._standing = replay.afresh(self.state, self.desk, on_disk=False)
            for _ in replay.catch_up(self._standing, on_disk=False):
                pass

    async def await_order(self, nonce: str, seconds: float) -> Entry | None:
        """The first entry of the order with this nonce, as soon as another process has committed it; None if that
        takes longer. Only the last thousand orders are known."""
        clock = asyncio.get_running_loop().time
        end = clock() + seconds
        while True:
            self.catch_up()
            seq = self.ledger().done.get(nonce)
            if seq is not None or clock() >= end:
                return None if seq is None else await self.entry(seq)
            await asyncio.sleep(min(LOOK_EVERY, max(0.0, end - clock())))

    def ledger(self) -> Ledger:
        """What the journal adds up to beside cases; costs nothing as long as nothing was committed."""
        return self._standing.index.ledger()

    def sent_to(self, address: str, since: datetime) -> tuple[int, int]:
        """How many letters the relay took for this address and for its domain, at or after an aware instant at most
        24 hours back, by the instants of their entries."""
        return self._standing.index.letters.sent_to(address, to_text(since))

    def sent_since(self, since: datetime) -> int:
        """How many letters the relay took, whoever they went to, at or after an aware instant at most 24 hours back."""
        return self._standing.index.letters.sent_since(to_text(since))

    def is_due(self, name: str) -> bool:
        """Whether the letter of this name may still go: it was neither sent nor held, dropped or erased."""
        return name in self._standing.index.letters.due

    def due_letters(self) -> tuple[str, ...]:
        """The names of all letters that may still go, in the order in which they were written or released."""
        return tuple(self._standing.index.letters.due)

    def last_numbers(self) -> Mapping[str, int]:
        """The last running number of a case, by year."""
        return dict(self._standing.index.running)

    async def posted(self) -> dict[str, object] | None:
        """What the service saw last; None if nothing was posted, or if it is not whole."""
        return await asyncio.to_thread(pulse.posted, self.state)

    async def files(self) -> int:
        """How many raw mails lie among the decided ones."""
        return await asyncio.to_thread(self.mails.count)

    async def raw(self, digest: Digest) -> bytes | None:
        """The bytes of a kept mail, None if they were erased by order; FileNotFoundError if it was never kept."""
        return await asyncio.to_thread(self.mails.raw, digest)

    async def known(self, digests: Iterable[Digest]) -> frozenset[Digest]:
        """Those of these mails that a committed entry decided."""
        return frozenset(filter(self.mails.known, digests))

    async def undecided(self) -> list[Digest]:
        """Kept mails no entry has decided yet, oldest first."""
        return [digest for digest in self.mails.waiting() if not self.mails.known(digest)]

    async def recollect(self, kind: texts.Kind, digest: Digest) -> dict[str, str] | None:
        """What was remembered under a digest; None if nothing was."""
        return await asyncio.to_thread(texts.recollect, self.state, kind, digest)

    async def rule_texts(self, digest: Digest) -> dict[str, str] | None:
        """The texts `{path: text}` of the rule set that entries name by this digest; None if they are not there."""
        return await self.recollect("rules", digest)

    async def rule_file(self, digest: Digest) -> bytes | None:
        """The bytes of a file of a rule set; None if they are gone, or others than they were."""
        return await asyncio.to_thread(texts.recollect_file, self.state, digest)

    async def entries(self, after: int = 0) -> AsyncIterator[Entry]:
        """All entries after the one numbered `after` that are committed now, verified as they are read.

        Damaged at the first that is not what was written; nothing if there is no entry `after`.
        """
        for entry in self.walk(after):
            await asyncio.sleep(0)
            yield entry

    def walk(self, after: int = 0) -> Iterator[Entry]:
        """The same for who has no loop in which others wait."""
        journal = self._standing.journal
        start, last = journal.after(after), self.head.seq
        if start is not None and after < last:
            for group in replay.groups(journal, start, last):
                yield from (read.entry for read in group)

    def past(self) -> FilePast:
        """All entries that are committed now once more, with what they added up to before each."""
        return FilePast(self.state, self.desk, self.head.seq)

    async def entry(self, seq: int) -> Entry | None:
        """One committed entry by its number; None if there is none."""
        return self._standing.entry(seq)

    async def case(self, number: str) -> Case | None:
        """One case as committed; None if there is none or the text is no case number."""
        folded = self._standing.book.get(number)
        return folded[0] if folded else None

    async def journal_bytes(self) -> int:
        """How large all files of the journal are."""
        return await asyncio.to_thread(self._standing.journal.size)

    async def cases(self, wanted: Wanted) -> AsyncIterator[Case]:
        """The cases wanted, open ones first, each kind by number; closed ones are read from disk file by file."""
        if wanted.numbers:
            for number in sorted(wanted.numbers):
                case = await self.case(number)
                if case and (not wanted.statuses or case.status in wanted.statuses):
                    yield case
            return
        closed = not wanted.statuses or wanted.statuses & CLOSED
        for source in (self._standing.book.open_cases, *([self._standing.book.closed_cases] if closed else [])):
            for case in source():
                await asyncio.sleep(0)
                if not wanted.statuses or case.status in wanted.statuses:
                    yield case

    def imported(self) -> Mapping[str, Imported]:
        """What was imported last as each register."""
        return self._standing.index.registers.imported

    def rows_written(self, name: str) -> int:
        """How many rows of that register cases wrote since it was imported."""
        return len(self._standing.index.registers.written.get(name, ()))

    async def rows(self, wanted: Sequence[Sought], registers: Mapping[str, Register]) -> tuple[Row, ...]:
        """What registers say, in the order asked; `registers` is what the desk declares them to be."""
        return await asyncio.to_thread(self._rows, wanted, registers)

    def _rows(self, wanted: Sequence[Sought], registers: Mapping[str, Register]) -> tuple[Row, ...]:
        changes = self._standing.index.registers
        return tuple(
            self.registers.row(one, registers[one.name], changes.standing(one.name))
            if one.name in registers
            else not_imported(one)
            for one in wanted
        )

    def verify(
        self, witnesses: Sequence[chain.Witness] = (), progress: Progress = quiet, *, apart: bool = False
    ) -> Verified:
        """Verifies chain, raw mails, casebook and registers against each other, and the chain against what is known
        outside; a long one with processes beside this one if `apart`, which only who has no threads may ask for."""
        found = verify(self._standing, self.mails, witnesses, progress, apart=apart)
        for name, imported in self.imported().items() if found.chain.ok else ():
            if words := self.registers.problem(name, imported):
                found.report(words)
        return found
