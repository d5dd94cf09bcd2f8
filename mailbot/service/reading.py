"""One look into the inbox: which mails are new, which are only observed, and taking in the others, set by set.
It decides nothing about a mail, and sends nothing."""

import logging
from collections.abc import Sequence
from hashlib import sha256

from mailbot.core.decide import desk
from mailbot.core.events import Facts, MailsVanished, Place
from mailbot.core.ledger import Ledger
from mailbot.core.pulse import failed, worked
from mailbot.core.uids import sequence_set, uids_of
from mailbot.edge.inbox import InboxBroken, Waiting, WaitingMail
from mailbot.flow.intake import Delivered, TakenIn, take_in
from mailbot.flow.reader import ReaderBrokenError
from mailbot.flow.routine import journal
from mailbot.flow.trial import foresee
from mailbot.service.values import Round, Work
from mailbot.store import Asked, Full

log = logging.getLogger("mailbot")

SET_MAILS, SET_BYTES = 100, 10_000_000
"""How many mails, and how many bytes of them, are fetched and taken in together: what a round holds in memory."""
FORESEEN_AT_ONCE = 500
"""How many observed mails are read in one round to say what would be done with them."""


async def read_inbox(work: Work, done: Round) -> bool:
    """Whether the inbox was read up to its end; troubles are said in `done`, and an inbox out of reach in the pulse."""
    try:
        await _read(work, done)
    except InboxBroken as broken:
        done.troubles.append(f"IMAP: {broken}")
        work.pulse.imap = failed(work.pulse.imap, work.clock(), str(broken))
        return False
    except Full as full:
        done.troubles.append(f"state: {full}")
        return False
    except ReaderBrokenError as broken:
        done.troubles.append(f"reader: {broken}")
        return False
    work.pulse.imap = worked(work.pulse.imap, work.clock())
    return not work.stopping()


async def _read(work: Work, done: Round) -> None:
    folders = work.tools.rules.desk.folders
    if not work.inbox.connected:
        await work.inbox.connect()
        await work.inbox.ensure_folders([folders.done, folders.quarantine, folders.too_large])
    waiting = await work.inbox.waiting()
    await _meet_mailbox(work, waiting)
    await _look(work, waiting)
    ledger = work.tools.store.ledger()
    mails = [mail for mail in waiting.mails if mail.uid not in work.pulse.observed]
    for group in sets(mails, _limit(work)):
        if work.stopping():
            break
        await _take_set(work, await _wanted(work, ledger, await _fetch(work, waiting.validity, group)), done)
    done.observed = await _foresee(work, waiting)
    _note_oldest(work, waiting)


def _limit(work: Work) -> int:
    return work.tools.rules.desk.limits.mail_megabytes * 1_000_000


async def _meet_mailbox(work: Work, waiting: Waiting) -> None:
    """Under a UIDVALIDITY not seen before: are these the mails the desk knows, or did others come back with them?"""
    ledger, most = work.tools.store.ledger(), work.tools.rules.desk.limits.returned_mails
    if ledger.validity == waiting.validity:
        return
    known = unknown = 0
    groups = sets(waiting.mails, _limit(work)) if ledger.validity is not None else []
    for group in groups:
        found = [await _known(work, mail) for mail in await _fetch(work, waiting.validity, group)]
        known, unknown = known + sum(found), unknown + len(found) - sum(found)
        if unknown > most:
            break
    seen = desk.mailbox_seen(waiting.validity, known, unknown, observed=unknown > most)
    await journal(work.tools, work.clock, lambda ledger, now: seen)


async def _known(work: Work, mail: Delivered) -> bool:
    async with work.tools.store.batch() as batch:
        return (await batch.recall(Asked(mail=sha256(mail.raw).hexdigest()))).known


async def _look(work: Work, waiting: Waiting) -> None:
    """What came into view, what others took away, and what is only observed since it is older than the desk."""
    uids = [mail.uid for mail in waiting.mails]
    decided, told = await _journaled_since(work)
    vanished = work.pulse.look(waiting.validity, uids, decided, work.clock()) - told
    work.restarted, work.pulse.seq = False, work.tools.store.head.seq  # here no mail is between entry and filing
    if vanished:
        log.warning("somebody else removed %d mails from the inbox before they were taken in", len(vanished))
        gone = desk.vanished(waiting.validity, sequence_set(vanished), len(vanished))
        await journal(work.tools, work.clock, lambda ledger, now: gone)
    ledger = work.tools.store.ledger()
    if not ledger.observed:
        work.pulse.observed = {mail.uid for mail in waiting.mails if _older(mail, ledger)}
    _note_oldest(work, waiting)
    await work.note()


def _older(mail: WaitingMail, ledger: Ledger) -> bool:
    """Whether a mail was received before the desk opened, in whole seconds, and nobody let it be taken in."""
    return not ledger.adopted and ledger.opened is not None and mail.received < ledger.opened.replace(microsecond=0)


