"""Examples of the letters of enquiries, and of what letters say of renewals and closings beside what others have."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from letter_examples import AFFILIATIONS, DESK, DUE, QUESTIONS, RULES
from letter_examples_accounts import CLOSE, DELETE, ENDS, GOES_ON, NAMES, RENEWAL, about, holder, written

from mailbot.core.case import Case, Done, LetterInfo
from mailbot.core.events import Role
from mailbot.core.outcome import Letter

ENQUIRY = "enquiry"
NOTHING: Mapping[str, str] = MappingProxyType({})
DETAILS = {
    "en": "My job has been waiting since Monday:\n\n$ squeue -u taro-i\n  184233  gpu  taro-i  PD  (Priority)\n\n"
    "Why does it not begin, although there are free nodes, as far as I can tell from what your page shows?",
    "ja": "月曜日に投入したジョブが始まりません。\n\n$ squeue -u taro-i\n  184233  gpu  taro-i  PD  (Priority)\n\n"
    "空きがあるように見えるのですが、設定に誤りがあるのでしょうか。お手数ですが、ご確認をお願いいたします。",
}
FURTHER = {
    "en": "Thank you. And how long may one job run?\n\nTaro",
    "ja": "ありがとうございます。ジョブは最長で何日まで実行できますか。\n\n遺伝",
}
ANSWERS = {
    "en": "Dear Mr Iden,\n\nyour job asks for more memory than these nodes have.\n\nAlex Morgan",
    "ja": "遺伝様\n\n指定されたメモリ量が、このノードの上限を超えております。\n\n佐藤",
}
REPLIED = {
    "letters": {
        4: LetterInfo(to="taro@univ.example", role="applicant", key="k1", seq=9, template="replied", state="sent")
    }
}
ANSWERED = {"tasks": {"answer": Done(at="2026-04-13T01:00:00.000Z", clerk="morgan@staff.desk.example")}}


def enquiry(step: str, given: Mapping[str, str] = NOTHING, **more: object) -> Callable[[str], Case]:
    """An enquiry in one of its steps; an empty text in `given` takes an answer away."""

    def make(language: str) -> Case:
        said = {"name": NAMES[language], "affiliation": AFFILIATIONS[language], "details": DETAILS[language]}
        return about(ENQUIRY, language, step, {key: text for key, text in {**said, **given}.items() if text}, **more)

    return make


def told(
    template: str, of: Callable[[str], Case], role: Role = "applicant", **data: Mapping[str, str] | bool
) -> Callable[[str], Letter]:
    """A letter about an enquiry; a table in `data` is looked up in the language."""

    def make(language: str) -> Letter:
        case = of(language)
        clerk = next(clerk for clerk in DESK.clerks if clerk.language == language)
        said = {name: text[language] if isinstance(text, Mapping) else text for name, text in data.items()}
        known = {"case": case, "form": RULES.forms[case.form], **({"clerk": clerk} if role == "clerk" else {})}
        return Letter(template, clerk.address if role == "clerk" else case.applicant, role, (language,), said | known)

    return make


UNASKED = {"details": ""}
NO_TEXT = {"en": "", "ja": ""}
OUT_OF_SEASON = written("account_renewed", holder(RENEWAL, "renewed", ENDS, late=True))

EXAMPLES: dict[str, Callable[[str], Letter]] = {
    "missing_enquiry": told("missing", enquiry("fields", UNASKED, status="collecting", **DUE)),
    "missing_enquiry-account": told("missing", enquiry("fields", status="collecting", asked=("account",), **DUE)),
    "reminder_enquiry": told("reminder", enquiry("fields", UNASKED, status="collecting", **DUE)),
    "reminder_enquiry-account": told("reminder", enquiry("fields", status="collecting", asked=("account",), **DUE)),
    "reminder_enquiry-clerk": told("reminder", enquiry("answer", **DUE), "clerk"),
    "received_enquiry": told("received", enquiry("answer", **DUE), again=False),
    "received_enquiry-more": told("received", enquiry("answer", **DUE, **REPLIED), again=True, text=FURTHER),
    "received_enquiry-corrected": told("received", enquiry("answer", **DUE), again=True),
    "question": told("question", enquiry("answer", notes=("He called as well.",), **DUE), "clerk", text=DETAILS),
    "question-more": told("question", enquiry("answer", **DUE, **REPLIED), "clerk", text=FURTHER),
    "passed_on-enquiry": told(
        "passed_on",
        enquiry("answer", **DUE),
        "clerk",
        **{"why": dict.fromkeys(NAMES, "more"), "by": dict.fromkeys(NAMES, "taro@univ.example"), "text": QUESTIONS},
    ),
    "replied-enquiry": told("replied", enquiry("answer", **DUE, **ANSWERED), closes=False, text=ANSWERS),
    "status-enquiry": told("status", enquiry("answer", **DUE)),
    "status-enquiry-answered": told("status", enquiry("silence", **DUE, **ANSWERED)),
    "status-enquiry-closed": told("status", enquiry("answer", status="withdrawn")),
    "completed-enquiry": told("completed", enquiry("silence", status="done", **ANSWERED)),
    "expired-enquiry": told("expired", enquiry("fields", UNASKED, status="expired")),
    "withdrawn-enquiry": told("withdrawn", enquiry("answer", status="withdrawn")),
    "withdrawn_others-enquiry": told("withdrawn_others", enquiry("answer", status="withdrawn"), "clerk"),
    "asked-enquiry": told(
        "asked", enquiry("fields", status="collecting", asked=("account",), asked_text="184233?", **DUE)
    ),
    "expired-renewal": written("expired", holder(RENEWAL, "fields", GOES_ON, status="expired")),
    "withdrawn-renewal": written("withdrawn", holder(RENEWAL, "renewal", GOES_ON, status="withdrawn")),
    "account_renewed-ends-late": OUT_OF_SEASON,
    "expired-closing": written("expired", holder(CLOSE, "fields", DELETE, status="expired")),
    "withdrawn-closing": written("withdrawn", holder(CLOSE, "objection", DELETE, status="withdrawn")),
    "received-more": written("received", holder(RENEWAL, "renewal", GOES_ON), again=True, text="And the talks?"),
}
"""Letters by name, each made in one language."""
