"""Examples of the letters with which a case goes from step to step: documents, tasks, waits, what is closed or late."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from letter_examples import AGREED, DUE, FORM, OWN, QUESTIONS, RULES, answers, case, written

from mailbot.core.case import Case, Document
from mailbot.core.enclosures import enclosures
from mailbot.core.events import Remark
from mailbot.core.outcome import Letter

NOTHING: Mapping[str, str] = MappingProxyType({})
THERE = {"pledge": Document(at="2026-04-06T01:00:00.000Z", how="mail", by="ichiro@univ.example")}
SIGNED = {
    "pledge": Document(
        at="2026-04-06T01:00:00.000Z", how="mail", by="ichiro@univ.example", signed=("Ichiro Suzuki", "Example CA")
    )
}
FAXED = {
    "pledge": Document(at="2026-04-07T01:00:00.000Z", how="fax", by="morgan@staff.desk.example", dated="2026-04-06")
}
REMARKS = (
    Remark(code="responsible_unlisted", field="responsible_email", wanted={"found": "ichiro@univ.example"}),
    Remark(code="responsible_may_be_applicant", field="responsible_email"),
    Remark(code="second_application", wanted={"numbers": "2026-00017"}),
    Remark(code="other_address", field="account_name", wanted={"address": "taro@univ.example"}),
    Remark(code="confirmed", field="postal_code"),
    Remark(code="register_missing", field="responsible_email"),
    Remark(code="unlisted", field="account_name", wanted={"found": "taro-i"}),
)
STRANGE = (
    Remark(
        code="mixed_letters",
        wanted={"of": "sender_address", "found": "t\u0430ro@univ.example", "signs": "U+0430", "among": "latin"},
    ),
    Remark(
        code="hidden_signs",
        field="affiliation",
        wanted={"found": "Example\u202e University", "signs": "U+202E U+200B"},
    ),
    Remark(
        code="lookalike_letters",
        field="job_title",
        wanted={"found": "А. Student", "like": "A. Student", "signs": "U+0410"},
    ),
    Remark(code="many_marks", field="research_field", wanted={"found": "Z" + "\u0301" * 9, "signs": "U+0301"}),
    Remark(code="name_is_address", wanted={"found": "morgan@staff.desk.example", "address": "t\u0430ro@univ.example"}),
)
"""What is strange about names and addresses."""
ABROAD = {
    "nationality": "Nigeria",
    "resident": "no",
    "specific_category": "none",
    "career": "2014-2020 Example University, student",
    "employment": "full-time",
    "period": "April 2026 to March 2028",
}


def signing(given: Mapping[str, str] = NOTHING, **more: object) -> Callable[[str], Case]:
    """A case that waits for the pledge."""
    kind = {"step_kind": "document", **DUE, **AGREED, **more}
    return lambda language: case(language, "pledge", "awaiting_document", given, **kind)


EXPIRED = {"status": "expired", "due": None}


def reviewed(**more: object) -> Callable[[str], Case]:
    return lambda language: case(language, "review", "ready", **{**AGREED, "documents": THERE, **more})


def posting(**more: object) -> Callable[[str], Case]:
    """An accepted case whose certificate is to be posted."""
    kind = {"step_kind": "task", "decided_by": "morgan@staff.desk.example", "documents": THERE, **DUE, **AGREED, **more}
    return lambda language: case(language, "certificate", "in_progress", **kind)


def waiting(**more: object) -> Callable[[str], Case]:
    kind = {"step_kind": "wait", "decided_by": "morgan@staff.desk.example", "documents": THERE, **DUE, **AGREED, **more}
    return lambda language: case(language, "login", "in_progress", **kind)


def suspended(language: str) -> Letter:
    """The form comes back as it was sent, with what is accepted instead."""
    filled = {key: texts[0] for key, texts in answers(language).items()} | FORM.closed[0].instead
    data = {"form": FORM, "notice": FORM.closed[0].notice, "filled": filled}
    return Letter("closed", "taro@univ.example", "stranger", (language,), data)


def shut(language: str) -> Letter:
    """Nothing of it is accepted, so no form comes back."""
    data = {"form": FORM, "notice": FORM.closed[0].notice, "filled": {}}
    return Letter("closed", "taro@univ.example", "stranger", (language,), data)


def notice(language: str) -> Letter:
    about = waiting(applicant="new@univ.example")(language)
    return Letter("notice", "taro@univ.example", "holder", (language,), {"case": about, "form": FORM})


def with_sheets(make: Callable[[str], Letter]) -> Callable[[str], Letter]:
    """The letter with the sheets that go with it."""

    def attached(language: str) -> Letter:
        letter = make(language)
        about = letter.data["case"]
        assert isinstance(about, Case)
        files = enclosures(FORM, about, letter.template, letter.role, (language,), RULES)
        assert files
        return replace(letter, enclosures=files)

    return attached


def general_completed(language: str) -> Letter:
    """As a form without words of its own for it has it."""
    about = case(language, "login", "done", step_kind="wait", **AGREED)
    form = FORM.model_copy(update={"letters": {}})
    return Letter("completed", "taro@univ.example", "applicant", (language,), {"case": about, "form": form})


LATE = {"late": True, "remarks": REMARKS[2:3]}
EXAMPLES: dict[str, Callable[[str], Letter]] = {
    "received-late": written("received", "applicant", reviewed(**LATE), again=False),
    "closed": suspended,
    "closed-all": shut,
    "notice": notice,
    "document": with_sheets(written("document", "responsible", signing())),
    "document-own": with_sheets(written("document", "applicant", signing(ABROAD, documents=THERE))),
    "document-bare": written("document", "responsible", signing()),
    "document_received": written(
        "document_received", "responsible", reviewed(), documents=("pledge",), code="", confirmed=False
    ),
    "document_received-next": written(
        "document_received", "responsible", signing(ABROAD, documents=THERE), documents=("pledge",)
    ),
    "document_received-consent": written(
        "document_received",
        "responsible",
        lambda language: case(language, "consent", "awaiting_consent", documents=THERE),
        documents=("pledge",),
    ),
    "agreed-document": written("agreed", "responsible", reviewed(), documents=("pledge",), code="", confirmed=False),
    "agreed-next": written("agreed", "responsible", signing(), documents=(), code="", confirmed=False),
    "review-remarks": written("review", "clerk", reviewed(remarks=REMARKS[:2], late=True)),
    "review-remarks-more": written("review", "clerk", reviewed(remarks=REMARKS[2:4])),
    **{
        f"review-{remark.code.replace('_', '-')}": written("review", "clerk", reviewed(remarks=(remark,)))
        for remark in STRANGE
    },
    "review-signed": written("review", "clerk", reviewed(documents=SIGNED, allowed={"email": "no other address"})),
    "review-fax": written("review", "clerk", reviewed(documents=FAXED)),
    "task": written("task", "clerk", posting(), text=""),
    "task-words": written("task", "clerk", posting(remarks=REMARKS[4:]), text=QUESTIONS),
    "overdue": written(
        "overdue", "clerk", lambda language: reviewed(completed="2026-04-06T01:00:00.000Z", **DUE)(language)
    ),
    "overdue-task": written("overdue", "clerk", posting(completed="2026-04-06T01:00:00.000Z")),
    "completed": general_completed,
    "reminder-document": with_sheets(written("reminder", "responsible", signing())),
    "reminder-document-own": written("reminder", "applicant", signing(OWN | ABROAD, documents=THERE)),
    "reminder-task": written("reminder", "clerk", posting()),
    "reminder-stuck": written("reminder", "clerk", lambda language: case(language, "fields", "collecting", stuck=True)),
    "reminder-wait": written("reminder", "applicant", waiting()),
    "awaited": written("awaited", "clerk", signing()),
    "expired-responsible": written(
        "expired", "responsible", lambda language: case(language, "pledge", "expired", step_kind="document", **AGREED)
    ),
    "expired-document": written(
        "expired", "applicant", lambda language: case(language, "pledge", "expired", step_kind="document")
    ),
    "expired-clerk": written("expired", "clerk", lambda language: signing()(language).model_copy(update=EXPIRED)),
    "status-document": written("status", "responsible", signing()),
}
