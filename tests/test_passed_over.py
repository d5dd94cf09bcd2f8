"""Clerks who are out of office are passed over where somebody else is there; nobody's letter goes to nobody."""

from datetime import UTC, datetime

import pytest
from correspondence import MORGAN, SATO, only, rules_with, said, written
from form_pieces import FIELDS_STEP, REVIEW_STEP
from test_clerk_commands import ICHIRO, QUESTIONS, RULES, TARO, accepted, desk, pledged, reviewed
from test_digest import parts
from test_queue import ready

from mailbot.core.away import absent, at_the_head, there
from mailbot.core.decide.desk import alarms_changed, operators, quarantine_told
from mailbot.core.events import Assigned, Facts
from mailbot.core.ledger import InQuarantine, Ledger
from mailbot.core.rules import Clerk, Rules
from mailbot.flow.considering import _away

NOW = datetime(2026, 4, 7, tzinfo=UTC)
UNTIL = "2026-04-30"
GONE = {MORGAN: UNTIL}
QUEUED = rules_with({"room-key": QUESTIONS + FIELDS_STEP + REVIEW_STEP})
BOTH = {MORGAN: UNTIL, SATO: UNTIL}


@pytest.mark.parametrize(
    ("away", "told"), [({}, [SATO, MORGAN]), (GONE, [SATO]), ({SATO: UNTIL}, [MORGAN]), (BOTH, [SATO, MORGAN])]
)
def test_a_case_that_is_ready_comes_before_those_who_are_there(away: dict[str, str], told: list[str]) -> None:
    of = pledged()
    of.answer(TARO, "Did my fax arrive?", "answer")
    of.away = away
    decision = of.order("RECEIVED FAX 2026-04-03")
    assert [to for template, to in written(decision) if template == "review"] == told


def test_whoever_takes_part_in_the_case_is_not_somebody_else_who_is_there() -> None:
    boss = Clerk(name="Ichiro Suzuki", address=ICHIRO)
    of = reviewed(
        RULES.model_copy(update={"desk": RULES.desk.model_copy(update={"clerks": (*RULES.desk.clerks, boss)})})
    )
    of.order("HOLD 5 days abroad", SATO)
    of.away = BOTH
    decision = of.passes(30)
    assert {to for _, to in written(decision)} == {SATO, MORGAN, ICHIRO}


@pytest.mark.parametrize(("away", "told"), [(GONE, [SATO]), (BOTH, [SATO, MORGAN])])
def test_the_end_of_a_rest_is_told_to_those_who_are_there(away: dict[str, str], told: list[str]) -> None:
    of = reviewed()
    of.order("HOLD 20 April the committee meets", SATO)
    of.away = away
    assert written(of.passes(14)) == [("resumed", to) for to in told]


@pytest.mark.parametrize(("away", "told"), [({}, [SATO]), ({SATO: UNTIL}, [MORGAN]), (GONE, [SATO]), (BOTH, [SATO])])
def test_that_the_desk_is_late_is_told_to_the_head_or_to_who_is_there(away: dict[str, str], told: list[str]) -> None:
    of = reviewed()
    of.away = away
    decision = of.passes(30)
    assert [to for template, to in written(decision) if template == "overdue"] == told


def test_what_an_applicant_says_is_passed_on_to_those_who_are_there() -> None:
    of = reviewed()
    of.away = GONE
    decision = of.answer(TARO, "When will you decide?", "answer")
    assert {to for template, to in written(decision) if template == "passed_on"} == {SATO}


def test_who_is_away_need_not_hear_that_an_acceptance_is_void() -> None:
    of = accepted()
    of.away = {SATO: UNTIL}
    assert ("undone", SATO) not in written(of.order("ASK Room"))


def test_a_clerk_who_is_away_can_be_given_a_case_and_the_transcript_says_so() -> None:
    of = reviewed()
    of.away = {SATO: "2026-04-10"}
    decision = of.order("ASSIGN sato")
    assert only(decision, Assigned).to == SATO
    assert written(decision) == [("assigned", SATO), ("transcript", MORGAN)]
    assert "Hanako Sato (out of office until Friday 10 April 2026)" in said(of.last(MORGAN))


def test_the_transcript_says_so_in_japanese_too() -> None:
    of = reviewed()
    of.away = {MORGAN: "2026-04-10"}
    of.order("担当 Morgan", SATO)
    assert "Alex Morgan（2026年4月10日（金）まで不在）" in said(of.last(SATO))


def test_a_colleague_who_is_there_is_named_as_before() -> None:
    of = reviewed()
    of.away = GONE
    of.order("担当 自分", SATO)
    assert "不在" not in of.last(SATO).text


