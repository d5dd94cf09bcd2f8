"""Decisions about the desk itself, without a case: its quarantine, its alarms, its mailbox. They know no server."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from mailbot.core.away import absent, at_the_head, there
from mailbot.core.events import Alarmed, AlarmEnded, Facts, MailboxSeen, MailsVanished, QuarantineTold
from mailbot.core.ledger import InQuarantine, Ledger
from mailbot.core.outcome import Decision, Letter
from mailbot.core.rules import Clerk, Desk, Rules

MOST_LISTED = 10
"""How many mails one letter about the quarantine lists; of the others it says how many they are."""


def quarantine_told(ledger: Ledger, rules: Rules, now: datetime) -> Decision | None:
    """The clerks who may decide and are there are told what came into quarantine since they were told last, at most
    once a calendar day where the desk is; None if there is nothing to tell today. `now` is an aware UTC instant."""
    desk, told = rules.desk, ledger.told
    fresh = tuple(mail for mail in ledger.quarantine if mail.seq > ledger.told_seq)
    if not fresh or (told is not None and _day(told, desk) == _day(now, desk)):
        return None
    deciding = [clerk for clerk in desk.clerks if "decide" in clerk.roles]
    letters = tuple(_of_quarantine(clerk, fresh) for clerk in there(deciding, absent(ledger.away, desk, now)))
    return Decision(None, (Facts(sort="routine"), QuarantineTold(mails=len(fresh))), letters)


def _day(instant: datetime, desk: Desk) -> str:
    return instant.astimezone(ZoneInfo(desk.timezone)).date().isoformat()


def _of_quarantine(clerk: Clerk, mails: Sequence[InQuarantine]) -> Letter:
    data = {"clerk": clerk, "mails": mails[:MOST_LISTED], "more": max(0, len(mails) - MOST_LISTED)}
    return Letter("quarantine", clerk.address, "clerk", (clerk.language,), data)


def alarms_changed(raised: Mapping[str, str], ledger: Ledger, rules: Rules, now: datetime) -> Decision | None:
    """Alarms that were not there before, and those that are over, in one letter to each operator; None if all is as it
    was.

    `raised` maps the codes of the alarms that hold at `now` (aware UTC) to their figures in words. Operators are those
    of desk.toml; without any, the clerks who answer for the desk and are there; without such, those who may decide.
    """
    new = {code: detail for code, detail in raised.items() if code not in ledger.alarms}
    over = tuple(sorted(ledger.alarms - raised.keys()))
    if not new and not over:
        return None
    events = [Alarmed(alarm=code, detail=detail) for code, detail in new.items()]
    ended = [AlarmEnded(alarm=code) for code in over]
    asked = operators(rules.desk, absent(ledger.away, rules.desk, now))
    letters = tuple(_of_alarms(rules.desk, address, new, over) for address in asked)
    return Decision(None, (Facts(sort="alarm"), *events, *ended), letters)


def operators(desk: Desk, away: Collection[str] = ()) -> tuple[str, ...]:
    """The addresses of whoever looks after the service; clerks who are `away` (addresses in lower case) are not asked
    where others are there."""
    return desk.operators or tuple(clerk.address for clerk in at_the_head(desk, away))


def language_for(desk: Desk, address: str) -> tuple[str]:
    """The language in which the desk writes to an operator: the clerk's, or the first of the desk."""
    clerk = desk.clerk(address)
    return (clerk.language if clerk else desk.languages[0],)


def _of_alarms(desk: Desk, address: str, new: Mapping[str, str], over: tuple[str, ...]) -> Letter:
    return Letter("alarm", address, "operator", language_for(desk, address), {"alarms": dict(new), "over": over})


def mailbox_seen(validity: int, known: int, unknown: int, *, observed: bool = False) -> Decision:
    """The inbox was found under another UIDVALIDITY, with so many mails the desk knew and did not know; `observed` if
    the latter are not taken in without an order."""
    seen = MailboxSeen(validity=validity, known=known, unknown=unknown, observed=observed)
    return Decision(None, (Facts(sort="mailbox"), seen))


def vanished(validity: int, uids: str, count: int) -> Decision:
    """Somebody else removed mails from the inbox before they were taken in: `uids` is a sequence set (RFC 9051)."""
    return Decision(None, (Facts(sort="mailbox"), MailsVanished(validity=validity, uids=uids, count=count)))
