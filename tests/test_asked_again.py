"""What a clerk asks for once more: after an acceptance, and taken back."""

from correspondence import MORGAN, SATO, Correspondence, kinds, only, rules_with, said, written
from test_clerk_commands import ICHIRO, ROOM_KEY, TARO, accepted, reviewed

from mailbot.core.events import Expired, MailAttached

REASON = """
[fields.reason]
required = true
when = {field = "room", is = "vault"}
label = {en = "Reason", ja = "理由"}

[documents.pledge]"""
VAULT_RULES = rules_with({"room-key": ROOM_KEY.replace("\n[documents.pledge]", REASON)})


def asked_after() -> Correspondence:
    """Accepted, and then a clerk wants to know the room once more."""
    of = accepted()
    of.order("ASK Room")
    assert (of.case.step, of.case.asked) == ("fields", ("room",))
    return of


def test_who_asks_after_an_acceptance_decides_again() -> None:
    of = asked_after()
    assert of.case.decided_by == ""
    assert "The acceptance does not count any more" in said(of.last(MORGAN))
    decision = of.answer(TARO, "Room: cellar", "answer")
    assert ("review", MORGAN) in written(decision)
    assert of.case.status == "ready"
    of.order("ACCEPT")
    assert of.case.step == "certificate"


def test_whoever_was_told_of_an_acceptance_hears_that_it_does_not_count_any_more() -> None:
    of = accepted()
    decision = of.order("ASK Room")
    assert written(decision) == [("asked", TARO), ("undone", ICHIRO), ("undone", SATO), ("transcript", MORGAN)]
    assert "do not rely on the acceptance" in said(of.last(TARO))
    assert "had been accepted" not in said(asked_before().last(TARO))


def asked_before() -> Correspondence:
    """Asked while a decision is waited for."""
    of = reviewed()
    assert written(of.order("ASK Room")) == [("asked", TARO), ("transcript", MORGAN)]
    return of


def test_what_the_answer_makes_necessary_may_come_with_it() -> None:
    of = accepted(VAULT_RULES)
    of.order("ASK Room")
    decision = of.answer(TARO, "Room: vault\nReason: gold\nName: Somebody Else", "answer")
    assert (of.case.values["room"], of.case.values["reason"]) == ("vault", "gold")
    assert of.case.values["name"] == "Taro Iden"
    assert ("passed_on", MORGAN) in written(decision)


def test_after_an_acceptance_only_what_is_asked_is_taken() -> None:
    of = asked_after()
    decision = of.answer(TARO, "Room: attic\nName: Somebody Else", "answer")
    assert (of.case.values["room"], of.case.values["name"]) == ("attic", "Taro Iden")
    assert only(decision, MailAttached).why == "unasked"
    assert ("consent", ICHIRO) in written(decision)
    assert ("passed_on", MORGAN) in written(decision)
    assert "Nothing was changed" not in said(of.last(MORGAN))


def test_an_answer_that_says_only_something_else_changes_nothing() -> None:
    of = asked_after()
    decision = of.answer(TARO, "Name: Somebody Else", "answer")
    assert kinds(decision) == ["mail_attached"]
    assert written(decision) == [("passed_on", SATO), ("passed_on", MORGAN)]
    of.answer(TARO, "Name: Taro Iden\nRoom: cellar", "answer")
    assert of.case.status == "ready"


def test_nobody_but_the_applicant_fills_in_anything_after_an_acceptance() -> None:
    of = accepted()
    of.order("ASK Room")
    of.answer("mallory@free.example", "Boss's name: Mallory\nRoom: attic", "answer", to=TARO)
    assert (of.case.values["room"], of.case.values["boss_name"]) == ("cellar", "Ichiro Suzuki")


def test_clerks_hear_that_an_accepted_case_has_ended_in_silence() -> None:
    of = accepted()
    of.order("POSTED CERT 12-3")
    of.order("ASK Room")
    assert ("reminder", TARO) in written(of.passes(30))
    decision = of.passes(30)
    assert only(decision, Expired).step == "fields"
    assert {to for template, to in written(decision) if template == "expired"} == {TARO, ICHIRO, SATO, MORGAN}
    assert "whether it has to be undone" in said(of.last(MORGAN))
    assert "Room" in of.last(MORGAN).text


def test_clerks_hear_that_an_accepted_case_was_withdrawn() -> None:
    assert ("withdrawn_others", MORGAN) in written(asked_after().answer(TARO, "WITHDRAW", "withdraw"))


def test_clerks_hear_of_a_consent_taken_back_after_their_acceptance() -> None:
    of = asked_after()
    decision = of.answer(ICHIRO, "DECLINE", "consent")
    assert of.case.status == "declined"
    assert ("passed_on", MORGAN) in written(decision)
