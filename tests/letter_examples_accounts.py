"""Examples of the letters that only the forms about accounts have: a new one, changes, passwords, closing, renewal."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from letter_examples import AFFILIATIONS, AGREED, BEGUN, DESK, DUE, FORM, KEY, RULES, TO, answers

from mailbot.core.case import Case, Done
from mailbot.core.events import Role
from mailbot.core.fields import understand
from mailbot.core.outcome import Letter
from mailbot.core.rules import Form

Given = Mapping[str, str]
NOTHING: Given = MappingProxyType({})
NAMES = {"en": "Taro Iden", "ja": "遺伝 太郎"}
HOLDER = {"account": "taro-i"}
MOVED = {
    "en": {"postal_code": "100-0001", "address": "4-5-6 Chiyoda, Tokyo\nJapan", "telephone": "055-981-0009"},
    "ja": {"postal_code": "100-0001", "address": "東京都千代田区千代田4-5-6", "telephone": "055-981-0009"},
}
WHY = {"en": "I move to another university on 1 April.", "ja": "4月1日付で異動するため"}
RESULTS = {
    "en": "T. Iden et al., J. Plant Examples 12 (2026), 34-56.",
    "ja": "遺伝ほか、例示植物学会 2026年大会にて口頭発表",
}
POSTED = Done(at="2026-04-13T01:00:00.000Z", clerk="morgan@staff.desk.example", number="1234-5678-9012")


def about(form: str, language: str, step: str, given: Given, **more: object) -> Case:
    """A case of that form in one of its steps (empty: done), with what was understood of its answers."""
    rules = RULES.forms[form]
    written = answers(language, **given) if form == "new-account" else {key: (text,) for key, text in given.items()}
    understood = understand(rules, DESK, written, language)
    kind = rules.step(step).kind if step else "notify"
    known = {
        **BEGUN,
        "form": form,
        "status": "in_progress",
        "step": step,
        "step_kind": kind,
        "applicant": "taro@univ.example",
        "languages": {"applicant": language},
        "answers": written,
        "values": understood.values,
        "faults": understood.faults,
    }
    return Case.model_validate(known | more)


def account(step: str, given: Given = NOTHING, **more: object) -> Callable[[str], Case]:
    return lambda language: about("new-account", language, step, given, **(AGREED | more))


def holder(form: str, step: str, given: Given | Mapping[str, Given] = NOTHING, **more: object) -> Callable[[str], Case]:
    """A case of somebody who has an account; what is `given` may be said by language."""

    def make(language: str) -> Case:
        said = given.get(language, given)
        assert isinstance(said, Mapping)
        return about(form, language, step, HOLDER | {"name": NAMES[language]} | dict(said), **more)

    return make


def written(
    template: str, of: Callable[[str], Case], role: Role = "applicant", form: Form | None = None, **data: object
) -> Callable[[str], Letter]:
    """A letter as a decision makes it, in one language."""

    def make(language: str) -> Letter:
        case = of(language)
        about = {"case": case, "form": form or RULES.forms[case.form]}
        return Letter(template, TO.get(role, case.applicant), role, (language,), data | about)

    return make


def to_clerk(template: str, of: Callable[[str], Case], **data: object) -> Callable[[str], Letter]:
    """A letter to the clerk who reads that language."""

    def make(language: str) -> Letter:
        clerk = next(clerk for clerk in DESK.clerks if clerk.language == language)
        return replace(written(template, of, "clerk", clerk=clerk, **data)(language), to=clerk.address)

    return make


def _by_language(make: Callable[[str], Given]) -> Mapping[str, Given]:
    return {language: make(language) for language in NAMES}


NEW_ADDRESS = _by_language(lambda language: MOVED[language] | {"reason": WHY[language]})
NEW_EMAIL = _by_language(
    lambda language: {
        "email": "taro@newuniv.example",
        "affiliation": AFFILIATIONS[language],
        "ssh_public_key": KEY,
        "reason": WHY[language],
    }
)
NO_CHANGE = _by_language(lambda language: {"reason": WHY[language]})
FORGOTTEN = _by_language(lambda language: {key: MOVED[language][key] for key in ("postal_code", "address")})
DELETE = {"closing_date": "2026-09-30", "data": "delete"}
HAND_OVER = {"closing_date": "2026-09-30", "data": "hand over", "data_account": "ichiro-s"}
GOES_ON = _by_language(lambda language: {"continue_use": "yes", "results": RESULTS[language]})
ENDS = _by_language(lambda language: {"continue_use": "no", "results": {"en": "none", "ja": "無し"}[language]})
GENERAL = FORM.model_copy(update={"letters": {}})
"""A form without letters of its own."""
CERTIFICATE = {"tasks": {"certificate": POSTED}}
UNTOLD = {"stuck": True, **DUE}
CHANGE, PASSWORD, CLOSE, RENEWAL = "change-registration", "password-change", "close-account", "renewal"

EXAMPLES: dict[str, Callable[[str], Letter]] = {
    "accepted_responsible-general": written("accepted_responsible", account("certificate"), "responsible", GENERAL),
    "certificate_posted": written("certificate_posted", account("login", {"ssh_public_key": ""}, **CERTIFICATE, **DUE)),
    "certificate_posted-key": written("certificate_posted", account("login", **CERTIFICATE, **DUE)),
    "account_ready-until": written("completed", account("login", status="done", until="2027-03-31", **CERTIFICATE)),
    "account_ready": written("completed", account("login", status="done", **CERTIFICATE)),
    "missing-change": written("missing", holder(CHANGE, "fields", NO_CHANGE, **DUE)),
    "received_change": written("received", holder(CHANGE, "review", NEW_ADDRESS), again=False),
    "received_change-wait": written("received", holder(CHANGE, "objection", NEW_EMAIL, **DUE), again=False),
    "received_change-again": written("received", holder(CHANGE, "objection", NEW_EMAIL, **DUE), again=True),
    "received_change-unannounced": written("received", holder(CHANGE, "objection", NEW_EMAIL, **UNTOLD), again=False),
    "unannounced": to_clerk("unannounced", holder(CHANGE, "objection", NEW_EMAIL, **UNTOLD), why="no_holder", by=""),
    "unannounced-lost": to_clerk(
        "unannounced", holder(CLOSE, "objection", DELETE, **UNTOLD), why="notice_lost", by="taro@old.example"
    ),
    "reminder-unannounced": to_clerk("reminder", holder(CHANGE, "objection", NEW_EMAIL, **UNTOLD)),
    "status-wait": written("status", holder(CHANGE, "objection", NEW_EMAIL, **DUE)),
    "accepted-change": written("accepted", holder(CHANGE, "change", NEW_ADDRESS)),
    "details_changed": written("details_changed", holder(CHANGE, "changed", NEW_EMAIL)),
    "received-password": written("received", holder(PASSWORD, "review", FORGOTTEN), again=False),
    "accepted-password": written("accepted", holder(PASSWORD, "certificate", FORGOTTEN)),
    "password_posted": written("password_posted", holder(PASSWORD, "posted", FORGOTTEN, **CERTIFICATE)),
    "received_closing": written("received", holder(CLOSE, "objection", HAND_OVER, **DUE), again=False),
    "received_closing-again": written("received", holder(CLOSE, "review", DELETE), again=True),
    "received_closing-unannounced": written("received", holder(CLOSE, "objection", DELETE, **UNTOLD), again=False),
    "accepted-closing": written("accepted", holder(CLOSE, "close", DELETE)),
    "account_closed": written("account_closed", holder(CLOSE, "closed", DELETE)),
    "account_closed-handed": written("account_closed", holder(CLOSE, "closed", HAND_OVER)),
    "received-renewal": written("received", holder(RENEWAL, "renewal", GOES_ON), again=False),
    "received-renewal-ends": written("received", holder(RENEWAL, "renewal", ENDS), again=False),
    "received-renewal-late": written("received", holder(RENEWAL, "renewal", GOES_ON, late=True), again=False),
    "account_renewed": written("account_renewed", holder(RENEWAL, "renewed", GOES_ON)),
    "account_renewed-ends": written("account_renewed", holder(RENEWAL, "renewed", ENDS)),
    "account_renewed-late": written("account_renewed", holder(RENEWAL, "renewed", GOES_ON, late=True)),
}
