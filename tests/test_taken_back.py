"""What a clerk asked for is taken back, or the case is decided while it is open."""

import pytest
from correspondence import MORGAN, SATO, Correspondence, kinds, only, said, written
from test_clerk_commands import ICHIRO, TARO, accepted, enquired, mistake, refusal, reviewed

from mailbot.core.commands import fitting
from mailbot.core.events import FieldAllowed, FieldsSettled, Rejected


def asked(text: str = "ASK Room") -> Correspondence:
    """A decision was waited for, and a clerk wants to see something once more."""
    of = reviewed()
    of.order(text)
    assert of.case.step == "fields"
    return of


@pytest.mark.parametrize("text", ["DONE Room", "DONE", "DONE (Room)", "完了 部屋"])
def test_what_was_asked_is_taken_back_and_the_case_goes_on(text: str) -> None:
    of = asked()
    decision = of.order(text)
    assert only(decision, FieldsSettled).fields == ("room",)
    assert (of.case.status, of.case.asked, of.case.values["room"]) == ("ready", (), "cellar")
    assert written(decision) == [("received", TARO), ("review", SATO), ("review", MORGAN), ("transcript", MORGAN)]
    assert "You need not answer our question any more" in said(of.last(TARO))
    assert "asked no more: Room" in said(of.last(MORGAN))


def test_an_exception_for_what_was_asked_takes_it_back_too() -> None:
    of = asked()
    decision = of.order("ALLOW Room as it is")
    assert only(decision, FieldAllowed).reason == "as it is"
    assert (of.case.status, of.case.asked) == ("ready", ())
    assert "You need not answer our question any more" in said(of.last(TARO))


def test_what_is_still_asked_is_asked_for_alone() -> None:
    of = asked("ASK Room, Boss's name")
    decision = of.order("DONE Room")
    assert written(decision) == [("asked", TARO), ("transcript", MORGAN)]
    assert (of.case.step, of.case.asked) == ("fields", ("boss_name",))
    assert "Room" not in of.last(TARO).text


def test_only_what_is_asked_is_taken_back() -> None:
    of = asked()
    assert "Possible: Room" in mistake(of, "DONE Name")
    assert "Nothing is wrong with that field" in mistake(of, "ALLOW Name as it is")


def test_an_acceptance_that_was_void_is_given_anew_after_the_question_is_taken_back() -> None:
    of = accepted()
    of.order("ASK Room")
    of.order("DONE Room")
    assert (of.case.status, of.case.decided_by) == ("ready", "")
    of.order("ACCEPT")
    assert of.case.step == "certificate"


def test_a_second_question_is_asked_beside_the_first() -> None:
    of = asked("ASK Room\n\nWhich one?")
    of.order("ASK Boss's name")
    assert (of.case.asked, of.case.asked_text) == (("room", "boss_name"), "Which one?")


def test_what_is_asked_is_not_accepted_before_it_is_answered() -> None:
    of = asked("ASK Room, Boss's name")
    decision = of.order("ACCEPT")
    assert refusal(decision) == "still_asked"
    text = said(of.last(MORGAN))
    assert "Still open: Room, Boss's name" in text
    assert "DONE takes the question back" in text


def test_what_is_asked_can_be_rejected() -> None:
    of = asked()
    decision = of.order("REJECT the cellar is full")
    assert only(decision, Rejected).reason == "the cellar is full"
    assert written(decision) == [("rejected", TARO), ("rejected_responsible", ICHIRO), ("transcript", MORGAN)]
    assert of.case.status == "rejected"


def test_what_is_answered_in_part_is_not_rejected_unseen() -> None:
    of = asked("ASK Room, Boss's name")
    of.answer(TARO, "Room: attic", "answer")
    assert refusal(of.order("REJECT the cellar is full")) == "moved_on"
    assert "Room: attic" in said(of.last(MORGAN))
    of.order("REJECT the attic is full")
    assert of.case.status == "rejected"


def test_letters_offer_what_can_be_done_while_something_is_asked() -> None:
    of = asked()
    offered = {row.verb for row in fitting(of.case, of.rules.forms[of.case.form])}
    assert {"DONE", "REJECT", "ASK", "CLOSE", "ALLOW"} <= offered
    assert not {"ACCEPT", "POSTED"} & offered


def test_a_question_that_is_taken_back_and_answered_all_the_same_is_a_change() -> None:
    of = asked()
    of.order("DONE")
    decision = of.answer(TARO, "Room: attic", "answer")
    assert of.case.values["room"] == "attic"
    assert "fields_read" in kinds(decision)


def test_an_enquiry_is_not_rejected_while_something_is_asked() -> None:
    of = enquired()
    of.order("ASK Your place")
    assert refusal(of.order("REJECT not eligible")) == "not_ready"
    assert "REJECT" not in {row.verb for row in fitting(of.case, of.rules.forms[of.case.form])}
