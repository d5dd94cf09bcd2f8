"""Access tokens from a token server (OAuth 2.0, RFC 6749): fetched when they are needed, kept in memory, shared.
It knows neither IMAP nor SMTP, and writes nothing but a refresh token that the server replaced, to where it stood."""

import base64
import http.client
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from mailbot.core.health import Renewal
from mailbot.edge.account import NoAccess, network_words, trusting
from mailbot.edge.account.bearer import plain
from mailbot.edge.private import PLACES, Busy, Secret

GrantType = Literal["refresh_token", "client_credentials"]
EARLY = 300.0
"""Seconds before its end from which a token is not used any more; half its life if that is shorter than twice that."""
YOUNG = 60.0
"""Seconds for which a token that a mail server refused is not replaced: a newer one would be refused as well."""
UNTOLD, LONGEST = 3600, 86_400
"""Seconds a token is taken to live if the server does not say, and at most."""
MOST_OCTETS = 1_000_000
WHOLE = 3
"""How many times the timeout of one answer the whole exchange may take, from looking up the host on."""
ANNOUNCED = timedelta(days=30)
"""How long before its end a secret is announced."""
TOKEN = re.compile(r"[\x21-\x7e]{1,20000}")
PASSES = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
"""Errors of a token server that pass by themselves (RFC 6749 §4.1.2.1, RFC 8628 §3.5)."""
PASSING_CODES = frozenset({408, 429})
"""Codes below 500 that say the same (RFC 9110 §15.5.9, RFC 6585 §4)."""
MEND: Mapping[str, str] = {
    "invalid_grant": "what the desk was given is not taken any more: it ended, was revoked, or a password was changed;"
    " put a new refresh token where the old one stands",
    "invalid_client": "client_id and client secret do not fit, or the secret has ended: make a new one at the provider"
    " and put it where the old one stands",
    "unauthorized_client": "the provider does not let this application do that: allow it there, or use another `grant`",
    "unsupported_grant_type": "the provider does not know this `grant`",
    "invalid_scope": "the provider does not give this `scope` to this application",
    "consent_required": "an administrator has to consent to what this application asks for",
    "interaction_required": "somebody has to log in once more: put a new refresh token where the old one stands",
    "invalid_request": "the provider did not understand the request: look at tenant, token_url and client_id",
}
"""Errors of a token server that an operator has to mend, and how (RFC 6749 §5.2)."""
LOOK = "its words say why, docs/oauth2.md what it needs"


@dataclass(frozen=True, slots=True)
class Grant:
    """With what access tokens are asked for. `name` is the table of the settings that says it, for the operator; `ca`
    as in an account, `timeout` in seconds."""

    token_url: str
    client_id: str
    client_secret: Secret | None = None
    refresh_token: Secret | None = None
    scope: str = ""
    type: GrantType = "refresh_token"
    ca: Path | None = None
    timeout: float = field(default=30.0, compare=False)
    name: str = field(default="", compare=False)


