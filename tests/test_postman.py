"""The postman over real servers: what becomes of a letter, whatever the relay says or does, and of the one after it."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import pytest
from desks import Certificate, in_a_loop, make_certificate, silent_server

from mailbot.edge.account import Account
from mailbot.edge.postman import Later, Never, Postman, PostmanBroken, Sent
from mailbot.edge.postman.dialogue import LONGEST, as_sent
from mailbot.embedded import PASSWORD, USER, EmbeddedServers, TakenLetter

LETTER = b"From: desk@desk.example\r\nTo: a@uni.example\r\nSubject: hello\r\n\r\n.starts with a dot\r\n\r\nend\r\n"
DESK, ANN, BOB = "desk@desk.example", "ann@uni.example", "bob@uni.example"


def account(port: int, **changes: Any) -> Account:
    settings: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "user": "",
        "password": "",
        "timeout": 5.0,
    }
    return Account(**(settings | changes))


Instead = Callable[[asyncio.StreamWriter, asyncio.Event], Awaitable[None]]


class posted:  # noqa: N801 - reads as a verb
    """A postman, closed afterwards."""

    def __init__(self, port: int, **changes: Any) -> None:
        self.postman = Postman(account(port, **changes))

    async def __aenter__(self) -> Postman:
        return self.postman

    async def __aexit__(self, *_: object) -> None:
        await self.postman.close()


class Relay:
    """A small SMTP server on loopback that does something else than usual at one stage, on its first connections.

    `instead` gets the writer: it may answer what it likes, hang up, or wait. The stages: greeting, EHLO, MAIL, RCPT,
    DATA, end (the dot after the letter), RSET, QUIT.

    One that reads commands `together` (RFC 2920) answers MAIL when it has heard the two that follow.
    """

    USUAL = {"greeting": "220 relay", "DATA": "354 go on", "QUIT": "221 bye"}

    def __init__(self, stage: str = "", instead: Instead | None = None, *, together: bool = False) -> None:
        self._stage, self._instead, self._together = stage, instead, together
        self._answers = self.USUAL | ({"EHLO": "250-relay\r\n250 PIPELINING"} if together else {})
        self.times = 1
        self.connections = 0
        self.letters: list[bytes] = []
        self.heard: list[str] = []
        self._writers: set[asyncio.StreamWriter] = set()
        self._talking: set[asyncio.Task[None]] = set()
        self.over = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.over.set()
        self.hang_up()
        await asyncio.gather(*self._talking)

    def hang_up(self) -> None:
        """Cut every connection."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talking.add(task)
        self._writers.add(writer)
        self.connections += 1
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
            await asyncio.sleep(0)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._answer("greeting", writer)
        while line := await reader.readline():
            more = 2 if self._together and line.startswith(b"MAIL") else 0
            lines = [line.decode() for line in (line, *[await reader.readline() for _ in range(more)])]
            self.heard += [line.strip() for line in lines]
            for verb in (line.split()[0].upper() for line in lines):
                if await self._answer(verb, writer) and verb == "DATA":
                    self.letters.append(await self._letter(reader))
                    await self._answer("end", writer)

    async def _letter(self, reader: asyncio.StreamReader) -> bytes:
        lines = [await reader.readline()]
        while lines[-1] != b".\r\n":
            lines.append(await reader.readline())
            if not lines[-1]:
                raise asyncio.IncompleteReadError(b"".join(lines), None)
        return b"".join(lines[:-1])

    async def _answer(self, stage: str, writer: asyncio.StreamWriter) -> bool:
        if stage == self._stage and self.times and self._instead is not None:
            self.times -= 1
            await self._instead(writer, self.over)
            return False
        writer.write(f"{self._answers.get(stage, '250 OK')}\r\n".encode())
        await writer.drain()
        return True


in_one_go_or_not = pytest.mark.parametrize("together", [False, True])


async def hang_up(writer: asyncio.StreamWriter, _over: asyncio.Event) -> None:
    writer.transport.abort()


async def say_nothing(_writer: asyncio.StreamWriter, over: asyncio.Event) -> None:
    await over.wait()


