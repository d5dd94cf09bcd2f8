"""Which rows of registers a mail needs before it can be decided, and the cases a sender has open already."""

import time
from dataclasses import replace

from mailbot.core.case import Case, LetterInfo
from mailbot.core.decide.registered import holder
from mailbot.core.events import Facts, Row
from mailbot.core.evidence import NOTHING, Remembered, opens
from mailbot.core.lookups import lookups, lookups_of
from mailbot.core.message import Mailbox, Message
from mailbot.core.registers import Sought, may_be_applicant
from mailbot.core.rules import Clerk, Desk, Form, Register, Rules

FORM = Form.model_validate(
    {
        "name": "change",
        "title": {"en": "Change of details"},
        "people": {
            "applicant": {"email": "email", "name": ["name"]},
            "responsible": {"email": "responsible_email", "name": ["responsible_name"]},
        },
        "account": "account",
        "fields": {
            key: {"key": key, "label": {"en": label}, **more}
            for key, label, more in (
                ("name", "Name", {}),
                ("email", "Email", {"type": "email"}),
                ("account", "Account", {"register": {"name": "accounts", "column": "account", "unknown": "ask"}}),
                ("responsible_same", "I answer for it myself", {"type": "yes_no"}),
                ("responsible_name", "Who answers", {}),
                (
                    "responsible_email",
                    "Their email",
                    {
                        "type": "email",
                        "institution": True,
                        "register": {"name": "responsible", "column": "email"},
                    },
                ),
            )
        },
        "copies": [
            {"when": {"field": "responsible_same", "is": "yes"}, "fields": {"responsible_email": "email"}},
        ],
        "steps": [{"kind": "fields"}],
    }
)
QUESTION = Form.model_validate(
    {
        "name": "question",
        "title": {"en": "Question"},
        "people": {"applicant": {"email": "mail", "name": ["who"]}},
        "fields": {key: {"key": key, "label": {"en": key}} for key in ("mail", "who", "text")},
        "steps": [{"kind": "fields"}],
        "takes": "text",
    }
)
REGISTERS = {
    "accounts": Register(key="account", columns={"account": "account", "email": "email"}),
    "responsible": Register(key="email", columns={"email": "email", "name": "text"}),
}
DESK = Desk(
    name="HELPDESK",
    address="helpdesk@desk.example",
    titles={"en": "Help desk"},
    languages=("en",),
    clerks=(Clerk(name="Hanako", address="hanako@desk.example"),),
    free_mail=("free.example",),
    registers=REGISTERS,
)
RULES = Rules(digest="", desk=DESK, forms={"change": FORM, "question": QUESTION}, words={}, templates={})
TEXT = """\
Name: Taro Iden
Email: taro@uni.example
Account: taro-i
I answer for it myself: no
Who answers: Ichiro Suzuki
Their email: ichiro@uni.example
"""
ALL = (
    Sought("accounts", "account", "taro-i"),
    Sought("responsible", "email", "ichiro@uni.example"),
    Sought("accounts", "email", "ichiro@uni.example"),
)


def mail(text: str) -> Message:
    return Message("a" * 64, 100, "<m@uni.example>", senders=(Mailbox("Taro", "taro@uni.example"),), text=text)


def needed(text: str, rules: Rules = RULES) -> tuple[Sought, ...]:
    """What a new application needs."""
    return lookups(mail(text), Facts(sort="application"), NOTHING, rules)


def case(text: str = TEXT, **more: object) -> Case:
    answers = {}
    for line in text.splitlines():
        label, _, value = line.partition(": ")
        key = next(key for key, rule in FORM.fields.items() if rule.label["en"] == label)
        answers[key] = (value,)
    at = "2026-11-21T12:00:00.000Z"
    fixed = {"number": "2026-00001", "form": "change", "opened": at, "changed": at, "step_since": at}
    return Case.model_validate({**fixed, "applicant": "taro@uni.example", "answers": answers, **more})


