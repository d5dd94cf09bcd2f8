"""What stands between the brackets and rules of a form is an answer; what the form itself says there is none."""

import pytest
from letter_examples import RULES

from mailbot.core.reading import read
from mailbot.core.secrets import MASKS

ENQUIRY, ACCOUNT = RULES.forms["enquiry"], RULES.forms["new-account"]
UNTOUCHED = [
    *("[your name here]", "[Your name]", "<Your name here>", "<<your name>>", "{your name}", "<氏名>", "【お名前】"),
    *("（例：遺伝 太郎）", "(e.g. Taro Iden)", "<例：山田 花子>", "e.g. Taro Iden", "例：遺伝 太郎", "※例：遺伝 太郎"),
    *("____", "＿＿＿", "[]", "< >", "＜　＞", "「」", "（　　）", "[____]", "......", "……"),
    *(
        "（ここにご記入ください）",
        "ここに記入",
        "<ここに入力>",
        "[please fill in]",
        "[enter your name]",
        "（必須）",
        "[required]",
    ),
    *("[if any]", "[if applicable]", "[必須項目]", "(任意項目)", "（該当者のみ）", "[Mandatory]"),
    *("○○ ○○", "○○○○", "xxxx", "［○○○○］"),
]
FILLED = {
    "<Taro Iden>": "Taro Iden",
    "<<Taro Iden>>": "Taro Iden",
    "《遺伝 太郎》": "遺伝 太郎",
    "【遺伝 太郎】": "遺伝 太郎",
    "[ Taro Iden      ]": "Taro Iden",
    "{Taro Iden}": "Taro Iden",
    "（　　遺伝 太郎　　）": "遺伝 太郎",
    "____Taro Iden____": "Taro Iden",
    "＿＿遺伝 太郎＿＿": "遺伝 太郎",
    "<Taro Iden": "Taro Iden",
    "Taro Iden>": "Taro Iden",
    "Taro (Ben) Iden": "Taro (Ben) Iden",
    "[Taro] Iden [Jr.]": "[Taro] Iden [Jr.]",
    "（株）例示 担当（遺伝）": "（株）例示 担当（遺伝）",
    "<Example University>": "Example University",
    "(Example Institute)": "Example Institute",
    "例示 太郎": "例示 太郎",
    "●●大学": "●●大学",
    "Xu Here": "Xu Here",
    "Your name": "Your name",
}


def name(value: str) -> tuple[str, ...] | None:
    text = f"Affiliation: Example University\nYour name: {value}\nDetails of your request: It stops.\n"
    return read(text, ENQUIRY, answers_ours=False).answers.get("name")


@pytest.mark.parametrize("value", UNTOUCHED)
def test_what_the_form_says_itself_is_not_filled_in(value: str) -> None:
    assert name(value) is None


@pytest.mark.parametrize("value", FILLED)
def test_brackets_and_rules_around_an_answer_are_taken_off(value: str) -> None:
    assert name(value) == (FILLED[value],)


@pytest.mark.parametrize(
    ("label", "value", "kept"),
    [
        ("Purpose of use", "[\nWe count genes.\nMany.\n]", "We count genes.\nMany."),
        ("Purpose of use", "<<\nWe count genes.", "We count genes."),
        ("Purpose of use", "[1] is our paper, as is [2]", "[1] is our paper, as is [2]"),
        ("Purpose of use", "We enter the data here", "We enter the data here"),
        ("Purpose of use", "e.g. for sequence analysis", "e.g. for sequence analysis"),
        ("Address", "【\n1111 Yata\nMishima\n】", "1111 Yata\nMishima"),
        ("Postal code", "[411-8540]", "411-8540"),
        ("Telephone", "(055) 981-1234", "(055) 981-1234"),
        ("Use the personal genome division", "[yes]", "yes"),
        ("Use the personal genome division", "[x]", "[x]"),
        ("Use the personal genome division", "[ ] yes [x] no", "[ ] yes [x] no"),
        ("Desired account name", "<taro-i>", "taro-i"),
    ],
)
def test_an_answer_of_every_type_is_what_stands_in_the_brackets(label: str, value: str, kept: str) -> None:
    (found,) = read(
        f"Job title: Student\n{label}: {value}\nResearch field: Rice\n", ACCOUNT, answers_ours=False
    ).answers[next(key for key, rule in ACCOUNT.fields.items() if rule.label["en"] == label)]
    assert found == kept


def test_a_form_sent_back_with_its_placeholders_is_no_application() -> None:
    text = "".join(f"{rule.label['en']}: <{rule.label['en']}>\n" for rule in ENQUIRY.fields.values())
    assert read(text, ENQUIRY, answers_ours=False).answers == {}


def test_what_stands_where_a_secret_was_stays_as_it_is() -> None:
    mask = MASKS["password"]["en"]
    assert name(mask) == (mask,)
