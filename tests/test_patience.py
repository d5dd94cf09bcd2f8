"""How long a letter is tried, how long a server is left alone, and how much is written before somebody looks."""

import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest
from letter_examples import DESK, words

from mailbot.core.budget import over
from mailbot.core.events import LetterWritten
from mailbot.core.patience import again, reconnect
from mailbot.core.rules import Budgets, Clerk

WRITTEN = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NAMES = [f"2026-{number:05d}.1" for number in range(500)]


def tries_of(name: str) -> list[datetime]:
    """When a letter is tried whose relay always says: later."""
    instants = [WRITTEN]
    while (until := again(len(instants) - 1, WRITTEN, instants[-1], name)) is not None:
        instants.append(until)
    return instants


def test_a_letter_is_tried_often_at_first_then_every_four_hours_and_for_three_days() -> None:
    for name in NAMES:
        instants = tries_of(name)
        pauses = [(after - before).total_seconds() / 60 for before, after in itertools.pairwise(instants)]
        for pause, usual in zip(pauses[:-1], [1, 2, 5, 10, 20, 40, 60, 120, *[240] * 99], strict=False):
            assert usual * 0.8 <= pause <= usual * 1.2
        assert instants[-1] == WRITTEN + timedelta(days=3), "the last try"
        assert 20 <= len(instants) <= 35


def test_letters_that_failed_together_come_again_one_by_one_and_each_always_at_the_same_instant() -> None:
    instants = [again(5, WRITTEN, WRITTEN, name) for name in NAMES]
    assert instants == [again(5, WRITTEN, WRITTEN, name) for name in NAMES]
    seconds = sorted((instant - WRITTEN).total_seconds() for instant in instants if instant)
    assert len(set(seconds)) == len(NAMES)
    assert seconds[0] < 40 * 60 * 0.81
    assert seconds[-1] > 40 * 60 * 1.19


def test_a_letter_that_lay_held_for_a_week_is_not_given_up_at_the_first_refusal() -> None:
    now = WRITTEN + timedelta(days=7)
    pauses = [again(tries, WRITTEN, now, NAMES[0]) for tries in range(6)]
    assert [pause is None for pause in pauses] == [False, False, False, False, True, True]
    assert all(pause > now + timedelta(seconds=40) for pause in pauses if pause)


def test_a_server_out_of_reach_is_asked_soon_then_every_few_minutes_never_by_all_at_once() -> None:
    dice = random.Random(1)
    longest = [max(reconnect(tries, dice.random) for _ in range(300)) for tries in range(12)]
    assert 0.9 < longest[0] <= 1
    assert 250 < longest[11] <= 300
    assert longest == sorted(longest[:9]) + longest[9:]
    assert reconnect(10**6, lambda: 0.999) <= 300
    assert reconnect(5, lambda: 0.0) > 0


TIGHT = DESK.model_copy(
    update={
        "budgets": Budgets(letters_per_address=2, letters_per_domain=5, letters_per_hour=9),
        "clerks": (Clerk(name="C", address="Clerk@staff.example"),),
        "auditors": ("auditor@audit.example",),
        "operators": ("root@desk.example",),
    }
)


def letter(to: str = "a@uni.example", role: str = "applicant") -> LetterWritten:
    return words("missing", "en").model_copy(update={"to": to, "role": role})


@pytest.mark.parametrize(
    ("to_address", "to_domain", "this_hour", "said"),
    [(1, 4, 8, ""), (2, 4, 8, "address"), (1, 5, 8, "domain"), (1, 4, 9, "hour"), (2, 5, 9, "address")],
)
def test_a_letter_over_a_budget_is_told_by_the_name_of_the_budget(
    to_address: int, to_domain: int, this_hour: int, said: str
) -> None:
    assert over(to_address, to_domain, this_hour, letter(), TIGHT) == said


OUR_PEOPLE = ["clerk@staff.example", "Auditor@audit.example", "root@desk.example"]


@pytest.mark.parametrize("to", OUR_PEOPLE)
def test_the_desks_own_people_have_the_budget_of_the_hour_only(to: str) -> None:
    assert over(99, 99, 8, letter(to), TIGHT) == ""
    assert over(99, 99, 9, letter(to), TIGHT) == "hour"
    assert over(99, 99, 8, letter("left@elsewhere.example", "clerk"), TIGHT) == ""


def test_what_answers_a_clerks_commands_always_goes() -> None:
    transcript = letter("clerk@staff.example", "clerk").model_copy(update={"template": "transcript"})
    assert over(99, 99, 99, transcript, TIGHT) == ""


def test_an_alarm_always_goes() -> None:
    assert over(99, 99, 99, letter("root@desk.example", "operator"), TIGHT) == ""
