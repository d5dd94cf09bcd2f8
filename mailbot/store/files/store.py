"""A desk's store in one folder: journal, raw mails, casebook. It knows no clock, no rule and no server.

One writer at a time, who holds `lock`; any number of readers beside it. What a batch appended is taken in when leaving
it returns, and not before.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from mailbot.core import chain
from mailbot.core.events import Erased
from mailbot.core.instants import to_text
from mailbot.core.ledger import Undone
from mailbot.core.orders import ImportRegister, Ordered
from mailbot.store import DeadlineDue, Digest, Due, DueKind, Full
from mailbot.store.files import disk, replay, texts
from mailbot.store.files.batch import FileBatch, new_salt
from mailbot.store.files.blanking import without
from mailbot.store.files.journal import Spot
from mailbot.store.files.orders import Orders
from mailbot.store.files.pulse import post
from mailbot.store.files.rebuilding import remade
from mailbot.store.files.sealing import lost, put_away
from mailbot.store.files.stops import ending
from mailbot.store.files.threads import pass_on, to_the_end
from mailbot.store.files.view import View

ROOM = 256 * 1024
"""Bytes the disk has to have for the results of letters, before any is sent."""


class FileStore(View):
    """Everything one desk has to remember, below one folder; made by `open` (to write) or `read` (to look)."""

    def __init__(self, state: Path, standing: replay.Standing, lock: int | None) -> None:
        super().__init__(state, standing)
        self.checkpoint_every = replay.CHECKPOINT_EVERY
        self.salt: Callable[[], str] = new_salt
        self._lock = lock
        self._orders = Orders(state)
        self._since = 0
        self._failed: BaseException | None = None
        self._turn = asyncio.Lock()
        self._posting = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    @classmethod
    def open(cls, state: Path, desk: str) -> Self:
        """The store in this folder for the one process that writes it; the folder is made if it is missing.

        Sets aside a torn end, loads or rebuilds the casebook, finishes moves of mails a crash interrupted; `notices`
        says in words what was found. Locked if another process writes it; Damaged, with file and line, if the journal
        is not what was written; Full if the disk takes no more."""
        with cls._locked(state) as lock:
            return cls._opened(state, desk, lock, replay.load(state, desk))

    @classmethod
    def rebuild(cls, state: Path, desk: str) -> Self:
        """As `open`, with a casebook made again from the whole journal, whatever there was of it, and durable on return
        (a notice says so if not). If the journal is damaged, the casebook stays as it is."""
        with cls._locked(state) as lock:
            made = remade(state, desk)
            store = cls._opened(state, desk, lock, made.standing)
            store.notices += lost(made.put_away(store.mails))
            store.checkpoint()
            return store

    @staticmethod
    @contextmanager
    def _locked(state: Path) -> Iterator[int]:
        """The lock of the folder, which is made if it is missing; given back only if the block fails. NotOwner."""
        disk.require_owner(state)
        for part in ("", "journal", "cases", "mail"):
            disk.folder(state / part).chmod(disk.FOLDER_MODE)
        with ExitStack() as undone:
            lock = disk.lock(state / "lock")
            undone.callback(os.close, lock)
            yield lock
            undone.pop_all()

    @classmethod
    def _opened(cls, state: Path, desk: str, lock: int, loaded: replay.Standing | str) -> Self:
        standing = loaded if isinstance(loaded, replay.Standing) else replay.afresh(state, desk, on_disk=True)
        store = cls(state, standing, lock)
        store._standing.journal.settle()
        store.mails.prepare()
        gone = 0
        for entry in replay.catch_up(store._standing, on_disk=True):
            store._since += 1
            put_away(store.mails, [entry])
            gone += entry.mail is not None and not store.mails.known(entry.mail)
        store.notices += store._standing.journal.cut_torn()
        store._finish_erasing()
        store._tidy_registers()
        store.notices += lost(gone)
        if isinstance(loaded, str) and store.head.seq:
            made = f"the casebook was made again from {store._since} entries of the journal: {loaded}"
            store.notices += [] if replay.unwritten(loaded, store._since) else [made]
            store.checkpoint()
        return store

    @classmethod
    def read(cls, state: Path, desk: str) -> Self:
        """The store as it stands now, only to look at, also while another process writes it; nothing is repaired.

        Damaged if the journal is not what was written.
        """
        store = cls(state, replay.to_look_at(state, desk), None)
        store._read_on()
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Writes a checkpoint (if the disk takes it) and gives the folder free. No batch may be under way."""
        if self._lock is None:
            return
        if self._since and self._failed is None:
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
        digests, cancelled = await to_the_end(lambda: self.mails.keep(raws))
        pass_on(cancelled)
        return digests

    def catch_up(self) -> chain.Head:
        """As `View.catch_up`; who writes has nothing to catch up with."""
        return super().catch_up() if self._lock is None else self.head

    async def orders(self) -> list[Ordered]:
        """The orders given and not carried out yet, oldest first. What is none is set aside with a notice, if this
        process holds the lock."""
        orders, bad = self._orders.read()
        if self._lock is not None:
            self.notices += map(self._orders.set_aside, bad)
        return orders

    async def finish_order(self, nonce: str) -> None:
        """The order with this nonce was carried out, and its entry is committed."""
        self._writable()
        self._orders.finish(nonce)

    async def given_register(self, name: str, digest: Digest) -> bytes | None:
        """The bytes given to be imported as this register; None if they are not there, or not whole."""
        return await asyncio.to_thread(self.registers.given, name, digest)

    async def place_register(self, name: str, digest: Digest, data: bytes) -> None:
        """The file is where it counts once an entry names it, durably on return; Full if the disk takes no more."""
        self._writable()
        await asyncio.to_thread(self.registers.place, name, digest, data)

    async def settle_registers(self, digest: Digest) -> None:
        """An order about this file was carried out: it is removed from where it was given, and what does not count
        from where it did."""
        self._writable()
        self.registers.settle(self.imported(), [digest])

    def _tidy_registers(self) -> None:
        """What a crash may have left is removed, and what is missing is said."""
        self.registers.report(self.imported())
        self.registers.settle(self.imported(), [])
        ordered = [given.order for given in self._orders.read()[0]]
        self.registers.forget_given(order.digest for order in ordered if isinstance(order, ImportRegister))

    async def post(self, pulse: Mapping[str, object]) -> None:
        """Whoever looks finds this mapping of plain JSON values from now on; a crash may lose it. Full if the disk
        takes no more."""
        self._writable()
        async with self._posting:
            await asyncio.to_thread(post, self.state, pulse)

    def require_room(self) -> None:
        """Full unless the disk would take another batch: a block is reserved beside the journal and given back."""
        self._writable()
        disk.require_room(self.state / "journal", ROOM)

    async def remember(
        self, kind: texts.Kind, mapping: Mapping[str, str], files: Mapping[Digest, bytes] | None = None
    ) -> Digest:
        """The digest of a rule set or program `{path: text}`, kept durably on return with the `files` that it names by
        their digests; see `texts.remember`."""
        self._writable()
        await asyncio.to_thread(texts.remember_files, self.state, files or {})
        return await asyncio.to_thread(texts.remember, self.state, kind, mapping)

    def _writable(self) -> None:
        if self._failed is not None:
            raise ending(self._failed)
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
            self._writable()
            self._holder = task
            try:
                batch = FileBatch(self._standing, self.mails, self.registers, self.salt)
                yield batch
                if batch.finished():
                    await self._commit(batch)
            finally:
                self._holder = None

    async def _commit(self, batch: FileBatch) -> None:
        def write() -> list[Spot]:
            spots = self._standing.journal.append(batch.lines, batch.head)
            put_away(self.mails, batch.working.entries)
            return spots

        before = self.head.at
        try:
            spots, cancelled = await to_the_end(write)
            batch.working.settle(spots)
            self._standing.committed(batch.working.entries)
        except BaseException as failed:  # what stands in the journal may not be in what it adds up to
            self._failed = None if isinstance(failed, Full) else failed
            raise
        if self.head.at < before:
            self.notices.append(f"the clock went back: entry {self.head.seq} of {self.head.at} follows one of {before}")
        self._since += len(spots)
        if self._since >= max(self.checkpoint_every, self._standing.index.weight):
            _, again = await to_the_end(self.checkpoint)
            cancelled = cancelled or again
        pass_on(cancelled)

    async def erase(self, erased: Erased | Undone) -> None:
        """What a committed entry orders is done on return, durably: see `store.Store`."""
        self._writable()
        async with self._turn:
            standing, cancelled = await to_the_end(lambda: without(erased, self._standing, self.mails, self.state))
            standing.index.take_over(self._standing.index)
            self._standing = standing
            self.registers.forget()
            _, again = await to_the_end(self.checkpoint)
        pass_on(cancelled or again)

    def _finish_erasing(self) -> None:
        """What an earlier process was ordered to erase, and did not come to."""
        for undone in self.ledger().erasing:
            self._standing = without(undone, self._standing, self.mails, self.state)
            self.checkpoint()

    async def due(self, now: datetime, limit: int, lease: float, kind: DueKind = "all") -> list[Due]:
        """At most `limit` letters, the oldest first, then deadlines of open cases, that are due at `now` (aware), or
        only those of one kind. What was given out nobody gets again for `lease` seconds of the same clock, unless the
        process was started anew."""
        instant, until = to_text(now), to_text(now + timedelta(seconds=lease))
        index = self._standing.index
        letters = [] if kind == "deadlines" else index.letters.queue.take(instant, until, limit)
        found: list[Due] = [letter for name in letters if (letter := self._standing.letter_due(name))]
        numbers = [] if kind == "letters" else index.deadlines.take(instant, until, limit - len(found))
        for number in numbers:
            folded = self._standing.book.get(number)
            if folded and folded[0].open:
                found.append(DeadlineDue.of(folded[0], instant))
        return found

    def give_back(self, letters: Iterable[str]) -> None:
        """These letters were given out and not tried: they are due at once, lease or not."""
        for name in letters:
            self._standing.index.letters.queue.give_back(name)
