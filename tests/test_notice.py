"""What the holder of an account is told of a change before it takes effect: no change gets past the notice, and no
objection is lost."""

from datetime import timedelta

import pytest
from correspondence import MORGAN, SATO, Correspondence, kinds, only, rules_with, said, written
from test_participants import CHANGE, HOLDER, KNOWN, TARO, WISH

from mailbot.core.calendar import add_working_days
from mailbot.core.events import MailAttached, StepStopped, StepVoided
from mailbot.core.instants import from_text, to_text
from mailbot.core.message import Mailbox, Message
from mailbot.core.sorting import Clues
from mailbot.core.sorting.table import sort

MORE = """\
[fields.phone]
type = "telephone"
label = {en = "Telephone", ja = "電話番号"}

[[steps]]
kind = "fields"
"""
REVIEW = """\
[[steps]]
kind = "review"
limit = 5

[[steps]]
kind = "task"
"""
FORM = (
    CHANGE.replace('[[steps]]\nkind = "fields"\n', MORE)
    .replace('[[steps]]\nkind = "task"\n', REVIEW)
    .replace('type = "email"\n', 'type = "email"\ninstitution = true\n')
)
NOTICE = 'notice = "notice"\n'
WHEN = 'when = {field = "why", empty = false}\n'
RULES = rules_with({"new-address": FORM})


def changing() -> Correspondence:
    """A change was asked for; the address in the register has its notice."""
    of = Correspondence(RULES, rows=KNOWN)
    of.apply(TARO, WISH)
    assert of.case.step == "grace"
    return of


def reviewed() -> Correspondence:
    """Nobody objected; a decision is waited for."""
    of = changing()
    of.passes(10)
    assert of.case.status == "ready"
    return of


def test_another_value_beside_a_fault_is_announced_once_the_fault_is_mended() -> None:
    of = reviewed()
    decision = of.answer(TARO, "New email: evil@univ3.example\nTelephone: banana", "answer")
    assert only(decision, StepVoided) == StepVoided(step="grace", fields=("new_email",))
    assert of.case.step == "fields"
    decision = of.answer(TARO, "Telephone: -", "answer")
    assert ("notice", HOLDER) in written(decision)
    assert of.case.step == "grace"


def test_a_value_that_a_clerk_allows_is_announced_too() -> None:
    of = reviewed()
    of.answer(TARO, "New email: taro@gmail.com", "answer")
    decision = of.order("ALLOW New email: has no other")
    assert ("notice", HOLDER) in written(decision)
    assert of.case.step == "grace"


def test_what_was_announced_and_asked_again_without_a_change_is_not_announced_twice() -> None:
    of = reviewed()
    of.order("ASK Why")
    decision = of.answer(TARO, "Why: moved", "answer")
    assert "step_voided" not in kinds(decision)
    assert of.case.status == "ready"


@pytest.mark.parametrize("text", ["WITHDRAW\n\nI did not ask for this!", "取り下げます", "STATUS", "Who asked for it?"])
def test_any_answer_to_the_notice_stops_the_change(text: str) -> None:
    of = changing()
    clues = Clues(RULES.desk, text, None, "holder")
    sorted_as, _ = sort(Message("0" * 64, 9, senders=(Mailbox("", HOLDER),), text=text), clues)
    decision = of.answer(HOLDER, text, sorted_as)
    assert only(decision, StepStopped).by == HOLDER
    assert of.case.halted


def test_an_objection_counts_while_the_applicant_is_asked_for_something() -> None:
    of = changing()
    of.answer(TARO, "Telephone: banana", "answer")
    assert of.case.step == "fields"
    decision = of.answer(HOLDER, "OBJECT", "objection")
    assert only(decision, StepStopped) == StepStopped(step="grace", by=HOLDER)
    assert written(decision) == [("objected", HOLDER), ("objection", SATO), ("objection", MORGAN)]
    decision = of.answer(TARO, "Telephone: -", "answer")
    assert written(decision) == [("received", TARO), ("objection", SATO), ("objection", MORGAN)]
    of.passes(10)
    assert of.case.step == "grace", "it waits for a clerk, not for time to pass"
    of.order("DONE")
    assert of.case.status == "ready"
    assert not of.case.stopped


def test_a_change_somebody_objected_to_can_be_rejected_while_the_applicant_is_asked() -> None:
    of = changing()
    of.answer(TARO, "Telephone: banana", "answer")
    of.answer(HOLDER, "OBJECT", "objection")
    decision = of.order("REJECT asked for by somebody else")
    assert of.case.status == "rejected"
    assert ("objection_over", HOLDER) in written(decision)


def test_an_objection_counts_as_long_as_nobody_has_decided() -> None:
    of = reviewed()
    decision = of.answer(HOLDER, "OBJECT", "objection")
    assert kinds(decision) == ["step_stopped", "step_voided", "step_entered"]
    assert (of.case.step, of.case.halted) == ("grace", True)
    assert "DONE: it goes on despite the objection; next, please ACCEPT or REJECT it" in said(of.last(MORGAN))
    decision = of.order("DONE")
    assert ("review", MORGAN) in written(decision)
    of.order("ACCEPT")
    assert only(of.answer(HOLDER, "OBJECT", "objection"), MailAttached).why == "objection_late"


def test_whoever_accepts_what_is_announced_no_more_decides_about_the_objection_too() -> None:
    of = Correspondence(rules_with({"new-address": FORM.replace(NOTICE, NOTICE + WHEN)}), rows=KNOWN)
    of.apply(TARO, WISH)
    of.answer(TARO, "Why: -", "answer")
    assert of.case.status == "ready"
    of.answer(HOLDER, "OBJECT", "objection")
    assert of.case.stopped
    assert "ACCEPT (AS login) (UNTIL date): the application is accepted" in said(of.last(MORGAN))
    decision = of.order("ACCEPT")
    assert ("objection_over", HOLDER) in written(decision)
    assert of.case.step == "change"
    assert not of.case.halted


def test_the_time_to_object_counts_from_when_the_notice_went() -> None:
    of = changing()
    limit = from_text(of.case.due or "")
    notice = max(at for at, info in of.case.letters.items() if info.role == "holder")
    sent = to_text(limit - timedelta(minutes=2))
    letters = {**of.case.letters, notice: of.case.letters[notice].model_copy(update={"sent": sent})}
    of.cases[of.case.number] = of.case.model_copy(update={"letters": letters})
    of.now = limit
    decision = of.passes(0)
    assert kinds(decision) == ["deadline_moved"]
    assert of.case.step == "grace"
    assert from_text(of.case.due or "") == add_working_days(limit, 5, RULES.desk)
    of.now = from_text(of.case.due or "")
    of.passes(0)
    assert of.case.status == "ready"
