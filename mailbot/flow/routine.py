"""Entries about the desk itself: what nobody wrote and no case is about. It decides nothing and knows no server."""

from collections.abc import Callable
from datetime import datetime

from mailbot.core.decide import digest, head
from mailbot.core.heads import signed_lines
from mailbot.core.ledger import Ledger
from mailbot.core.outcome import Decision
from mailbot.flow.intake import append
from mailbot.flow.tools import Clock, Tools
from mailbot.store import Asked

Decide = Callable[[Ledger, datetime], Decision | None]
"""What is to be journaled, by how the desk stands and the instant (aware UTC); None for nothing."""


async def journal(tools: Tools, clock: Clock, decide: Decide) -> None:
    """Decide and journal while nobody else writes; durable on return. store.Full if the disk did not take it."""
    async with tools.store.batch() as batch:
        now = clock()
        decision = decide(tools.store.ledger(), now)
        if decision is not None:
            await append(tools, batch, [decision], None, now)


async def tell_clerks(tools: Tools, clock: Clock) -> None:
    """The working day's letters to clerks about what waits, once it is time: decided and journaled together, so that
    they are written once however often the service starts. store.Full if the disk did not take it."""
    if not digest.is_due(tools.store.ledger(), tools.rules.desk, clock()):
        return
    async with tools.store.batch() as batch:
        now, cases = clock(), (await batch.recall(Asked(open=True))).cases.values()
        decision = digest.digests(cases, tools.store.ledger(), tools.rules, now)
        if decision is not None:
            await append(tools, batch, [decision], None, now)


async def tell_auditors(tools: Tools, clock: Clock) -> None:
    """The day's letters to auditors with the head of the log as it is just before their own entry, signed if there is a
    key; decided and journaled together. store.Full if the disk did not take it."""
    if not head.is_due(tools.store.ledger(), tools.rules.desk, clock()):
        return
    async with tools.store.batch() as batch:
        now, ledger, signer = clock(), tools.store.ledger(), tools.signer
        if head.is_due(ledger, tools.rules.desk, now):
            stands = head.statement(tools.store.head, ledger, tools.rules.desk)
            signature = signer.sign(signed_lines(stands).encode()) if signer else ""
            decision = head.told(stands, signer.public if signer else "", signature, tools.rules)
            await append(tools, batch, [decision], None, now)
