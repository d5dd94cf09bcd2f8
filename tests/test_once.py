"""Whole rounds over real IMAP and SMTP: what is taken in stays taken in, once, whatever happens in between."""

import asyncio
import random
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from desks import Mailbox, in_a_loop
from desks_at_work import embedded_world
from worlds import World, application, digest, question

from mailbot.core.instants import from_text
from mailbot.demo.people import Person, write
from mailbot.edge.account import Account
from mailbot.embedded import EmbeddedServers
from mailbot.store.files import FileStore

CONNECTIONS = 4
"""To the relay, as mailbot.toml has it where nothing is said."""


def deciding(world: World) -> Counter[str]:
    return Counter(entry["mail"] for entry in world.entries() if entry["mail"])


def opened_cases(world: World) -> list[str]:
    return [entry["case"] for entry in world.entries() for event in entry["events"] if event["kind"] == "case_opened"]


@in_a_loop
async def test_two_rounds_on_the_same_inbox_do_nothing_twice(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    mails = [application(1), question(1), question(2), b"no header at all"]
    await servers.deliver(*mails)
    assert (await world.run("once"))[:2] == (
        0,
        "mails taken in 4, known 0, quarantined 1; letters 6 sent, 0 later, 0 never\n",
    )
    before = world.entries()
    first = before[0]
    assert (first["case"], first["mail"], first["events"][1]["kind"]) == (None, None, "desk_opened")
    assert await world.run("once") == (0, "", "")
    await servers.deliver(*mails)
    assert (await world.run("once"))[1].startswith("mails taken in 0, known 4, quarantined 0; letters 0 sent")
    assert world.entries() == before
    assert {name: len(held) for name, held in servers.folders().items()}["INBOX"] == 0


@pytest.mark.parametrize("each", [1, pytest.param(4, marks=pytest.mark.long)])
@in_a_loop
async def test_a_kill_at_any_moment_loses_nothing_and_doubles_nothing(each: int, tmp_path: Path) -> None:
    mails = [application(n) for n in range(30)] + [question(n) for n in range(20)]
    dice = random.Random(7)
    dice.shuffle(mails)
    moments: list[Moment] = [seconds_after_start(dice.uniform(0.0, 0.8)) for _ in range(each)]
    moments += [mails_kept(dice.randint(1, 50)) for _ in range(each)]
    moments += [letters_sent(dice.randint(0, 75)) for _ in range(each)]
    met = [await killed_and_run_again(tmp_path / str(n), mails, moment) for n, moment in enumerate(moments)]
    print(f"kills met: {dict(Counter(met))}")
    assert met.count("finished") <= each, "the kills came too late to show anything"
    assert "sending" in met


Moment = Callable[[World, EmbeddedServers], Awaitable[None]]


def seconds_after_start(seconds: float) -> Moment:
    return lambda world, servers: asyncio.sleep(seconds)


def mails_kept(count: int) -> Moment:
    async def wait(world: World, servers: EmbeddedServers) -> None:
        while len(list((world.folder / "state" / "mail").rglob("?" * 64))) < count:
            await asyncio.sleep(0.001)

    return wait


def letters_sent(count: int) -> Moment:
    async def wait(world: World, servers: EmbeddedServers) -> None:
        while len(servers.letters) <= count:
            await asyncio.sleep(0.001)

    return wait


async def killed_and_run_again(folder: Path, mails: list[bytes], moment: Moment) -> str:
    """One desk with all these mails waiting, killed at that moment, then run to the end; what the kill met."""
    async with EmbeddedServers() as servers:
        world = embedded_world(folder, servers)
        await servers.deliver(*mails)
        process = await world.start("once")
        waits = [asyncio.ensure_future(moment(world, servers)), asyncio.ensure_future(process.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        stage = "finished" if process.returncode is not None else met(world, servers)
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        waits[0].cancel()
        await process.communicate()
        code, _, err = await world.run("once")
        assert (code, [line for line in err.splitlines() if not line.startswith("WARNING")]) == (0, [])
        check_nothing_lost_or_doubled(world, servers, mails, most_again=CONNECTIONS * (stage != "finished"))
        assert (await world.run("verify"))[0] == 0
        return stage


def met(world: World, servers: EmbeddedServers) -> str:
    """How far a killed round had come, judged from outside."""
    if servers.letters:
        return "sending"
    if (world.folder / "state" / "journal").exists() and deciding(world):
        return "taken in"
    return "before"


def check_nothing_lost_or_doubled(world: World, servers: EmbeddedServers, mails: list[bytes], most_again: int) -> None:
    assert deciding(world) == {digest(mail): 1 for mail in mails}
    cases = opened_cases(world)
    assert len(cases) == len(set(cases)) == 30
    folders = servers.folders()
    assert folders["INBOX"] == []
    assert sorted(map(digest, folders["mailbot/done"])) == sorted(map(digest, mails))
    letters = Counter(letter.raw for letter in servers.letters)
    ids = Counter(raw.partition(b"Message-ID: ")[2].split(b"\r\n")[0] for raw in letters)
    assert set(ids.values()) == {1}, "the same letter went out in two different shapes"
    assert len(letters) == 30 * 2 + 20
    assert sum(letters.values()) - len(letters) <= most_again, "more than one letter a connection went out again"


ROUND_AND_PEAK = """
import pathlib, re, mailbot.cli
assert mailbot.cli.main(["once"]) == 0
print(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""


def large(number: int) -> bytes:
    """A question with a file of half a megabyte, which is two thirds of one in the mail."""
    asker = Person(f"Asker {number}", f"asker{number}@uni.example")
    return write(asker, "helpdesk@desk.example", "Question", f"Question {number}", files=[("x.bin", b"\x01" * 500_000)])


@pytest.mark.parametrize("most", [45, pytest.param(400, marks=pytest.mark.long)])
@in_a_loop
async def test_many_large_mails_are_taken_in_without_memory_growing_with_them(
    most, tmp_path: Path, servers: EmbeddedServers
) -> None:
    async def peak(name: str, count: int) -> float:
        world = embedded_world(tmp_path / name, servers)
        await servers.deliver(*(large(n + 10_000 * count) for n in range(count)))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ROUND_AND_PEAK, cwd=world.folder, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, out
        assert len(deciding(world)) == count
        return int(out.split()[-1]) / 1024

    few, many = await peak("few", 15), await peak("many", most)  # 15 are as many as are fetched together
    print(f"peak memory: {few:.0f} MB with 15 mails of 0.7 MB, {many:.0f} MB with {most}")
    assert many - few < 15, "thirty megabytes of mails were held together"


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.dovecot
@in_a_loop
async def test_a_round_on_a_real_server(
    security, tmp_path: Path, open_mailbox, certificate, servers: EmbeddedServers
) -> None:
    mailbox: Mailbox = open_mailbox("dovecot")
    imap = mailbox.account(security, certificate.cert)
    world = World.make(tmp_path / "desk", imap, Account("127.0.0.1", servers.smtp_port, "none", "", ""))
    mails = [application(1), question(1), b"no header at all"]
    await mailbox.deliver(*mails)
    code, out, err = await world.run("once")
    assert (code, err) == (0, "")
    assert out.startswith("mails taken in 3, known 0, quarantined 1; letters 5 sent")
    assert len(deciding(world)) == 3
    assert await world.run("once") == (0, "", "")
    checked = await world.run("check")
    assert checked[0] == 0, checked


@in_a_loop
async def test_a_relay_that_is_gone_keeps_every_letter_due(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    await servers.deliver(application(1))
    settings = (world.folder / "mailbot.toml").read_text()
    (world.folder / "mailbot.toml").write_text(settings.replace(f"port = {servers.smtp_port}", "port = 9"))
    code, out, err = await world.run("once")
    assert code == 1
    assert "taken in 1" in out
    assert "SMTP: nobody listens there" in err
    (world.folder / "mailbot.toml").write_text(settings)
    assert (await world.run("once"))[1].endswith("letters 2 sent, 0 later, 0 never\n")


@in_a_loop
async def test_what_the_relay_says_about_each_letter_is_journaled(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    await servers.deliver(question(1), question(2), question(3))
    servers.answers["RCPT", "asker1@uni.example"] = "450 4.2.1 mailbox busy"
    servers.answers["RCPT", "asker2@uni.example"] = "550 5.1.1 no such user"
    assert (await world.run("once"))[1].endswith("letters 1 sent, 1 later, 1 never\n")
    assert await world.run("once") == (0, "", ""), "the postponed letter rests for a while"
    events = [(entry["at"], event) for entry in world.entries() for event in entry["events"]]
    kinds = Counter(event["kind"] for _, event in events)
    assert (kinds["letter_sent"], kinds["letter_postponed"], kinds["letter_failed"]) == (1, 1, 1)
    ((at, postponed),) = [pair for pair in events if pair[1]["kind"] == "letter_postponed"]
    rests = from_text(postponed["until"]) - from_text(at)
    assert timedelta(seconds=45) < rests < timedelta(seconds=75)


@in_a_loop
async def test_a_mail_over_the_limit_is_not_downloaded_and_its_sender_is_told(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    rules = world.folder / "rules" / "desk.toml"
    rules.write_text(rules.read_text().replace("mail_megabytes = 20", "mail_megabytes = 1"))
    with_parts = question(3, size=1_500_000).replace(
        b'Content-Type: text/plain; charset="utf-8"', b'Content-Type: multipart/mixed; boundary="b"'
    )
    assert b"multipart" in with_parts
    await servers.deliver(question(1, size=1_500_000), question(2), with_parts)
    assert (await world.run("once"))[:2] == (
        0,
        "mails taken in 3, known 0, quarantined 0; letters 3 sent, 0 later, 0 never\n",
    )
    assert len(servers.folders()["mailbot/too-large"]) == 2
    assert sum(path.stat().st_size for path in (world.folder / "state" / "mail").rglob("*") if path.is_file()) < 10_000
    assert await world.run("once") == (0, "", "")


@in_a_loop
async def test_a_second_one_at_work_is_refused(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    assert (await world.run("once"))[0] == 0
    with FileStore.open(world.folder / "state", "HELPDESK"):
        code, _, err = await world.run("once")
        assert code == 2
        assert "another mailbot" in err
        assert (await world.run("log"))[0] == 0, "looking is always allowed"
    assert (await world.run("once"))[0] == 0
