"""Orders that nothing proves: one is a slip, several are somebody at work, of which the operator hears."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conversation import Retell
from test_attacks import before, last_events
from test_decisions import WELL

from mailbot.core.alarms import raised
from mailbot.core.events import CommandsRefused
from mailbot.store import Entry
from mailbot.store.files.journal import Spot
from mailbot.store.files.tally import Tally

NOW = datetime(2026, 4, 7, tzinfo=UTC)
CASE, MORGAN = "2026-00001", "morgan@staff.desk.example"


@pytest.mark.parametrize(
    ("orders", "holds"),
    [
        ([(CASE, 1), (CASE, 2)], False),
        ([(CASE, 1), (CASE, 2), (MORGAN, 3)], False),
        ([(CASE, 1), (CASE, 2), (CASE, 25)], False),
        ([(CASE, 1), (CASE, 2), (CASE, 23)], True),
    ],
    ids=["two", "three about different things", "two within a day", "three within a day"],
)
def test_three_about_one_case_or_in_one_name_within_a_day_are_an_alarm(
    orders: list[tuple[str, int]], holds: bool
) -> None:
    forged = tuple((about, NOW - timedelta(hours=hours)) for about, hours in orders)
    found = raised(replace(WELL, ledger=replace(WELL.ledger, forged=forged)), NOW)
    assert ("forged" in found) is holds


def test_the_alarm_names_what_is_no_slip_and_what_came_most_often_first() -> None:
    slips = [(f"slip{number}@staff.desk.example", NOW) for number in range(30)]
    forged = (*slips, *[("2026-00042", NOW)] * 3, *[("morgan@staff.desk.example", NOW)] * 4)
    found = raised(replace(WELL, ledger=replace(WELL.ledger, forged=forged)), NOW)
    assert found["forged"] == "morgan@staff.desk.example 4, 2026-00042 3"


SCENE = """

## 2026-04-0{day} 09:0{minute}

```mail
From: Mallory <mallory@evil.example>
Answers: morgan@staff.desk.example Okafor
Which: first

ACCEPT
```
"""


def test_the_operator_hears_of_it_once_and_again_when_it_is_over(tmp_path: Path, retell: Retell) -> None:
    attacks = "".join(SCENE.format(day=7, minute=minute) for minute in range(4))
    later = "\n\n## 2026-04-07 09:05 nothing comes\n\n## 2026-04-09 09:00 nothing comes\n"
    text = retell(before("After: agreed") + attacks, tmp_path / "attacked")
    events = last_events(tmp_path / "attacked", text.replace("09:03", "09:00"))
    whole = retell(before("After: agreed") + attacks + later, tmp_path / "later")
    assert [event["alarm"] for event in events if event["kind"] == "alarmed"] == ["forged"]
    assert "nothing proves to be a clerk's" in " ".join(text.split()) or "職員からのものと確認できない指示" in text
    ended = last_events(tmp_path / "later", whole)
    assert [event["alarm"] for event in ended if event["kind"] == "alarm_ended"] == ["forged"]


def test_a_checkpoint_without_such_orders_can_be_read() -> None:
    listed = Tally().listed()
    del listed["forged"]
    tally = Tally()
    tally.load(listed)
    assert len(tally.forged) == 0


def counted(*orders: tuple[str | None, CommandsRefused]) -> dict[str, int]:
    """How often what was counted after such orders, each refused a minute after the one before."""
    tally = Tally()
    note = tally.rows()[CommandsRefused]
    for minute, (case, event) in enumerate(orders):
        at = NOW + timedelta(minutes=minute)
        note(event, Entry(minute + 1, at, case, None, "", "", False, "", (event,)), Spot("2026-04.jsonl", 0, 0))
    return dict(Counter(about for _, about, *_ in tally.forged.listed()))


def order(clerk: str = MORGAN, by: str = MORGAN, why: str = "no_token") -> CommandsRefused:
    return CommandsRefused(by=by, letter=None, why=why, words=("ACCEPT",), clerk=clerk)


def test_one_name_in_three_cases_is_counted_for_the_name() -> None:
    assert counted(*((f"2026-0000{number}", order()) for number in (1, 2, 3)))[MORGAN] == 3


def test_three_names_in_one_case_are_counted_for_the_case() -> None:
    names = (f"clerk{number}@staff.desk.example" for number in (1, 2, 3))
    assert counted(*((CASE, order(name, name)) for name in names))[CASE] == 3


def test_whoever_answers_with_a_letter_of_a_clerk_counts_for_that_clerk() -> None:
    letters = (order(by=f"{number}@evil.example", why="not_proven") for number in (1, 2, 3))
    found = counted(*((f"2026-0000{number}", event) for number, event in enumerate(letters, 1)))
    assert found[MORGAN] == 3
    assert not any("evil" in about for about in found)


def test_an_entry_from_before_names_were_kept_counts_for_its_sender() -> None:
    assert counted((None, order(clerk=""))) == {MORGAN: 1}


@pytest.mark.parametrize(
    ("why", "counts"),
    [
        ("wrong_code", False),
        ("asked_often", True),
        ("mistakes", False),
        ("code_expired", False),
        ("moved_on", False),
        ("no_case", False),
    ],
)
def test_what_a_clerk_gets_wrong_is_no_alarm_and_asking_too_often_is(why: str, counts: bool) -> None:
    assert bool(counted((CASE, order(clerk="", why=why)))) is counts


def guess(letter: str) -> tuple[str, CommandsRefused]:
    return CASE, CommandsRefused(by=MORGAN, letter=letter, why="wrong_code", words=("CONFIRM …",))


def test_a_mistyped_code_is_a_slip_until_the_third_in_answer_to_one_letter() -> None:
    assert counted(guess("2026-00001.4"), guess("2026-00001.4"), guess("2026-00001.6")) == {}
    assert counted(*[guess("2026-00001.4")] * 3) == {CASE: 3, MORGAN: 3}
    assert counted(*[guess("2026-00001.4")] * 5) == {CASE: 5, MORGAN: 5}


def test_a_slip_beside_two_orders_that_nothing_proves_is_no_alarm() -> None:
    assert counted((CASE, order()), guess("2026-00001.4"), (CASE, order())) == {CASE: 2, MORGAN: 2}


def test_the_alarm_names_the_entries_and_their_cases() -> None:
    tally = Tally()
    note = tally.rows()[CommandsRefused]
    for seq, case in ((64, CASE), (101, "2026-00002"), (127, None)):
        note(order(), Entry(seq, NOW, case, None, "", "", False, "", (order(),)), Spot("2026-04.jsonl", 0, 0))
    again = Tally()
    again.load(tally.listed())
    forged = tuple((about, NOW) for _, about, *_ in again.forged.listed())
    found = raised(replace(WELL, ledger=replace(WELL.ledger, forged=forged, forged_in=again.forged_in())), NOW)
    assert found["forged"] == f"{MORGAN} 3: entries 64 ({CASE}), 101 (2026-00002), 127"
