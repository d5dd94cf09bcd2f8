"""Waiting until the server tells of a change (IDLE, RFC 2177), until a bell rings in another thread, or for a time.
It knows nothing of what changed, or of who rings."""

import select
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from imapclient.exceptions import IMAPClientAbortError  # type: ignore[import-untyped]

LONGEST = 25 * 60.0
"""Seconds of one wait: servers may hang up after 30 minutes without a command (RFC 2177; RFC 3501, 5.4)."""
CHANGES = {"EXISTS", "RECENT", "EXPUNGE", "VANISHED", "FETCH"}
"""Answers nobody asked for that tell of mails; `* OK still here` is none of them."""


class Bell:
    """Rung in one thread, it ends a wait in another: the running one or, if there is none, the next."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rung = False
        self._rope: socket.socket | None = None

    def ring(self) -> None:
        """Ring; never blocks, and twice is once."""
        with self._lock:
            self._rung = True
            self._pull()

    @contextmanager
    def heard(self) -> Iterator[socket.socket]:
        """A socket that is readable once the bell has rung. It is silent again afterwards."""
        here, rope = socket.socketpair()
        with here, rope:
            rope.setblocking(False)
            with self._lock:
                self._rope = rope
                self._pull()
            try:
                yield here
            finally:
                with self._lock:
                    self._rope, self._rung = None, False

    def _pull(self) -> None:
        if self._rung and self._rope is not None:
            with suppress(BlockingIOError):
                self._rope.send(b"!")


def listen(client: Any, bell: Bell, seconds: float) -> bool:
    """Whether the server told of a change in the selected folder before `seconds` (at most LONGEST) or the bell.

    Without IDLE, or where it is refused, the server is asked once at the end (NOOP). Raises what imapclient raises.
    """
    until = time.monotonic() + min(seconds, LONGEST)
    with bell.heard() as rung:
        while True:
            idling = client.has_capability("IDLE") and _begin(client)
            spoke = _told(client) or _sleep(client, rung, until)
            _end(client, idling)
            if _told(client):
                return True
            if not spoke:
                return False


def _told(client: Any) -> bool:
    """Whether the server has told of a change, as far as was read."""
    return bool(CHANGES & client._imap.untagged_responses.keys())


def _begin(client: Any) -> bool:
    """Enter IDLE; False if the server refuses. imapclient's own `idle` fails if a change is told before the `+`.

    Servers need not tell in IDLE what happened before it, and some don't: so they are asked first.
    """
    client.noop()
    client._idle_tag = tag = client._imap._command("IDLE")
    while client._imap._get_response() is not None:
        if client._imap.tagged_commands[tag]:
            del client._imap.tagged_commands[tag]
            return False
    return True


def _end(client: Any, idling: bool) -> None:
    """Leave IDLE, or ask once, reading whole lines: a line may have come in pieces, which `idle_check` can't bear."""
    try:
        if idling:
            client.idle_done()
        else:
            client.noop()
    finally:
        client._imap._check_bye()  # the server's words say more than the end of the stream


def _sleep(client: Any, rung: socket.socket, until: float) -> bool:
    """Whether the server has said something, before the bell or that instant of the monotonic clock."""
    wire = client.socket()
    poller = select.poll()  # select.select ends at 1,024 open files
    for each in (wire, rung):
        poller.register(each, select.POLLIN)
    readable = False
    while not _octets(client, wire, readable):
        ready = {number for number, _ in poller.poll(max(0.0, until - time.monotonic()) * 1000)}
        if not ready or rung.fileno() in ready:
            return False
        readable = wire.fileno() in ready
    return True


def _octets(client: Any, wire: socket.socket, readable: bool) -> bool:
    """Whether there is anything to read, in the buffers above the socket too; IMAPClientAbortError at the end.

    TLS has records without octets for us: readable does not mean that there are any.
    """
    patience = wire.gettimeout()
    wire.setblocking(False)
    try:
        octets = client._imap.file.peek(1)
    except ssl.SSLWantReadError:
        return False
    finally:
        wire.settimeout(patience)
    if not octets and (readable or isinstance(wire, ssl.SSLSocket)):
        raise IMAPClientAbortError("the server ended it while nothing was asked of it")
    return bool(octets)
