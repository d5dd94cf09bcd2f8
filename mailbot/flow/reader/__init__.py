"""Reads raw mails in a child process with limits of time and memory, so that one bad mail stops nobody; what they say
of the desk's forms is found there too.

It must not know where mails come from or what is decided about them; the parent never parses what a stranger wrote.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from mailbot.core.message import Message, Unreadable
from mailbot.flow.reader.process import Child, ChildEndedError, ReaderBrokenError
from mailbot.flow.reader.protocol import Mail, Settings

__all__ = ["Reader", "ReaderBrokenError", "Settings", "groups"]

LOG = logging.getLogger(__name__)

GROUP_MAILS = 25
GROUP_BYTES = 10_000_000


class Reader:
    """Reads groups of mails, in order; one group is on its way at a time, and only then are its mails in pipes.

    `counts` are the `starts` of a child, its `timeouts` and `deaths`, and the mails that stayed `unreadable`; `took` is
    told how many seconds each call of `read` took.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self.counts = Counter[str]()
        self.took: Callable[[float], None] = lambda seconds: None
        self._child: Child | None = None
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.close()

    async def read(self, raws: Sequence[Mail]) -> list[Message | Unreadable]:
        """Read mails given as (SHA-256 in lower hex, raw bytes); one answer each, in their order.

        A mail that kills the child, or keeps it longer than `seconds`, is Unreadable; the others are read all the
        same. Raises ReaderBrokenError if no child can be started.
        """
        async with self._lock:
            began = time.monotonic()
            read = [answer for group in groups(raws) for answer in await self._group(group)]
            self.took(time.monotonic() - began)
        self.counts["unreadable"] += sum(isinstance(answer, Unreadable) for answer in read)
        return read

    async def change(self, settings: Settings) -> None:
        """Every mail from now on is read within these limits, by a new child if they are others. Forms read again are
        others, whatever they say: what is found of those before counts no more (`Skimmed`)."""
        async with self._lock:
            if settings.forms is not self._settings.forms or settings != self._settings:
                self._settings = settings
                await self._drop()

    async def close(self) -> None:
        """End the child, if there is one, and wait until it is gone."""
        async with self._lock:
            await self._drop()

    async def _group(self, group: Sequence[Mail]) -> list[Message | Unreadable]:
        """One group; if it ends the child, each of its mails alone, in a new child after each that ends it again.

        A mail is blamed for a death only if it was alone with a child that had read nothing before.
        """
        try:
            return await self._ask(group)
        except ChildEndedError as ended:
            self.counts["timeouts" if ended.stalled else "deaths"] += 1
            fresh = self._child is not None and self._child.groups == 1
            await self._drop()
            if len(group) == 1 and (fresh or ended.stalled):
                return [await self._unseen(group[0], str(ended))]
        LOG.warning("%d mail(s) ended the reader, reading each alone in a new one", len(group))
        return [answer for mail in group for answer in await self._group([mail])]

    async def _unseen(self, mail: Mail, reason: str) -> Message | Unreadable:
        """A mail that ended the reader, once more without a look into its attachments or for forms: that may have
        done it."""
        self.counts["starts"] += 1
        child = await Child.start(replace(self._settings, look=False, forms={}))
        try:
            (read,) = await child.ask([mail])
        except ChildEndedError:
            return Unreadable(mail[0], len(mail[1]), reason)
        finally:
            await child.end()
        if isinstance(read, Unreadable) or not read.attachments:  # for forms whoever decides looks
            return read
        return replace(read, doubts=(*read.doubts, f"its attachments were not looked into, they {reason}"))

    async def _ask(self, group: Sequence[Mail]) -> list[Message | Unreadable]:
        if self._child is None or not self._child.usable:
            await self._drop()
            self.counts["starts"] += 1
            self._child = await Child.start(self._settings)
        return await self._child.ask(group)

    async def _drop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await child.end()


def groups(raws: Sequence[Mail]) -> Iterator[Sequence[Mail]]:
    """Cut into groups of at most GROUP_MAILS mails and GROUP_BYTES bytes; a bigger mail is a group of its own."""
    start = size = 0
    for place, (_, raw) in enumerate(raws):
        if place > start and (place - start >= GROUP_MAILS or size + len(raw) > GROUP_BYTES):
            yield raws[start:place]
            start, size = place, 0
        size += len(raw)
    if raws:
        yield raws[start:]
