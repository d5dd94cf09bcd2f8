"""The wire to the relay: one letter to one recipient at a time over SMTP (RFC 5321), and what became of it.
It knows envelopes and nothing of cases."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from mailbot.core.idn import on_the_wire
from mailbot.core.refusals import about_the_desk
from mailbot.edge.account import Account, in_words, tls_context

LOGIN = frozenset({530, 534, 535, 538})
"""Refusals that are about our login (RFC 4954), whichever letter met them."""
HANGS_UP = 421
"""The relay closes the connection (RFC 5321 §3.8), which says nothing about the letter."""
TAKES_NO_MAIL = 521
"""The host takes no mail at all, now or ever (RFC 7504)."""
NOT_THE_LETTER = LOGIN | {HANGS_UP, 503, TAKES_NO_MAIL}
"""Refusals that say something about the login or the dialogue, never about the letter."""
ABOUT_THIS_LETTER = frozenset({552, 555})
"""What a relay may have against a letter before it knows the recipient: its size, or what it asks for."""
END_OF_LETTER = 20
"""How many times the usual timeout the relay may take to answer a whole letter: ten minutes with the usual thirty
seconds, as RFC 5321 §4.5.3.2.6 wants it. Whoever waits less sends the letter twice (RFC 1047)."""
USUAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]*@[A-Za-z0-9][A-Za-z0-9.-]*")
"""Addresses that need no closer look."""
GOODBYE = 5.0
"""Seconds for the relay to answer QUIT."""
UNSENDABLE = 553
"""The code of RFC 5321 for an address that cannot be written on the wire."""
NO_SMTPUTF8 = "the part of the address before @ is not in ASCII, and the relay does not offer SMTPUTF8 (RFC 6531)"
EXTENSIONS = ("AUTH", "SIZE", "8BITMIME", "SMTPUTF8")
SECURED = {"tls": "TLS", "starttls": "TLS by STARTTLS", "none": "clear text"}


@dataclass(frozen=True, slots=True)
class Sent:
    """The relay took the letter; `response` is what it said, on one line."""

    response: str


@dataclass(frozen=True, slots=True)
class Later:
    """The letter may go later; `code` is the relay's, or None if the connection failed, perhaps after the letter."""

    code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """The relay will not take this letter to this recipient."""

    code: int
    reason: str


class PostmanBroken(Exception):  # noqa: N818 - it is the world that is broken
    """The relay cannot be worked with now: the text says why, for the operator; `code` is the relay's, if it spoke."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.code = code


def _plain(text: str) -> str:
    """What the relay said, on one line and fit for a journal (aiosmtplib leaves lone surrogates for wrong octets)."""
    return " ".join(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").split())


def _by_code(error: SMTPResponseException) -> Later | Never:
    ours = error.code in NOT_THE_LETTER or about_the_desk(_plain(error.message))
    if 500 <= error.code <= 599 and not ours:
        return Never(error.code, _plain(error.message))
    return _later(error)


def _sender_refused(error: SMTPSenderRefused) -> Later | Never:
    """Whoever refuses the desk's own address would refuse every letter: that is for the operator to mend."""
    return _by_code(error) if error.code in ABOUT_THIS_LETTER else _later(error)


def _later(error: SMTPResponseException) -> Later:
    return Later(error.code if error.code > 0 else None, _plain(error.message))


OUTCOMES: tuple[tuple[type[Exception], Callable[[Any, Account], Later | Never]], ...] = (
    (SMTPRecipientRefused, lambda error, _: _by_code(error)),
    (SMTPSenderRefused, lambda error, _: _sender_refused(error)),
    (SMTPDataError, lambda error, _: _by_code(error)),
    (SMTPAuthenticationError, lambda error, _: Later(error.code, f"login refused: {_plain(error.message)}")),
    (SMTPResponseException, lambda error, _: _later(error)),
    (SMTPTimeoutError, lambda _, account: Later(None, f"no answer in time: waited {account.timeout:g} s or more")),
    (SMTPServerDisconnected, lambda error, _: Later(None, f"the connection was lost: {_plain(str(error))}")),
    (SMTPException, lambda error, _: Later(None, _plain(str(error)))),
    (OSError, lambda error, account: Later(None, in_words(error, account))),
    (ValueError, lambda error, _: Never(UNSENDABLE, f"not an address for an envelope: {_plain(str(error))}")),
)
"""What an error of aiosmtplib or of the network means for the letter at hand; the first row that fits."""
ERRORS = (SMTPException, OSError, ValueError)


def _bare(address: str) -> bool:
    """Whether it is one address and nothing else; aiosmtplib would send to whatever address it finds in the text."""
    return bool(USUAL.fullmatch(address)) or (bool(address) and parseaddr(address)[1] == address)


def _outcome(error: Exception, account: Account) -> Later | Never:
    return next(row for kind, row in OUTCOMES if isinstance(error, kind))(error, account)


def _root(error: Exception) -> Exception:
    """The error of the network inside aiosmtplib's own, which says less."""
    return error.__cause__ if isinstance(error.__cause__, OSError) else error


