"""The service over real IMAP and SMTP: it answers as mail comes, obeys orders while it works, and ends when asked."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desks import Mailbox, in_a_loop
from desks_at_work import PATIENCE, at_work, listening, recipients, until, world_of
from worlds import World, application, question

from mailbot.edge.account import Account
from mailbot.embedded import EmbeddedServers
from mailbot.service import Pace
from mailbot.store import Wanted


@in_a_loop
async def test_mail_is_answered_as_it_comes(tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers)
    async with at_work(world):
        for number in range(3):
            await mailbox.deliver(question(number))
            await until(lambda n=number: len(servers.letters) == n + 1)
        await mailbox.deliver(application(1))
        await until(lambda: len(servers.letters) == 5)
    assert mailbox.raws() == []
    assert len(mailbox.raws("mailbot/done")) == 4


@in_a_loop
async def test_a_server_without_idle_is_polled(tmp_path: Path, open_mailbox, servers: EmbeddedServers) -> None:
    mailbox = open_mailbox("embedded", without=["IDLE"])
    world = world_of(tmp_path / "desk", mailbox, servers)
    async with at_work(world, Pace(inbox=0.3, orders=10.0)):
        await asyncio.sleep(0.5)
        await mailbox.deliver(question(1))
        await until(lambda: servers.letters)


@in_a_loop
async def test_an_order_is_carried_out_by_the_service_while_it_works(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers, adopted=False)
    mailbox.put_back([question(1), application(2)], datetime.now(UTC) - timedelta(minutes=1))
    async with at_work(world) as service:
        await until(lambda: len(service._work.pulse.observed) == 2)
        strangers = {"asker1@uni.example", "person2@uni.example"}
        assert not strangers & recipients(servers), "the operator is told, nobody else"
        code, out, err = await world.run("adopt")
        assert (code, err) == (0, "")
        assert "the operator" in out
        await until(lambda: strangers <= recipients(servers))
    users = [facts["operator"] for entry in world.entries() if (facts := entry["events"][0]).get("operator")]
    assert len(users) == 1


@in_a_loop
async def test_a_relay_out_of_reach_costs_no_letter(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers, impatient: None
) -> None:
    with EmbeddedServers() as other:
        port = other.smtp_port
    world = World.make(
        tmp_path / "desk", mailbox.account("none"), Account("127.0.0.1", port, "none", "", "", timeout=2.0)
    )
    async with at_work(world, Pace(inbox=600.0, letters=0.2, orders=600.0, health=600.0)) as service:
        await mailbox.deliver(question(1))
        await until(lambda: service._work.pulse.smtp.trouble)
        relay = await asyncio.start_server(_forward(servers.smtp_port), "127.0.0.1", port)
        async with relay:
            await until(lambda: servers.letters)


def _forward(port: int) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
        target.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, back), pump(there, writer))

    return serve


@in_a_loop
async def test_the_service_ends_when_told_to_and_a_second_one_is_refused(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers)
    process = await world.start("run")
    await mailbox.deliver(question(1))
    await until(lambda: servers.letters)
    assert listening(process.pid) == [], "nobody asked for [monitoring]"
    code, _, err = await world.run("run")
    assert code == 2
    assert "in use by another mailbot" in err
    assert (await world.run("log"))[0] == 0, "looking is always allowed"
    process.send_signal(signal.SIGTERM)
    _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0, err
    assert b"Traceback" not in err
    assert (await world.run("verify"))[0] == 0


@in_a_loop
async def test_told_to_end_in_the_middle_of_much_mail_it_ends_between_two_batches(
    tmp_path: Path, servers: EmbeddedServers, open_mailbox
) -> None:
    mailbox = open_mailbox("embedded")
    world = world_of(tmp_path / "desk", mailbox, servers)
    await mailbox.deliver(*(question(number) for number in range(400)))
    process = await world.start("run")
    await until(lambda: mailbox.raws("mailbot/done") if "mailbot/done" in mailbox.names() else None)
    process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0
    decided = [entry["mail"] for entry in world.entries() if entry["mail"]]
    filed, left = len(mailbox.raws("mailbot/done")), len(mailbox.raws())
    assert filed + left == 400
    assert len(decided) == len(set(decided)) == filed, "what is taken in is filed, what is not is not"
    assert 0 < filed < 400


def test_a_disk_that_fails_ends_the_service(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mailbot.store.files import FsyncFailed, disk

    world = world_of(tmp_path / "desk", mailbox, servers)

    def broken(descriptor: int, what: object) -> None:
        raise FsyncFailed(what, OSError(5, "Input/output error"))

    async def work() -> None:
        async with at_work(world) as service:
            await until(lambda: service._work.pulse.seen)
            monkeypatch.setattr(disk, "fsync", broken)
            await mailbox.deliver(question(1))
            await until(lambda: service._times.ended.is_set())
            monkeypatch.undo()

    with pytest.raises(SystemExit, match="did not confirm"):
        asyncio.run(work())
    assert len(mailbox.raws()) == 1, "nothing was filed"


@in_a_loop
async def test_cases_are_reminded_of_by_the_service_too(tmp_path: Path, servers: EmbeddedServers, open_mailbox) -> None:
    mailbox = open_mailbox("embedded")
    world = world_of(tmp_path / "desk", mailbox, servers)
    async with at_work(world, Pace(inbox=0.2, letters=0.2, orders=600.0, health=600.0)) as service:
        await mailbox.deliver(application(1, without="Telephone"))
        await until(lambda: len(servers.letters) == 1)
        later = datetime.now(UTC) + timedelta(days=12)
        service._work.clock = lambda: later
        await until(lambda: len(servers.letters) == 2)
        cases = [case async for case in service._work.tools.store.cases(Wanted())]
    assert [case.status for case in cases] == ["collecting"]
