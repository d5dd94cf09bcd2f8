"""The inbox over real servers: what it sees, what it takes, what it files, and what it says when it cannot."""

import asyncio
import itertools
import shutil
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import Certificate, Mailbox, in_a_loop, make_certificate, silent_server

from mailbot.edge.inbox import Inbox, InboxBroken, LoginRefused
from mailbot.edge.inbox.uids import uid_set
from mailbot.embedded import EmbeddedServers

OpenMailbox = Callable[..., Mailbox]
BOTH = ("embedded", pytest.param("dovecot", marks=pytest.mark.dovecot))


def mail(number: int) -> bytes:
    text = f"From: a@example.org\r\nSubject: mail {number}\r\n\r\nはい {number}\r\n"
    return text.encode("utf-8") + b"x" * number + b"\r\n"


class opened:  # noqa: N801 - reads as a verb
    """An inbox that is connected, and closed afterwards."""

    def __init__(self, mailbox: Mailbox, **changes: Any) -> None:
        self.inbox = Inbox(mailbox.account(**changes))

    async def __aenter__(self) -> Inbox:
        await self.inbox.connect()
        return self.inbox

    async def __aexit__(self, *_: object) -> None:
        await self.inbox.close()


async def uids(inbox: Inbox) -> list[int]:
    return [mail.uid for mail in (await inbox.waiting()).mails]


@in_a_loop
async def test_mails_wait_oldest_first_with_their_sizes(mailbox: Mailbox) -> None:
    raws = [mail(number) for number in range(12)]
    await mailbox.deliver(*raws)
    async with opened(mailbox) as inbox:
        waiting = await inbox.waiting()
    assert [waited.uid for waited in waiting.mails] == sorted(waited.uid for waited in waiting.mails)
    assert [waited.size for waited in waiting.mails] == [len(raw) for raw in raws]


@in_a_loop
async def test_an_empty_inbox_has_nothing_waiting(mailbox: Mailbox) -> None:
    async with opened(mailbox) as inbox:
        waiting = await inbox.waiting()
    assert waiting.mails == ()
    assert waiting.validity > 0


@in_a_loop
async def test_a_mail_delivered_meanwhile_is_seen_by_the_next_look(mailbox: Mailbox) -> None:
    async with opened(mailbox) as inbox:
        assert await uids(inbox) == []
        await mailbox.deliver(mail(1))
        assert len(await uids(inbox)) == 1


@in_a_loop
async def test_a_mail_marked_as_deleted_does_not_wait(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1), mail(2))
    async with opened(mailbox) as inbox:
        first, second = await uids(inbox)
        mailbox.mark_deleted(first)
        assert await uids(inbox) == [second]


@in_a_loop
async def test_mails_come_octet_for_octet_and_stay_unseen(mailbox: Mailbox) -> None:
    odd = b'Subject: odd \xff\r\n\r\nnul-free \x80\xfe, (paren "quote" {3}\r\n.\r\n* 1 FETCH (UID 7)\r\nno line end'
    raws = [mail(1), odd, mail(3)]
    await mailbox.deliver(*raws)
    async with opened(mailbox) as inbox:
        fetched = await inbox.fetch(await uids(inbox))
    assert [part.raw for part in fetched] == raws
    assert mailbox.flags() == [set(), set(), set()]


@in_a_loop
async def test_a_mail_was_received_at_an_aware_utc_instant(mailbox: Mailbox) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    await mailbox.deliver(mail(1))
    async with opened(mailbox) as inbox:
        (fetched,) = await inbox.fetch(await uids(inbox))
    assert fetched.received.utcoffset() == timedelta(0)
    assert before <= fetched.received <= datetime.now(UTC) + timedelta(seconds=2)


@in_a_loop
async def test_whatever_zone_the_server_writes_the_instant_is_the_same(mailbox: Mailbox) -> None:
    with mailbox.client(None) as other:
        other.append("INBOX", "", '"21-Nov-2026 12:04:05 +0900"', mail(1))
    async with opened(mailbox) as inbox:
        (fetched,) = await inbox.fetch(await uids(inbox))
    assert fetched.received.isoformat() == "2026-11-21T03:04:05+00:00"


