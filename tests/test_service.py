"""A round in which something goes wrong: what can be done is done, the rest stays where it was, and it is said."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from carrying import Slow
from desks import in_a_loop
from store_help import no_space
from worlds import World, application, digest, question

from mailbot import desks
from mailbot.demo.people import Person, write
from mailbot.edge.account import Account
from mailbot.edge.inbox import Inbox
from mailbot.edge.letters import Letters
from mailbot.edge.postman import Postman, PostmanBroken
from mailbot.embedded import PASSWORD, USER, EmbeddedServers
from mailbot.flow import considering, deadlines
from mailbot.flow.tools import Tools, wall_clock
from mailbot.service import Round, one_round
from mailbot.store import Full, Wanted


@asynccontextmanager
async def desk(
    folder: Path, servers: EmbeddedServers, at: datetime | None = None
) -> AsyncIterator[tuple[Tools, Inbox, Postman]]:
    imap = Account("127.0.0.1", servers.imap_port, "none", USER, PASSWORD)
    World.make(folder, imap, Account("127.0.0.1", servers.smtp_port, "none", "", ""), adopted=at is None)
    loaded = desks.load(folder / "mailbot.toml")
    clock = wall_clock if at is None else lambda: at
    async with desks.opened(loaded.state, loaded.rules, loaded.texts, loaded.keys, clock=clock) as tools:
        yield tools, Inbox(loaded.imap), Postman(loaded.smtp)


@in_a_loop
async def test_a_mail_that_meets_a_bug_stays_in_the_inbox_and_the_others_go_on(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decide(cases, message, facts, rules, now):  # type: ignore[no-untyped-def]
        if "the mail with the bug" in message.text:
            raise ZeroDivisionError("a bug")
        return healthy(cases, message, facts, rules, now)

    healthy = considering.decide
    monkeypatch.setattr(considering, "decide", decide)
    culprit = write(Person("B", "b@uni.example"), "helpdesk@desk.example", "x", "the mail with the bug")
    await servers.deliver(question(1), culprit, application(2))
    async with desk(tmp_path, servers) as (tools, inbox, postman):
        done = await one_round(tools, inbox, [postman])
        assert done.taken_in == 2
        assert len(done.troubles) == 1
        assert "UID" in done.troubles[0]
        assert "ZeroDivisionError" in done.troubles[0]
        folders = servers.folders()
        assert folders["INBOX"] == [culprit]
        assert len(folders["mailbot/done"]) == 2
        monkeypatch.setattr(considering, "decide", healthy)
        assert (await one_round(tools, inbox, [postman])).taken_in == 1
    assert servers.folders()["INBOX"] == []


@in_a_loop
async def test_a_mail_kept_by_a_round_that_died_is_decided_from_disk_if_the_inbox_lost_it(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with desk(tmp_path, servers) as (tools, inbox, postman):
        await tools.store.keep([application(3)])
        done = await one_round(tools, inbox, [postman])
        assert (done.taken_in, done.known) == (1, 0)
        assert [case.status async for case in tools.store.cases(Wanted())] == ["awaiting_consent"]
        assert (await one_round(tools, inbox, [postman])).quiet


@in_a_loop
async def test_a_full_disk_files_nothing_and_goes_on_when_there_is_room(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await servers.deliver(question(1))
    async with desk(tmp_path, servers) as (tools, inbox, postman):

        async def full(raws: object) -> list[str]:
            raise Full("no space left on the device")

        monkeypatch.setattr(tools.store, "keep", full)
        done = await one_round(tools, inbox, [postman])
        assert done.troubles == ["state: no space left on the device"]
        assert len(servers.folders()["INBOX"]) == 1
        monkeypatch.undo()
        assert (await one_round(tools, inbox, [postman])).taken_in == 1


@in_a_loop
async def test_the_inbox_out_of_reach_stops_no_letter(tmp_path: Path, servers: EmbeddedServers) -> None:
    await servers.deliver(question(1))
    async with desk(tmp_path, servers) as (tools, inbox, postman):
        nobody = Postman(Account("127.0.0.1", 9, "none", "", ""))
        first: Round = await one_round(tools, inbox, [nobody])
        assert first.troubles[0].startswith("SMTP: nobody listens there")
        gone = Inbox(Account("127.0.0.1", 9, "none", USER, PASSWORD))
        second = await one_round(tools, gone, [postman])
        assert second.troubles[0].startswith("IMAP: nobody listens there")
        assert second.letters["sent"] == 1, "what the relay could not be asked for is due at once"


@in_a_loop
async def test_silence_is_reminded_of_and_ends_a_case_only_after_that(tmp_path: Path, servers: EmbeddedServers) -> None:
    await servers.deliver(application(1, without="Telephone"))
    began = datetime(2026, 4, 6, 1, 0, tzinfo=UTC)
    async with desk(tmp_path, servers, began) as (tools, inbox, postman):
        statuses = []
        for days in range(0, 60, 3):
            now = began + timedelta(days=days)
            done = await one_round(tools, inbox, [postman], clock=lambda now=now: now)
            assert done.troubles == []
            statuses += [case.status async for case in tools.store.cases(Wanted())]
    assert statuses[0] == "collecting"
    assert statuses[-1] == "expired"
    subjects = [letter.raw for letter in servers.letters]
    assert len(subjects) == 3, "asked, reminded, told that it ended"


@in_a_loop
async def test_a_case_whose_form_the_rules_have_lost_holds_up_no_other(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    began = datetime(2026, 4, 6, 1, 0, tzinfo=UTC)
    async with desk(tmp_path, servers, began) as (tools, inbox, postman):
        former = tools.rules.forms["new-account"].model_copy(update={"name": "former"})
        rules = tools.rules.model_copy(update={"forms": {"former": former}})
        for number, known in enumerate([replace(tools, rules=rules, letters=Letters(rules)), tools], 1):
            await servers.deliver(application(number, without="Telephone"))
            assert (await one_round(known, inbox, [postman], clock=lambda: began)).taken_in == 1
        done = await one_round(tools, inbox, [postman], clock=lambda: began + timedelta(days=14))
        assert (done.troubles, done.deadlines) == ([], 2)
        steps = {case.form: case.step async for case in tools.store.cases(Wanted())}
    assert steps == {"former": "form_gone", "new-account": "fields"}


@in_a_loop
async def test_a_deadline_that_meets_a_bug_holds_up_no_other(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overdue(case, *more):  # type: ignore[no-untyped-def]
        if case.number.endswith("1"):
            raise ZeroDivisionError("a bug")
        return healthy(case, *more)

    healthy = deadlines.overdue
    monkeypatch.setattr(deadlines, "overdue", overdue)
    await servers.deliver(application(1, without="Telephone"), application(2, without="Telephone"))
    began = datetime(2026, 4, 6, 1, 0, tzinfo=UTC)
    async with desk(tmp_path, servers, began) as (tools, inbox, postman):
        assert (await one_round(tools, inbox, [postman], clock=lambda: began)).taken_in == 2
        done = await one_round(tools, inbox, [postman], clock=lambda: began + timedelta(days=14))
    assert done.deadlines == 1
    assert [trouble.partition(" could")[0] for trouble in done.troubles] == ["the deadline of case 2026-00001"]


@in_a_loop
async def test_the_clerks_hear_of_a_letter_the_relay_will_never_take(tmp_path: Path, servers: EmbeddedServers) -> None:
    await servers.deliver(application(1, without="Telephone"))
    servers.answers["RCPT", "person1@uni.example"] = "550 5.1.1 no such user"
    servers.answers["RCPT", "morgan@staff.desk.example"] = "550 5.1.1 no such user"
    async with desk(tmp_path, servers) as (tools, inbox, postman):
        assert (await one_round(tools, inbox, [postman])).letters == {"sent": 1, "later": 0, "never": 2, "held": 0}
        assert (await one_round(tools, inbox, [postman])).quiet, "what fails at a clerk's address goes round no further"
    (letter,) = servers.letters
    assert letter.recipient == "sato@staff.desk.example"


@in_a_loop
async def test_letters_the_relay_postpones_do_not_hold_up_the_others(tmp_path: Path, servers: EmbeddedServers) -> None:
    await servers.deliver(*(question(n) for n in range(70)))
    for number in range(60):
        servers.answers["RCPT", f"asker{number}@uni.example"] = "450 4.2.1 mailbox busy"
    async with desk(tmp_path, servers) as (tools, inbox, postman):
        done = await one_round(tools, inbox, [postman])
    assert done.letters == {"sent": 10, "later": 60, "never": 0, "held": 0}


@in_a_loop
async def test_no_letter_goes_out_while_its_result_could_not_be_journaled(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await servers.deliver(question(1))

    async with desk(tmp_path, servers) as (tools, inbox, postman):
        monkeypatch.setattr(os, "posix_fallocate", no_space)
        done = await one_round(tools, inbox, [postman])
        assert "No space left" in done.troubles[0]
        assert servers.letters == []
        monkeypatch.undo()
        assert (await one_round(tools, inbox, [postman])).letters["sent"] == 1


@in_a_loop
async def test_the_first_answers_are_at_the_relay_before_the_last_mail_is_taken_in(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    await servers.deliver(*(question(n) for n in range(90)))
    async with desk(tmp_path, servers) as (tools, inbox, postman):
        assert (await one_round(tools, inbox, [postman])).letters["sent"] == 90
        sent = [entry.seq async for entry in tools.store.entries() if entry.events[0].kind == "letter_sent"]
        mails = [entry.seq async for entry in tools.store.entries() if entry.mail]
    assert (len(mails), len(sent)) == (90, 90)
    assert min(sent) < max(mails)


@in_a_loop
async def test_a_relay_that_refuses_our_password_is_not_asked_for_every_batch_of_mails(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    class Refused(Postman):
        asked = 0

        async def connect(self) -> None:
            self.asked += 1
            raise PostmanBroken("login refused: 535 no", 535)

    refused = Refused(Account("127.0.0.1", 9, "none", "", ""))
    await servers.deliver(*(question(n) for n in range(90)))
    async with desk(tmp_path, servers) as (tools, inbox, _):
        done = await one_round(tools, inbox, [refused])
    assert done.taken_in == 90
    assert done.troubles == ["SMTP: login refused: 535 no"]
    assert refused.asked <= 4, "while mails are read, after them, after the deadlines, after the alarms"


@in_a_loop
async def test_a_round_that_is_broken_off_sends_nothing_more(tmp_path: Path, servers: EmbeddedServers) -> None:
    await servers.deliver(*(question(n) for n in range(90)))
    async with desk(tmp_path, servers) as (tools, inbox, postman):
        slow = Slow(Account("127.0.0.1", servers.smtp_port, "none", "", ""))
        broken_off = asyncio.create_task(one_round(tools, inbox, [slow]))
        await slow.begun.wait()
        broken_off.cancel()
        with pytest.raises(asyncio.CancelledError):
            await broken_off
        slow.going_on.set()
        await asyncio.sleep(0.1)
        assert servers.letters == []
        later = wall_clock() + timedelta(hours=1)
        assert (await one_round(tools, inbox, [postman], clock=lambda: later)).letters["sent"] == 90


@in_a_loop
async def test_every_mail_is_known_by_its_digest(tmp_path: Path, servers: EmbeddedServers) -> None:
    raw = question(7)
    async with desk(tmp_path, servers) as (tools, inbox, postman):
        for _ in range(3):
            await servers.deliver(raw)
            await one_round(tools, inbox, [postman])
        mails = [entry.mail async for entry in tools.store.entries() if entry.mail]
    assert mails == [digest(raw)]


@in_a_loop
async def test_an_alarm_finds_another_way_out_while_the_relay_is_out_of_reach(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    await servers.deliver(question(1))
    nobody = Postman(Account("127.0.0.1", 9, "none", "", ""))
    began = wall_clock()
    async with desk(tmp_path, servers) as (tools, inbox, postman):
        await one_round(tools, inbox, [nobody], spare=postman)
        assert servers.letters == [], "ten minutes have not passed"
        later = began + timedelta(minutes=11)
        done = await one_round(tools, inbox, [nobody], spare=postman, clock=lambda: later)
        assert done.letters["sent"] == 1
        (alarm,) = servers.letters
        assert alarm.recipient == "sato@staff.desk.example", "the head of the desk, for want of an operator"
        await one_round(tools, inbox, [postman], spare=nobody, clock=lambda: later)
    assert [letter.recipient for letter in servers.letters] == [
        "sato@staff.desk.example",
        "asker1@uni.example",
        "sato@staff.desk.example",
    ], "the answer goes when the relay is back, and the operator hears that it is"
