"""The whole desk and a mailbox as it is in the field: restored, made anew, shared with other people's mail programs."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha512
from pathlib import Path

import dovecot
import pytest
from desks import Mailbox, in_a_loop
from desks_at_work import at_work, recipients, until, world_of
from faults import Cut, Faults, Rewrite, Say, Stall, emptied
from worlds import World, application, digest, question

from mailbot.core.pulse import Pulse
from mailbot.edge.account import Account
from mailbot.embedded import EmbeddedServers
from mailbot.service import Pace, reader_for
from mailbot.service.reading import READ_TOGETHER
from mailbot.service.timetable import Timetable
from mailbot.store import Full, Wanted
from mailbot.store.files import disk

ENDLESS = b"From: a@b.jp\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
ENDLESS += b"".join(
    b"--B\r\nContent-Type: text/plain\r\n\r\n" + sha512(b"%d" % number).digest().translate(None, b"\r\n-") + b"\r\n"
    for number in range(4000)
)
"""So many texts in charsets that have to be guessed take seconds, if a mail may have so many parts."""
"""The standard library's reading of parameters takes time with the square of their number: minutes here."""
BRISK = Pace(inbox=0.3, letters=0.3, orders=0.2, health=0.5, refused=0.3)


async def status(world: World) -> dict:
    """`mailbot status --json`."""
    code, out, err = await world.run("status", "--json")
    assert err == ""
    return {"code": code, **json.loads(out)}


@contextmanager
def between(mailbox: Mailbox, *faults) -> Iterator[tuple[Faults, Account]]:
    """The mailbox behind something that makes trouble."""
    with Faults(mailbox.port, *faults) as trouble:
        yield trouble, mailbox.account("none", port=trouble.port, timeout=3.0)


def desk_on(folder: Path, imap: Account, servers: EmbeddedServers, **options: bool) -> World:
    return World.make(folder, imap, Account("127.0.0.1", servers.smtp_port, "none", "", ""), **options)


