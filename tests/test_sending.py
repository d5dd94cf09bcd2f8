"""What the service makes of a relay by what becomes of letters: when it can't send, and when it is only one letter."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from carrying import Slow
from desks import in_a_loop
from reading_here import ReaderHere
from test_delivery import ANN, BOB, Clock, desk, journaled, postmen, write

from mailbot.core import alarms
from mailbot.core import events as e
from mailbot.core.health import Health
from mailbot.core.pulse import Pulse
from mailbot.edge.account import Account
from mailbot.edge.inbox import Inbox
from mailbot.edge.postman import Later, Never, Postman, Sent
from mailbot.embedded import EmbeddedServers
from mailbot.flow.reader import Settings
from mailbot.service.letters import send_letters, sending_meanwhile
from mailbot.service.values import Round, Work

PEOPLE = [f"asker{number}@uni{number}.example" for number in range(6)]
NOBODY = Account("127.0.0.1", 9, "none", "", "")


@asynccontextmanager
async def at_work(folder: Path, port: int, clock: Clock) -> AsyncIterator[Work]:
    """A desk whose service has nothing to do but to send."""
    async with (
        desk(folder) as tools,
        postmen(1, port) as carriers,
        ReaderHere(Settings(memory=10**9, seconds=30)) as reader,
    ):
        yield Work(tools, Inbox(NOBODY), carriers, reader, Pulse(), clock)


async def sending_alarms(work: Work, clock: Clock) -> list[str]:
    """One call, as the service makes it every few seconds, and what is raised about letters afterwards."""
    await send_letters(work, Round())
    health = Health(work.tools.store.ledger(), smtp=work.pulse.smtp)
    return [code for code in alarms.raised(health, clock.now) if code in ("sending", "late")]


@in_a_loop
async def test_a_relay_that_puts_everything_off_raises_the_alarm_and_ends_it_when_it_takes_a_letter(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    clock = Clock()
    servers.answers.update({("RCPT", to): "451 4.3.0 try later" for to in PEOPLE})
    async with at_work(tmp_path, servers.smtp_port, clock) as work:
        await write(work.tools, *PEOPLE)
        assert await sending_alarms(work, clock) == [], "ten minutes have not passed"
        assert work.pulse.smtp.trouble == "the relay puts everything off: 4.3.0 try later"
        for _ in range(100):
            clock.now += timedelta(minutes=1)
            raised = await sending_alarms(work, clock)
            assert raised == (["sending"] if clock.now - work.pulse.smtp.broken > alarms.BROKEN else [])
        assert raised == ["sending"]
        del servers.answers["RCPT", PEOPLE[0]]
        clock.now += timedelta(hours=4)
        assert await sending_alarms(work, clock) == [], "one went: the others are those people's affair"


@in_a_loop
async def test_one_letter_at_which_the_relay_always_hangs_up_is_no_relay_out_of_reach_but_is_late_after_a_day(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    clock, seen = Clock(), list[tuple[timedelta, list[str]]]()
    began = clock.now
    async with at_work(tmp_path, servers.smtp_port, clock) as work:
        await write(work.tools, ANN)
        while clock.now - began < timedelta(hours=30):
            servers.relay.faults["DATA", ANN] = "hang up"
            if not seen or (clock.now - began) % timedelta(hours=2) == timedelta(0):
                await write(work.tools, f"asker{len(seen)}@uni.example")
            seen.append((clock.now - began, await sending_alarms(work, clock)))
            clock.now += timedelta(minutes=15)
        assert len(await journaled(work.tools, e.LetterPostponed)) > 12
    assert all(raised == (["late"] if since > timedelta(days=1) else []) for since, raised in seen)


@in_a_loop
async def test_out_of_reach_is_out_of_reach_from_the_first_letter_on(tmp_path: Path, servers: EmbeddedServers) -> None:
    clock = Clock()
    async with at_work(tmp_path, 9, clock) as work:
        await write(work.tools, ANN)
        assert await sending_alarms(work, clock) == []
        clock.now += timedelta(minutes=11)
        assert await sending_alarms(work, clock) == ["sending"]


@in_a_loop
async def test_an_alarm_takes_the_other_way_out_of_a_relay_that_puts_everything_off(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    clock, root = Clock(), "root@desk.example"
    servers.answers.update({("RCPT", to): "451 4.3.0 try later" for to in PEOPLE})
    async with at_work(tmp_path, servers.smtp_port, clock) as work:
        work.spare = Postman(Account("127.0.0.1", servers.smtp_port, "none", "", ""))
        work.postmen = [PutsOff(work.spare._account)]
        await write(work.tools, *PEOPLE)
        await send_letters(work, Round())
        await write(work.tools, root, role="operator")
        await write(work.tools, BOB)
        await send_letters(work, Round())
        assert [part.recipient for part in servers.letters] == [root]
        assert work.pulse.smtp.broken is not None, "the spare one says nothing of the desk's own relay"


class PutsOff(Postman):
    """A relay of which this desk gets nothing but: later."""

    async def send(self, sender: str, recipient: str, raw: bytes) -> Later:
        return Later(451, "4.3.0 try later")


@in_a_loop
async def test_a_letter_that_the_relay_has_does_not_go_again_because_mails_could_not_be_taken_in(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    has_it, going_on = asyncio.Event(), asyncio.Event()

    class SlowToSaySo(Postman):
        async def send(self, sender: str, recipient: str, raw: bytes) -> Sent | Later | Never:
            became = await super().send(sender, recipient, raw)
            has_it.set()
            await going_on.wait()
            return became

    async def take_in(work: Work) -> None:
        async with sending_meanwhile(work, Round()):
            await write(work.tools, ANN, BOB)
            work.letters_due()
            await has_it.wait()
            asyncio.get_running_loop().call_later(0.05, going_on.set)
            raise ZeroDivisionError

    async with at_work(tmp_path, servers.smtp_port, Clock()) as work:
        slow = work.postmen = [SlowToSaySo(Account("127.0.0.1", servers.smtp_port, "none", "", ""))]
        with pytest.raises(ZeroDivisionError):
            await take_in(work)
        assert [letter.recipient for letter in servers.letters] == [ANN], "no other one begins"
        assert work.tools.store.ledger().letters["sent"] == 1
        await send_letters(work, Round())
        assert [letter.recipient for letter in servers.letters] == [ANN, BOB]
        assert not work.stopping()
        await slow[0].close()


@in_a_loop
async def test_whoever_is_broken_off_while_the_last_letters_go_leaves_none_of_them_under_way(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    slow = Slow(Account("127.0.0.1", servers.smtp_port, "none", "", ""))

    async def take_in(work: Work) -> None:
        async with sending_meanwhile(work, Round()):
            await write(work.tools, ANN)
            work.letters_due()
            await slow.begun.wait()

    async with at_work(tmp_path, servers.smtp_port, Clock()) as work:
        work.postmen = [slow]
        broken_off = asyncio.create_task(take_in(work))
        await slow.begun.wait()
        await asyncio.sleep(0.05)
        broken_off.cancel()
        with pytest.raises(asyncio.CancelledError):
            await broken_off
        assert asyncio.all_tasks() == {asyncio.current_task()}, "what comes next closes the store"