def say(line: str) -> Instead:
    async def instead(writer: asyncio.StreamWriter, _over: asyncio.Event) -> None:
        writer.write(line.encode("utf-8", "surrogateescape") + b"\r\n")

    return instead


@in_a_loop
async def test_a_letter_the_relay_takes_is_sent_octet_for_octet_under_its_envelope(servers: EmbeddedServers) -> None:
    async with posted(servers.smtp_port) as postman:
        result = await postman.send("desk+2026-00001.1.abc@desk.example", ANN, LETTER)
    assert result == Sent("2.0.0 taken as 1")
    assert servers.letters == [TakenLetter("desk+2026-00001.1.abc@desk.example", ANN, LETTER)]


@in_one_go_or_not
@in_a_loop
async def test_letters_share_one_connection(together: bool) -> None:
    async with Relay(together=together) as relay, posted(relay.port) as postman:
        await postman.connect()
        for _ in range(5):
            assert await postman.send(DESK, ANN, LETTER) == Sent("OK")
        assert relay.connections == 1
    assert len(relay.letters) == 5


@in_a_loop
async def test_the_null_sender_can_send(servers: EmbeddedServers) -> None:
    async with posted(servers.smtp_port) as postman:
        assert isinstance(await postman.send("", ANN, LETTER), Sent)
    assert servers.letters[0].sender == ""


ANSWERS = [
    ("450 4.2.1 mailbox busy", Later(450, "4.2.1 mailbox busy")),
    ("451 4.3.0 try later", Later(451, "4.3.0 try later")),
    ("550 5.1.1 no such user", Never(550, "5.1.1 no such user")),
    ("552 5.2.2 mailbox full", Never(552, "5.2.2 mailbox full")),
    ("550 5.1.8 the sender's domain is unknown", Later(550, "5.1.8 the sender's domain is unknown")),
    ("503 5.5.1 not now", Later(503, "5.5.1 not now")),
    ("521 5.3.2 no mail here", Later(521, "5.3.2 no mail here")),
    ("554 5.7.1 Relay access denied", Later(554, "5.7.1 Relay access denied")),
    ("550 5.4.5 quota of the day exceeded", Later(550, "5.4.5 quota of the day exceeded")),
]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("answer", "result"), ANSWERS)
@in_a_loop
async def test_a_refusal_concerns_one_letter_and_the_next_goes_on_the_same_connection(
    servers: EmbeddedServers, stage: str, answer: str, result: Later | Never
) -> None:
    servers.answers[stage, DESK if stage == "MAIL" else ANN] = answer
    if stage == "MAIL" and isinstance(result, Never) and result.code != 552:
        result = Later(result.code, result.reason)  # whoever refuses the desk's address would refuse every letter
    async with posted(servers.smtp_port) as postman:
        await postman.connect()
        before = postman._client
        assert await postman.send(DESK, ANN, LETTER) == result
        assert isinstance(await postman.send("other@desk.example", BOB, LETTER), Sent)
        assert postman._client is before
    assert [letter.recipient for letter in servers.letters] == [BOB]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@in_a_loop
async def test_a_relay_that_wants_another_login_is_for_the_operator_and_no_letters_fault(
    servers: EmbeddedServers, stage: str
) -> None:
    servers.answers[stage, DESK if stage == "MAIL" else ANN] = "530 5.7.0 log in first"
    async with posted(servers.smtp_port) as postman:
        with pytest.raises(PostmanBroken, match="log in first") as broken:
            await postman.send(DESK, ANN, LETTER)
        assert broken.value.code == 530
        servers.answers.clear()
        assert isinstance(await postman.send(DESK, ANN, LETTER), Sent)


@in_a_loop
async def test_of_several_recipients_each_has_a_result_of_its_own(servers: EmbeddedServers) -> None:
    servers.answers["RCPT", BOB] = "550 5.1.1 no such user"
    async with posted(servers.smtp_port) as postman:
        results = [await postman.send(DESK, to, LETTER) for to in (ANN, BOB, ANN)]
    assert [type(result) for result in results] == [Sent, Never, Sent]


