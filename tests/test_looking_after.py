"""Who looks after a case, and a case that rests for a while: what clerks order, and what comes of it."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytest
from correspondence import MORGAN, SATO, Correspondence, kinds, only, said, written
from test_clerk_commands import ICHIRO, RULES, TARO, accepted, desk, mistake, pledged, refusal, reviewed

from mailbot.core.calendar import working_days_between
from mailbot.core.case import fold
from mailbot.core.commands.arguments import until_and_reason
from mailbot.core.decide.deadline import overdue, pause
from mailbot.core.events import Assigned, Facts, Held, Resumed
from mailbot.core.instants import to_text
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
    of.order("VOUCH responsible\nACCEPT", SATO)
    assert of.case.decided_by == SATO


def test_the_responsible_clerk_stands_in_later_letters_and_in_the_lists() -> None:
    of = reviewed()
    of.order("ASSIGN sato")
    of.order("VOUCH responsible\nACCEPT")
    task = next(letter for letter in reversed(of.letters) if letter.template == "task" and letter.to == MORGAN)
    assert "Responsible clerk: Hanako Sato" in said(task)
    assert "Hanako Sato" in cases_table([of.case], RULES)
    assert f"clerk      {SATO}" in case_text(of.case, RULES, [])
    assert not [letter for letter in of.letters if letter.to == TARO and "Sato" in letter.text]


@pytest.mark.parametrize(
    "text, until, reason",
    [
        ("2026-04-20 the committee meets", "2026-04-20", "the committee meets"),
        ("until 20 April the committee meets", "2026-04-20", "the committee meets"),
        ("4月20日まで審査委員会の結果待ち", "2026-04-20", "審査委員会の結果待ち"),
        ("4月20日　審査委員会", "2026-04-20", "審査委員会"),
        ("5 days he is abroad", 5, "he is abroad"),
        ("10 working days: abroad", 10, "abroad"),
        ("5日 出張中のため", 5, "出張中のため"),
        ("３営業日　出張中", 3, "出張中"),
        ("tomorrow", "2026-04-07", ""),
        ("2026-04-06 today is no day to come", None, "2026-04-06 today is no day to come"),
        ("1 April 2026 that was last week", None, "1 April 2026 that was last week"),
        ("a while", None, "a while"),
        ("0 days no", None, "0 days no"),
    ],
)
def test_how_long_a_case_may_rest(text: str, until: str | int | None, reason: str) -> None:
    assert until_and_reason(text, date(2026, 4, 6)) == (until, reason)


def test_a_case_rests_until_the_morning_of_the_day_and_the_applicant_is_told_the_day_alone() -> None:
    of = reviewed()
    decision = of.order("HOLD 20 April the committee meets")
    assert only(decision, Held).until == "2026-04-19T15:00:00.000Z"
    assert (of.case.status, of.case.step, of.case.wakes) == ("on_hold", "review", "2026-04-19T15:00:00.000Z")
    assert written(decision) == [("held", TARO), ("transcript", MORGAN)]
    assert "until Monday 20 April 2026" in said(of.last(TARO))
    assert "committee" not in of.last(TARO).text
    assert "put on hold: until Monday 20 April 2026" in said(of.last(MORGAN))


def test_the_applicant_is_told_once_a_day_that_it_rests_until() -> None:
    of = reviewed()
    told = [written(of.order(f"HOLD {day} a reason"))[0] for day in ("20 April", "20 April 2026", "21 April")]
    assert told == [("held", TARO), ("transcript", MORGAN), ("held", TARO)]


def test_what_the_clerk_has_to_say_to_the_applicant_goes_beside_it() -> None:
    of = reviewed()
    decision = of.order("HOLD 20 April the committee meets\nREPLY\n\nOur committee decides on the 17th.")
    assert written(decision) == [("held", TARO), ("replied", TARO), ("transcript", MORGAN)]
    assert "the committee meets" not in " ".join(letter.text for letter in of.letters if letter.to == TARO)


def test_an_applicant_who_was_asked_for_something_need_not_hurry() -> None:
    of = reviewed()
    of.order("ASK Room")
    of.order("HOLD 20 April abroad")
    assert "can wait until then as well" in said(of.last(TARO))


@pytest.mark.parametrize("what", ["remind", "limit"])
def test_neither_reminder_nor_limit_comes_before_the_rest_is_over(what: Literal["remind", "limit"]) -> None:
    of = reviewed()
    due = of.case.due or ""
    of.order("HOLD 30 April abroad")
    assert of.case.wakes == "2026-04-29T15:00:00.000Z"
    assert of.case.wakes > due > "", "the casebook is asked for nothing before"
    of.now += timedelta(days=24)
    decision = overdue(of.case, what, RULES, of.now)
    assert kinds(decision) == ["resumed"]
    assert (only(decision, Resumed).due or "") > to_text(of.now)


def test_working_days_of_the_desk_are_counted_and_the_reason_may_stand_below() -> None:
    of = reviewed()
    decision = of.order("HOLD 5 days\n\nShe is abroad.")
    assert only(decision, Held).until == "2026-04-12T15:00:00.000Z"
    assert of.case.hold is not None
    assert of.case.hold.reason == "She is abroad."


@pytest.mark.parametrize(
    "text, shown",
    [
        ("HOLD please", "A day to come is needed"),
        ("HOLD 1 April 2026 late", "A day to come is needed"),
        ("HOLD 5 days", "A reason is needed"),
        ("RESUME", "The case is not on hold"),
    ],
)
def test_what_lets_nothing_rest(text: str, shown: str) -> None:
    assert shown in mistake(reviewed(), text)


def test_the_day_brings_the_case_back_with_the_time_that_was_left() -> None:
    of = reviewed()
    due = of.case.due or ""
    left = working_days_between(of.now, datetime.fromisoformat(due), RULES.desk)
    of.order("HOLD 20 April the committee meets")
    decision = of.passes(14)
    assert kinds(decision) == ["resumed"]
    assert only(decision, Facts).sort_row == "hold"
    assert written(decision) == [("resumed", SATO), ("resumed", MORGAN)]
    assert (of.case.status, of.case.hold) == ("ready", None)
    assert of.case.due is not None
    assert of.case.due > due
    assert working_days_between(of.now, datetime.fromisoformat(of.case.due), RULES.desk) == left
    assert "the committee meets" in said(of.last(MORGAN))
    of.order("VOUCH responsible\nACCEPT")
    assert of.case.decided_by == MORGAN


@pytest.mark.parametrize("order", ["ACCEPT", "REJECT not eligible", "ASK Room", "DONE", "POSTED 12", "CLOSE"])
def test_nothing_is_decided_while_a_case_rests(order: str) -> None:
    of = reviewed()
    of.order("HOLD 5 days abroad")
    assert refusal(of.order(order)) == "on_hold"
    assert "RESUME" in said(of.last(MORGAN))


def test_a_clerk_may_end_the_rest_and_decide_in_one_mail() -> None:
    of = reviewed()
    of.order("保留 5日 出張中のため")
    decision = of.order("VOUCH responsible\nRESUME\nACCEPT")
    assert only(decision, Resumed).clerk == MORGAN
    assert "resumed" not in {template for template, _ in written(decision)}
    assert (of.case.decided_by, of.case.status) == (MORGAN, "in_progress")


@pytest.mark.parametrize("text", ["RESUME\nASK Room\n\nWhich floor?", "再開\n確認依頼 Room"])
def test_what_is_asked_in_the_mail_that_ends_the_rest_is_not_before_the_clerks(text: str) -> None:
    of = reviewed()
    of.order("HOLD 5 days abroad")
    decision = of.order(text)
    assert of.case.status == "collecting"
    assert written(decision) == [("asked", TARO), ("transcript", MORGAN)]


def test_clerks_see_the_case_as_all_orders_of_the_mail_that_ends_the_rest_have_left_it() -> None:
    of = reviewed()
    of.order("HOLD 5 days abroad")
    decision = of.order("RESUME\nVOUCH responsible")
    assert written(decision) == [("resumed", SATO), ("resumed", MORGAN), ("transcript", MORGAN)]
    resumed = next(letter for letter in reversed(of.letters) if letter.template == "resumed")
    assert "unconfirmed" not in said(resumed)


@pytest.mark.parametrize("word", ["再開", "再開します。", "保留解除", "RESUME"])
def test_the_word_of_two_commands_means_what_the_case_needs_on_hold(word: str) -> None:
    of = reviewed()
    of.order("HOLD 5 days abroad")
    decision = of.order(word)
    assert "resumed" in kinds(decision)
    assert written(decision) == [("resumed", SATO), ("resumed", MORGAN), ("transcript", MORGAN)]


def test_the_word_of_two_commands_opens_a_closed_case_and_does_nothing_to_another() -> None:
    of = reviewed()
    assert refusal(of.order("再開")) == "not_closed"
    of.order("REJECT not eligible")
    assert "reopened" in kinds(of.order("再開"))


def test_what_people_send_counts_while_the_case_rests_and_it_goes_on_resting() -> None:
    of = pledged()
    _hold(of)
    of.answer(TARO, "Room: attic", "answer")
    assert of.case.values["room"] == "attic"
    assert of.case.status == "on_hold"


def _hold(of: Correspondence) -> None:
    """Put on hold by the event alone: no clerk has a letter yet."""
    until = (of.now + timedelta(days=10)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    of.seq += 1
    case = fold(of.case, of.case.number, of.seq, of.now, [Held(clerk=MORGAN, until=until, reason="abroad")])
    assert case is not None
    of.cases[case.number] = case


def test_an_agreement_counts_while_the_case_rests_and_the_next_step_has_all_its_time_afterwards() -> None:
    of = desk()
    _hold(of)
    of.answer(ICHIRO, "AGREE", "consent")
    assert (of.case.consent is not None, of.case.step_kind, of.case.status) == (True, "document", "on_hold")
    entered = of.case.step_since
    decision = of.passes(10)
    assert kinds(decision) == ["resumed"]
    assert (of.case.status, of.case.step_since) == ("awaiting_document", entered)
    assert working_days_between(of.now, datetime.fromisoformat(of.case.due or ""), RULES.desk) == 10


def test_who_is_away_puts_nothing_off_while_the_case_rests() -> None:
    of = reviewed()
    of.order("HOLD 5 days abroad")
    assert pause(of.case, TARO, RULES, of.now) is None


def test_a_second_hold_changes_day_and_reason_and_not_the_time_that_is_left() -> None:
    of = reviewed()
    of.order("HOLD 5 days abroad")
    since = of.case.hold and of.case.hold.since
    of.order("HOLD 20 April ill")
    assert of.case.hold is not None
    assert (of.case.hold.reason, of.case.hold.since) == ("ill", since)


def test_a_case_that_ends_rests_no_more() -> None:
    of = reviewed()
    of.order("HOLD 5 days abroad")
    of.answer(TARO, "WITHDRAW", "withdraw")
    assert (of.case.status, of.case.hold) == ("withdrawn", None)


def test_the_status_says_that_the_case_rests_and_until_when() -> None:
    of = reviewed()
    of.order("HOLD 20 April a reason of ours")
    of.answer(TARO, "STATUS", "status")
    letter = said(of.last(TARO))
    assert "put on hold by the desk" in letter
    assert "Until: Monday 20 April 2026" in letter
    assert "counts as usual" in letter
    assert "a reason of ours" not in letter


def test_the_lists_show_until_when_a_case_rests() -> None:
    of = accepted()
    of.order("HOLD 20 April the printer is broken")
    assert "2026-04-20" in cases_table([of.case], RULES)
    assert "the printer is broken" in case_text(of.case, RULES, [])


def test_a_case_shows_its_fields_in_the_order_of_the_form_however_it_keeps_them() -> None:
    of = reviewed()
    kept = of.case.model_copy(update={"values": dict(sorted(of.case.values.items())) | {"gone": "of an older form"}})
    labels = [rule.label["en"] for key, rule in RULES.forms[kept.form].fields.items() if key in kept.values]
    _, fields = case_text(kept, RULES, []).split("\nfields\n")
    lines = [line[2:] for line in fields.split("\n\n")[0].split("\n")]
    assert [line.split(": ")[0] for line in lines if line[0] != " "] == [*labels, "gone"]


def test_who_decided_is_not_said_to_have_closed_a_case_that_is_open() -> None:
    case = accepted().case
    text = case_text(case, RULES, [])
    assert case.open
    assert f"decided by {case.decided_by}" in text
    assert "closed by" not in text


def test_a_case_is_shown_also_at_a_desk_without_english() -> None:
    of = reviewed()
    form = RULES.forms[of.case.form]
    fields = {key: rule.model_copy(update={"label": {"ja": rule.label["ja"]}}) for key, rule in form.fields.items()}
    forms = {form.name: form.model_copy(update={"fields": fields})}
    desk_in_japanese = RULES.desk.model_copy(update={"languages": ("ja",)})
    rules = RULES.model_copy(update={"forms": forms, "desk": desk_in_japanese})
    label = next(rule.label["ja"] for key, rule in fields.items() if key in of.case.values)
    assert f"  {label}: " in case_text(of.case, rules, ())
