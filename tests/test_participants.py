"""What applicants, responsible persons and holders of an account write beside forms: WITHDRAW, HELP, OBJECT, STATUS,
and the words that end a wait, each from whoever may write it."""

from dataclasses import replace

import pytest
from correspondence import MORGAN, SATO, Correspondence, kinds, only, rules_with, said, written
from form_pieces import FIELDS_STEP
from test_clerk_commands import APPLICATION, ICHIRO, ROOM_KEY, TARO, accepted, desk, pledged, reviewed
from test_sorting import DESK

from mailbot.core.commands import PARTICIPANTS
from mailbot.core.decide import decide
from mailbot.core.events import Facts, MailAttached, Rejected, Row, Sender, StepPassed, StepStopped, Withdrawn
from mailbot.core.message import Mailbox, Message
from mailbot.core.quoting import new_text
from mailbot.core.sorting import Clues
from mailbot.core.sorting.table import sort

HOLDER = "taro@old.example"
CHANGE = (
    """\
account = "account"

[title]
en = "New address"
ja = "アドレスの変更"

[people.applicant]
name = ["account"]

[fields.account]
required = true
label = {en = "Account", ja = "アカウント"}
register = {name = "accounts", column = "account"}

[fields.new_email]
type = "email"
required = true
label = {en = "New email", ja = "新しいメール"}

[fields.why]
label = {en = "Why", ja = "理由"}
"""
    + FIELDS_STEP
    + """
[[steps]]
kind = "wait"
name = "grace"
notice = "notice"
limit = 5

[[steps]]
kind = "task"
name = "change"
limit = 5
title = {en = "Change the address", ja = "アドレスの変更"}
task = {en = "Change the address.", ja = "アドレスを変更します。"}
"""
)
RULES = rules_with({"new-address": CHANGE, "room-key": ROOM_KEY})
KNOWN = (Row(name="accounts", column="account", key="taro-i", found={"account": "taro-i", "email": HOLDER}),)
WISH = f"New address\n\nAccount: taro-i\nNew email: {TARO}\nWhy: moved\n"


def changing() -> Correspondence:
    """A change was asked for; the address in the register has its notice."""
    of = Correspondence(RULES, rows=KNOWN)
    of.apply(TARO, WISH)
    assert of.case.step == "grace"
    assert any(letter.to == HOLDER and letter.role == "holder" for letter in of.letters)
    return of


def test_an_applicant_withdraws_and_everybody_who_was_asked_is_told() -> None:
    of = desk()
    decision = of.answer(TARO, "取り下げます\n\n異動のため", "withdraw")
    assert only(decision, Withdrawn) == Withdrawn(by=TARO, reason="異動のため")
    assert written(decision) == [("withdrawn", TARO), ("withdrawn_others", ICHIRO)]
    assert "異動" not in of.last(ICHIRO).text
    assert of.case.status == "withdrawn"


def test_clerks_hear_of_it_if_they_had_the_case_before_them() -> None:
    of = reviewed()
    decision = of.answer(TARO, "WITHDRAW\n\nI move away.", "withdraw")
    assert {to for template, to in written(decision) if template == "withdrawn_others"} == {ICHIRO, MORGAN, SATO}
    assert "> I move away." in of.last(MORGAN).text
    assert "REOPEN" in of.last(MORGAN).text


def test_what_was_carried_out_already_may_have_to_be_undone() -> None:
    of = accepted()
    of.order("POSTED CERT 12-3")
    of.answer(TARO, "WITHDRAW", "withdraw")
    assert "whether it has to be undone" in said(of.last(MORGAN))


def test_nobody_asked_the_responsible_person_so_nobody_tells_them() -> None:
    of = desk(APPLICATION.replace("Room: cellar\n", ""))
    assert written(of.answer(TARO, "WITHDRAW", "withdraw")) == [("withdrawn", TARO)]


def test_withdrawing_from_another_address_changes_nothing_and_is_told_to_the_registered_one() -> None:
    of = desk()
    decision = of.answer("mallory@free.example", "WITHDRAW", "withdraw", to=TARO)
    assert only(decision, MailAttached).why == "not_proven"
    assert written(decision) == [("not_counted", TARO)]
    assert "mallory@free.example" in of.last(TARO).text
    assert of.case.open


def test_a_responsible_person_declines_and_does_not_withdraw() -> None:
    of = desk()
    decision = of.answer(ICHIRO, "WITHDRAW", "withdraw")
    assert only(decision, MailAttached).why == "not_yours"
    assert written(decision) == [("not_counted", ICHIRO)]
    assert "DECLINE" in of.last(ICHIRO).text
    assert of.case.open


def test_what_is_over_is_not_withdrawn() -> None:
    of = reviewed()
    of.order("REJECT not eligible")
    decision = of.answer(TARO, "WITHDRAW", "withdraw")
    assert ("passed_on", SATO) in written(decision)
    assert of.case.status == "rejected"


