"""What is said of labels with small mistakes, and of an enquiry whose answers contradict each other."""

import pytest
from correspondence import MORGAN, SATO, Correspondence, said
from letter_examples import RULES
from test_clerk_commands import TARO

ENQUIRY = """\
Your name: Taro Iden
{}
Details of your request: My jobs stop after an hour.
Your login account: taro-i
"""


def written(line: str) -> Correspondence:
    of = Correspondence(RULES)
    of.apply(TARO, ENQUIRY.format(line))
    return of


def test_the_applicant_and_every_clerk_are_told_which_label_was_misspelt() -> None:
    of = written("Affilliation: Example University")
    assert of.case.values["affiliation"] == "Example University"
    assert "You wrote “Affilliation”; we read it as “Affiliation”." in said(of.last(TARO))
    assert "“Affiliation”: the applicant wrote “Affilliation”, which can only mean that." in said(of.last(MORGAN))
    assert "「Affilliation」と書かれていた" in of.last(SATO).text.replace("\n  ", "")


def test_it_is_told_until_the_field_is_answered_under_its_name() -> None:
    of = written("Affilliation: Example University\nYour login account: other")
    assert [remark.code for remark in of.case.remarks] == ["label_misspelt"]
    of.answer(TARO, "Affiliation: Example Institute", "answer")
    assert of.case.remarks == ()


def test_a_line_that_may_be_an_answer_is_shown_with_the_label_it_may_belong_to() -> None:
    of = written("Afilation: Example University\nYour login account: other")
    assert "affiliation" not in of.case.values
    assert "Did you mean “Affiliation”?".replace("“", '"').replace("”", '"') in said(of.last(TARO))
    assert of.last(TARO).template == "missing"


def test_two_answers_to_one_question_of_an_enquiry_are_both_shown() -> None:
    of = written("Your login account: other")
    assert "You gave two different answers, “other” and “taro-i”." in said(of.last(TARO))
    assert "did not find" not in said(of.last(TARO))
    twice = written("Details of your request: I cannot log in.")
    assert "“I cannot log in.” and “My jobs stop after an hour.”" in said(twice.last(TARO))
    assert "did not find" not in said(twice.last(TARO))


@pytest.mark.parametrize(("language", "words"), [("en", "two different answers"), ("ja", "二通りのご記入")])
def test_two_answers_are_shown_in_both_languages(language: str, words: str) -> None:
    text = "氏名：遺伝 太郎\nログインアカウント：taro\nログインアカウント：other\n問い合わせ内容：計算が止まります。"
    english = ENQUIRY.format("Your login account: other")
    of = Correspondence(RULES)
    of.apply(TARO, text if language == "ja" else english)
    assert words in "".join(of.last(TARO).text.split("\n")) or words in said(of.last(TARO))
