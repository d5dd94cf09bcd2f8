"""A case and what belongs to it, as values. They know nothing of the events they come from."""

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import Field

from mailbot.core import events as e

Status = Literal[
    "collecting",
    "awaiting_consent",
    "awaiting_document",
    "ready",
    "on_hold",
    "in_progress",
    "done",
    "rejected",
    "declined",
    "withdrawn",
    "expired",
    "duplicate",
]
CLOSED: frozenset[str] = frozenset({"done", "rejected", "declined", "withdrawn", "expired", "duplicate"})
STATUS_OF: Mapping[str, Status] = {
    "fields": "collecting",
    "consent": "awaiting_consent",
    "document": "awaiting_document",
    "review": "ready",
    "task": "in_progress",
    "wait": "in_progress",
    "notify": "in_progress",
}
"""How a case stands while it waits for a step of this kind."""
OPEN: frozenset[str] = frozenset(get_args(Status)) - CLOSED


class LetterInfo(e.Frozen):
    """What is remembered of a letter: to whom, in which role and with which key its token was made, in which entry and
    when; `sent` is the instant the relay took it, `bounced` says that it came back for good later; `bound` is the
    digest of the commands that its code confirms, `shows` the cases that a letter without a case lists."""

    to: str
    role: e.Role
    key: str
    seq: int
    at: str = ""
    template: str
    state: Literal["due", "sent", "failed", "held", "dropped"] = "due"
    tries: int = 0
    sent: str | None = None
    bounced: bool = False
    bound: str = ""
    shows: tuple[str, ...] = ()


class Pending(e.Frozen):
    """Commands that wait for a code: of which clerk, in answer to which letter, as written, and until when."""

    clerk: str
    letter: str
    text: str
    until: str


class Proposal(e.Frozen):
    """A change that waits for a second clerk: which clerk proposed it, the digest of their commands, what the fields
    are to say, when it was proposed (journal text) and at which revision of the case, and until when it waits."""

    clerk: str
    block: str
    answers: dict[str, tuple[str, ...]]
    at: str
    revision: int
    until: str


class Consent(e.Frozen):
    """The responsible person's AGREE: when, from which address, to which letter, and whether it is confirmed."""

    by: str
    at: str
    letter: str
    confirmed: bool
    remark: str = ""


class Attached(e.Frozen):
    """An automatic mail that belongs to the case: when it came, from which address, what kind of mail it is."""

    at: str
    by: str
    sort: str


class Document(e.Frozen):
    """A signed document that is there: when it came (journal text), how, who mailed or recorded it, which day a clerk
    gave it (ISO 8601), and the names of its digital signatures."""

    at: str
    how: str
    by: str
    dated: str = ""
    signed: tuple[str, ...] = ()


class Done(e.Frozen):
    """A task that was done: when (journal text), by which clerk, under which number."""

    at: str
    clerk: str
    number: str = ""


class Deed(e.Frozen):
    """What was done in a case: in which entry, when (journal text), by which address (empty: nobody, its time had
    come), `what` as a code of words.toml (table `deeds`), what `about`, and of a field what stood there and stands."""

    seq: int = 0
    at: str = ""
    by: str = ""
    what: str
    about: tuple[str, ...] = ()
    was: e.Value = ""
    now: e.Value = ""


class Tried(e.Frozen):
    """A mail with orders that nothing proves to be a clerk's: when it came (journal text), from which address as it
    says, and its words."""

    at: str
    by: str
    text: str


class Hold(e.Frozen):
    """A case that rests: by which clerk, from when, until when (journal texts), why."""

    by: str
    since: str
    until: str
    reason: str


