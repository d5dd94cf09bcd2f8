"""Labels with small mistakes: accepted where they can only mean one thing, suggested where they may, else shown."""

import pytest
from letter_examples import RULES

from mailbot.core.reading import read
from mailbot.core.reading.labels import labels_of
from mailbot.core.reading.spelling import Spelling
from mailbot.core.readings import Unread

FORM = RULES.forms["new-account"]
AROUND = "JGA account IDs: none\n{line}\nExtension: 123\n"

MISSPELT = {
    **dict.fromkeys(["Frist name", "Firts name", "FRIST NAME", "1. Frist name", "Firstname"], "first_name"),
    **dict.fromkeys(
        ["Familly name", "Famly name", "Fmaily name", "■ Famliy name", "Ｆａｍｌｙ　ｎａｍｅ"], "family_name"
    ),
    **dict.fromkeys(["Adress", "Addres", "Adderss"], "address"),
    **dict.fromkeys(["Nationalty", "Natoinality", "Nationallity"], "nationality"),
    **dict.fromkeys(["Postalcode", "Postall code", "Psotal code", "Posttal code"], "postal_code"),
    **dict.fromkeys(["Telphone", "Telepone", "Telephne", "Telephone nubmer"], "telephone"),
    **dict.fromkeys(["Emial address", "E-mail adress", "Email addres"], "email"),
    **dict.fromkeys(["Contry of residence", "Country of residense"], "residence"),
    **dict.fromkeys(["Puropse of use", "Purpse of use"], "purpose"),
    **dict.fromkeys(["Resarch field", "Research feild"], "research_field"),
    **dict.fromkeys(["Job titel", "Jobtitle"], "job_title"),
    **dict.fromkeys(["Desired acount name", "Dessired account name"], "account_name"),
    **dict.fromkeys(["SSH pulbic key", "SSH publik key", "SSH publickey"], "ssh_public_key"),
    **dict.fromkeys(["Responsible persons family name", "Responsable person's family name"], "responsible_family_name"),
    **dict.fromkeys(["Responisble person's email"], "responsible_email"),
    **dict.fromkeys(["郵便番合", "郵便番後", "郵便番号号", "■郵便番合"], "postal_code"),
    **dict.fromkeys(["電話番合", "電話番番号"], "telephone"),
    **dict.fromkeys(
        ["メ一ルアドレス", "メルアドレス", "メールアドレズ", "ﾒｰﾙｱﾄﾞﾚｽｽ", "メーアドレス", "メールアレドス"], "email"
    ),
    **dict.fromkeys(["利用目敵", "利用目適"], "purpose"),
    **dict.fromkeys(["公開健", "SSH公開健"], "ssh_public_key"),
    **dict.fromkeys(["希望アカント名", "希望アカウント明", "アカウン卜名"], "account_name"),
    **dict.fromkeys(["所族機関"], "affiliation"),
    **dict.fromkeys(["研究分屋"], "research_field"),
    **dict.fromkeys(["責任者の電話番合"], "responsible_telephone"),
    **dict.fromkeys(["責任者のメルアドレス"], "responsible_email"),
}
OTHERS = [
    *("County", "Fist name", "Lost name", "Portal code", "Positron", "President", "Presidence", "Game", "Rate", "Cite"),
    *("Name", "Nickname", "Middle name", "Maiden name", "Fax", "Faxnumber", "Mobile", "Emial", "Tle", "Zap code"),
    *("Address 2", "Address2", "Old address", "Postal cod", "Ostal code", "Irresponsible person's email", "Unpurpose"),
    *("Note", "Date", "Subject", "PS", "Room", "City", "State", "Building", "Deadline", "Job tile", "Expert control"),
    *("指名", "氏明", "国席", "職明", "電話番", "携帯番号", "外線番号", "学籍番号", "口座番号", "郵便番地", "電信番号"),
    *(
        "研究費",
        "研究室",
        "利用時間",
        "利用機関",
        "利用日数",
        "所属学部",
        "新住所",
        "旧所属",
        "旧姓",
        "性",
        "カウント名",
    ),
    *("責任者の印", "部屋番号", "学年", "備考", "件名", "日付", "非公開鍵", "秘密鍵", "不居住国"),
]


