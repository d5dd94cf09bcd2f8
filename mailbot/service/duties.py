"""What a desk does beside reading and sending: orders, deadlines, telling clerks of the quarantine, raising alarms.
It decides nothing and talks to no server."""

import logging
from datetime import datetime

from mailbot.core import alarms
from mailbot.core.decide import desk
from mailbot.core.health import Health
from mailbot.flow import deadlines
from mailbot.flow import orders as order_flow
from mailbot.flow.reader import ReaderBrokenError
from mailbot.flow.routine import journal
from mailbot.service.values import Round, Work
from mailbot.store import DeadlineDue, Full

log = logging.getLogger("mailbot")

LEASE = 600.0
"""Seconds for which a deadline that came is nobody else's."""
AT_ONCE = 50


async def carry_out_orders(work: Work, done: Round) -> None:
    """Every order given at the shell and not carried out yet, oldest first."""
    for ordered in await work.tools.store.orders():
        if work.stopping():
            return
        try:
            await order_flow.carry_out(work.tools, work.reader, ordered, work.clock)
            done.orders += 1
        except (Full, ReaderBrokenError) as trouble:
            done.troubles.append(f"an order of {ordered.by.user} waits: {trouble}")
            return
        except Exception as bug:
            log.exception("an order could not be carried out")
            done.troubles.append(f"an order of {ordered.by.user} could not be carried out: {type(bug).__name__}: {bug}")


async def meet_deadlines(work: Work, until: datetime, done: Round) -> None:
    """Reminders and limits that came by `until` (aware UTC), up to which the inbox has been read."""
    while not work.stopping() and (due := await work.tools.store.due(until, AT_ONCE, LEASE, "deadlines")):
        for item in due:
            if isinstance(item, DeadlineDue):
                await _meet(work, item, done)


async def _meet(work: Work, item: DeadlineDue, done: Round) -> None:
    try:
        await deadlines.meet(work.tools, item, work.clock)
        done.deadlines += 1
    except Full as full:
        done.troubles.append(f"state: {full}")
    except Exception as bug:
        log.exception("a deadline could not be met")
        number = item.case.number
        done.troubles.append(f"the deadline of case {number} could not be met: {type(bug).__name__}: {bug}")
    work.step()


async def look_after(work: Work, done: Round, *, count_files: bool) -> None:
    """Clerks hear of the quarantine once a day, operators of what needs them, once. `count_files` compares the raw
    mails on the disk with the journal as well, which takes as long as there are many."""
    tools = work.tools
    while tools.store.notices:
        log.warning("%s", tools.store.notices.pop(0))
    try:
        await journal(tools, work.clock, lambda ledger, now: desk.quarantine_told(ledger, tools.rules, now))
        raised = alarms.raised(await health(work, count_files=count_files), work.clock())
        await journal(tools, work.clock, lambda ledger, now: desk.alarms_changed(raised, ledger, tools.rules, now))
    except Full as full:
        done.troubles.append(f"state: {full}")


async def health(work: Work, *, count_files: bool) -> Health:
    """How the desk is now. Without `count_files` as many files are taken to be missing as when they were counted."""
    store = work.tools.store
    ledger, undecided = store.ledger(), len(await store.undecided())
    decided = sum(ledger.mails.values())
    if count_files:
        work.files_missing = decided - await store.files()
    return work.pulse.health(ledger, undecided=undecided, files=decided - work.files_missing)
