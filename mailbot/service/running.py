"""The service: it looks into the inbox whenever the server says so, sends what is due, and ends when asked to.
It decides nothing; what is done at each turn stands in the other rooms of this folder."""

import asyncio
import logging
import os
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from mailbot.core import patience
from mailbot.edge.inbox import InboxBroken
from mailbot.service.bugs import surviving
from mailbot.service.duties import carry_out_orders, look_after, meet_deadlines
from mailbot.service.letters import send_letters
from mailbot.service.reading import decide_kept, read_inbox
from mailbot.service.reloading import NewSet, Reloading
from mailbot.service.showing import look_through
from mailbot.service.timetable import Timetable
from mailbot.service.values import Round, Work, in_words
from mailbot.service.watching import Watch

log = logging.getLogger("mailbot")


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the parts of the service work when nothing calls them, in seconds.

    `inbox` is the floor under IDLE. `stalled` is how long one call to the mail server may take before its connection is
    cut, `refused` how long at first a server is left alone that refused our login, `letter` how long the relay may take
    for one letter.
    """

    inbox: float = 60.0
    letters: float = 15.0
    orders: float = 2.0
    health: float = 60.0
    files: float = 3600.0
    stalled: float = 900.0
    refused: float = 600.0
    letter: float = 900.0


DECIDING = ("inbox", "orders", "health")
"""The jobs that decide by rules."""


class Service:
    """One desk at work until `stop`."""

    def __init__(
        self,
        work: Work,
        pace: Pace | None = None,
        dice: random.Random | None = None,
        reloading: Reloading | None = None,
    ) -> None:
        self._reloading, self._pausing = reloading, False
        self._work, self._pace, self._dice = work, pace or Pace(), dice or random.Random()  # noqa: S311 - jitter
        self._times = Timetable()
        self._stop = asyncio.Event()
        self._idle: asyncio.Task[None] | None = None
        self._failures = {"inbox": 0, "letters": 0}
        self._wanted = self._looked = False
        self._no_letters_before = self._files_counted = float("-inf")
        self._said: set[str] = set()
        self._watch = Watch(work.inbox, self._pace.stalled, self._pace.letter)
        self._stopping: Callable[[], None] = lambda: None
        work.stopping = lambda: self._pausing or self._stop.is_set()
        work.letters_due = lambda: self._times.soon("letters")

    def stop(self) -> None:
        """End between two batches: what is under way is finished, nothing more begins."""
        if not self._stop.is_set():
            self._stopping()
        self._stop.set()
        self._wanted = True
        self._work.inbox.wake()

    def when_stopping(self, told: Callable[[], None]) -> None:
        """This is called once, as soon as the end begins."""
        self._stopping = told

    def reload(self) -> None:
        """Have rules, templates and keys read again; what becomes of it is logged and posted."""
        if self._reloading is not None:
            self._reloading.signalled = True
            self._times.soon("reload")

    async def run(self) -> None:
        """Work until `stop`. Raises what no part of the service may survive (a disk that does not confirm)."""
        pace = self._pace
        jobs = (
            ("inbox", pace.inbox, self._inbox),
            ("letters", pace.letters, self._letters),
            ("orders", pace.orders, self._orders),
            ("health", pace.health, self._health),
            ("reload", pace.orders, self._reload),
            ("watchdog", self._watch.every, self._look_at_itself),
        )
        for name, seconds, work in jobs:
            self._times.every(name, seconds, self._surviving(name, work))
        pulse = self._work.pulse
        pulse.process, pulse.reloaded = os.getpid(), None
        pulse.read = pulse.read or self._work.clock()  # from now on it is expected
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
        for postman in self._work.postmen:
            await postman.close()
        self._work.pulse.process = None
        await self._work.note()

    def _surviving(self, name: str, work: Callable[[Round], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """The same, but for bugs, which are logged, and with every trouble said."""

        async def survive() -> None:
            if self._stop.is_set():
                return
            done, broken = Round(), self._broken()
            self._watch.begins(name, done)
            try:
                with surviving(name, done.troubles):
                    await work(done)
            finally:
                self._watch.ends(name)
            self._work.tally.round_done(done)
            self._say(done, broken - self._broken())

        return survive

    def _broken(self) -> set[str]:
        pulse = self._work.pulse
        return {name for name, contact in (("IMAP", pulse.imap), ("SMTP", pulse.smtp)) if contact.broken}

    def _say(self, done: Round, mended: set[str]) -> None:
        """What was done, and what works again; a trouble once until something works again."""
        for trouble in done.troubles:
            if trouble not in self._said:
                log.warning("%s", trouble)
        self._said.update(done.troubles)
        for server in mended:
            log.info("%s works again", server)
            self._said.clear()
        if not done.quiet:
            log.info("%s", in_words(done), extra={"counts": done.counts()})

    async def _inbox(self, done: Round) -> None:
        """Whatever a part of it meets: the next look is arranged for, and the other parts of the service get on."""
        await self._end_idle()
        until = await read_inbox(self._work, done)
        if until is not None:
            self._work.tally.read_until = until
            with surviving("mails kept earlier", done.troubles):
                await decide_kept(self._work, done)
            with surviving("deadlines", done.troubles):
                await meet_deadlines(self._work, until, done)
        with surviving("noting what was seen", done.troubles):
            await self._work.note()
        self._times.soon("letters")
        if done.taken_in or done.observed or not self._looked:
            self._times.soon("health", 0.5)
        self._looked = True
        self._next_look(until is not None, done)

    def _next_look(self, read_all: bool, done: Round) -> None:
        """At once, as soon as the server tells of mail, or after a pause that grows while nothing gets on."""
        moved = bool(done.taken_in or done.filed) and not self._work.pulse.stuck
        if read_all or moved:
            self._failures["inbox"] = 0
        if read_all and moved:
            self._times.soon("inbox")  # more may have come meanwhile, and IDLE tells only of what comes in it
        elif read_all:
            self._idle = asyncio.create_task(self._wait_for_mail())
        elif not self._stop.is_set():
            self._times.soon("inbox", self._pause("inbox", done.refused))

    def _pause(self, what: str, refused: bool) -> float:
        """Seconds until that is tried again."""
        self._failures[what] += 1
        if refused:
            return patience.after_refusal(self._failures[what], self._pace.refused, self._dice.random)
        return patience.reconnect(self._failures[what], self._dice.random)

    async def _wait_for_mail(self) -> None:
        """Waits until the server tells of a change; a connection that is gone is made anew. After a bug the next look
        is when its time has come."""
        told = False
        with surviving("waiting for mail", []):
            told = await self._told_of_mail(time.monotonic() + self._pace.inbox)
        if told and not self._stop.is_set():
            self._times.soon("inbox")

    async def _told_of_mail(self, end: float) -> bool:
        while not self._wanted and (left := end - time.monotonic()) > 0:
            try:
                if await self._work.inbox.idle(left):  # a bell that rang before ends it at once
                    return True
            except InboxBroken as broken:
                log.info("IMAP: %s", broken)
                return True
        return False

    async def _end_idle(self) -> None:
        idle, self._idle = self._idle, None
        if idle is not None and not idle.done():
            self._wanted = True
            self._work.inbox.wake()
            await idle
        self._wanted = False

    async def _letters(self, done: Round) -> None:
        """A relay out of reach is not asked every few seconds, nor for minutes one that does not take our password: it
        might lock us out."""
        if time.monotonic() < self._no_letters_before:
            return
        await send_letters(self._work, done)
        if done.sending is not None and done.sending.relay:
            self._no_letters_before = time.monotonic() + self._pause("letters", done.sending.refused)
        elif not done.quiet:
            self._failures["letters"] = 0
        if not done.quiet or done.troubles:
            await self._work.note()

    async def _orders(self, done: Round) -> None:
        await carry_out_orders(self._work, done)
        if done.orders:
            for name in ("inbox", "letters", "health"):
                self._times.soon(name)

    async def _reload(self, done: Round) -> None:
        reloading = self._reloading
        if reloading is None or not reloading.wanted():
            return
        new = await reloading.prepare(self._work.tools)
        if new.tools is not None:
            await self._change(reloading, new)
        self._work.tally.reloads["refused" if new.problems else "in_force"] += 1
        await reloading.answer(self._work, new)
        self._times.soon("health")  # whoever asked by a signal learns of a refusal only by the alarm

    async def _change(self, reloading: Reloading, new: NewSet) -> None:
        """Between two batches, while nothing is being decided: a mail is decided by one set of rules as a whole."""
        folders, seconds = self._work.tools.rules.desk.folders, reloading.desk.pace.poll_seconds
        self._pausing = True
        hurrying = asyncio.create_task(self._watch.hurry(lambda: self._times.working_for("inbox") > 0))
        try:
            async with self._times.without(DECIDING):
                hurrying.cancel()
                await reloading.change(self._work, new)
                if self._work.tools.rules.desk.folders != folders:  # made when it is connected to
                    await self._end_idle()
                    await self._work.inbox.close()
                self._pausing = False
        finally:
            self._pausing = False
            hurrying.cancel()
        self._failures, self._no_letters_before = dict.fromkeys(self._failures, 0), float("-inf")
        self._times.soon("letters")
        if new.desk.pace.poll_seconds != seconds:
            self._pace = replace(self._pace, inbox=new.desk.pace.poll_seconds)
            self._times.pace("inbox", self._pace.inbox)

    async def _health(self, done: Round) -> None:
        """Not before the first look: what an earlier process saw last says little about how things are now."""
        if not self._looked:
            return
        count = time.monotonic() - self._files_counted > self._pace.files
        self._files_counted = time.monotonic() if count else self._files_counted
        await look_after(self._work, done, count_files=count)
        with surviving("counting for whoever watches", done.troubles):
            await look_through(self._work)
        await self._work.note()
        self._times.soon("letters")

    async def _look_at_itself(self, done: Round) -> None:
        idling = self._idle is not None and not self._idle.done()
        self._watch.look(done, self._pace.inbox if idling else 0.0)

    def lives(self) -> bool:
        """Whether the service gets on; see Watch."""
        return self._watch.lives()
