"""One look into the inbox, and taking in what came, set by set. It decides nothing about a mail, and sends nothing."""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import takewhile
from typing import Self

from mailbot.core.pulse import failed, worked
from mailbot.edge.inbox import InboxBroken
from mailbot.flow.intake import Delivered, Kept, Said, TakenIn, decide_read, keep, read, take_in
from mailbot.flow.reader import ReaderBrokenError
from mailbot.service.bugs import in_short
from mailbot.service.fetching import fetch, limit, sets
from mailbot.service.observing import foresee_observed, look, meet_mailbox, note_oldest, read_until, wanted
from mailbot.service.showing import timed
from mailbot.service.values import Round, Work
from mailbot.store import Full

log = logging.getLogger("mailbot")

READ_TOGETHER = 25
"""How many mails are kept and read at once."""
TAKEN_TOGETHER = 5
"""How many mails are decided in one batch. Between two batches the service may end, and what became of letters is
journaled: for that each connection to the relay waits before it takes its next letter."""


async def read_inbox(work: Work, done: Round) -> datetime | None:
    """The instant up to which the inbox was read; None if it was not read to its end. Troubles are said in `done`, and
    an inbox out of reach in the pulse."""
    began = work.clock()
    try:
        until = await _read(work, done, began)
    except InboxBroken as broken:
        done.troubles.append(f"IMAP: {broken}")
        done.refused = broken.refused
        work.pulse.imap = failed(work.pulse.imap, work.clock(), str(broken), mend=broken.mend)
        return None
    except Full as full:
        done.troubles.append(f"state: {full}")
        return None
    except ReaderBrokenError as broken:
        done.troubles.append(f"reader: {broken}")
        return None
    except Exception as bug:
        await _met_a_bug(work, bug, done)
        return None
    work.pulse.imap = worked(work.pulse.imap, work.clock())
    if work.stopping():
        return None
    work.pulse.read = began
    return until


async def _met_a_bug(work: Work, bug: Exception, done: Round) -> None:
    """A look that meets a bug is a look that failed: it is told as one, and tried again after a pause, with another
    connection."""
    log.exception("inbox: a bug; the service goes on")
    done.troubles.append(f"inbox: a look met a bug: {in_short(bug)}")
    work.pulse.imap = failed(work.pulse.imap, work.clock(), f"a look into it met a bug: {in_short(bug)}")
    await work.inbox.close()


async def _read(work: Work, done: Round, began: datetime) -> datetime:
    folders = work.tools.rules.desk.folders
    if not work.inbox.connected:
        await work.inbox.connect()
        await work.inbox.ensure_folders([folders.done, folders.quarantine, folders.too_large])
    waiting = await work.inbox.waiting()
    await meet_mailbox(work, waiting)
    await look(work, waiting)
    mails = [mail for mail in waiting.mails if mail.uid not in work.pulse.observed]
    # those decided already come last: if the server refuses to file them, the others are taken in all the same
    mails.sort(key=lambda mail: mail.uid in work.pulse.filing)
    for group in sets(mails, limit(work)):
        if not work.stopping():
            await _take_set(work, await wanted(work, await fetch(work, waiting.validity, group)), done)
    done.observed = await foresee_observed(work, waiting)
    note_oldest(work, waiting)
    return read_until(work, waiting, began)


