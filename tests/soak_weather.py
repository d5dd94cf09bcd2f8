"""How rough it gets in a soak: which faults there are on the wires, and how often each kind comes. It knows no desk."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from faults import Cut, Fault, Faults, Say

from mailbot.embedded import EmbeddedServers

IMAP_FAULTS: tuple[tuple[Fault, ...], ...] = (
    (Cut("UID MOVE", "unanswered"),),
    (Cut("UID FETCH", "literal", 200, reset=True),),
    (Cut("IDLE", "answered"),),
    (Cut("GREETING", "unanswered", times=2),),
    (Say("UID FETCH", "NO [UNAVAILABLE] later", times=2),),
    (Say("UID MOVE", "NO [SERVERBUG] not now", times=2),),
    (Say("SELECT", "BAD what is this"),),
)
SMTP_FAULTS: tuple[tuple[Fault, ...], ...] = (
    (Say("RCPT", "450 4.2.1 mailbox busy", times=6),),
    (Say("RCPT", "550 5.1.1 no such user", times=2),),
    (Say("MAIL", "421 4.3.2 closing for a while", times=2),),
    (Say("MAIL", "451 4.3.0 later", times=4),),
    (Say("DATA", "554 5.7.1 not this one"), Say("DATA", "452 4.3.1 full", times=3)),
    (Cut(".", "unanswered", times=2),),
    (Cut(".", "unsent", times=2, reset=True),),
    (Cut("GREETING", "unanswered", times=3),),
)


@dataclass(frozen=True, slots=True)
class Weather:
    """How rough it gets: how often each fault comes, the chance that a command is cut, how many mails come at once, how
    many may wait in the inbox before more come, and the seconds that IMAP and the reader of mails are waited for. After
    a share of the mails (`calm_after`) the program is not killed any more, so that its memory can be watched."""

    faults: Counter[str]
    chance: float
    portion: tuple[int, int]
    behind: int
    timeout: float = 10.0
    calm_after: float = 1.0

    @property
    def pace(self) -> float:
        """How long everything takes in this weather, in proportion to its timeout."""
        return self.timeout / 10


class Wire(Faults):
    """A proxy that also notes how many letters the relay had when a fault struck."""

    def __init__(self, relay: EmbeddedServers, marks: list[int], *args: Any, **named: Any) -> None:
        self._relay, self._marks = relay, marks
        super().__init__(*args, **named)

    def note(self, what: list[Any], item: object) -> None:
        if what is self.struck:
            self._marks.append(len(self._relay.letters))
        if what is not self.heard:  # nobody asks, and there are many
            super().note(what, item)
