"""What every part of a round takes along, and what a round did. It does nothing itself."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mailbot.core.events import LetterWritten
from mailbot.core.pulse import Pulse
from mailbot.edge.inbox import Inbox
from mailbot.edge.postman import Later, Never, Sent
from mailbot.flow.delivery import Carrier, Result, Sending
from mailbot.flow.intake import TakenIn
from mailbot.flow.reader import Reader
from mailbot.flow.tools import Clock, Tools, wall_clock
from mailbot.store import Digest, Full

log = logging.getLogger("mailbot")


@dataclass(slots=True)
class Round:
    """What one round did: counts (`observed`: mails only observed, and seen for the first time), the mails left where
    they were, and every trouble in words for the operator."""

    taken_in: int = 0
    known: int = 0
    quarantined: int = 0
    observed: int = 0
    letters: dict[str, int] = field(default_factory=lambda: {"sent": 0, "later": 0, "never": 0, "held": 0})
    deadlines: int = 0
    orders: int = 0
    stayed: set[Digest] = field(default_factory=set)
    sending: Sending | None = None
    troubles: list[str] = field(default_factory=list)

    @property
    def quiet(self) -> bool:
        """Whether nothing at all happened."""
        return not (
            self.taken_in or self.known or sum(self.letters.values()) or self.deadlines or self.orders or self.observed
        )


@dataclass(frozen=True, slots=True)
class Watchers:
    """Whoever wants to see a round while it runs: each mail taken in, each letter with its result."""

    mail: Callable[[TakenIn], None] = lambda taken: None
    letter: Callable[[str, LetterWritten, Sent | Later | Never], None] = lambda name, letter, result: None


@dataclass(slots=True)
class Work:
    """One desk at work: its tools, the wires, what it saw last.

    `stopping` says that no further batch may begin. `restarted` is true until the first look. `spare` is another way
    out, for alarms alone. `files_missing` is how many decided mails did not lie on the disk when they were counted,
    `results` are those of letters that could not be journaled yet, `given_up` orders that met a bug, until the next
    start.
    """

    tools: Tools
    inbox: Inbox
    carriers: Sequence[Carrier]
    reader: Reader
    pulse: Pulse
    clock: Clock = wall_clock
    watch: Watchers = field(default_factory=Watchers)
    stopping: Callable[[], bool] = lambda: False
    restarted: bool = True
    spare: Carrier | None = None
    files_missing: int = 0
    results: dict[str, Result] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)

    async def note(self) -> None:
        """What was seen last is kept for the next process and for whoever asks how the service is."""
        self.pulse.noted = self.clock()
        try:
            await self.tools.store.post(self.pulse.plain())
        except Full as full:
            log.warning("what was seen could not be noted: %s", full)