class Tokens:
    """The access tokens of one grant; from any thread. `now` gives seconds of a monotonic clock.

    Secrets are read anew for every request, so that a new one counts without a restart. A refresh token that the server
    replaces is written back where it stood (RFC 6749 §6) before the access token is used.
    """

    def __init__(self, grant: Grant, now: Callable[[], float] = time.monotonic) -> None:
        self.grant = grant
        self._now = now
        self._lock = threading.Lock()
        self._token = ""
        self._fetched = self._until = self._ends = float("-inf")
        self._replaced: tuple[str, str] | None = None
        self._unkept = ""

    def __repr__(self) -> str:
        return f"Tokens({self.grant!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tokens) and self.grant == other.grant

    def __hash__(self) -> int:
        return hash(self.grant)

    def token(self, refused: str = "") -> str:
        """A token that is good for some time; another one than `refused`, unless that was fetched just now. While the
        token server is out of reach the one there is goes on being used until its end. It blocks, for some timeouts at
        most. NoAccess says why there is none."""
        with self._lock:
            asked = self._now()
            usable = self._token != refused or asked - self._fetched < YOUNG
            if not self._token or asked >= self._until or not usable:
                self._renew(asked, good=usable and asked < self._ends)
            return self._token

    def _renew(self, asked: float, *, good: bool) -> None:
        """Another token; if there is none now, the one there is stays while it is `good`."""
        try:
            self._take(self._fetch(), asked)
        except NoAccess as without:
            if without.mend or not good:
                self._token = ""
                raise

    def renewals(self) -> Iterator[Renewal]:
        """What is known of the refresh token's end, and whether a new one could not be kept."""
        if self._unkept:
            found = f"{self.grant.name}: the token server replaced the refresh token, and {self._unkept}"
            yield Renewal(f"{found}; the next start needs a new one, in a file that mailbot may write", FIRST)
        if (held := self.grant.refresh_token) is not None and (value := held.read()):
            yield from _end_of(f"refresh token of {self.grant.name}", value)

    def _fetch(self) -> Mapping[str, Any]:
        held = self.grant.refresh_token
        if held is None:
            return self._answer("")
        try:
            return self._refreshed(held)
        except Busy as busy:
            raise NoAccess(str(busy), mend=False) from None

    def _refreshed(self, held: Secret) -> Mapping[str, Any]:
        with held.held():
            written = held.read() or ""
            if self._replaced and self._replaced[0] != written:
                self._replaced, self._unkept = None, ""  # somebody put another one there
            newest = self._replaced[1] if self._replaced else written
            if not newest:
                raise NoAccess(f"there is no refresh token in {PLACES[held.way].format(where=held.where)}", mend=True)
            answer = self._answer(newest)
            self._keep(held, written, newest, answer.get("refresh_token"))
            return answer

    def _keep(self, held: Secret, written: str, used: str, given: object) -> None:
        if not isinstance(given, str) or given == used or not TOKEN.fullmatch(given):
            return
        self._unkept = held.keep(given)
        self._replaced = (written, given) if self._unkept else None

    def _take(self, answer: Mapping[str, Any], asked: float) -> None:
        told = answer.get("expires_in")
        life = min(max(told if isinstance(told, int) else UNTOLD, 0), LONGEST)
        self._token, self._fetched = answer["access_token"], asked
        self._until, self._ends = asked + max(life - EARLY, life / 2), asked + life

    def _answer(self, refresh: str) -> Mapping[str, Any]:
        grant = self.grant
        secret = (grant.client_secret.read() if grant.client_secret else "") or ""
        if grant.client_secret and not secret:
            place = PLACES[grant.client_secret.way].format(where=grant.client_secret.where)
            raise NoAccess(f"there is no client secret in {place}", mend=True)
        status, raw = _post(grant, _body(grant, secret, refresh))
        try:
            return _understood(status, raw)
        except NoAccess as refusal:
            said = plain(f"{urlsplit(grant.token_url).hostname}: {refusal}", secret, refresh)
            raise NoAccess(said, mend=refusal.mend) from None


FIRST = datetime(2000, 1, 1, tzinfo=UTC)
"""Since when something is to be said that is to be said at once."""


def _body(grant: Grant, secret: str, refresh: str) -> str:
    from oauthlib.oauth2 import BackendApplicationClient, Client  # a desk with passwords need not wait for it

    scope = grant.scope.split() or None
    given = {"client_secret": secret} if secret else {}
    if grant.type == "client_credentials":
        client = BackendApplicationClient(grant.client_id)
        return str(client.prepare_request_body(scope=scope, include_client_id=True, **given))
    body = Client(grant.client_id).prepare_refresh_body(
        refresh_token=refresh, scope=scope, client_id=grant.client_id, **given
    )
    return str(body)


