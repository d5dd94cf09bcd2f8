"""When the parts of the service work: no call is lost, and no clock that steps makes them stand still."""

import asyncio
import datetime as clock
import time
from collections.abc import Callable

import pytest
from apscheduler.schedulers import base
from desks import in_a_loop

from mailbot.service import timetable
from mailbot.service.timetable import Timetable


async def come_about(true: Callable[[], object], patience: float = 10.0) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not come about"
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("busy", [0.0, 0.02, 0.1])
@in_a_loop
async def test_a_job_that_is_called_while_it_works_works_once_more_however_busy_the_loop_is(busy: float) -> None:
    times, turns = Timetable(), []

    async def work() -> None:
        turns.append(1)
        if len(turns) == 1:
            await asyncio.sleep(0.01)
            times.soon("inbox")
            asyncio.get_running_loop().call_soon(time.sleep, busy)  # as building a letter with a sheet does

    times.every("inbox", 600.0, work)
    times.start()
    await come_about(lambda: len(turns) == 2, patience=3.0)
    await asyncio.sleep(0.1)
    assert len(turns) == 2, "once"
    await times.close()


@in_a_loop
async def test_a_pause_that_a_job_asks_for_in_its_turn_is_kept_though_its_interval_is_shorter() -> None:
    times, turns = Timetable(), []

    async def work() -> None:
        turns.append(time.monotonic())
        if len(turns) == 1:
            times.soon("inbox", 0.6)

    times.every("inbox", 0.1, work)
    times.start()
    await come_about(lambda: len(turns) >= 3)
    await times.close()
    assert turns[1] - turns[0] >= 0.6
    assert turns[2] - turns[1] < 0.5, "from then on at its interval"


@in_a_loop
async def test_whoever_calls_ends_a_pause() -> None:
    times, turns = Timetable(), []

    async def work() -> None:
        turns.append(1)
        times.soon("inbox", 600.0)

    times.every("inbox", 600.0, work)
    times.start()
    await come_about(lambda: turns)
    times.soon("inbox")
    await come_about(lambda: len(turns) == 2, patience=3.0)
    await times.close()


@pytest.mark.parametrize("step", [clock.timedelta(hours=-1), clock.timedelta(hours=1)])
@in_a_loop
async def test_a_clock_that_is_set_stops_nothing(monkeypatch: pytest.MonkeyPatch, step: clock.timedelta) -> None:
    moved = clock.timedelta(0)

    class Stepping(clock.datetime):
        @classmethod
        def now(cls, tz: clock.tzinfo | None = None) -> clock.datetime:  # type: ignore[override]
            return clock.datetime.now(tz) + moved

    for module in (base, timetable):
        monkeypatch.setattr(module, "datetime", Stepping)
    times, turns = Timetable(), []

    async def work() -> None:
        turns.append(1)

    times.every("watchdog", 0.1, work)
    times.start()
    await come_about(lambda: len(turns) >= 2)
    moved, before = step, len(turns)
    await come_about(lambda: len(turns) >= before + 10, patience=5.0)
    assert len(turns) < before + 40, "nor does it make up for the time"
    await times.close()


@in_a_loop
async def test_none_works_while_the_others_are_kept_out_and_each_does_at_once_after() -> None:
    times, turns = Timetable(), []

    async def work() -> None:
        await asyncio.sleep(0.05)
        turns.append(1)

    times.every("inbox", 0.02, work)
    times.start()
    await asyncio.sleep(0.03)
    async with times.without(["inbox"]):
        worked = len(turns)
        times.soon("inbox")
        await asyncio.sleep(0.2)
        assert len(turns) == worked
    await come_about(lambda: len(turns) > worked, patience=1.0)
    await times.close()


@in_a_loop
async def test_what_a_job_raises_ends_everything_and_what_is_under_way_is_finished() -> None:
    times, finished = Timetable(), []

    async def fails() -> None:
        raise SystemExit("the disk did not confirm")

    async def takes_long() -> None:
        await asyncio.sleep(0.2)
        finished.append(1)

    times.every("slow", 600.0, takes_long)
    times.every("bad", 600.0, fails)
    times.start()
    await asyncio.wait_for(times.ended.wait(), 3.0)
    with pytest.raises(SystemExit):
        await times.close()
    assert finished == [1]


@in_a_loop
async def test_how_long_a_job_is_at_work_can_be_asked() -> None:
    times, go_on = Timetable(), asyncio.Event()
    times.every("letters", 600.0, go_on.wait)  # type: ignore[arg-type]
    times.start()
    await asyncio.sleep(0.2)
    assert 0.1 < times.working_for("letters") < 5.0
    go_on.set()
    await come_about(lambda: times.working_for("letters") == 0.0)
    await times.close()
