"""What the desk tells its own people without a case: it is said if it does not arrive, and what they answer is not
taken for a stranger's question."""

import asyncio
import email
import json
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path

import pytest
from carrying import here
from desks import Mailbox, in_a_loop
from desks_at_work import SELDOM, at_work, until, world_of
from test_tampering import NOON, NOWHERE
from worlds import World, question

from mailbot import cli, desks
from mailbot.demo.people import Person, write
from mailbot.edge.postman import Never, Sent
from mailbot.embedded import EmbeddedServers
from mailbot.flow.delivery import Sending
from mailbot.flow.intake import Delivered, take_in
from mailbot.flow.routine import tell_auditors
from mailbot.service import reader_for

AUDITOR, OPERATOR = "auditor@audit.example", "operator@staff.desk.example"


class Relay:
    """Keeps what it takes, and refuses one address for good."""

    def __init__(self, refused: str = "") -> None:
        self.refused = refused
        self.letters: list[tuple[str, Message]] = []

    async def connect(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, sender: str, recipient: str, raw: bytes) -> Sent | Never:
        if recipient == self.refused:
            return Never(550, "no such user")
        self.letters.append((recipient, email.message_from_bytes(raw)))
        return Sent("250 ok")

    def last(self, to: str) -> Message:
        return [letter for recipient, letter in self.letters if recipient == to][-1]


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World.make(tmp_path / "desk", NOWHERE, NOWHERE, adopted=False)
    return with_people(made)


def with_people(world: World) -> World:
    rules = world.folder / "rules" / "desk.toml"
    text = rules.read_text().replace("auditors = []", f'auditors = ["{AUDITOR}"]')
    rules.write_text(text.replace("operators = []", f'operators = ["{OPERATOR}"]'))
    return world


async def turn(world: World, relay: Relay, now: datetime, *raws: bytes) -> None:
    """Mails are taken in, the auditor is told, letters go."""
    desk = desks.load(world.folder / "mailbot.toml")
    opened = desks.opened(desk.state, desk.rules, desk.texts, desk.keys, files=desk.files, clock=lambda: now)
    async with opened as tools, reader_for(desk.rules) as reader:
        await take_in(tools, reader, [Delivered(raw) for raw in raws], lambda: now)
        await tell_auditors(tools, lambda: now)
        await Sending(tools, lambda: now).all_due(here(tools, [relay]))


def answer(relay: Relay, person: str, text: str) -> bytes:
    """What somebody writes in reply to the last letter to them."""
    address = email.utils.parseaddr(relay.last(person)["Reply-To"] or relay.last(person)["From"])[1]
    return write(Person("Audra Auditor", person), address, "Re: Head of the log", text)


def body(letter: Message) -> str:
    part = next(part for part in letter.walk() if part.get_content_type() == "text/plain")
    return part.get_payload(decode=True).decode()


@pytest.mark.parametrize("text", ["Which key signs since May?", "STATUS", "HELP"])
def test_what_an_auditor_answers_goes_to_the_operators_and_no_blank_goes_to_the_auditor(
    text: str, world: World
) -> None:
    relay = Relay()
    asyncio.run(turn(world, relay, NOON))
    asyncio.run(turn(world, relay, NOON + timedelta(minutes=5), answer(relay, AUDITOR, text)))
    assert [to for to, _ in relay.letters] == [AUDITOR, OPERATOR]
    told = relay.last(OPERATOR)
    assert told["Subject"].endswith("A mail from an auditor")
    assert f"> {text}" in body(told)
    kinds = [event["kind"] for event in world.entries()[-2]["events"]]
    assert kinds == ["facts", "handed_to_clerk", "letter_written"]
    asyncio.run(turn(world, relay, NOON + timedelta(minutes=9), answer(relay, OPERATOR, "Thank you, I wrote to them.")))
    assert len(relay.letters) == 2, "nobody gets a blank for answering what the desk tells operators"


def test_whoever_only_writes_from_the_auditors_address_is_a_stranger(world: World) -> None:
    relay = Relay()
    asyncio.run(turn(world, relay, NOON))
    stranger = write(Person("Audra", AUDITOR), "helpdesk@desk.example", "Question", "How do I apply?")
    asyncio.run(turn(world, relay, NOON + timedelta(minutes=5), stranger))
    assert [to for to, _ in relay.letters] == [AUDITOR, AUDITOR]


def test_a_head_that_the_relay_refuses_for_good_is_an_alarm_until_one_arrives(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def alarms(now: datetime) -> dict[str, str]:
        monkeypatch.setattr("mailbot.cli.look.wall_clock", lambda: now)
        capsys.readouterr()
        cli.main(["--config", str(world.folder / "mailbot.toml"), "status", "--json"])
        return json.loads(capsys.readouterr().out)["alarms"]

    asyncio.run(turn(world, Relay(refused=AUDITOR), NOON))
    assert alarms(NOON)["unreached"] == f"{AUDITOR} (head, since 2026-11-21 03:00 UTC): 550 no such user"
    assert "unreached" in alarms(NOON + timedelta(days=3, hours=23))
    assert "unreached" not in alarms(NOON + timedelta(days=4)), "the address may be gone from the rules"
    asyncio.run(turn(world, Relay(), NOON + timedelta(days=1)))
    assert "unreached" not in alarms(NOON + timedelta(days=1))


def test_a_blank_that_a_stranger_cannot_get_is_no_alarm(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(turn(world, Relay(refused="asker1@uni.example"), NOON, question(1)))
    cli.main(["--config", str(world.folder / "mailbot.toml"), "status", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["letters"]["failed"], "unreached" in found["alarms"]) == (1, False)


@in_a_loop
async def test_operators_hear_of_rules_that_a_signal_could_not_bring_into_force_and_when_that_is_over(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    world = with_people(world_of(tmp_path / "desk", mailbox, servers))
    rules = world.folder / "rules" / "desk.toml"
    right = rules.read_text(encoding="utf-8")
    async with at_work(world, SELDOM) as service:
        await mailbox.deliver(question(1))
        await until(lambda: [letter for letter in servers.letters if letter.recipient == "asker1@uni.example"])
        rules.write_text(right.replace("letters_per_hour", "letters_an_hour"))
        service.reload()
        told = lambda: [letter.raw for letter in servers.letters if letter.recipient == OPERATOR]  # noqa: E731
        await until(lambda: len(told()) == 1)
        found = json.loads((await world.run("status", "--json"))[1])["alarms"]
        assert "letters_an_hour" in found["rules"]
        rules.write_text(right)
        service.reload()
        await until(lambda: len(told()) == 2)
        assert "rules" not in json.loads((await world.run("status", "--json"))[1])["alarms"]