def needed_by(known: Case, text: str, sort: str = "answer", role: str = "applicant") -> tuple[Sought, ...]:
    """What a mail needs that answers letter 1 of this case."""
    letter = LetterInfo(to="x@uni.example", role=role, key="k", seq=1, template="missing")  # type: ignore[arg-type]
    remembered = Remembered({f"{known.number}.1": letter}, {known.number: known})
    return lookups(mail(text), Facts(sort=sort, letter=f"{known.number}.1"), remembered, RULES)


def test_a_new_application_needs_every_row_that_its_form_looks_up() -> None:
    assert needed(TEXT) == ALL


def test_without_a_register_of_accounts_nobody_is_looked_for_under_a_second_address() -> None:
    desk = DESK.model_copy(update={"registers": {"responsible": REGISTERS["responsible"]}})
    assert needed(TEXT, RULES.model_copy(update={"desk": desk})) == ALL[:2]


def test_registers_and_their_columns_have_the_names_that_the_desk_gives_them() -> None:
    registers = {
        "users": Register(key="uid", columns={"uid": "account", "mail": "email"}),
        "people": Register(key="mail", columns={"mail": "email", "name": "text"}),
    }
    raw = FORM.model_dump(by_alias=True)
    raw["fields"]["account"]["register"] = {"name": "users", "column": "uid", "unknown": "ask"}
    raw["fields"]["responsible_email"]["register"] = {"name": "people", "column": "mail"}
    form, desk = Form.model_validate(raw), DESK.model_copy(update={"registers": registers})
    rules = RULES.model_copy(update={"desk": desk, "forms": {"change": form}})
    assert needed(TEXT, rules) == (
        Sought("users", "uid", "taro-i"),
        Sought("people", "mail", "ichiro@uni.example"),
        Sought("users", "mail", "ichiro@uni.example"),
    )
    row = {"uid": "taro-i", "mail": "old@uni.example"}
    rows = (Row(name="users", column="uid", key="taro-i", found=row),)
    known = case(
        values={"account": "taro-i", "email": "taro@uni.example", "responsible_email": "t@b.example"}, rows=rows
    )
    assert holder(form, known, rules) == "old@uni.example"
    own = Row(name="users", column="mail", key="t@b.example", found=row)
    assert may_be_applicant(form, known.values, (*rows, own)), "the account at that address is the applicant's"
    assert not may_be_applicant(form, known.values, rows)


def test_an_address_that_is_copied_is_looked_up_where_it_is_copied_to() -> None:
    text = TEXT.replace("myself: no", "myself: yes").replace("Their email: ichiro@uni.example\n", "")
    assert [sought.key for sought in needed(text)] == ["taro-i", "taro@uni.example", "taro@uni.example"]


def test_what_was_not_understood_is_not_looked_up_but_what_a_clerk_may_allow_is() -> None:
    assert [sought.key for sought in needed(TEXT.replace("ichiro@uni.example", "ichiro at uni"))] == ["taro-i"]
    assert [sought.key for sought in needed(TEXT.replace("@uni.example", "@free.example"))][1] == "ichiro@free.example"


def test_what_only_a_guess_makes_of_a_mail_is_not_looked_up() -> None:
    text = TEXT.replace("Account: taro-i", "Account: taro-i（仮）").replace("Their email", "上司のメール")
    doubtful = replace(mail(text), unsure=(("EUC-JP", "x"), ("Big5", "y")))
    assert lookups(doubtful, Facts(sort="application", number="2026-00001"), NOTHING, RULES) == ()


def test_what_is_the_same_in_every_charset_is_looked_up() -> None:
    doubtful = replace(mail(TEXT.replace("Ichiro Suzuki", "鈴木")), unsure=(("EUC-JP", "x"), ("Big5", "y")))
    assert lookups(doubtful, Facts(sort="application", number="2026-00001"), NOTHING, RULES) == ALL


def test_an_answer_needs_the_rows_of_its_case_and_those_it_brings() -> None:
    assert needed_by(case(), "Name: Taro Iden-Sato\n") == ALL, "what it does not mention as well"
    other = needed_by(case(), "Account: taro-j\n")
    assert set(other) == {*ALL, Sought("accounts", "account", "taro-j")}, "whose mail it is, is decided later"
    assert needed_by(case("Name: Taro Iden\n"), "Account: taro-j\n") == (Sought("accounts", "account", "taro-j"),)