CUTS = [hang_up, say_nothing, say("421 4.3.2 shutting down"), say("what?")]


@pytest.mark.parametrize("stage", ["greeting", "EHLO"])
@pytest.mark.parametrize("how", CUTS)
@in_a_loop
async def test_a_relay_that_does_not_greet_has_not_got_the_letter_and_the_next_goes(stage: str, how: Instead) -> None:
    async with Relay(stage, how) as relay, posted(relay.port, timeout=0.15) as postman:
        with pytest.raises(PostmanBroken):
            await postman.send(DESK, ANN, LETTER)
        assert await postman.send(DESK, BOB, LETTER) == Sent("OK")
    assert [line for line in relay.heard if line.startswith("RCPT")] == [f"RCPT TO:<{BOB}>"]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "end"])
@pytest.mark.parametrize("how", CUTS)
@in_one_go_or_not
@in_a_loop
async def test_whatever_cuts_the_dialogue_the_letter_goes_later_and_the_next_goes_now(
    stage: str, how: Instead, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    monkeypatch.setattr("mailbot.edge.postman.END_OF_LETTER", 2)  # ours would have to be waited for
    async with Relay(stage, how, together=together) as relay, posted(relay.port, timeout=0.15) as postman:
        result = await postman.send(DESK, ANN, LETTER)
        assert isinstance(result, Later)
        assert result.reason
        assert await postman.send(DESK, BOB, LETTER) == Sent("OK")
    assert f"RCPT TO:<{BOB}>" in relay.heard


@in_a_loop
async def test_a_relay_of_the_old_kind_that_only_knows_helo_gets_letters_too() -> None:
    async with Relay("EHLO", say("502 5.5.1 what is that")) as relay, posted(relay.port) as postman:
        assert await postman.send(DESK, ANN, LETTER) == Sent("OK")
    assert relay.heard[1].startswith("HELO")


@in_a_loop
async def test_a_5xx_greeting_says_nothing_about_the_letter() -> None:
    async with Relay("greeting", say("554 5.7.1 not you")) as relay, posted(relay.port) as postman:
        with pytest.raises(PostmanBroken, match="not you") as broken:
            await postman.send(DESK, ANN, LETTER)
        assert broken.value.code == 554


@in_one_go_or_not
@in_a_loop
async def test_a_connection_lost_after_the_letter_was_sent_is_later_although_the_relay_may_have_it(
    together: bool,
) -> None:
    async with Relay("end", hang_up, together=together) as relay, posted(relay.port) as postman:
        result = await postman.send(DESK, ANN, LETTER)
    assert isinstance(result, Later)
    assert result.code is None
    assert len(relay.letters) == 1


@in_one_go_or_not
@in_a_loop
async def test_a_relay_that_hangs_up_between_letters_costs_nothing(together: bool) -> None:
    async with Relay(together=together) as relay, posted(relay.port) as postman:
        assert isinstance(await postman.send(DESK, ANN, LETTER), Sent)
        client = postman._client
        assert client is not None
        relay.hang_up()
        while client.is_connected:
            await asyncio.sleep(0.001)
        assert isinstance(await postman.send(DESK, ANN, LETTER), Sent)
        assert relay.connections == 2


@in_one_go_or_not
@in_a_loop
async def test_a_send_that_is_given_up_leaves_no_half_letter_behind(together: bool) -> None:
    async with Relay("DATA", say_nothing, together=together) as relay, posted(relay.port) as postman:
        sending = asyncio.ensure_future(postman.send(DESK, ANN, LETTER))
        while "DATA" not in relay.heard:
            await asyncio.sleep(0.001)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert await postman.send(DESK, BOB, LETTER) == Sent("OK")
    assert relay.connections == 2


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "end"])
@in_one_go_or_not
@in_a_loop
async def test_what_a_relay_refuses_it_does_not_get_although_it_asked_for_the_letter(
    stage: str, together: bool
) -> None:
    async with Relay(stage, say("552 5.3.4 no"), together=together) as relay, posted(relay.port) as postman:
        assert await postman.send(DESK, ANN, LETTER) == Never(552, "5.3.4 no")
        assert await postman.send(DESK, BOB, LETTER) == Sent("OK")
        assert relay.connections == 1
        assert "RSET" in relay.heard
    refused = [letter for letter in relay.letters[:-1] if letter]
    assert refused == ([as_sent(LETTER)[:-3]] if stage == "end" else [])


