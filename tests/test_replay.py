"""A journal is decided again: what comes out equal is proven, what does not is named, changed rules are tried on it.

Every conversation is decided again as well, at its end (conversation.py)."""

import asyncio
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from reading_here import patient_reader_here, reader_here
from worlds import World, application, digest, question

from mailbot import cli, desks
from mailbot.cli import replay as replaying_command
from mailbot.core import chain
from mailbot.core.compared import differences, only_worded, same
from mailbot.core.decide import overdue
from mailbot.core.events import (
    Accepted,
    Adopted,
    Answered,
    DeskOpened,
    Event,
    Expired,
    Facts,
    HeadTold,
    LetterFailed,
    LetterSent,
    LetterWritten,
    Noted,
    Operator,
    Rejected,
    SecretDestroyed,
)
from mailbot.edge.account import Account
from mailbot.edge.letters import Letters
from mailbot.flow.intake import Delivered, take_in
from mailbot.flow.reader import Reader, Settings
from mailbot.flow.routine import tell_auditors
from mailbot.store import Draft
from mailbot.store.files import FileStore
from mailbot.store.files.texts import remember

NOW = datetime(2026, 4, 6, 1, tzinfo=UTC)
NOWHERE = Account("127.0.0.1", 9, "none", "", "")
MAILS = [application(1), application(2, without="Telephone"), question(3)]
HEADER = question(4).partition(b"\n\n")[0].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


async def taken_in(folder: Path) -> None:
    """A desk that took in some mails, one a minute; of the last the body was not downloaded."""
    desk = desks.load(folder / "mailbot.toml")
    mails = [*(Delivered(raw) for raw in MAILS), Delivered(HEADER, size=50_000_000)]
    async with (
        desks.opened(desk.state, desk.rules, desk.texts, desk.keys, files=desk.files, clock=lambda: NOW) as tools,
        reader_here(desk.rules) as reader,
    ):
        for minute, mail in enumerate(mails, 1):
            await take_in(tools, reader, [mail], lambda at=NOW + timedelta(minutes=minute): at)
        await tell_auditors(tools, lambda: NOW + timedelta(minutes=30))


def audited(folder: Path) -> Path:
    """A new desk with an auditor, that talks to no server."""
    World.make(folder, NOWHERE, NOWHERE, adopted=False)
    rules = folder / "rules" / "desk.toml"
    rules.write_text(rules.read_text().replace("auditors = []", 'auditors = ["auditor@audit.example"]'))
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = audited(tmp_path_factory.mktemp("replay") / "desk")
    asyncio.run(taken_in(folder))
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Decided again in this process; the first test below and the demo do it as it is done at the shell."""
    monkeypatch.setattr(replaying_command, "patient_reader_for", patient_reader_here)
    return shutil.copytree(made, tmp_path / "desk")


def replayed(desk: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Exit code and output of `mailbot replay` with these words."""
    code = cli.main(["--config", str(desk / "mailbot.toml"), "replay", *words])
    return code, capsys.readouterr().out


