"""An account on a mail server: where it is, how the wire is kept private, who logs in.
It knows neither IMAP nor SMTP."""

import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from mailbot.core.health import Renewal
from mailbot.edge.account.bearer import Mechanism

__all__ = [
    "Access",
    "Account",
    "CaFileUnusable",
    "Mechanism",
    "NoAccess",
    "Security",
    "certificate_ends",
    "in_words",
    "network_words",
    "tls_context",
    "trusting",
]

Security = Literal["tls", "starttls", "none"]
"""`tls` from the first byte, `starttls` or nothing at all, `none`: clear text, which the operator has to spell out."""


class NoAccess(Exception):  # noqa: N818 - it is the world that is broken
    """There is no access token now: the text says why, for the operator. `mend`: it stays so until somebody does
    something about it; else it passes, as a server out of reach does."""

    def __init__(self, reason: str, *, mend: bool) -> None:
        super().__init__(reason)
        self.mend = mend


@runtime_checkable
class Access(Protocol):
    """Where access tokens come from; see `edge.tokens.Tokens`."""

    def token(self, refused: str = "") -> str: ...

    def renewals(self) -> Iterable[Renewal]: ...


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom to log in.

    `ca` is a file of PEM certificates to trust instead of the system's; `timeout` is in seconds, for connecting and
    for each answer. An empty `user` means that the server asks for no login. With `access` its tokens log in, by
    `mechanism`, and the password is empty.
    """

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    ca: Path | None = None
    timeout: float = 30.0
    access: Access | None = field(default=None, repr=False)
    mechanism: Mechanism = "XOAUTH2"


class CaFileUnusable(OSError):  # noqa: N818 - what the operator reads
    """The file of trusted certificates cannot be read, or has none in it."""


TROUBLES: tuple[tuple[type[OSError], str], ...] = (
    (CaFileUnusable, ""),
    (ssl.SSLCertVerificationError, "the server's certificate is not trusted: "),
    (ssl.SSLError, "TLS failed: "),
    (TimeoutError, "no answer in time: "),
    (ConnectionRefusedError, "nobody listens there: "),
    (socket.gaierror, "the host is not known: "),
    (ConnectionError, "the connection was lost: "),
    (OSError, "the network failed: "),
)
"""What an error of the network means, for the operator; the first row that fits."""


def tls_context(account: Account) -> ssl.SSLContext:
    """A client context that checks certificate and host name, trusting `account.ca` or the system's authorities.

    Raises CaFileUnusable. It reads files: call it in a thread.
    """
    return trusting(account.ca)


def trusting(ca: Path | None) -> ssl.SSLContext:
    """The same for whoever has only the file of certificates, or None for the system's authorities."""
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise CaFileUnusable(f"CA file {ca}: {error.strerror or error}") from error


def certificate_ends(certificate: Mapping[str, object] | None) -> datetime | None:
    """Until when a certificate, as `SSLSocket.getpeercert` gives it, is valid (aware UTC); None without one."""
    ends = (certificate or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(ends)), UTC) if ends else None


def in_words(error: OSError, account: Account) -> str:
    """An error of the network in words: what happened, and what the system said about it."""
    return network_words(error, account.timeout)


def network_words(error: OSError, timeout: float) -> str:
    """The same for whoever waited so many seconds at most, without an account."""
    words = next(text for kind, text in TROUBLES if isinstance(error, kind))
    if isinstance(error, TimeoutError):
        return f"{words}waited {timeout:g} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{words}{error.verify_message}"
    return words + (error.strerror or str(error))
