"""Changes that take two clerks: one proposes, another agrees, and nobody else; an order from the shell does without."""

from datetime import timedelta

import pytest
from correspondence import MORGAN, SATO, Correspondence, kinds, only, said, written
from test_clerk_commands import ICHIRO, RULES, TARO, enquired, mistake, refusal, reviewed
from test_shell_orders import by_shell

from mailbot.core.decide import overdue
from mailbot.core.events import (
    AddressRegistered,
    CorrectionLapsed,
    CorrectionProposed,
    CorrectionSeconded,
    FieldsRead,
)
from mailbot.core.outcome import Decision
from mailbot.core.rules import Clerk, Rules
from mailbot.store import DeadlineDue
from mailbot.views.cases import case_text

OTHER = "other@univ.example"
NEW = "taro2@univ.example"


def with_clerks(*clerks: Clerk) -> Rules:
    """The desk with these clerks beside its own; without any, with Morgan alone."""
    own = RULES.desk.clerks if clerks else tuple(one for one in RULES.desk.clerks if one.address == MORGAN)
    return RULES.model_copy(update={"desk": RULES.desk.model_copy(update={"clerks": (*own, *clerks)})})


def proposed(text: str = f"SET Boss's email = {OTHER}", rules: Rules = RULES) -> Correspondence:
    """A clerk ordered what takes two, and the others were asked."""
    of = reviewed(rules)
    of.order(text)
    assert of.case.proposal is not None
    return of


def seconded(of: Correspondence, clerk: str = SATO, text: str = "SECOND", **more: object) -> Decision:
    """An answer to the newest letter that asks for agreement."""
    letter = max(at for at, info in of.case.letters.items() if info.template == "second" and info.to == clerk)
    return of.order(text, clerk, letter=letter, **more)


def test_what_one_clerk_wants_to_change_of_an_address_is_only_proposed() -> None:
    of = reviewed()
    before = of.case
    decision = of.order(f"SET Boss's email = {OTHER}")
    event = only(decision, CorrectionProposed)
    assert (event.clerk, event.answers, event.until) == (MORGAN, {"boss": (OTHER,)}, "2026-04-13T14:59:59.000Z")
    assert of.case.values == before.values
    assert of.case.revision == before.revision
    assert written(decision) == [("second", SATO), ("transcript", MORGAN)]
    assert f"上司のメール：{ICHIRO} → {OTHER}" in said(of.last(SATO))
    assert "Alex Morgan さんから次の変" in said(of.last(SATO))
    assert "waits for a second clerk until Monday 13 April 2026" in said(of.last(MORGAN))
    assert "Until then nothing has changed." in said(of.last(MORGAN))


@pytest.mark.parametrize("word", ["SECOND", "second.", "了承", "了承します。"])
def test_a_second_clerk_carries_it_out_and_whoever_it_concerns_is_told(word: str) -> None:
    of = proposed()
    decision = seconded(of, text=word)
    assert only(decision, CorrectionSeconded).by == MORGAN
    assert only(decision, FieldsRead).by == MORGAN
    assert of.case.values["boss"] == OTHER
    assert of.case.proposal is None
    letters = written(decision)
    assert letters[0] == ("proposal_over", MORGAN)
    assert {("corrected", TARO), ("address_corrected", ICHIRO), ("consent", OTHER), ("transcript", SATO)} <= {*letters}
    assert "Hanako Sato has agreed to the change" in said(of.last(MORGAN))
    assert OTHER not in said(of.last(ICHIRO)), "whoever was named by mistake learns no other address"


def test_the_applicants_own_address_is_another_one_and_the_old_one_is_told_of_it() -> None:
    of = proposed(f"SET Email = {NEW}")
    decision = seconded(of)
    assert only(decision, AddressRegistered).address == NEW
    assert (of.case.applicant, of.case.values["email"], of.case.faults) == (NEW, NEW, ())
    assert {("address_corrected", TARO), ("corrected", NEW)} <= {*written(decision)}
    assert f"From now on we write to {NEW}" in said(of.last(TARO))


