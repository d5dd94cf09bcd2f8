"""Whether the service is well, from what it noted last, as a small answer in JSON. It asks nobody."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

from mailbot.core.figures import Figures
from mailbot.core.instants import to_text

SILENT = 600.0
"""Seconds for which the service may note nothing: at work it notes what it saw every minute or so."""


class Vital:
    """Whether the service lives, as its own watchdog found it. `beat` belongs to the service's thread."""

    def __init__(self, patience: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience, self._clock = patience, clock
        self._beaten = clock()

    def beat(self) -> None:
        """The event loop turns, and the watchdog found nothing wrong."""
        self._beaten = self._clock()

    @property
    def silent_for(self) -> float:
        """Seconds since the last beat."""
        return self._clock() - self._beaten

    @property
    def lives(self) -> bool:
        """Whether the last beat is not too long ago."""
        return self.silent_for < self._patience


def answer(vital: Vital, figures: Figures | None) -> tuple[bool, bytes]:
    """Whether all is well, and that in words for programs: what is wrong by name, and the figures that tell most. No
    words of servers, no names."""
    wrong = [] if vital.lives else ["event_loop"]
    said: dict[str, object] = {"beat_seconds": round(vital.silent_for, 1)}
    if figures is None:
        wrong.append("starting")
    else:
        if (datetime.now(UTC) - figures.at).total_seconds() > SILENT:
            wrong.append("silent")
        wrong += sorted(figures.alarms)
        said |= _told(figures)
    return not wrong, (json.dumps({"status": "ill" if wrong else "ok", "wrong": wrong, **said}) + "\n").encode()


def _told(figures: Figures) -> dict[str, object]:
    health = figures.health
    return {
        "noted": to_text(figures.at),
        "waiting": health.waiting,
        "undecided": health.undecided,
        "letters_due": health.ledger.letters.get("due", 0),
        "letters_held": health.ledger.letters.get("held", 0),
        "imap": "broken" if health.imap.broken else "ok",
        "smtp": "broken" if health.smtp.broken else "ok",
        "journal": figures.seq,
    }
