"""When the parts of the service work: each at its interval or at once, one at a time, and no call is lost.
It knows nothing of what they do."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

Work = Callable[[], Awaitable[None]]
logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every turn passed over, which is as wanted
STEP = 1.0
"""Seconds by which the wall clock has to have moved against the loop's own time to have been set by somebody."""
LOOK_EVERY = 1.0
"""Seconds between two looks at whether it was."""


class _Every(BaseTrigger):  # type: ignore[misc]  # apscheduler has no types
    """The next turn an interval from now: what passed while a clock jumped ahead is not made up for, turn by turn."""

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        return now + self._interval


@dataclass(slots=True)
class _Job:
    """`bell` has it work; `timer` rings it at the time that was asked for, if one was; `began` and `again` are set
    while it works: since when, and how long after its end it was called."""

    name: str
    seconds: float
    work: Work
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    timer: asyncio.TimerHandle | None = None
    began: float | None = None
    again: float | None = None

    def ring(self) -> None:
        self.timer = None
        self.bell.set()

    def silence(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
        self.timer = None


class Timetable:
    """Jobs by name, within the running event loop.

    Each job is a task that waits for its bell, so that a call while it works is a bell that rang: it works once more.
    apscheduler rings at the intervals; a call rings by the loop's own time, which nobody can set. One that raises ends
    the timetable: `ended` is then set, and `close` raises what it raised.
    """

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._jobs: dict[str, _Job] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._held: set[str] = set()
        self._over = asyncio.Event()
        self._raised: BaseException | None = None

    def every(self, name: str, seconds: float, work: Work) -> None:
        """Work at once and then every so many seconds."""
        job = self._jobs[name] = _Job(name, seconds, work)
        self._scheduler.add_job(self._tick, _Every(seconds), args=(job,), id=name, next_run_time=datetime.now(UTC))

    def soon(self, name: str, after: float = 0.0) -> None:
        """The job of that name works again within so many seconds, or if it works now, so many seconds after that and
        not before, unless somebody calls it meanwhile."""
        job = self._jobs.get(name)
        if job is None or self.ended.is_set():
            return
        if job.began is not None:
            job.again = after if job.again is None else min(after, job.again)
        else:
            self._set(job, after)

    def _set(self, job: _Job, after: float) -> None:
        """An earlier call that would ring before that stays."""
        loop = asyncio.get_running_loop()
        if job.timer is None or job.timer.when() > loop.time() + after:
            job.silence()
            job.timer = loop.call_later(after, job.ring)

    def pace(self, name: str, seconds: float) -> None:
        """The job of that name works every so many seconds from its next turn on."""
        self._jobs[name].seconds = seconds
        self._scheduler.modify_job(name, trigger=_Every(seconds))

    def working_for(self, name: str) -> float:
        """Seconds for which the job of that name has been at work; 0 if it is not."""
        job = self._jobs.get(name)
        return 0.0 if job is None or job.began is None else time.monotonic() - job.began

    @asynccontextmanager
    async def without(self, names: Collection[str]) -> AsyncIterator[None]:
        """None of these jobs works inside the block, which waits until they are over. All of them work at once after
        it."""
        self._held.update(names)
        try:
            while any(self._jobs[name].began is not None for name in names):
                self._over.clear()
                await self._over.wait()
            yield
        finally:
            self._held.difference_update(names)
            for name in names:
                self._jobs[name].again = None
                self.soon(name)

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()
        turning = (self._turning(job) for job in self._jobs.values())
        self._tasks = [asyncio.ensure_future(part) for part in (*turning, self._mind_the_clock())]

    async def close(self) -> None:
        """Begin nothing any more, and wait for what is under way. Raises what a job raised."""
        self.ended.set()
        self._scheduler.shutdown(wait=False)
        for job in self._jobs.values():
            job.silence()
        while any(job.began is not None for job in self._jobs.values()):
            self._over.clear()
            await self._over.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._raised is not None:
            raise self._raised

    async def _tick(self, job: _Job) -> None:
        """The interval is over: nothing to do for a job at work, or for one that has its turn set already."""
        if job.began is None and job.timer is None:
            job.bell.set()

    async def _turning(self, job: _Job) -> None:
        while not self.ended.is_set():
            await job.bell.wait()
            job.bell.clear()
            if job.name not in self._held and not self.ended.is_set():  # those held are called when they are let go
                await self._turn(job)

    async def _turn(self, job: _Job) -> None:
        job.silence()
        job.began, job.again = time.monotonic(), None
        try:
            await job.work()
        except BaseException as error:  # also when the disk failed and the process has to end (SystemExit)
            self._raised = self._raised or error
            self.ended.set()
        finally:
            job.began = None
            self._over.set()
        if not self.ended.is_set():
            self._from_now(job, job.seconds)
            if job.again is not None:
                self._set(job, job.again)

    def _from_now(self, job: _Job, seconds: float) -> None:
        self._scheduler.modify_job(job.name, next_run_time=datetime.now(UTC) + timedelta(seconds=seconds))

    async def _mind_the_clock(self) -> None:
        """apscheduler goes by the wall clock: once that was set, every job works at once, and from then on at its
        interval. Else a clock set back an hour would have everything wait for an hour."""
        apart = _apart()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now = _apart()
            for job in self._jobs.values() if abs(now - apart) > STEP else ():
                self._from_now(job, 0.0)
            apart = now


def _apart() -> float:
    """How far the wall clock and the one that nobody sets are apart."""
    return datetime.now(UTC).timestamp() - time.monotonic()
