"""The wire to the relay: one letter to one recipient at a time over SMTP (RFC 5321), and what became of it.
It knows envelopes and nothing of cases."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Any

from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPResponseException

from mailbot.core.idn import on_the_wire
from mailbot.edge.account import Account, NoAccess, certificate_ends, tls_context
from mailbot.edge.postman.bearing import log_in
from mailbot.edge.postman.dialogue import announce, borrowed, deliver
from mailbot.edge.postman.values import (
    END_OF_LETTER,
    ERRORS,
    EXTENSIONS,
    GOODBYE,
    HANGS_UP,
    LOGIN,
    NO_SMTPUTF8,
    SECURED,
    UNSENDABLE,
    Examined,
    Later,
    Never,
    PostmanBroken,
    Sent,
    bare,
    outcome,
    plain,
    root,
)

__all__ = ["END_OF_LETTER", "Examined", "Later", "Never", "Postman", "PostmanBroken", "Sent"]


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
            await self._admitted(client)
        except NoAccess as error:
            raise PostmanBroken(str(error), mend=error.mend) from None
        except ERRORS as error:
            failed = outcome(root(error), self._account)
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
        if to is None or not (bare(to) and (bare(sender) or not sender)):
            return Never(UNSENDABLE, f"not an address for an envelope: {recipient!a}, sender {sender!a}")
        used_before = self._connected
        await self.connect()
        result = await self._hand_over(sender, to, raw)
        if used_before and not self._connected and not self._offered:
            await self.connect()
            result = await self._hand_over(sender, to, raw)
        return result

    async def probe(self) -> str:
        """Connect, log in, look, say goodbye: one line of words. PostmanBroken says why not."""
        return (await self.examine("")).words

    async def examine(self, sender: str) -> Examined:
        """The same for `mailbot check`, and whether the relay would take a letter of this address; none is sent."""
        await self.connect()
        assert self._client is not None
        try:
            greeting = await self._client.ehlo()
            refuses = await _refusal(self._client, sender) if sender else ""
        except ERRORS as error:
            failed = outcome(error, self._account)
            raise PostmanBroken(failed.reason, failed.code) from error
        else:
            can = ", ".join(f"{name} {'yes' if self._client.supports_extension(name) else 'no'}" for name in EXTENSIONS)
            login = f"logged in as {self._account.user}" if self._account.user else "no login asked for"
            secured = SECURED[self._account.security]
            words = f"{plain(greeting.message.splitlines()[0])!r}, {secured}, {login}; {can}"
            return Examined(words, refuses, _ends(self._client))
        finally:
            await self.close()

    async def _dial(self) -> SMTP:
        account = self._account
        user = account.user if account.user and account.access is None else None  # tokens come later, see log_in
        context = None if account.security == "none" else await asyncio.to_thread(tls_context, account)
        return SMTP(
            hostname=account.host,
            port=account.port,
            username=user,
            password=account.password if user else None,
            timeout=account.timeout,
            use_tls=account.security == "tls",
            start_tls=account.security == "starttls",  # None would mean: if the server likes
            tls_context=context,
        )

    async def _admitted(self, client: SMTP) -> None:
        """Connect and log in; a connection that does not come so far is closed."""
        try:
            await client.connect()
            await _introduce(client)
            if self._account.access is not None:
                await log_in(client, self._account)
        except (NoAccess, *ERRORS, asyncio.CancelledError):
            await _hang_up(client, client.transport)
            raise

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
            became = outcome(error, self._account)
            if isinstance(became, Later) and became.code in LOGIN:
                raise PostmanBroken(f"login wanted: {became.reason}", became.code) from error
            return became

    async def _dialogue(self, client: SMTP, sender: str, to: str, raw: bytes) -> Sent:
        """One recipient a letter, so that no refusal is hidden among others; aiosmtplib's `sendmail` raises nothing if
        some were refused, and does not tell how far it came."""
        options = [f"SIZE={len(raw)}"] if client.supports_extension("size") else []
        options += [] if to.isascii() else ["SMTPUTF8"]
        if not raw.isascii() and client.supports_extension("8bitmime"):
            options.append("BODY=8BITMIME")
        with borrowed(client, self._account.timeout) as wire:
            await announce(wire, sender, to, options, together=client.supports_extension("pipelining"))
            self._offered = True
            response = await deliver(wire, raw, self._account.timeout * END_OF_LETTER)
        return Sent(plain(response.message))

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


async def _refusal(client: SMTP, sender: str) -> str:
    """What the relay has against this sender of an envelope, in its words; empty if it takes it, and forgets it."""
    try:
        await client.mail(sender)
    except SMTPResponseException as refused:
        return f"{refused.code} {plain(refused.message)}"
    await client.rset()
    return ""


def _ends(client: SMTP) -> datetime | None:
    return certificate_ends(client.transport.get_extra_info("peercert") if client.transport else None)