@pytest.mark.parametrize(("away", "told"), [({}, {SATO}), (GONE, {SATO, "anna@staff.desk.example"})])
def test_what_somebody_has_who_is_away_stands_in_the_mornings_letter_of_the_others(
    away: dict[str, str], told: set[str]
) -> None:
    rules = _with(QUEUED, Clerk(name="Anna Berg", address="anna@staff.desk.example"))
    case = ready(rules).model_copy(update={"assigned": MORGAN})
    assert set(parts(case, rules, Ledger(away=away))) - {MORGAN} == told


def test_what_somebody_had_who_is_no_clerk_any_more_concerns_everybody() -> None:
    rules = _with(QUEUED)
    case = ready(rules).model_copy(update={"assigned": "left@staff.desk.example"})
    assert set(parts(case, rules)) == {SATO, MORGAN}


def _with(rules: Rules, *more: Clerk) -> Rules:
    desk_ = rules.desk.model_copy(update={"clerks": (*rules.desk.clerks, *more), "digest": "08:30"})
    return rules.model_copy(update={"desk": desk_})


@pytest.mark.parametrize(("away", "told"), [({}, {SATO, MORGAN}), (GONE, {SATO}), (BOTH, {SATO, MORGAN})])
def test_the_quarantine_is_shown_to_those_who_are_there(away: dict[str, str], told: set[str]) -> None:
    aside = (InQuarantine("1" * 64, 3, NOW, "a reason"),)
    decision = quarantine_told(Ledger(quarantine=aside, away=away), RULES, NOW)
    assert decision is not None
    assert {letter.to for letter in decision.letters} == told


@pytest.mark.parametrize(("away", "told"), [({}, {SATO}), ({SATO: UNTIL}, {MORGAN}), (BOTH, {SATO})])
def test_an_alarm_is_told_to_who_is_there(away: dict[str, str], told: set[str]) -> None:
    decision = alarms_changed({"forged": "3"}, Ledger(away=away), RULES, NOW)
    assert decision is not None
    assert {letter.to for letter in decision.letters} == told


def test_operators_of_their_own_are_asked_whoever_is_away() -> None:
    named = RULES.desk.model_copy(update={"operators": ("root@staff.desk.example",)})
    assert operators(named, BOTH) == ("root@staff.desk.example",)


@pytest.mark.parametrize(
    ("until", "day", "gone"),
    [
        ("2026-04-07", datetime(2026, 4, 7, 14, tzinfo=UTC), True),
        ("2026-04-07", datetime(2026, 4, 7, 15, tzinfo=UTC), False),
        ("2026-04-06", datetime(2026, 4, 6, 15, tzinfo=UTC), False),
    ],
    ids=["late on the day", "midnight in Tokyo", "the day after"],
)
def test_the_last_day_is_counted_where_the_desk_is(until: str, day: datetime, gone: bool) -> None:
    assert bool(absent({MORGAN: until}, RULES.desk, day)) is gone


def test_who_is_no_clerk_is_never_away() -> None:
    assert absent({"left@staff.desk.example": UNTIL}, RULES.desk, NOW) == {}


@pytest.mark.parametrize(
    ("sort", "tier", "known"),
    [("command", "1", {}), ("command", "0", GONE), ("autoreply", "1", GONE)],
    ids=["writes", "somebody in their name", "their answering machine"],
)
def test_a_clerk_who_writes_is_back_for_that_mail_already(sort: str, tier: str, known: dict[str, str]) -> None:
    who = {"address": MORGAN, "role": "clerk", "tier": tier}
    facts = Facts.model_validate({"sort": sort, "sender": who})
    assert _away(dict(GONE), facts) == known


def test_the_rules_of_passing_over_by_themselves() -> None:
    clerks = RULES.desk.clerks
    assert there(clerks, {}) == clerks
    assert there((), GONE) == ()
    headless = replace_roles(RULES, ("read", "decide"))
    assert [clerk.address for clerk in at_the_head(headless.desk, GONE)] == [SATO]
    assert [clerk.address for clerk in at_the_head(headless.desk, BOTH)] == [SATO, MORGAN]


def replace_roles(rules: Rules, roles: tuple[str, ...]) -> Rules:
    clerks = tuple(clerk.model_copy(update={"roles": roles}) for clerk in rules.desk.clerks)
    return rules.model_copy(update={"desk": rules.desk.model_copy(update={"clerks": clerks})})


def test_a_reminder_of_what_clerks_have_to_do_goes_to_those_who_are_there() -> None:
    of = desk()
    of.away = GONE
    of.cases[of.case.number] = of.case.model_copy(update={"stuck": True})
    decision = of.passes(60)
    assert {to for template, to in written(decision) if template == "reminder"} == {SATO}
