"""What clerks should look at before they decide, though nothing is wrong with it. It asks nobody and writes to
nobody."""

from collections.abc import Collection, Iterator, Mapping

from mailbot.core import attached
from mailbot.core.case import Case
from mailbot.core.decide.registered import holder, looked_up
from mailbot.core.events import Remark, Value
from mailbot.core.registers import may_be_applicant, row_of
from mailbot.core.rules import Form, Rules
from mailbot.core.secrets import masked
from mailbot.core.shown import needless
from mailbot.core.token import without_macs

FILLED = "filled_by_another"
"""The remark on a field that was empty, and that a mail of somebody else filled in."""
MISSPELT = "label_misspelt"
"""The remark on a field that was answered under a label with a small mistake."""
MOST_NAMED = 20
"""How many users of a plan a remark names."""


def remarks(
    form: Form,
    rules: Rules,
    case: Case,
    values: Mapping[str, Value],
    others: tuple[str, ...],
    confirmed: tuple[str, ...],
) -> tuple[Remark, ...]:
    """Every remark on a case as it stands: `case` before these values count, with the rows that were looked up;
    `others` are open applications of the same sender, `confirmed` the fields with a doubtful value that came twice."""
    now = case.model_copy(update={"values": dict(values)})
    return (
        *_unlisted(form, now),
        *_responsible(form, now),
        *_other_address(form, rules, now),
        *_second(form, case, others),
        *_plan(form, case),
        *_members(form, case),
        *(Remark(code="confirmed", field=key) for key in confirmed),
    )


def filled_by_others(form: Form, case: Case, said: Mapping[str, Collection[str]], by: str) -> Iterator[Remark]:
    """Every field that somebody else than the applicant filled in, until the applicant says something about it: of what
    was said now (`said`, by the address `by`), and of what was remarked before. What a plan says is its field's."""
    applicant = case.applicant.lower()
    for remark in case.remarks:
        if remark.code == FILLED and remark.field not in said and remark.wanted["by"].lower() != applicant:
            yield remark
    for key, texts in said.items() if by.lower() != applicant else ():
        if any(text.strip() for text in texts) and form.fields[key].from_plan is None:
            yield Remark(code=FILLED, field=key, wanted={"by": by})


def misspelt_labels(case: Case, said: Mapping[str, Collection[str]], misspelt: Mapping[str, str]) -> Iterator[Remark]:
    """Every field that counts though its label was misspelt (`misspelt`, by key as it was written), until it is
    answered anew."""
    yield from (remark for remark in case.remarks if remark.code == MISSPELT and remark.field not in said)
    for key in (key for key in misspelt if key in said):
        yield Remark(code=MISSPELT, field=key, wanted={"written": without_macs(masked(misspelt[key])[0])})


def _unlisted(form: Form, case: Case) -> Iterator[Remark]:
    """Values that a register does not have, and those that could not be looked up."""
    person = form.people.get("responsible")
    apart = needless(form, case)
    for looked in looked_up(form, case.values, case.rows):
        if looked.key in apart:
            continue
        if not looked.row.imported:
            yield Remark(code="register_missing", field=looked.key)
        elif looked.row.found is None and looked.lookup.unknown == "remark":
            code = "responsible_unlisted" if person and looked.key == person.email else "unlisted"
            yield Remark(code=code, field=looked.key, wanted={"found": looked.row.key})


def _responsible(form: Form, case: Case) -> Iterator[Remark]:
    if may_be_applicant(form, case.values, case.rows):
        yield Remark(code="responsible_may_be_applicant", field=form.people["responsible"].email)


def _other_address(form: Form, rules: Rules, case: Case) -> Iterator[Remark]:
    """Whoever wrote has another address than the register has for the account."""
    registered = holder(form, case, rules)
    if registered and registered.lower() != case.applicant.lower():
        yield Remark(code="other_address", field=form.account or "", wanted={"address": case.applicant})


def _plan(form: Form, case: Case) -> tuple[Remark, ...]:
    key = next((name for name, rule in form.fields.items() if rule.type == "plan"), "")
    return attached.remarks(key, case.plan) if case.plan is not None and key else ()


def _members(form: Form, case: Case) -> Iterator[Remark]:
    """The users of the plan, for each of whom something is done, that the register does not have: no case enters them
    there. Whoever has no account name in the plan cannot be in it."""
    lookup = form.members
    if lookup is None or case.plan is None or any(row.name == lookup.name and not row.imported for row in case.rows):
        return
    there = {user.row: row_of(case.rows, lookup.name, lookup.column, user.account) for user in case.plan.users}
    known = {at for at, row in there.items() if row is not None and row.found is not None}
    names = [user.account or user.name or user.email for user in case.plan.users if user.row not in known]
    more = f", … ({len(names)})" if len(names) > MOST_NAMED else ""
    if names:
        yield Remark(code="members_unlisted", wanted={"found": ", ".join(names[:MOST_NAMED]) + more})


def _second(form: Form, case: Case, others: tuple[str, ...]) -> Iterator[Remark]:
    """Once remarked it stays, whatever has become of the other application."""
    numbers = [number for number in others if number != case.number]
    earlier = next((remark for remark in case.remarks if remark.code == "second_application"), None)
    if form.once and numbers:
        yield Remark(code="second_application", wanted={"numbers": ", ".join(numbers)})
    elif earlier:
        yield earlier