def test_an_account_that_was_refused_is_looked_up_as_long_as_it_is_the_answer() -> None:
    refused = case(values={}, faults=[{"field": "account", "kind": "invalid", "code": "account_unknown"}])
    assert ALL[0] in needed_by(refused, "Name: Taro\n")


def test_a_clerks_command_needs_the_rows_of_the_case_and_not_what_stands_in_it() -> None:
    assert needed_by(case(), "ACCEPT\n\nAccount: taro-j\n", "command", "clerk") == ALL
    assert needed_by(case(), "AGREE", "consent", "responsible") == ALL


def test_orders_about_several_cases_need_the_rows_of_those_that_are_named_and_listed() -> None:
    other = case(TEXT.replace("taro-i", "taro-j"), number="2026-00002")
    third = case(TEXT.replace("taro-i", "taro-k"), number="2026-00003")
    remembered = Remembered({}, {known.number: known for known in (case(), other, third)})
    facts = Facts(sort="command", letter="e9.1", listed=("2026-00001", "2026-00002"))
    two = {*ALL, Sought("accounts", "account", "taro-j")}
    text = "#2026-00001 ACCEPT\n#2026-00002 ACCEPT\n#2026-00003 ACCEPT"
    assert set(lookups(mail(text), facts, remembered, RULES)) == two
    assert lookups(mail("#2026-00001 ACCEPT"), facts, remembered, RULES) == ALL
    confirms = facts.model_copy(update={"bound": "d" * 64})
    assert set(lookups(mail("CONFIRM abcd-efgh"), confirms, remembered, RULES)) == two


def test_a_deadline_needs_the_rows_of_the_case() -> None:
    assert lookups_of(case(), RULES) == ALL
    assert lookups_of(case(form="gone"), RULES) == ()


def test_mail_that_moves_no_case_needs_nothing() -> None:
    assert needed_by(case(), "Out of office", "autoreply") == ()
    assert lookups(mail(TEXT), Facts(sort="application", same=True), NOTHING, RULES) == ()
    assert lookups(mail("Hello"), Facts(sort="enquiry"), NOTHING, RULES) == ()
    assert needed_by(case(form="gone"), "ACCEPT", "command", "clerk") == ()


def test_words_that_answer_a_general_letter_open_a_case_of_the_form_that_takes_them() -> None:
    letter = LetterInfo(to="taro@uni.example", role="stranger", key="k", seq=3, template="forms")
    remembered, facts = Remembered({"e3.1": letter}, {}), Facts(sort="enquiry", letter="e3.1")
    assert opens(mail("My login does not work any more."), facts, remembered, RULES) == "question"
    assert opens(mail(TEXT), of_sort(facts, "application"), remembered, RULES) == "change", "unless they fill one in"
    assert opens(mail("My login does not work."), Facts(sort="enquiry"), NOTHING, RULES) is None
    assert opens(mail("Out of office"), of_sort(facts, "autoreply"), remembered, RULES) is None
    clerks = Remembered({"e3.1": letter.model_copy(update={"role": "clerk"})}, {})
    assert opens(mail("Thanks"), facts, clerks, RULES) is None
    without = RULES.model_copy(update={"forms": {"change": FORM}})
    assert opens(mail("My login does not work."), facts, remembered, without) is None


def of_sort(facts: Facts, sort: str) -> Facts:
    return facts.model_copy(update={"sort": sort})


def test_a_mail_is_read_once_for_each_form() -> None:
    long = mail(TEXT + "Something: else\n" * 3_000)
    began = time.process_time()
    opens(long, Facts(sort="application"), NOTHING, RULES)
    first = time.process_time() - began
    began = time.process_time()
    for _ in range(5):
        opens(long, Facts(sort="application"), NOTHING, RULES)
    assert time.process_time() - began < first
    assert lookups(replace(long, digest="b" * 64), Facts(sort="application"), NOTHING, RULES) == ALL
