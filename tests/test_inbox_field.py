"""The inbox as it is in the field: connections that break anywhere, servers that restart or lack abilities, other
clients in the same mailbox, mails of any size. Nothing is lost, nothing is filed twice."""

import asyncio
import time
import tracemalloc
from collections.abc import Callable
from random import Random

import pytest
from desks import Mailbox, in_a_loop
from faults import Cut, Dice, Faults, Rewrite, Say, Stall, Where, emptied, replacing

from mailbot.edge.inbox import Inbox, InboxBroken, LoginRefused

OpenMailbox = Callable[..., Mailbox]
BOTH = ("embedded", pytest.param("dovecot", marks=pytest.mark.dovecot))
VARIANTS = {"MOVE": (), "UIDPLUS": ("MOVE",), "neither": ("MOVE", "UIDPLUS")}
A_MAIL = "UID FETCH .*BODY"
MEGABYTE = 1_000_000


def mail(number: int) -> bytes:
    return b"From: a@example.org\r\nMessage-ID: <%d@example.org>\r\n\r\nmail %d\r\n" % (number, number)


def through(wire: Faults, mailbox: Mailbox, **changes: object) -> Inbox:
    """An inbox whose connection is the wire that fails."""
    return Inbox(mailbox.account(port=wire.port, **changes))


async def take_all(inbox: Inbox) -> list[bytes]:
    """What the service does: connect if need be, look, fetch, file. The mails filed."""
    if not inbox.connected:
        await inbox.connect()
        await inbox.ensure_folders(["done"])
    waiting = await inbox.waiting()
    fetched = await inbox.fetch([waited.uid for waited in waiting.mails])
    if fetched:
        await inbox.file(waiting.validity, [part.uid for part in fetched], "done")
    return [part.raw for part in fetched]


async def take_all_in_the_end(inbox: Inbox, tries: int = 4) -> None:
    """Again until it was done without trouble and the inbox is empty."""
    for _ in range(tries):
        try:
            if not await take_all(inbox):
                return
        except InboxBroken:
            assert not inbox.connected
    raise AssertionError("the inbox does not recover")


@pytest.mark.parametrize("where", ["unsent", "unanswered", "answering"])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_cut_at_any_line_each_mail_ends_up_once_in_the_folder(
    open_mailbox: OpenMailbox, kind: str, variant: str, where: Where
) -> None:
    mailbox = open_mailbox(kind, without=VARIANTS[variant])
    raws: list[bytes] = []
    with Faults(mailbox.port) as wire:
        inbox = through(wire, mailbox)
        for line in range(1, 100):
            new = [mail(line * 10 + number) for number in range(3)]
            await mailbox.deliver(*new)
            raws += new
            await inbox.close()
            wire.plan(Cut(line, where, octets=7, reset=line % 2 == 1))
            await take_all_in_the_end(inbox)
            if line > 10 and len(wire.struck) < line:
                break
        await inbox.close()
        cut_at = len(wire.struck)
    assert cut_at >= 10, "the lines of a whole round: login, look, fetch, file"
    assert sorted(mailbox.raws("done")) == sorted(raws)
    assert all(b"\\Deleted" in flags for flags in mailbox.flags())
    assert len(mailbox.raws()) == (len(raws) if variant == "neither" else 0)


@pytest.mark.parametrize("rounds", [15, pytest.param(300, marks=pytest.mark.long)])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_cut_at_random_over_and_over_each_mail_ends_up_once_in_the_folder(
    open_mailbox: OpenMailbox, kind: str, variant: str, rounds: int
) -> None:
    mailbox = open_mailbox(kind, without=VARIANTS[variant])
    with Faults(mailbox.port, dice=Dice(Random(4), 0.1)) as wire:
        inbox = through(wire, mailbox)
        for number in range(rounds):
            await mailbox.deliver(mail(2 * number), mail(2 * number + 1))
            await take_all_in_the_end(inbox, tries=200)
        await inbox.close()
    assert len(wire.struck) > rounds / 2
    assert sorted(mailbox.raws("done")) == sorted(mail(number) for number in range(2 * rounds))


