"""What a decision is made of: letters to be worded, events to be journaled. It knows nothing of how that is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.core.events import Enclosure, Event, Role

TEMPLATES = (
    *("missing", "received", "consent", "review", "agreed", "accepted", "accepted_responsible", "rejected"),
    *("rejected_responsible", "declined", "forms", "transcript", "not_counted", "passed_on", "stuck", "handed"),
    *("proposed", "status", "reminder", "expired", "too_large", "address_changed", "undeliverable"),
    *("unreached", "quarantine", "alarm", "closed", "notice", "document", "document_received", "task", "overdue"),
    *("completed", "secret", "awaited", "not_read"),
    *("replied", "asked", "undone", "withdrawn", "withdrawn_others", "duplicate", "closed_case", "reopened", "help"),
    *("objected", "objection", "objection_over", "unannounced", "confirm", "queue", "digest", "head"),
    *("shown", "case_log", "corrected", "second", "proposal_over", "address_corrected"),
    *("numbered", "confirm_numbered", "from_auditor"),
    *("assigned", "held", "resumed", "will_read"),
)
"""Every letter the desk may write, by the name of its template."""
PARTS = frozenset({"in_full"})
"""What several letters have in common, by the name of its template: the case as it stands, for clerks who decide."""
GENERAL = frozenset({"forms", "not_counted", "too_large", "secret", "not_read", "will_read"})
"""Letters that answer somebody without a case; how many a day is a budget."""
FINAL = frozenset(
    {"accepted", "accepted_responsible", "completed", "rejected", "rejected_responsible", "declined", "expired"}
)
"""Letters that tell how an application ended: whoever does not get one never learns it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter before it is put into words: `template` by name, `languages` in the order they stand in it,
    `data` what the template may show, `thread` what it answers (Message-IDs, or letters of ours by name), `enclosures`
    the files that go with it, `bound` the digest of the commands that a code in it confirms, `shows` the cases that a
    letter without a case lists."""

    template: str
    to: str
    role: Role
    languages: tuple[str, ...]
    data: Mapping[str, object] = field(default_factory=dict)
    thread: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    bound: str = ""
    shows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What one message, order or deadline does to one case (None: to none): one entry of the journal."""

    case: str | None
    events: tuple[Event, ...]
    letters: tuple[Letter, ...] = ()
