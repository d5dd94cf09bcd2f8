"""Letters made and taken to the relay by a second process: the same octets, the same answers, and nothing lost or
doubled when one of the two processes dies."""

import asyncio
import gc
import json
import logging
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from carrying import here
from desks import in_a_loop
from letter_examples import RULES
from sheet_help import AT, rules_of, texts
from test_delivery import ANN, BOB, CID, KEYS, NOON, Clock, desk, journaled, letter, many, postmen, write
from test_enclosed import opened
from test_enclosed import write as write_with_files
from test_sending import at_work

from mailbot.core import events as e
from mailbot.core.events import LetterWritten
from mailbot.core.token import CODE_PLACE
from mailbot.edge.account import Account
from mailbot.edge.postman import Later, Never, Postman, PostmanBroken, Sent
from mailbot.edge.stationery import Stationery
from mailbot.edge.tokens import Grant, Tokens
from mailbot.embedded import PASSWORD, USER, EmbeddedServers
from mailbot.flow.courier import Connection, Courier, NotMade, Parcel
from mailbot.flow.courier.child import Child
from mailbot.flow.courier.protocol import OUTFIT, Outfit, Requests
from mailbot.flow.delivery import Sending
from mailbot.flow.delivery.letter import parcel_of
from mailbot.flow.process import LENGTH
from mailbot.flow.tools import Tools
from mailbot.service import carriers as carriers_of_the_service
from mailbot.service.letters import send_letters
from mailbot.service.showing import _connections
from mailbot.service.values import Round, Work
from mailbot.store import LetterDue

LINE = "log 7 " + "0" * 64


def account(port: int, user: str = "", password: str = "", **how: float) -> Account:
    return Account("127.0.0.1", port, "none", user, password, timeout=how.get("timeout", 5.0))


def stationery() -> Stationery:
    return Stationery(RULES.desk, KEYS.secrets)


def parcel(to: str, number: int = 1, **changes: object) -> Parcel:
    written = letter(number, to).model_copy(update=changes)
    return Parcel(f"e7.{number}", written, NOON, LINE, {"2026-00001.3": ("cid@x.example", "k1")})


@asynccontextmanager
async def child(port: int, **how: object) -> AsyncIterator[Child]:
    """A courier's child at work."""
    made = await Child.start(Outfit.of(stationery(), account(port, **how)))  # type: ignore[arg-type]
    try:
        yield made
    finally:
        await made.end()


async def set_to_work(courier: Courier, made_with: Stationery) -> Child:
    """The child of a courier that is asked to begin, once it is at work."""
    courier.begin(made_with)
    async with asyncio.timeout(30):
        while (found := courier.at_work_with(made_with)) is None:
            await asyncio.sleep(0.01)
    return found


@asynccontextmanager
async def by_courier(port: int) -> AsyncIterator[tuple[Postman, Courier, Child, Connection]]:
    """The postman of this process, a courier at work with its child, and the connection that has both."""
    async with postmen(1, port) as (wire,), Courier(account(port)) as courier:
        made_with = stationery()
        its_child = await set_to_work(courier, made_with)
        connection = Connection(0, made_with, wire, courier)
        yield wire, courier, its_child, connection
        await connection.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.002)


def asked_to_begin(work: Work) -> list[Stationery]:
    """What the courier of a desk is asked to begin with from now on; none begins."""
    begun = list[Stationery]()
    work.courier.begin = begun.append  # type: ignore[method-assign]
    return begun


async def due(tools: Tools) -> list[LetterDue]:
    return [one for one in await tools.store.due(NOON, 500, 60.0, "letters") if isinstance(one, LetterDue)]


# --- the same letters


