"""Orders that nothing proves: one is a slip, several are somebody at work, of which the operator hears."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conversation import retelling
from test_attacks import before, last_events
from test_decisions import WELL

from mailbot.core.alarms import raised
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


SCENE = """

## 2026-04-0{day} 09:0{minute}

```mail
From: Mallory <mallory@evil.example>
Answers: morgan@staff.desk.example Okafor
Which: first

ACCEPT
```
"""


def test_the_operator_hears_of_it_once_and_again_when_it_is_over(tmp_path: Path) -> None:
    attacks = "".join(SCENE.format(day=7, minute=minute) for minute in range(4))
    later = "\n\n## 2026-04-07 09:05 nothing comes\n\n## 2026-04-09 09:00 nothing comes\n"
    with retelling() as told:
        text = told(before("After: agreed") + attacks, tmp_path / "attacked")
        events = last_events(tmp_path / "attacked", text.replace("09:03", "09:00"))
        whole = told(before("After: agreed") + attacks + later, tmp_path / "later")
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
