"""Logging in with access tokens over real wires: Dovecot, which asks the token server about each, and a relay."""

import asyncio
import base64
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from desks import Certificate, in_a_loop
from dovecot import Dovecot, dovecot
from test_tokens import Clock, grant
from token_server import REFRESH, SECRET, BearerRelay, TokenServer, bearer_relay, token_server

from mailbot.edge.account import Account
from mailbot.edge.inbox import Inbox, InboxBroken, LoginRefused
from mailbot.edge.postman import Postman, PostmanBroken, Sent
from mailbot.edge.tokens import Tokens

LETTER = b"From: desk@desk.example\r\nTo: a@uni.example\r\nSubject: hello\r\n\r\nhello\r\n"
MECHANISMS = ("XOAUTH2", "OAUTHBEARER")


@pytest.fixture(scope="module")
def standing(certificate: Certificate) -> Iterator[tuple[TokenServer, Dovecot]]:
    with token_server() as tokens, dovecot(certificate.cert, certificate.key, introspection=tokens.url) as imap:
        yield tokens, imap


@pytest.fixture
def imap(standing: tuple[TokenServer, Dovecot]) -> tuple[TokenServer, Dovecot]:
    tokens, server = standing
    tokens.valid.clear()
    tokens.answers.clear()
    tokens.asked.clear()
    return tokens, server


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with token_server() as running:
        yield running


@pytest.fixture
def relay(tokens: TokenServer) -> Iterator[BearerRelay]:
    with bearer_relay(tokens) as running:
        yield running


def account(port: int, access: Tokens | None, mechanism: str = "XOAUTH2", **changes: Any) -> Account:
    given: dict[str, Any] = {"host": "127.0.0.1", "port": port, "security": "none", "user": "desk", "password": ""}
    return Account(**given | {"timeout": 5.0, "access": access, "mechanism": mechanism} | changes)


@pytest.mark.dovecot
@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
@in_a_loop
async def test_a_token_opens_the_mailbox(
    imap: tuple[TokenServer, Dovecot], tmp_path: Path, certificate: Certificate, mechanism: str, security: str
) -> None:
    server, mailbox = imap
    port = mailbox.imaps_port if security == "tls" else mailbox.imap_port
    access = Tokens(grant(server, tmp_path))
    inbox = Inbox(account(port, access, mechanism, security=security, ca=certificate.cert))
    await inbox.connect()
    assert (await inbox.waiting()).mails == ()
    await inbox.close()
    assert len(server.asked) == 1


@pytest.mark.dovecot
@pytest.mark.parametrize("mechanism", MECHANISMS)
@in_a_loop
async def test_a_token_that_the_mail_server_does_not_take_any_more_is_fetched_anew(
    imap: tuple[TokenServer, Dovecot], tmp_path: Path, mechanism: str
) -> None:
    server, mailbox = imap
    clock = Clock()
    inbox = Inbox(account(mailbox.imap_port, Tokens(grant(server, tmp_path), clock), mechanism))
    await inbox.connect()
    server.valid.clear()
    clock.now += 61
    await inbox.connect()
    await inbox.close()
    assert len(server.asked) == 2


@pytest.mark.dovecot
@pytest.mark.parametrize("mechanism", MECHANISMS)
@in_a_loop
async def test_a_mailbox_that_takes_no_token_says_so_once(
    imap: tuple[TokenServer, Dovecot], tmp_path: Path, mechanism: str
) -> None:
    server, mailbox = imap
    clock = Clock()
    access = Tokens(grant(server, tmp_path), clock)
    inbox = Inbox(account(mailbox.imap_port, access, mechanism, user="another"))
    access.token()
    clock.now += 61
    with pytest.raises(LoginRefused) as refused:
        await inbox.connect()
    assert "login as another refused" in str(refused.value)
    assert "token" in str(refused.value)
    assert not refused.value.mend, "it may be the mail server, and pass"
    assert len(server.asked) == 2