class _Stay(HTTPRedirectHandler):
    """What the secrets are sent to is what the settings name, and nothing else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _post(grant: Grant, body: str) -> tuple[int, bytes]:
    """The code and the octets that the token server answers. NoAccess if it cannot be reached."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    host = urlsplit(grant.token_url).hostname
    request = Request(grant.token_url, body.encode("ascii"), headers)  # noqa: S310 - the settings allow https alone
    try:
        return _at_most(WHOLE * grant.timeout, partial(_exchange, request, grant))
    except (OSError, http.client.HTTPException) as error:
        cause = error.reason if isinstance(error, URLError) and isinstance(error.reason, OSError) else error
        words = network_words(cause, grant.timeout) if isinstance(cause, OSError) else "its answer makes no sense"
        untrusted = isinstance(cause, ssl.SSLCertVerificationError)
        raise NoAccess(f"token server {host}: {words}", mend=untrusted) from None


def _at_most(seconds: float, call: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
    """What `call` gives within so many seconds, else TimeoutError: the timeout of a socket is for each piece of an
    answer. `call` is left to itself then, and ends when the other side does."""
    alone = ThreadPoolExecutor(max_workers=1, thread_name_prefix="token")
    try:
        return alone.submit(call).result(seconds)
    finally:
        alone.shutdown(wait=False)


def _exchange(request: Request, grant: Grant) -> tuple[int, bytes]:
    until = time.monotonic() + WHOLE * grant.timeout
    opener = build_opener(_Stay, HTTPSHandler(context=trusting(grant.ca)))
    try:
        with opener.open(request, timeout=grant.timeout) as answer:
            return answer.status, _whole(answer, until)
    except HTTPError as refusal:
        with refusal:
            return refusal.code, _whole(refusal, until)


def _whole(answer: Any, until: float) -> bytes:
    """The octets of an answer, none of them missing. IncompleteRead if it breaks off, TimeoutError if it goes on."""
    raw = b""
    while len(raw) < MOST_OCTETS and (more := answer.read1(MOST_OCTETS - len(raw))):
        raw += more
        if time.monotonic() > until:
            raise TimeoutError
    if len(raw) < MOST_OCTETS and getattr(answer, "length", None):
        raise http.client.IncompleteRead(raw)
    return raw


def _understood(status: int, raw: bytes) -> Mapping[str, Any]:
    """The answer of a token server, if it gives an access token. NoAccess says why it does not."""
    from oauthlib.oauth2 import Client, OAuth2Error

    text = raw.decode("utf-8", "replace")
    if not isinstance(_json(text), dict):
        passes = status < 300 or status >= 500 or status in PASSING_CODES
        raise NoAccess(f"gives no access token: HTTP {status}; is token_url right?", mend=not passes)
    try:
        answer: Mapping[str, Any] = Client("").parse_request_body_response(text)
    except OAuth2Error as error:
        raise _refused(str(error.error or ""), str(error.description or ""), status) from None
    except (TypeError, ValueError, AttributeError, OverflowError):
        raise NoAccess("gives no access token: its answer makes no sense", mend=False) from None
    token = answer.get("access_token")
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise NoAccess("gives something that is no access token", mend=False)
    if str(answer.get("token_type", "bearer")).lower() != "bearer":
        raise NoAccess("gives a token that is not of the type Bearer", mend=True)
    return answer


def _refused(error: str, description: str, status: int) -> NoAccess:
    passes = error in PASSES or status >= 500 or status in PASSING_CODES or error == "missing_token"
    said = f"{error} ({description})" if description else error
    advice = "" if passes else f": {MEND.get(error, LOOK)}"
    return NoAccess(f"gives no access token: {said}{advice}", mend=not passes)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _end_of(what: str, token: str) -> Iterator[Renewal]:
    """The end that a token itself tells, if it is a JWT (RFC 7519 §4.1.4) with `exp`: announced in time, but one that
    lives shorter and is replaced at every use not before the last third of its life."""
    parts = token.split(".")
    try:
        claims: Any = _json(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)).decode())
        ends = datetime.fromtimestamp(int(claims["exp"]), UTC)
        born = datetime.fromtimestamp(int(claims.get("iat", 0)), UTC)
    except (IndexError, KeyError, ValueError, TypeError, OverflowError, OSError):
        return
    if len(parts) == 3:
        yield Renewal(f"{what} ends {ends:%Y-%m-%d}", ends - min(ANNOUNCED, max(ends - born, timedelta(0)) / 3))
