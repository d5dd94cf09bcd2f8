"""What the holder of an account is told of a change before it takes effect: no change gets past the notice, and no
objection is lost."""

import pytest
from correspondence import Correspondence, kinds, only, rules_with, written
from test_participants import CHANGE, HOLDER, KNOWN, TARO, WISH

from mailbot.core.events import StepStopped, StepVoided
from mailbot.core.message import Mailbox, Message
from mailbot.core.sorting import Clues, sort

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
