"""What a service that is watched shows of itself, as plain numbers: no address, name or subject is in them.
It asks nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mailbot.core.health import Health

SENT, LATER, NEVER, HELD = "sent", "later", "never", "held"


@dataclass(frozen=True, slots=True)
class Figures:
    """The state of a desk at work at one instant (aware UTC), beside its health.

    `alarms` are the codes of those that hold. `read_until` is the instant up to which the inbox was read. `seq` and
    `journal_bytes` measure the journal, `open_cases` are by status, `overdue` those over the limit of a step that waits
    for the desk. `reader` counts `starts`, `timeouts`, `deaths` and `unreadable` mails of the child process since the
    start, `connections` those made to each server, `reloads` by result.
    """

    at: datetime
    health: Health
    alarms: frozenset[str] = frozenset()
    read_until: datetime | None = None
    seq: int = 0
    journal_bytes: int = 0
    open_cases: Mapping[str, int] = field(default_factory=dict)
    overdue: int = 0
    reader: Mapping[str, int] = field(default_factory=dict)
    connections: Mapping[str, int] = field(default_factory=dict)
    reloads: Mapping[str, int] = field(default_factory=dict)
    decided: Mapping[str, int] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)
    letters: Mapping[str, int] = field(default_factory=dict)
    deadlines: int = 0
    orders: int = 0