def line(label: str) -> str:
    return AROUND.format(line=f"{label}: x")


@pytest.mark.parametrize("label", MISSPELT)
def test_a_small_mistake_in_a_label_that_can_only_mean_one_field_is_accepted(label: str) -> None:
    reading = read(line(label), FORM, answers_ours=False)
    assert reading.answers[MISSPELT[label]] == ("x",)
    assert reading.misspelt == ((MISSPELT[label], label),)
    assert reading.unread == ()


@pytest.mark.parametrize("label", OTHERS)
def test_another_word_and_a_short_or_doubtful_label_is_never_accepted(label: str) -> None:
    reading = read(line(label), FORM, answers_ours=False)
    assert reading.misspelt == ()
    assert "x" not in {text for texts in reading.answers.values() for text in texts}


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Emial", "email"),
        ("Postal cod", "postal_code"),
        ("Fist name", "first_name"),
        ("電話番", "telephone"),
        ("国席", "nationality"),
    ],
)
def test_what_may_be_a_mistake_is_suggested(label: str, field: str) -> None:
    assert read(line(label), FORM, answers_ours=False).unread == (Unread(label, "x"),)
    assert labels_of(FORM).near(label) == field


def test_a_name_that_was_taken_for_another_word_is_suggested_in_the_enquiry() -> None:
    text = "所属：例示大学\n指名：遺伝 太郎\nログインアカウント：taro\n"
    form = RULES.forms["enquiry"]
    assert read(text, form, answers_ours=False).unread == (Unread("指名", "遺伝 太郎"),)
    assert labels_of(form).near("指名") == "name"


def test_the_value_of_a_misspelt_label_may_stand_below_it_or_go_over_several_lines() -> None:
    text = "Family name: Iden\nAdress:\n1111 Yata\nMishima\nFrist name:\nTaro\nExtension: 1\n"
    found = read(text, FORM, answers_ours=False).answers
    assert found["address"] == ("1111 Yata\nMishima",)
    assert found["first_name"] == ("Taro",)


@pytest.mark.parametrize("layout", ["{}：x", "【{}】x", "・{}　：x", "(3) {}: x", "> {}: x", "{} | x"])
def test_a_misspelt_label_is_read_in_every_layout(layout: str) -> None:
    text = "".join(f"{layout.format(label)}\n" for label in ("JGA account IDs", "Nationalty", "Extension"))
    assert read(text, FORM, answers_ours=False).answers["nationality"] == ("x",)


def test_outside_a_form_no_misspelt_label_is_looked_for() -> None:
    text = "Dear all,\nAdress: I moved last week.\nExtension: 1\nRegards\n"
    assert "address" not in read(text, FORM, answers_ours=False).answers


def test_a_label_without_mistake_goes_before() -> None:
    text = "Family name: Iden\nAddress: Mishima\nAdress: Tokyo\nExtension: 1\n"
    reading = read(text, FORM, answers_ours=False)
    assert reading.answers["address"] == ("Mishima",)
    assert reading.unread == (Unread("Adress", "Tokyo"),)
    assert labels_of(FORM).near("Adress") == "address"


def test_one_field_under_two_misspelt_labels_has_two_values() -> None:
    text = "Family name: Iden\nExtension: 1\nNationalty: Japan\nNatoinality: France\n"
    assert read(text, FORM, answers_ours=False).answers["nationality"] == ("Japan", "France")


def test_no_label_of_any_form_is_taken_for_another_field() -> None:
    labels = {label: (name, key) for name, form in RULES.forms.items() for label, key in labels_of(form).keys.items()}
    same = {"account", "account_name", "responsible_account", "indice_id"}
    for form in RULES.forms.values():
        for label, (name, key) in labels.items():
            taken = labels_of(form).spelling.unmistakable(label)
            assert taken is None or taken == key or {taken, key} <= same, (form.name, name, label, taken)


def test_two_fields_with_labels_that_resemble_each_other_take_no_mistakes() -> None:
    spelling = Spelling({"start of project": "start", "smart of project": "smart", "research topic": "topic"})
    assert spelling.unmistakable("startt of project") is None
    assert spelling.unmistakable("reserach topic") == "topic"
