"""The sign of life of a service: given every second by the event loop itself, and only while the service's own watchdog
finds nothing wrong. It mends nothing."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from mailbot.core.alarms import raised
from mailbot.edge.notify import Notifier
from mailbot.service.values import Work

BEAT = 1.0
"""Seconds between two signs."""
SAY_EVERY = 10.0
"""Seconds between two looks at whether systemd has to be told something else."""


class Vital(Protocol):
    """Who hears the sign beside systemd: see `edge/monitor`."""

    def beat(self) -> None: ...


def status_line(work: Work) -> str:
    """How things are, in one line without personal data."""
    ledger, pulse = work.tools.store.ledger(), work.pulse
    codes = sorted(raised(pulse.health(ledger, undecided=0, files=sum(ledger.mails.values())), work.clock()))
    said = f"inbox waiting {len(pulse.waiting)}, letters due {ledger.letters.get('due', 0)}"
    return said + (f"; alarms: {', '.join(codes)}" if codes else "")


async def beat(work: Work, lives: Callable[[], bool], notifier: Notifier, vital: Vital | None = None) -> None:
    """Until cancelled. systemd's watchdog is put off at half its time, as sd_watchdog_enabled(3) wants it."""
    pinged = said_at = float("-inf")
    said = ""
    while True:
        now = time.monotonic()
        if lives():
            if vital is not None:
                vital.beat()
            if notifier.watchdog and now - pinged >= notifier.watchdog / 2 - BEAT:
                notifier.alive()
                pinged = now
        if now - said_at >= SAY_EVERY:
            said_at, line = now, status_line(work)
            if line != said:
                notifier.status(line)
                said = line
        await asyncio.sleep(min(BEAT, (notifier.watchdog or 4 * BEAT) / 4))
