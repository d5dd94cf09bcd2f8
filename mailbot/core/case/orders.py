"""What orders of clerks leave in a case: that they were carried out, or wait for a code. It knows no command."""

from collections.abc import Mapping
from typing import Any

from mailbot.core import events as e
from mailbot.core.case.values import Case, Pending

Change = Mapping[str, Any]


def commands_run(case: Case, event: e.CommandsRun, at: str) -> Change:
    """Carried out once, and waiting no more."""
    waiting = {block: pending for block, pending in case.pending.items() if block != event.block}
    return {"blocks": (*case.blocks, event.block), "pending": waiting}


def confirmation_asked(case: Case, event: e.ConfirmationAsked, at: str) -> Change:
    """What was not confirmed in time never will be."""
    waiting = {block: pending for block, pending in case.pending.items() if pending.until > at}
    asked = Pending(clerk=event.clerk, letter=event.letter, text=event.text, until=event.until)
    return {"pending": {**waiting, event.block: asked}}
