"""Deadlines: reminders and limits that have come are decided and journaled. It sends nothing and knows no server."""

from mailbot.core.away import absent
from mailbot.core.case import Case
from mailbot.core.decide import overdue
from mailbot.core.instants import to_text
from mailbot.core.lookups import lookups_of
from mailbot.flow.intake import append
from mailbot.flow.tools import Clock, Tools
from mailbot.store import Asked, DeadlineDue


async def meet(tools: Tools, due: DeadlineDue, clock: Clock) -> None:
    """Carry out what a passed reminder or limit does to its case; durable on return.

    It was due at an instant up to which the inbox has been read. Nothing happens if the case moved on meanwhile, or if
    its reminder or limit was put off.
    """
    async with tools.store.batch() as batch:
        case, now = await batch.case(due.case.number), clock()
        if case is not None and case.open and _has_come(due, case, to_text(now)):
            asked = Asked(rows=lookups_of(case, tools.rules), registers=tools.rules.desk.registers)
            rows = (await batch.recall(asked)).rows if asked.rows else ()
            away = absent(tools.store.ledger().away, tools.rules.desk, now)
            await append(tools, batch, [overdue(case, due.what, tools.rules, now, rows, away)], None, now)


def _has_come(due: DeadlineDue, case: Case, now: str) -> bool:
    """Whether what was due of a case is still due."""
    if due.what == "proposal":
        return case.lapses(now)
    instant = case.remind if due.what == "remind" and not case.hold else case.limit
    return case.step_since == due.case.step_since and instant is not None and instant <= now