@in_a_loop
async def test_of_a_mail_too_large_only_the_header_comes_and_it_stays_unseen(mailbox: Mailbox) -> None:
    await mailbox.deliver(b"From: a@example.org\r\nSubject: big\r\n\r\n" + b"y" * 100_000)
    async with opened(mailbox) as inbox:
        (headers,) = await inbox.headers(await uids(inbox))
    assert headers.raw == b"From: a@example.org\r\nSubject: big\r\n\r\n"
    assert mailbox.flags() == [set()]


@in_a_loop
async def test_a_mail_that_vanished_before_it_was_fetched_is_just_absent(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1), mail(2), mail(3))
    async with opened(mailbox) as inbox:
        first, second, third = await uids(inbox)
    mailbox.move_away(second, "elsewhere")
    async with opened(mailbox) as inbox:
        fetched = await inbox.fetch([first, second, third, third + 1000])
        assert [part.raw for part in fetched] == [mail(1), mail(3)]
        assert [part.uid for part in await inbox.headers([first, second])] == [first]
        assert await uids(inbox) == [first, third]


@in_a_loop
async def test_a_mail_that_vanishes_under_an_open_connection_is_whole_or_absent(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1), mail(2), mail(3))
    async with opened(mailbox) as inbox:
        _, second, _ = everything = await uids(inbox)
        mailbox.move_away(second, "elsewhere")
        fetched = [part.raw for part in await inbox.fetch(everything)]
        assert [raw for raw in fetched if raw != mail(2)] == [mail(1), mail(3)]
        assert second not in await uids(inbox)


