"""A service in which one thing fails again and again: nothing else of it falls silent, and no server is run down."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from desks import Mailbox, in_a_loop
from desks_at_work import at_work, until
from faults import Faults, Say
from test_field import between, desk_on
from worlds import World, question

from mailbot.core import patience
from mailbot.core.alarms import raised
from mailbot.core.health import Contact
from mailbot.core.ledger import Ledger
from mailbot.core.pulse import Pulse, read_pulse
from mailbot.edge.account import Account
from mailbot.edge.inbox import Inbox
from mailbot.embedded import PASSWORD, USER, EmbeddedServers
from mailbot.flow.tools import wall_clock
from mailbot.service import Pace, Round, duties, observing
from mailbot.service.running import Service
from mailbot.store import Full

OFTEN = Pace(inbox=0.2, letters=0.2, orders=0.1, health=0.2)


def a_bug(*_: object, **__: object) -> None:
    raise RecursionError("a bug")


def alarms_of(service: Service) -> frozenset[str]:
    """What the operator was told of, by the journal."""
    return service._work.tools.store.ledger().alarms


@in_a_loop
async def test_a_server_that_refuses_to_file_what_was_decided_is_left_alone_for_longer_each_time(
    tmp_path: Path, open_mailbox, servers: EmbeddedServers
) -> None:
    mailbox = open_mailbox("embedded")
    await mailbox.deliver(question(1))
    with between(mailbox, Say("UID MOVE", "NO [OVERQUOTA] no room in that folder", times=1_000)) as (wire, imap):
        async with at_work(desk_on(tmp_path / "desk", imap, servers), Pace(inbox=600.0, orders=600.0)) as service:
            await until(lambda: service._failures["inbox"] == 3)  # each makes the next pause longer
            assert service._work.pulse.imap.broken
            await mailbox.deliver(question(2))
            await until(lambda: service._work.tools.store.ledger().mails.get("taken_in") == 2)
    assert [command for command in wire.heard if "MOVE" in command.upper()]


@pytest.mark.parametrize("duty", ["tell_clerks", "tell_auditors"])
@in_a_loop
async def test_no_duty_that_meets_a_bug_keeps_an_alarm_from_being_raised(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch, duty: str, caplog
) -> None:
    monkeypatch.setattr(duties, duty, a_bug)
    async with at_work(embedded(tmp_path, servers), Pace(inbox=600.0, orders=600.0, health=600.0)) as service:
        await until(lambda: service._looked)
        service._work.pulse.imap = Contact(broken=wall_clock() - timedelta(hours=5), trouble="nobody listens there")
        done = Round()
        await duties.look_after(service._work, done, count_files=False)
        assert "inbox" in alarms_of(service)
    assert any("RecursionError" in trouble for trouble in done.troubles)
    assert "a bug" in caplog.text


@in_a_loop
async def test_alarms_are_raised_though_nobody_can_say_when_secrets_end_or_count_the_files(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(embedded(tmp_path, servers), Pace(inbox=600.0, orders=600.0, health=600.0)) as service:
        await until(lambda: service._looked)
        monkeypatch.setattr(service._work, "renewals", a_bug)
        monkeypatch.setattr(service._work.tools.store, "files", a_bug)
        service._work.pulse.imap = Contact(broken=wall_clock() - timedelta(hours=5), trouble="nobody listens there")
        await duties.look_after(service._work, Round(), count_files=True)
        assert "inbox" in alarms_of(service)


@in_a_loop
async def test_an_inbox_that_meets_a_bug_at_every_look_is_out_of_reach_and_the_rest_of_the_service_works(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    healthy = Inbox.waiting
    monkeypatch.setattr(Inbox, "waiting", a_bug)
    await servers.deliver(question(1))
    async with at_work(embedded(tmp_path, servers), OFTEN) as service:
        await until(lambda: service._work.pulse.imap.broken)
        assert "RecursionError" in service._work.pulse.imap.trouble
        service._work.pulse.imap = Contact(broken=wall_clock() - timedelta(hours=5), trouble="a bug")
        await until(lambda: "inbox" in alarms_of(service))
        monkeypatch.setattr(Inbox, "waiting", healthy)
        await until(lambda: servers.folders()["INBOX"] == [])
    assert "the service goes on" in caplog.text


@in_a_loop
async def test_a_mail_that_is_only_observed_and_meets_a_bug_stops_nobody(
    tmp_path: Path, open_mailbox, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy, mailbox = observing.foresee, open_mailbox("embedded")

    async def foresee(rules, reader, raws, now):  # type: ignore[no-untyped-def]
        if any(b"Question 2" in raw for raw in raws):
            raise ZeroDivisionError("a bug")
        return await healthy(rules, reader, raws, now)

    monkeypatch.setattr(observing, "foresee", foresee)
    await mailbox.deliver(question(1), question(2), question(3))
    await asyncio.sleep(1.1)  # INTERNALDATE has whole seconds: these mails are older than the desk now
    async with at_work(desk_on(tmp_path / "desk", mailbox.account("none"), servers, adopted=False), OFTEN) as service:
        await until(lambda: service._work.pulse.would_do)
        assert service._work.pulse.would_do["enquiry"] == 2
        assert service._work.pulse.foreseen == service._work.pulse.observed, "it is not read again at every look"
        await mailbox.deliver(question(4))
        await until(lambda: servers.letters)


def test_an_inbox_that_is_not_read_to_its_end_for_an_hour_is_an_alarm_whatever_the_reason() -> None:
    now = wall_clock()

    def alarms(pulse: Pulse) -> set[str]:
        return set(raised(read_pulse(pulse.plain()).health(Ledger(), undecided=0, files=0), now))

    assert alarms(Pulse(read=now - timedelta(minutes=59))) == set()
    assert alarms(Pulse(read=now - timedelta(minutes=61), seen=now)) == {"unread"}
    assert alarms(Pulse(read=now - timedelta(hours=9), imap=Contact(broken=now - timedelta(hours=9)))) == {"inbox"}
    assert alarms(Pulse()) == set(), "nothing was to be read yet"


@in_a_loop
async def test_a_mail_that_vanished_while_the_disk_was_full_is_journaled_once_there_is_room(
    tmp_path: Path, open_mailbox, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = open_mailbox("embedded")
    async with at_work(desk_on(tmp_path / "desk", mailbox.account("none"), servers), OFTEN) as service:
        work = service._work
        await until(lambda: work.pulse.seen)
        full = [True]
        healthy = observing.journal

        async def journal(*arguments):  # type: ignore[no-untyped-def]
            if full:
                raise Full("no space left")
            await healthy(*arguments)

        monkeypatch.setattr(observing, "journal", journal)
        work.pulse.in_view |= {4_711}
        await until(lambda: work.pulse.gone == 1)
        assert work.tools.store.ledger().vanished == 0
        assert 4_711 in read_pulse(work.pulse.plain()).untold, "nor does the next process forget it"
        full.clear()
        await until(lambda: work.tools.store.ledger().vanished == 1)
        await until(lambda: not work.pulse.untold)


def embedded(folder: Path, servers: EmbeddedServers) -> World:
    return desk_on(folder / "desk", Mailbox("embedded", servers.imap_port, USER, PASSWORD).account("none"), servers)


def logins(wire: Faults) -> int:
    """How often somebody tried a password."""
    return sum(command.upper().startswith(("LOGIN", "AUTH")) for command in wire.heard)


@in_a_loop
async def test_a_server_that_refuses_our_password_is_left_alone_for_minutes_until_a_reload(
    tmp_path: Path, open_mailbox, servers: EmbeddedServers
) -> None:
    mailbox = open_mailbox("embedded")
    refused = Say("AUTHENTICATE|LOGIN", "NO [AUTHENTICATIONFAILED] wrong", times=2)
    with between(mailbox, refused) as (wire, imap):
        world = desk_on(tmp_path / "desk", imap, servers)
        await mailbox.deliver(question(1))
        async with at_work(world, Pace(inbox=0.5, orders=0.1)) as service:
            await until(lambda: service._work.pulse.imap.broken)
            await asyncio.sleep(3.0)
            assert logins(wire) == 1
            assert (await world.run("reload"))[0] == 0
            await until(lambda: logins(wire) == 2)
            assert (await world.run("reload"))[0] == 0
            await until(lambda: servers.letters)


@in_a_loop
async def test_a_relay_that_refuses_our_password_is_left_alone_for_minutes_until_a_reload(
    tmp_path: Path, open_mailbox, servers: EmbeddedServers
) -> None:
    mailbox = open_mailbox("embedded")
    await mailbox.deliver(question(1))
    with Faults(servers.smtp_port, Say("AUTH", "535 5.7.8 wrong", times=3), protocol="smtp") as wire:
        relay = Account("127.0.0.1", wire.port, "none", USER, PASSWORD)
        world = World.make(tmp_path / "desk", mailbox.account("none"), relay)
        async with at_work(world, Pace(inbox=600.0, letters=0.2, orders=0.1)) as service:
            await until(lambda: service._work.pulse.smtp.broken)
            tried = logins(wire)
            await asyncio.sleep(3.0)
            assert logins(wire) == tried, "each mechanism once"
            assert (await world.run("reload"))[0] == 0
            await until(lambda: servers.letters)


def test_a_password_that_stays_wrong_is_tried_less_and_less_often() -> None:
    assert [patience.after_refusal(tries, 600.0, lambda: 0.0) for tries in (1, 2, 3, 9)] == [600, 1200, 2400, 3600]
    assert patience.after_refusal(9, 600.0, lambda: 0.5) == 4500, "not all of a house's programs at once"
