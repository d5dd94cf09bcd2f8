"""How a case ends, is decided, and is opened again. It knows nothing of mails, rules, or of who may decide."""

from collections.abc import Callable, Mapping
from typing import Any

from mailbot.core import events as e
from mailbot.core.case.values import Case, Status

Change = Mapping[str, Any]


def closed(status: Status) -> Callable[[Case, Any, str], Change]:
    """Somebody ended it, or time did: it stands so from now on, and nothing is due."""

    def close(case: Case, event: Any, at: str) -> Change:
        return {
            "status": status,
            "due": None,
            "remind": None,
            "hold": None,
            "decided_by": getattr(event, "clerk", getattr(event, "by", "")),
            "reason": getattr(event, "reason", getattr(event, "text", "")),
            "ground": getattr(event, "ground", ""),
        }

    return close


def accepted(case: Case, event: e.Accepted, at: str) -> Change:
    """Whoever accepts has the objection before them, if there is one: it is decided about as well. An account name that
    is given stands as if the applicant had wished for it."""
    given: Change = {}
    if event.account:
        answers, values = {event.field: (event.account,)}, {event.field: event.account}
        given = {"answers": {**case.answers, **answers}, "values": {**case.values, **values}}
    terms = {"given": event.account, "until": event.until}
    settled = {"stopped": "", "undone": "", "stuck": case.stuck and not case.stopped}
    return {**closed("done")(case, event, at), **settled, **given, **terms}


def reopened(case: Case, event: e.Reopened, at: str) -> Change:
    """As before it was closed; a decision is taken anew, what was done stays done."""
    told = {"decided_by": "", "reason": "", "ground": "", "given": "", "until": "", "of": "", "undone": ""}
    return {"status": "collecting", "step": "", "stuck": False, "stopped": "", **told}


def completed(case: Case, event: e.Completed, at: str) -> Change:
    """All is done, or a clerk closed it."""
    ended = {"status": "done", "due": None, "remind": None, "hold": None}
    return {**ended, "decided_by": event.clerk, "reason": event.text} if event.clerk else ended


def duplicate(case: Case, event: e.MarkedDuplicate, at: str) -> Change:
    """It ends, and the other case goes on."""
    return {**closed("duplicate")(case, event, at), "of": event.of}