@pytest.mark.parametrize("octets", [0, 1, 40])
@in_a_loop
async def test_cut_in_the_midst_of_a_mail_no_part_of_it_is_taken_for_a_mail(mailbox: Mailbox, octets: int) -> None:
    await mailbox.deliver(mail(1), mail(2))
    with Faults(mailbox.port, Cut(A_MAIL, "literal", octets)) as wire:
        inbox = through(wire, mailbox)
        await inbox.connect()
        uids = [waited.uid for waited in (await inbox.waiting()).mails]
        with pytest.raises(InboxBroken, match="connection was lost"):
            await inbox.fetch(uids)
        await inbox.connect()
        assert [part.raw for part in await inbox.fetch(uids)] == [mail(1), mail(2)]
        await inbox.close()
    assert wire.struck == [Cut(A_MAIL, "literal", octets)]


@pytest.mark.parametrize("variant", ["UIDPLUS", "neither"])
@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_a_process_that_died_between_copy_and_mark_is_made_up_for_if_the_next_says_again(
    open_mailbox: OpenMailbox, kind: str, variant: str
) -> None:
    mailbox = open_mailbox(kind, without=VARIANTS[variant])
    await mailbox.deliver(mail(1), mail(2), mail(2), mail(3))
    with Faults(mailbox.port, Cut("UID COPY", "unanswered")) as wire:
        first = through(wire, mailbox)
        await first.connect()
        await first.ensure_folders(["done"])
        waiting = await first.waiting()
        one, two, twin, three = (waited.uid for waited in waiting.mails)
        with pytest.raises(InboxBroken):
            await first.file(waiting.validity, [two, three], "done")
        second = through(wire, mailbox)
        await second.connect()
        everything = [one, two, twin, three]
        assert await second.file(waiting.validity, everything, "done", again=everything)
        assert (await second.waiting()).mails == ()
        await second.close()
    assert sorted(mailbox.raws("done")) == [mail(1), mail(2), mail(2), mail(3)]


@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_without_move_and_without_being_told_a_new_process_makes_a_second_copy_and_loses_none(
    open_mailbox: OpenMailbox, kind: str
) -> None:
    mailbox = open_mailbox(kind, without=VARIANTS["neither"])
    await mailbox.deliver(mail(1))
    with Faults(mailbox.port, Cut("UID STORE")) as wire:
        await take_all_in_the_end(died := through(wire, mailbox))
        assert mailbox.raws("done") == [mail(1)], "the same object knows what it was about"
        await died.close()
        await mailbox.deliver(mail(2))
        wire.plan(Cut("UID STORE"))
        with pytest.raises(InboxBroken):
            await take_all(through(wire, mailbox))
        await take_all(fresh := through(wire, mailbox))
        await fresh.close()
    assert mailbox.raws("done") == [mail(1), mail(2), mail(2)]