@in_a_loop
async def test_a_letter_with_sheets_and_files_is_the_same_to_the_octet_whichever_process_makes_it(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with opened(tmp_path) as tools, postmen(1, servers.smtp_port) as wires:
        await write_with_files(tools)
        (one,) = await tools.store.due(AT, 5, 60.0, "letters")
        assert isinstance(one, LetterDue)
        made = await parcel_of(tools, one)
        assert len(made.files) == 3
        (connection,) = here(tools, wires)
        assert isinstance(await connection.carry(made), Sent)
        other = await Child.start(Outfit.of(tools.stationery, account(servers.smtp_port)))
        assert isinstance(await other.carry(0, made), Sent)
        await other.end()
    first, second = servers.letters
    assert first == second
    assert first.raw.count(b"Content-Type: application/pdf") == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "お知らせ", "text": "日本語の手紙\n" * 30, "languages": ("ja", "en")},
        {"thread": ("<their@message.example>", "2026-00001.3", "2026-00001.4")},
        {"bound": "f" * 64, "text": f"The code is {CODE_PLACE}."},
    ],
)
@in_a_loop
async def test_words_threads_and_codes_are_the_same_too(changes: dict[str, object], servers: EmbeddedServers) -> None:
    async with postmen(1, servers.smtp_port) as (wire,), child(servers.smtp_port) as other:
        courier = Courier()
        await Connection(0, stationery(), wire, courier).carry(parcel(ANN, **changes))
        await other.carry(0, parcel(ANN, **changes))
    first, second = servers.letters
    assert first == second
    assert CODE_PLACE.encode() not in first.raw
    assert (b"2026-00001.3." in first.raw) == ("thread" in changes)


# --- the same answers


@in_a_loop
async def test_what_the_relay_says_comes_back_as_it_is(servers: EmbeddedServers) -> None:
    servers.answers.update({("RCPT", BOB): "450 4.2.1 later", ("RCPT", CID): "550 5.1.1 nobody"})
    servers.relay.faults["DATA", "dan@uni.example"] = "hang up"
    async with child(servers.smtp_port) as courier:
        sent, later, never, lost = [await courier.carry(0, parcel(to)) for to in (ANN, BOB, CID, "dan@uni.example")]
        assert isinstance(sent, Sent)
        assert later == Later(450, "4.2.1 later")
        assert never == Never(550, "5.1.1 nobody")
        assert isinstance(lost, Later)
        assert lost.code is None
        assert courier.lives
        assert isinstance(await courier.carry(0, parcel(ANN)), Sent), "it connects again"
        assert courier.connections == 2
        await courier.close(0)
        await until(lambda: servers.relay.here == 0)


@in_a_loop
async def test_a_relay_that_refuses_the_login_is_told_as_such(servers: EmbeddedServers) -> None:
    async with child(servers.smtp_port, user=USER, password="wrong") as courier:
        with pytest.raises(PostmanBroken, match="login refused") as caught:
            await courier.connect(0)
        assert (caught.value.refused, caught.value.code) == (True, 535)
        with pytest.raises(PostmanBroken, match="login refused"):
            await courier.carry(0, parcel(ANN))
    async with child(servers.smtp_port, user=USER, password=PASSWORD) as courier:
        await courier.connect(0)
        assert servers.relay.here == 1


@in_a_loop
async def test_several_connections_work_at_once_and_answers_do_not_mix(servers: EmbeddedServers) -> None:
    people = [f"asker{number}@uni.example" for number in range(8)]
    servers.answers.update({("RCPT", to): f"450 4.2.1 {to}" for to in people})
    servers.relay.delay = 0.1
    async with child(servers.smtp_port) as courier:
        said = await asyncio.gather(*(courier.carry(number, parcel(to)) for number, to in enumerate(people)))
        assert [one.reason for one in said if isinstance(one, Later)] == [f"4.2.1 {to}" for to in people]
    assert servers.relay.most_connections == 8


@in_a_loop
async def test_a_bug_with_one_letter_is_told_by_its_kind_and_the_next_letter_goes(servers: EmbeddedServers) -> None:
    async with child(servers.smtp_port) as courier:
        with pytest.raises(NotMade, match=r"^KeyError$"):
            await courier.carry(0, parcel(ANN, key="gone"))
        assert isinstance(await courier.carry(0, parcel(BOB)), Sent)


# --- a process that dies


