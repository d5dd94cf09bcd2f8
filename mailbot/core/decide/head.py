"""Every day the auditors are told the head of the log, so that what they keep proves it later. It knows no clock, signs
nothing and reads no journal."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from mailbot.core.chain import Head
from mailbot.core.events import Facts, HeadTold
from mailbot.core.heads import Statement, fingerprint, told_lines
from mailbot.core.ledger import Ledger
from mailbot.core.outcome import Decision, Letter
from mailbot.core.rules import Desk, Rules

HOUR = "08:30"
"""When auditors are told at a desk that names no hour."""
DEALT_WITH = ("taken_in", "ignored", "quarantined", "dismissed", "erased")


def is_due(ledger: Ledger, desk: Desk, now: datetime) -> bool:
    """Whether the auditors are to be told now: there are some, it is their hour or later, and they were not told today.
    `now` is an aware UTC instant."""
    here = now.astimezone(ZoneInfo(desk.timezone))
    if not desk.auditors or here.time() < time.fromisoformat(desk.head or desk.digest or HOUR):
        return False
    told = ledger.head_told and ledger.head_told.astimezone(ZoneInfo(desk.timezone)).date()
    return told != here.date()


def statement(head: Head, ledger: Ledger, desk: Desk) -> Statement:
    """How the log stands whose last entry is `head` and which adds up to `ledger`."""
    mails = sum(ledger.mails.get(outcome, 0) for outcome in DEALT_WITH)
    open_, closed = ledger.cases.get("open", 0), ledger.cases.get("closed", 0)
    known = (desk.name, head.seq, head.hash, head.at, open_, closed, mails)
    return Statement(*known, ledger.last_case, ledger.erased)


def told(head: Statement, key: str, signature: str, rules: Rules) -> Decision:
    """The day's letters, one to each auditor in all languages of the desk; `key` and `signature` (hex) prove the
    statement and are empty if nothing signs."""
    event = HeadTold(
        seq=head.seq,
        hash=head.hash,
        at=head.at,
        open=head.open,
        closed=head.closed,
        mails=head.mails,
        last=head.last,
        erased=head.erased,
        version=head.version,
        key=key,
        signature=signature,
        auditors=rules.desk.auditors,
    )
    languages = rules.desk.languages
    lines = dict.fromkeys(languages, "") | {languages[-1]: told_lines(head, key, signature)}
    data = {"head": head, "statement": lines, "fingerprint": fingerprint(key) if key else ""}
    letters = tuple(Letter("head", address, "auditor", languages, data) for address in rules.desk.auditors)
    return Decision(None, (Facts(sort="routine"), event), letters)
