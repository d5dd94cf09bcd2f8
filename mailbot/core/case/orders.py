"""What orders of clerks leave in a case: carried out, or waiting for a code or a second
clerk. It knows no command."""

from collections.abc import Callable, Mapping
from typing import Any

from mailbot.core import events as e
from mailbot.core.case.values import Case, Pending, Proposal

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


def correction_proposed(case: Case, event: e.CorrectionProposed, at: str) -> Change:
    """It counts for the case as it is now; one that waited before waits no more."""
    of = {"clerk": event.clerk, "block": event.block, "answers": event.answers, "until": event.until}
    return {"proposal": Proposal.model_validate({**of, "at": at, "revision": case.revision})}


def _settled(case: Case, event: e.Event, at: str) -> Change:
    return {"proposal": None}


ROWS: Mapping[type, Callable[[Case, Any, str], Change]] = {
    e.CommandsRun: commands_run,
    e.ConfirmationAsked: confirmation_asked,
    e.CorrectionProposed: correction_proposed,
    e.CorrectionSeconded: _settled,
    e.CorrectionLapsed: _settled,
}
"""What each kind of event about orders changes."""
