"""What a desk does beside reading and sending: orders, deadlines, telling clerks of the quarantine, raising alarms.
It decides nothing and talks to no server."""

import logging
from datetime import datetime

from mailbot.core import alarms
from mailbot.core.decide import desk as about_the_desk
from mailbot.core.health import Health
from mailbot.core.outcome import Decision
from mailbot.flow import deadlines
from mailbot.flow import orders as order_flow
from mailbot.flow.intake import append
from mailbot.flow.reader import ReaderBrokenError
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
            await order_flow.carry_out(work.tools, work.reader, ordered, work.clock())
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
                await _meet(work, item, until, done)


async def _meet(work: Work, item: DeadlineDue, until: datetime, done: Round) -> None:
    try:
        await deadlines.meet(work.tools, item, until)
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
    now, rules = work.clock(), work.tools.rules
    while work.tools.store.notices:
        log.warning("%s", work.tools.store.notices.pop(0))
    try:
        told = about_the_desk.quarantine_told(work.tools.store.ledger(), rules, now)
        await _journal(work, told, now)
        raised = alarms.raised(await health(work, count_files=count_files), now)
        for code, detail in raised.items():
            log.debug("alarm %s: %s", code, detail)
        await _journal(work, about_the_desk.alarms_changed(raised, work.tools.store.ledger(), rules, now), now)
    except Full as full:
        done.troubles.append(f"state: {full}")


async def _journal(work: Work, decision: Decision | None, now: datetime) -> None:
    if decision is not None:
        async with work.tools.store.batch() as batch:
            await append(work.tools, batch, [decision], None, now)


async def health(work: Work, *, count_files: bool) -> Health:
    """How the desk is now."""
    store = work.tools.store
    ledger, undecided = store.ledger(), len(await store.undecided())
    files = await store.files() if count_files else sum(ledger.mails.values())
    return work.pulse.health(ledger, undecided=undecided, files=files)
