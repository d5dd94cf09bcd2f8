"""A desk's store in one folder: journal, raw mails, casebook. It knows no clock, no rule and no server.

One writer at a time, who holds `lock`; any number of readers beside it. What a batch appended is taken in when leaving
it returns, and not before.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self, TypeVar

from mailbot.core import chain
from mailbot.core.case import CLOSED, Case
from mailbot.core.events import LetterWritten
from mailbot.core.instants import to_text
from mailbot.store import DeadlineDue, Digest, Due, DueKind, Entry, Full, LetterDue, Wanted
from mailbot.store.files import disk, replay, texts
from mailbot.store.files.batch import FileBatch, new_salt
from mailbot.store.files.index import letter_name
from mailbot.store.files.journal import Spot
from mailbot.store.files.mail import Mails
from mailbot.store.files.verify import Verified, verify

T = TypeVar("T")
ROOM = 256 * 1024
"""Bytes the disk has to have for the results of letters, before any is sent."""
CHECKPOINT_EVERY = 2_000
"""Entries between two checkpoints, or as many as there are open cases if those are more: so what a checkpoint costs,
shared among the entries before it, does not grow with the casebook."""


class FileStore:
    """Everything one desk has to remember, below one folder; made by `open` (to write) or `read` (to look)."""

    def __init__(self, state: Path, standing: replay.Standing, lock: int | None) -> None:
        self.state = state
        self.desk = standing.journal.desk
        self.mails = Mails(state / "mail")
        self.notices: list[str] = []
        self.checkpoint_every = CHECKPOINT_EVERY
        self.salt: Callable[[], str] = new_salt
        self._standing = standing
        self._lock = lock
        self._since = 0
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    @classmethod
    def open(cls, state: Path, desk: str) -> Self:
        """The store in this folder for the one process that writes it; the folder is made if it is missing.

        Sets aside a torn end, loads or rebuilds the casebook, finishes moves of mails a crash interrupted; `notices`
        says in words what was found. Locked if another process writes it; Damaged, with file and line, if the journal
        is not what was written; Full if the disk takes no more.
        """
        for part in ("", "journal", "cases", "mail"):
            disk.folder(state / part).chmod(disk.FOLDER_MODE)
        with ExitStack() as undone:
            lock = disk.lock(state / "lock")
            undone.callback(os.close, lock)
            store = cls._opened(state, desk, lock)
            undone.pop_all()
        return store

    @classmethod
    def _opened(cls, state: Path, desk: str, lock: int) -> Self:
        loaded = replay.load(state, desk)
        store = cls(state, loaded or replay.afresh(state, desk, on_disk=True), lock)
        store._standing.journal.settle()
        store.mails.prepare()
        lost = 0
        for entry in replay.catch_up(store._standing, on_disk=True):
            store._since += 1
            if entry.mail is not None:
                store.mails.file([entry.mail])
                lost += not store.mails.known(entry.mail)
        store.notices += store._standing.journal.cut_torn()
        store.notices += [f"{lost} mails named by the journal are not kept any more"] if lost else []
        if loaded is None and store.head.seq:
            store.notices.append(f"the casebook was made again from {store._since} entries of the journal")
            store.checkpoint()
        return store

    @classmethod
    def read(cls, state: Path, desk: str) -> Self:
        """The store as it stands now, only to look at, also while another process writes it; nothing is repaired.

        Damaged if the journal is not what was written.
        """
        standing = replay.load(state, desk) or replay.afresh(state, desk, on_disk=False)
        for _ in replay.catch_up(standing, on_disk=False):
            pass
        return cls(state, standing, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def head(self) -> chain.Head:
        """The last committed entry: number, hash, instant."""
        return self._standing.journal.end.head

    def close(self) -> None:
        """Writes a checkpoint (if the disk takes it) and gives the folder free. No batch may be under way."""
        if self._lock is None:
            return
        if self._since:
            self.checkpoint()
        self._standing.journal.close()
        os.close(self._lock)
        self._lock = None

    def checkpoint(self) -> bool:
        """The casebook is on the disk on return, or False with a notice: then the next start reads more entries."""
        try:
            self.mails.settle()
            self._standing.book.flush(self._standing.listed())
        except (Full, OSError) as error:
            self.notices.append(f"no checkpoint was written: {error}")
            self._since //= 2
            return False
        self._since = 0
        return True

    async def keep(self, raws: Sequence[bytes]) -> list[Digest]:
        """The digests of raw mails, in their order, all durable on return; Full if the disk takes no more."""
        self._writable()
        digests, cancelled = await _to_the_end(lambda: self.mails.keep(raws))
        _pass_on(cancelled)
        return digests

    async def raw(self, digest: Digest) -> bytes | None:
        """The bytes of a kept mail, None if they were erased by order; FileNotFoundError if it was never kept."""
        return await asyncio.to_thread(self.mails.raw, digest)

    def require_room(self) -> None:
        """Full unless the disk would take another batch: a block is reserved beside the journal and given back."""
        self._writable()
        disk.require_room(self.state / "journal", ROOM)

    async def undecided(self) -> list[Digest]:
        """Kept mails no entry has decided yet, oldest first."""
        return [digest for digest in self.mails.waiting() if not self.mails.known(digest)]

    async def remember(self, kind: texts.Kind, mapping: Mapping[str, str]) -> Digest:
        """The digest of a rule set or program `{path: text}`, kept durably on return; see `texts.remember`."""
        self._writable()
        return await asyncio.to_thread(texts.remember, self.state, kind, mapping)

    async def recollect(self, kind: texts.Kind, digest: Digest) -> dict[str, str] | None:
        """What was remembered under a digest; None if nothing was."""
        return await asyncio.to_thread(texts.recollect, self.state, kind, digest)

    def _writable(self) -> None:
        if self._lock is None:
            raise RuntimeError("this store was opened only to be read, or closed")

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[FileBatch]:
        """One durable commit: what is appended is on the disk when the block is left, or nothing of it is.

        One at a time; others wait. Full: nothing happened, try again. If the process's task is cancelled while the disk
        works, the commit is finished first.
        """
        self._writable()
        task = asyncio.current_task()
        if self._holder is not None and self._holder is task:
            raise RuntimeError("a batch inside a batch would wait for ever")
        async with self._turn:
            self._holder = task
            try:
                batch = FileBatch(self._standing, self.mails, self.salt)
                yield batch
                if batch.finished():
                    await self._commit(batch)
            finally:
                self._holder = None

    async def _commit(self, batch: FileBatch) -> None:
        def write() -> list[Spot]:
            spots = self._standing.journal.append(batch.lines, batch.head)
            self.mails.file([entry.mail for entry in batch.working.entries if entry.mail is not None])
            return spots

        spots, cancelled = await _to_the_end(write)
        batch.working.settle(spots)
        self._since += len(spots)
        if self._since >= max(self.checkpoint_every, self._standing.index.open_count):
            _, again = await _to_the_end(self.checkpoint)
            cancelled = cancelled or again
        _pass_on(cancelled)

    async def due(self, now: datetime, limit: int, lease: float, kind: DueKind = "all") -> list[Due]:
        """At most `limit` letters, the oldest first, then deadlines of open cases, that are due at `now` (aware), or
        only those of one kind. What was given out nobody gets again for `lease` seconds of the same clock, unless the
        process was started anew."""
        instant, until = to_text(now), to_text(now + timedelta(seconds=lease))
        index = self._standing.index
        letters = [] if kind == "deadlines" else index.letters.take(instant, until, limit)
        found: list[Due] = [letter for name in letters if (letter := self._letter_due(name))]
        numbers = [] if kind == "letters" else index.deadlines.take(instant, until, limit - len(found))
        for number in numbers:
            folded = self._standing.book.get(number)
            if folded and folded[0].open:
                remind = folded[0].remind
                found.append(DeadlineDue(folded[0], "remind" if remind and remind <= instant else "limit"))
        return found

    def _letter_due(self, name: str) -> LetterDue | None:
        due = self._standing.index.due[name]
        entry = self._standing.entry(due.seq, due.spot)
        for event in (entry.events if entry else None) or ():
            if entry and isinstance(event, LetterWritten) and letter_name(entry, event.number) == name:
                return LetterDue(name, event, entry, due.tries)
        self._standing.index.forget(name)
        return None

    async def entries(self, after: int = 0) -> AsyncIterator[Entry]:
        """All entries after the one numbered `after` that are committed now, verified as they are read.

        Damaged at the first that is not what was written; nothing if there is no entry `after`.
        """
        journal = self._standing.journal
        start, last = journal.after(after), self.head.seq
        if start is None or after >= last:
            return
        for group in replay.groups(journal, start, last):
            await asyncio.sleep(0)
            for read in group:
                yield read.entry

    async def entry(self, seq: int) -> Entry | None:
        """One committed entry by its number; None if there is none."""
        return self._standing.entry(seq)

    async def case(self, number: str) -> Case | None:
        """One case as committed; None if there is none or the text is no case number."""
        folded = self._standing.book.get(number)
        return folded[0] if folded else None

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

    async def open_cases_of(self, address: str) -> tuple[str, ...]:
        """Numbers of the open cases whose applicant has this address, in order."""
        return self._standing.index.open_cases_of(address)

    def verify(self, progress: Callable[[str], None] | None = None) -> Verified:
        """Verifies chain, raw mails and casebook against each other; `progress` is told in words what comes next."""
        return verify(self._standing, self.mails, progress or (lambda words: None))


async def _to_the_end(work: Callable[[], T]) -> tuple[T, bool]:
    """What `work` returns, done in a thread, and whether the task was cancelled meanwhile: it is waited for anyway."""
    future = asyncio.get_running_loop().run_in_executor(None, work)
    cancelled = False
    while not future.done():
        try:
            await asyncio.shield(future)
        except asyncio.CancelledError:
            cancelled = True
    return future.result(), cancelled


def _pass_on(cancelled: bool) -> None:
    if cancelled:
        raise asyncio.CancelledError
