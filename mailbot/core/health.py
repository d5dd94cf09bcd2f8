"""How the service is, as a value: what waits, what became of the rest, whether the sums agree. It asks nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mailbot.core.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Contact:
    """One server: when it last worked, and since when it does not and why (None and empty while it works); instants
    are aware UTC. `mend`: it stays broken until somebody does something about it."""

    worked: datetime | None = None
    broken: datetime | None = None
    trouble: str = ""
    mend: bool = False


@dataclass(frozen=True, slots=True)
class Renewal:
    """Something an operator has to do about a secret, in words without the secret, and since when (aware UTC) that is
    to be said: before it ends."""

    what: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What became of the last wish for new rules: when (aware UTC), who `asked` (their tokens; none: a signal), the
    digest of the rules in force since, everything wrong with those that were refused (none: they are in force), and
    what else the operator should know."""

    at: datetime
    asked: tuple[str, ...] = ()
    rules: str = ""
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Backup:
    """The last backup that is known: when it was made (aware UTC), up to which entry, into which folder."""

    made: datetime
    seq: int
    folder: str


@dataclass(frozen=True, slots=True)
class Health:
    """What the service saw last, beside its ledger.

    `seen` is the instant of the last look into the inbox (None: never), `read` when the last one began that came to its
    end (None: none was tried yet), `waiting` the mails in it that are to be taken in, `observed` those only observed,
    `empty` those the server announces but delivers without an octet, `oldest` when the oldest of `waiting` was
    received. `undecided` are mails kept and not decided, `undecidable` those of `waiting` that met a bug when they were
    taken in last, `files` the decided ones on the disk. `came` counts the mails that ever came into view under the
    present UIDVALIDITY, `filed` those of them that were filed, `gone` those that somebody else removed; `stuck` are
    UIDs filed by us and still in the inbox. `noted` is when all this was noted last, `process` the number of the
    process of a service at work, `reloaded` what became of its last reload, `renewals` when its secrets end; `kept` how
    many closed cases are kept longer than their forms say; `backup` the last backup (None: none is known of).
    """

    ledger: Ledger
    seen: datetime | None = None
    read: datetime | None = None
    waiting: int = 0
    observed: int = 0
    empty: int = 0
    oldest: datetime | None = None
    undecided: int = 0
    undecidable: int = 0
    files: int = 0
    came: int = 0
    filed: int = 0
    gone: int = 0
    stuck: tuple[int, ...] = ()
    imap: Contact = field(default_factory=Contact)
    smtp: Contact = field(default_factory=Contact)
    would_do: Mapping[str, int] = field(default_factory=dict)
    noted: datetime | None = None
    process: int | None = None
    reloaded: Reloaded | None = None
    renewals: tuple[Renewal, ...] = ()
    kept: int = 0
    backup: Backup | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """Two sides that have to be equal, each with its figure."""

    left: str
    right: str
    found: int
    wanted: int

    @property
    def agrees(self) -> bool:
        """Whether both sides are equal."""
        return self.found == self.wanted
