"""`mailbot check --probe`: a mail to the desk's own address with a `+` goes out by the relay, and what came of it is
said; it is never taken for an application, and never answered."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from correspondence import rules_with
from desks import Mailbox, in_a_loop
from desks_at_work import embedded_world
from worlds import World

from mailbot.checkup.probing import probe_mail
from mailbot.core.token import reply_address
from mailbot.edge.account import Account
from mailbot.embedded import EmbeddedServers
from mailbot.store.files.disk import locked

Change = Callable[[bytes, str], bytes]
DESK = "helpdesk@desk.example"


def traced(raw: bytes, recipient: str) -> bytes:
    """As a server delivers it that knows addresses with a plus."""
    return f"Delivered-To: {recipient}\r\n".encode() + raw


def stripped(raw: bytes, recipient: str) -> bytes:
    """As one does that rewrites such an address to the mailbox's own."""
    return f"Delivered-To: {DESK}\r\n".encode() + raw.replace(recipient.encode(), DESK.encode())


def vouched(raw: bytes, recipient: str) -> bytes:
    """As a border does that found the sender's domain to be true."""
    return b"Authentication-Results: mx.desk.example; dmarc=pass header.from=desk.example\r\n" + raw


@asynccontextmanager
async def delivering(servers: EmbeddedServers, change: Change, to: Mailbox | None = None) -> AsyncIterator[None]:
    """What the relay takes is delivered into the mailbox, changed on its way."""

    async def carry() -> None:
        carried = 0
        while True:
            for letter in servers.letters[carried:]:
                carried += 1
                await (to or servers).deliver(change(letter.raw, letter.recipient))
            await asyncio.sleep(0.02)

    carrier = asyncio.create_task(carry())
    try:
        yield
    finally:
        carrier.cancel()


async def comes(holds: Callable[[], bool]) -> None:
    """Waits for something, not for ever."""
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.05)


def probe_lines(out: str) -> list[str]:
    return [line for line in out.splitlines() if "probe: " in line]


@in_a_loop
async def test_an_address_that_arrives_whole_is_well_and_the_mail_lies_where_the_desk_files(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    async with delivering(servers, traced):
        code, out, _ = await world.run("check", "--probe", "20")
    arrived, border = probe_lines(out)
    (letter,) = servers.letters
    assert code == 0
    assert arrived.startswith(f"ok   probe: {letter.recipient} arrived whole after")
    assert f"Delivered-To: {letter.recipient}; To: <{letter.recipient}>" in arrived
    assert "no Authentication-Results on it" in border
    assert "asked back with a code" in border
    folders = servers.folders()
    assert (len(folders["INBOX"]), len(folders["mailbot/done"])) == (0, 1)
    assert await world.run("once") == (0, "", "")
    assert len(servers.letters) == 1


@in_a_loop
async def test_an_address_that_only_another_field_than_to_has_whole_is_well_but_said(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    async with delivering(servers, lambda raw, to: traced(raw, to).replace(f"To: <{to}>".encode(), b"To: <desk>", 1)):
        code, out, _ = await world.run("check", "--probe", "20")
    assert code == 0
    assert "To has another one, so what a clerk decides is asked back with a code" in probe_lines(out)[0]


@in_a_loop
async def test_an_address_that_loses_what_stands_behind_the_plus_is_said_with_what_the_mail_says(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    async with delivering(servers, stripped):
        code, out, _ = await world.run("check", "--probe", "20")
    assert code == 1
    (line, _) = probe_lines(out)
    assert line.startswith("BAD  probe: it arrived after")
    assert f"without what stood behind the +; it says Delivered-To: {DESK}; To: <{DESK}>" in line


@in_a_loop
async def test_an_address_at_which_nothing_arrives_is_said_after_the_time_that_was_set(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    code, out, _ = await world.run("check", "--probe", "0.3")
    assert code == 1
    (line,) = probe_lines(out)
    assert "did not arrive within 0.3 s in inbox and mailbot/done; the relay said '2.0.0 taken as 1'" in line


@pytest.mark.parametrize("answer", ["550 5.1.6 no such mailbox", "451 4.3.0 not now"])
@in_a_loop
async def test_a_relay_that_refuses_it_is_said_with_its_words(
    answer: str, tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    servers.answers["MAIL", DESK] = answer
    code, out, _ = await world.run("check", "--probe", "5")
    assert code == 1
    (line,) = probe_lines(out)
    assert line.startswith("BAD  probe: the relay refused a mail to helpdesk+probe-")
    assert line.endswith(answer)


@in_a_loop
async def test_what_the_border_wrote_on_it_is_told(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    async with delivering(servers, vouched):
        code, out, _ = await world.run("check", "--probe", "20")
    assert code == 0
    assert probe_lines(out)[1] == "ok   probe: the border vouches for it: dmarc=pass header.from=desk.example"


@in_a_loop
async def test_a_service_at_work_takes_it_for_its_own_letter_and_the_probe_finds_it_all_the_same(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    service = await world.start("run")
    try:
        await comes(lambda: locked(world.folder / "state" / "lock"))
        async with delivering(servers, traced):
            code, out, _ = await world.run("check", "--probe", "20")
            assert code == 0, out
            await comes(lambda: bool(servers.folders().get("mailbot/done")))
    finally:
        service.terminate()
        await service.wait()
    (entry,) = [entry for entry in world.entries() if entry["mail"]]
    assert entry["case"] is None
    assert [event["kind"] for event in entry["events"]] == ["facts", "ignored"]
    assert entry["events"][0]["sort"] == "own"
    assert len(servers.letters) == 1, "nobody was written to but the desk itself"


@in_a_loop
async def test_without_the_option_it_is_only_said_that_it_was_not_tried(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    code, out, _ = await world.run("check")
    assert code == 0
    assert "--   whether addresses with a + arrive was not tried: `mailbot check --probe`" in out
    assert servers.letters == []


@in_a_loop
async def test_nothing_is_sent_while_a_server_does_not_answer(tmp_path: Path, servers: EmbeddedServers) -> None:
    imap = Account("127.0.0.1", 9, "none", "desk", "secret")
    world = World.make(tmp_path / "desk", imap, Account("127.0.0.1", servers.smtp_port, "none", "", ""))
    code, out, _ = await world.run("check", "--probe", "5")
    assert code == 1
    assert "BAD  whether addresses with a + arrive could not be tried: both servers have to answer" in out
    assert servers.letters == []


@pytest.mark.dovecot
@in_a_loop
async def test_it_is_found_and_filed_on_a_real_server(
    tmp_path: Path, open_mailbox: Callable[..., Mailbox], servers: EmbeddedServers
) -> None:
    mailbox = open_mailbox("dovecot")
    smtp = Account("127.0.0.1", servers.smtp_port, "none", "", "")
    world = World.make(tmp_path / "desk", mailbox.account(), smtp)
    async with delivering(servers, traced, mailbox):
        code, out, _ = await world.run("check", "--probe", "20")
    assert code == 0, out
    assert "arrived whole" in probe_lines(out)[0]
    assert mailbox.raws() == []
    assert [len(raws) for name, raws in mailbox.folders().items() if name.endswith("done")] == [1]


def test_its_address_is_as_long_as_that_of_a_letter_and_made_of_the_same_signs() -> None:
    probe = probe_mail(rules_with({}).desk, datetime(2026, 4, 6, tzinfo=UTC), "a" * 25)
    letter = reply_address(DESK, "2026-00042.123456", "abcdefghijklmnop")
    assert abs(len(probe.address) - len(letter)) <= 2
    assert len(probe.address.rpartition("@")[0]) <= 64
    assert probe.raw.isascii()