class Case(e.Frozen):
    """One application from first mail to end. Instants are journal texts (see `instants`).

    `answers` is what was written, `values` what was understood, `faults` what is still wrong. `revision` is the
    sequence number of the entry that last changed fields, consents, documents, steps or status; `rounds` counts
    answers in a row that brought nothing new. `threads` holds for each correspondent (role, or a
    clerk's address) what the next letter answers. `bounced` are the addresses (lower case) that letters came back from
    and nobody wrote from since, `attached` the last automatic mails, `pauses` how often the reminder of this step was
    put off.

    `step` is a step's name in its form (empty: none has begun), `step_kind` what kind of step it is. `documents` are
    those that are there, by name; `tasks` those that are done, by step, where a task is done for each user by
    `<step>/<row>`; `passed` the steps that only took time and are over. `remarks` are for clerks; `confirmed` fields
    whose doubtful value counts, `allowed` those a clerk made an exception for, with the reason; `asked` those a clerk
    wants looked at again, with their words in `asked_text`; `undone` is who had accepted the case before that. `ground`
    is the code of a rejection; `given` the account name and `until` the last day of an acceptance. `vouched` is the
    responsible person's address that a clerk vouches for. `tried` are the first mails with orders that nothing proves
    to be a clerk's, `tries` how many came in all. `assigned` is the address of the clerk who is responsible for
    the case. `hold` is there while the case rests. `stopped` is who objects to a change. `rows` are the rows of
    registers that were looked up last. `pending` are commands that wait for a code, by their digest. `proposal` is
    a change that waits for a second clerk. `history` is what was done last, oldest first. `erased` is when the case was
    erased by order (empty: it was not): then there is nothing of the applicant in it, and nothing happens any more.
    """

    number: str
    form: str
    status: Status = "collecting"
    step: str = ""
    step_kind: str = "fields"
    opened: str
    changed: str
    completed: str | None = None
    step_since: str
    due: str | None = None
    remind: str | None = None
    applicant: str
    name: str = ""
    languages: dict[str, str] = Field(default_factory=dict)
    answers: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    values: dict[str, e.Value] = Field(default_factory=dict)
    faults: tuple[e.Fault, ...] = ()
    unread: tuple[str, ...] = ()
    rounds: int = 0
    stuck: bool = False
    consent: Consent | None = None
    decided_by: str = ""
    reason: str = ""
    ground: str = ""
    given: str = ""
    until: str = ""
    notes: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    threads: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    letters: dict[int, LetterInfo] = Field(default_factory=dict)
    last_letter: int = 0
    bounced: tuple[str, ...] = ()
    attached: tuple[Attached, ...] = ()
    pauses: int = 0
    revision: int = 0
    late: bool = False
    plan: e.Plan | None = None
    documents: dict[str, Document] = Field(default_factory=dict)
    tasks: dict[str, Done] = Field(default_factory=dict)
    passed: tuple[str, ...] = ()
    remarks: tuple[e.Remark, ...] = ()
    confirmed: tuple[str, ...] = ()
    allowed: dict[str, str] = Field(default_factory=dict)
    asked: tuple[str, ...] = ()
    asked_text: str = ""
    undone: str = ""
    vouched: str = ""
    assigned: str = ""
    hold: Hold | None = None
    stopped: str = ""
    of: str = ""
    rows: tuple[e.Row, ...] = ()
    pending: dict[str, Pending] = Field(default_factory=dict)
    proposal: Proposal | None = None
    tried: tuple[Tried, ...] = ()
    tries: int = 0
    history: tuple[Deed, ...] = ()
    erased: str = ""

    @property
    def open(self) -> bool:
        """Whether anything can still happen to it by itself."""
        return self.status not in CLOSED and not self.erased

    @property
    def limit(self) -> str | None:
        """Until when it may take: the end of its rest, or else the limit of its step."""
        return self.hold.until if self.hold else self.due

    @property
    def wakes(self) -> str | None:
        """When time does the next thing to it: the end of its rest, or else its reminder or limit; or the end of what
        waits for a second clerk."""
        rest = (self.hold.until,) if self.hold else (self.remind, self.due)
        return min(filter(None, (*rest, self.proposal.until if self.proposal else None)), default=None)

    def lapses(self, now: str) -> bool:
        """Whether what waits for a second clerk has waited long enough at `now` (journal text)."""
        return self.proposal is not None and self.proposal.until <= now

    @property
    def halted(self) -> bool:
        """Whether it goes on only when a clerk says so: somebody objected to a change, or nobody could hear of it."""
        return bool(self.stopped) or (self.stuck and self.step_kind == "wait")
