"""The entries of deadlines and of orders from the shell, written anew by whoever owns the machine: the chain fits, and
deciding the log again tells."""

import asyncio
import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from reading_here import ReaderHere, patient_reader_here
from test_replay import NOW, OPERATOR, appended, audited, replayed, resealed, taken_in

from mailbot import cli, desks
from mailbot.cli import replay as replaying_command
from mailbot.core.events import Adopted, Event, Facts, LetterDropped, QuarantineDismissed
from mailbot.core.instants import from_text, to_text
from mailbot.core.orders import Ordered, RunCommands
from mailbot.flow import deadlines, orders
from mailbot.flow.reader import Settings
from mailbot.store import DeadlineDue

ASKED, WHOLE = "2026-00002", "2026-00001"
"""A case that waits for an answer, and one whose form was filled in whole."""
ORDER, REMINDER, LIMIT = 7, 8, 9
"""The numbers of their entries."""


async def reminded_and_ordered(folder: Path) -> None:
    """The reminder of a case comes, and then its limit; an operator has a note made in another one."""
    desk = desks.load(folder / "mailbot.toml")
    async with desks.opened(
        desk.state, desk.rules, desk.texts, desk.keys, files=desk.files, clock=lambda: NOW
    ) as tools:
        ordered = Ordered(
            by=OPERATOR, at=to_text(NOW), order=RunCommands(case=WHOLE, text="NOTE asked the institute about it")
        )
        hour = NOW + timedelta(hours=1)
        await orders.carry_out(tools, ReaderHere(Settings()), ordered, lambda: hour)
        for what in ("remind", "limit"):
            case = await tools.store.case(ASKED)
            assert case
            then = case.remind if what == "remind" else case.limit
            assert then
            at = from_text(then) + timedelta(minutes=1)
            await deadlines.meet(tools, DeadlineDue(case, what), lambda at=at: at)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = audited(tmp_path_factory.mktemp("forged") / "desk")
    asyncio.run(taken_in(folder))
    asyncio.run(reminded_and_ordered(folder))
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(replaying_command, "patient_reader_for", patient_reader_here)
    return shutil.copytree(made, tmp_path / "desk")


def block(note: str) -> str:
    """The digest of an order to make this note (`commands.block_digest`)."""
    return hashlib.sha256(json.dumps([OPERATOR.nonce, ["NOTE", note]]).encode()).hexdigest()


Change = Callable[[list[dict[str, Any]]], None]
"""Something done to the events of an entry."""


def one(kind: str, events: list[dict[str, Any]]) -> dict[str, Any]:
    return next(event for event in events if event["kind"] == kind)


def into(kind: str, **fields: Any) -> Change:
    """Other values in the event of this kind."""
    return lambda events: one(kind, events).update(fields)


def instead(old: str, **other: Any) -> Change:
    """Another event in the place of the one of this kind."""

    def change(events: list[dict[str, Any]]) -> None:
        events[events.index(one(old, events))] = other

    return change


def without(kind: str) -> Change:
    return lambda events: events.remove(one(kind, events))


FORGED = {
    "a reminder to somebody else": (REMINDER, into("letter_written", to="mallory@else.example")),
    "a reminder in other words": (REMINDER, into("letter_written", text="Your application was refused.")),
    "a reminder of which nobody was told": (REMINDER, without("letter_written")),
    "a reminder that was the limit": (REMINDER, into("facts", sort_row="limit")),
    "a reminder that ended the case": (REMINDER, instead("reminded", kind="expired", step="fields")),
    "a limit that ended the case": (LIMIT, instead("deadline_moved", kind="expired", step="fields")),
    "a limit that was put off for longer": (LIMIT, into("deadline_moved", due="2027-04-01T00:00:00.000Z")),
    "a note in other words": (ORDER, into("noted", text="paid")),
    "a note that nobody ordered": (ORDER, lambda events: one("facts", events)["ordered"].update(text="HELP")),
    "a decision in place of a note": (
        ORDER,
        instead("noted", kind="rejected", clerk="operator kim", reason="no"),
    ),
    "an order in a clerk's name": (
        ORDER,
        lambda events: one("facts", events)["ordered"].update(clerk="morgan@staff.desk.example"),
    ),
    "a deed in a clerk's name": (ORDER, into("commands_run", clerk="morgan@staff.desk.example")),
    "an order of which somebody else was told": (ORDER, into("letter_written", to="morgan@staff.desk.example")),
}
"""What is forged, in which entry, and how."""


def test_nothing_forged_raises_no_alarm(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = replayed(desk, capsys)
    assert (code, "7  decided again, and equal" in said, "NOTE asked the institute" in said) == (0, True, True), said


@pytest.mark.parametrize(("seq", "change"), FORGED.values(), ids=FORGED)
def test_a_deadline_or_an_order_that_was_written_anew_is_decided_otherwise_by_the_same_program(
    seq: int, change: Change, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    resealed(desk, lambda entry: change(entry["events"]) if entry["seq"] == seq else None)
    assert cli.main(["--config", str(desk / "mailbot.toml"), "verify"]) == 0, "the chain fits"
    code, said = replayed(desk, capsys)
    assert (code, f"entry {seq}: decided otherwise by the same program" in said) == (1, True), said


@pytest.mark.parametrize("seq", [REMINDER, LIMIT])
def test_a_deadline_that_is_said_to_have_come_before_its_time_is_decided_otherwise(
    seq: int, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The instants before it and after it still go on."""
    early = to_text(NOW + timedelta(hours=2, minutes=seq))
    resealed(desk, lambda entry: entry.update(at=early) if entry["seq"] == seq else None)
    code, said = replayed(desk, capsys)
    assert (code, f"entry {seq}: decided otherwise by the same program" in said) == (1, True), said


def test_an_order_forged_with_all_that_it_does_is_listed_in_the_words_that_it_has_now(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing but the log tells of an order, so whoever is said to have given it has to be asked."""

    def forged(entry: dict[str, Any]) -> None:
        if entry["seq"] == ORDER:
            old, new = "asked the institute about it", "asked the police about it"
            words = json.dumps(entry["events"]).replace(old, new)
            assert block(old) in words
            entry["events"] = json.loads(words.replace(block(old), block(new)))

    resealed(desk, forged)
    code, said = replayed(desk, capsys)
    assert code == 0, said
    assert "by order at the shell: nothing but the log tells of it" in said
    assert "NOTE asked the police about it" in said


SAYS_ITSELF = {
    "adopted": (None, Adopted()),
    "a mail put away": (None, QuarantineDismissed(mail="a" * 64, reason="done")),
    "a letter that is never sent": (WHOLE, LetterDropped(letter=f"{WHOLE}.1")),
}


@pytest.mark.parametrize(("case", "event"), SAYS_ITSELF.values(), ids=SAYS_ITSELF)
def test_an_order_that_says_itself_what_it_does_is_listed_and_raises_the_alarm_without_whoever_gave_it(
    case: str | None, event: Event, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(appended(desk, case, Facts(sort="order", operator=OPERATOR), event))
    code, said = replayed(desk, capsys)
    assert (code, "entry 10: by order at the shell: nothing but the log tells of it" in said) == (0, True), said

    def nobodys(entry: dict[str, Any]) -> None:
        if entry["seq"] == 10:
            entry["events"][0]["operator"] = None

    resealed(desk, nobodys)
    code, said = replayed(desk, capsys)
    assert (code, "entry 10: cannot be decided again, and no order says why" in said) == (1, True), said
