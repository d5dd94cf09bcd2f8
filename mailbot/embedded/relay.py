"""The embedded relay: takes letters over SMTP, and answers, dawdles or hangs up as it is told to.
It knows no mailbox."""

import asyncio
import ssl
from collections.abc import MutableSet
from dataclasses import dataclass, field
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "localhost"
Fault = Literal["hang up", "take and hang up"]


@dataclass(frozen=True, slots=True)
class TakenLetter:
    """A letter the relay took, for one recipient: the envelope and the octets (line ends CRLF)."""

    sender: str
    recipient: str
    raw: bytes


@dataclass(slots=True)
class Relay:
    """What the relay took, and how it behaves; may be changed at any time.

    `answers` says what it answers instead of 250, such as `450 4.2.1 later`, by (`MAIL`, sender), (`RCPT`, recipient)
    or (`DATA`, recipient); `faults`, by the same keys, where it drops the connection instead of answering (`DATA`:
    after the whole letter came), with `take and hang up` after it took the letter; each fault happens once. It waits
    `delay` seconds before it answers a letter; `held` says how many letters wait for that now. Logins are accepted from
    `user` with `password` alone, or from nobody while it `refuses_login`. `smtputf8` says whether new connections are
    offered that (RFC 6531); `connections` and `most_connections` how many came at all, and how many were there at once.
    """

    user: str
    password: str
    letters: list[TakenLetter] = field(default_factory=list)
    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    faults: dict[tuple[str, str], Fault] = field(default_factory=dict)
    delay: float = 0.0
    held: int = 0
    refuses_login: bool = False
    smtputf8: bool = True
    logins_refused: int = 0
    connections: int = 0
    here: int = 0
    most_connections: int = 0


def door(
    relay: Relay, loop: asyncio.AbstractEventLoop, tls: ssl.SSLContext | None, connections: MutableSet[Any]
) -> asyncio.Protocol:
    """A new connection to the relay; its transport is put into `connections`. With `tls` it offers STARTTLS."""
    counter = _Counter(relay)
    return _Door(
        relay,
        connections,
        counter,
        hostname=HOST,
        loop=loop,
        enable_SMTPUTF8=relay.smtputf8,
        tls_context=tls,
        auth_require_tls=False,
        authenticator=counter.authenticate,
    )


class _Door(SMTP):
    """An SMTP connection that can be found again when the servers stop."""

    def __init__(self, relay: Relay, connections: MutableSet[Any], counter: "_Counter", **settings: Any) -> None:
        self._relay, self._connections = relay, connections
        super().__init__(counter, **settings)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        relay = self._relay
        self._connections.add(transport)
        relay.connections, relay.here = relay.connections + 1, relay.here + 1
        relay.most_connections = max(relay.most_connections, relay.here)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._relay.here -= 1
        super().connection_lost(error)


class _Counter:
    """The relay's counter: takes letters, or does as it was told to."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._fail(server, "MAIL", address)
        answer = self._relay.answers.get(("MAIL", address), "250 OK")
        if answer.startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        await self._fail(server, "RCPT", address)
        answer = self._relay.answers.get(("RCPT", address), "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._relay.held += 1
        try:
            await asyncio.sleep(self._relay.delay)
        finally:
            self._relay.held -= 1
        refused = [answer for to in envelope.rcpt_tos if (answer := self._relay.answers.get(("DATA", to)))]
        if refused:
            return refused[0]
        faults = [self._relay.faults.get(("DATA", to)) for to in envelope.rcpt_tos]
        letters = self._relay.letters
        if "hang up" not in faults:
            raw = envelope.original_content or b""
            sender = (envelope.mail_from or "").removeprefix("<>")  # so aiosmtpd names the null sender
            letters += [TakenLetter(sender, to, raw) for to in envelope.rcpt_tos]
        for to in envelope.rcpt_tos:
            await self._fail(server, "DATA", to)
        return f"250 2.0.0 taken as {len(letters)}"

    async def _fail(self, server: SMTP, stage: str, address: str) -> None:
        """Drop the connection if it was told to; aiosmtpd then ends whatever is going on."""
        if self._relay.faults.pop((stage, address), None):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            await asyncio.Event().wait()

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        """Whether somebody may log in."""
        right = (self._relay.user.encode(), self._relay.password.encode())
        known = isinstance(data, LoginPassword) and data == right and not self._relay.refuses_login
        self._relay.logins_refused += not known
        return AuthResult(success=known, handled=False)
