"""Several commands in one mail are carried out in their order, each seeing what the one before did."""

import pytest
from correspondence import MORGAN, SATO, only, rules_with, said, written
from test_clerk_commands import (
    APPLICATION,
    ICHIRO,
    ROOM_KEY,
    TARO,
    before_letter_to_clerks,
    desk,
    enquired,
    mistake,
    pledged,
    vouched,
    workshop_reviewed,
)

from mailbot.core.events import Accepted, TaskDone

TOLD = """
[[steps]]
kind = "notify"
name = "told"
letter = "completed"
tells = ["applicant"]

[[steps]]
kind = "task"
name = "certificate\""""
TOLD_RULES = rules_with({"room-key": ROOM_KEY.replace('\n[[steps]]\nkind = "task"\nname = "certificate"', TOLD)})


def test_accepted_and_posted_in_one_mail() -> None:
    of = vouched()
    decision = of.order("ACCEPT\nPOSTED CERT 12-3")
    assert only(decision, Accepted).clerk == MORGAN
    assert only(decision, TaskDone).number == "12-3"
    assert of.case.step == "key"
    told = [("accepted", TARO), ("accepted_responsible", ICHIRO)]
    assert written(decision) == [*told, ("task", SATO), ("task", MORGAN), ("transcript", MORGAN)]
    assert "Hand over the key" in said(next(letter for letter in of.letters[::-1] if letter.template == "task"))
    assert "recorded as posted: Certificate, 12-3" in said(of.last(MORGAN))


def test_accepted_posted_and_done_in_one_mail() -> None:
    of = vouched()
    decision = of.order("承認\n発送 12-3\n完了", SATO)
    assert not [template for template, _ in written(decision) if template == "task"]
    assert (of.case.step, of.case.tasks.keys()) == ("door", {"certificate", "key"})


def test_whoever_is_told_between_two_commands_gets_their_letter_once() -> None:
    of = vouched(TOLD_RULES)
    decision = of.order("ACCEPT\nPOSTED CERT 12-3")
    assert written(decision).count(("completed", TARO)) == 1
    assert of.case.step == "key"


def test_a_task_that_a_mail_leaves_half_done_is_before_the_clerks() -> None:
    of = workshop_reviewed()
    decision = of.order("ACCEPT\nPOSTED 77-1 FOR 4")
    assert of.case.step == "badges"
    assert ("task", SATO) in written(decision)
    letter = said(next(letter for letter in of.letters[::-1] if letter.template == "task"))
    assert "Bo Berg" in letter
    assert "Ann Lee" not in letter


@pytest.mark.parametrize("text", ["POSTED CERT 12-3\nACCEPT", "ACCEPT\nPOSTED CERT 12-3\nPOSTED CERT 12-4"])
def test_what_does_not_fit_in_that_order_undoes_all_of_it(text: str) -> None:
    of = vouched()
    assert "Nothing is to be posted in this case now." in mistake(of, text)
    assert (of.case.status, of.case.decided_by) == ("ready", "")


def test_a_reply_in_the_mail_that_opens_a_case_for_another_decision_does_no_task() -> None:
    of = vouched()
    of.order("ACCEPT")
    of.order("CLOSE nobody needs it")
    decision = of.order("REOPEN\nREPLY We look again.")
    assert ("replied", TARO) in written(decision)
    assert (of.case.status, of.case.tasks) == ("ready", {})


def test_a_reply_does_the_task_of_an_opened_case_in_the_same_mail() -> None:
    of = enquired()
    of.order("CLOSE")
    of.order("REOPEN\nREPLY On Monday.")
    assert (of.case.step, of.case.tasks.keys()) == ("silence", {"answer"})


@pytest.mark.parametrize("text", ["REOPEN\nREPLY It may still come.", "REOPEN\nNOTE it may still come"])
def test_whoever_is_waited_for_in_a_case_that_is_opened_again_is_asked_once(text: str) -> None:
    of = pledged()
    before_letter_to_clerks(of, "CLOSE no pledge came")
    assert written(of.order(text)).count(("document", TARO)) == 1
    assert of.case.status == "awaiting_document"


def test_a_case_that_ended_before_it_was_complete_is_opened_with_a_reply() -> None:
    of = desk(APPLICATION.replace("Room: cellar\n", ""))
    before_letter_to_clerks(of, "CLOSE no room")
    decision = of.order("REOPEN\nREPLY Which room?")
    assert [letter for letter, to in written(decision) if to == TARO] == ["replied", "missing"]
    assert of.case.status == "collecting"


def test_what_is_done_and_closed_in_one_mail_begins_nothing_more() -> None:
    of = vouched()
    of.order("ACCEPT")
    decision = of.order("POSTED CERT 12-3\nCLOSE no key is needed")
    assert written(decision) == [("closed_case", TARO), ("closed_case", ICHIRO), ("transcript", MORGAN)]
    assert (of.case.status, of.case.step) == ("done", "certificate")
