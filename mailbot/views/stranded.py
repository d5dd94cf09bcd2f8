"""Which open cases stand in a step or form that the rules have no more, in lines for the operator. It changes none."""

from collections.abc import AsyncIterator, Iterator

from mailbot.core.case import OPEN, Case
from mailbot.core.rules import Rules
from mailbot.store import Wanted

WANTED = Wanted(statuses=OPEN)
"""The cases to look through."""
LATER = {
    True: "the case goes on with the step that is next, or a clerk has to look after what the desk had in hand",
    False: "clerks have to look after the case; what others write is passed on to them",
}
"""What becomes of a case whose step is gone, and of one whose form is."""
MOST = 10
"""Cases that one line names."""


async def stranded(rules: Rules, cases: AsyncIterator[Case]) -> list[str]:
    """A line for each form, and each step of a form, that these rules lack and cases stand in; `cases` are those
    WANTED."""
    found: dict[tuple[str, str], list[str]] = {}
    async for case in cases:
        if place := _lost(rules, case):
            found.setdefault(place, []).append(case.number)
    return list(_lines(found))


def _lost(rules: Rules, case: Case) -> tuple[str, str] | None:
    """Form and step that the rules lack; the step is empty where all of the form is gone."""
    form = rules.forms.get(case.form)
    if form is None:
        return case.form, ""
    return (case.form, case.step) if case.step and form.step(case.step) is None else None


def _lines(found: dict[tuple[str, str], list[str]]) -> Iterator[str]:
    for (form, step), numbers in sorted(found.items()):
        named = ", ".join(sorted(numbers)[:MOST]) + (f" and {len(numbers) - MOST} more" if len(numbers) > MOST else "")
        lacks = f"the form `{form}` has no step `{step}`" if step else f"there is no form `{form}`"
        then = "mails are taken as before, and when time passes " + LATER[bool(step)]
        yield f"rules: {lacks} any more, but open cases stand there: {named}; {then}"
