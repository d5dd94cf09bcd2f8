"""How a case is put on hold and goes on. It knows no desk: when its reminder and limit come is in the events."""

from collections.abc import Mapping
from typing import Any

from mailbot.core import events as e
from mailbot.core.case.values import STATUS_OF, Case, Hold

Change = Mapping[str, Any]


def held(case: Case, event: e.Held, at: str) -> Change:
    """It rests, from when it was put on hold first; its step, reminder and limit stay as they are."""
    since = case.hold.since if case.hold else at
    return {"status": "on_hold", "hold": Hold(by=event.clerk, since=since, until=event.until, reason=event.reason)}


def resumed(case: Case, event: e.Resumed, at: str) -> Change:
    """It stands as its step says, with the time that was left."""
    return {"status": STATUS_OF[case.step_kind], "hold": None, "due": event.due, "remind": event.remind}