@in_a_loop
async def test_a_letter_whose_courier_is_killed_may_be_at_the_relay_and_others_are_not(
    servers: EmbeddedServers, caplog: pytest.LogCaptureFixture
) -> None:
    servers.relay.delay = 30.0
    async with child(servers.smtp_port) as courier:
        await courier.connect(1)
        sending = asyncio.create_task(courier.carry(0, parcel(ANN)))
        await until(lambda: servers.relay.connections == 2)
        os.kill(courier.pid, signal.SIGKILL)
        assert await sending == Later(None, "the courier ended (SIGKILL)")
        with pytest.raises(PostmanBroken, match="the courier ended"):
            await courier.carry(1, parcel(BOB))
        with pytest.raises(PostmanBroken, match="the courier ended"):
            await courier.connect(1)
        await courier.close(1)
    assert "the courier ended (SIGKILL); letters go from this process again" in caplog.text


@in_a_loop
async def test_a_courier_that_answers_nothing_any_more_is_killed_in_time(
    servers: EmbeddedServers, caplog: pytest.LogCaptureFixture
) -> None:
    async with child(servers.smtp_port, timeout=0.02) as courier, asyncio.timeout(20):
        os.kill(courier.pid, signal.SIGSTOP)
        with pytest.raises(PostmanBroken, match=r"the courier ended \(SIGKILL\)"):
            await courier.connect(0)
        assert not courier.lives
    assert "letters go from this process again" in caplog.text


@in_a_loop
async def test_a_letter_whose_courier_is_gone_before_it_has_it_goes_from_this_process(servers: EmbeddedServers) -> None:
    async with by_courier(servers.smtp_port) as (wire, courier, gone, connection):
        await connection.connect()
        assert (courier.connections, wire.connections) == (1, 0)
        os.kill(gone.pid, signal.SIGKILL)
        await until(lambda: not gone.lives)
        assert isinstance(await connection.carry(parcel(ANN)), Sent)
        assert wire.connections == 1


@in_a_loop
async def test_a_courier_that_dies_while_it_connects_is_no_relay_out_of_reach(servers: EmbeddedServers) -> None:
    async with by_courier(servers.smtp_port) as (wire, courier, stopped, connection):
        os.kill(stopped.pid, signal.SIGSTOP)
        connecting = asyncio.create_task(connection.connect())
        await asyncio.sleep(0.05)
        os.kill(stopped.pid, signal.SIGKILL)
        await connecting
        assert isinstance(await connection.carry(parcel(ANN)), Sent)
        assert (courier.connections, wire.connections) == (0, 1)