def resealed(desk: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The whole journal computed anew, as somebody does it who owns the machine: its chain verifies."""
    rules = desks.look(desk / "mailbot.toml").rules
    for path in sorted((desk / "state" / "journal").glob("*.jsonl")):
        prev, lines = chain.genesis(rules.desk.name), []
        for line in path.read_bytes().splitlines():
            entry = json.loads(line)
            change(entry)
            _retold(entry, prev)
            kept = {key: entry[key] for key in ("seq", "at", "case", "mail", "rules", "program", "more", "events")}
            sealed, prev = chain.seal(kept, prev, entry["salt"])
            lines.append(sealed)
        path.write_bytes(b"".join(lines))
    shutil.rmtree(desk / "state" / "cases")


def _retold(entry: dict[str, Any], prev: str) -> None:
    """What auditors are told of the entry before it fits again; nobody signed it."""
    told = next((event["hash"] for event in entry["events"] if event["kind"] == "head_told"), None)
    for event in entry["events"] if told else ():
        if event["kind"] == "head_told":
            event["hash"] = prev
        if event["kind"] == "letter_written":
            event["text"] = event["text"].replace(told, prev)


def test_a_fresh_journal_is_decided_again_word_for_word_also_of_a_mail_whose_body_was_not_downloaded(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    code, said = replayed(desk, capsys)
    assert code == 0, said
    assert "5  decided again, and equal" in said
    assert "1  facts that were recorded, not decided" in said
    assert "entry" not in said


def test_no_key_is_needed(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "keys.json").unlink()
    assert replayed(desk, capsys)[0] == 0


def test_what_somebody_decided_in_the_programs_place_is_found_though_the_chain_verifies(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def forged(entry: dict[str, Any]) -> None:
        for event in entry["events"] if entry["seq"] == 2 else ():
            if event["kind"] == "fields_read":
                event["values"]["telephone"] = "+81 3-0000-0000"

    resealed(desk, forged)
    assert cli.main(["--config", str(desk / "mailbot.toml"), "verify"]) == 0
    code, said = replayed(desk, capsys)
    assert code == 1
    assert "entry 2: decided otherwise by the same program" in said
    assert "1.events.4:fields_read.values.telephone" in said
    assert "was  +81 3-0000-0000" in said
    assert "now  +81 55-981-0000" in said


@pytest.mark.parametrize(
    ("kept", "expected", "said"),
    [
        (True, 3, "entry 4: decided otherwise by this program, which is another one than then"),
        (False, 1, "no order says why: the program that it names is not kept"),
    ],
)
def test_what_another_program_decided_otherwise_has_an_exit_status_of_its_own_if_there_is_such_a_program(
    kept: bool, expected: int, said: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older_program = remember(desk / "state", "program", {"mailbot": "0.0.1"})
    if not kept:
        (desk / "state" / "programs" / f"{older_program}.json").unlink()

    def older(entry: dict[str, Any]) -> None:
        entry["program"] = older_program
        for event in entry["events"]:
            if event["kind"] == "letter_written":
                event["subject"] = "An older subject"

    resealed(desk, older)
    code, out = replayed(desk, capsys)
    assert (code, said in out) == (expected, True), out


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda path: path.write_bytes(path.read_bytes() + b"x"), "its mail was changed after it was kept"),
        (lambda path: path.unlink(), "its mail is not kept any more"),
    ],
)
def test_a_mail_that_is_not_what_was_kept_raises_the_alarm(
    change: Callable[[Path], object], why: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = digest(MAILS[0])
    change(next((desk / "state" / "mail").rglob(name)))
    code, said = replayed(desk, capsys)
    assert code == 1
    assert f"entry 2: cannot be decided again, and no order says why: {why}" in said


def test_a_mail_that_cannot_be_read_now_is_not_said_to_be_decided_otherwise(
    desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailbot.cli.replay.patient_reader_for", lambda desk: Reader(Settings(seconds=0.0)))
    code, said = replayed(desk, capsys)
    assert code == 1
    assert "entry 2: cannot be decided again, and no order says why: its mail could not be read now: took" in said
    assert "decided otherwise" not in said


def test_what_auditors_were_told_of_the_log_is_decided_again(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (journal,) = (desk / "state" / "journal").glob("*.jsonl")
    told = json.loads(journal.read_bytes().splitlines()[-1])
    assert [event["kind"] for event in told["events"]] == ["facts", "head_told", "letter_written"]
    again = json.loads(replayed(desk, capsys, "--json")[1].splitlines()[-2])
    assert (again["entries"], again["verdict"]) == ([told["seq"]], "equal")

    def more_mails(entry: dict[str, Any]) -> None:
        for event in entry["events"]:
            event |= {"mails": 99} if event["kind"] == "head_told" else {}

    resealed(desk, more_mails)
    code, said = replayed(desk, capsys)
    assert (code, "head_told.mails" in said) == (1, True), said


async def appended(desk: Path, case: str | None, *events: Event) -> None:
    """An entry as somebody writes it who may write into the folder."""
    found = desks.load(desk / "mailbot.toml")
    with FileStore.open(found.state, found.rules.desk.name) as store:
        last = await store.entry(store.head.seq)
        assert last
        async with store.batch() as batch:
            batch.append(Draft(NOW + timedelta(hours=1), case, None, last.rules, last.program, events))


OPERATOR = Operator(user="kim", nonce="0" * 32)


def test_a_mail_that_was_destroyed_by_order_is_counted_and_one_that_was_only_emptied_raises_the_alarm(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    next((desk / "state" / "mail").rglob(digest(MAILS[0]))).write_bytes(b"")
    code, said = replayed(desk, capsys)
    assert (code, "entry 2: cannot be decided again, and no order says why: its mail is empty" in said) == (1, True)
    destroyed = SecretDestroyed(mail=digest(MAILS[0]))
    asyncio.run(appended(desk, None, Facts(sort="order", operator=OPERATOR), destroyed))
    code, said = replayed(desk, capsys)
    assert (code, "1  cannot be decided again, since something was erased by order" in said) == (0, True)


@pytest.mark.parametrize(
    ("case", "events"),
    [
        ("2026-00001", (Facts(sort="order"), Accepted(clerk="sato@staff.desk.example", account="root1"))),
        ("2026-00001", (Facts(sort="order", operator=OPERATOR), Rejected(clerk="sato@staff.desk.example", reason="x"))),
        ("2026-00001", (LetterSent(letter="2026-00001.1", answer="250 ok"), Rejected(clerk="a@b.example", reason="x"))),
        (
            "2026-00001",
            (LetterSent(letter="2026-00001.1", answer="250"), LetterFailed(letter="2026-00001.1", code=5, why="")),
        ),
        ("2026-00001", (Facts(sort="mailbox"), Noted(clerk="sato@staff.desk.example", text="x"))),
        ("2026-00001", (Facts(sort="routine"), Noted(clerk="sato@staff.desk.example", text="x"))),
        (None, (Facts(sort="order"), SecretDestroyed(mail="a" * 64))),
        (None, (Facts(sort="order"), DeskOpened(desk="X", address="x@desk.example"))),
        (None, (HeadTold(seq=1, hash="0" * 64, at="2026-04-06T01:00:00.000Z"),)),
        ("2026-00001", (Facts(sort="deadline", sort_row="limit"), Expired(step="fields"))),
    ],
)
def test_what_nothing_brought_about_raises_the_alarm(
    case: str | None, events: tuple[Event, ...], desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(appended(desk, case, *events))
    assert cli.main(["--config", str(desk / "mailbot.toml"), "verify"]) == 0
    capsys.readouterr()
    code, said = replayed(desk, capsys)
    assert (code, "entry 7: " in said) == (1, True), said


def test_a_limit_that_had_not_come_yet_ends_no_case(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The entry is what the program decides of a limit that passed; only it had not."""

    async def too_early() -> None:
        found = desks.load(desk / "mailbot.toml")
        with FileStore.open(found.state, found.rules.desk.name) as store:
            case = await store.case("2026-00002")
            assert case
            decision = overdue(case, "remind", found.rules, NOW + timedelta(hours=1))
        words = [
            Letters(found.rules).words(one, number, "k1")
            for number, one in enumerate(decision.letters, case.last_letter + 1)
        ]
        await appended(desk, case.number, *decision.events, *words)

    asyncio.run(too_early())
    code, said = replayed(desk, capsys)
    assert (code, "entry 7: decided otherwise by the same program" in said) == (1, True), said


def test_orders_from_the_shell_are_listed_for_nothing_but_the_log_tells_of_them(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(appended(desk, None, Facts(sort="order", operator=OPERATOR), Adopted()))
    code, said = replayed(desk, capsys)
    assert code == 0
    assert (
        "entry 7: by order at the shell: nothing but the log tells of it\n  log  -           the operator kim;" in said
    )
    assert "1  by order at the shell: nothing but the log tells of it" in said


def unreadable(entry: dict[str, Any]) -> None:
    """The question, as if it had killed the reader."""
    if entry["seq"] == 4:
        facts = Facts.model_validate({"sort": "unreadable", "place": entry["events"][0]["place"]})
        entry["events"] = [facts.model_dump(mode="json"), {"kind": "quarantined", "reason": "killed the reader"}]


def test_a_mail_that_is_said_to_be_unreadable_is_read_all_the_same(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    resealed(desk, unreadable)
    assert cli.main(["--config", str(desk / "mailbot.toml"), "verify"]) == 0
    code, said = replayed(desk, capsys)
    assert code == 5, said
    assert "entry 4: a mail that could not be read then, by the same program that reads it now" in said


def test_a_mail_that_is_kept_whole_was_not_too_large_to_be_downloaded(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def too_large(entry: dict[str, Any]) -> None:
        if entry["seq"] == 4:
            entry["events"][0]["size"] = 50_000_000

    resealed(desk, too_large)
    code, said = replayed(desk, capsys)
    assert code == 1
    assert "its mail is kept whole, though only the header is said to have been downloaded" in said


def test_an_entry_that_the_log_does_not_have_yet_is_no_beginning(desk: Path) -> None:
    assert cli.main(["--config", str(desk / "mailbot.toml"), "replay", "--since", "20260401"]) == 2


def test_a_rule_set_that_is_gone_raises_the_alarm(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (desk / "state" / "rules").glob("*.json"):
        path.unlink()
    code, said = replayed(desk, capsys)
    assert (code, "the rules it was decided under are not kept" in said) == (1, True)


def changed_rules(desk: Path, old: str, new: str) -> str:
    """A folder of rules, beside its templates, in which a text is another one."""
    folder = desk.parent / "changed"
    shutil.copytree(desk / "rules", folder / "rules")
    shutil.copytree(desk / "templates", folder / "templates")
    found = [path for path in folder.rglob("*.t*") if old in path.read_text(encoding="utf-8")]
    assert found
    for path in found:
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return str(folder / "rules")


def test_changed_rules_are_tried_on_everything_that_came_before_they_are_deployed(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = changed_rules(desk, "general_answers_per_day = ", "general_answers_per_day = 0 # ")
    code, said = replayed(desk, capsys, "--rules", folder)
    assert code == 4
    assert "entry 4: would be decided otherwise" in said
    assert "was  -           mail from asker3@uni.example" in said
    assert "answered_today" in said
    assert "3  decided again, and equal" in said
    assert code != replayed(desk, capsys)[0] == 0


def test_rules_that_only_word_letters_otherwise_decide_the_same(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = changed_rules(desk, "Thank you", "Many thanks")
    code, said = replayed(desk, capsys, "--rules", folder)
    assert (code, "would be decided the same, with letters in other words" in said) == (0, True)


def test_rules_that_are_wrong_are_refused_before_anything_is_decided(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replayed(desk, capsys, "--rules", changed_rules(desk, 'timezone = "', 'timezone = "Nowhere/'))[0] == 2


def test_rules_without_templates_beside_them_are_tried_with_those_of_the_desk(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = changed_rules(desk, "general_answers_per_day = ", "general_answers_per_day = 0 # ")
    shutil.rmtree(Path(folder).parent / "templates")
    assert replayed(desk, capsys, "--rules", folder)[0] == 4


@pytest.mark.parametrize("option", ["--rules", "--templates"])
def test_a_folder_that_is_not_there_is_said_and_nothing_else(
    option: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    words = {"--rules": str(desk / "rules"), "--templates": str(desk / "templates"), option: str(desk / "nowhere")}
    command = ["--config", str(desk / "mailbot.toml"), "replay", *(word for pair in words.items() for word in pair)]
    assert cli.main(command) == 2
    assert capsys.readouterr().err == f"mailbot: {desk / 'nowhere'}: there is no such folder\n"


@pytest.mark.parametrize(("since", "count"), [("4", 3), ("2026-04-06T01:02:30Z", 3), ("2026-04-07", 0), ("1", 6)])
def test_what_came_before_is_only_remembered(
    since: str, count: int, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = replayed(desk, capsys, "--since", since, "--json")
    *rows, total = map(json.loads, said.splitlines())
    assert (code, len(rows), total["decisions"]) == (0, count, count)
    assert {row["verdict"] for row in rows} <= {"equal", "recorded"}


def test_json_says_what_was_decided_and_what_is(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = changed_rules(desk, "general_answers_per_day = ", "general_answers_per_day = 0 # ")
    rows = [json.loads(line) for line in replayed(desk, capsys, "--rules", folder, "--json")[1].splitlines()]
    row = next(row for row in rows if row.get("verdict") == "otherwise")
    assert (row["entries"], row["mail"], row["form"]) == ([4], digest(MAILS[2]), "")
    assert [event["kind"] for event in row["was"][0]["events"]] == ["facts", "answered", "letter_written"]
    assert [event["kind"] for event in row["now"][0]["events"]] == ["facts", "ignored"]


def test_places_that_differ_are_named_and_wording_is_told_from_deciding() -> None:
    words = {"number": 1, "template": "forms", "to": "a@uni.example", "role": "stranger", "key": "k1"}
    letter = LetterWritten(**words, languages=("en",), subject="S", text="one\ntwo")
    was = [(None, (Answered(reason="forms"), letter))]
    now = [(None, (Answered(reason="forms"), letter.model_copy(update={"text": "one\nthree"})))]
    assert same(was, was)
    assert not same(was, now)
    assert only_worded(was, now)
    (place,) = differences(was, now)
    assert (place.place, place.was, place.now) == ("1.events.2:letter_written.text.2", "two", "three")
    assert not only_worded(was, [(None, (Answered(reason="other"), letter))])