async def _journaled_since(work: Work) -> tuple[set[int], set[int]]:
    """UIDs of mails that an earlier process decided, and of those it said had vanished, after it noted what it saw."""
    decided, told, validity = set[int](), set[int](), work.pulse.validity
    if not work.restarted or validity is None:
        return decided, told
    events = [event async for entry in work.tools.store.entries(work.pulse.seq) for event in entry.events or ()]
    for event in events:
        if isinstance(event, Facts) and event.place and event.place.validity == validity:
            decided.add(event.place.uid)
        elif isinstance(event, MailsVanished) and event.validity == validity:
            told |= uids_of(event.uids)
    return decided, told


def _note_oldest(work: Work, waiting: Waiting) -> None:
    still = work.pulse.waiting
    work.pulse.oldest = min((mail.received for mail in waiting.mails if mail.uid in still), default=None)


def sets(mails: Sequence[WaitingMail], limit: int) -> list[list[WaitingMail]]:
    """Mails in the order of their UIDs, in sets small enough for memory; those over the limit cost their headers."""
    found: list[list[WaitingMail]] = [[]]
    size = 0
    for mail in mails:
        cost = min(mail.size, limit)
        if found[-1] and (len(found[-1]) >= SET_MAILS or size + cost > SET_BYTES):
            found.append([])
            size = 0
        found[-1].append(mail)
        size += cost
    return [group for group in found if group]


async def _fetch(work: Work, validity: int, group: Sequence[WaitingMail]) -> list[Delivered]:
    large = {mail.uid: mail.size for mail in group if mail.size > _limit(work)}
    small = [mail.uid for mail in group if mail.uid not in large]
    fetched = [
        *(await work.inbox.fetch(small) if small else []),
        *(await work.inbox.headers(list(large)) if large else []),
    ]
    work.pulse.empty = (work.pulse.empty - set(small)) | set(work.inbox.empty if small else ())
    work.step()
    return [
        Delivered(raw=mail.raw, place=Place(validity=validity, uid=mail.uid), size=large.get(mail.uid))
        for mail in sorted(fetched, key=lambda mail: mail.uid)
    ]


async def _wanted(work: Work, ledger: Ledger, delivered: list[Delivered]) -> list[Delivered]:
    """All of them; only those known already while the mailbox, come back with others, is observed."""
    if not ledger.observed:
        return delivered
    known = [mail for mail in delivered if await _known(work, mail)]
    work.pulse.observed |= {mail.place.uid for mail in delivered if mail.place and mail not in known}
    return known


async def _take_set(work: Work, delivered: Sequence[Delivered], done: Round) -> None:
    taken = await take(work, delivered, done)
    folders, pulse = work.tools.rules.desk.folders, work.pulse
    known = {part.place.uid for part in taken if part.place and not part.events}
    pulse.filing |= {part.place.uid for part in taken if part.place}
    if known:
        await work.note()
    for name in ("done", "quarantine", "too_large"):
        places = [part.place for part in taken if part.folder == name and part.place]
        uids = [place.uid for place in places]
        again = [uid for uid in uids if uid in known]  # an earlier process may have begun to file them
        if places and await work.inbox.file(places[0].validity, uids, getattr(folders, name), again=again):
            pulse.was_filed(uids)
    work.step()


async def take(work: Work, mails: Sequence[Delivered], done: Round) -> list[TakenIn]:
    """Take a set in and count it; if a bug stops it, one by one, so that only the mail that met it stays."""
    try:
        taken = await take_in(work.tools, work.reader, mails, work.clock)
    except (Full, ReaderBrokenError):
        raise
    except Exception as bug:
        if len(mails) > 1:
            return [part for mail in mails for part in await take(work, [mail], done)]
        log.exception("a mail could not be decided and stays where it was")
        done.stayed.add(sha256(mails[0].raw).hexdigest())
        place = mails[0].place
        where = f"the mail with UID {place.uid} in the inbox" if place else "a mail kept earlier"
        done.troubles.append(f"{where} could not be decided and stays there: {type(bug).__name__}: {bug}")
        return []
    for part in taken:
        done.taken_in += bool(part.events)
        done.known += not part.events
        done.quarantined += bool(part.events) and part.folder == "quarantine"
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


async def _foresee(work: Work, waiting: Waiting) -> int:
    """What would be done with the mails that are only observed, for the operator who has to let the desk begin; how
    many were looked at for the first time."""
    pulse = work.pulse
    fresh = [mail for mail in waiting.mails if mail.uid in pulse.observed - pulse.foreseen][:FORESEEN_AT_ONCE]
    if not pulse.observed:
        pulse.would_do, pulse.foreseen = {}, set()
    for group in sets(fresh, _limit(work)):
        if work.stopping():
            break
        raws = [mail.raw for mail in await _fetch(work, waiting.validity, group)]
        for name, count in (await foresee(work.tools.rules, work.reader, raws, work.clock())).items():
            pulse.would_do[name] = pulse.would_do.get(name, 0) + count
        pulse.foreseen |= {mail.uid for mail in group}
    return len(fresh)
