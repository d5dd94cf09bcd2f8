"""Deadlines: reminders and limits that have come are decided and journaled. It sends nothing and knows no server."""

from datetime import datetime

from mailbot.core.decide import overdue
from mailbot.flow.intake import append
from mailbot.flow.tools import Tools
from mailbot.store import DeadlineDue


async def meet(tools: Tools, due: DeadlineDue, now: datetime) -> None:
    """Carry out what a passed reminder or limit does to its case; durable on return.

    `now` is an aware UTC instant up to which the inbox has been read. Nothing happens if the case moved on meanwhile.
    """
    async with tools.store.batch() as batch:
        case = await batch.case(due.case.number)
        if case is None or not case.open or case.step_since != due.case.step_since:
            return
        await append(tools, batch, [overdue(case, due.what, tools.rules, now)], None, now)
