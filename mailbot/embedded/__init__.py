"""Mail servers inside the program, for the demo and the tests: an inbox over IMAP, a relay over SMTP, on loopback.
They know nothing of desks, and they are no servers for real mail: everything is in memory and in clear text."""

import asyncio
import ssl
import threading
from argparse import Namespace
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any, Self, TypeVar
from weakref import WeakSet

try:
    from pymap.backend.dict import Config, Login
    from pymap.backend.dict.mailbox import MailboxData, MailboxSet
    from pymap.concurrent import Event, Subsystem
    from pymap.imap import IMAPServer, ProxyProtocolReader  # type: ignore[attr-defined]
    from pymap.parsing.specials import FetchRequirement
    from pymap.selected import SelectedMailbox
    from pymap.user import Passwords, UserMetadata

    from mailbot.embedded.relay import Relay, TakenLetter, door
except ImportError as missing:
    raise ImportError(
        f"the embedded servers need the packages of the extra `demo`: pip install 'mailbot[demo]' ({missing})"
    ) from missing

R = TypeVar("R")
ADDRESS = "127.0.0.1"
USER, PASSWORD = "desk", "secret"
PATIENCE = 10.0
"""Seconds within which the servers start, stop or answer."""
SETTLE = 10
"""Turns of the event loop in which cut connections close."""


class EmbeddedServers:
    """The two servers, in a thread and an event loop of their own, so that any program may talk to them.

    `with` or `async with` starts and stops them; then `imap_port` and `smtp_port` are theirs on 127.0.0.1, and USER
    with PASSWORD may log in at both. With `tls` both offer STARTTLS or, if `wrapped`, speak TLS from the first byte.
    `without` are IMAP capabilities to keep quiet about.
    """

    def __init__(
        self, tls: ssl.SSLContext | None = None, *, wrapped: bool = False, without: Iterable[str] = ()
    ) -> None:
        self.imap_port = self.smtp_port = 0
        self.relay = Relay(user=USER, password=PASSWORD)
        self._inner = None if wrapped else tls
        self._outer = tls if wrapped else None
        self._without = frozenset(name.encode("ascii") for name in without)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="embedded servers", daemon=True)
        self._servers: list[asyncio.Server] = []
        self._mailboxes: MailboxSet | None = None
        self._open: WeakSet[Any] = WeakSet()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self._thread.start()
            undo.callback(self._end)
            self._within(self._start())
            undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._within(self._stop())
        self._end()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, error, trace)

    async def deliver(self, *raws: bytes) -> None:
        """Put mails into the inbox, in order and as they are: APPEND over an IMAP connection of its own.

        pymap keeps every octet, but for the last LF of a mail that has no empty line after its header.
        """
        await append(ADDRESS, self.imap_port, USER, PASSWORD, raws)

    @property
    def letters(self) -> list[TakenLetter]:
        """The letters the relay took, in order."""
        return self.relay.letters

    @property
    def answers(self) -> dict[tuple[str, str], str]:
        """What the relay answers instead of 250; see `Relay`."""
        return self.relay.answers

    def folders(self) -> dict[str, list[bytes]]:
        """What lies in each folder of the mailbox, by name and in the order of the UIDs."""
        return self._within(self._read())

    def _within(self, work: Coroutine[Any, Any, R]) -> R:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _start(self) -> None:
        config = _Settings(self._inner, self._without)
        config.apply_context()
        login = Login(config)
        hidden = await Passwords(config).hash_password(PASSWORD)
        await login.demo_user_identity.set(UserMetadata(config, USER, password=hidden))
        async with login.demo_user_identity.new_session():
            self._mailboxes = config.set_cache[USER][0]
            self._mailboxes._inbox = _Inbox(self._mailboxes._content_cache, self._mailboxes._thread_cache)
        imap = await asyncio.start_server(self._imap(login, config), ADDRESS, 0, ssl=self._outer)
        smtp = await self._loop.create_server(self._smtp, ADDRESS, 0, ssl=self._outer)
        self._servers = [imap, smtp]
        self.imap_port, self.smtp_port = (server.sockets[0].getsockname()[1] for server in self._servers)

    def _imap(self, login: Login, config: Config) -> Callable[[StreamReader, StreamWriter], Awaitable[None]]:
        serve = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(login, config))

        async def answer(reader: StreamReader, writer: StreamWriter) -> None:
            self._open.add(writer.transport)
            with suppress(asyncio.CancelledError):  # Python 3.11 complains of handlers that end with it
                await serve(reader, writer)

        return answer

    def _smtp(self) -> asyncio.Protocol:
        return door(self.relay, self._loop, self._inner, self._open)

    async def _read(self) -> dict[str, list[bytes]]:
        assert self._mailboxes is not None
        tree = await self._mailboxes.list_mailboxes()
        return {entry.name: await self._raws(entry.name) for entry in tree.list() if entry.exists}

    async def _raws(self, folder: str) -> list[bytes]:
        assert self._mailboxes is not None
        mailbox = await self._mailboxes.get_mailbox(folder)
        mails = sorted([mail async for mail in mailbox.messages()], key=lambda mail: mail.uid)
        return [bytes((await mail.load_content(FetchRequirement.CONTENT)).get_body()) for mail in mails]

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        working = asyncio.all_tasks() - {asyncio.current_task()}
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        for transport in list(self._open):
            transport.abort()
        for _ in range(SETTLE):
            await asyncio.sleep(0)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()