async def _take_set(work: Work, delivered: Sequence[Delivered], done: Round) -> None:
    """Batch by batch; while some mails are decided, the reader has the next."""
    groups = [delivered[start : start + READ_TOGETHER] for start in range(0, len(delivered), READ_TOGETHER)]
    taken: list[TakenIn] = []
    async with _Ahead(work, groups) as ahead:
        while (reading := await ahead.next()) and not work.stopping():
            for batch in takewhile(lambda _: not work.stopping(), reading.batches()):
                some = await take(work, batch.kept.mails, done, batch)
                # at once: the next batch may find no room, and what is decided must not seem to vanish meanwhile
                work.pulse.filing |= {part.place.uid for part in some if part.place}
                taken += some
                work.letters_due()
    await _file(work, taken, done)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Mails that are kept, and what is being read of them."""

    kept: Kept
    said: asyncio.Task[Said]

    def batches(self) -> Iterator["_Reading"]:
        """The mails in parts that are decided together."""
        mails, digests, known = self.kept.mails, self.kept.digests, self.kept.known
        for start in range(0, len(mails), TAKEN_TOGETHER):
            part = slice(start, start + TAKEN_TOGETHER)
            yield _Reading(Kept(mails[part], digests[part], known), self.said)


class _Ahead:
    """Groups of mails, each being read from when the one before it was until it is asked for."""

    def __init__(self, work: Work, groups: Iterable[Sequence[Delivered]]) -> None:
        self._work, self._groups = work, iter(groups)
        self._coming: _Reading | None = None

    async def __aenter__(self) -> Self:
        self._coming = await self._begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._coming is not None:
            self._coming.said.cancel()
            await asyncio.wait([self._coming.said])

    async def next(self) -> _Reading | None:
        """The next group, read or failed; None after the last."""
        ready, self._coming = self._coming, None
        if ready is not None:
            await asyncio.wait([ready.said])  # one after the other: there is one reader
            self._coming = await self._begin()
        return ready

    async def _begin(self) -> _Reading | None:
        group = next(self._groups, None)
        if group is None:
            return None
        kept = await keep(self._work.tools, group)
        return _Reading(kept, asyncio.create_task(read(self._work.reader, kept)))


async def _file(work: Work, taken: Sequence[TakenIn], done: Round) -> None:
    folders, pulse = work.tools.rules.desk.folders, work.pulse
    known = {part.place.uid for part in taken if part.place and not part.events}
    pulse.filing |= {part.place.uid for part in taken if part.place}
    if known:
        await work.note()
    for name in ("done", "quarantine", "too_large"):
        places = [part.place for part in taken if part.folder == name and part.place]
        uids = [place.uid for place in places]
        again = [uid for uid in uids if uid in known]  # an earlier process may have begun to file them
        if not places:
            continue
        with timed(work.shown, "file"):
            filed = await work.inbox.file(places[0].validity, uids, getattr(folders, name), again=again)
        if filed:
            done.filed += len(uids)
            pulse.was_filed(uids)


async def take(work: Work, mails: Sequence[Delivered], done: Round, reading: _Reading | None = None) -> list[TakenIn]:
    """Take mails in and count them; they are kept and being read already (`reading`), or will be. If a bug stops it,
    one by one, so that only the mail that met it stays."""
    tools = work.tools
    try:
        with timed(work.shown, "take_in"):
            if reading is None:
                taken = await take_in(tools, work.reader, mails, work.clock)
            else:
                taken = await decide_read(tools, reading.kept, await reading.said, work.clock)
    except (Full, ReaderBrokenError):
        raise
    except Exception as bug:
        if len(mails) > 1:
            return [part for mail in mails for part in await take(work, [mail], done)]
        log.exception("a mail could not be decided and stays where it was")
        done.stayed.add(sha256(mails[0].raw).hexdigest())
        place = mails[0].place
        work.pulse.undecidable |= {place.uid} if place else set()
        where = f"the mail with UID {place.uid} in the inbox" if place else "a mail kept earlier"
        done.troubles.append(f"{where} could not be decided and stays there: {in_short(bug)}")
        return []
    for part in taken:
        done.taken_in += bool(part.events)
        done.known += not part.events
        done.quarantined += bool(part.events) and part.folder == "quarantine"
        work.pulse.undecidable -= {part.place.uid} if part.place else set()
        if part.events:
            work.tally.took_in(part.events)
        work.watch.mail(part)
    return taken


async def decide_kept(work: Work, done: Round) -> None:
    """Mails that were kept but not decided when an earlier round ended, and are no longer in the inbox."""
    try:
        for digest in await work.tools.store.undecided():
            raw = None if digest in done.stayed else await work.tools.store.raw(digest)
            if raw:
                await take(work, [Delivered(raw)], done)
    except (Full, ReaderBrokenError) as trouble:
        done.troubles.append(f"state: {trouble}")
