"""The store: what has happened, durable. It knows nothing of why, and of no server."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from mailbot.core.case import Case, LetterInfo
from mailbot.core.chain import Head
from mailbot.core.events import Erased, Event, Facts, LetterWritten, Row
from mailbot.core.ledger import Ledger, Undone
from mailbot.core.orders import Ordered
from mailbot.core.registers import Sought
from mailbot.core.rules import Register

Digest = str
"""SHA-256 of raw bytes as 64 lower hex digits."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it is sealed. All drafts of a batch have the same `at` (aware UTC)."""

    at: datetime
    case: str | None
    mail: Digest | None
    rules: Digest
    program: Digest
    events: tuple[Event, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A sealed entry; `events` is None after they were erased by order."""

    seq: int
    at: datetime
    case: str | None
    mail: Digest | None
    rules: Digest
    program: Digest
    more: bool
    hash: Digest
    events: tuple[Event, ...] | None

    @property
    def facts(self) -> Facts | None:
        """What its decision rests on; None if it has no facts, or they were erased."""
        return next((event for event in self.events or () if isinstance(event, Facts)), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a mail needs to know: its digest, the letters it claims to answer, its sender's address (lower case),
    the desk's year if it may need a new case number, its identity (`Facts.identity`), the form it fills in,
    whether it is about all `open` cases, about those of them that clerks `accepted`, or about the sender's `own`, and
    the rows of registers it needs, with what the desk declares `registers` to be."""

    mail: Digest = ""
    letters: tuple[str, ...] = ()
    sender: str = ""
    year: int | None = None
    since: datetime | None = None
    identity: str = ""
    form: str = ""
    open: bool = False
    accepted: bool = False
    own: bool = False
    rows: tuple[Sought, ...] = ()
    registers: Mapping[str, Register] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Twin:
    """An earlier mail with the same Message-ID and sender, of which something came: its digest and its content
    (`Facts.content`)."""

    mail: Digest
    content: str


@dataclass(frozen=True, slots=True)
class Recall:
    """The answer: what is known of the letters asked for, the cases they belong to (and all open ones, those accepted,
    or the sender's newest open one, if it asked about these), letters (template names) written to the sender at or
    after `since`, a number never used before, and the mail's earlier twins of the last days, oldest first; the rows
    asked for, in their order, and the numbers of the sender's open cases of the form asked for, the five oldest, oldest
    first; `own` is the number of the sender's newest open case, if it asked about that."""

    letters: dict[str, LetterInfo]
    cases: dict[str, Case]
    written: tuple[str, ...]
    number: str | None
    twins: tuple[Twin, ...] = ()
    rows: tuple[Row, ...] = ()
    others: tuple[str, ...] = ()
    own: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """A register as it was imported last: the digest of its file, how many rows, by which entry, and when (journal
    text)."""

    digest: Digest
    rows: int
    seq: int
    at: str


@dataclass(frozen=True, slots=True)
class LetterDue:
    """A letter to send now: its name, its words, and the sealed entry it stands in; `tries` counts those before, and
    `released` says that an operator lets it go whatever the budgets say."""

    name: str
    letter: LetterWritten
    entry: Entry
    tries: int
    released: bool = False


@dataclass(frozen=True, slots=True)
class DeadlineDue:
    """A case whose reminder or limit has come, or the end of what waits for a second clerk."""

    case: Case
    what: Literal["remind", "limit", "proposal"]

    @classmethod
    def of(cls, case: Case, now: str) -> "DeadlineDue":
        """What has come of a case for which something is due at `now` (journal text)."""
        reminds = case.remind is not None and case.remind <= now
        return cls(case, "proposal" if case.lapses(now) else "remind" if reminds else "limit")


Due = LetterDue | DeadlineDue
DueKind = Literal["all", "letters", "deadlines"]
"""What is asked for: deadlines may only be met after the inbox was read, letters may go at any time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: by status (empty: any) or by number."""

    statuses: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()


class Known(Exception):  # noqa: N818 - a word of the design, not a failure
    """Another writer decided this mail meanwhile; whoever catches it decides again."""


class Moved(Exception):  # noqa: N818 - a word of the design, not a failure
    """Another writer changed this case meanwhile; whoever catches it decides again."""


class Full(Exception):  # noqa: N818 - a word of the design, not a failure
    """The disk did not take the batch; the journal stands as before, nothing was taken in, it can be tried again."""


class Damaged(Exception):  # noqa: N818 - a word of the design, not a failure
    """The journal is not what was written: file, line and what is wrong, for the operator."""


class Batch(Protocol):
    """One durable commit in the making; it sees its own appends."""

    async def known(self, mail: Digest) -> bool: ...

    async def recall(self, asked: Asked) -> Recall: ...

    async def case(self, number: str) -> Case | None: ...

    def append(self, draft: Draft) -> None: ...


class Past(Protocol):
    """The journal once more from its beginning, and what it added up to before each of its entries.

    `groups` gives the adjacent entries of each mail, order or deadline; whoever walks may look some groups ahead, and
    says `take` for one after the other when the next is to be decided. `recall` answers as a batch did then, but for
    registers, which are not kept as they were: it is asked for no rows. `erased` says whether how a case stood, or the
    entry of a letter without a case (`e123`), was erased by order, `any_erased` whether anything was of which nobody
    knows how it stood now. `head` is the last entry taken.
    """

    @property
    def head(self) -> Head: ...

    @property
    def any_erased(self) -> bool: ...

    def groups(self) -> AsyncIterator[tuple[Entry, ...]]: ...

    def take(self, group: Sequence[Entry]) -> None: ...

    def erased(self, name: str) -> bool: ...

    def ledger(self) -> Ledger: ...

    async def recall(self, asked: Asked) -> Recall: ...

    async def case(self, number: str) -> Case | None: ...


class Store(Protocol):
    """Everything one desk has to remember.

    `known`: those of these mails that a committed entry decided; `undecided`: kept mails that none did, oldest first.
    `sent_to`: how many letters the relay took, for this address (lower case) and for its domain, at or after an
    instant at most 24 hours back, `sent_since` how many at all. `is_due`: whether a letter may still go, that is was
    neither sent nor held, dropped or erased since it was given out. `ledger`: what the journal adds up to beside cases.
    `orders`: those given at the shell and not carried out yet, oldest first; `finish_order` after its entry is
    committed. `given_register`: the bytes that were given to be imported as this register, None if they are not there;
    `place_register` puts them where they count once an entry names them, durably on return; `settle_registers`, after
    that entry, removes them from where they were given, and what does not count any more. `remember` keeps a rule set
    or a program durably under the digest that it gives; `rule_texts` are the texts of a rule set that entries name,
    `rule_file` the bytes of a file of one, by digest; None if they are gone. `files`: how many decided mails lie on the
    disk, `journal_bytes` how large the journal is. `post` keeps what the service last saw (plain JSON values) for
    whoever looks, `posted` gives it back; a crash may lose the newest. `give_back`: letters that were given out and not
    tried are due again. `notices` are sentences for the operator that came up meanwhile; who says them takes them out.
    `head` is the last committed entry. `past` walks through all that are committed now. `erase` does what an entry that
    is committed orders: the events of its entries are null, its raw mails empty, and nothing else in the store holds
    any of it, durably on return; done twice it is done. Letters under way and given-out deadlines stay given out. Full
    if the disk takes no more: it can be done again.
    """

    notices: list[str]

    @property
    def head(self) -> Head: ...

    async def keep(self, raws: Sequence[bytes]) -> list[Digest]: ...

    async def raw(self, digest: Digest) -> bytes | None: ...

    async def known(self, digests: Iterable[Digest]) -> frozenset[Digest]: ...

    async def undecided(self) -> list[Digest]: ...

    async def files(self) -> int: ...

    def batch(self) -> AbstractAsyncContextManager[Batch]: ...

    def require_room(self) -> None: ...

    async def due(self, now: datetime, limit: int, lease: float, kind: DueKind = "all") -> list[Due]: ...

    def sent_to(self, address: str, since: datetime) -> tuple[int, int]: ...

    def sent_since(self, since: datetime) -> int: ...

    def is_due(self, name: str) -> bool: ...

    def ledger(self) -> Ledger: ...

    async def orders(self) -> list[Ordered]: ...

    async def finish_order(self, nonce: str) -> None: ...

    async def journal_bytes(self) -> int: ...

    async def remember(
        self, kind: Literal["rules", "program"], mapping: Mapping[str, str], files: Mapping[Digest, bytes] | None = None
    ) -> Digest: ...

    async def rule_texts(self, digest: Digest) -> dict[str, str] | None: ...

    async def rule_file(self, digest: Digest) -> bytes | None: ...

    async def given_register(self, name: str, digest: Digest) -> bytes | None: ...

    async def place_register(self, name: str, digest: Digest, data: bytes) -> None: ...

    async def settle_registers(self, digest: Digest) -> None: ...

    async def post(self, pulse: Mapping[str, object]) -> None: ...

    async def posted(self) -> dict[str, object] | None: ...

    def give_back(self, letters: Iterable[str]) -> None: ...

    def entries(self, after: int = 0) -> AsyncIterator[Entry]: ...

    def past(self) -> Past: ...

    async def erase(self, erased: Erased | Undone) -> None: ...

    def cases(self, wanted: Wanted) -> AsyncIterator[Case]: ...
