"""Erasing by order: found, decided, journaled, done. It talks to no server and decides nothing itself."""

from collections.abc import Collection

from mailbot.core.decide.erasing import decided, erased
from mailbot.core.events import ErasureDone, Facts, Operator
from mailbot.core.orders import Erase, Ordered
from mailbot.core.outcome import Decision
from mailbot.flow.erasing.finding import find, find_entries
from mailbot.flow.intake import append
from mailbot.flow.tools import Clock, Tools

__all__ = ["carry_out", "erase_entries", "find", "finish"]


async def carry_out(tools: Tools, ordered: Ordered, order: Erase, clock: Clock) -> None:
    """Find what the order takes and journal what becomes of it, while nobody else writes; `finish` does it."""
    async with tools.store.batch() as batch:
        found = await find(tools.store, tools.rules, order)
        await append(tools, batch, erased(ordered, order, found, tools.rules, now := clock()), None, now)


async def erase_entries(tools: Tools, seqs: Collection[int], words: str, clock: Clock, by: Operator | None) -> bool:
    """Erase the entries of these numbers again, as a journal does that knows of it: one restored from a backup made
    before. Durable on return; whether there was anything to do. Those that are null already are passed over."""
    async with tools.store.batch() as batch:
        found = await find_entries(tools.store, tools.rules, seqs)
        if found.entries:
            facts, now = Facts(sort="order", operator=by), clock()
            await append(tools, batch, decided(facts, words, found, now), None, now)
    await finish(tools, clock)
    return bool(found.entries)


async def finish(tools: Tools, clock: Clock) -> None:
    """Everything that was ordered to be erased is, durably, and the journal says so; nothing happens if it was."""
    for undone in tools.store.ledger().erasing:
        await tools.store.erase(undone)
        async with tools.store.batch() as batch:
            done = Decision(None, (Facts(sort="order"), ErasureDone(seq=undone.seq)))
            await append(tools, batch, [done], None, clock())