@in_a_loop
async def test_on_an_old_mailbox_the_desk_only_looks_and_says_what_it_would_do(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    last_year = datetime.now(UTC) - timedelta(days=365)
    mailbox.put_back([application(1), question(2), question(3)], last_year)
    world = world_of(tmp_path / "desk", mailbox, servers, adopted=False)
    code, out, err = await world.run("once")
    assert (code, err) == (0, "WARNING alarm observed: mails: 3; application 1, enquiry 2, letters 4\n")
    assert "only observed" in out
    assert recipients(servers) == {"sato@staff.desk.example"}, "the head of the desk hears of it, nobody else"
    assert len(mailbox.raws()) == 3
    assert await world.run("once") == (0, "", ""), "told once"
    await mailbox.deliver(question(4))
    assert (await world.run("once"))[1].startswith("mails taken in 1"), "new mail is answered all the same"
    found = await status(world)
    assert (found["observed"], found["waiting"], found["agree"]) == (3, 0, True)
    assert found["would_do"] == {"application": 1, "enquiry": 2, "letters": 4}
    assert (await world.run("adopt"))[0] == 0
    assert (await world.run("once"))[1].startswith("mails taken in 3")
    assert mailbox.raws() == []
    assert (await status(world))["agree"]
    assert (await world.run("adopt"))[0] == 2, "there is nothing more to adopt"


@in_a_loop
async def test_a_mailbox_restored_from_a_backup_is_recognised_and_nobody_is_answered_again(
    tmp_path: Path, open_mailbox, servers: EmbeddedServers
) -> None:
    before = open_mailbox("dovecot" if dovecot.INSTALLED else "embedded")
    world = world_of(tmp_path / "desk", before, servers)
    mails = [application(1), *(question(number) for number in range(30))]
    await before.deliver(*mails)
    assert (await world.run("once"))[1].startswith("mails taken in 31")
    letters = len(servers.letters)
    after = open_mailbox(before.kind)  # another UIDVALIDITY
    point_at(world, before, after)
    new = question(99)
    await after.deliver(*mails, new)
    assert (await world.run("once"))[1].startswith("mails taken in 1, known 31")
    assert recipients(servers) >= {"asker99@uni.example"}
    assert len(servers.letters) == letters + 1, "only the new mail is answered"
    assert sorted(map(digest, after.raws("mailbot/done"))) == sorted(map(digest, [*mails, new]))
    assert (await status(world))["agree"]


@in_a_loop
async def test_a_mailbox_that_comes_back_with_many_unknown_mails_is_only_observed(
    tmp_path: Path, open_mailbox, servers: EmbeddedServers
) -> None:
    before = open_mailbox("embedded")
    world = world_of(tmp_path / "desk", before, servers)
    known = question(1)
    await before.deliver(known)
    await world.run("once")
    after = open_mailbox("embedded")
    point_at(world, before, after)
    await after.deliver(known, *(question(number) for number in range(100, 130)))
    code, out, _ = await world.run("once")
    assert code == 0
    assert "known 1" in out
    assert "only observed" in out
    assert recipients(servers) == {"asker1@uni.example", "sato@staff.desk.example"}
    assert len(after.raws()) == 30
    found = await status(world)
    assert (found["observed"], found["agree"], list(found["alarms"])) == (30, True, ["observed"])
    await world.run("adopt")
    assert (await world.run("once"))[1].startswith("mails taken in 30")
    assert len([who for who in recipients(servers) if who.startswith("asker")]) == 31


def point_at(world: World, before: Mailbox, after: Mailbox) -> None:
    """The settings name another mailbox from now on."""
    path = world.folder / "mailbot.toml"
    text = path.read_text().replace(f"port = {before.port}\n", f"port = {after.port}\n", 1)
    path.write_text(text.replace(f'user = "{before.user}"', f'user = "{after.user}"', 1))


@in_a_loop
async def test_mails_somebody_else_removes_are_counted_as_vanished_and_the_sums_agree(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    mailbox.put_back([question(number) for number in range(5)], datetime.now(UTC) - timedelta(days=9))
    world = world_of(tmp_path / "desk", mailbox, servers, adopted=False)
    async with at_work(world, BRISK) as service:
        await until(lambda: len(service._work.pulse.observed) == 5)
        with mailbox.client() as client:
            uids = client.uid("SEARCH", "ALL")[1][0].split()
            mailbox.move_away(int(uids[0]), "Private")
            client.uid("STORE", uids[1], "+FLAGS", r"(\Deleted)")
            client.uid("STORE", uids[2], "+FLAGS", r"(\Seen \Flagged)")
        await until(lambda: service._work.pulse.gone == 2)
        await until(lambda: len(service._work.pulse.observed) == 3)
        await world.run("adopt")
        await until(lambda: len([who for who in recipients(servers) if who.startswith("asker")]) == 3)
        await until(lambda: not service._work.pulse.in_view)
    found = await status(world)
    assert (found["vanished"], found["agree"], found["waiting"]) == (2, True, 0)
    said = [event for entry in world.entries() for event in entry["events"] if event["kind"] == "mails_vanished"]
    assert sum(event["count"] for event in said) == 2


@pytest.mark.dovecot
@in_a_loop
async def test_under_a_uidvalidity_that_changes_before_filing_nothing_is_filed_and_nothing_is_answered_twice(
    tmp_path: Path, servers: EmbeddedServers, open_mailbox
) -> None:
    mailbox = open_mailbox("dovecot")
    await mailbox.deliver(question(1), question(2))
    with between(mailbox, Say("UID MOVE", "NO [TRYCREATE] no such folder")) as (_, imap):
        world = desk_on(tmp_path / "desk", imap, servers)
        code, _, err = await world.run("once")
        assert code == 1
        assert "the server refused" in err
    assert len(mailbox.raws()) == 2, "taken in, not filed"
    remake_inbox(mailbox)
    point_at_port(world, mailbox.port)
    assert (await world.run("once"))[1].startswith("mails taken in 0, known 2")
    assert mailbox.raws() == []
    assert len(servers.letters) == 2
    found = await status(world)
    assert (found["vanished"], found["agree"]) == (0, True)


def remake_inbox(mailbox: Mailbox) -> None:
    """The server forgets its UIDs: the same mails lie there under another UIDVALIDITY."""
    assert mailbox.maildir is not None
    (mailbox.maildir / "dovecot-uidlist").unlink()
    for path in mailbox.maildir.glob("dovecot.index*"):
        path.unlink()


def point_at_port(world: World, port: int) -> None:
    path = world.folder / "mailbot.toml"
    head, _, rest = path.read_text().partition("port = ")
    path.write_text(f"{head}port = {port}\n{rest.partition(chr(10))[2]}")


@in_a_loop
async def test_a_mail_delivered_empty_is_tried_again_and_never_filed(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    await mailbox.deliver(question(1))
    with between(mailbox, Rewrite("UID FETCH.*BODY", emptied, times=1)) as (_, imap):
        world = desk_on(tmp_path / "desk", imap, servers)
        assert (await world.run("once"))[0] == 0
        assert servers.letters == []
        found = await status(world)
        assert (found["empty"], found["agree"]) == (1, True)
        assert len(mailbox.raws()) == 1
        assert (await world.run("once"))[1].startswith("mails taken in 1")
    assert (await status(world))["empty"] == 0


@in_a_loop
async def test_a_login_refused_for_long_costs_patience_and_no_mail(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers, impatient: None
) -> None:
    refused = Say("AUTHENTICATE|LOGIN", "NO [AUTHENTICATIONFAILED] wrong", times=3)
    with between(mailbox, refused) as (trouble, imap):
        world = desk_on(tmp_path / "desk", imap, servers)
        await mailbox.deliver(question(1))
        async with at_work(world, BRISK) as service:
            await until(lambda: service._work.pulse.imap.trouble)
            assert "refused" in service._work.pulse.imap.trouble
            await until(lambda: servers.letters)
            await until(lambda: not service._work.pulse.imap.trouble)  # letters go before the look is over
        assert len(trouble.struck) == 3


@in_a_loop
async def test_an_alarm_comes_once_when_the_inbox_is_out_of_reach_and_once_when_it_is_back(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers, impatient: None
) -> None:
    with between(mailbox) as (trouble, imap):
        world = desk_on(tmp_path / "desk", imap, servers)
        async with at_work(world, BRISK) as service:
            await until(lambda: service._work.pulse.imap.worked)
            trouble.refusing = True
            trouble.drop_all()
            await until(lambda: service._work.pulse.imap.broken)
            ahead = timedelta(minutes=11)
            service._work.clock = lambda: datetime.now(UTC).replace(microsecond=0) + ahead
            await until(lambda: servers.letters)
            looked = service._failures["inbox"]
            await until(lambda: service._failures["inbox"] >= looked + 3)
            assert len(servers.letters) == 1
            trouble.refusing = False
            await until(lambda: len(servers.letters) == 2)
    assert recipients(servers) == {"sato@staff.desk.example"}


@in_a_loop
async def test_a_connection_that_hangs_is_cut_by_the_watchdog(
    tmp_path: Path, servers: EmbeddedServers, open_mailbox
) -> None:
    mailbox = open_mailbox("embedded")
    await mailbox.deliver(question(1))
    with between(mailbox, Stall("UID FETCH.*BODY", "unanswered", seconds=60.0)) as (_, imap):
        world = desk_on(tmp_path / "desk", mailbox.account("none", port=imap.port, timeout=50.0), servers)
        began = time.monotonic()
        async with at_work(world, Pace(inbox=600.0, orders=600.0, stalled=1.0)):
            await until(lambda: servers.letters)
        assert time.monotonic() - began < 15


@in_a_loop
async def test_a_server_that_confirms_and_does_not_move_raises_an_alarm_and_no_second_answer(
    tmp_path: Path, servers: EmbeddedServers, open_mailbox
) -> None:
    mailbox = open_mailbox("embedded")
    await mailbox.deliver(question(1))
    with between(mailbox, Say("UID MOVE", "OK done", times=50)) as (_, imap):
        world = desk_on(tmp_path / "desk", imap, servers)
        async with at_work(world, BRISK) as service:
            await until(lambda: service._work.pulse.stuck)
            await until(lambda: "sato@staff.desk.example" in recipients(servers))
    assert len([letter for letter in servers.letters if letter.recipient == "asker1@uni.example"]) == 1


@in_a_loop
async def test_mails_moved_by_a_move_whose_answer_was_lost_did_not_vanish(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    with between(mailbox) as (trouble, imap):
        world = desk_on(tmp_path / "desk", imap, servers)
        async with at_work(world, BRISK) as service:
            await until(lambda: service._work.pulse.seen)
            trouble.plan(Cut("UID MOVE", "unanswered"))
            await mailbox.deliver(question(1), question(2))
            await until(lambda: trouble.struck and len(servers.letters) == 2)
            before = service._work.pulse.seen
            await until(lambda: service._work.pulse.seen > before and service._work.inbox.connected)
            assert service._work.tools.store.ledger().vanished == 0


@in_a_loop
async def test_no_room_for_what_was_seen_last_is_no_bug(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers, monkeypatch, caplog
) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers)
    async with at_work(world, BRISK) as service:
        await until(lambda: service._work.pulse.seen)

        def full(descriptor: int, data: bytes, what: object) -> None:
            raise Full(f"{what} could not be written: no space left")

        monkeypatch.setattr(disk, "write_all", full)
        before = service._work.pulse.seen
        await until(lambda: service._work.pulse.seen > before + timedelta(seconds=1))
        monkeypatch.undo()
        await mailbox.deliver(question(1))
        await until(lambda: servers.letters)
    assert "a bug" not in caplog.text


@in_a_loop
async def test_a_mail_decided_before_the_disk_was_full_and_then_deleted_did_not_vanish(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers, monkeypatch
) -> None:
    """Of three batches in one look the disk takes two, while the first is decided; nothing is filed then."""
    world, write, kept = world_of(tmp_path / "desk", mailbox, servers), disk.write_all, set()

    def full(descriptor: int, data: bytes, what: object) -> None:
        kept.update({str(what)} if "/mail/" in str(what) else ())
        if len(kept) > 2 * READ_TOGETHER:
            raise Full(f"{what} could not be written: no space left")
        write(descriptor, data, what)

    async with at_work(world, BRISK, reader_for) as service:
        await until(lambda: service._work.pulse.seen)
    await mailbox.deliver(*map(question, range(3 * READ_TOGETHER)))
    monkeypatch.setattr(disk, "write_all", full)
    async with at_work(world, BRISK, reader_for) as service:
        store = service._work.tools.store
        await until(lambda: sum(store.ledger().mails.values()) >= READ_TOGETHER)
        with mailbox.client() as other:
            first = other.uid("SEARCH", "ALL")[1][0].split()[0].decode()
            other.uid("MOVE", first, "mailbot/quarantine")
        before = service._work.pulse.seen
        await until(lambda: service._work.pulse.seen > before + timedelta(seconds=1))
        monkeypatch.undo()
        await until(lambda: sum(store.ledger().mails.values()) == 3 * READ_TOGETHER)
    assert not [event for entry in world.entries() for event in entry["events"] if event["kind"] == "mails_vanished"]


@in_a_loop
async def test_two_jobs_may_note_what_was_seen_at_once(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers)
    noted = world.folder / "state" / "service.json"
    async with at_work(world) as service:
        pulse = service._work.pulse
        await until(lambda: pulse.seen)
        for number in range(50):
            pulse.stuck = {number}
            await asyncio.gather(*(service._work.note() for _ in range(4)))
            assert json.loads(noted.read_bytes())["stuck"] == str(number)
    assert [path.name for path in noted.parent.glob("*service*")] == ["service.json"]


@in_a_loop
async def test_a_job_that_takes_longer_than_its_interval_is_nothing_to_warn_of(caplog) -> None:
    times, done = Timetable(), []

    async def slow() -> None:
        await asyncio.sleep(0.35)
        done.append(1)

    times.every("slow", 0.1, slow)
    times.start()
    await until(lambda: len(done) == 2)
    await times.close()
    assert "skipped" not in caplog.text


@in_a_loop
async def test_reading_and_sending_at_once_the_log_never_goes_back_in_time(
    tmp_path: Path, servers: EmbeddedServers, open_mailbox, caplog
) -> None:
    mailbox = open_mailbox("embedded")
    world = world_of(tmp_path / "desk", mailbox, servers)
    async with at_work(world, Pace(inbox=0.2, letters=0.05, orders=0.1, health=0.2)):
        for start in range(0, 150, 30):
            await mailbox.deliver(*(question(number) for number in range(start, start + 30)))
        await until(lambda: len(servers.letters) == 150)
    instants = [entry["at"] for entry in world.entries()]
    assert instants == sorted(instants)
    assert "clock went back" not in caplog.text


@in_a_loop
async def test_no_case_ends_while_its_answer_may_lie_unread(
    tmp_path: Path, servers: EmbeddedServers, open_mailbox
) -> None:
    before = open_mailbox("embedded")
    world = world_of(tmp_path / "desk", before, servers)
    await before.deliver(application(1, without="Telephone"))
    await world.run("once")
    after = open_mailbox("embedded")
    point_at(world, before, after)
    await after.deliver(*(question(number) for number in range(30)))
    async with at_work(world, BRISK) as service:
        await until(lambda: len(service._work.pulse.observed) == 30)
        service._work.clock = lambda: datetime.now(UTC) + timedelta(days=60)
        before_that = service._work.pulse.seen
        await until(lambda: service._work.pulse.seen > before_that + timedelta(days=59))
        await until(lambda: service._work.pulse.noted > before_that + timedelta(days=59))
        (case,) = [case async for case in service._work.tools.store.cases(Wanted())]
        assert case.status == "collecting"
        assert case.remind, "nobody was reminded either"
        await world.run("adopt")
        await until(lambda: len([who for who in recipients(servers) if who.startswith("asker")]) == 30)
        await until(
            lambda: len([letter for letter in servers.letters if letter.recipient == "person1@uni.example"]) > 1
        )


@in_a_loop
async def test_mails_that_stall_the_reader_do_not_keep_the_others_from_being_filed(
    tmp_path: Path, servers: EmbeddedServers, open_mailbox
) -> None:
    mailbox = open_mailbox("embedded")
    world = world_of(tmp_path / "desk", mailbox, servers)
    world.change_rules(reader_seconds=3, parts=10000)
    await mailbox.deliver(ENDLESS + b"1", question(1), ENDLESS + b"2", question(2))
    async with at_work(world, Pace(inbox=0.5, letters=0.5, orders=600.0, stalled=2.0)):
        await until(lambda: mailbox.raws() == [])
    assert len(mailbox.raws("mailbot/quarantine")) == 2
    assert len(mailbox.raws("mailbot/done")) == 2


@in_a_loop
async def test_an_old_mail_delivered_empty_upsets_no_sum(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    mailbox.put_back([question(1)], datetime.now(UTC) - timedelta(days=9))
    with between(mailbox, Rewrite("UID FETCH.*BODY", emptied, times=9)) as (_, imap):
        world = desk_on(tmp_path / "desk", imap, servers, adopted=False)
        await world.run("once")
        found = await status(world)
        assert (found["observed"], found["empty"], found["agree"]) == (1, 0, True)


@in_a_loop
async def test_jobs_that_are_called_often_work_all_the_same() -> None:
    times, worked = Timetable(), []

    async def work() -> None:
        worked.append(1)

    times.every("job", 600.0, work)
    times.start()
    await until(lambda: worked)
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        times.soon("job", 0.3)
        await asyncio.sleep(0.05)
    await times.close()
    assert len(worked) >= 3, "each call put the job off"


def test_a_mail_that_was_decided_never_counts_as_vanished_whatever_others_do_with_it() -> None:
    pulse, now = Pulse(), datetime.now(UTC)
    assert pulse.look(1, [7, 8], (), now) == set()
    pulse.filing |= {7}  # decided; the answer to filing it was lost
    assert pulse.look(1, [8], (), now) == set(), "flagged as deleted by somebody"
    assert pulse.look(1, [7, 8], (), now) == set(), "and not any more"
    assert pulse.look(1, [8], (), now) == set(), "moved away"
    assert pulse.look(1, [], (), now) == {8}
    assert (pulse.came, pulse.filed, pulse.gone) == (3, 2, 1)
    assert pulse.look(1, [9], (), now) == set()
    assert pulse.look(1, [], {9}, now) == set(), "the journal names it: an earlier process decided it"
    assert pulse.look(1, [9], (), now) == set()
    assert pulse.look(1, [], (), now) == set()