@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_a_mail_whose_expunging_was_cut_off_counts_as_filed_and_is_expunged_with_the_next(
    open_mailbox: OpenMailbox, kind: str
) -> None:
    mailbox = open_mailbox(kind, without=VARIANTS["UIDPLUS"])
    await mailbox.deliver(mail(1))
    with Faults(mailbox.port, Cut("UID EXPUNGE")) as wire:
        inbox = through(wire, mailbox)
        with pytest.raises(InboxBroken):
            await take_all(inbox)
        await inbox.connect()
        assert (await inbox.waiting()).mails == ()
        await mailbox.deliver(mail(2))
        await take_all(inbox)
        await inbox.close()
    assert mailbox.folders() == {"INBOX": [], "done": [mail(1), mail(2)]}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_if_the_inbox_was_made_anew_since_the_fetch_nothing_is_filed(
    open_mailbox: OpenMailbox, kind: str, variant: str
) -> None:
    mailbox = open_mailbox(kind, without=VARIANTS[variant])
    await mailbox.deliver(mail(1))
    with Faults(mailbox.port, Cut("UID MOVE|UID COPY")) as wire:
        inbox = through(wire, mailbox)
        await inbox.connect()
        await inbox.ensure_folders(["done"])
        waiting = await inbox.waiting()
        uids = [part.uid for part in await inbox.fetch([waiting.mails[0].uid])]
        with pytest.raises(InboxBroken):
            await inbox.file(waiting.validity, uids, "done")
        wire.plan(Rewrite("SELECT", replacing(rb"UIDVALIDITY \d+", b"UIDVALIDITY 77")))
        await inbox.connect()
        assert not await inbox.file(waiting.validity, uids, "done")
        assert (await inbox.waiting()).validity in (77, waiting.validity)
        await inbox.close()
    assert mailbox.folders() == {"INBOX": [mail(1)], "done": []}


@in_a_loop
async def test_another_client_reads_and_flags_meanwhile_and_the_flags_go_along(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1), mail(2))
    inbox = Inbox(mailbox.account())
    await inbox.connect()
    await inbox.ensure_folders(["done"])
    waiting = await inbox.waiting()
    first, second = (waited.uid for waited in waiting.mails)
    with mailbox.client() as other:
        other.uid("STORE", str(first), "+FLAGS", r"(\Seen)")
    assert [part.raw for part in await inbox.fetch([first, second])] == [mail(1), mail(2)]
    with mailbox.client() as other:
        other.uid("STORE", str(second), "+FLAGS", r"(\Flagged \Answered)")
    assert await inbox.file(waiting.validity, [first, second], "done")
    await inbox.close()
    assert mailbox.raws("done") == [mail(1), mail(2)]
    assert mailbox.flags("done") == [{b"\\Seen"}, {b"\\Flagged", b"\\Answered"}]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_what_another_client_deletes_between_fetch_and_filing_is_passed_over(
    open_mailbox: OpenMailbox, kind: str, variant: str
) -> None:
    mailbox = open_mailbox(kind, without=VARIANTS[variant])
    await mailbox.deliver(mail(1), mail(2), mail(3))
    inbox = Inbox(mailbox.account())
    await inbox.connect()
    await inbox.ensure_folders(["done"])
    waiting = await inbox.waiting()
    first, second, third = (waited.uid for waited in waiting.mails)
    assert len(await inbox.fetch([first, second, third])) == 3
    with mailbox.client() as other:
        other.uid("STORE", str(second), "+FLAGS", r"(\Deleted)")
        other.expunge()
    assert await inbox.file(waiting.validity, [first, second, third], "done")
    assert (await inbox.waiting()).mails == ()
    await inbox.close()
    assert mailbox.raws("done") == [mail(1), mail(3)]


