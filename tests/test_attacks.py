"""Every attack of docs/trust.md, its mails as files in tests/attacks: nothing is decided, and an auditor finds it.

A file says what the attack is, after which scene of an ordinary conversation it comes (`After`: applied, agreed), and
what the log says of it (`Trace`, `Doubt`); its mails are written as in conversations.
"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conversation import Retell

from mailbot.core.instants import to_text

HERE = Path(__file__).parent
ATTACKS = sorted((HERE / "attacks").glob("*.md"))
ORDINARY = (HERE / "conversations" / "11-clerks-commands-en.md").read_text(encoding="utf-8")
DECIDING = frozenset(
    """accepted rejected completed withdrawn expired marked_duplicate task_done vouched reopened field_allowed
    address_registered consent_declined correction_seconded""".split()
)
SCENES = {"applied": 1, "agreed": 2}


def said(text: str, name: str) -> str:
    """What a line of a file's head says; empty if there is none."""
    found = re.search(rf"(?m)^{name}: (.*)$", text)
    return found[1] if found else ""


def before(text: str) -> str:
    head, *scenes = re.split(r"(?m)^(?=## )", ORDINARY)
    return "".join([head, *scenes[: SCENES[said(text, "After")]]])


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_attack(path: Path, tmp_path: Path, retell: Retell) -> None:
    """The last mail is the attack; what comes before it may decide."""
    attack, state = path.read_text(encoding="utf-8"), tmp_path / "state"
    told = retell(before(attack) + attack[attack.index("\n## ") :], state)
    log = re.findall(r"(?ms)^```log\n(.*?)^```$", told.rpartition("\n## ")[2])
    assert said(attack, "Trace") in "".join(log)
    events = last_events(state, told)
    assert DECIDING.isdisjoint(event["kind"] for event in events)
    assert not any(event.get("confirmed") for event in events if event["kind"] == "consent_given")
    doubts = [doubt for event in events for doubt in event.get("doubts", ())]
    assert said(attack, "Doubt") in " ".join(doubts)


def last_events(state: Path, told: str) -> list[dict[str, Any]]:
    """What the last scene made happen."""
    day = re.findall(r"(?m)^## (\d{4}-\d\d-\d\d \d\d:\d\d)", told)[-1]
    begun = to_text(datetime.strptime(day, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("Asia/Tokyo")).astimezone(UTC))
    files = sorted((state / "journal").glob("*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [event for line in lines if line["at"] >= begun for event in line["events"]]


SCENE = """

## 2026-04-07 09:00

```mail
From: Alex Morgan <morgan@staff.desk.example>
Answers: morgan@staff.desk.example Okafor

ACCEPT
```
"""


def test_who_may_does_decide_so_that_the_attacks_can_fail(tmp_path: Path, retell: Retell) -> None:
    told = retell(before("After: agreed") + SCENE, tmp_path / "state")
    assert "accepted" in {event["kind"] for event in last_events(tmp_path / "state", told)}


def test_the_table_of_attacks_and_the_files_are_the_same() -> None:
    table = (HERE.parent / "docs" / "trust.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `([a-z-]+)` \|", table.partition("## Attacks")[2])
    assert sorted(rows) == sorted(path.stem for path in ATTACKS)