@pytest.mark.dovecot
@in_a_loop
async def test_a_mail_without_an_octet_is_absent_and_reported(
    open_mailbox: OpenMailbox, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox = open_mailbox("dovecot")
    await mailbox.deliver(mail(1))
    assert mailbox.maildir is not None
    empty = mailbox.maildir / "new" / "1700000000.M1P1.host"
    empty.touch()
    shutil.chown(empty, empty.parent.owner(), empty.parent.group())
    async with opened(mailbox) as inbox:
        first, second = await uids(inbox)
        assert [part.raw for part in await inbox.fetch([first, second])] == [mail(1)]
    assert f"UID {second} is empty" in caplog.text


VARIANTS = {"MOVE": (), "UID EXPUNGE": ("MOVE",), "neither": ("MOVE", "UIDPLUS")}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_mails_are_filed_as_a_set_and_nobody_elses_deleted_mail_is_removed(
    open_mailbox: OpenMailbox, kind: str, variant: str
) -> None:
    mailbox = open_mailbox(kind, without=VARIANTS[variant])
    raws = [mail(number) for number in range(6)]
    await mailbox.deliver(*raws)
    async with opened(mailbox) as inbox:
        await inbox.ensure_folders(["done"])
        waiting = await inbox.waiting()
        numbers = [waited.uid for waited in waiting.mails]
        mailbox.mark_deleted(numbers[0])
        assert await inbox.file(waiting.validity, [*numbers[1:3], numbers[4]], "done")
        assert await uids(inbox) == [numbers[3], numbers[5]]
    assert mailbox.raws("done") == [raws[1], raws[2], raws[4]]
    gone = [raws[1], raws[2], raws[4]] if variant != "neither" else []
    assert mailbox.raws() == [raw for raw in raws if raw not in gone]
    assert mailbox.flags("done") == [set(), set(), set()]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_filing_passes_over_mails_that_are_gone(open_mailbox: OpenMailbox, kind: str, variant: str) -> None:
    mailbox = open_mailbox(kind, without=VARIANTS[variant])
    await mailbox.deliver(mail(1), mail(2))
    async with opened(mailbox) as inbox:
        await inbox.ensure_folders(["done"])
        waiting = await inbox.waiting()
        first, second = (waited.uid for waited in waiting.mails)
        mailbox.move_away(first, "elsewhere")
        assert await inbox.file(waiting.validity, [first, second, second + 50], "done")
        assert await uids(inbox) == []
    assert mailbox.raws("done") == [mail(2)]
    assert mailbox.raws("elsewhere") == [mail(1)]


@in_a_loop
async def test_under_another_uidvalidity_nothing_is_filed(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    async with opened(mailbox) as inbox:
        await inbox.ensure_folders(["done"])
        waiting = await inbox.waiting()
        assert not await inbox.file(waiting.validity + 1, [waiting.mails[0].uid], "done")
    assert mailbox.folders() == {"INBOX": [mail(1)], "done": []}


@pytest.mark.dovecot
@in_a_loop
async def test_when_the_mailbox_was_made_anew_its_old_uids_file_nothing(open_mailbox: OpenMailbox) -> None:
    mailbox = open_mailbox("dovecot")
    await mailbox.deliver(mail(1))
    async with opened(mailbox) as inbox:
        await inbox.ensure_folders(["done"])
        before = await inbox.waiting()
    assert mailbox.maildir is not None
    listed = mailbox.maildir / "dovecot-uidlist"
    listed.write_text(listed.read_text().replace(f" V{before.validity} ", f" V{before.validity + 7} "))
    for index in mailbox.maildir.glob("dovecot.index*"):
        index.unlink()
    async with opened(mailbox) as inbox:
        assert not await inbox.file(before.validity, [before.mails[0].uid], "done")
        after = await inbox.waiting()
        assert after.validity != before.validity
        assert await inbox.file(after.validity, [after.mails[0].uid], "done")
    assert mailbox.raws("done") == [mail(1)]


@in_a_loop
async def test_a_missing_folder_is_created_and_subscribed_once_in_any_script(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    names = ["処理済み", "mailbot/大きすぎる", "a & b"]
    async with opened(mailbox) as inbox:
        await inbox.ensure_folders(names)
        await inbox.ensure_folders(names)
        waiting = await inbox.waiting()
        await inbox.file(waiting.validity, await uids(inbox), "mailbot/大きすぎる")
    assert mailbox.folders() == {"INBOX": [], "処理済み": [], "mailbot/大きすぎる": [mail(1)], "a & b": []}
    assert set(names) <= set(mailbox.names("lsub"))


@pytest.mark.dovecot
@pytest.mark.parametrize("prefix", ["", "INBOX."])
@in_a_loop
async def test_folders_follow_the_servers_separator_and_prefix(open_mailbox: OpenMailbox, prefix: str) -> None:
    mailbox = open_mailbox("dovecot", separator=".", prefix=prefix)
    await mailbox.deliver(mail(1))
    async with opened(mailbox) as inbox:
        await inbox.ensure_folders(["mailbot/済み"])
        waiting = await inbox.waiting()
        await inbox.file(waiting.validity, await uids(inbox), "mailbot/済み")
    assert mailbox.raws(f"{prefix}mailbot.済み") == [mail(1)]


@in_a_loop
async def test_filing_to_a_folder_that_is_missing_is_said_in_words(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    async with opened(mailbox) as inbox:
        waiting = await inbox.waiting()
        with pytest.raises(InboxBroken, match="the server refused"):
            await inbox.file(waiting.validity, await uids(inbox), "nowhere")
    assert mailbox.raws() == [mail(1)]


@in_a_loop
async def test_six_hundred_mails_go_in_sets(mailbox: Mailbox) -> None:
    raws = [mail(number % 50) for number in range(600)]
    await mailbox.deliver(*raws)
    async with opened(mailbox) as inbox:
        await inbox.ensure_folders(["done"])
        waiting = await inbox.waiting()
        every_other = [waited.uid for waited in waiting.mails[::2]]
        assert [part.raw for part in await inbox.fetch(await uids(inbox))] == raws
        assert await inbox.file(waiting.validity, [*every_other, *(waited.uid for waited in waiting.mails)], "done")
        assert await uids(inbox) == []
    assert sorted(mailbox.raws("done")) == sorted(raws)


@in_a_loop
async def test_nothing_piles_up_on_a_connection(mailbox: Mailbox) -> None:
    await mailbox.deliver(*(mail(number) for number in range(20)))
    async with opened(mailbox) as inbox:
        await inbox.ensure_folders(["done"])
        for _ in range(20):
            waiting = await inbox.waiting()
            await inbox.fetch([waited.uid for waited in waiting.mails])
            await inbox.file(waiting.validity, [waiting.mails[0].uid], "done")
        assert inbox._wire._client._imap.untagged_responses == {}
        assert inbox._wire._client.socket().getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.dovecot
@pytest.mark.parametrize("security", ["tls", "starttls"])
@in_a_loop
async def test_over_tls_the_operators_own_authority_is_trusted(
    open_mailbox: OpenMailbox, certificate: Certificate, security: str
) -> None:
    mailbox = open_mailbox("dovecot")
    await mailbox.deliver(mail(1))
    async with opened(mailbox, security=security, ca=certificate.cert) as inbox:
        assert [part.raw for part in await inbox.fetch(await uids(inbox))] == [mail(1)]
        assert inbox._wire._client.socket().version().startswith("TLS")


@in_a_loop
async def test_starttls_works_on_the_embedded_server_too(certificate: Certificate) -> None:
    with EmbeddedServers(certificate.server_side) as servers:
        account = Mailbox("embedded", servers.imap_port, "desk", "secret").account("starttls", certificate.cert)
        said = await Inbox(account).probe()
    assert "0 mails in the inbox" in said


@pytest.mark.dovecot
@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("trusted", ["the system's authorities", "another authority"])
@in_a_loop
async def test_a_certificate_nobody_vouches_for_is_refused(
    open_mailbox: OpenMailbox, tmp_path: Path, security: str, trusted: str
) -> None:
    mailbox = open_mailbox("dovecot")
    ca = make_certificate(tmp_path).cert if trusted == "another authority" else None
    with pytest.raises(InboxBroken, match="certificate is not trusted"):
        await Inbox(mailbox.account(security, ca)).connect()  # type: ignore[arg-type]


@pytest.mark.dovecot
@in_a_loop
async def test_a_certificate_for_another_host_is_refused(open_mailbox: OpenMailbox, certificate: Certificate) -> None:
    account = open_mailbox("dovecot").account("tls", certificate.cert, host="127.0.0.2")
    with pytest.raises(InboxBroken, match=r"certificate is not trusted|nobody listens"):
        await Inbox(account).connect()


@in_a_loop
async def test_a_file_of_authorities_without_any_is_named(tmp_path: Path) -> None:
    for content in (None, b"not a certificate"):
        path = tmp_path / "ca.pem"
        if content is not None:
            path.write_bytes(content)
        account = Mailbox("embedded", 1, "desk", "secret", tls_port=1).account("tls", path)
        with pytest.raises(InboxBroken, match=str(path)):
            await Inbox(account).connect()


@pytest.mark.parametrize("kind", BOTH)
@in_a_loop
async def test_a_server_without_starttls_gets_no_password_if_starttls_is_wanted(
    open_mailbox: OpenMailbox, kind: str, certificate: Certificate
) -> None:
    mailbox = open_mailbox(kind, **({"starttls": False} if kind == "dovecot" else {}))
    with pytest.raises(InboxBroken, match="STARTTLS") as broken:
        await Inbox(mailbox.account("starttls", certificate.cert)).connect()
    assert not isinstance(broken.value, LoginRefused)


@in_a_loop
async def test_a_wrong_password_is_a_refused_login(mailbox: Mailbox) -> None:
    with pytest.raises(LoginRefused, match=mailbox.user):
        await Inbox(mailbox.account(password="wröng")).connect()
    async with opened(mailbox) as inbox:
        assert await uids(inbox) == []


@in_a_loop
async def test_where_nobody_listens_the_reason_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(InboxBroken, match="nobody listens"):
        await Inbox(Mailbox("none", port, "desk", "secret").account()).connect()


@pytest.mark.parametrize("security", ["none", "tls"])
@in_a_loop
async def test_a_server_that_never_answers_costs_the_timeout_and_no_more(security: str) -> None:
    with silent_server() as port:
        began = time.monotonic()
        account = Mailbox("silent", port, "desk", "secret", tls_port=port).account(security, timeout=0.2)  # type: ignore[arg-type]
        with pytest.raises(InboxBroken, match="no answer in time"):
            await Inbox(account).connect()
        assert time.monotonic() - began < 2


@in_a_loop
async def test_when_the_server_goes_the_reason_says_so_and_the_next_connection_works() -> None:
    with EmbeddedServers() as servers:
        inbox = Inbox(Mailbox("embedded", servers.imap_port, "desk", "secret").account())
        await inbox.connect()
        await inbox.waiting()
    with pytest.raises(InboxBroken, match="connection was lost"):
        await inbox.waiting()
    with pytest.raises(InboxBroken, match="not connected"):
        await inbox.waiting()
    await inbox.close()


@in_a_loop
async def test_after_trouble_connect_makes_a_new_connection(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    async with opened(mailbox) as inbox:
        waiting = await inbox.waiting()
        with pytest.raises(InboxBroken):
            await inbox.file(waiting.validity, await uids(inbox), "nowhere")
        await inbox.connect()
        assert len(await uids(inbox)) == 1


class Scripted:
    """An IMAP server that greets and answers each line by a rule, for what real ones rarely say."""

    def __init__(self, greeting: bytes, answers: dict[bytes, bytes]) -> None:
        self._greeting, self._answers = greeting, answers
        self.heard: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]

    def __enter__(self) -> "Scripted":
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(5)
        self._listening.close()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(self._greeting + b"\r\n")
            for line in itertools.takewhile(bool, iter(lines.readline, b"")):
                self.heard.append(line)
                tag, _, command = line.strip().partition(b" ")
                answer = next((said for asked, said in self._answers.items() if command.startswith(asked)), b"OK")
                connection.sendall(b"".join(part.replace(b"TAG", tag) + b"\r\n" for part in answer.split(b"\r\n")))


CAPABLE = {b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\nTAG OK done"}
SAID = {
    "temporary": (b"* OK hello", CAPABLE | {b"LOGIN": b"TAG NO [UNAVAILABLE] try later"}, "UNAVAILABLE"),
    "busy": (b"* BYE too many connections", {}, "too many connections"),
    "other protocol": (b"220 mail.example ESMTP", {}, "connection was lost"),
    "nonsense": (b"* OK hello", {b"CAPABILITY": b"* 12 WHAT\r\nTAG OK"}, "."),
    "cut at login": (b"* OK hello", CAPABLE | {b"LOGIN": b"* BYE bye"}, "connection was lost|refused"),
    "preauth": (b"* PREAUTH hello", CAPABLE, "PREAUTH"),
}


@pytest.mark.parametrize("case", SAID)
@in_a_loop
async def test_what_a_server_says_instead_of_working_is_reported_and_is_no_refused_login(case: str) -> None:
    greeting, answers, words = SAID[case]
    with Scripted(greeting, answers) as server, pytest.raises(InboxBroken, match=words) as broken:
        await Inbox(Mailbox("scripted", server.port, "desk", "secret").account(timeout=1.0)).connect()
    assert type(broken.value) is InboxBroken


@in_a_loop
async def test_calls_wait_for_each_other_even_after_one_was_given_up(mailbox: Mailbox) -> None:
    await mailbox.deliver(*(mail(number) for number in range(5)))
    async with opened(mailbox) as inbox:
        given_up = asyncio.ensure_future(inbox.waiting())
        await asyncio.sleep(0)
        given_up.cancel()
        results = await asyncio.gather(*(inbox.waiting() for _ in range(5)))
    assert {len(waiting.mails) for waiting in results} == {5}


@in_a_loop
async def test_the_probe_says_what_the_server_can_do(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    said = await Inbox(mailbox.account()).probe()
    assert f"logged in as {mailbox.user}, 1 mail in the inbox; MOVE yes, UIDPLUS yes, IDLE yes" in said


def test_a_uid_set_names_exactly_its_uids() -> None:
    assert uid_set([1, 2, 3, 7, 9, 10]) == b"1:3,7,9:10"
    assert uid_set([4294967295]) == b"4294967295"
