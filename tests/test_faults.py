"""The wire that fails on purpose does what its plan says: what the other tests prove rests on it."""

import smtplib
import socket
import time
from collections.abc import Iterator
from random import Random

import pytest
from desks import Mailbox
from faults import Cut, Dice, Faults, Rewrite, Say, Stall, emptied, replacing

from mailbot.embedded import PASSWORD, USER, EmbeddedServers

LETTER = "From: desk@example.org\r\nTo: a@example.org\r\nSubject: hello\r\n\r\n.dots\r\n..more\r\n"


@pytest.fixture
def relay(servers: EmbeddedServers) -> Iterator[Faults]:
    """A wire to the embedded relay."""
    with Faults(servers.smtp_port, protocol="smtp") as wire:
        yield wire


def send(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.login(USER, PASSWORD)
        client.sendmail("desk@example.org", ["a@example.org"], LETTER)


def test_without_a_fault_it_is_not_there(servers: EmbeddedServers, relay: Faults) -> None:
    send(relay.port)
    assert [letter.recipient for letter in servers.letters] == ["a@example.org"]
    assert servers.letters[0].raw.endswith(b"\r\n.dots\r\n..more\r\n")
    commands = [command.split()[0].upper() for command in relay.heard]
    assert commands == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "CONTENT", "QUIT"]
    assert relay.struck == []


@pytest.mark.parametrize(("fault", "taken"), [(Cut("CONTENT"), 0), (Cut("CONTENT", "unanswered"), 1), (Cut("DATA"), 0)])
def test_a_relay_may_go_before_or_after_it_took_a_letter(
    servers: EmbeddedServers, relay: Faults, fault: Cut, taken: int
) -> None:
    relay.plan(fault)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(relay.port)
    assert len(servers.letters) == taken
    assert relay.struck == [fault]
    send(relay.port)
    assert len(servers.letters) == taken + 1


def test_the_wire_may_answer_in_the_relays_place(servers: EmbeddedServers, relay: Faults) -> None:
    relay.plan(Say("RCPT", "451 4.2.1 later"))
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(relay.port)
    assert servers.letters == []


@pytest.mark.parametrize("fault", [Cut("GREETING"), Cut("GREETING", "unanswered"), Cut("GREETING", "answering", 4)])
def test_a_connection_may_end_before_it_begins(relay: Faults, fault: Cut) -> None:
    relay.plan(fault)
    with socket.create_connection(("127.0.0.1", relay.port), 5) as client:
        assert client.makefile("rb").read() == (b"220 " if fault.where == "answering" else b"")
    assert relay.struck == [fault]


def test_connections_are_reset_while_it_refuses_and_taken_again_after(servers: EmbeddedServers, relay: Faults) -> None:
    relay.refusing = True
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(relay.port)
    relay.refusing = False
    send(relay.port)
    assert len(servers.letters) == 1


def test_a_stall_of_some_time_is_a_slow_answer(servers: EmbeddedServers, relay: Faults) -> None:
    for where in ("unsent", "unanswered", "answering", "answered"):
        relay.plan(Stall("MAIL", where, seconds=0.1))  # type: ignore[arg-type]
        began = time.monotonic()
        send(relay.port)
        assert time.monotonic() - began >= 0.1
    assert len(servers.letters) == len(relay.struck) == 4


def test_the_nth_line_is_counted_over_connections_and_a_fault_strikes_as_often_as_it_says(relay: Faults) -> None:
    relay.plan(Cut(9), Cut("RCPT", times=2))
    for _ in range(2):
        with pytest.raises(smtplib.SMTPServerDisconnected):
            send(relay.port)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(relay.port)
    send(relay.port)
    assert relay.struck == [Cut("RCPT", times=2), Cut("RCPT", times=2), Cut(9)]


def test_answers_can_be_rewritten(mailbox: Mailbox) -> None:
    other = Rewrite("SELECT", replacing(rb"UIDVALIDITY \d+", b"UIDVALIDITY 4711"))
    with Faults(mailbox.port, other) as wire:
        seen = Mailbox(mailbox.kind, wire.port, mailbox.user, mailbox.password)
        with seen.client() as client:
            assert client.response("UIDVALIDITY")[1] == [b"4711"]
    assert wire.struck == [other]


def test_an_emptied_mail_keeps_what_stands_around_it() -> None:
    line = b'* 1 FETCH (UID 7 BODY[] {5}\r\n)\r\n{3 INTERNALDATE "x")\r\n'
    assert emptied(line) == b'* 1 FETCH (UID 7 BODY[] {0}\r\n INTERNALDATE "x")\r\n'
    assert emptied(b"a OK done\r\n") == b"a OK done\r\n"


def test_the_same_seed_throws_the_same_cuts() -> None:
    def thrown(seed: int) -> list[Cut | None]:
        dice = Dice(Random(seed), 0.3)
        return [dice.throw("NOOP") for _ in range(200)]

    assert thrown(7) == thrown(7) != thrown(8)
    cuts = [cut for cut in thrown(7) if cut]
    assert 30 < len(cuts) < 90
    assert len({cut.where for cut in cuts}) == 5
