"""The service: one round of a desk, from the inbox to the relay. It ties the floors together and decides nothing.

Only here may an exception of any kind be caught: it is logged, the mail stays where it was, the rest goes on.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from mailbot.core.events import LetterWritten, Place
from mailbot.core.rules import Limits as RuleLimits
from mailbot.edge.inbox import Inbox, InboxBroken, Waiting, WaitingMail
from mailbot.edge.parsing import Limits
from mailbot.edge.postman import Later, Never, PostmanBroken, Sent
from mailbot.flow import deadlines, delivery
from mailbot.flow.delivery import Carrier
from mailbot.flow.intake import Delivered, TakenIn, take_in
from mailbot.flow.reader import Reader, ReaderBrokenError, Settings
from mailbot.flow.tools import Clock, Tools, wall_clock
from mailbot.store import DeadlineDue, Digest, Full, LetterDue

log = logging.getLogger("mailbot")

SET_MAILS, SET_BYTES = 100, 10_000_000
"""How many mails, and how many bytes of them, are fetched and taken in together: what a round holds in memory."""
LEASE = 600.0
"""Seconds for which a due letter is nobody else's."""
DUE_AT_ONCE = 50


@dataclass(slots=True)
class Round:
    """What one round did: counts, the letters to try again and the mails left where they were, and every trouble in
    words for the operator."""

    taken_in: int = 0
    known: int = 0
    quarantined: int = 0
    letters: dict[str, int] = field(default_factory=lambda: {"sent": 0, "later": 0, "never": 0})
    deadlines: int = 0
    postponed: set[str] = field(default_factory=set)
    stayed: set[Digest] = field(default_factory=set)
    troubles: list[str] = field(default_factory=list)

    @property
    def quiet(self) -> bool:
        """Whether nothing at all happened."""
        return not (self.taken_in or self.known or sum(self.letters.values()) or self.deadlines)


@dataclass(frozen=True, slots=True)
class Watchers:
    """Whoever wants to see a round while it runs: each mail taken in, each letter with its result."""

    mail: Callable[[TakenIn], None] = lambda taken: None
    letter: Callable[[str, LetterWritten, Sent | Later | Never], None] = lambda name, letter, result: None


def reader_for(limits: RuleLimits) -> Reader:
    """The child process that reads mails, within the desk's limits."""
    parts = Limits(
        size=limits.mail_megabytes * 1_000_000,
        depth=limits.depth,
        parts=limits.parts,
        header=limits.header_kilobytes * 1000,
    )
    return Reader(Settings(memory=limits.reader_megabytes * 1_000_000, seconds=limits.reader_seconds, limits=parts))


async def one_round(
    tools: Tools, inbox: Inbox, postman: Carrier, *, watch: Watchers | None = None, clock: Clock = wall_clock
) -> Round:
    """Read all, decide, send, meet deadlines, once. What cannot be done now is said in `troubles` and stays due."""
    done, watching = Round(), watch or Watchers()
    began = clock()
    async with reader_for(tools.rules.desk.limits) as reader:
        read_all = await _read_inbox(tools, reader, inbox, done, watching, clock)
        if read_all:
            await _decide_kept(tools, reader, done, watching, clock)
    await settle(tools, postman, began if read_all else None, done, watching, clock)
    return done


async def settle(
    tools: Tools, postman: Carrier, read_until: datetime | None, done: Round, watch: Watchers, clock: Clock
) -> None:
    """Send what is due, meet the deadlines that came by `read_until` (None: the inbox could not be read to its end, so
    that none may pass), and send what they brought."""
    await _send_due(tools, postman, done, watch, clock)
    if read_until is not None:
        await _meet_deadlines(tools, read_until, done)
        await _send_due(tools, postman, done, watch, clock)


async def _read_inbox(tools: Tools, reader: Reader, inbox: Inbox, done: Round, watch: Watchers, clock: Clock) -> bool:
    """Whether the inbox was read up to its end."""
    try:
        folders = tools.rules.desk.folders
        await inbox.connect()
        await inbox.ensure_folders([folders.done, folders.quarantine, folders.too_large])
        waiting = await inbox.waiting()
        for group in _sets(waiting, tools.rules.desk.limits.mail_megabytes * 1_000_000):
            delivered = await _fetch(inbox, waiting.validity, group, tools.rules.desk.limits)
            await _take_set(tools, reader, inbox, delivered, done, watch, clock)
    except InboxBroken as broken:
        done.troubles.append(f"IMAP: {broken}")
        return False
    except Full as full:
        done.troubles.append(f"state: {full}")
        return False
    except ReaderBrokenError as broken:
        done.troubles.append(f"reader: {broken}")
        return False
    finally:
        await inbox.close()
    return True


def _sets(waiting: Waiting, limit: int) -> list[list[WaitingMail]]:
    """Mails in the order of their UIDs, in sets small enough for memory; those over the limit cost their headers."""
    sets: list[list[WaitingMail]] = [[]]
    size = 0
    for mail in waiting.mails:
        cost = min(mail.size, limit)
        if sets[-1] and (len(sets[-1]) >= SET_MAILS or size + cost > SET_BYTES):
            sets.append([])
            size = 0
        sets[-1].append(mail)
        size += cost
    return [group for group in sets if group]


