"""What a desk does beside reading and sending: orders, deadlines, telling clerks of the quarantine, raising alarms.
It decides nothing and talks to no server."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from mailbot.core import alarms
from mailbot.core.case import CLOSED
from mailbot.core.decide import desk
from mailbot.core.health import Health
from mailbot.core.retention import is_over, may_be_over
from mailbot.flow import deadlines
from mailbot.flow import orders as order_flow
from mailbot.flow.reader import ReaderBrokenError
from mailbot.flow.routine import journal, tell_auditors, tell_clerks
from mailbot.service.bugs import in_short, surviving
from mailbot.service.values import Round, Work
from mailbot.store import DeadlineDue, Full, Wanted

log = logging.getLogger("mailbot")

LEASE = 600.0
"""Seconds for which a deadline that came is nobody else's."""
AT_ONCE = 50


async def carry_out_orders(work: Work, done: Round) -> None:
    """Every order given at the shell and not carried out yet, oldest first."""
    for ordered in await work.tools.store.orders():
        if work.stopping():
            return
        if ordered.by.nonce in work.given_up:
            continue
        try:
            await order_flow.carry_out(work.tools, work.reader, ordered, work.clock)
            done.orders += 1
        except (Full, ReaderBrokenError) as trouble:
            done.troubles.append(f"an order given at the shell waits: {trouble}")
            return
        except Exception as bug:
            log.exception("an order could not be carried out; it is tried again after the next start")
            work.given_up.add(ordered.by.nonce)
            done.troubles.append(f"an order given at the shell could not be carried out: {in_short(bug)}")


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
        done.troubles.append(f"the deadline of case {number} could not be met: {in_short(bug)}")


async def look_after(work: Work, done: Round, *, count_files: bool) -> None:
    """Operators hear of what needs them, once; clerks once a day of the quarantine and of what waits, auditors of the
    log's head. With `count_files` the raw mails on the disk are compared with the journal as well, and the cases
    counted that are kept too long, which takes as long as there are many.

    Alarms come first, and each duty survives by itself: none that fails keeps another from being done.
    """
    for name, duty in DUTIES:
        if count_files or duty not in LONG:
            with surviving(name, done.troubles):
                await duty(work)


async def _notices(work: Work) -> None:
    while work.tools.store.notices:
        log.warning("%s", work.tools.store.notices.pop(0))


async def _renewals(work: Work) -> None:
    work.pulse.renewals = tuple(await asyncio.to_thread(work.renewals))


async def _alarms(work: Work) -> None:
    tools = work.tools
    raised = alarms.raised(await health(work), work.clock())
    _say(raised, tools.store.ledger().alarms)
    await journal(tools, work.clock, lambda ledger, now: desk.alarms_changed(raised, ledger, tools.rules, now))


async def _quarantine(work: Work) -> None:
    tools = work.tools
    await journal(tools, work.clock, lambda ledger, now: desk.quarantine_told(ledger, tools.rules, now))


async def _clerks(work: Work) -> None:
    await tell_clerks(work.tools, work.clock)


async def _auditors(work: Work) -> None:
    await tell_auditors(work.tools, work.clock)


def _say(raised: Mapping[str, str], known: frozenset[str]) -> None:
    """Alarms that begin and end stand in the log as well."""
    for code, detail in raised.items():
        if code not in known:
            log.warning("alarm %s: %s", code, detail)
    for code in sorted(known - raised.keys()):
        log.info("alarm %s is over", code)


async def _count_files(work: Work) -> None:
    store = work.tools.store
    async with store.batch():  # nobody else writes meanwhile
        work.files_missing = sum(store.ledger().mails.values()) - await store.files()


async def health(work: Work) -> Health:
    """How the desk is now; as many files are taken to be missing as when they were counted last."""
    store = work.tools.store
    ledger, undecided = store.ledger(), len(await store.undecided())
    return work.pulse.health(ledger, undecided=undecided, files=sum(ledger.mails.values()) - work.files_missing)


async def _count_kept(work: Work) -> None:
    """How many closed cases are kept longer than their forms say, if any form says it; told in the log if they are
    more than before. Nothing is erased without an order."""
    before, work.pulse.kept = work.pulse.kept, 0
    rules, now = work.tools.rules, work.clock()
    if any(form.retention for form in rules.forms.values()):
        async for case in work.tools.store.cases(Wanted(statuses=CLOSED)):
            if not may_be_over(case, rules, now):
                break  # numbers rise with time: those behind it are younger, and a desk may have a hundred thousand
            work.pulse.kept += is_over(case, rules, now)
    if work.pulse.kept > before:
        log.info("%d closed cases are kept longer than their forms say", work.pulse.kept)


DUTIES: tuple[tuple[str, Callable[[Work], Awaitable[None]]], ...] = (
    ("the store's notices", _notices),
    ("asking when secrets end", _renewals),
    ("counting files", _count_files),
    ("counting what is kept too long", _count_kept),
    ("raising alarms", _alarms),
    ("telling of the quarantine", _quarantine),
    ("the clerks' morning letters", _clerks),
    ("the head of the log for auditors", _auditors),
)
"""What is looked after, in this order: what alarms are raised by stands before them, and all else behind them."""
LONG = (_count_files, _count_kept)
"""What takes as long as there are many."""
