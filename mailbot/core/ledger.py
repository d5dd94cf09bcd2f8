"""What a journal adds up to beside cases: mails, letters, the mailbox, quarantine, alarms. It folds nothing itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class InQuarantine:
    """A mail in quarantine: its digest, the entry and the instant (aware UTC) it came there, and why."""

    mail: str
    seq: int
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class HeldLetter:
    """A letter that waits for an operator: its name, to whom, which template, in which entry it was written, and the
    budget it is over (or `restored`)."""

    name: str
    to: str
    template: str
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class Unreached:
    """One of the desk's own people whom the relay refuses: the last letter without a case to this address (lower case)
    that failed for good, of which template, when (aware UTC) and why."""

    to: str
    letter: str
    template: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A mail that held secrets and whose bytes were not destroyed: its digest, the entry and the instant (aware UTC)
    that decided it, the kinds of secret, the address it came from (empty: none), its case (None: none)."""

    mail: str
    seq: int
    at: datetime
    secrets: tuple[str, ...]
    by: str = ""
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """An erasure that was ordered and not finished: the entry that orders it, the entries whose events go, and the raw
    mails (their digests)."""

    seq: int
    seqs: tuple[int, ...]
    mails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """How a desk stands by its journal.

    `opened` is the instant of DeskOpened, `adopted` whether mail older than that may be taken in. `validity` is the
    UIDVALIDITY under which the inbox was last seen (None: never), `observed` whether it came back with too many
    unknown mails and no order adopted them since. `mails` counts decided mails by what became of them last:
    `taken_in`, `ignored`, `quarantined`, `dismissed`, `erased`; `letters` counts letters by state: `due`, `sent`,
    `failed`, `held`, `dropped`, and all ever `written`; `oldest_due` is since when the oldest due one has been
    due: when it was written, or an operator let it go. `told` is when the clerks were last told of the quarantine,
    `told_seq` the number of that entry (0: never). `sealed` are the mails that held a secret. `done` has the nonces of
    the orders carried out lately, each with the number of its entry. `digested` is when clerks were last told what
    waits, `head_told` when the auditors were last told the head; `away` are clerks (addresses in lower case) who are
    out of office, each with the last day of it (ISO 8601). `cases` counts those that are `open` and `closed`.
    `forged` are the orders by mail that nothing proved lately, one row for the case they named, one for the clerk in
    whose name they came, each with when (aware UTC), and `forged_in` in which entries. `erased` are the entries that
    orders erased or are about to, as a sequence set (`uids.uids_of` reads it); `erasing` are the erasures that are not
    finished. `unreached` are clerks, operators and auditors to whom no letter could be delivered since one failed.
    `last_case` is the last number given to a case (empty: none).
    """

    opened: datetime | None = None
    adopted: bool = False
    validity: int | None = None
    observed: bool = False
    mails: Mapping[str, int] = field(default_factory=dict)
    vanished: int = 0
    letters: Mapping[str, int] = field(default_factory=dict)
    oldest_due: datetime | None = None
    quarantine: tuple[InQuarantine, ...] = ()
    held: tuple[HeldLetter, ...] = ()
    alarms: frozenset[str] = frozenset()
    told: datetime | None = None
    told_seq: int = 0
    sealed: tuple[Sealed, ...] = ()
    done: Mapping[str, int] = field(default_factory=dict)
    digested: datetime | None = None
    head_told: datetime | None = None
    cases: Mapping[str, int] = field(default_factory=dict)
    away: Mapping[str, str] = field(default_factory=dict)
    forged: tuple[tuple[str, datetime], ...] = ()
    forged_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    erased: str = ""
    erasing: tuple[Undone, ...] = ()
    unreached: tuple[Unreached, ...] = ()
    last_case: str = ""
