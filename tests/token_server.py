"""A small token server (RFC 6749, introspection RFC 7662) and a relay that takes its tokens, on loopback, for tests.
It knows nothing of mailbot."""

import asyncio
import base64
import itertools
import json
import socket
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from desks import Certificate

CLIENT, SECRET, REFRESH = "the-client", "client-secret-7Kq", "refresh-token-0"


@dataclass
class TokenServer:
    """A token server. It gives access tokens to CLIENT with SECRET, for the refresh token of the day or by client
    credentials; with `rotates` that one is another after each use. `answers` are given instead, each once: a code and
    a body. `asked` are the forms it was sent, `valid` the access tokens that hold (empty it to revoke them).
    """

    url: str
    user: str = "desk"
    lifetime: int = 3600
    rotates: bool = False
    refresh: str = REFRESH
    answers: list[tuple[int, str]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    valid: set[str] = field(default_factory=set)
    extra: dict[str, Any] = field(default_factory=dict)
    count: Any = field(default_factory=lambda: itertools.count(1))

    def answer(self, form: dict[str, str]) -> tuple[int, str]:
        """What a request for a token gets."""
        self.asked.append(form)
        if self.answers:
            return self.answers.pop(0)
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return 401, json.dumps({"error": "invalid_client", "error_description": "AADSTS7000222: secret expired"})
        if form["grant_type"] == "refresh_token" and form.get("refresh_token") != self.refresh:
            return 400, json.dumps({"error": "invalid_grant", "error_description": "Token has been revoked."})
        return 200, json.dumps(self._tokens(form))

    def _tokens(self, form: dict[str, str]) -> dict[str, Any]:
        number = next(self.count)
        token = f"access-token-{number}"
        self.given.append(token)
        self.valid.add(token)
        found: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime}
        if self.rotates and form["grant_type"] == "refresh_token":
            self.refresh = found["refresh_token"] = f"refresh-token-{number}"
        return {**found, "scope": "another scope", **self.extra}

    def introspect(self, token: str) -> str:
        """What is known of an access token."""
        return json.dumps({"active": token in self.valid, "username": self.user, "scope": "mail"})


@contextmanager
def token_server(certificate: Certificate | None = None) -> Iterator[TokenServer]:
    """Start a token server and stop it; over TLS with a certificate. It introspects at any other path."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    if certificate is not None:
        listening.socket = certificate.server_side.wrap_socket(listening.socket, server_side=True)
    scheme = "https" if certificate else "http"
    listening.tokens = TokenServer(f"{scheme}://127.0.0.1:{listening.server_port}/token")  # type: ignore[attr-defined]
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield listening.tokens  # type: ignore[attr-defined]
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._say(*self.server.tokens.answer(dict(urllib.parse.parse_qsl(raw))))

    def do_GET(self) -> None:
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        self._say(200, self.server.tokens.introspect(query["token"][0]))

    def _say(self, code: int, body: str) -> None:
        self.send_response(code)
        if 300 <= code < 400:
            self.send_header("Location", f"{self.server.tokens.url}-elsewhere")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class BearerRelay:
    """A relay where only tokens log in; `port` is its own, `logins` how each ended, `letters` who got one, and
    `acknowledged` what clients said to a refusal."""

    tokens: TokenServer
    port: int = 0
    logins: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    acknowledged: list[bytes] = field(default_factory=list)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        return await self._admit(server, args, lambda token: f"user={self.tokens.user}\x01auth=Bearer {token}\x01\x01")

    async def auth_OAUTHBEARER(self, server: SMTP, args: list[str]) -> AuthResult:
        place = f"host=127.0.0.1\x01port={self.port}"
        return await self._admit(
            server, args, lambda token: f"n,a={self.tokens.user},\x01{place}\x01auth=Bearer {token}\x01\x01"
        )

    async def _admit(self, server: SMTP, args: list[str], words: Any) -> AuthResult:
        first = base64.b64decode(args[1]).decode()
        if any(words(token) == first for token in self.tokens.valid):
            self.logins.append(args[0])
            return AuthResult(success=True, auth_data=self.tokens.user)
        self.logins.append("refused")
        said = await server.challenge_auth(json.dumps({"status": "401", "schemes": "bearer", "scope": "mail.send"}))
        self.acknowledged.append(said if isinstance(said, bytes) else b"*")
        return AuthResult(success=False, handled=False)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.letters += envelope.rcpt_tos
        return "250 taken"


@contextmanager
def bearer_relay(tokens: TokenServer) -> Iterator[BearerRelay]:
    """Start such a relay and stop it."""
    relay = BearerRelay(tokens)
    with socket.create_server(("127.0.0.1", 0)) as free:
        relay.port = free.getsockname()[1]
    excluded = ["PLAIN", "LOGIN"]
    controller = Controller(
        relay,
        "127.0.0.1",
        relay.port,
        auth_require_tls=False,
        auth_exclude_mechanism=excluded,
        loop=asyncio.new_event_loop(),
    )
    controller.start()
    try:
        yield relay
    finally:
        controller.stop()