def test_all_that_set_says_in_one_mail_waits_together_and_a_note_is_kept_at_once() -> None:
    of = reviewed()
    decision = of.order(f"SET Room = tower\nSET Boss's email = {OTHER}\nNOTE he called")
    assert only(decision, CorrectionProposed).answers == {"room": ("tower",), "boss": (OTHER,)}
    assert of.case.notes == ("he called",)
    assert of.case.values["room"] == "cellar"
    seconded(of)
    assert (of.case.values["room"], of.case.values["boss"]) == ("tower", OTHER)


def test_whoever_proposed_it_cannot_agree_in_answer_to_whatever_letter() -> None:
    of = proposed()
    assert refusal(of.order("SECOND")) == "nothing_to_second"
    theirs = max(at for at, info in of.case.letters.items() if info.to == SATO)
    decision = of.answer(MORGAN, "SECOND", "command", to=SATO, letter=theirs)
    assert refusal(decision) == "not_proven"
    assert of.case.values["boss"] == ICHIRO


def test_colleagues_who_are_away_are_not_asked_unless_nobody_else_is_there() -> None:
    third = RULES.desk.clerks[0].model_copy(update={"name": "Kim Lee", "address": "lee@staff.desk.example"})
    of = reviewed(with_clerks(third))
    of.away = {SATO: "2026-04-20"}
    assert written(of.order(f"SET Boss's email = {OTHER}"))[0] == ("second", third.address)
    of.away = {SATO: "2026-04-20", third.address: "2026-04-10"}
    asked = {to for template, to in written(of.order(f"SET Boss's email = {NEW}")) if template == "second"}
    assert asked == {SATO, third.address}


def test_whoever_looks_at_the_case_sees_what_waits_for_a_second_clerk() -> None:
    of = proposed()
    of.order("SHOW")
    waits = f"Proposed by {MORGAN}, waiting for a second clerk until Monday 13 April 2026: Boss's email"
    assert waits in said(of.last(MORGAN))
    of.order("表示", SATO)
    assert "2人目の担当者の了承待ち" in said(of.last(SATO))
    seconded(of)
    of.order("SHOW")
    assert waits not in said(of.last(MORGAN))


def test_a_second_mailbox_under_the_same_name_is_not_asked_and_does_not_count() -> None:
    twin = Clerk(name="ＡＬＥＸ Morgan", address="alex@staff.desk.example", roles=("read", "decide"), language="en")
    of = reviewed(with_clerks(twin))
    decision = of.order(f"SET Boss's email = {OTHER}")
    assert written(decision) == [("second", SATO), ("transcript", MORGAN)]
    of.rules = with_clerks(twin.model_copy(update={"name": "Somebody"}))
    of.order(f"SET Boss's email = {OTHER} ")
    of.rules = with_clerks(twin)
    assert refusal(seconded(of, twin.address)) == "own_proposal"


def test_a_mail_nobody_vouches_for_is_asked_back_with_a_code_before_it_counts() -> None:
    of = proposed()
    decision = seconded(of, tier="1")
    assert kinds(decision) == ["confirmation_asked"]
    assert of.case.values["boss"] == ICHIRO
    assert "Alex Morgan さんから申し出のあった変更" in said(of.last(SATO))
    assert f"上司のメール：{ICHIRO} → {OTHER}" in said(of.last(SATO)), "nobody confirms what they do not see"
    of.order("CONFIRM abcd-efgh", SATO, tier="1", code="right")
    assert of.case.values["boss"] == OTHER


def test_a_proposal_nobody_vouches_for_is_asked_back_before_anybody_is_asked() -> None:
    of = reviewed()
    decision = of.order(f"SET Boss's email = {OTHER}", tier="1")
    assert kinds(decision) == ["confirmation_asked"]
    assert of.case.proposal is None
    confirmed = of.order("CONFIRM abcd-efgh", tier="1", code="right")
    assert only(confirmed, CorrectionProposed).clerk == MORGAN


def test_an_operator_who_looks_at_the_case_sees_what_waits() -> None:
    of = proposed()
    assert f"proposed   boss, by {MORGAN}: waits for a second clerk" in case_text(of.case, of.rules, ())


def test_an_agreement_is_carried_out_once() -> None:
    of = proposed()
    seconded(of)
    assert refusal(seconded(of)) == "already"


def test_a_proposal_about_a_case_that_moved_on_does_not_count_and_the_changes_are_shown() -> None:
    of = proposed()
    of.answer(TARO, "Room: tower", "answer")
    decision = seconded(of)
    assert refusal(decision) == "proposal_old"
    assert of.case.values["boss"] == ICHIRO
    assert "部屋：cellar → tower" in said(of.last(SATO))


