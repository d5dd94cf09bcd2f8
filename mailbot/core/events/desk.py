"""What can happen to the desk itself, its mailbox and its quarantine. It knows nothing of cases, and not why."""

from typing import Literal

from mailbot.core.events.values import Frozen


class MailboxSeen(Frozen):
    """The inbox was found under a UIDVALIDITY not seen before, with so many mails the desk knew and did not know;
    `observed` if those it did not know were too many to take in without an order."""

    kind: Literal["mailbox_seen"] = "mailbox_seen"
    validity: int
    known: int = 0
    unknown: int = 0
    observed: bool = False


class Adopted(Frozen):
    """An operator lets the desk take in the mails that it only observed: those received before this entry."""

    kind: Literal["adopted"] = "adopted"


class MailsVanished(Frozen):
    """Somebody else removed mails from the inbox before they were taken in: `uids` is a sequence set (RFC 3501)
    under this UIDVALIDITY, `count` how many they are."""

    kind: Literal["mails_vanished"] = "mails_vanished"
    validity: int
    uids: str
    count: int


class QuarantineTold(Frozen):
    """The clerks were told what lies in quarantine: so many mails."""

    kind: Literal["quarantine_told"] = "quarantine_told"
    mails: int


class QuarantineDismissed(Frozen):
    """An operator looked at a mail in quarantine (its digest) and wants nothing done with it."""

    kind: Literal["quarantine_dismissed"] = "quarantine_dismissed"
    mail: str
    reason: str = ""


class OrderRefused(Frozen):
    """An order could not be carried out: `why` is a code of `orders.REFUSALS`, `about` what it was about."""

    kind: Literal["order_refused"] = "order_refused"
    why: str
    about: str = ""


class Alarmed(Frozen):
    """Something needs the operator: `alarm` is a code of `alarms.ALARMS`, `detail` the figures in words."""

    kind: Literal["alarmed"] = "alarmed"
    alarm: str
    detail: str = ""


class AlarmEnded(Frozen):
    """What an alarm was about is over."""

    kind: Literal["alarm_ended"] = "alarm_ended"
    alarm: str


class RegisterImported(Frozen):
    """An operator imported the register `name` (`accounts`, …): digest and columns of its CSV file, how many rows."""

    kind: Literal["register_imported"] = "register_imported"
    name: str
    digest: str
    columns: tuple[str, ...]
    rows: int


class SecretTold(Frozen):
    """A mail held secrets (of these kinds), which were masked; its sender is told that they are burnt."""

    kind: Literal["secret_told"] = "secret_told"
    secrets: tuple[str, ...]


class SecretDestroyed(Frozen):
    """By order, the raw bytes of a mail (its digest) that held a secret were destroyed."""

    kind: Literal["secret_destroyed"] = "secret_destroyed"
    mail: str


class DigestsSent(Frozen):
    """The working day's letters about what waits were written, to these clerks (perhaps nobody)."""

    kind: Literal["digests_sent"] = "digests_sent"
    clerks: tuple[str, ...] = ()


class ClerkAway(Frozen):
    """A clerk's mail program says that they are out of office, up to and with this day (ISO 8601), or until they
    write."""

    kind: Literal["clerk_away"] = "clerk_away"
    clerk: str
    until: str


class Restored(Frozen):
    """By order, the state was restored from a backup that was made at the instant `made` and ends with the entry `seq`,
    whose hash this is: what happened after it is not known. `head_seq`, `head_hash` and `head_at` are of the newest
    entry that is known outside (0 and empty: none was named), `lost` how many entries up to it are missing. Numbers of
    cases up to those of `numbers`, one a year, may have been given and are not given again. `erased` is a sequence set
    of the entries that were in the backup and that the head names as erased by order. `moved`: nothing happened after
    the backup, says who gave the order."""

    kind: Literal["restored"] = "restored"
    seq: int
    hash: str
    made: str
    head_seq: int = 0
    head_hash: str = ""
    head_at: str = ""
    lost: int = 0
    numbers: tuple[str, ...] = ()
    erased: str = ""
    moved: bool = False


class HeadTold(Frozen):
    """The auditors (their addresses) were told the head of the log: number, hash and instant of its last entry, how
    many cases were open and closed, how many mails dealt with. `key` is the public key (Ed25519, lower hex) and
    `signature` what it signed (`heads.signed_lines`); both are empty if nothing signs. `last` is the last number given
    to a case, `erased` a sequence set of all entries that orders erased; both empty in what an earlier program told, in
    `version` 1 of its lines."""

    kind: Literal["head_told"] = "head_told"
    seq: int
    hash: str
    at: str
    open: int = 0
    closed: int = 0
    mails: int = 0
    last: str = ""
    erased: str = ""
    version: int = 1
    key: str = ""
    signature: str = ""
    auditors: tuple[str, ...] = ()


DeskEvent = (
    Adopted
    | AlarmEnded
    | Alarmed
    | ClerkAway
    | DigestsSent
    | HeadTold
    | MailboxSeen
    | MailsVanished
    | OrderRefused
    | QuarantineDismissed
    | QuarantineTold
    | RegisterImported
    | Restored
    | SecretDestroyed
    | SecretTold
)
"""Anything that can happen to the desk."""