@in_a_loop
async def test_a_round_whose_courier_is_killed_goes_on_in_this_process(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    people = many(60)
    async with (
        desk(tmp_path) as tools,
        postmen(4, servers.smtp_port) as wires,
        Courier(account(servers.smtp_port)) as courier,
    ):
        await write(tools, *people)
        killed = await set_to_work(courier, tools.stationery)
        sending = Sending(tools, Clock())
        connections = [Connection(number, tools.stationery, wire, courier) for number, wire in enumerate(wires)]
        servers.relay.delay = 0.02
        round_of_letters = asyncio.create_task(sending.all_due(connections))
        await until(lambda: len(servers.letters) > 20)
        servers.relay.delay = 30.0
        await until(lambda: servers.relay.held == 4)
        assert courier.connections == 4
        os.kill(killed.pid, signal.SIGKILL)
        servers.relay.delay = 0.0
        await round_of_letters
        later = sending.letters["later"]
        assert later == 4, "each connection had one under way"
        assert courier.at_work_with(tools.stationery) is None
        again = Sending(tools, Clock())
        await again.all_due(connections)
        postponed = len(await journaled(tools, e.LetterPostponed))
        assert postponed == later, "the relay may have them: they rest a while"
        assert len(await journaled(tools, e.LetterSent)) == 60 - postponed
        await courier.end()
        courier.begin(tools.stationery)
        assert not courier.is_for(tools.stationery), "one that died is not started again at once"
    assert max(Counter(taken.recipient for taken in servers.letters).values()) == 1


@in_a_loop
async def test_a_courier_that_does_not_start_leaves_the_letters_to_this_process(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    async with at_work(tmp_path, servers.smtp_port, Clock()) as work:
        work.courier = Courier(account(servers.smtp_port))
        await much_to_send(work, servers)
        assert work.courier.connections == 0
    assert "the courier does not start (exit status 1)" in caplog.text
    assert "letters go from this process" in caplog.text


SENDING = """
import asyncio, pathlib, sys
sys.path.insert(0, sys.argv[1])
import test_courier
asyncio.run(test_courier.send_all(pathlib.Path(sys.argv[2]), int(sys.argv[3])))
"""


async def send_all(folder: Path, port: int) -> None:
    """What a process does, with its courier, until it is killed."""
    async with desk(folder) as tools, postmen(4, port) as wires, Courier(account(port)) as courier:
        await set_to_work(courier, tools.stationery)
        connections = [Connection(number, tools.stationery, wire, courier) for number, wire in enumerate(wires)]
        await Sending(tools, lambda: NOON).all_due(connections)
        assert courier.connections
        for connection in connections:
            await connection.close()


@pytest.mark.parametrize("asked", ["SIGKILL", "Ctrl-C"])
@in_a_loop
async def test_a_parent_that_is_ended_takes_the_courier_along_and_doubles_at_most_one_letter_a_connection(
    asked: str, tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with desk(tmp_path) as tools:
        await write(tools, *many(60))
    where = (str(Path(__file__).parent), str(tmp_path), str(servers.smtp_port))
    servers.relay.delay = 0.05  # what is left takes half a second, also where this process is not at work meanwhile
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SENDING, *where, stderr=asyncio.subprocess.DEVNULL, process_group=0
    )
    await until(lambda: len(servers.letters) >= 20)
    if asked == "Ctrl-C":
        os.killpg(parent.pid, signal.SIGINT)
    else:
        parent.kill()
    assert await parent.wait() < 0, "ended before it was done"
    await until(lambda: servers.relay.here == 0)
    servers.relay.delay = 0.0
    await send_all(tmp_path, servers.smtp_port)
    async with desk(tmp_path) as tools:
        assert len(await journaled(tools, e.LetterSent)) == 60
    times = Counter(servers.letters)
    assert len({taken.recipient for taken in times}) == len(times) == 60, "another Message-ID, or other bytes"
    assert max(times.values()) <= 2
    assert len(servers.letters) - 60 <= 4


@in_a_loop
async def test_a_round_that_is_stopped_ends_with_every_result_in_the_journal(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with at_work(tmp_path, servers.smtp_port, Clock()) as work, Courier(account(servers.smtp_port)) as courier:
        work.courier = courier
        asked = await set_to_work(courier, work.tools.stationery)
        work.stopping = lambda: len(servers.letters) > 20
        await write(work.tools, *(f"asker@uni{number}.example" for number in range(60)))
        sending = asyncio.create_task(send_letters(work, Round()))
        await until(lambda: len(servers.letters) > 5)
        os.kill(asked.pid, signal.SIGTERM)  # as systemd does, which tells every process of a service
        await sending
        assert courier.connections == 1
        assert len(await journaled(work.tools, e.LetterSent)) == len(servers.letters) == 21


@in_a_loop
async def test_what_asks_a_desk_to_end_does_not_end_its_courier(servers: EmbeddedServers) -> None:
    async with child(servers.smtp_port) as courier:
        assert os.getpgid(courier.pid) != os.getpgid(0), "Ctrl-C at a shell does not reach it"
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(courier.pid, number)
        assert isinstance(await courier.carry(0, parcel(ANN)), Sent)


def test_the_child_ends_when_its_stdin_does() -> None:
    outfit = OUTFIT.dump_json((Outfit.of(stationery(), account(9)),))
    command = [sys.executable, "-m", "mailbot.flow.courier"]
    frame = LENGTH.pack(len(outfit)) + outfit
    done = subprocess.run(command, input=frame, capture_output=True, timeout=30, check=True)
    assert (done.stdout, done.stderr) == (LENGTH.pack(5) + b"ready", b"")


@in_a_loop
async def test_whoever_stops_waiting_for_a_letter_ends_the_courier(servers: EmbeddedServers) -> None:
    servers.relay.delay = 30.0
    async with child(servers.smtp_port) as courier:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(courier.carry(0, parcel(ANN)), 0.5)
        assert not courier.lives
        await until(lambda: servers.relay.here == 0)


@pytest.mark.parametrize("ends", ["by who waits", "in time"])
@in_a_loop
async def test_a_courier_that_ends_while_it_is_given_a_letter_leaves_no_complaint_of_the_loop(
    ends: str, servers: EmbeddedServers, caplog: pytest.LogCaptureFixture
) -> None:
    timeout = 0.05 if ends == "in time" else 5.0
    async with child(servers.smtp_port, timeout=timeout) as courier:
        os.kill(courier.pid, signal.SIGSTOP)
        sending = asyncio.create_task(courier.carry(0, parcel(ANN, text="long\n" * 400_000)))
        await asyncio.sleep(0.1)
        if ends == "by who waits":
            sending.cancel()
        await asyncio.wait([sending])
        assert sending.cancelled() or sending.result() == Later(None, "the courier ended (SIGKILL)")
    del sending
    gc.collect()
    assert [one for one in caplog.records if one.name == "asyncio"] == []


# --- secrets


@in_a_loop
async def test_keys_and_passwords_stand_in_no_argument_no_environment_and_no_log(
    servers: EmbeddedServers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with child(servers.smtp_port, user=USER, password=PASSWORD) as courier:
        await courier.carry(0, parcel(ANN))
        with pytest.raises(NotMade):
            await courier.carry(0, parcel(ANN, key="gone"))
        seen = b"".join(Path(f"/proc/{courier.pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
    assert "KeyError" in caplog.text
    for secret in (PASSWORD, "a key", "YSBrZXk="):
        assert secret.encode() not in seen
        assert secret not in caplog.text
    assert PASSWORD not in repr(Outfit.of(stationery(), account(9, USER, PASSWORD)))


@pytest.mark.parametrize(
    "wrong", [{"password": ["the password"]}, {"keys": {"k1": "the password"}}, {"desk": "the password"}]
)
def test_a_child_that_is_given_nonsense_does_not_repeat_it(wrong: dict[str, object]) -> None:
    (outfit,) = json.loads(OUTFIT.dump_json((Outfit.of(stationery(), account(9, USER, "the password")),)))
    text = json.dumps([{**outfit, **wrong}]).encode()
    for given in (text, text[:-1]):
        command = [sys.executable, "-m", "mailbot.flow.courier"]
        done = subprocess.run(command, input=LENGTH.pack(len(given)) + given, capture_output=True, timeout=30)
        assert done.returncode == 1
        assert b"ValidationError" in done.stderr
        assert not [secret for secret in (b"the password", b"YSBrZXk=") if secret in done.stderr]


@in_a_loop
async def test_no_file_of_the_folder_in_which_the_desk_was_begun_is_run(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("zoneinfo", "email", "difflib"):
        Path(f"{name}.py").write_text("raise SystemExit('somebody else wrote this')")
    async with child(servers.smtp_port) as courier:
        assert isinstance(await courier.carry(0, parcel(ANN)), Sent)


# --- when


async def much_to_send(work: Work, servers: EmbeddedServers, letters: int = 400) -> None:
    """So many letters are due, and all of them go."""
    for turn in range(letters // 20):
        await write(work.tools, *(f"asker{turn}@uni{number}.example" for number in range(20)))
    done = Round()
    await send_letters(work, done)
    assert done.troubles == []
    assert done.letters["sent"] == len({taken.recipient for taken in servers.letters}) == letters


@in_a_loop
async def test_while_much_waits_letters_go_by_the_courier_who_is_not_waited_for_and_ends_with_them(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with at_work(tmp_path, servers.smtp_port, Clock()) as work:
        work.courier = Courier(account(servers.smtp_port))
        servers.relay.delay = 0.004
        await much_to_send(work, servers)
        assert work.courier.connections == 1
        assert work.postmen[0].connections == 1, "the first letters went while it started"  # type: ignore[attr-defined]
        assert not work.courier.is_for(work.tools.stationery), "it is gone"
        assert _connections(work)["smtp"] == 2
        assert servers.relay.here == 0


@in_a_loop
async def test_a_few_letters_and_those_of_a_desk_whose_tokens_are_fetched_go_from_one_process(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with at_work(tmp_path, servers.smtp_port, Clock()) as work:
        work.courier = Courier(account(servers.smtp_port))
        begun = asked_to_begin(work)
        await much_to_send(work, servers, carriers_of_the_service.MUCH - 20)
        assert begun == []
        work.pulse.in_view = set(range(1, carriers_of_the_service.MUCH // carriers_of_the_service.LETTERS_A_MAIL))
        await write(work.tools, ANN, BOB)
        await send_letters(work, Round())
        assert begun, "so many mails wait, which call for letters"
        fetched = Tokens(Grant("https://tokens.example", "desk"))
        tokens = Courier(replace(account(servers.smtp_port), access=fetched))
        tokens.begin(work.tools.stationery)
        assert not tokens.is_for(work.tools.stationery)


@in_a_loop
async def test_letters_that_a_relay_put_off_call_no_courier_for_the_few_that_come_meanwhile(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    people = many(carriers_of_the_service.MUCH)
    servers.answers.update({("RCPT", to): "451 4.3.0 try later" for to in people})
    async with at_work(tmp_path, servers.smtp_port, Clock()) as work:
        begun = asked_to_begin(work)
        await write(work.tools, *people)
        await send_letters(work, Round())
        assert begun
        begun.clear()
        await write(work.tools, ANN)
        await send_letters(work, Round())
        assert [taken.recipient for taken in servers.letters] == [ANN]
        assert begun == []


@in_a_loop
async def test_letters_left_by_a_round_that_was_stopped_call_the_courier_in_the_next(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with at_work(tmp_path, servers.smtp_port, Clock()) as work:
        begun = asked_to_begin(work)
        people = many(carriers_of_the_service.MUCH)
        await write(work.tools, *people)
        work.stopping = lambda: True
        await send_letters(work, Round())
        assert (begun, servers.letters) == ([], [])
        work.stopping = lambda: False
        await send_letters(work, Round())
        assert begun


@in_a_loop
async def test_a_courier_makes_no_letter_by_keys_that_are_in_force_no_more(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with at_work(tmp_path, servers.smtp_port, Clock()) as work:
        work.courier = Courier(account(servers.smtp_port))
        await set_to_work(work.courier, stationery())
        await write(work.tools, ANN)
        await send_letters(work, Round())
        assert work.courier.connections == 0
        assert work.courier.at_work_with(work.tools.stationery) is None
    assert [taken.recipient for taken in servers.letters] == [ANN]


def test_a_child_logs_in_as_its_parent_does(tmp_path: Path) -> None:
    whole = Account("mail.example", 465, "tls", USER, PASSWORD, tmp_path / "ca.pem", 12.5)
    (outfit,) = OUTFIT.validate_json(OUTFIT.dump_json((Outfit.of(stationery(), whole),)))
    assert outfit.account() == whole
    assert (outfit.stationery().desk, outfit.stationery().keys) == (stationery().desk, stationery().keys)


def test_a_parcel_reaches_the_child_whole() -> None:
    whole = parcel(ANN, text="行\n\x00\u2028" * 5, thread=("<a@b>",), enclosures=(e.Enclosure(name="a", file="a"),))
    sheets = tuple(rules_of(texts()).sheets.values())
    assert isinstance(whole.letter, LetterWritten)
    parent, child_process = Requests(), Requests()
    for files in ((bytes(range(256)),), (), (*sheets, b"x", *sheets), (b"", *sheets), ()):
        wanted = replace(whole, files=files)
        assert child_process.read(parent.made(3, wanted)) == (3, wanted)
        assert child_process.read(parent.made(4, "connect")) == (4, "connect")


def test_a_sheet_goes_through_the_pipe_once() -> None:
    requests, sheets = Requests(), tuple(rules_of(texts()).sheets.values())
    first, second = (requests.made(0, replace(parcel(ANN), files=sheets * 2)) for _ in range(2))
    text = sheets[0].title["en"].encode()
    assert (first.count(text), second.count(text)) == (1, 0)


@in_a_loop
async def test_a_sheet_that_somebody_signs_only_in_some_cases_reaches_the_child(servers: EmbeddedServers) -> None:
    (sheet,) = (one for one in rules_of(texts()).sheets.values() if any(who.when for who in one.signatures.values()))
    async with child(servers.smtp_port) as courier:
        with pytest.raises(NotMade, match="ValueError"):
            await courier.carry(0, replace(parcel(ANN), files=(sheet,)))
        assert courier.lives, "nothing goes with that letter, and the child says so"
