"""Which mails are only looked at, which came into view, which others took away. It takes nothing in."""

import logging
from collections import Counter
from datetime import datetime
from hashlib import sha256

from mailbot.core.decide import desk
from mailbot.core.events import Facts, MailsVanished
from mailbot.core.ledger import Ledger
from mailbot.core.uids import sequence_set, uids_of
from mailbot.edge.inbox import Waiting, WaitingMail
from mailbot.flow.intake import Delivered
from mailbot.flow.reader import ReaderBrokenError
from mailbot.flow.routine import journal
from mailbot.flow.trial import foresee
from mailbot.service.bugs import in_short
from mailbot.service.fetching import fetch, limit, sets
from mailbot.service.values import Work
from mailbot.store import Full

log = logging.getLogger("mailbot")
FORESEEN_AT_ONCE = 500
"""How many observed mails are read in one round to say what would be done with them."""


async def meet_mailbox(work: Work, waiting: Waiting) -> None:
    """Under a UIDVALIDITY not seen before: are these the mails the desk knows, or did others come back with them?"""
    ledger, most = work.tools.store.ledger(), work.tools.rules.desk.limits.returned_mails
    if ledger.validity == waiting.validity:
        return
    known = unknown = 0
    groups = sets(waiting.mails, limit(work)) if ledger.validity is not None else []
    for group in groups:
        digests = [sha256(mail.raw).hexdigest() for mail in await fetch(work, waiting.validity, group)]
        found = await work.tools.store.known(digests)
        known, unknown = known + len(found), unknown + len(set(digests)) - len(found)
        if unknown > most:
            break
    seen = desk.mailbox_seen(waiting.validity, known, unknown, observed=unknown > most)
    await journal(work.tools, work.clock, lambda ledger, now: seen)


async def look(work: Work, waiting: Waiting) -> None:
    """What came into view, what others took away, and what is only observed since it is older than the desk."""
    uids = [mail.uid for mail in waiting.mails]
    decided, told = await _journaled_since(work)
    work.pulse.untold |= work.pulse.look(waiting.validity, uids, decided, work.clock())
    work.pulse.untold -= told
    work.restarted, work.pulse.seq = False, work.tools.store.head.seq  # here no mail is between entry and filing
    if vanished := set(work.pulse.untold):
        log.warning("somebody else removed %d mails from the inbox before they were taken in", len(vanished))
        gone = desk.vanished(waiting.validity, sequence_set(vanished), len(vanished))
        await journal(work.tools, work.clock, lambda ledger, now: gone)
        work.pulse.untold -= vanished
    ledger = work.tools.store.ledger()
    if not ledger.observed:
        work.pulse.observed = {mail.uid for mail in waiting.mails if _older(mail, ledger)}
    note_oldest(work, waiting)
    await work.note()


def _older(mail: WaitingMail, ledger: Ledger) -> bool:
    """Whether a mail was received before the desk opened, in whole seconds, and nobody let it be taken in."""
    return not ledger.adopted and ledger.opened is not None and mail.received < ledger.opened.replace(microsecond=0)


async def _journaled_since(work: Work) -> tuple[set[int], set[int]]:
    """UIDs of mails that an earlier process decided, and of those it said had vanished, after it noted what it saw."""
    decided, told, validity = set[int](), set[int](), work.pulse.validity
    if not work.restarted or validity is None:
        return decided, told
    async for entry in work.tools.store.entries(work.pulse.seq):
        for event in entry.events or ():
            if isinstance(event, Facts) and event.place and event.place.validity == validity:
                decided.add(event.place.uid)
            elif isinstance(event, MailsVanished) and event.validity == validity:
                told |= uids_of(event.uids)
    return decided, told


def note_oldest(work: Work, waiting: Waiting) -> None:
    """Since when the oldest mail waits that is to be taken in."""
    still = work.pulse.waiting
    work.pulse.oldest = min((mail.received for mail in waiting.mails if mail.uid in still), default=None)


async def wanted(work: Work, delivered: list[Delivered]) -> list[Delivered]:
    """All of them; only those known already while the mailbox, come back with others, is observed."""
    if not work.tools.store.ledger().observed:
        return delivered
    digests = {mail.raw: sha256(mail.raw).hexdigest() for mail in delivered}
    decided = await work.tools.store.known(digests.values())
    known = [mail for mail in delivered if digests[mail.raw] in decided]
    work.pulse.observed |= {mail.place.uid for mail in delivered if mail.place and mail not in known}
    return known


async def foresee_observed(work: Work, waiting: Waiting) -> int:
    """What would be done with the mails that are only observed, for the operator who has to let the desk begin; how
    many were looked at for the first time."""
    pulse = work.pulse
    fresh = [mail for mail in waiting.mails if mail.uid in pulse.observed - pulse.foreseen][:FORESEEN_AT_ONCE]
    if not pulse.observed:
        pulse.would_do, pulse.foreseen = {}, set()
    for group in sets(fresh, limit(work)):
        if work.stopping():
            break
        raws = [mail.raw for mail in await fetch(work, waiting.validity, group)]
        for name, count in (await _foresee(work, raws)).items():
            pulse.would_do[name] = pulse.would_do.get(name, 0) + count
        pulse.foreseen |= {mail.uid for mail in group}
    return len(fresh)


async def _foresee(work: Work, raws: list[bytes]) -> Counter[str]:
    """What would be done with these mails; if a bug stops it, with one by one, so that it keeps nothing else back."""
    try:
        return Counter(await foresee(work.tools.rules, work.reader, raws, work.clock()))
    except (Full, ReaderBrokenError):
        raise
    except Exception as bug:
        if len(raws) > 1:
            return sum([await _foresee(work, [raw]) for raw in raws], Counter[str]())
        log.exception("nobody can say what would be done with a mail that is only observed: a bug")
        return Counter({f"met a bug ({in_short(bug)})": 1})


def read_until(work: Work, waiting: Waiting, began: datetime) -> datetime:
    """The instant up to which the inbox has been read by a look that began then: what is still in view (observed,
    empty, left where it was) may be the answer that a case waits for. Mail older than the desk answers nothing."""
    opened = (work.tools.store.ledger().opened or began).replace(microsecond=0)  # servers tell whole seconds
    left = (mail.received for mail in waiting.mails if mail.uid in work.pulse.in_view and mail.received >= opened)
    return min(left, default=began)
