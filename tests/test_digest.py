"""What clerks are told in the morning, when, and who is passed over."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from correspondence import MORGAN, SATO, rules_with
from desks import in_a_loop
from form_pieces import FIELDS_STEP, REVIEW_STEP
from test_clerk_commands import QUESTIONS
from test_delivery import desk, journaled
from test_queue import ready

from mailbot.core.away import named_day
from mailbot.core.case import Case
from mailbot.core.case.values import Hold
from mailbot.core.decide import decide
from mailbot.core.decide.digest import digests, is_due
from mailbot.core.events import ClerkAway, DigestsSent, Facts, Sender
from mailbot.core.ledger import Ledger
from mailbot.core.message import Mailbox, Message
from mailbot.core.outcome import Decision
from mailbot.core.rules import Rules
from mailbot.flow.intake import append
from mailbot.flow.routine import tell_clerks

MORNING = datetime(2026, 4, 6, 23, 30, tzinfo=UTC)  # Tuesday, 08:30 in Tokyo


@pytest.fixture(scope="module")
def rules() -> Rules:
    made = rules_with({"room-key": QUESTIONS + FIELDS_STEP + REVIEW_STEP})
    return made.model_copy(update={"desk": made.desk.model_copy(update={"digest": "08:30"})})


def parts(case: Case, rules: Rules, ledger: Ledger = Ledger(), now: datetime = MORNING) -> dict[str, list[str]]:  # noqa: B008 - frozen
    """For each clerk, the parts of their letter."""
    decision = digests([case], ledger, rules, now)
    assert decision is not None
    return {letter.to: list(letter.data["parts"]) for letter in decision.letters}  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("minutes", "told", "due"),
    [
        (0, None, True),
        (-1, None, False),
        (9 * 60, None, True),
        (30, MORNING, False),
        (24 * 60, MORNING, True),
        (4 * 24 * 60, None, False),
        (0, MORNING - timedelta(hours=20), True),
    ],
    ids=["the hour", "before it", "late", "told", "the next day", "Saturday", "told yesterday"],
)
def test_the_hour_comes_once_a_working_day(minutes: int, told: datetime | None, due: bool, rules: Rules) -> None:
    assert is_due(Ledger(digested=told), rules.desk, MORNING + timedelta(minutes=minutes)) is due


def test_the_shipped_desk_tells_its_clerks_at_half_past_eight(rules: Rules) -> None:
    shipped = rules_with({}).desk
    assert is_due(Ledger(), shipped, MORNING)
    assert not is_due(Ledger(), shipped, MORNING - timedelta(minutes=1))


def test_a_desk_that_names_no_hour_tells_nobody(rules: Rules) -> None:
    silent = rules.desk.model_copy(update={"digest": ""})
    assert not is_due(Ledger(), silent, MORNING)


def test_a_case_stands_in_the_first_part_that_it_belongs_to(rules: Rules) -> None:
    case = ready(rules)
    assert parts(case, rules) == {SATO: ["fresh"], MORGAN: ["fresh"]}
    told, later = Ledger(digested=MORNING), MORNING + timedelta(days=1)
    assert parts(case.model_copy(update={"due": None}), rules, told, later) == {SATO: ["waiting"], MORGAN: ["waiting"]}
    soon = case.model_copy(update={"due": "2026-04-09T14:59:59.000Z"})
    assert parts(soon, rules)[MORGAN] == ["soon"]
    assert parts(soon, rules, now=MORNING + timedelta(days=3))[MORGAN] == ["overdue"]


def test_a_case_that_rests_is_never_over_its_limit_and_is_near_when_its_rest_ends(rules: Rules) -> None:
    rest = Hold(by=MORGAN, since="2026-04-06T01:00:00.000Z", until="2026-04-29T15:00:00.000Z", reason="ill")
    case = ready(rules).model_copy(update={"hold": rest, "status": "on_hold", "assigned": MORGAN})
    told = Ledger(digested=MORNING)
    assert parts(case, rules, told, MORNING + timedelta(days=14))[MORGAN] == ["mine"]
    assert parts(case, rules, told, MORNING + timedelta(days=21))[MORGAN] == ["soon"]


def test_who_has_nothing_waiting_gets_no_letter_and_the_day_is_over_all_the_same(rules: Rules) -> None:
    decision = digests([], Ledger(), rules, MORNING)
    assert decision == Decision(None, (Facts(sort="routine"), DigestsSent()))


def test_who_is_away_is_passed_over_up_to_and_with_the_day(rules: Rules) -> None:
    case, ledger = ready(rules), Ledger(away={MORGAN: "2026-04-07"})
    assert set(parts(case, rules, ledger)) == {SATO}
    assert set(parts(case, rules, ledger, MORNING + timedelta(days=1))) == {SATO, MORGAN}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I am out of the office until 9 April 2026.", "2026-04-09"),
        ("away from April 6th to April 13th", "2026-04-13"),
        ("4月9日まで不在にしております。", "2026-04-09"),
        ("2026年4月8日（水）〜４月１０日（金）", "2026-04-10"),
        ("back on 2026-04-20", "2026-04-20"),
        ("not before 4/15", "2026-04-15"),
        ("since 3 April", None),
        ("until 9 April 2031", None),
        ("call 03/12345", None),
        ("", None),
    ],
)
def test_the_last_day_that_an_automatic_answer_names(text: str, day: str | None) -> None:
    assert named_day(text, date(2026, 4, 7)) == (day and date.fromisoformat(day))


@pytest.mark.parametrize(("tier", "away"), [("1", True), ("0", False)])
def test_a_clerk_is_away_only_if_the_answer_proves_to_be_theirs(tier: str, away: bool, rules: Rules) -> None:
    message = Message("0" * 64, 9, senders=(Mailbox("", MORGAN),), text="I am away.")
    who = Sender.model_validate({"address": MORGAN, "role": "clerk", "tier": tier})
    facts = Facts(sort="autoreply", sender=who, letter="e3.1", letter_state="verified")
    (decision,) = decide({}, message, facts, rules, MORNING)
    found = [event for event in decision.events if isinstance(event, ClerkAway)]
    assert found == ([ClerkAway(clerk=MORGAN, until="2026-04-12")] if away else [])


@in_a_loop
async def test_the_days_letters_are_written_once_also_after_a_restart(tmp_path: Path, rules: Rules) -> None:
    for start in range(2):
        async with desk(tmp_path) as tools:
            tools = replace(tools, rules=tools.rules.model_copy(update={"desk": rules.desk}))
            for minutes in (-60, 0, 1):
                await tell_clerks(
                    tools, lambda minutes=minutes, start=start: MORNING + timedelta(hours=start, minutes=minutes)
                )  # type: ignore[misc]
            assert await journaled(tools, DigestsSent) == [DigestsSent()]


@in_a_loop
async def test_a_clerk_is_back_as_soon_as_they_write_also_for_whoever_reads_the_journal_again(tmp_path: Path) -> None:
    who = Sender.model_validate({"address": MORGAN, "role": "clerk", "tier": "1"})
    async with desk(tmp_path) as tools:
        async with tools.store.batch() as batch:
            gone = Decision(None, (Facts(sort="autoreply", sender=who), ClerkAway(clerk=MORGAN, until="2026-04-12")))
            await append(tools, batch, [gone], "1" * 64, MORNING)
        assert tools.store.ledger().away == {MORGAN: "2026-04-12"}
    async with desk(tmp_path) as tools:
        assert tools.store.ledger().away == {MORGAN: "2026-04-12"}
        async with tools.store.batch() as batch:
            await append(tools, batch, [Decision(None, (Facts(sort="command", sender=who),))], "2" * 64, MORNING)
        assert tools.store.ledger().away == {}
