"""Who looks after a case, and a case that rests for a while: what clerks order, and what comes of it."""

import pytest
from correspondence import MORGAN, SATO, kinds, only, said, written
from test_clerk_commands import RULES, TARO, mistake, refusal, reviewed

from mailbot.core.events import Assigned
from mailbot.core.rules import Clerk
from mailbot.views.cases import case_text, cases_table

READER = Clerk(name="Kenji Reader", address="reader@staff.desk.example", roles=("read",))
TWIN = Clerk(name="Ichiro Sato", address="isato@staff.desk.example")
BOSS = Clerk(name="Ichiro Suzuki", address="ichiro@univ.example")
DESK = RULES.desk.model_copy(update={"clerks": (*RULES.desk.clerks, READER, BOSS)})
MORE_CLERKS = RULES.model_copy(update={"desk": DESK})


@pytest.mark.parametrize(
    "text", ["ASSIGN sato", "assign SATO@staff.desk.example", "担当 Hanako Sato様", "担当：ｓａｔｏさん"]
)
def test_a_case_is_given_to_a_colleague_who_is_told(text: str) -> None:
    of = reviewed()
    decision = of.order(text)
    assert kinds(decision) == ["commands_run", "assigned"]
    assert only(decision, Assigned).to == of.case.assigned == SATO
    assert written(decision) == [("assigned", SATO), ("transcript", MORGAN)]
    assert "Hanako Sato" in said(of.last(MORGAN))


@pytest.mark.parametrize("text", ["ASSIGN me", "担当 自分", "ASSIGN Morgan"])
def test_who_takes_a_case_needs_no_letter_about_it(text: str) -> None:
    of = reviewed()
    assert written(of.order(text)) == [("transcript", MORGAN)]
    assert of.case.assigned == MORGAN


def test_a_case_may_be_nobodys_again() -> None:
    of = reviewed()
    of.order("ASSIGN me")
    of.order("担当 なし")
    assert of.case.assigned == ""
    assert "nobody is responsible" in said(of.last(MORGAN))


@pytest.mark.parametrize(
    "text, shown",
    [
        ("ASSIGN Stao", "Possible: Hanako Sato"),
        ("ASSIGN Morgen", "Possible: Alex Morgan"),
        ("ASSIGN somebody else", "None of us is registered"),
        ("ASSIGN Reader", "may not decide"),
        ("ASSIGN Suzuki", "takes part in the application"),
    ],
)
def test_only_a_colleague_who_could_decide_gets_a_case(text: str, shown: str) -> None:
    of = reviewed(MORE_CLERKS)
    assert shown in mistake(of, text)
    assert of.case.assigned == ""


def test_a_name_that_two_colleagues_have_is_asked_about() -> None:
    twins = RULES.desk.model_copy(update={"clerks": (*RULES.desk.clerks, TWIN)})
    of = reviewed(RULES.model_copy(update={"desk": twins}))
    assert "Possible: sato@staff.desk.example; isato@staff.desk.example" in mistake(of, "ASSIGN Sato")


def test_a_clerk_who_takes_part_gives_the_case_to_nobody() -> None:
    of = reviewed(MORE_CLERKS)
    assert refusal(of.order("ASSIGN me", BOSS.address)) == "own_case"


def test_giving_a_case_away_makes_no_decision_out_of_date() -> None:
    of = reviewed()
    of.answer(MORGAN, "ASSIGN sato", "command")
    of.order("ACCEPT", SATO)
    assert of.case.decided_by == SATO


def test_the_responsible_clerk_stands_in_later_letters_and_in_the_lists() -> None:
    of = reviewed()
    of.order("ASSIGN sato")
    of.order("ACCEPT")
    task = next(letter for letter in reversed(of.letters) if letter.template == "task" and letter.to == MORGAN)
    assert "Responsible clerk: Hanako Sato" in said(task)
    assert "Hanako Sato" in cases_table([of.case], RULES)
    assert f"clerk      {SATO}" in case_text(of.case, RULES, [])
    assert not [letter for letter in of.letters if letter.to == TARO and "Sato" in letter.text]
