"""When the parts of the service work: each at its interval or at once, one at a time, and no call is lost.
It knows nothing of what they do."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

Work = Callable[[], Awaitable[None]]
logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every turn passed over, which is as wanted
SETTLED = 0.01
"""Seconds after which the scheduler knows that a job is over; before that it would pass over the job's next turn."""


class Timetable:
    """Jobs by name, within the running event loop.

    A job that is called while it works, works once more afterwards. One that raises ends the timetable: `ended` is then
    set, and `close` raises what it raised.
    """

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._working: set[str] = set()
        self._again: dict[str, float] = {}
        self._held: set[str] = set()
        self._over = asyncio.Event()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._raised: BaseException | None = None

    def every(self, name: str, seconds: float, work: Work) -> None:
        """Work at once and then every so many seconds."""
        self._scheduler.add_job(
            self._alone,
            "interval",
            seconds=seconds,
            args=(name, work),
            id=name,
            next_run_time=datetime.now(UTC),
        )

    def soon(self, name: str, after: float = 0.0) -> None:
        """The job of that name works again within so many seconds, or if it works now, so many seconds after that."""
        if name in self._working:
            self._again[name] = min(after, self._again.get(name, after))
        elif self._turn(name) > datetime.now(UTC) + timedelta(seconds=after):
            self.later(name, after)

    def _turn(self, name: str) -> datetime:
        job = self._scheduler.get_job(name)
        turn: datetime = job.next_run_time if job and job.next_run_time else datetime.now(UTC)
        return turn

    def later(self, name: str, after: float) -> None:
        """The job of that name works again in so many seconds, and not before; it is not at work."""
        if not self.ended.is_set():
            delay = timedelta(seconds=max(after, SETTLED))
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC) + delay)

    def pace(self, name: str, seconds: float) -> None:
        """The job of that name works every so many seconds from its next turn on."""
        self._scheduler.modify_job(name, trigger=IntervalTrigger(seconds=seconds, timezone=UTC))

    @asynccontextmanager
    async def without(self, names: Collection[str]) -> AsyncIterator[None]:
        """None of these jobs works inside the block, which waits until they are over. Those that are called meanwhile,
        or were under way, work at once after it."""
        self._held.update(names)
        try:
            while not self._working.isdisjoint(names):
                self._over.clear()
                await self._over.wait()
            yield
        finally:
            self._held.difference_update(names)
            for name in names:
                self._again.pop(name, None)
                self.soon(name)

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    async def close(self) -> None:
        """Begin nothing any more, and wait for what is under way. Raises what a job raised."""
        self.ended.set()
        self._scheduler.pause()
        await self._quiet.wait()
        self._scheduler.shutdown(wait=False)  # with wait=True it would cancel what is under way
        if self._raised is not None:
            raise self._raised

    async def _alone(self, name: str, work: Work) -> None:
        if name in self._held:
            return  # called again as soon as it is let go
        self._working.add(name)
        self._quiet.clear()
        try:
            await work()
        except BaseException as error:
            # the scheduler would log it and go on, also when the disk failed and the process has to end (SystemExit)
            self._raised = self._raised or error
            self.ended.set()
            raise
        finally:
            self._working.discard(name)
            self._over.set()
            if not self._working:
                self._quiet.set()
        if name in self._again:
            self.later(name, self._again.pop(name))