@pytest.mark.dovecot
@in_a_loop
async def test_without_a_token_the_inbox_says_what_to_do(imap: tuple[TokenServer, Dovecot], tmp_path: Path) -> None:
    server, mailbox = imap
    server.answers = [(400, '{"error": "invalid_grant"}'), (503, "")]
    inbox = Inbox(account(mailbox.imap_port, Tokens(grant(server, tmp_path))))
    for mend, words in ((True, "put a new refresh token where the old one stands"), (False, "HTTP 503")):
        with pytest.raises(InboxBroken, match=words) as broken:
            await inbox.connect()
        assert broken.value.mend is mend
        assert not inbox.connected
    await inbox.connect()
    await inbox.close()


@pytest.mark.dovecot
@in_a_loop
async def test_a_server_that_offers_no_such_login_is_told_apart(
    open_mailbox: Callable[..., Any], tokens: TokenServer, tmp_path: Path
) -> None:
    mailbox = open_mailbox("dovecot")
    inbox = Inbox(account(mailbox.port, Tokens(grant(tokens, tmp_path))))
    with pytest.raises(InboxBroken, match=r"does not offer AUTH=XOAUTH2, it offers .*AUTH=PLAIN"):
        await inbox.connect()
    assert not tokens.asked


class Challenging:
    """An IMAP server that answers a token as Google does: with a challenge, and NO once the client answered it."""

    def __init__(self, challenge: bytes, ends: bytes = b"NO [AUTHENTICATIONFAILED] Invalid credentials") -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.heard: list[bytes] = []
        self._challenge, self._ends = challenge, ends
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with self._listening, connection, connection.makefile("rwb", buffering=0) as wire:
            wire.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 AUTH=OAUTHBEARER] here\r\n")
            while line := wire.readline():
                self.heard.append(line)
                tag, command = line.split()[:2]
                if command == b"AUTHENTICATE":
                    wire.write(b"+ \r\n")
                    first = wire.readline().strip()
                    wire.write(b"+ " + base64.b64encode(self._challenge) + b"\r\n")
                    self.heard += [first, wire.readline()]
                    wire.write(tag + b" " + self._ends.replace(b"%", first) + b"\r\n")
                else:
                    wire.write(tag + b" OK done\r\n")


@pytest.mark.parametrize(("mechanism", "acknowledged"), [("XOAUTH2", b"\r\n"), ("OAUTHBEARER", b"AQ==\r\n")])
@in_a_loop
async def test_a_refusal_that_comes_as_a_challenge_is_answered_and_told_in_words(
    tokens: TokenServer, tmp_path: Path, mechanism: str, acknowledged: bytes
) -> None:
    server = Challenging(b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}')
    inbox = Inbox(account(server.port, Tokens(grant(tokens, tmp_path)), mechanism))
    with pytest.raises(LoginRefused) as refused:
        await inbox.connect()
    assert "the token is not one it takes, status 400, wanted scope https://mail.google.com/" in str(refused.value)
    assert "Invalid credentials" in str(refused.value)
    assert acknowledged in server.heard


@pytest.mark.parametrize("challenge", [b"not JSON", b"[1]", b'{"status":{}}', b"\xff\xfe", b"", b"[" * 5000])
@in_a_loop
async def test_no_refusal_of_a_server_repeats_the_token_or_breaks_the_words(
    tokens: TokenServer, tmp_path: Path, challenge: bytes
) -> None:
    server = Challenging(challenge + b" access-token-1", ends=b"NO access-token-1 % refused")
    inbox = Inbox(account(server.port, Tokens(grant(tokens, tmp_path))))
    with pytest.raises(LoginRefused) as refused:
        await inbox.connect()
    assert "access-token" not in str(refused.value)
    assert base64.b64encode(b"user=desk").decode()[:10] not in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("mechanism", MECHANISMS)
