"""Fetching mails in sets that fit into memory. It knows nothing of what becomes of them."""

from collections.abc import Sequence

from mailbot.core.events import Place
from mailbot.edge.inbox import Fetched, WaitingMail
from mailbot.flow.intake import Delivered
from mailbot.service.showing import timed
from mailbot.service.values import Work

SET_MAILS, SET_BYTES = 100, 10_000_000
"""How many mails, and how many bytes of them, are fetched together: what a round holds in memory."""


def limit(work: Work) -> int:
    """Octets above which only the header of a mail is fetched."""
    return work.tools.rules.desk.limits.mail_megabytes * 1_000_000


def sets(mails: Sequence[WaitingMail], most: int) -> list[list[WaitingMail]]:
    """Mails in their order, in sets small enough for memory; those over `most` octets cost their headers."""
    found: list[list[WaitingMail]] = [[]]
    size = 0
    for mail in mails:
        cost = min(mail.size, most)
        if found[-1] and (len(found[-1]) >= SET_MAILS or size + cost > SET_BYTES):
            found.append([])
            size = 0
        found[-1].append(mail)
        size += cost
    return [group for group in found if group]


async def fetch(work: Work, validity: int, group: Sequence[WaitingMail]) -> list[Delivered]:
    """The mails of a set that are still there, ascending by UID; those delivered empty are noted."""
    large = {mail.uid: mail.size for mail in group if mail.size > limit(work)}
    small = [mail.uid for mail in group if mail.uid not in large]
    fetched: list[Fetched] = []
    work.pulse.empty -= {mail.uid for mail in group}
    for uids, call in ((small, work.inbox.fetch), (list(large), work.inbox.headers)):
        if uids:
            with timed(work.shown, "fetch"):
                fetched += await call(uids)
            work.pulse.empty |= set(work.inbox.empty)
    return [
        Delivered(raw=mail.raw, place=Place(validity=validity, uid=mail.uid), size=large.get(mail.uid))
        for mail in sorted(fetched, key=lambda mail: mail.uid)
    ]