@in_one_go_or_not
@in_a_loop
async def test_an_answer_without_end_is_none(together: bool) -> None:
    for flood in ("250-" + "x" * 20_000, "\r\n".join(["250-more"] * 300), "250-more"):
        async with Relay("RCPT", say(flood), together=together) as relay, posted(relay.port, timeout=0.15) as postman:
            assert isinstance(await postman.send(DESK, ANN, LETTER), Later)
            assert await postman.send(DESK, BOB, LETTER) == Sent("OK")


STAGES = pytest.mark.parametrize(("stage", "code"), [("MAIL", 250), ("RCPT", 250), ("DATA", 354), ("end", 250)])


@STAGES
@in_one_go_or_not
@in_a_loop
async def test_a_line_that_is_too_long_ends_the_connection_and_its_beginning_says_what_became_of_the_letter(
    stage: str, code: int, together: bool
) -> None:
    long = f"{code} " + "x" * 2 * LONGEST
    async with Relay(stage, say(long), together=together) as relay, posted(relay.port) as postman:
        became = await postman.send(DESK, ANN, LETTER)
        assert (type(became), getattr(became, "code", None)) == (Sent if stage == "end" else Later, None)
        assert isinstance(became, Later) or len(became.response) < LONGEST
        assert await postman.send(DESK, BOB, LETTER) == Sent("OK")
        assert relay.connections == 2


@STAGES
@in_one_go_or_not
@in_a_loop
async def test_the_rest_of_an_answer_that_is_too_long_is_no_answer_to_what_follows(
    stage: str, code: int, together: bool
) -> None:
    long = "\r\n".join([*[f"{code}-more"] * 150, f"{code} done"])
    async with Relay(stage, say(long), together=together) as relay, posted(relay.port) as postman:
        became = await postman.send(DESK, ANN, LETTER)
        assert (type(became), getattr(became, "code", None)) == (Sent if stage == "end" else Later, None)
        assert await postman.send(DESK, BOB, LETTER) == Sent("OK")
        assert relay.connections == 2


@pytest.mark.parametrize(
    ("letter", "sent"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\n.\r\n"),
        (b"a\nb\rc\r\nd", b"a\r\nb\r\nc\r\nd\r\n.\r\n"),
        (b".a\r\n..\r\n.\r\nb.\r\n", b"..a\r\n...\r\n..\r\nb.\r\n.\r\n"),
        (b"a\n.\nb\n", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"\n\r", b"\r\n\r\n.\r\n"),
        (b"", b"\r\n.\r\n"),
    ],
)
def test_no_line_of_a_letter_ends_it_and_each_ends_as_the_wire_wants(letter: bytes, sent: bytes) -> None:
    assert as_sent(letter) == sent


