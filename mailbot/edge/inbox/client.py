"""imapclient as mailbot uses it: dialling, logging in, what it keeps of the answers, and its troubles in words.
It knows nothing of mails."""

import socket
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import (  # type: ignore[import-untyped]
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
)

from mailbot.edge.account import Account, NoAccess, certificate_ends, in_words, tls_context
from mailbot.edge.inbox import bearing
from mailbot.edge.inbox.bearing import for_now
from mailbot.edge.inbox.values import InboxBroken, LoginRefused

UNINTELLIGIBLE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OverflowError,
    MemoryError,
)
"""What imapclient lets out when an answer is not IMAP, or announces a literal of more octets than there can be."""
TROUBLES = (IMAPClientError, OSError, *UNINTELLIGIBLE)
SILENCE = 120
"""Seconds of silence after which the system asks whether the peer is still there, which also keeps routers awake."""


def dial(account: Account) -> Any:
    """A client that is connected but not logged in, in clear text if STARTTLS comes later. Raises TROUBLES."""
    over_tls = account.security == "tls"
    context = tls_context(account) if over_tls else None
    client = IMAPClient(account.host, account.port, ssl=over_tls, ssl_context=context, timeout=account.timeout)
    client._imap.debug = 0  # imapclient has every octet of every mail formatted for a log
    client.normalise_times = False
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.socket().setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, SILENCE)
    return client


def admit(client: Any, account: Account) -> None:
    """Make the connection private if that is wanted, and log in. LoginRefused, InboxBroken, or TROUBLES."""
    if (client.welcome or b"").startswith(b"* PREAUTH"):
        raise InboxBroken("the server's greeting is PREAUTH: it takes the connection for somebody logged in")
    if account.security == "starttls":
        client.starttls(tls_context(account))
    _log_in(client, account)
    client.capabilities()  # kept by imapclient, before the answers are forgotten
    forget(client)


def _log_in(client: Any, account: Account) -> None:
    try:
        # AUTHENTICATE PLAIN is UTF-8 and needs no quoting; LOGIN is for the servers that have nothing else
        if account.access is not None:
            bearing.log_in(client, account)
        elif client.has_capability("AUTH=PLAIN"):
            client.plain_login(account.user, account.password)
        else:
            client.login(account.user, account.password)
    except NoAccess as error:
        raise InboxBroken(str(error), mend=error.mend) from None
    except LoginError as error:
        if for_now(error):
            raise
        raise LoginRefused(f"login as {account.user} refused: {error}") from error


def ends(client: Any) -> datetime | None:
    """Until when the server's certificate is valid; None without TLS."""
    shown = getattr(client.socket(), "getpeercert", None)
    return certificate_ends(shown() if shown else None)


def hang_up(client: Any) -> None:
    """Close the connection without a word; never fails."""
    with suppress(IMAPClientError, OSError):
        client.shutdown()


def cut(client: Any) -> None:
    """End both directions under whoever works with the client in another thread: they meet the end of the stream.

    Not by the shutdown of a TLS socket itself, which would first turn it into one that sends in clear text.
    """
    with suppress(OSError):
        socket.socket.shutdown(client.socket(), socket.SHUT_RDWR)


def forget(client: Any) -> None:
    """Drop answers nobody asked for (COPYUID, flags): imaplib would keep them as long as the connection.

    The last EXISTS is kept: the server tells of a new mail once, maybe in the answer to another command.
    """
    told = client._imap.untagged_responses
    exists = told.get("EXISTS", [])[-1:]
    told.clear()
    if exists:
        told["EXISTS"] = exists


def counted(client: Any) -> None:
    """The mails are known up to now: drop what the server told of their number."""
    client._imap.untagged_responses.pop("EXISTS", None)


def uncounted(client: Any) -> bool:
    """Whether the server told of mails since they were counted."""
    return any(int(number) for number in client._imap.untagged_responses.get("EXISTS", []))


def utc(received: datetime | None) -> datetime:
    """An INTERNALDATE as an aware UTC instant; the present one if the server's makes no sense."""
    with suppress(OverflowError):
        if received is not None:
            return received.astimezone(UTC)
    return datetime.now(UTC)


def reason(error: Exception, account: Account) -> str:
    """Why the mailbox can't be worked with, for the operator. The order matters: the errors derive from each other."""
    if isinstance(error, OSError):
        return in_words(error, account)
    if isinstance(error, CapabilityError):
        return f"{error}; nothing was sent in clear text" if "STARTTLS" in str(error) else str(error)
    if isinstance(error, IMAPClientAbortError):
        return f"the connection was lost: {error}"
    if isinstance(error, IMAPClientError):
        return f"the server refused: {error}"
    return f"an answer of the server makes no sense: {type(error).__name__} {error}"
