"""Mails are removed from the server by the digest of their octets, each one and no other, whatever servers can do."""

from collections.abc import Callable
from hashlib import sha256

import pytest
from desks import Mailbox, in_a_loop

from mailbot.edge.inbox import Inbox, Removed

OpenMailbox = Callable[..., Mailbox]
BOTH = ["embedded", pytest.param("dovecot", marks=pytest.mark.dovecot)]
MOST = 1_000_000


def mail(number: int, size: int = 0) -> bytes:
    """Mails of one length, which only their octets tell apart."""
    return b"Subject: mail %03d\r\nFrom: x@y.example\r\n\r\ntext %03d\r\n" % (number, number) + b"a" * size


def wanted(*raws: bytes) -> dict[str, int]:
    return {sha256(raw).hexdigest(): len(raw) for raw in raws}


@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_only_the_mails_with_these_digests_are_removed_wherever_they_lie(
    open_mailbox: OpenMailbox, kind: str
) -> None:
    mailbox, inbox = open_mailbox(kind), None
    raws = [mail(number) for number in range(60)]
    await mailbox.deliver(*raws)
    inbox = Inbox(mailbox.account())
    await inbox.connect()
    await inbox.ensure_folders(["done"])
    waiting = await inbox.waiting()
    numbers = [one.uid for one in waiting.mails]
    await inbox.file(waiting.validity, numbers[:50], "done")
    mailbox.mark_deleted(numbers[55])
    doomed = [raws[1], raws[2], raws[49], raws[52], mail(99)]
    found = await inbox.remove(wanted(*doomed), ["done", "nowhere", "INBOX"], most=MOST)
    assert [(one.folder, one.removed, one.left) for one in found] == [
        ("done", 3, ()),
        ("nowhere", 0, ()),
        ("INBOX", 1, ()),
    ]
    assert mailbox.raws("done") == [raw for raw in raws[:50] if raw not in doomed]
    assert mailbox.raws() == [raw for raw in raws[50:] if raw not in doomed], "also one that somebody else marked"
    assert [one.uid for one in (await inbox.waiting()).mails] == [
        uid for uid in numbers[50:] if uid not in (numbers[52], numbers[55])
    ]
    assert sum(one.removed for one in await inbox.remove(wanted(*doomed), ["done", "INBOX"], most=MOST)) == 0
    await inbox.close()


@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_a_server_that_cannot_remove_single_mails_is_left_as_it_is_and_they_are_named(
    open_mailbox: OpenMailbox, kind: str
) -> None:
    mailbox = open_mailbox(kind, without=("MOVE", "UIDPLUS"))
    await mailbox.deliver(mail(1), mail(2), mail(3))
    inbox = Inbox(mailbox.account())
    await inbox.connect()
    waiting = await inbox.waiting()
    (found,) = await inbox.remove(wanted(mail(2)), ["INBOX"], most=MOST)
    await inbox.close()
    assert found == Removed("INBOX", waiting.validity, left=(waiting.mails[1].uid,))
    assert mailbox.raws() == [mail(1), mail(2), mail(3)]
    assert mailbox.flags() == [set(), set(), set()]


@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_of_a_mail_too_large_to_download_the_header_tells(open_mailbox: OpenMailbox, kind: str) -> None:
    mailbox = open_mailbox(kind)
    large = [mail(number, 5_000) for number in (1, 2)]
    await mailbox.deliver(*large)
    header = large[0].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    inbox = Inbox(mailbox.account())
    await inbox.connect()
    (found,) = await inbox.remove({sha256(header).hexdigest(): len(large[0])}, ["INBOX"], most=4_000)
    await inbox.close()
    assert found.removed == 1
    assert mailbox.raws() == [large[1]]