class Postman:
    """One connection to the relay, used again for letter after letter; one letter at a time. `connections` counts how
    often it was made."""

    def __init__(self, account: Account) -> None:
        self.connections = 0
        self._account = account
        self._client: SMTP | None = None
        self._offered = False

    @property
    def _connected(self) -> bool:
        return self._client is not None and self._client.is_connected

    async def connect(self) -> None:
        """Connect, secure the wire and log in, unless connected already. PostmanBroken says why it failed.

        With `starttls` a server that does not offer it is an error; clear text only with `none`.
        """
        if self._connected:
            return
        try:
            client = await self._dial()
            await client.connect()
            await _introduce(client)
        except ERRORS as error:
            failed = _outcome(_root(error), self._account)
            raise PostmanBroken(failed.reason, failed.code) from error
        self._client = client
        self.connections += 1

    async def close(self) -> None:
        """Say goodbye and close; never fails, and does nothing without a connection."""
        client, self._client = self._client, None
        if client is not None:
            transport = client.transport
            with suppress(SMTPException, OSError):
                await client.quit(timeout=GOODBYE)
            await _hang_up(client, transport)

    async def send(self, sender: str, recipient: str, raw: bytes) -> Sent | Later | Never:
        """Hand one letter to the relay, connecting if needed. PostmanBroken if the relay cannot be worked with now, or
        wants another login: it has then not got the letter. Nothing else is raised for what network or relay do.

        `sender` and `recipient` are bare addresses of the envelope (`sender` may be empty), `raw` is the letter; line
        ends become CRLF. The domain of `recipient` may have any letters, its local part too where the relay offers
        SMTPUTF8. Refused with 5xx is Never, unless that is about the desk. Everything else that failed is Later,
        without a code if the connection was lost: the relay may then have the letter. The next letter can go.
        A connection that the relay closed since the last letter is opened again, and the letter sent.
        """
        to = on_the_wire(recipient)
        if to is None or not (_bare(to) and (_bare(sender) or not sender)):
            return Never(UNSENDABLE, f"not an address for an envelope: {recipient!a}, sender {sender!a}")
        used_before = self._connected
        await self.connect()
        result = await self._hand_over(sender, to, raw)
        if used_before and not self._connected and not self._offered:
            await self.connect()
            result = await self._hand_over(sender, to, raw)
        return result

    async def probe(self) -> str:
        """Connect, log in, look, say goodbye: one line of words for `mailbot check`. PostmanBroken says why not."""
        await self.connect()
        assert self._client is not None
        try:
            greeting = await self._client.ehlo()
        except ERRORS as error:
            failed = _outcome(error, self._account)
            raise PostmanBroken(failed.reason, failed.code) from error
        else:
            can = ", ".join(f"{name} {'yes' if self._client.supports_extension(name) else 'no'}" for name in EXTENSIONS)
            login = f"logged in as {self._account.user}" if self._account.user else "no login asked for"
            secured = SECURED[self._account.security]
            return f"{_plain(greeting.message.splitlines()[0])!r}, {secured}, {login}; {can}"
        finally:
            await self.close()

    async def _dial(self) -> SMTP:
        account = self._account
        context = None if account.security == "none" else await asyncio.to_thread(tls_context, account)
        return SMTP(
            hostname=account.host,
            port=account.port,
            username=account.user or None,
            password=account.password if account.user else None,
            timeout=account.timeout,
            use_tls=account.security == "tls",
            start_tls=account.security == "starttls",  # None would mean: if the server likes
            tls_context=context,
        )

    async def _hand_over(self, sender: str, to: str, raw: bytes) -> Sent | Later | Never:
        client = self._client
        assert client is not None
        self._offered = False
        if not to.isascii() and not client.supports_extension("smtputf8"):
            return Never(UNSENDABLE, NO_SMTPUTF8)
        try:
            return await self._dialogue(client, sender, to, raw)
        except (*ERRORS, asyncio.CancelledError) as error:
            if not await _goes_on(client, error):
                await self._abandon()
            if isinstance(error, asyncio.CancelledError):
                raise
            outcome = _outcome(error, self._account)
            if isinstance(outcome, Later) and outcome.code in LOGIN:
                raise PostmanBroken(f"login wanted: {outcome.reason}", outcome.code) from error
            return outcome

    async def _dialogue(self, client: SMTP, sender: str, to: str, raw: bytes) -> Sent:
        """One recipient a letter, so that no refusal is hidden among others; aiosmtplib's `sendmail` raises nothing if
        some were refused, and does not tell how far it came."""
        encoding = "ascii" if to.isascii() else "utf-8"
        options = [f"SIZE={len(raw)}"] if client.supports_extension("size") else []
        options += [] if to.isascii() else ["SMTPUTF8"]
        if not raw.isascii() and client.supports_extension("8bitmime"):
            options.append("BODY=8BITMIME")
        await client.mail(sender, options=options, encoding=encoding)
        await client.rcpt(to, encoding=encoding)
        self._offered = True
        response = await client.data(raw, timeout=self._account.timeout * END_OF_LETTER)
        return Sent(_plain(response.message))

    async def _abandon(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await _hang_up(client, client.transport)


async def _introduce(client: SMTP) -> None:
    """EHLO, unless the way here already took one; HELO for a server that does not know it (RFC 5321 §3.2)."""
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except SMTPHeloError as error:
            if error.code < 500:
                raise
            await client.helo()


async def _goes_on(client: SMTP, error: BaseException) -> bool:
    """Whether the next letter can go over the same connection: after a refusal (aiosmtplib gives a code below zero to
    what is no answer) the relay is told to forget this one; after anything else nobody knows where the dialogue is."""
    if not isinstance(error, SMTPResponseException) or error.code <= 0 or error.code in {HANGS_UP, *LOGIN}:
        return False
    try:
        await client.rset()
    except ERRORS:
        return False
    return True


async def _hang_up(client: SMTP, transport: Any) -> None:
    """Close at once: without `abort` a TLS connection waits up to half a minute for the other side's farewell."""
    client.close()
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0)