async def _fetch(inbox: Inbox, validity: int, group: Sequence[WaitingMail], limits: RuleLimits) -> list[Delivered]:
    limit = limits.mail_megabytes * 1_000_000
    large = {mail.uid: mail.size for mail in group if mail.size > limit}
    small = [mail.uid for mail in group if mail.uid not in large]
    fetched = [*(await inbox.fetch(small) if small else []), *(await inbox.headers(list(large)) if large else [])]
    return [
        Delivered(raw=mail.raw, place=Place(validity=validity, uid=mail.uid), size=large.get(mail.uid))
        for mail in sorted(fetched, key=lambda mail: mail.uid)
    ]


async def _take_set(
    tools: Tools,
    reader: Reader,
    inbox: Inbox,
    delivered: Sequence[Delivered],
    done: Round,
    watch: Watchers,
    clock: Clock,
) -> None:
    taken = await _take_in(tools, reader, delivered, done, clock)
    _count(taken, done, watch)
    folders = tools.rules.desk.folders
    for name in ("done", "quarantine", "too_large"):
        places = [part.place for part in taken if part.folder == name and part.place]
        if places:
            await inbox.file(places[0].validity, [place.uid for place in places], getattr(folders, name))


async def _take_in(
    tools: Tools, reader: Reader, mails: Sequence[Delivered], done: Round, clock: Clock
) -> list[TakenIn]:
    """Take a set in; if a bug stops it, one by one, so that only the mail that met the bug stays where it was."""
    try:
        return await take_in(tools, reader, mails, clock())
    except (Full, ReaderBrokenError):
        raise
    except Exception as bug:
        if len(mails) > 1:
            return [part for mail in mails for part in await _take_in(tools, reader, [mail], done, clock)]
        log.exception("a mail could not be decided and stays where it was")
        done.stayed.add(sha256(mails[0].raw).hexdigest())
        place = mails[0].place
        where = f"the mail with UID {place.uid} in the inbox" if place else "a mail kept earlier"
        done.troubles.append(f"{where} could not be decided and stays there: {type(bug).__name__}: {bug}")
        return []


async def _decide_kept(tools: Tools, reader: Reader, done: Round, watch: Watchers, clock: Clock) -> None:
    """Mails that were kept but not decided when an earlier round ended, and are no longer in the inbox."""
    for digest in await tools.store.undecided():
        raw = None if digest in done.stayed else await tools.store.raw(digest)
        if raw:
            _count(await _take_in(tools, reader, [Delivered(raw)], done, clock), done, watch)


def _count(taken: Sequence[TakenIn], done: Round, watch: Watchers) -> None:
    for part in taken:
        done.taken_in += bool(part.events)
        done.known += not part.events
        done.quarantined += bool(part.events) and part.folder == "quarantine"
        watch.mail(part)


async def _send_due(tools: Tools, postman: Carrier, done: Round, watch: Watchers, clock: Clock) -> None:
    """Send what is due, each letter at most once a round. Nothing is sent while the journal has no room for results:
    the same letter would go out again and again."""
    now = clock()
    try:
        tools.store.require_room()
        works = True
        while works and (due := await tools.store.due(now, DUE_AT_ONCE, LEASE, "letters")):
            letters = [item for item in due if isinstance(item, LetterDue) and item.name not in done.postponed]
            works = not letters or await _send(tools, postman, letters, done, watch, clock)
    except PostmanBroken as broken:
        done.troubles.append(f"SMTP: {broken}")
    except Full as full:
        done.troubles.append(f"state: {full}; no letter is sent until there is room")
    finally:
        await postman.close()


async def _send(
    tools: Tools, postman: Carrier, due: Sequence[LetterDue], done: Round, watch: Watchers, clock: Clock
) -> bool:
    """Whether the relay still works: a lost connection ends the round's sending, the letters left stay due."""
    await postman.connect()
    for item in due:
        try:
            result = await delivery.send(tools, postman, item, clock)
        except Full:
            raise
        except Exception as bug:
            log.exception("a letter could not be made")
            done.troubles.append(f"letter {item.name} could not be made and stays due: {type(bug).__name__}: {bug}")
            continue
        done.letters[type(result).__name__.lower()] += 1
        watch.letter(item.name, item.letter, result)
        if isinstance(result, Later):
            done.postponed.add(item.name)
        if isinstance(result, Later) and result.code is None:
            done.troubles.append(f"SMTP: {result.reason}")
            return False
    return True


async def _meet_deadlines(tools: Tools, now: datetime, done: Round) -> None:
    while due := await tools.store.due(now, DUE_AT_ONCE, LEASE, "deadlines"):
        for item in due:
            if isinstance(item, DeadlineDue):
                await _meet(tools, item, now, done)


async def _meet(tools: Tools, item: DeadlineDue, now: datetime, done: Round) -> None:
    try:
        await deadlines.meet(tools, item, now)
        done.deadlines += 1
    except Exception as bug:
        log.exception("a deadline could not be met")
        number = item.case.number
        done.troubles.append(f"the deadline of case {number} could not be met: {type(bug).__name__}: {bug}")
