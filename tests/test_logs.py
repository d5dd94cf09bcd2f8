"""The log of a service, as text and as JSON: what it did, and nothing of who wrote what."""

import asyncio
import base64
import dataclasses
import json
import logging
import re
import signal
import sys
from pathlib import Path

import pytest
from desks import in_a_loop
from desks_at_work import PATIENCE, embedded_world, until
from proofs import given_away
from worlds import World, application, family_name, question

from mailbot.demo.people import Person, write
from mailbot.edge.account import Account
from mailbot.edge.logs import FIELDS, _Json, _Lines, masked
from mailbot.embedded import PASSWORD, USER, EmbeddedServers

DOC = Path(__file__).parent.parent / "docs" / "operating.md"


def record(message: str, *args: object, error: Exception | None = None) -> logging.LogRecord:
    info = None
    if error is not None:
        try:
            raise error
        except Exception:
            info = sys.exc_info()
    return logging.LogRecord("mailbot", logging.WARNING, "", 0, message, args, info)


def test_what_an_exception_says_is_only_shown_with_debug() -> None:
    bug = ValueError("input_value='Taro Tanaka <taro@uni.example>'")
    for formatter in (_Lines(plainly=False), _Json(plainly=False)):
        said = formatter.format(record("a mail could not be decided", error=bug))
        assert "Taro" not in said
        assert "taro" not in said
        assert "ValueError" in said
        assert re.search(r"test_logs\.py:\d+ in record", said)
    assert "Taro Tanaka" in _Lines(plainly=True).format(record("x", error=bug))
    assert "Taro Tanaka" in _Json(plainly=True).format(record("x", error=bug))


def test_where_an_error_came_from_is_told_by_kind_and_place_alone() -> None:
    try:
        try:
            raise KeyError("Hanako")
        except KeyError as first:
            raise RuntimeError("Hanako again") from first
    except RuntimeError as last:
        said = _Lines(plainly=False).format(record("x", error=last))
    assert "Hanako" not in said
    assert said.index("KeyError") < said.index("RuntimeError")


def test_the_addresses_that_servers_repeat_are_masked() -> None:
    said = _Lines(plainly=False).format(record("SMTP: %s", "450 4.2.1 <taro.tanaka@uni.example>: mailbox busy"))
    assert said == "WARNING SMTP: 450 4.2.1 <(address)>: mailbox busy"
    assert masked("太郎@例え.jp と a@b.example,c@d.example") == "(address) と (address),(address)"
    assert masked("nothing @ all") == "nothing @ all"


def test_the_fields_of_json_are_those_of_the_docs() -> None:
    line = json.loads(_Json(plainly=False).format(record("x", error=ValueError("y"))))
    assert set(line) <= set(FIELDS)
    text = DOC.read_text(encoding="utf-8")
    table = text[text.index("| field | what |") :].split("\n\n")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == FIELDS


def a_day() -> list[bytes]:
    """Mails of every kind that a desk gets, by people with names, about something."""
    mails = [application(number) for number in range(3)] + [application(7, without="Telephone"), question(1)]
    mails += [b"From: Broken Sender <broken@uni.example>\r\nno header at all", b"no header at all"]
    secret = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n-----END OPENSSH PRIVATE KEY-----\n"
    mails.append(write(Person("Keiko Kagi", "keiko@uni.example"), "helpdesk@desk.example", "My own key", secret))
    mails.append(write(Person("花子", "hanako@uni.example"), "helpdesk@desk.example", "利用申請の件", "お願いします"))
    clerk = Person("Alex Morgan", "morgan@staff.desk.example")
    mails.append(write(clerk, "helpdesk@desk.example", "Orders out of nowhere", "ACCEPT\n"))
    head = b"From: Pat Deep <deep@uni.example>\r\nSubject: Layers\r\nContent-Type: application/pdf\r\n\r\n"
    mails.append(head + b"%PDF-1.4 x")
    return mails


