"""The service: it looks into the inbox whenever the server says so, sends what is due, and ends when asked to.
It decides nothing; what is done at each turn stands in the other rooms of this folder."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from mailbot.core import patience
from mailbot.edge.inbox import InboxBroken
from mailbot.service.duties import carry_out_orders, look_after, meet_deadlines
from mailbot.service.letters import send_letters
from mailbot.service.reading import decide_kept, read_inbox
from mailbot.service.timetable import Timetable
from mailbot.service.values import Round, Work

log = logging.getLogger("mailbot")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the parts of the service work when nothing calls them, in seconds.

    `inbox` is the floor under IDLE. `stalled` is how long a look into the inbox may show no progress before its
    connection is cut.
    """

    inbox: float = 60.0
    letters: float = 15.0
    orders: float = 2.0
    health: float = 60.0
    files: float = 3600.0
    stalled: float = 300.0


class Service:
    """One desk at work until `stop`."""

    def __init__(self, work: Work, pace: Pace | None = None, dice: random.Random | None = None) -> None:
        self._work, self._pace, self._dice = work, pace or Pace(), dice or random.Random()  # noqa: S311 - jitter
        self._times = Timetable()
        self._stop = asyncio.Event()
        self._idle: asyncio.Task[None] | None = None
        self._failures = 0
        self._moved = time.monotonic()
        self._looking = self._wanted = False
        self._files_counted = float("-inf")
        work.stopping, work.step = self._stop.is_set, self._move

    def stop(self) -> None:
        """End between two batches: what is under way is finished, nothing more begins."""
        self._stop.set()
        self._wanted = True
        self._work.inbox.wake()

    async def run(self) -> None:
        """Work until `stop`. Raises what no part of the service may survive (a disk that does not confirm)."""
        pace = self._pace
        jobs = (
            ("inbox", pace.inbox, self._inbox),
            ("letters", pace.letters, self._letters),
            ("orders", pace.orders, self._orders),
            ("health", pace.health, self._health),
            ("watchdog", pace.stalled / 10, self._watch),
        )
        for name, seconds, work in jobs:
            self._times.every(name, seconds, self._surviving(name, work))
        self._times.start()
        ends = [asyncio.ensure_future(event.wait()) for event in (self._stop, self._times.ended)]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        self.stop()
        for end in ends:
            end.cancel()
        try:
            await self._times.close()
        finally:
            await self._close()

    async def _close(self) -> None:
        await self._end_idle()
        await self._work.inbox.close()
        for carrier in self._work.carriers:
            await carrier.close()
        with suppress(OSError):
            await self._work.note()

    def _move(self) -> None:
        self._moved = time.monotonic()

    def _surviving(self, name: str, work: Callable[[Round], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """The same, but for bugs, which are logged, and with every trouble said."""

        async def survive() -> None:
            if self._stop.is_set():
                return
            done = Round()
            try:
                await work(done)
            except Exception:
                log.exception("%s: a bug; the service goes on", name)
            for trouble in done.troubles:
                log.warning("%s", trouble)
            if not done.quiet:
                log.info("%s", in_words(done))

        return survive

    async def _inbox(self, done: Round) -> None:
        await self._end_idle()
        self._looking = True
        self._move()
        began = self._work.clock()
        try:
            if read_all := await read_inbox(self._work, done):
                await decide_kept(self._work, done)
                await meet_deadlines(self._work, began, done)
        finally:
            self._looking = False
        await self._work.note()
        self._times.soon("letters")
        if read_all or done.taken_in or done.known:
            self._failures = 0
        if read_all and (done.taken_in or done.known) and not self._work.pulse.stuck:
            self._times.soon("inbox")  # more may have come meanwhile, and IDLE tells only of what comes in it
        elif read_all:
            self._idle = asyncio.create_task(self._wait_for_mail())
        elif self._work.inbox.connected:
            self._times.soon("inbox", 1.0)
        else:
            self._reconnect_later()
        if done.taken_in or done.observed:
            self._times.soon("health", 1.0)

    def _reconnect_later(self) -> None:
        pause = patience.reconnect(self._failures, self._dice.random)
        self._failures += 1
        log.info("the inbox is out of reach; trying again in %.0f s", pause)
        self._times.soon("inbox", pause)

    async def _wait_for_mail(self) -> None:
        """Waits until the server tells of a change; a connection that is gone is made anew."""
        told, end = False, time.monotonic() + self._pace.inbox
        while not told and not self._wanted and (left := end - time.monotonic()) > 0:
            try:
                told = await self._work.inbox.idle(left)  # a bell that rang before ends it at once
            except InboxBroken as broken:
                log.info("IMAP: %s", broken)
                told = True
        self._move()
        if told and not self._stop.is_set():
            self._times.soon("inbox")

    async def _end_idle(self) -> None:
        idle, self._idle = self._idle, None
        if idle is not None and not idle.done():
            self._wanted = True
            self._work.inbox.wake()
            await idle
        self._wanted = False

    async def _letters(self, done: Round) -> None:
        await send_letters(self._work, done)

    async def _orders(self, done: Round) -> None:
        await carry_out_orders(self._work, done)
        if done.orders:
            for name in ("inbox", "letters", "health"):
                self._times.soon(name)

    async def _health(self, done: Round) -> None:
        count = time.monotonic() - self._files_counted > self._pace.files
        self._files_counted = time.monotonic() if count else self._files_counted
        await look_after(self._work, done, count_files=count)
        await self._work.note()
        self._times.soon("letters")

    async def _watch(self, done: Round) -> None:
        """A look into the inbox that shows no progress for too long is ended by cutting its connection; IDLE as well,
        since it must have ended by itself."""
        still = time.monotonic() - self._moved
        idle_too_long = (
            self._idle is not None and not self._idle.done() and still > self._pace.inbox + self._pace.stalled
        )
        if (self._looking and still > self._pace.stalled) or idle_too_long:
            done.troubles.append(f"IMAP: no progress for {still:.0f} s; the connection is cut")
            self._work.inbox.sever()
            self._move()


def in_words(done: Round) -> str:
    """What was done, in one line for the operator's log, without personal data."""
    letters = ", ".join(f"{count} {result}" for result, count in done.letters.items() if count) or "none"
    parts = {
        "mails taken in": done.taken_in,
        "known": done.known,
        "quarantined": done.quarantined,
        "deadlines": done.deadlines,
        "orders": done.orders,
    }
    said = [f"{name} {count}" for name, count in parts.items() if count]
    return "; ".join([*said, f"letters {letters}"])
