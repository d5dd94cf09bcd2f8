"""Which commands do something in a case as it stands: what its letters to clerks offer. It refuses nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from mailbot.core.case import Case
from mailbot.core.commands.reading import Command, Mistake, word_and_rest
from mailbot.core.commands.row import Row
from mailbot.core.commands.table import COMMANDS, SHARED
from mailbot.core.conditions import holds
from mailbot.core.forms import GONE
from mailbot.core.rules import Form, Step
from mailbot.core.vouching import responsible_address, vouched

Fits = Callable[[Case, Form, Step], bool]


def _undocumented(case: Case, form: Form, step: Step) -> bool:
    named = {name for part in form.steps for name in part.documents}
    return any(holds(form.documents[name].when, case.values) for name in named - case.documents.keys())


def _unvouched(case: Case, form: Form, step: Step) -> bool:
    sure = case.consent is not None and case.consent.confirmed
    return bool(responsible_address(form, case)) and not sure and not vouched(form, case)


def undecided(case: Case) -> bool:
    """Whether the rules have lost the step of a case about which nobody has decided: it can be rejected there."""
    return case.step in GONE and not case.decided_by


def still_asked(case: Case, form: Form) -> bool:
    """Whether a clerk's question to the applicant is open in a case that clerks decide."""
    return bool(case.asked) and form.step_of("review") is not None


def rejectable(case: Case, form: Form) -> bool:
    """Whether REJECT ends the case where it stands: at review, stopped by an objection, while a question is open, and
    where the rules have lost its step."""
    return case.status == "ready" or case.halted or still_asked(case, form) or undecided(case)


def meant(command: Command, case: Case, answered: str = "") -> Command | Mistake:
    """The command that a word of two means for this case; in answer to a letter of it (its name), what it meant when
    that was written, though the case was closed since."""
    if word_and_rest(command.line)[0] not in SHARED or not (case.hold or _rested(case, answered)):
        return command
    if command.text:
        return Mistake("no_text_wanted", command.line, "RESUME")
    return replace(command, verb="RESUME")


def _rested(case: Case, answered: str) -> bool:
    """Whether the case was on hold when that letter was written."""
    letter = case.letters.get(int(answered.rpartition(".")[2] or 0))
    known = [deed.what for deed in case.history if letter and deed.seq <= letter.seq]
    return next((deed == "held" for deed in reversed(known) if deed in _ENDS_REST or deed == "held"), False)


_ENDS_REST = frozenset("resumed accepted rejected withdrawn expired completed ended duplicate".split())
"""Deeds after which a case is on hold no more."""


FITS: Mapping[str, Fits] = {
    "ACCEPT": lambda case, form, step: case.status == "ready",
    "REJECT": lambda case, form, step: rejectable(case, form),
    "RECEIVED": _undocumented,
    "POSTED": lambda case, form, step: step.kind == "task" and step.number,
    "DONE": lambda case, form, step: (
        bool(case.asked)
        or (step.kind == "wait" and bool(step.ends or case.halted))
        or (step.kind == "task" and not (step.number or step.reply))
    ),
    "ALLOW": lambda case, form, step: bool(case.faults or case.asked),
    "VOUCH": _unvouched,
    "CLOSE": lambda case, form, step: case.status != "ready",
    "HOLD": lambda case, form, step: not case.hold,
    "RESUME": lambda case, form, step: bool(case.hold),
}
"""When a command of an open case is offered; one without a row always is, unless it is rare."""


def fitting(case: Case, form: Form) -> tuple[Row, ...]:
    """The rows that a letter about this case offers to clerks."""
    step = next((step for step in form.steps if step.id == case.step), None)

    def fits(row: Row) -> bool:
        if row.needs in ("open", "review") and not case.open:
            return False
        if row.needs == "closed" and case.open:
            return False
        if row.rare or (case.hold and row.rests):
            return False
        test = FITS.get(row.verb)
        return test is None or (step is not None and test(case, form, step))

    return tuple(row for row in COMMANDS if fits(row))
