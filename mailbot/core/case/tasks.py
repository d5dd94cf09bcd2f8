"""What a case remembers of tasks that are done for each user of a plan, when the plan or the step changes. It knows no
rules."""

from collections.abc import Mapping
from typing import Any

from mailbot.core import events as e
from mailbot.core.case.values import Case, Done

Change = Mapping[str, Any]


def task_done(case: Case, event: e.TaskDone, at: str) -> Change:
    """Done once, or for the user in this row of the plan."""
    name = event.step if event.member is None else f"{event.step}/{event.member}"
    return {"tasks": {**case.tasks, name: Done(at=at, clerk=event.clerk, number=event.number)}}


def plan_read(case: Case, event: e.PlanRead, at: str) -> Change:
    """What was done for somebody goes with them into the row where the new plan has them; for whoever is not in it any
    more nothing was done that counts."""
    rows = _rows(case.plan, event.plan)
    kept: dict[str, Done] = {}
    for name, done in case.tasks.items():
        step, each, row = name.rpartition("/")
        if not each or not row.isdecimal():
            kept[name] = done
        elif int(row) in rows:
            kept[f"{step}/{rows[int(row)]}"] = done
    return {"plan": event.plan, "tasks": kept}


def begun_again(case: Case, step: str) -> dict[str, Done]:
    """The tasks that stay done when a step begins. The step's own do not; but where one that is done for each user was
    left halfway, those who have what they need keep it."""
    users = case.plan.users if case.plan else ()
    halfway = any(f"{step}/{user.row}" not in case.tasks for user in users)
    return {
        name: done for name, done in case.tasks.items() if name != step and (halfway or not name.startswith(f"{step}/"))
    }


def _rows(before: e.Plan | None, now: e.Plan) -> dict[int, int]:
    """From the rows of one plan to those in which the other has the same users: by account, by address where they have
    none, else by name. Whoever stands where they stood is looked for nowhere else."""
    mine = {user.row: _called(user) for user in now.users}
    first = {called: row for row, called in reversed(mine.items())}
    found: dict[int, int] = {}
    for user in before.users if before else ():
        called = _called(user)
        row = user.row if mine.get(user.row) == called else first.get(called)
        if row is not None:
            found[user.row] = row
    return found


def _called(user: e.PlanUser) -> tuple[str, str]:
    named = (("account", user.account), ("email", user.email), ("name", user.name))
    return next(((by, text) for by, name in named if (text := name.strip().lower())), ("", ""))
