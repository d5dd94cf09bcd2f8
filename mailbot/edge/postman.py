"""The wire to the relay: one letter to one recipient at a time over SMTP (RFC 5321), and what became of it.
It knows envelopes and nothing of cases."""

import asyncio
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
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from mailbot.edge.account import Account, in_words, tls_context

ABOUT_THE_DESK = frozenset({421, 503, 530, 534, 535, 538})
"""Refusals that say something about the connection or the login (RFC 5321, RFC 4954), never about the letter."""
GOODBYE = 5.0
"""Seconds for the relay to answer QUIT."""
UNSENDABLE = 553
"""The code of RFC 5321 for an address that cannot be written on the wire."""
EXTENSIONS = ("STARTTLS", "AUTH", "SIZE", "8BITMIME", "SMTPUTF8")


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
    if 500 <= error.code <= 599 and error.code not in ABOUT_THE_DESK:
        return Never(error.code, _plain(error.message))
    return _later(error)


def _later(error: SMTPResponseException) -> Later:
    return Later(error.code if error.code > 0 else None, _plain(error.message))


OUTCOMES: tuple[tuple[type[Exception], Callable[[Any, Account], Later | Never]], ...] = (
    (SMTPRecipientsRefused, lambda error, _: _by_code(error.recipients[0])),
    (SMTPSenderRefused, lambda error, _: _by_code(error)),
    (SMTPDataError, lambda error, _: _by_code(error)),
    (SMTPAuthenticationError, lambda error, _: Later(error.code, f"login refused: {_plain(error.message)}")),
    (SMTPResponseException, lambda error, _: _later(error)),
    (SMTPTimeoutError, lambda _, account: Later(None, f"no answer in time: waited {account.timeout:g} s")),
    (SMTPServerDisconnected, lambda error, _: Later(None, f"the connection was lost: {_plain(str(error))}")),
    (SMTPNotSupported, lambda error, _: Never(UNSENDABLE, f"address not in ASCII: {_plain(str(error))}")),
    (SMTPException, lambda error, _: Later(None, _plain(str(error)))),
    (OSError, lambda error, account: Later(None, in_words(error, account))),
    (ValueError, lambda error, _: Never(UNSENDABLE, f"not an address for an envelope: {_plain(str(error))}")),
)
"""What an error of aiosmtplib or of the network means for the letter at hand; the first row that fits."""
ERRORS = (SMTPException, OSError, ValueError)


def _bare(address: str) -> bool:
    """Whether it is one address and nothing else; aiosmtplib would send to whatever address it finds in the text."""
    return bool(address) and parseaddr(address)[1] == address


def _refused(error: BaseException) -> bool:
    """Whether the relay answered as RFC 5321 wants it; aiosmtplib gives a code below zero to what is no answer."""
    return isinstance(error, SMTPRecipientsRefused) or (isinstance(error, SMTPResponseException) and error.code > 0)


def _outcome(error: Exception, account: Account) -> Later | Never:
    return next(row for kind, row in OUTCOMES if isinstance(error, kind))(error, account)


def _root(error: Exception) -> Exception:
    """The error of the network inside aiosmtplib's own, which says less."""
    return error.__cause__ if isinstance(error.__cause__, OSError) else error


class Postman:
    """One connection to the relay, used again for letter after letter; one letter at a time."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client: SMTP | None = None

    async def connect(self) -> None:
        """Connect, secure the wire and log in, unless connected already. PostmanBroken says why it failed.

        With `starttls` a server that does not offer it is an error; clear text only with `none`.
        """
        if self._client is not None and self._client.is_connected:
            return
        try:
            client = await self._dial()
            await client.connect()
        except ERRORS as error:
            failed = _outcome(_root(error), self._account)
            raise PostmanBroken(failed.reason, failed.code) from error
        self._client = client

    async def close(self) -> None:
        """Say goodbye and close; never fails, and does nothing without a connection."""
        client, self._client = self._client, None
        if client is not None:
            transport = client.transport
            with suppress(SMTPException, OSError):
                await client.quit(timeout=GOODBYE)
            await _hang_up(client, transport)

    async def send(self, sender: str, recipient: str, raw: bytes) -> Sent | Later | Never:
        """Hand one letter to the relay, connecting if needed; never raises for what the network or the relay does.

        `sender` and `recipient` are bare addresses of the envelope (`sender` may be empty), `raw` is the letter; line
        ends become CRLF. Refused with 5xx is Never, unless the code is about the login. Everything else that failed is
        Later: the relay may then have the letter, if the connection was lost after it was sent. The next letter can go.
        """
        if not (_bare(recipient) and (_bare(sender) or not sender)):
            return Never(UNSENDABLE, f"not an address for an envelope: {recipient!a}, sender {sender!a}")
        try:
            await self.connect()
            return await self._hand_over(sender, recipient, raw)
        except PostmanBroken as broken:
            return Later(broken.code, str(broken))
        except (*ERRORS, asyncio.CancelledError) as error:
            # after a refusal aiosmtplib has sent RSET; after anything else nobody knows where the dialogue stands
            if not _refused(error):
                await self._abandon()
            if isinstance(error, asyncio.CancelledError):
                raise
            return _outcome(error, self._account)

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
            return f"{_plain(greeting.message.splitlines()[0])!r}, {login}; {can}"
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

    async def _hand_over(self, sender: str, recipient: str, raw: bytes) -> Sent:
        client = self._client
        assert client is not None
        options = [] if (sender + recipient).isascii() else ["SMTPUTF8"]
        if not raw.isascii() and client.supports_extension("8bitmime"):
            options.append("BODY=8BITMIME")
        # with a single recipient a refusal is always an error; the dictionary of refused ones is empty
        _, response = await client.sendmail(sender, [recipient], raw, mail_options=options)
        return Sent(_plain(response))

    async def _abandon(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await _hang_up(client, client.transport)


async def _hang_up(client: SMTP, transport: Any) -> None:
    """Close at once: without `abort` a TLS connection waits up to half a minute for the other side's farewell."""
    client.close()
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0)