def test_a_newer_proposal_takes_the_place_of_the_one_before() -> None:
    of = proposed()
    letter = max(at for at, info in of.case.letters.items() if info.template == "second")
    of.order("SET Boss's email = third@univ.example")
    assert refusal(of.order("SECOND", SATO, letter=letter)) == "nothing_to_second"
    seconded(of)
    assert of.case.values["boss"] == "third@univ.example"


def test_a_colleague_whose_proposal_another_one_replaces_is_told() -> None:
    of = proposed()
    decision = of.order("SET Boss's email = third@univ.example", SATO)
    assert written(decision)[:2] == [("proposal_over", MORGAN), ("second", MORGAN)]
    over = next(letter for letter in reversed(of.letters) if letter.template == "proposal_over")
    assert "Hanako Sato has proposed a change of the same case since" in said(over)


def test_it_does_not_count_once_whoever_proposed_it_decides_no_more() -> None:
    of = proposed()
    clerks = tuple(one for one in RULES.desk.clerks if one.address == SATO)
    of.rules = RULES.model_copy(update={"desk": RULES.desk.model_copy(update={"clerks": clerks})})
    assert refusal(seconded(of)) == "proposer_gone"


@pytest.mark.parametrize("moved, why", [(False, "limit"), (True, "moved_on")])
def test_after_five_working_days_it_comes_to_nothing_and_the_proposer_is_told(moved: bool, why: str) -> None:
    of = proposed()
    if moved:
        of.answer(TARO, "Room: tower", "answer")
    proposal = of.case.proposal
    assert proposal is not None
    assert of.case.wakes == min(filter(None, (of.case.remind, of.case.due, proposal.until)))
    of.now += timedelta(days=8)
    decision = of._taken(overdue(of.case, "proposal", of.rules, of.now))
    assert only(decision, CorrectionLapsed) == CorrectionLapsed(by=MORGAN, why=why)
    assert written(decision) == [("proposal_over", MORGAN)]
    assert "that you proposed on Monday 6 April 2026 comes to nothing" in said(of.last(MORGAN))
    assert f"Boss's email = {OTHER}" in said(of.last(MORGAN))
    assert of.case.proposal is None
    assert refusal(seconded(of)) == "nothing_to_second"


def test_its_time_is_over_also_while_the_case_is_on_hold() -> None:
    of = reviewed()
    of.order("HOLD 20 days the committee meets")
    of.order(f"SET Boss's email = {OTHER}")
    proposal = of.case.proposal
    assert proposal is not None
    assert of.case.wakes == proposal.until
    assert DeadlineDue.of(of.case, proposal.until).what == "proposal"
    of.now += timedelta(days=8)
    of._taken(overdue(of.case, "proposal", of.rules, of.now))
    assert of.case.hold is not None
    assert of.case.wakes == of.case.hold.until


def test_an_agreement_that_comes_too_late_does_not_count_also_before_the_limit_was_met() -> None:
    of = proposed()
    of.now += timedelta(days=8)
    assert refusal(seconded(of)) == "proposal_late"


def test_a_desk_with_one_clerk_is_told_the_order_for_the_shell() -> None:
    of = reviewed(with_clerks())
    told = mistake(of, f"SET Boss's email = {OTHER}")
    assert "there is no other who may decide" in told
    assert f'mailbot command 2026-00001 "SET Boss\'s email = {OTHER}"' in told


def test_from_the_shell_it_is_done_at_once_and_the_log_says_who_ordered_it() -> None:
    of = reviewed()
    decision = by_shell(of, f"SET Email = {NEW}")
    assert only(decision, FieldsRead).by == "operator anna"
    assert of.case.applicant == NEW
    assert ("address_corrected", TARO) in written(decision)


def test_a_clerk_who_is_to_become_the_responsible_person_is_not_asked_to_agree() -> None:
    of = reviewed()
    assert "there is no other who may decide" in mistake(of, f"SET Boss's email = {SATO}")


def test_what_opens_no_account_still_takes_one_clerk() -> None:
    of = enquired()
    of.order("SET Your place = Chemistry")
    assert of.case.values["place"] == "Chemistry"
