"""The desk's mailbox over IMAP: what waits, its octets, and filing by UID sets.
It knows UIDs and nothing of cases."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from mailbot.edge.account import Account
from mailbot.edge.inbox.idling import Bell
from mailbot.edge.inbox.values import (
    Examined,
    Fetched,
    Found,
    InboxBroken,
    LoginRefused,
    Removed,
    Waiting,
    WaitingMail,
)
from mailbot.edge.inbox.wire import Wire

__all__ = [
    "Examined",
    "Fetched",
    "Found",
    "Inbox",
    "InboxBroken",
    "LoginRefused",
    "Removed",
    "Waiting",
    "WaitingMail",
]

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger("mailbot.inbox")


class Inbox:
    """One mailbox. Its calls run in a thread of its own, one after the other, even if a caller is cancelled.

    Every awaitable but `close` raises InboxBroken with the reason in words; the connection is then closed, and
    `connect` makes a new one. No method sets \\Seen, and none expunges a mail that it was not given.

    `busy_since` is when the call under way began (seconds of the monotonic clock), None between calls.
    `empty` are the UIDs, ascending, of the mails that came without an octet when `fetch` or `headers`
    was last called. `connections` counts those that were made.
    """

    def __init__(self, account: Account) -> None:
        self.empty: tuple[int, ...] = ()
        self.connections = 0
        self.busy_since: float | None = None
        self._wire = Wire(account)
        self._bell = Bell()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inbox")

    @property
    def connected(self) -> bool:
        """Whether there is a connection. That it still works shows only with the next call."""
        return self._wire.connected

    async def connect(self) -> None:
        """Connect and log in, closing an earlier connection. LoginRefused (an InboxBroken) for name and password.

        With `starttls` a server that does not offer it is an error; clear text only with `none`.
        """
        await self._run(self._wire.connect)
        self.connections += 1

    async def close(self) -> None:
        """Log out and close; never fails, and does nothing without a connection."""
        await self._run(self._wire.close)

    async def waiting(self) -> Waiting:
        """All mails of the inbox that are not marked as deleted, in ascending order of UID, with sizes and instants."""
        return await self._run(self._wire.waiting)

    async def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        """The whole mails with these UIDs, ascending, as the server holds them (BODY.PEEK[]: they stay unseen).

        Mails that are gone are absent; so is one without a single octet, which is logged, stands in `empty` and stays
        where it is. The caller bounds memory by how many it asks for: each is held once.
        """
        return await self._with_octets(self._wire.fetch, uids)

    async def headers(self, uids: Sequence[int]) -> list[Fetched]:
        """The headers only, with the empty line after them, of mails too large to download; the rest as `fetch`.

        A header above a million octets is cut off there.
        """
        return await self._with_octets(self._wire.headers, uids)

    async def _with_octets(self, call: Callable[[Sequence[int]], list[Fetched]], uids: Sequence[int]) -> list[Fetched]:
        self.empty = ()
        found = await self._run(call, uids)
        self.empty = tuple(mail.uid for mail in found if not mail.raw)
        for uid in self.empty:
            log.warning("the mail with UID %d is empty; it stays in the inbox", uid)
        return [mail for mail in found if mail.raw]

    async def file(self, validity: int, uids: Sequence[int], folder: str, *, again: Sequence[int] = ()) -> bool:
        """Move the mails with these UIDs to a folder (named with `/`); those that are gone are passed over.

        False, and nothing was done, if the inbox has another UIDVALIDITY than `validity`: the UIDs mean other mails.
        UID MOVE (RFC 6851); else UID COPY, \\Deleted and UID EXPUNGE (RFC 4315); else UID COPY and \\Deleted.

        After InboxBroken, connect, ask what is `waiting` and file that: each mail ends up once in the folder. Without
        MOVE a connection cut between COPY and \\Deleted leaves a mail in both places; this object remembers it and does
        not copy it twice. A process that died remembers nothing: `again` are those of `uids` that an earlier process
        may have been filing, that is whose digest was known; they are looked for in the folder (same header, size and
        INTERNALDATE) before they are copied. A mail marked as deleted whose expunging was cut off counts as filed.
        """
        return await self._run(self._wire.file, validity, uids, folder, again)

    async def idle(self, seconds: float) -> bool:
        """Wait until the server tells of a change (True), `wake` is called, or `seconds` (at most 1,500) are over.

        It waits by IDLE (RFC 2177); without that the server is asked once at the end (NOOP). True at once if a change
        was told since the last `waiting`, maybe amid other answers: look again, then wait. A server that says BYE, goes
        away, or does not answer within the account's timeout when the wait ends is an InboxBroken. The connection goes
        on with any other call. If the caller is cancelled, the wait ends.
        """
        try:
            return await self._run(self._wire.idle, seconds, self._bell)
        except asyncio.CancelledError:
            self.wake()
            raise

    def wake(self) -> None:
        """End the running `idle` or, if none runs, the next one at once. From any thread; never blocks or fails."""
        self._bell.ring()

    def sever(self) -> None:
        """Cut the connection, so that whatever waits for the server in the inbox's thread ends with InboxBroken.

        For a watchdog, from any thread; does nothing without a connection. One still being made ends by its timeouts.
        """
        self._wire.sever()

    async def ensure_folders(self, names: Sequence[str]) -> None:
        """Create and subscribe the folders that are missing, named with `/` and in any script.

        They are translated to the server's separator and put under the prefix of the user's own folders (RFC 2342).
        """
        await self._run(self._wire.ensure_folders, names)

    async def find(self, message_id: str, names: Sequence[str]) -> Found | None:
        """The newest mail with this Message-ID (with its angle brackets) in the first of these folders that has one;
        folders that are not there have none. Whoever asks for the inbox first misses no mail that is being filed."""
        return await self._run(self._wire.find, message_id, names)

    async def remove(self, wanted: Mapping[str, int], names: Sequence[str], *, most: int) -> list[Removed]:
        """Delete for good the mails of these folders whose octets have one of the digests in `wanted` (SHA-256 in lower
        hex, each with its size in octets as the server counts them); of one above `most` octets the header's digest
        counts. Without UIDPLUS nothing is deleted, and the result names the mails."""
        return await self._run(self._wire.remove, wanted, most, names)

    async def probe(self) -> str:
        """Connect, log in, look, log out: one line of words for `mailbot check`. An open connection is closed."""
        await self.connect()
        try:
            said = await self._run(self._wire.probe)
        finally:
            await self.close()
        return said

    async def examine(self, names: Sequence[str]) -> Examined:
        """The same for `mailbot check`, with what can be seen of what operators get wrong; `names` are the folders that
        the desk files into. Nothing is changed."""
        await self.connect()
        try:
            return await self._run(self._wire.examine, names)
        finally:
            await self.close()

    async def _run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        self.busy_since = time.monotonic()
        try:
            return await loop.run_in_executor(self._thread, partial(call, *args, **kwargs))
        finally:
            self.busy_since = None