class _Inbox(MailboxData):
    """The inbox. In IDLE it also tells of what came between the last command and IDLE, where pymap only begins to
    listen (RFC 2177 lets a client rely on being told)."""

    async def update_selected(self, selected: SelectedMailbox, *, wait_on: Event | None = None) -> SelectedMailbox:
        news = selected.mod_sequence != self._mod_sequences.highest
        return await super().update_selected(selected, wait_on=None if news else wait_on)


class _Settings(Config):
    """pymap's settings, without its look-up of the host's name and its slow way with passwords."""

    def __init__(self, tls: ssl.SSLContext | None, without: frozenset[bytes]) -> None:
        super().__init__(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=ADDRESS,
            port=0,
            demo_data=False,
            demo_user=USER,
            demo_password=PASSWORD,
            ssl_context=tls,
            tls_enabled=tls is not None,
            hash_context=_Unhashed(),
            cpu_subsystem=Subsystem.for_asyncio(),
            invalid_user_sleep=0.0,
        )
        self._without = without

    @property
    def greeting(self) -> bytes:
        return b"embedded IMAP server ready"

    @property
    def login_capability(self) -> Sequence[bytes]:
        return [name for name in super().login_capability if name not in self._without]


class _Unhashed:
    """Passwords as they are: the one there is stands a few lines above."""

    def copy(self, **_settings: Any) -> Self:
        return self

    def hash(self, secret: str) -> str:
        return secret

    def verify(self, secret: str, hash: str) -> bool:  # noqa: A002 - pymap's name
        return secret == hash


async def append(host: str, port: int, user: str, password: str, raws: Sequence[bytes], folder: str = "INBOX") -> None:
    """Put mails into a folder over IMAP in clear text, octet for octet (RFC 3501, 6.3.11). OSError if refused."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        await reader.readline()
        await _ask(reader, writer, f"a LOGIN {user} {password}".encode())
        for raw in raws:
            await _ask(reader, writer, b"a APPEND %s {%d}" % (folder.encode("ascii"), len(raw)))
            await _ask(reader, writer, raw)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _ask(reader: StreamReader, writer: StreamWriter, text: bytes) -> None:
    """Send a line, or a literal, and wait until the server asks for more or is done."""
    writer.write(text + b"\r\n")
    await writer.drain()
    answer = b"*"
    while answer.startswith(b"*"):
        answer = await reader.readline()
    if not answer.startswith((b"+", b"a OK")):
        raise OSError(f"the IMAP server refused a mail: {answer!r}")