@in_a_loop
async def test_a_token_opens_the_relay(relay: BearerRelay, tokens: TokenServer, tmp_path: Path, mechanism: str) -> None:
    postman = Postman(account(relay.port, Tokens(grant(tokens, tmp_path)), mechanism))
    assert isinstance(await postman.send("desk@desk.example", "a@uni.example", LETTER), Sent)
    await postman.close()
    assert relay.logins == [mechanism]
    assert relay.letters == ["a@uni.example"]


@pytest.mark.parametrize(("mechanism", "acknowledged"), [("XOAUTH2", b""), ("OAUTHBEARER", b"\x01")])
@in_a_loop
async def test_a_token_that_the_relay_does_not_take_any_more_is_fetched_anew(
    relay: BearerRelay, tokens: TokenServer, tmp_path: Path, mechanism: str, acknowledged: bytes
) -> None:
    clock = Clock()
    access = Tokens(grant(tokens, tmp_path), clock)
    access.token()
    tokens.valid.clear()
    clock.now += 61
    postman = Postman(account(relay.port, access, mechanism))
    assert isinstance(await postman.send("desk@desk.example", "a@uni.example", LETTER), Sent)
    await postman.close()
    assert relay.logins == ["refused", mechanism]
    assert relay.acknowledged == [acknowledged]
    assert len(tokens.asked) == 2


@in_a_loop
async def test_a_relay_that_takes_no_token_is_told_in_words(
    relay: BearerRelay, tokens: TokenServer, tmp_path: Path
) -> None:
    postman = Postman(account(relay.port, Tokens(grant(tokens, tmp_path)), user="another"))
    with pytest.raises(PostmanBroken, match=r"not one it takes, status 401, wanted scope mail.send; 5.7.8") as broken:
        await postman.connect()
    assert (broken.value.code, broken.value.mend) == (535, False)
    assert len(tokens.asked) == 1


@in_a_loop
async def test_without_a_token_the_postman_says_what_to_do(
    relay: BearerRelay, tokens: TokenServer, tmp_path: Path
) -> None:
    postman = Postman(account(relay.port, Tokens(grant(tokens, tmp_path))))
    tokens.answers = [(401, '{"error": "invalid_client"}'), (503, "")]
    for mend, words in ((True, "make a new one at the provider"), (False, "HTTP 503")):
        with pytest.raises(PostmanBroken, match=words) as broken:
            await postman.send("desk@desk.example", "a@uni.example", LETTER)
        assert broken.value.mend is mend
    assert isinstance(await postman.send("desk@desk.example", "a@uni.example", LETTER), Sent)
    await postman.close()


@in_a_loop
async def test_a_relay_that_offers_no_such_login_is_told_apart(
    servers: Any, tokens: TokenServer, tmp_path: Path
) -> None:
    postman = Postman(account(servers.smtp_port, Tokens(grant(tokens, tmp_path))))
    with pytest.raises(PostmanBroken, match=r"does not offer AUTH XOAUTH2, it offers AUTH .*PLAIN"):
        await postman.connect()
    assert not tokens.asked


@pytest.mark.dovecot
@in_a_loop
async def test_both_wires_share_one_token_and_no_log_has_a_secret(
    imap: tuple[TokenServer, Dovecot], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    server, mailbox = imap
    server.rotates = True
    server.refresh = REFRESH
    access = Tokens(grant(server, tmp_path))
    with bearer_relay(server) as relay:
        inbox, postman = Inbox(account(mailbox.imap_port, access)), Postman(account(relay.port, access))
        await inbox.connect()
        assert isinstance(await postman.send("desk@desk.example", "a@uni.example", LETTER), Sent)
        await inbox.close()
        await postman.close()
    server.rotates = False
    assert len(server.asked) == 1
    client_said = "\n".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    for secret in (SECRET, REFRESH, server.refresh, access.token()):
        encoded = [base64.b64encode(f"{pad}{secret}".encode()).decode()[4:-4] for pad in ("", "x", "xx")]
        for form in (secret, *encoded):
            assert form not in client_said