@in_a_loop
async def test_a_mail_announced_and_delivered_empty_is_named_stays_and_comes_next_time(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    with Faults(mailbox.port, Rewrite(A_MAIL, emptied)) as wire:
        inbox = through(wire, mailbox)
        await inbox.connect()
        (waited,) = (await inbox.waiting()).mails
        assert await inbox.fetch([waited.uid]) == []
        assert inbox.empty == (waited.uid,)
        assert mailbox.raws() == [mail(1)]
        await inbox.ensure_folders(["done"])
        assert await take_all(inbox) == [mail(1)]
        assert inbox.empty == ()
        await inbox.close()
    assert len(wire.struck) == 1


@in_a_loop
async def test_a_header_delivered_empty_is_named_too_and_comes_next_time(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    with Faults(mailbox.port, Rewrite(A_MAIL, emptied)) as wire:
        inbox = through(wire, mailbox)
        await inbox.connect()
        (waited,) = (await inbox.waiting()).mails
        assert await inbox.headers([waited.uid]) == []
        assert inbox.empty == (waited.uid,)
        (part,) = await inbox.headers([waited.uid])
        assert part.raw == mail(1).partition(b"mail 1")[0]
        assert inbox.empty == ()
        await inbox.close()
    assert len(wire.struck) == 1


@in_a_loop
async def test_a_login_refused_for_a_while_is_accepted_again(mailbox: Mailbox) -> None:
    refusal = Say("LOGIN|AUTHENTICATE", "NO [AUTHENTICATIONFAILED] not now", times=2)
    await mailbox.deliver(mail(1))
    with Faults(mailbox.port, refusal) as wire:
        inbox = through(wire, mailbox)
        for _ in range(2):
            with pytest.raises(LoginRefused, match="not now"):
                await inbox.connect()
            assert not inbox.connected
        assert await take_all(inbox) == [mail(1)]
        assert inbox.connected
        await inbox.close()


@pytest.mark.dovecot
@in_a_loop
async def test_a_server_that_stops_and_starts_again_costs_a_new_connection_and_no_mail(
    open_dovecot: Callable[..., object], open_mailbox: OpenMailbox
) -> None:
    server, mailbox = open_dovecot(separator="."), open_mailbox("dovecot", separator=".")
    await mailbox.deliver(mail(1), mail(2))
    inbox = Inbox(mailbox.account())
    await inbox.connect()
    await inbox.ensure_folders(["done"])
    waiting = await inbox.waiting()
    server.stop()  # type: ignore[attr-defined]
    try:
        with pytest.raises(InboxBroken, match="connection was lost"):
            await inbox.file(waiting.validity, [waiting.mails[0].uid], "done")
        with pytest.raises(InboxBroken, match="nobody listens"):
            await inbox.connect()
    finally:
        server.start()  # type: ignore[attr-defined]
    assert await take_all(inbox) == [mail(1), mail(2)]
    await inbox.close()
    assert mailbox.folders() == {"INBOX": [], "done": [mail(1), mail(2)]}


@in_a_loop
async def test_while_new_connections_are_refused_the_reason_says_so(mailbox: Mailbox) -> None:
    with Faults(mailbox.port) as wire:
        wire.refusing = True
        inbox = through(wire, mailbox)
        with pytest.raises(InboxBroken, match="connection was lost"):
            await inbox.connect()
        wire.refusing = False
        await inbox.connect()
        await inbox.close()


@in_a_loop
async def test_a_watchdog_may_sever_a_call_that_hangs(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    with Faults(mailbox.port, Stall("UID SEARCH")) as wire:
        inbox = through(wire, mailbox, timeout=30.0)
        inbox.sever()
        await inbox.connect()
        hanging = asyncio.ensure_future(inbox.waiting())
        await wire.came("UID SEARCH")
        began = time.monotonic()
        inbox.sever()
        with pytest.raises(InboxBroken, match="connection was lost"):
            await hanging
        assert time.monotonic() - began < 5
        inbox.sever()
        assert await take_all(inbox) == [mail(1)]
        await inbox.close()


@in_a_loop
async def test_mails_wait_with_the_instant_at_which_they_came_in_utc(mailbox: Mailbox) -> None:
    with mailbox.client(None) as other:
        other.append("INBOX", "", '"21-Nov-2026 12:04:05 +0900"', mail(1))
        other.append("INBOX", "", '"01-Jan-1999 00:00:00 -1200"', mail(2))
    inbox = Inbox(mailbox.account())
    await inbox.connect()
    instants = [waited.received.isoformat() for waited in (await inbox.waiting()).mails]
    await inbox.close()
    assert instants == ["2026-11-21T03:04:05+00:00", "1999-01-01T12:00:00+00:00"]


@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_of_sixty_megabytes_only_the_header_comes_or_all_of_it_as_asked(
    open_mailbox: OpenMailbox, kind: str
) -> None:
    mailbox = open_mailbox(kind)
    header = b"Subject: large\r\n\r\n"
    await mailbox.deliver(header + (b"x" * 998 + b"\r\n") * 60_000)
    inbox = Inbox(mailbox.account())
    await inbox.connect()
    await inbox.ensure_folders(["too large"])
    waiting = await inbox.waiting()
    (waited,) = waiting.mails
    assert waited.size == len(header) + 60 * MEGABYTE
    began = time.monotonic()
    peak, (header_only,) = await measured(inbox.headers, waited.uid)
    assert header_only.raw == header
    assert peak < 2 * MEGABYTE
    if kind == "dovecot":  # the other server's memory is ours
        peak, (whole,) = await measured(inbox.fetch, waited.uid)
        assert len(whole.raw) == waited.size
        assert peak < 1.1 * waited.size, "each octet is held once"
    assert await inbox.file(waiting.validity, [waited.uid], "too large")
    await inbox.close()
    assert time.monotonic() - began < 20
    assert sum(map(len, mailbox.raws("too large"))) == waited.size


async def measured(call: Callable[..., object], uid: int) -> tuple[int, list[object]]:
    """The most octets in memory at a time while a mail is fetched, above those before, and the mail."""
    tracemalloc.start()
    try:
        found = await call([uid])  # type: ignore[misc]
        return tracemalloc.get_traced_memory()[1], found
    finally:
        tracemalloc.stop()


@in_a_loop
async def test_of_a_mail_that_is_nothing_but_header_no_more_than_a_million_octets_come(mailbox: Mailbox) -> None:
    await mailbox.deliver(b"Subject: a\r\n" + (b"X-Long: " + b"x" * 990 + b"\r\n") * 2000 + b"\r\nend\r\n")
    inbox = Inbox(mailbox.account())
    await inbox.connect()
    (waited,) = (await inbox.waiting()).mails
    (part,) = await inbox.headers([waited.uid])
    await inbox.close()
    assert len(part.raw) == MEGABYTE
    assert part.raw.startswith(b"Subject: a\r\nX-Long: ")


@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_what_another_client_does_meanwhile_gives_no_mail_the_words_of_another(
    open_mailbox: OpenMailbox, kind: str
) -> None:
    """pymap merges what it tells of changes into answers for other mails, by numbers that moved: two mails come under
    one UID, and another under none."""
    mailbox = open_mailbox(kind)
    raws = [mail(number) for number in range(5)]
    await mailbox.deliver(*raws)
    inbox = Inbox(mailbox.account())
    await inbox.connect()
    await inbox.ensure_folders(["elsewhere"])
    uids = [one.uid for one in (await inbox.waiting()).mails]
    with mailbox.client() as other:
        other.uid("STORE", str(uids[4]), "+FLAGS", r"(\Flagged)")
        other.uid("MOVE", str(uids[0]), "elsewhere")
    fetched = {part.uid: part.raw for part in await inbox.fetch(uids)}
    assert all(raws[uids.index(uid)] == raw for uid, raw in fetched.items())
    assert set(uids[1:]) <= fetched.keys()
    await inbox.close()


@pytest.mark.parametrize("name", ["R&D", "Tom & Jerry", "&"])
@in_a_loop
async def test_a_folder_of_somebody_elses_with_a_name_that_is_no_utf_7_stops_nothing(
    open_mailbox: OpenMailbox, name: str
) -> None:
    mailbox = open_mailbox("embedded")
    with mailbox.client(None) as other:
        other.create("strange")
    with Faults(mailbox.port, Rewrite("LIST", replacing(b"strange", name.encode()), times=99)) as wire:
        inbox = through(wire, mailbox)
        await inbox.connect()
        await inbox.ensure_folders(["mailbot/done", "mailbot/\u6e08\u307f"])
        await inbox.ensure_folders(["mailbot/done", "mailbot/\u6e08\u307f"])
        await inbox.close()
    assert {"mailbot/done", "mailbot/\u6e08\u307f"} <= set(mailbox.names())
