"""Codes as clerks type them, told from mail to journal: how long they count, what they bring along to be looked at, and
that no journal holds one."""

import json
from pathlib import Path
from typing import Any

import pytest
from conversation import KEYS, Retell
from test_attacks import before, last_events

from mailbot.core.token import code, has_code

APPLIED = before("After: agreed")
ASKED = "vouch for"
"""Words of the letter that asks for a code."""


def mail(at: str, answers: str, text: str, *fields: str) -> str:
    """A mail of a clerk for whom no border vouches."""
    head = ["From: Alex Morgan <morgan@staff.desk.example>", f"Answers: morgan@staff.desk.example {answers}"]
    return "\n".join(["", f"## 2026-04-07 {at}", "", "```mail", *head, "Border: none", *fields, "", text, "```", ""])


QUEUE = mail("09:00", "Okafor", "QUEUE")
SEVERAL = APPLIED + QUEUE + mail("09:10", "limit first", "#2026-00001 ACCEPT")
ONE = APPLIED + mail("09:10", "Okafor", "ACCEPT")
BEGUN = pytest.mark.parametrize("begun", [SEVERAL, ONE], ids=["about several cases", "about one"])


def events(state: Path) -> list[tuple[str, dict[str, Any]]]:
    """All that happened, each with what letters of its entry are named after."""
    files = sorted((state / "journal").glob("*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [(line["case"] or f"e{line['seq']}", event) for line in lines for event in line["events"]]


def codes(state: Path) -> list[str]:
    """The codes of all letters that asked for one."""
    asked = [(name, event) for name, event in events(state) if event.get("template", "").startswith("confirm")]
    return [
        code(KEYS.secrets["k1"], "HELPDESK", f"{name}.{one['number']}", one["to"], one["bound"]) for name, one in asked
    ]


def refusals(state: Path, told: str) -> list[str]:
    return [event["why"] for event in last_events(state, told) if event["kind"] == "commands_refused"]


@BEGUN
def test_no_journal_holds_a_code_wherever_and_however_it_is_typed(begun: str, tmp_path: Path, retell: Retell) -> None:
    spelt = ("<code>", "<ＣＯＤＥ>", "<c o d e>")
    places = [
        "#2026-00001 CONFIRM {}",
        "#2026-00001 {}",
        "#2026-00001 NOTE {}",
        "#2026-00001 REJECT no\n\n{}",
        "NOTE {}",
        "NOTE spoke with them\n\n{}",
        "CONFIRM {}\nNOTE done",
        "CONFIRM {} please",
        "確認しました {}",
        "It is {}, please go on.",
        "QUEUE {}",
        "{}",
    ]
    mails = [mail(f"09:{at}", ASKED, place.format(spelt[at % 3])) for at, place in enumerate(places, 11)]
    mails.append(mail("09:30", ASKED, "HELP", "Subject: Re: <code>"))
    stranger = mail("09:31", ASKED, "NOTE <code>").replace("Alex Morgan <morgan@staff", "Eve <eve@elsewhere")
    state = tmp_path / "state"
    retell(begun + "".join(mails) + stranger, state)
    journal = json.dumps([event for _, event in events(state)], ensure_ascii=False)
    (right,) = codes(state)
    assert not has_code(journal, right)


@BEGUN
def test_a_code_beside_an_order_does_nothing_and_still_counts_alone(begun: str, tmp_path: Path, retell: Retell) -> None:
    beside = mail("09:15", ASKED, "#2026-00001 NOTE <code>" if begun == SEVERAL else "NOTE <code>")
    told = retell(begun + beside, tmp_path / "beside")
    assert refusals(tmp_path / "beside", told) == ["code_astray"]
    assert "The code in your mail stood beside something else." in " ".join(told.split())
    told = retell(begun + beside + mail("09:20", ASKED, "CONFIRM <ＣＯＤＥ>"), tmp_path / "alone")
    assert "accepted" in {event["kind"] for event in last_events(tmp_path / "alone", told)}


@BEGUN
def test_an_old_code_does_not_live_again_when_the_same_is_asked_back_anew(
    begun: str, tmp_path: Path, retell: Retell
) -> None:
    again = "limit first" if begun == SEVERAL else "ready for a decision"
    anew = mail(
        "09:45", again, "#2026-00001 ACCEPT" if begun == SEVERAL else "ACCEPT", "Message-ID: <anew@desk.example>"
    )
    told = retell(begun + anew + mail("09:46", ASKED, "CONFIRM <code>", "Which: first"), tmp_path / "old")
    assert len(codes(tmp_path / "old")) == 2
    assert refusals(tmp_path / "old", told) == ["code_expired"]
    told = retell(begun + anew + mail("09:46", ASKED, "CONFIRM <code>"), tmp_path / "new")
    assert "accepted" in {event["kind"] for event in last_events(tmp_path / "new", told)}


def test_a_duplicate_is_confirmed_with_a_code_as_anything_else(tmp_path: Path, retell: Retell) -> None:
    asks = "Your name: Ngozi\nAffiliation: Example University\nDetails of your request: How?"
    enquiry = f"From: Ngozi Okafor <okafor@home.example>\nSubject: Enquiry\n\n{asks}"
    other = f"\n## 2026-04-07 08:00\n\n```mail\n{enquiry}\n```\n"
    ordered = mail("09:10", "ready for a decision", "DUPLICATE OF 2026-00002") + mail("09:11", ASKED, "CONFIRM <code>")
    told = retell(APPLIED + other + ordered, tmp_path / "state")
    duplicates = [event for event in last_events(tmp_path / "state", told) if event["kind"] == "marked_duplicate"]
    assert [event["of"] for event in duplicates] == ["2026-00002"]
