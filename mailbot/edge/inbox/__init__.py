"""The desk's mailbox over IMAP: what waits, its octets, and filing by UID sets.
It knows UIDs and nothing of cases."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from mailbot.edge.account import Account
from mailbot.edge.inbox.values import Fetched, InboxBroken, LoginRefused, Waiting, WaitingMail
from mailbot.edge.inbox.wire import Wire

__all__ = ["Fetched", "Inbox", "InboxBroken", "LoginRefused", "Waiting", "WaitingMail"]

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger("mailbot.inbox")


class Inbox:
    """One mailbox. Its calls run in a thread of its own, one after the other, even if a caller is cancelled.

    Every method but `close` raises InboxBroken with the reason in words; the connection is then closed, and `connect`
    makes a new one. No method sets \\Seen, and none expunges a mail that it was not given.
    """

    def __init__(self, account: Account) -> None:
        self._wire = Wire(account)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="inbox")

    async def connect(self) -> None:
        """Connect and log in, closing an earlier connection. LoginRefused (an InboxBroken) for name and password.

        With `starttls` a server that does not offer it is an error; clear text only with `none`.
        """
        await self._run(self._wire.connect)

    async def close(self) -> None:
        """Log out and close; never fails, and does nothing without a connection."""
        await self._run(self._wire.close)

    async def waiting(self) -> Waiting:
        """All mails of the inbox that are not marked as deleted, in ascending order of UID, with their sizes."""
        return await self._run(self._wire.waiting)

    async def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        """The whole mails with these UIDs, ascending, as the server holds them (BODY.PEEK[]: they stay unseen).

        Mails that are gone are absent; so is one without a single octet, which is logged and stays where it is.
        The caller bounds memory by how many it asks for.
        """
        found = await self._run(self._wire.fetch, uids, "")
        for mail in found:
            if not mail.raw:
                log.warning("the mail with UID %d is empty; it stays in the inbox", mail.uid)
        return [mail for mail in found if mail.raw]

    async def headers(self, uids: Sequence[int]) -> list[Fetched]:
        """The headers only, with the empty line after them, of mails too large to download; the rest as `fetch`."""
        return await self._run(self._wire.fetch, uids, "HEADER")

    async def file(self, validity: int, uids: Sequence[int], folder: str) -> bool:
        """Move the mails with these UIDs to a folder (named with `/`); those that are gone are passed over.

        False, and nothing was done, if the inbox has another UIDVALIDITY than `validity`: the UIDs mean other mails.
        UID MOVE (RFC 6851); else UID COPY, \\Deleted and UID EXPUNGE (RFC 4315); else UID COPY and \\Deleted.
        """
        return await self._run(self._wire.file, validity, uids, folder)

    async def ensure_folders(self, names: Sequence[str]) -> None:
        """Create and subscribe the folders that are missing, named with `/` and in any script.

        They are translated to the server's separator and put under the prefix of the user's own folders (RFC 2342).
        """
        await self._run(self._wire.ensure_folders, names)

    async def probe(self) -> str:
        """Connect, log in, look, log out: one line of words for `mailbot check`. An open connection is closed."""
        await self.connect()
        try:
            said = await self._run(self._wire.probe)
        finally:
            await self.close()
        return said

    async def _run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, partial(call, *args, **kwargs))
