"""The answers to a whole form are understood, or asked for again with a reason."""

from pathlib import Path

import pytest
from keys import ED25519
from shipped import shipped_rules

from mailbot.core.columns import width
from mailbot.core.conditions import holds
from mailbot.core.events import Fault
from mailbot.core.fields import FAULTS, Understood, schema, understand
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.types import read
from mailbot.core.fields.wrong import Wrong
from mailbot.core.labels import label_key
from mailbot.core.rules import Check
from mailbot.edge.config import shipped

RULES = shipped_rules()
FORM, DESK = RULES.forms["new-account"], RULES.desk


PURPOSE = "野生イネ120系統の全ゲノム配列を比較し、開花時期を決める遺伝子を探索します。" * 5
APPLICATION = {
    "family_name": "Yamada",
    "first_name": "Taro",
    "email": "taro@rice.univ.example",
    "nationality": "日本",
    "residence": "日本",
    "research_field": "植物遺伝学",
    "job_title": "博士後期課程２年",
    "purpose": PURPOSE,
    "affiliation": "例示大学 理学部",
    "postal_code": "４１１－８５４０",
    "address": "静岡県三島市谷田１１１１\n例示大学 理学部 3号館",
    "telephone": "０５５ー９８１ー０００１",
    "account_name": "taro-y",
    "responsible_same": "はい",
}
OF_ANOTHER = {
    "responsible_family_name": "Suzuki",
    "responsible_first_name": "Ichiro",
    "responsible_email": "ichiro@rice.univ.example",
    "responsible_nationality": "日本",
    "responsible_research_field": "植物遺伝学",
    "responsible_job_title": "教授",
    "responsible_affiliation": "例示大学 理学部",
    "responsible_postal_code": "411-8540",
    "responsible_address": "静岡県三島市谷田1111",
    "responsible_telephone": "055-981-0002",
}


def told(answers: dict[str, str], language: str = "en") -> Understood:
    return understand(FORM, DESK, {key: (text,) for key, text in answers.items()}, language)


def faults(understood: Understood) -> dict[str, str]:
    return {fault.field: fault.code for fault in understood.faults}


def only_fault(understood: Understood) -> Fault:
    (fault,) = understood.faults
    return fault


def test_a_complete_application_whose_responsible_person_is_the_applicant_has_no_fault() -> None:
    understood = told(APPLICATION)
    assert understood.faults == ()
    assert understood.values["responsible_email"] == "taro@rice.univ.example"
    assert understood.values["responsible_address"] == understood.values["address"]
    assert understood.values["telephone"] == "+81 55-981-0001"
    assert "responsible_extension" not in understood.values
    assert list(understood.values) == [key for key in FORM.fields if key in understood.values]


def test_an_empty_form_is_asked_for_everything_required_at_once_in_the_order_of_the_form() -> None:
    wanted = faults(told({}))
    assert set(wanted.values()) == {"missing"}
    assert list(wanted) == [key for key, rule in FORM.fields.items() if rule.required and holds(rule.when, {})]
    assert "responsible_telephone" in wanted


def test_who_tells_of_another_responsible_person_has_answered_that_it_is_another() -> None:
    answers = {key: text for key, text in APPLICATION.items() if key != "responsible_same"} | OF_ANOTHER
    understood = told(answers)
    assert understood.faults == ()
    assert understood.values["responsible_same"] == "no"
    assert understood.values["responsible_email"] == "ichiro@rice.univ.example"


def test_a_wrong_answer_about_the_responsible_person_is_an_answer_about_another_person_too() -> None:
    answers = {key: text for key, text in APPLICATION.items() if key != "responsible_same"}
    understood = told({**answers, "responsible_email": "ichiro at univ"})
    assert understood.values["responsible_same"] == "no"
    assert faults(understood)["responsible_email"] == "email_syntax"


