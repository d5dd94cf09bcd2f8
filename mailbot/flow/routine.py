"""Entries about the desk itself: what nobody wrote and no case is about. It decides nothing and knows no server."""

from collections.abc import Callable
from datetime import datetime

from mailbot.core.ledger import Ledger
from mailbot.core.outcome import Decision
from mailbot.flow.intake import append
from mailbot.flow.tools import Clock, Tools

Decide = Callable[[Ledger, datetime], Decision | None]
"""What is to be journaled, by how the desk stands and the instant (aware UTC); None for nothing."""


async def journal(tools: Tools, clock: Clock, decide: Decide) -> None:
    """Decide and journal while nobody else writes; durable on return. store.Full if the disk did not take it."""
    async with tools.store.batch() as batch:
        now = clock()
        decision = decide(tools.store.ledger(), now)
        if decision is not None:
            await append(tools, batch, [decision], None, now)
