"""Orders that cross: two clerks answer, the applicant is quicker, or one block does what moves the case. No order does
what its writer did not see."""

import pytest
from correspondence import MORGAN, SATO, Correspondence, kinds, only, said
from test_clerk_commands import TARO, accepted, mistake, refusal, vouched

from mailbot.core.events import Assigned, FieldsSettled, Held, TaskDone


def newest(of: Correspondence, clerk: str) -> int:
    return max(number for number, info in of.case.letters.items() if info.to == clerk)


def test_done_means_what_waited_when_the_letter_was_written() -> None:
    of = accepted()
    of.order("POSTED CERT 2026-117")
    seen = {clerk: newest(of, clerk) for clerk in (MORGAN, SATO)}
    assert only(of.order("DONE", MORGAN, letter=seen[MORGAN]), TaskDone).step == "key"
    late = of.order("DONE", SATO, letter=seen[SATO])
    assert kinds(late) == ["commands_refused"]
    assert "ご返信いただいたメールをお送りした後に、待っている作業が" in said(of.last(SATO))


def test_done_with_a_name_means_that_whatever_waits() -> None:
    of = accepted()
    seen = newest(of, MORGAN)
    of.order("POSTED CERT 2026-117", SATO)
    assert only(of.order("DONE key", MORGAN, letter=seen), TaskDone).step == "key"


def test_done_does_not_take_back_a_question_that_a_colleague_asked_since() -> None:
    of = vouched()
    of.order("ASK room")
    seen = newest(of, MORGAN)
    of.answer(TARO, "What do you mean?", "answer")
    of.order("ASK room, name", SATO, letter=newest(of, SATO))
    assert kinds(of.order("DONE", MORGAN, letter=seen)) == ["commands_refused"]
    assert only(of.order("DONE room", MORGAN, letter=seen), FieldsSettled).fields == ("room",)


def test_two_tasks_in_one_block_are_done_one_after_the_other() -> None:
    of = accepted()
    assert [event.step for event in of.order("POSTED CERT 2026-117\nDONE").events if isinstance(event, TaskDone)] == [
        "certificate",
        "key",
    ]


@pytest.mark.parametrize("text", ["ACCEPT\nASSIGN sato", "ASSIGN sato\nACCEPT"])
def test_who_looks_after_a_case_can_be_said_before_or_behind_the_decision(text: str) -> None:
    of = vouched()
    assert only(of.order(text), Assigned).to == SATO
    assert of.case.step == "certificate"


def test_what_was_accepted_can_be_put_on_hold_in_the_same_block() -> None:
    assert only(vouched().order("ACCEPT\nHOLD 5 days the printer is broken"), Held)


def test_a_word_of_two_meanings_opens_nothing_that_closed_since() -> None:
    of = vouched()
    of.order("HOLD 5 days abroad")
    seen = newest(of, MORGAN)
    of.answer(TARO, "WITHDRAW", "withdraw")
    assert not of.case.open
    late = of.order("再開", MORGAN, letter=seen)
    assert kinds(late) == ["commands_refused"]
    assert not of.case.open
    assert "reopened" in kinds(of.order("REOPEN", MORGAN, letter=seen))


def test_a_word_of_two_meanings_confirmed_later_still_means_the_first() -> None:
    of = vouched()
    of.order("HOLD 5 days abroad")
    of.order("再開", MORGAN, tier="1")
    letter = newest(of, MORGAN)
    of.answer(TARO, "WITHDRAW", "withdraw")
    late = of.order("CONFIRM abcd-efgh", MORGAN, tier="1", code="right", letter=letter)
    assert refusal(late) == "case_closed"
    assert not of.case.open


def test_resuming_has_no_text_in_either_language() -> None:
    of = vouched()
    of.order("HOLD 5 days abroad")
    assert "Nothing may follow this keyword." in mistake(of, "再開 お待たせしました")


def test_who_did_the_task_before_knows_what_waits_now_whichever_letter_they_answer() -> None:
    of = accepted()
    seen = newest(of, MORGAN)
    of.order("POSTED CERT 2026-117", MORGAN, letter=seen)
    assert only(of.order("DONE", MORGAN, letter=seen), TaskDone).step == "key"