def test_the_same_person_with_another_address_is_a_contradiction() -> None:
    fault = only_fault(told({**APPLICATION, "responsible_email": "ichiro@rice.univ.example"}, "ja"))
    assert (fault.field, fault.kind, fault.code) == ("responsible_email", "conflict", "copy_differs")
    assert fault.found == "ichiro@rice.univ.example"
    assert fault.wanted == {"other": "taro@rice.univ.example", "question": "責任者は申請者と同じ"}


def test_the_same_person_written_out_twice_is_no_contradiction() -> None:
    again = {"responsible_email": "TARO@rice.univ.example", "responsible_family_name": "YAMADA"}
    assert told({**APPLICATION, **again}).faults == ()


def test_a_wrong_source_of_a_copy_is_asked_for_once() -> None:
    assert faults(told({**APPLICATION, "email": "taro at univ"})) == {"email": "email_syntax"}


def test_two_different_answers_are_both_quoted_and_neither_is_kept() -> None:
    answers = {key: (text,) for key, text in APPLICATION.items()} | {"telephone": ("055-981-0001", "055-981-0009")}
    understood = understand(FORM, DESK, answers, "en")
    assert only_fault(understood).wanted == {"first": "055-981-0001", "second": "055-981-0009"}
    assert "055-981-0009" in only_fault(understood).found
    assert "telephone" not in understood.values


def test_two_spellings_of_one_answer_are_one_answer() -> None:
    answers: dict[str, tuple[str, ...]] = {key: (text,) for key, text in APPLICATION.items()}
    answers["telephone"] = ("055-981-0001", "０５５－９８１－０００１", "", "____")
    understood = understand(FORM, DESK, answers, "en")
    assert understood.faults == ()
    assert understood.values["telephone"] == "+81 55-981-0001"


@pytest.mark.parametrize(("language", "words"), [("en", "Please answer no."), ("ja", "「いいえ」とご記入ください。")])
def test_a_check_across_fields_is_said_in_the_language_of_the_case(language: str, words: str) -> None:
    rule = {
        "field": "personal_genome",
        "when": {"field": "personal_genome", "is": "yes"},
        "message": {"en": "Please answer no.", "ja": "「いいえ」とご記入ください。"},
    }
    form = FORM.model_copy(update={"checks": (Check.model_validate(rule),)})
    answers = {key: (text,) for key, text in {**APPLICATION, "personal_genome": "はい"}.items()}
    understood = understand(form, DESK, answers, language)
    fault = only_fault(understood)
    assert (fault.field, fault.code, fault.kind) == ("personal_genome", "check", "invalid")
    assert fault.wanted == {"message": words}
    assert "personal_genome" not in understood.values


def test_what_was_answered_badly_is_not_empty_to_a_check_across_fields() -> None:
    change = RULES.forms["change-registration"]
    answers = {"account": ("taro-i",), "name": ("Taro Iden",), "reason": ("moved",)}
    assert faults(understand(change, DESK, answers, "en")) == {"change": "check"}
    assert faults(understand(change, DESK, {**answers, "email": ("taro@gmail.com",)}, "en")) == {"email": "email_free"}
    assert faults(understand(change, DESK, {**answers, "postal_code": ("411-8540",)}, "en")) == {"address": "missing"}


@pytest.mark.parametrize("abroad", [{"nationality": "Thai"}, {"residence": "タイ"}])
def test_who_is_not_from_japan_or_not_in_it_is_asked_about_export_control(abroad: dict[str, str]) -> None:
    assert "resident" in faults(told({**APPLICATION, **abroad}))
    assert "resident" not in faults(told({**APPLICATION, "nationality": "日本国籍", "residence": "Japan"}))


def test_a_private_key_is_never_repeated() -> None:
    private = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n-----END OPENSSH PRIVATE KEY-----"
    for texts in ((private,), (private, ED25519), (ED25519, private)):
        understood = understand(FORM, DESK, {"ssh_public_key": texts, "telephone": texts}, "en")
        assert "b3BlbnNzaC1rZXk" not in repr(understood)
        assert {"ssh_public_key", "telephone"} <= faults(understood).keys()


