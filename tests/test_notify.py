"""What systemd is told of the service, over a real datagram socket."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from desks import in_a_loop
from desks_at_work import PATIENCE, SELDOM, at_work, embedded_world, until

from mailbot.edge.notify import Notifier
from mailbot.embedded import EmbeddedServers
from mailbot.service import Round, Work, running
from mailbot.service.living import beat


@pytest.fixture(params=["path", "abstract"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """The socket of somebody who started us, and how the environment names it."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@mailbot-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        there.setblocking(False)
        yield name, there


def told(there: socket.socket) -> list[str]:
    """The messages that came since the last look."""
    found = []
    while True:
        try:
            found.append(there.recv(4096).decode())
        except BlockingIOError:
            return found


def test_each_message_comes_as_systemd_wants_it(listening: tuple[str, socket.socket]) -> None:
    name, there = listening
    notifier = Notifier({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "30000000"})
    assert notifier.watchdog == 30.0
    notifier.ready("inbox waiting 0")
    before = time.monotonic_ns() // 1000
    notifier.reloading()
    notifier.alive()
    notifier.status("two")
    notifier.stopping()
    ready, reloading, *others = told(there)
    assert ready == "READY=1\nSTATUS=inbox waiting 0"
    first, second = reloading.split("\n")
    assert first == "RELOADING=1"
    assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000
    assert others == ["WATCHDOG=1", "STATUS=two", "STOPPING=1"]


def test_a_watchdog_of_another_process_and_nonsense_are_not_ours() -> None:
    assert Notifier({"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"}).watchdog is None
    assert Notifier({"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "soon"}).watchdog is None
    assert Notifier({"WATCHDOG_USEC": "1000000"}).watchdog is None


def test_nobody_who_listens_and_a_full_queue_stop_nothing(tmp_path: Path) -> None:
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready("")
    Notifier({}).ready("")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(str(tmp_path / "slow"))
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "slow")})
        began = time.monotonic()
        for _ in range(5_000):
            notifier.alive()
        assert time.monotonic() - began < 5


@in_a_loop
async def test_a_service_tells_of_its_start_its_reload_its_life_and_its_end(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(str(tmp_path / "notify"))
        there.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "400000")
        process = await world.start("run")
        said: list[str] = []
        await until(lambda: said.extend(told(there)) or "WATCHDOG=1" in said)
        assert said[0] == "READY=1\nSTATUS=inbox waiting 0, letters due 0"
        process.send_signal(signal.SIGHUP)
        await until(lambda: said.extend(told(there)) or [line for line in said[1:] if line.startswith("READY=1")])
        kinds = [line.partition("=")[0] for line in said if not line.startswith(("WATCHDOG", "STATUS"))]
        assert kinds == ["READY", "RELOADING", "READY"]
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), PATIENCE)
        said += told(there)
    assert process.returncode == 0
    assert "STOPPING=1" in said


@in_a_loop
async def test_the_watchdog_hears_nothing_while_the_service_finds_itself_dead(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(str(tmp_path / "notify"))
        there.setblocking(False)
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "100000"})
        async with at_work(world, SELDOM) as service:
            beating = asyncio.create_task(beat(service._work, service.lives, notifier))
            said: list[str] = []
            await until(lambda: said.extend(told(there)) or "WATCHDOG=1" in said)
            service._times._scheduler.pause()  # the timetable turns no more
            service._watch.looked -= 1_000
            told(there)
            await asyncio.sleep(0.3)
            assert "WATCHDOG=1" not in told(there)
            service._times._scheduler.resume()
            beating.cancel()


@in_a_loop
async def test_a_call_that_goes_on_after_its_connection_was_cut_is_no_life(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    async with at_work(world, SELDOM) as service:
        await until(lambda: service._looked)
        assert service.lives()
        await service._end_idle()
        service._work.inbox.busy_since = time.monotonic() - 2 * SELDOM.stalled - 1
        assert not service.lives()
        service._work.inbox.busy_since = None


@in_a_loop
async def test_a_turn_that_never_comes_back_is_no_life_and_one_that_gets_on_is(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Round] = []

    async def stuck(work: Work, turn: Round) -> None:
        done.append(turn)
        await for_good.wait()

    for_good = asyncio.Event()
    monkeypatch.setattr(running, "send_letters", stuck)
    world, pace = embedded_world(tmp_path / "desk", servers), replace(SELDOM, stalled=0.5, letter=0.2)
    async with at_work(world, pace) as service:
        await until(lambda: done)
        end = time.monotonic() + 3.0
        while time.monotonic() < end:
            done[0].letters["sent"] += 1
            await asyncio.sleep(0.05)
            assert service.lives(), "many letters take long"
        await until(lambda: not service.lives())
        for_good.set()
        await until(service.lives)