WORDS = ["@uni.example", "@staff.desk.example", *(family_name(number) for number in (0, 1, 2, 7))]
WORDS += ["Person 1", "Asker 1", "Broken Sender", "Keiko", "花子", "Morgan", "Pat Deep", "Sato"]
WORDS += ["Application", "Question", "My own key", "利用申請", "Orders out", "Layers", "b3BlbnNz"]


async def log_of_a_day(world: World, servers: EmbeddedServers, *words: str) -> str:
    """The service over a day of mails, some of whose letters the relay puts off or refuses with their addresses."""
    servers.answers["RCPT", "person0@uni.example"] = "450 4.2.1 <person0@uni.example> Person 0: mailbox busy"
    servers.answers["RCPT", "person1@uni.example"] = "550 5.1.1 <person1@uni.example> no such user"
    await servers.deliver(*a_day())
    process = await world.start(*words, "run")
    await until(lambda: "INBOX" in servers.folders() and not servers.folders()["INBOX"] and len(servers.letters) >= 6)
    await world.run("command", "2026-00002", "NOTE Keiko rang", "--clerk", "morgan@staff.desk.example")
    await until(lambda: {"noted", "letter_failed"} <= {one["kind"] for row in world.entries() for one in row["events"]})
    process.send_signal(signal.SIGTERM)
    _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0
    return err.decode()


@pytest.mark.parametrize("kind", ["text", "json"])
@in_a_loop
async def test_a_day_of_mails_leaves_no_address_name_or_subject_in_the_log(
    kind: str, tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    with (world.folder / "mailbot.toml").open("a") as settings:
        settings.write(f'[service]\nlog = "{kind}"\n')
    said = await log_of_a_day(world, servers)
    found = [word for word in WORDS if word.lower() in said.lower()]
    assert found == [], said
    assert given_away((letter.raw for letter in servers.letters), said) == set()
    assert "mails taken in" in said
    if kind == "json":
        lines = [json.loads(line) for line in said.splitlines()]
        assert all(tuple(line) == tuple(name for name in FIELDS if name in line) for line in lines)
        assert sum(line.get("counts", {}).get("mails_taken_in", 0) for line in lines) == len(a_day())


@in_a_loop
async def test_no_password_is_in_the_log_however_much_it_says(tmp_path: Path, servers: EmbeddedServers) -> None:
    account = Account("127.0.0.1", servers.smtp_port, "none", USER, PASSWORD)
    world = World.make(tmp_path / "desk", dataclasses.replace(account, port=servers.imap_port), account)
    await servers.deliver(question(1))
    process = await world.start("--debug", "run")
    await until(lambda: servers.letters)
    process.send_signal(signal.SIGTERM)
    said = (await asyncio.wait_for(process.communicate(), PATIENCE))[1].decode()
    assert "DEBUG" in said
    assert process.returncode == 0
    whole = f"\0{USER}\0{PASSWORD}".encode()
    for secret in (PASSWORD, *(base64.b64encode(one).decode() for one in (PASSWORD.encode(), whole))):
        assert secret not in said
    assert given_away((letter.raw for letter in servers.letters), said) == set()


@in_a_loop
async def test_a_bug_over_a_mail_is_told_without_its_words(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from desks_at_work import SELDOM, at_work

    from mailbot.flow import considering

    def decide(cases, message, facts, rules, now):  # type: ignore[no-untyped-def]
        raise ValueError(f"cannot decide {message.text} of {message.senders}")

    monkeypatch.setattr(considering, "decide", decide)
    world = embedded_world(tmp_path / "desk", servers)
    await servers.deliver(question(1))
    async with at_work(world, SELDOM) as service:
        await until(lambda: service._looked)
    assert "could not be decided" in caplog.text
    formatter = _Lines(plainly=False)
    said = "\n".join(formatter.format(one) for one in caplog.records)
    assert "Question 1" not in said
    assert "asker1" not in said
    assert "ValueError" in said