def test_what_was_written_is_quoted_briefly() -> None:
    fault = only_fault(told({**APPLICATION, "telephone": "call me " * 100}))
    assert len(fault.found) == 200


def test_answers_to_fields_the_form_does_not_have_are_not_looked_at() -> None:
    assert told({**APPLICATION, "shoe_size": "42"}).faults == ()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_fault_has_its_sentence_with_its_places(language: str) -> None:
    for code, row in FAULTS.items():
        places = {place: f"‹{place}›" for place in (*row.places, "found")}
        sentence = RULES.say(language, "faults", code, **places)
        assert all(f"‹{place}›" in sentence for place in row.places if place != "count"), code


INCOMPLETE = {"purpose", "ssh_public_key"}
"""Their examples are cut short on purpose, so that one left in the form is never taken for an answer."""


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("form", RULES.forms)
def test_help_in_a_shipped_form_is_one_or_two_lines_of_at_most_70_columns(form: str, language: str) -> None:
    for key, rule in RULES.forms[form].fields.items():
        lines = rule.help.get(language, "").split("\n")
        assert len(lines) <= 2, key
        assert all(width(line) <= 70 for line in lines), key


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_example_of_the_shipped_form_is_understood(language: str) -> None:
    for key, rule in FORM.fields.items():
        if rule.example:
            value = read(rule.example[language], rule, Asking(DESK.free_mail, language))
            assert isinstance(value, Wrong) == (key in INCOMPLETE), key
            assert value, key


def test_the_schema_of_a_form_names_every_field_with_its_help_and_example() -> None:
    described = schema(FORM).model_json_schema()["properties"]
    assert list(described) == list(FORM.fields)
    assert described["email"]["title"] == "Email"
    assert described["email"]["examples"] == ["taro@univ.example", "taro@univ.example"]
    assert described["email"]["labels"]["ja"] == "メールアドレス"
    assert described["purpose"]["description"].startswith("150 characters")
    assert described["jga_ids"]["format"] == "ids"
    assert schema(FORM) is schema(FORM)


SAME_LABEL = {
    "氏名": "氏名：|【氏名】|■氏名|・氏名　：|氏　名|1. 氏名|"
    "（１）氏名|①氏名|氏名（必須）|【必須】氏名|＊氏名|氏名＊|※氏名|**氏名**",
    "family name": "Family name:|FAMILY NAME|Ｆａｍｉｌｙ　ｎａｍｅ|"
    "* Family name *|2) Family name|Family name (required)|family_name|a) Family name|[Family name]",
    "メールアドレス": "ﾒｰﾙｱﾄﾞﾚｽ|メール アドレス|◆メールアドレス（任意）",
    "responsible person's email": "Responsible person’s email|Responsible person`s  email:|Responsible person´s email|"
    "\u202aResponsible person's email\u202c:|\u2068Responsible person's\u2069 email",
    "": "|■|：|---|　",
}


@pytest.mark.parametrize(
    ("key", "text"), [(key, text) for key, texts in SAME_LABEL.items() for text in texts.split("|")]
)
def test_labels_are_compared_without_their_decoration(key: str, text: str) -> None:
    assert label_key(text) == key


@pytest.mark.parametrize("text", ["姓", "名", "所属（大学）", "電話", "E-mail", "Job title / 職名", "3"])
def test_what_is_no_decoration_stays_in_a_label(text: str) -> None:
    assert label_key(text).replace(" ", "") == text.lower().replace(" ", "").replace("（", "(").replace("）", ")")


def test_the_shipped_rules_name_no_real_address() -> None:
    for path in sorted(Path(shipped() / "rules").glob("*.toml")):
        for word in path.read_text(encoding="utf-8").split():
            assert "@" not in word or ".example" in word or word in ('@",', "@"), word