def test_withdrawing_without_a_letter_of_ours_is_answered_in_general_words() -> None:
    message = Message("d" * 64, 9, senders=(Mailbox("", TARO),), text="WITHDRAW")
    facts = Facts(sort="withdraw", sender=Sender(address=TARO, role="stranger", tier="0"))
    (decision,) = decide({}, message, facts, RULES, Correspondence(RULES).now)
    assert decision.case is None
    assert [letter.template for letter in decision.letters] == ["not_counted"]


def test_withdrawing_twice_says_that_it_is_closed() -> None:
    of = desk()
    of.answer(TARO, "WITHDRAW", "withdraw")
    assert only(of.answer(TARO, "WITHDRAW", "withdraw"), MailAttached).why == "case_closed"


def test_help_lists_what_this_person_can_write_now() -> None:
    of = desk()
    of.answer(TARO, "HELP", "help")
    text = of.last(TARO).text
    assert "  STATUS: " in text
    assert "  WITHDRAW: " in text
    assert "AGREE" not in text
    of.answer(ICHIRO, "ヘルプ", "help")
    text = of.last(ICHIRO).text
    assert "  AGREE: " in text
    assert "  同意します：" in text
    assert "WITHDRAW" not in text


def test_help_shows_the_words_that_end_a_wait() -> None:
    of = accepted()
    of.order("POSTED CERT 12-3")
    of.order("DONE")
    of.answer(TARO, "help", "help")
    assert "  door opens: then this is settled" in of.last(TARO).text
    of = changing()
    of.answer(HOLDER, "help", "help")
    assert "  OBJECT: " in of.last(HOLDER).text
    assert "STATUS" not in of.last(HOLDER).text


def test_help_of_somebody_not_proven_is_general() -> None:
    of = desk()
    letters = of.cases
    message = Message("e" * 64, 4, senders=(Mailbox("", "x@free.example"),), text="HELP")
    who = Sender(address="x@free.example", role="applicant", tier="0")
    facts = Facts(sort="help", sender=who, letter="2026-00001.1", letter_state="verified", found_by="address")
    (decision,) = decide(letters, message, facts, of.rules, of.now)
    assert [letter.template for letter in decision.letters] == ["forms"]


def test_every_word_of_participants_stands_in_the_help_of_somebody() -> None:
    consenting, waiting = desk(), changing()
    consenting.answer(TARO, "HELP", "help")
    consenting.answer(ICHIRO, "HELP", "help")
    waiting.answer(HOLDER, "HELP", "help")
    texts = "\n".join(letter.text for of in (consenting, waiting) for letter in of.letters if letter.template == "help")
    for row in PARTICIPANTS:
        assert f"  {row.usage['en']}: {row.help['en']}" in texts


def test_the_holder_of_an_account_objects_and_the_change_stops() -> None:
    of = changing()
    decision = of.answer(HOLDER, "OBJECT\n\nThis was not me.", "objection")
    assert only(decision, StepStopped) == StepStopped(step="grace", by=HOLDER)
    assert written(decision) == [("objected", HOLDER), ("objection", SATO), ("objection", MORGAN)]
    letter = of.last(MORGAN).text
    assert "> This was not me." in letter
    assert TARO in letter
    assert HOLDER in letter
    assert "  DONE: it goes on despite the objection; next, it is carried out" in letter
    of.passes(30)
    assert of.case.step == "grace", "no time that passes makes it take effect"


def test_clerks_who_let_a_change_go_on_are_told_that_they_decide_on_it_next() -> None:
    of = Correspondence(rules_with({"new-address": CHANGE.replace('kind = "task"', 'kind = "review"')}), rows=KNOWN)
    of.apply(TARO, WISH)
    of.answer(HOLDER, "OBJECT", "objection")
    assert "  DONE: it goes on despite the objection; next, please ACCEPT or REJECT it" in of.last(MORGAN).text
    assert "完了：異議にかかわらず手続きを進めます（次に承認・却下の判断をお願いします）" in of.last(SATO).text.replace(
        "\n  ", ""
    )
    of.order("DONE")
    assert of.case.status == "ready"


def test_who_asks_how_a_stopped_change_stands_hears_that_it_is_stopped() -> None:
    of = changing()
    of.answer(HOLDER, "OBJECT", "objection")
    of.answer(TARO, "STATUS", "status")
    assert "Today: stopped for now; a member of our staff is looking into it" in said(of.last(TARO))
    assert "Until:" not in said(of.last(TARO)), "it waits for a clerk, not for a day"


def test_clerks_decide_about_a_change_somebody_objected_to() -> None:
    of = changing()
    of.answer(HOLDER, "異議", "objection")
    assert only(of.order("REJECT asked for by somebody else"), Rejected).clerk == MORGAN
    assert of.case.status == "rejected"
    assert "everything stays as it was" in said(of.last(HOLDER))
    of = changing()
    of.answer(HOLDER, "異議", "objection")
    decision = of.order("DONE")
    assert only(decision, StepPassed) == StepPassed(step="grace", why="said", by=MORGAN)
    assert of.case.step == "change"
    assert not of.case.stuck
    assert "now takes effect" in said(of.last(HOLDER))


