"""What tests of the wires have in common: mailboxes on the servers under test, seen with another client than mailbot's.
It knows nothing of cases."""

import asyncio
import datetime as dt
import functools
import imaplib
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pymap.parsing.modutf7 import modutf7_decode, modutf7_encode

from mailbot.edge.account import Account, Security
from mailbot.embedded import append

P = ParamSpec("P")


def in_a_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Let a test be a coroutine: each in an event loop of its own."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for localhost and 127.0.0.1, with its key, as files."""

    cert: Path
    key: Path

    @property
    def server_side(self) -> ssl.SSLContext:
        """What a server needs that shows it."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.cert, self.key)
        return context


def make_certificate(folder: Path) -> Certificate:
    """Write a new self-signed certificate and its key into a folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    cert = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    made.cert.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made


@dataclass(frozen=True)
class Mailbox:
    """A mailbox on a server under test, new and empty, with the other client's view of it.

    `port` speaks clear text and, on servers that have a certificate, STARTTLS; `tls_port` TLS from the first byte.
    """

    kind: str
    port: int
    user: str
    password: str
    tls_port: int | None = None
    maildir: Path | None = None

    def account(self, security: Security = "none", ca: Path | None = None, **changes: Any) -> Account:
        """The account as mailbot's own client would use it, but for `changes`."""
        port = self.tls_port if security == "tls" else self.port
        return Account(
            **{
                "host": "127.0.0.1",
                "port": port,
                "security": security,
                "user": self.user,
                "password": self.password,
                "ca": ca,
                "timeout": 5.0,
            }
            | changes
        )

    async def deliver(self, *raws: bytes) -> None:
        """Put mails into the inbox, octet for octet."""
        await append("127.0.0.1", self.port, self.user, self.password, raws)

    def put_back(self, raws: Iterable[bytes], received: dt.datetime) -> None:
        """What a restore does: mails appear in the inbox with an INTERNALDATE of their own."""
        with self.client(None) as client:
            for raw in raws:
                assert client.append("INBOX", None, imaplib.Time2Internaldate(received), raw)[0] == "OK"

    @contextmanager
    def client(self, folder: str | None = "INBOX", *, readonly: bool = False) -> Iterator[imaplib.IMAP4]:
        """The other client, logged in and in a folder."""
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=5) as client:
            client.login(self.user, self.password)
            if folder is not None:
                assert client.select(_quoted(folder), readonly)[0] == "OK"
            yield client

    def folders(self) -> dict[str, list[bytes]]:
        """What lies in each folder, by the server's own name for it."""
        return {name: self.raws(name) for name in self.names()}

    def names(self, command: str = "list") -> list[str]:
        """The folders there are, or (`lsub`) those subscribed."""
        with self.client(None) as client:
            lines = [line for line in getattr(client, command)()[1] if line]
        found = [re.fullmatch(rb'\((.*?)\) (?:"."|NIL) "?(.*?)"?', line) for line in lines]
        return [modutf7_decode(hit[2]) for hit in found if hit and b"\\Noselect" not in hit[1]]

    def raws(self, folder: str = "INBOX") -> list[bytes]:
        """The mails of a folder in the order of their UIDs."""
        with self.client(folder, readonly=True) as client:
            return [part[1] for part in client.uid("FETCH", "1:*", "(BODY.PEEK[])")[1] if isinstance(part, tuple)]

    def flags(self, folder: str = "INBOX") -> list[set[str]]:
        """The flags of each mail in the order of UIDs, without \\Recent."""
        with self.client(folder, readonly=True) as client:
            lines = [line for line in client.uid("FETCH", "1:*", "(FLAGS)")[1] if isinstance(line, bytes)]
        return [set(imaplib.ParseFlags(line)) - {b"\\Recent"} for line in lines]  # type: ignore[misc]

    def mark_deleted(self, uid: int) -> None:
        """Flag a mail as deleted, without removing it."""
        with self.client() as client:
            assert client.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")[0] == "OK"

    def move_away(self, uid: int, folder: str) -> None:
        """What another program may do meanwhile."""
        with self.client() as client:
            client.create(_quoted(folder))
            assert client.uid("MOVE", str(uid), _quoted(folder))[0] == "OK"


def _quoted(folder: str) -> str:
    return '"' + modutf7_encode(folder).decode("ascii") + '"'


@contextmanager
def silent_server() -> Iterator[int]:
    """A port where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]
