"""What every part of a round takes along, and what a round did. It does nothing itself."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mailbot.core.events import LetterWritten
from mailbot.core.health import Renewal
from mailbot.core.pulse import Pulse
from mailbot.edge.inbox import Inbox
from mailbot.edge.postman import Later, Never, Sent
from mailbot.flow.courier import Courier, Wire
from mailbot.flow.delivery import Result, Sending
from mailbot.flow.intake import TakenIn
from mailbot.flow.reader import Reader
from mailbot.flow.tools import Clock, Tools, wall_clock
from mailbot.service.showing import Shown, Tally, show
from mailbot.store import Digest, Full

log = logging.getLogger("mailbot")


@dataclass(slots=True)
class Round:
    """What one round did: counts (`filed`: mails that the server says it filed; `observed`: mails only observed, and
    seen for the first time), whether the mail server refused our login, the mails left where they were, and every
    trouble in words for the operator."""

    taken_in: int = 0
    known: int = 0
    filed: int = 0
    quarantined: int = 0
    observed: int = 0
    refused: bool = False
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

    def counts(self) -> dict[str, int]:
        """What was done, by name, without what was not; letters by what became of them."""
        counts = {
            "mails_taken_in": self.taken_in,
            "known": self.known,
            "quarantined": self.quarantined,
            "deadlines": self.deadlines,
            "orders": self.orders,
            "observed_for_the_first_time": self.observed,
            **self.letters,
        }
        return {name: count for name, count in counts.items() if count}


@dataclass(frozen=True, slots=True)
class Watchers:
    """Whoever wants to see a round while it runs: each mail taken in, each letter with its result."""

    mail: Callable[[TakenIn], None] = lambda taken: None
    letter: Callable[[str, LetterWritten, Sent | Later | Never], None] = lambda name, letter, result: None


@dataclass(slots=True)
class Work:
    """One desk at work: its tools, the wires, what it saw last.

    `stopping` says that no further batch may begin; `letters_due` is told that letters were written. `restarted` is
    true until the first look. `postmen` are the connections to the relay, `spare` is another way out, for alarms alone,
    `courier` takes letters while many wait, `left_due` is how many of those due could not go when letters went last.
    `files_missing` is how many decided mails did not lie on the disk when they were counted, `renewals` asks when
    secrets end, `results` are those of letters that could not be journaled yet, `given_up` orders that met a bug, until
    the next start. `tally` is what was counted since the start, `shown` where figures are shown (None: nobody watches).
    """

    tools: Tools
    inbox: Inbox
    postmen: Sequence[Wire]
    reader: Reader
    pulse: Pulse
    clock: Clock = wall_clock
    watch: Watchers = field(default_factory=Watchers)
    stopping: Callable[[], bool] = lambda: False
    letters_due: Callable[[], None] = lambda: None
    restarted: bool = True
    spare: Wire | None = None
    courier: Courier = field(default_factory=Courier)
    left_due: int = 0
    files_missing: int = 0
    renewals: Callable[[], Sequence[Renewal]] = tuple
    results: dict[str, Result] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    tally: Tally = field(default_factory=Tally)
    shown: Shown | None = None

    async def note(self) -> None:
        """What was seen last is kept for the next process and for whoever asks how the service is."""
        self.pulse.noted = self.clock()
        show(self)
        try:
            await self.tools.store.post(self.pulse.plain())
        except Full as full:
            log.warning("what was seen could not be noted: %s", full)


def in_words(done: Round) -> str:
    """What was done, in one line for the operator's log, without personal data."""
    letters = ", ".join(f"{count} {result}" for result, count in done.letters.items() if count)
    said = [f"{name.replace('_', ' ')} {count}" for name, count in done.counts().items() if name not in done.letters]
    return "; ".join([*said, *([f"letters {letters}"] if letters else [])])