def test_who_objected_hears_that_the_change_was_withdrawn() -> None:
    of = changing()
    of.answer(HOLDER, "異議", "objection")
    decision = of.answer(TARO, "WITHDRAW", "withdraw")
    assert ("objection_over", HOLDER) in written(decision)
    assert "everything stays as it was" in said(of.last(HOLDER))


def test_the_time_that_is_given_to_object_is_not_shortened() -> None:
    of = changing()
    of.answer(TARO, "Can you hurry?", "answer")
    of.order("DONE")
    assert "No task waits to be done now." in said(of.last(MORGAN))
    assert of.case.step == "grace"


def test_an_objection_that_is_not_proven_stops_nothing_but_is_read() -> None:
    of = changing()
    decision = of.answer("mallory@free.example", "OBJECT", "objection", to=HOLDER)
    assert kinds(decision) == ["mail_attached"]
    assert written(decision) == [("not_counted", HOLDER), ("passed_on", SATO), ("passed_on", MORGAN)]
    assert not of.case.stopped


def test_an_objection_that_comes_too_late_is_read_by_clerks() -> None:
    of = changing()
    of.passes(30)
    assert of.case.step == "change"
    decision = of.answer(HOLDER, "OBJECT", "objection")
    assert only(decision, MailAttached).why == "objection_late"
    assert ("passed_on", MORGAN) in written(decision)


def test_objecting_once_is_enough() -> None:
    of = changing()
    of.answer(HOLDER, "OBJECT", "objection")
    decision = of.answer(HOLDER, "OBJECT", "objection")
    assert written(decision) == [("not_counted", HOLDER)]


def test_what_a_holder_writes_in_other_words_stops_the_change_too_and_more_of_it_is_read_by_clerks() -> None:
    of = changing()
    decision = of.answer(HOLDER, "Who asked for this?", "objection")
    assert only(decision, StepStopped).by == HOLDER
    more = of.answer(HOLDER, "I did not.", "objection")
    assert written(more) == [("passed_on", SATO), ("passed_on", MORGAN)]
    of.order("DONE")
    late = of.answer(HOLDER, "So be it.", "objection")
    assert written(late) == [("will_read", HOLDER), ("passed_on", SATO), ("passed_on", MORGAN)]


def test_status_is_told_to_those_who_take_part() -> None:
    of = pledged()
    assert written(of.answer(TARO, "STATUS", "status")) == [("status", TARO)]
    of = changing()
    decision = of.answer(TARO, "状況", "status")
    assert written(decision) == [("status", TARO)]


def test_the_door_opens_says_the_applicant() -> None:
    of = accepted()
    of.order("POSTED CERT 12-3")
    of.order("DONE")
    decision = of.answer(TARO, "Dear all,\n\nDoor opens!\n\nTaro", "answer")
    assert only(decision, StepPassed) == StepPassed(step="door", why="said", by=TARO)
    assert of.case.status == "done"


MAIL = Message("0" * 64, 1, senders=(Mailbox("Taro", TARO),), subject="Re: Room key", text="")


@pytest.mark.parametrize(
    "text, answers, kind",
    [
        ("WITHDRAW", "applicant", "withdraw"),
        ("取下げ\n異動のため", "applicant", "withdraw"),
        ("WITHDRAW", "responsible", "withdraw"),
        ("WITHDRAW", None, "withdraw"),
        ("WITHDRAW", "clerk", "command"),
        ("I want to WITHDRAW", "applicant", "answer"),
        ("HELP", "applicant", "help"),
        ("HELP", "responsible", "help"),
        ("HELP", "holder", "help"),
        ("HELP", "clerk", "command"),
        ("HELP", None, "enquiry"),
        ("OBJECT", "holder", "objection"),
        ("Dear desk,\n\nI object.\n\nTaro", "holder", "objection"),
        ("OBJECT", "applicant", "answer"),
        ("OBJECT", None, "enquiry"),
        ("Who is this?", "holder", "objection"),
        ("AGREE", "responsible", "consent"),
        ("STATUS", "holder", "objection"),
        ("取り下げます\n\n身に覚えがありません。", "holder", "objection"),
    ],
)
def test_who_may_write_what(text: str, answers: str | None, kind: str) -> None:
    clues = Clues(DESK, text, None, answers)  # type: ignore[arg-type]
    assert sort(replace(MAIL, text=text), clues)[0] == kind


@pytest.mark.parametrize("text", ["> WITHDRAW", "Thank you.\n\n-- \nWITHDRAW"])
def test_quotes_signatures_and_subjects_withdraw_nothing(text: str) -> None:
    clues = Clues(DESK, new_text(text), None, "applicant")
    assert sort(replace(MAIL, text=text, subject="WITHDRAW"), clues)[0] == "answer"
