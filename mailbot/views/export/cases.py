"""What a case holds as it stands, as rows with whom each belongs to. It reads no journal."""

from collections.abc import Iterator

from mailbot.core import events as e
from mailbot.core.case import Case
from mailbot.core.rules import Form, Rules
from mailbot.core.shown import in_form_order, label_shown
from mailbot.views.cases import remark_text
from mailbot.views.export.rows import Record, Row, keys

SHOWN = ("status", "opened", "changed", "completed", "applicant", "name", "step", "due", "decided_by", "ground")
ALSO = ("reason", "given", "until", "asked_text", "vouched", "assigned", "of", "stopped", "erased")
"""What of a case has a row, if it is not empty."""


def applicants(case: Case | None) -> frozenset[str]:
    """The addresses that a case is the application of: the registered one, and those that letters went to before."""
    if case is None:
        return frozenset()
    return keys(case.applicant, *(info.to for info in case.letters.values() if info.role == "applicant"))


def case_rows(case: Case, rules: Rules) -> Iterator[Row]:
    """All rows of a case."""
    own, form = applicants(case), rules.forms.get(case.form)
    for name in (*SHOWN, *ALSO):
        if value := getattr(case, name):
            yield Row({"part": "case", "key": name, "value": str(value)}, own)
    if case.hold:
        yield Row({"part": "case", "key": "hold", "who": case.hold.by, "value": case.hold.reason}, own)
    if consent := case.consent:
        confirmed = "confirmed" if consent.confirmed else "unconfirmed"
        told = {"key": "consent", "who": consent.by, "at": consent.at, "value": confirmed, "written": consent.remark}
        yield Row({"part": "case", **told}, own | keys(consent.by))
    yield from _fields(case, form, rules.desk.languages[0], own)
    for name, there in case.documents.items():
        record = {"part": "document", "key": name, "who": there.by, "at": there.at, "value": there.how}
        yield Row(record, own | keys(there.by))
    for note in case.notes:
        yield Row({"part": "note", "value": note}, own)
    for remark in case.remarks:
        yield Row({"part": "remark", "key": remark.field, "value": remark_text(remark, case, rules)}, own)
    for row in case.rows:
        found = row.found or {}
        for column, value in found.items():
            yield Row({"part": "register", "key": f"{row.name}.{column}", "value": value}, keys(*found.values()))


def _fields(case: Case, form: Form | None, language: str, own: frozenset[str]) -> Iterator[Row]:
    """The answers. Who is named in a field has that one, and those with the name of the person it is the address of."""
    for key in in_form_order(form, dict.fromkeys((*case.values, *case.answers))):
        value, written = text(case.values.get(key, "")), text(case.answers.get(key, ()))
        label = label_shown(form, key, language)
        record: Record = {"part": "field", "key": key, "label": label, "value": value, "written": written}
        if value or written:
            yield Row(record, own | keys(*value.split("\n"), *written.split("\n")) | _named(case, form, key))


def _named(case: Case, form: Form | None, key: str) -> frozenset[str]:
    """The address of the person whose name stands in this field."""
    people = form.people.values() if form else ()
    return keys(*(text(case.values.get(person.email, "")) for person in people if key in person.name))


def text(value: e.Value) -> str:
    """A value as one text."""
    return value if isinstance(value, str) else "\n".join(value)
