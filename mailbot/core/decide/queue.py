"""Clerks are shown the queue: a letter without a case. It moves no case."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from mailbot.core.case import Case
from mailbot.core.decide.incoming import Incoming, without_case
from mailbot.core.events import CommandsRefused, QueueShown
from mailbot.core.outcome import Decision, Letter
from mailbot.core.queue import MOST_LISTED, Waiting, asked_for, assigned, part_of, row
from mailbot.core.rules import Clerk, Rules


def show(mail: Incoming, clerk: Clerk, asked: str) -> Decision:
    """The part of the queue that the clerk asked for; the whole of it, and what can be asked for, if there is no such
    part."""
    if "read" not in clerk.roles:
        refused = CommandsRefused(by=mail.address, letter=mail.facts.letter, why="role", words=("QUEUE",))
        data = {"why": "role", "by": mail.address, "clerk": clerk}
        return without_case(mail, refused, Letter("not_counted", clerk.address, "clerk", (clerk.language,), data))
    part = asked_for(asked, mail.rules.forms)
    found = part_of(part or "waiting", mail.cases.values(), clerk, mail.now)
    thread = (mail.message.message_id,) if mail.message.message_id else ()
    data = {
        "which": (part or "waiting").partition(":")[0],
        "wanted": mail.rules.forms.get((part or "").removeprefix("form:")),
        "unknown": "" if part else asked,
        **listed(found, mail.rules, mail.now),
    }
    shows = tuple(case.number for case in found[:MOST_LISTED])
    letter = Letter("queue", clerk.address, "clerk", (clerk.language,), {**data, "clerk": clerk}, thread, shows=shows)
    return without_case(mail, QueueShown(clerk=clerk.address, part=part or "waiting", cases=len(found)), letter)


def listed(cases: Sequence[Case], rules: Rules, now: datetime) -> Mapping[str, object]:
    """What a letter shows of cases: rows, who has them by address, and how many more there are."""
    rows: tuple[Waiting, ...] = tuple(row(case, rules, now) for case in cases[:MOST_LISTED])
    names = {clerk.address.lower(): clerk.name for clerk in rules.desk.clerks}
    held_by = {address: names.get(address, address) for address in map(assigned, cases[:MOST_LISTED])}
    return {"rows": rows, "held_by": held_by, "more": max(0, len(cases) - MOST_LISTED)}
