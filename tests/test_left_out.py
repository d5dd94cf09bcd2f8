"""What a letter asks for beside a wrong answer: what it hangs together with stands in the form to fill in."""

import pytest
from correspondence import ROOT, Correspondence, rules_with, said

TARO = "taro@hospital.example"
RULES = rules_with({"indice-password": (ROOT / "rules" / "indice-password.toml").read_text("utf-8")})
ENGLISH = """\
=== form indice-password begin ===
Which passwords to renew: {kind}
Project name: Registry of rare anaemias
ID: {number}
I know my ID and general password: {knows}
Name: Taro Iden
Affiliation: Example Hospital
Email: taro@hospital.example
Telephone: +81-55-981-0000
The ID represents a group: no
I agree to how passwords are handled: yes
=== form indice-password end ===
"""
JAPANESE = """\
=== form indice-password begin ===
更新の種別：{kind}
研究課題名：希少貧血症例登録研究
ID：{number}
IDと共通パスワードを知っている：{knows}
氏名：遺伝 太郎
所属：例示病院 血液内科
メールアドレス：taro@hospital.example
電話番号：055-981-0000
グループ代表のIDである：いいえ
パスワードの取り扱いに同意する：はい
=== form indice-password end ===
"""


def asked(text: str, **answers: str) -> tuple[Correspondence, str]:
    """The correspondence after an application, and what its letter says above the values that were understood."""
    of = Correspondence(RULES)
    of.apply(TARO, text.format(**answers))
    return of, said(of.last(TARO)).partition("What we have understood")[0].partition("これまでに承った内容")[0]


def test_who_does_not_know_the_general_password_is_asked_again_which_to_renew_and_for_no_id() -> None:
    of, letter = asked(ENGLISH, kind="INDICE only", number="", knows="no")
    assert "Which passwords to renew:" in letter
    assert "cannot do without" not in letter, "no ID is needed where both passwords are renewed"
    of.answer(TARO, "Which passwords to renew: INDICE and general", "answer")
    assert of.case.step == "sheet"


def test_who_leaves_out_the_id_may_say_that_both_passwords_are_to_be_renewed() -> None:
    of, letter = asked(ENGLISH, kind="INDICE only", number="", knows="yes")
    assert "ID (missing)" in letter
    assert "Which passwords to renew:" in letter
    of.answer(TARO, "ID: ind01234", "answer")
    assert of.case.step == "sheet"


@pytest.mark.parametrize(("known", "wanted"), [("ind01234", False), ("", True)])
def test_only_who_left_it_out_is_asked_for_the_id(known: str, wanted: bool) -> None:
    _, letter = asked(ENGLISH, kind="INDICE only", number=known, knows="")
    assert "I know my ID and general password *:" in letter
    assert ("Which passwords to renew:" in letter) is wanted


def test_a_letter_repeats_an_answer_as_it_was_written() -> None:
    _, letter = asked(JAPANESE, kind="INDICEのみ", number="ind01234", knows="いいえ")
    assert "ご記入内容：いいえ" in letter
    assert "更新の種別：" in letter


def test_a_line_whose_secret_was_removed_is_no_open_question_to_the_applicant() -> None:
    removed = "Password: [a password, removed]"
    more = ENGLISH.replace("Name: ", f"{removed}\nFax: 055-981-0001\nName: ")
    of, letter = asked(more, kind="INDICE only", number="", knows="yes")
    assert "Fax: 055-981-0001" in letter
    assert removed not in letter
    assert removed in of.case.unread, "clerks see that there was one"
    _, letter = asked(more.replace("Fax: 055-981-0001\n", ""), kind="INDICE only", number="", knows="yes")
    assert "could not match" not in letter
