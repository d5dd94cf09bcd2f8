"""What orders of clerks leave in a case: carried out, waiting for a code or a second clerk, or tried by whoever it was.
It knows no command."""

from collections.abc import Callable, Mapping
from typing import Any

from mailbot.core import events as e
from mailbot.core.case.values import Case, Pending, Proposal, Tried

Change = Mapping[str, Any]
UNPROVEN = frozenset({"no_token", "not_proven"})
"""Why orders are refused of which nothing proves that they are a clerk's."""
MOST_TRIED = 5
"""Mails with such orders of which a case keeps the words; further ones are counted, so that no flood fills it."""


def commands_run(case: Case, event: e.CommandsRun, at: str) -> Change:
    """Carried out once, and waiting no more."""
    waiting = {block: pending for block, pending in case.pending.items() if block != event.block}
    return {"blocks": (*case.blocks, event.block), "pending": waiting}


def confirmation_asked(case: Case, event: e.ConfirmationAsked, at: str) -> Change:
    """What was not confirmed in time never will be."""
    waiting = {block: pending for block, pending in case.pending.items() if pending.until > at}
    asked = Pending(clerk=event.clerk, letter=event.letter, text=event.text, until=event.until)
    return {"pending": {**waiting, event.block: asked}}


def commands_refused(case: Case, event: e.CommandsRefused, at: str) -> Change:
    """Somebody tried."""
    return {"tries": case.tries + 1} if event.why in UNPROVEN else {}


def noted(case: Case, event: e.Noted, at: str) -> Change:
    """A note, or the words of a mail that nothing proves to be a clerk's: never among the notes."""
    if event.authenticated:
        return {"notes": (*case.notes, event.text)}
    return {"tried": (*case.tried, Tried(at=at, by=event.clerk, text=event.text))}


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
    e.CommandsRefused: commands_refused,
    e.Noted: noted,
}
"""What each kind of event about orders changes."""