NO_ADDRESSES = [
    "",
    "a b@uni.example",
    "a@uni.example>\r\nRCPT TO:<b@uni.example",
    "a\0@uni.example",
    "Ann <a@b.c>",
    "a,b@c.d",
    "a\x1f@uni.example",
    "a<b@uni.example",
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
@in_a_loop
async def test_what_is_no_address_never_reaches_the_relay(address: str) -> None:
    async with Relay() as relay, posted(relay.port) as postman:
        assert isinstance(await postman.send(DESK, address, LETTER), Never)
        assert await postman.send(DESK, ANN, LETTER) == Sent("OK")
    assert [line for line in relay.heard if line.startswith("RCPT")] == [f"RCPT TO:<{ANN}>"]


@in_a_loop
async def test_a_name_before_the_at_that_is_not_ascii_needs_a_relay_that_takes_it(servers: EmbeddedServers) -> None:
    async with posted(servers.smtp_port) as postman:
        assert isinstance(await postman.send(DESK, "鈴木@uni.example", LETTER), Sent)
        assert servers.letters[0].recipient == "鈴木@uni.example"
        await postman.close()
        servers.relay.smtputf8 = False
        result = await postman.send(DESK, "鈴木@uni.example", LETTER)
        assert isinstance(result, Never)
        assert (result.code, "SMTPUTF8" in result.reason) == (553, True)
        assert isinstance(await postman.send(DESK, ANN, LETTER), Sent)
    assert servers.relay.connections == 2, "nothing was said that needed a new connection"


@pytest.mark.parametrize("smtputf8", [True, False])
@in_a_loop
async def test_a_domain_that_is_not_ascii_is_written_so_that_every_relay_takes_it(
    servers: EmbeddedServers, smtputf8: bool
) -> None:
    servers.relay.smtputf8 = smtputf8
    async with posted(servers.smtp_port) as postman:
        assert isinstance(await postman.send(DESK, "taro@例え.jp", LETTER), Sent)
        assert isinstance(await postman.send(DESK, "taro@straße.example", LETTER), Sent)
        assert isinstance(await postman.send(DESK, "taro@例え..jp", LETTER), Never)
    assert [part.recipient for part in servers.letters] == ["taro@xn--r8jz45g.jp", "taro@xn--strae-oqa.example"]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
@pytest.mark.parametrize("how", CUTS[:3])
@in_one_go_or_not
@in_a_loop
async def test_a_connection_that_proves_to_be_dead_is_opened_again_before_the_letter_is_put_off(
    stage: str, how: Instead, together: bool
) -> None:
    async with Relay(stage, how, together=together) as relay, posted(relay.port, timeout=0.15) as postman:
        relay.times = 0
        assert await postman.send(DESK, ANN, LETTER) == Sent("OK")
        relay.times = 1
        assert await postman.send(DESK, BOB, LETTER) == Sent("OK")
    assert (relay.connections, len(relay.letters)) == (2, 2)


@in_one_go_or_not
@in_a_loop
async def test_a_letter_that_was_offered_is_not_offered_again_at_once_whatever_became_of_the_connection(
    together: bool,
) -> None:
    async with Relay("end", hang_up, together=together) as relay, posted(relay.port) as postman:
        relay.times = 0
        assert await postman.send(DESK, ANN, LETTER) == Sent("OK")
        relay.times = 1
        result = await postman.send(DESK, BOB, LETTER)
    assert isinstance(result, Later)
    assert result.code is None
    assert (relay.connections, len(relay.letters)) == (1, 2)


@in_a_loop
async def test_a_relay_may_take_its_time_over_a_letter_longer_than_over_a_command(servers: EmbeddedServers) -> None:
    servers.relay.delay = 0.6
    async with posted(servers.smtp_port, timeout=0.3) as postman:
        assert isinstance(await postman.send(DESK, ANN, LETTER), Sent)


@in_one_go_or_not
@in_a_loop
async def test_what_the_relay_says_fits_into_a_journal(together: bool) -> None:
    odd = b"550-5.7.1 \xe9\xff no\r\n550 5.7.1\tmore".decode("utf-8", "surrogateescape")
    async with Relay("RCPT", say(odd), together=together) as relay, posted(relay.port) as postman:
        result = await postman.send(DESK, ANN, LETTER)
    assert result == Never(550, "5.7.1 �� no 5.7.1 more")


@pytest.mark.parametrize("security", ["tls", "starttls"])
@in_a_loop
async def test_over_tls_the_operators_own_authority_is_trusted_and_the_login_is_accepted(
    certificate: Certificate, security: str
) -> None:
    with EmbeddedServers(certificate.server_side, wrapped=security == "tls") as servers:
        login = {"security": security, "ca": certificate.cert, "user": USER, "password": PASSWORD}
        async with posted(servers.smtp_port, **login) as postman:
            assert isinstance(await postman.send(DESK, ANN, LETTER), Sent)
            assert postman._client is not None
            assert postman._client.get_transport_info("cipher")
        said = await Postman(account(servers.smtp_port, **login)).probe()
        secured = {"tls": "TLS", "starttls": "TLS by STARTTLS"}[security]
        assert f", {secured}, logged in as {USER}; AUTH yes" in said


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("trusted", ["the system's authorities", "another authority"])
@in_a_loop
async def test_a_certificate_nobody_vouches_for_is_refused(
    certificate: Certificate, tmp_path_factory: pytest.TempPathFactory, security: str, trusted: str
) -> None:
    other = make_certificate(tmp_path_factory.mktemp("other")).cert if trusted == "another authority" else None
    with EmbeddedServers(certificate.server_side, wrapped=security == "tls") as servers:
        postman = Postman(account(servers.smtp_port, security=security, ca=other))
        with pytest.raises(PostmanBroken, match="certificate is not trusted"):
            await postman.connect()
        with pytest.raises(PostmanBroken, match="certificate is not trusted"):
            await postman.send(DESK, ANN, LETTER)
    assert servers.letters == []


@in_a_loop
async def test_a_relay_without_starttls_gets_no_letter_if_starttls_is_wanted(certificate: Certificate) -> None:
    async with Relay() as relay, posted(relay.port, security="starttls", ca=certificate.cert) as postman:
        with pytest.raises(PostmanBroken, match="STARTTLS"):
            await postman.connect()
        with pytest.raises(PostmanBroken, match="STARTTLS"):
            await postman.send(DESK, ANN, LETTER)
    assert {line.split()[0] for line in relay.heard} == {"EHLO"}


@in_a_loop
async def test_in_clear_text_too_a_login_is_made_if_there_is_a_user(servers: EmbeddedServers) -> None:
    async with posted(servers.smtp_port, user=USER, password=PASSWORD) as postman:
        await postman.connect()
        assert isinstance(await postman.send(DESK, ANN, LETTER), Sent)


@in_a_loop
async def test_a_refused_login_is_said_in_words_and_is_no_result_of_a_letter(servers: EmbeddedServers) -> None:
    async with posted(servers.smtp_port, user=USER, password="wröng") as postman:
        with pytest.raises(PostmanBroken, match="login refused") as broken:
            await postman.connect()
        assert broken.value.code == 535
        with pytest.raises(PostmanBroken, match="login refused"):
            await postman.send(DESK, ANN, LETTER)


@in_a_loop
async def test_where_nobody_listens_the_reason_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    async with posted(port) as postman:
        with pytest.raises(PostmanBroken, match=r"nobody listens|the network failed"):
            await postman.connect()
        with pytest.raises(PostmanBroken, match=r"nobody listens|the network failed"):
            await postman.send(DESK, ANN, LETTER)


@pytest.mark.parametrize("security", ["none", "tls", "starttls"])
@in_a_loop
async def test_a_relay_that_never_answers_costs_the_timeout_and_no_more(security: str) -> None:
    with silent_server() as port:
        began = time.monotonic()
        with pytest.raises(PostmanBroken, match=r"no answer in time: waited 0\.2 s"):
            await Postman(account(port, security=security, timeout=0.2)).connect()
        assert time.monotonic() - began < 2


@in_a_loop
async def test_the_probe_says_what_the_relay_can_do(servers: EmbeddedServers) -> None:
    said = await Postman(account(servers.smtp_port)).probe()
    assert said.startswith("'localhost', clear text, no login asked for; AUTH yes, SIZE yes")
    assert "SIZE yes, 8BITMIME yes, SMTPUTF8 yes" in said
    with pytest.raises(PostmanBroken):
        await Postman(account(1)).probe()


@in_a_loop
async def test_closing_says_goodbye_even_to_a_relay_that_does_not_answer_it() -> None:
    async with Relay("QUIT", hang_up) as relay:
        postman = Postman(account(relay.port))
        await postman.connect()
        await postman.close()
        await postman.close()
        assert relay.heard[-1] == "QUIT"
