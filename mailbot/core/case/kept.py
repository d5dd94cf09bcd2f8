"""A case as an erasure leaves it: whole, or nothing but its outline. It decides nothing and reads no journal."""

import json

from mailbot.core import events as e
from mailbot.core.case.values import Case


def kept(case: Case) -> e.CaseKept:
    """The event after which the case stands as it does here, whatever became of its entries."""
    return e.CaseKept(case=json.dumps(case.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")))


def read_kept(event: e.CaseKept) -> Case:
    """The case that the event left; what it held that no case has any more is passed over."""
    plain = json.loads(event.case)
    return Case.model_validate({name: plain[name] for name in Case.model_fields if name in plain})


def outlined(case: Case, at: str) -> Case:
    """What is left of a case that was erased at an instant (journal text): its number, form, status, and when it was
    opened and changed. Nothing happens in it any more."""
    told = {name: getattr(case, name) for name in ("number", "form", "status", "opened", "changed", "completed")}
    return Case(**told, step_since=case.changed, applicant="", erased=at)
