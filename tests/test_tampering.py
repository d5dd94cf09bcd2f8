"""The table of docs/tampering.md, a test a row: what somebody does to a desk's folder, and what shows it."""

import asyncio
import io
import json
import os
import re
import shutil
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from carrying import here
from reading_here import reader_here
from report_help import desk_in
from worlds import World, application, question

from mailbot import cli, desks
from mailbot.cli import progress
from mailbot.cli.progress import Bar
from mailbot.core import chain
from mailbot.core import events as e
from mailbot.edge.account import Account
from mailbot.edge.postman import Sent
from mailbot.edge.signing import load_signing_key, make_signing_key
from mailbot.flow.delivery import Sending
from mailbot.flow.intake import Delivered, take_in
from mailbot.flow.routine import tell_auditors
from mailbot.store import Draft
from mailbot.store.files import FileStore
from mailbot.store.files import verify as verifying
from mailbot.store.files.beside import Told
from mailbot.store.files.examining import examine

T = TypeVar("T")
DESK = "HELPDESK"
NOON = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
NOWHERE = Account("127.0.0.1", 9, "none", "", "")
TABLE = Path(__file__).parent.parent / "docs" / "tampering.md"


class Relay:
    """Takes every letter and keeps it as whoever gets it would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    async def connect(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, sender: str, recipient: str, raw: bytes) -> Sent:
        (self.folder / f"{recipient}-{len(list(self.folder.iterdir()))}.eml").write_bytes(raw)
        return Sent("250 ok")


@dataclass(frozen=True)
class Desk:
    """A desk's folder, the letters that went out, and what an auditor is told about it."""

    folder: Path
    letters: Path

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def journal(self) -> Path:
        (path,) = (self.state / "journal").glob("*.jsonl")
        return path

    @property
    def lines(self) -> list[bytes]:
        return self.journal.read_bytes().splitlines(keepends=True)

    def write(self, lines: list[bytes]) -> None:
        self.journal.write_bytes(b"".join(lines))

    def line(self, kind: str) -> int:
        """The place of the first line with such an event."""
        return next(at for at, line in enumerate(self.lines) if f'"kind":"{kind}"'.encode() in line)

    def letter(self, to: str) -> Path:
        """The last letter to that address."""
        return sorted(self.letters.glob(f"{to}-*.eml"))[-1]

    def verify(self, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = cli.main(["--config", str(self.folder / "mailbot.toml"), "verify", *words])
        said = capsys.readouterr()
        return code, said.out + said.err


async def live(folder: Path) -> None:
    """Two applications and a question come, and the auditor is told the head; then one more question comes."""
    desk = desks.load(folder / "desk" / "mailbot.toml")
    relay, now = Relay(folder / "letters"), [NOON]
    opened = desks.opened(
        desk.state, desk.rules, desk.texts, desk.keys, files=desk.files, signer=desk.signer, clock=lambda: now[0]
    )
    async with opened as tools, reader_here(desk.rules) as reader:
        for raws in ([application(1), question(1)], [application(2)], [question(2)]):
            await take_in(tools, reader, [Delivered(raw) for raw in raws], lambda: now[0])
            await Sending(tools, lambda: now[0]).all_due(here(tools, [relay]))
            await tell_auditors(tools, lambda: now[0])
            await Sending(tools, lambda: now[0]).all_due(here(tools, [relay]))
            now[0] += timedelta(minutes=5)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tampering")
    world = World.make(folder / "desk", NOWHERE, NOWHERE, adopted=False)
    settings = world.folder / "mailbot.toml"
    settings.write_text('[desk]\nsigning_key = "head.pem"\n\n' + settings.read_text())
    make_signing_key(world.folder / "head.pem")
    rules = world.folder / "rules" / "desk.toml"
    rules.write_text(rules.read_text().replace("auditors = []", 'auditors = ["auditor@audit.example"]'))
    (world.folder / "rules" / "files" / "map.pdf").write_bytes(b"%PDF-1.4\n")
    asyncio.run(live(folder))
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    shutil.copytree(made / "desk", tmp_path / "desk")
    return Desk(tmp_path / "desk", made / "letters")


def fields(line: bytes) -> dict:
    return json.loads(line)


def with_fields(line: bytes, **changed: object) -> bytes:
    """A line with other values, in canonical form, its hashes as they were."""
    return chain.canonical({**fields(line), **changed}) + b"\n"


def recomputed(lines: list[bytes]) -> list[bytes]:
    """The same events sealed anew from the beginning, every hash made to fit."""
    made, prev = [], chain.genesis(DESK)
    for line in lines:
        line, prev = chain.seal({key: fields(line)[key] for key in chain.UNSEALED}, prev, fields(line)["salt"])
        made.append(line)
    return made


def flipped(desk: Desk) -> None:
    at, lines = desk.line("letter_written"), desk.lines
    where = lines[at].index(b"person1@")
    lines[at] = lines[at][:where] + bytes([lines[at][where] ^ 1]) + lines[at][where + 1 :]
    desk.write(lines)


def removed(desk: Desk) -> None:
    at, lines = desk.line("letter_sent"), desk.lines
    desk.write([*lines[:at], *lines[at + 1 :]])


def added(desk: Desk) -> None:
    """Sealed as the desk would have done it."""
    at, lines = desk.line("letter_sent"), desk.lines
    before = fields(lines[at])
    more = {**{key: before[key] for key in chain.UNSEALED}, "seq": before["seq"] + 1}
    line, _ = chain.seal(more, before["hash"], "0" * 32)
    desk.write([*lines[: at + 1], line, *lines[at + 1 :]])


def swapped(desk: Desk) -> None:
    at, lines = desk.line("letter_sent"), desk.lines
    desk.write([*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]])


def key_added(desk: Desk) -> None:
    at, lines = desk.line("letter_sent"), desk.lines
    desk.write([*lines[:at], with_fields(lines[at], note="by hand"), *lines[at + 1 :]])


def key_twice(desk: Desk) -> None:
    at, lines = desk.line("case_opened"), desk.lines
    desk.write([*lines[:at], lines[at].replace(b'"case":', b'"case":null,"case":', 1), *lines[at + 1 :]])


def nulled(desk: Desk) -> None:
    at, lines = desk.line("case_opened"), desk.lines
    desk.write([*lines[:at], with_fields(lines[at], events=None, salt=None), *lines[at + 1 :]])


def cut(desk: Desk) -> None:
    """The last mail's entries go, and with them its raw mail and the casebook, so that what is left fits together."""
    lines = desk.lines
    last = next(at for at in reversed(range(len(lines))) if fields(lines[at])["mail"])
    digest = fields(lines[last])["mail"]
    desk.write(lines[:last])
    (desk.state / "mail" / digest[:2] / digest).unlink()
    shutil.rmtree(desk.state / "cases")


def all_recomputed(desk: Desk) -> None:
    at, lines = desk.line("case_opened"), desk.lines
    lines[at] = lines[at].replace(b"Plant genomics", b"Fish genomics")
    assert lines != desk.lines
    desk.write(recomputed(lines))
    shutil.rmtree(desk.state / "cases")


def some_mail(desk: Desk) -> Path:
    digest = fields(desk.lines[desk.line("case_opened")])["mail"]
    return desk.state / "mail" / digest[:2] / digest


def mail_changed(desk: Desk) -> None:
    mail = some_mail(desk)
    mail.write_bytes(mail.read_bytes().replace(b"Yata", b"Yato"))


def mail_emptied(desk: Desk) -> None:
    some_mail(desk).write_bytes(b"")


def mail_removed(desk: Desk) -> None:
    some_mail(desk).unlink()


def casebook_changed(desk: Desk) -> None:
    book = desk.state / "cases" / "open.json"
    book.write_bytes(book.read_bytes().replace(b"Plant genomics", b"Fish genomics"))


def kept(desk: Desk, folder: str) -> Path:
    """The file with the rules, or the program, that the last entry names."""
    name = fields(desk.lines[-1])[{"rules": "rules", "programs": "program"}[folder]]
    return desk.state / folder / f"{name}.json"


def rules_changed(desk: Desk) -> None:
    path = kept(desk, "rules")
    path.write_bytes(path.read_bytes().replace(b"ACCEPT", b"REFUSE"))


def rules_removed(desk: Desk) -> None:
    kept(desk, "rules").unlink()


def rules_file_changed(desk: Desk) -> None:
    path = next((desk.state / "rules" / "files").iterdir())
    path.write_bytes(path.read_bytes() + b" ")


def program_changed(desk: Desk) -> None:
    path = kept(desk, "programs")
    path.write_bytes(path.read_bytes().replace(b"mailbot", b"mailbat"))


ROWS: dict[str, tuple[Callable[[Desk], None], str]] = {
    "a byte flipped": (flipped, r"line \d+: `body` of entry \d+ does not fit its events"),
    "a line removed": (removed, r"line \d+: entry \d+ follows entry \d+"),
    "a line added": (added, r"line \d+: entry \d+ follows entry \d+"),
    "lines swapped": (swapped, r"line \d+: entry \d+ follows entry \d+"),
    "a key added": (key_added, r"line \d+: an entry has exactly the keys .* too many: \['note'\]"),
    "a key twice": (key_twice, r"line \d+: the line is not in canonical form"),
    "events nulled without order": (
        nulled,
        r"line \d+: the events of entry \d+ are gone and no Erased event names them",
    ),
    "the end cut off": (cut, "THE END OF THE LOG WAS CUT OFF"),
    "the whole journal re-computed": (all_recomputed, "THE LOG WAS REWRITTEN"),
    "a raw mail changed": (mail_changed, r"mail [0-9a-f]{64} was changed after it was kept"),
    "a raw mail emptied": (mail_emptied, r"mail [0-9a-f]{64} is empty, but no order erased it"),
    "a raw mail removed": (mail_removed, r"mail [0-9a-f]{64} is named by an entry, but not kept"),
    "the casebook changed": (casebook_changed, r"case \d{4}-\d{5} in the casebook is not what the journal adds up to"),
    "kept rules changed": (rules_changed, r"rules/[0-9a-f]{64}\.json: it was changed after it was kept"),
    "kept rules removed": (rules_removed, r"rules/[0-9a-f]{64}\.json: it is not kept any more"),
    "a file of the rules changed": (rules_file_changed, r"rules/files/[0-9a-f]{64}: it was changed after it was kept"),
    "a kept program changed": (program_changed, r"programs/[0-9a-f]{64}\.json: it was changed after it was kept"),
}
"""What is done, and what `verify` says of it."""
OUTSIDE = ("the end cut off", "the whole journal re-computed")
"""What only somebody outside can show."""
IN_THE_CHAIN = list(ROWS)[: list(ROWS).index("the end cut off")]


def rows() -> dict[str, str]:
    """The rows of the table in the docs: what is done, and what shows it."""
    text = TABLE.read_text(encoding="utf-8").partition("## What shows tampering")[2]
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {row[0]: row[1] for row in cells[1:]}


def test_every_row_of_the_table_has_its_test_and_every_test_its_row() -> None:
    assert rows().keys() == ROWS.keys()
    assert {what for what, shown in rows().items() if "`--head`" in shown} == set(OUTSIDE)


def test_a_folder_nobody_touched_fits_with_and_without_what_is_known_outside(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.verify(capsys)[0] == 0
    letters = sorted(desk.letters.glob("*.eml"))
    assert len(letters) > 5
    for letter in letters:
        code, said = desk.verify(capsys, "--head", str(letter))
        assert code == 0, said
        assert "is as it is known outside" in said


@pytest.mark.parametrize("what", [what for what in ROWS if what not in OUTSIDE])
def test_it_is_shown_by_the_folder_itself(what: str, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    tamper, words = ROWS[what]
    tamper(desk)
    code, said = desk.verify(capsys)
    assert code == 1
    assert re.search(words, said), said


@pytest.fixture
def three_processes(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Cases are folded and mails read in processes of their own, however short the journal is; it says so of each."""
    asked, beside = list[bool](), verifying.beside

    def noted(work: Callable[[Told], T], *, apart: bool) -> AbstractContextManager[Callable[[Told], T]]:
        asked.append(apart)
        return beside(work, apart=apart)

    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1})
    monkeypatch.setattr(verifying, "LONG", 0)
    monkeypatch.setattr(verifying, "beside", noted)
    return asked


@pytest.mark.parametrize("what", ["nothing", *ROWS])
def test_three_processes_say_what_one_says(
    what: str, desk: Desk, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    if what != "nothing":
        ROWS[what][0](desk)
    alone = desk.verify(capsys)
    asked = request.getfixturevalue("three_processes")
    assert desk.verify(capsys) == alone
    assert all(asked)
    assert asked or what != "nothing"


@pytest.mark.usefixtures("three_processes")
@pytest.mark.parametrize("what", ["nothing", "a raw mail changed", "the casebook changed", "kept rules changed"])
def test_three_processes_do_not_begin_again_where_the_journal_is_whole(
    what: str, desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(verifying.Looking, "alone")
    if what != "nothing":
        ROWS[what][0](desk)
    code, said = desk.verify(capsys)
    assert (code, "2 cases fit the journal" in said) == (what != "nothing", True)


def test_a_case_without_a_number_is_shown_with_its_line(desk: Desk) -> None:
    store, lines = FileStore.read(desk.state, DESK), desk.lines
    at = desk.line("case_opened")
    desk.write(recomputed([line.replace(fields(lines[at])["case"].encode(), b"nonsense") for line in lines]))
    found = store.verify()
    assert found.chain.ok
    assert [one for one in found.problems if f"2026-11.jsonl, line {at + 1}: " in one]


def test_of_two_lines_that_mean_nothing_the_first_is_shown(desk: Desk) -> None:
    store, lines = FileStore.read(desk.state, DESK), desk.lines
    at = desk.line("case_opened")
    lines = [line.replace(fields(lines[at])["case"].encode(), b"nonsense") for line in lines]
    after = max(number for number, line in enumerate(lines) if b'"mail_joined"' in line)
    lines[after] = lines[after].replace(b'"mail_joined"', b'"mail_joinex"')
    desk.write(recomputed(lines))
    (problem,) = store.verify().problems
    assert at < after
    assert f"2026-11.jsonl, line {at + 1}: " in problem


FORGED = {
    "a case that is none": lambda line: line.replace(b'"case":"2026-00001"', b'"case":"nonsense"'),
    "a kind that nobody counts and nobody knows": lambda line: line.replace(b'"mail_joined"', b'"mail_joinex"'),
    "a kind that is counted, with a key too many": lambda line: line.replace(b'"template":', b'"sum":1,"template":'),
    "an event that is none": lambda line: line.replace(b'"events":[{"added"', b'"events":[{"added":false},7,{"added"'),
    "a case that was not opened": lambda line: line.replace(b'"case_opened"', b'"reopened"'),
    "a letter that was not written": lambda line: line.replace(b'"letter":"2026-00001.1"', b'"letter":"2026-00001.9"'),
}


@pytest.mark.parametrize("what", FORGED)
def test_three_processes_say_what_one_says_of_a_whole_chain_of_entries_that_mean_nothing(
    what: str, desk: Desk, three_processes: list[bool]
) -> None:
    store, written = FileStore.read(desk.state, DESK), desk.lines
    forged = recomputed([FORGED[what](line) for line in written])
    assert forged != written
    desk.write(forged)
    found = store.verify()
    assert found.chain.ok
    assert found.problems
    assert not three_processes
    assert store.verify(apart=True) == found
    assert three_processes == [True, True]


def test_cases_that_lie_in_each_others_places_are_shown(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    book = desk.state / "cases" / "open.json"
    tables = json.loads(book.read_bytes())
    (cases,) = (table for name, table in tables.items() if name != "index")
    first, second = list(cases)[:2]
    cases[first], cases[second] = cases[second], cases[first]
    book.write_text(json.dumps(tables), encoding="utf-8")
    code, said = desk.verify(capsys)
    assert code == 1
    assert said.count("in the casebook is not what the journal adds up to") == 2


@pytest.mark.parametrize("what", IN_THE_CHAIN)
def test_it_is_shown_also_where_the_casebook_is_gone_and_by_the_one_file_alone(
    what: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper, words = ROWS[what]
    tamper(desk)
    shutil.rmtree(desk.state / "cases")
    code, said = desk.verify(capsys)
    assert code == 1
    assert re.search(words, said), said
    assert chain.main([DESK, str(desk.state / "journal")]) == 1
    assert re.search(words, capsys.readouterr().out)


@pytest.mark.parametrize("what", OUTSIDE)
def test_it_is_shown_by_whoever_keeps_a_letter_and_by_nothing_else(
    what: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper, words = ROWS[what]
    before = desk.lines
    tamper(desk)
    code, said = desk.verify(capsys)
    assert code == 0, said
    common = next(at for at, line in enumerate(before) if line not in desk.lines)
    shown = 0
    for letter in sorted(desk.letters.glob("*.eml")):
        known = chain.log_line(letter.read_bytes())
        assert known is not None
        code, said = desk.verify(capsys, "--head", str(letter))
        assert (code, words in said) == ((1, True) if known.seq > common else (0, False))
        shown += code
        assert chain.main([DESK, str(desk.state / "journal"), "--head", str(letter)]) == code
    assert shown


def test_the_whole_journal_recomputed_is_shown_by_the_auditors_letter_and_by_its_hash(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    told = fields(desk.lines[desk.line("head_told")])["events"][1]
    all_recomputed(desk)
    code, said = desk.verify(capsys, "--head", str(desk.letter("auditor@audit.example")))
    assert (code, "THE LOG WAS REWRITTEN" in said, "signature: fits" in said) == (1, True, True)
    code, said = desk.verify(capsys, "--head", told["hash"])
    assert (code, "REWRITTEN OR CUT OFF" in said) == (1, True)


def test_a_cut_that_leaves_casebook_or_mails_is_shown_by_them(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(desk.lines[:-1])
    assert "it knew entry" in desk.verify(capsys)[1]
    shutil.rmtree(desk.state / "cases")
    assert desk.verify(capsys)[0] == 0, "the result of a letter is gone, and nothing misses it"
    desk.write(desk.lines[: desk.line("case_opened")])
    code, said = desk.verify(capsys)
    assert (code, "no entry names it" in said) == (1, True)


def test_a_letter_that_is_not_what_was_signed_is_told_apart(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letter, key = desk.letter("auditor@audit.example"), load_signing_key(desk.folder / "head.pem").public
    assert "signature: fits" in desk.verify(capsys, "--head", str(letter))[1]
    other = make_signing_key(tmp_path / "other.pem").public
    code, said = desk.verify(capsys, "--head", str(letter), "--key", other)
    assert (code, "THE SIGNATURE DOES NOT FIT" in said) == (1, True)
    (desk.folder / "head.pem").unlink()
    code, said = desk.verify(capsys, "--head", str(letter))
    assert (code, "key that is not known here" in said) == (0, True)
    assert desk.verify(capsys, "--head", str(letter), "--key", key)[0] == 0
    text = chain.texts(letter.read_bytes())[0]
    changed = tmp_path / "changed.eml"
    changed.write_text(text.replace("cases-open ", "cases-open 1"))
    code, said = desk.verify(capsys, "--head", str(changed))
    assert (code, "THE SIGNATURE DOES NOT FIT" in said) == (1, True)


def test_what_somebody_wrote_into_a_letter_is_no_head(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = chain.texts(desk.letter("auditor@audit.example").read_bytes())[0]
    told = letter[letter.index("mailbot-head 2") : letter.index("public-key")]
    quoted = tmp_path / "quoted.eml"
    other = chain.texts(desk.letter("person1@uni.example").read_bytes())[0]
    forged = re.sub(r"hash \w+", "hash " + "0" * 64, told) + f"public-key {'1' * 64}\n" + f"signature {'2' * 64}\n" * 2
    for words in (forged, forged.replace("desk HELPDESK", "desk OTHER")):
        quoted.write_text(words + other)
        assert desk.verify(capsys, "--head", str(quoted))[0] == 0
    quoted.write_text(forged)
    assert desk.verify(capsys, "--head", str(quoted))[0] == 1, "by itself it is what it says"


def test_whoever_names_a_key_wants_a_signature(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, text = (
        load_signing_key(desk.folder / "head.pem").public,
        chain.texts(desk.letter("auditor@audit.example").read_bytes())[0],
    )
    stripped = tmp_path / "stripped.eml"
    stripped.write_text(re.sub(r"(?m)^(public-key|fingerprint|signature) .*\n", "", text))
    assert desk.verify(capsys, "--head", str(stripped))[0] == 0
    for letter in (stripped, desk.letter("person1@uni.example")):
        code, said = desk.verify(capsys, "--head", str(letter), "--key", key)
        assert (code, "error: signature: the letter has none" in said) == (1, True)
        assert said.splitlines()[-1] == "NOT EVERYTHING FITS: 1 problem"


class Screen(io.StringIO):
    """What a terminal is shown."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("out", "shown"), [(Screen, True), (io.StringIO, False)])
def test_how_far_it_is_is_shown_on_a_terminal_and_nowhere_else(
    out: Callable[[], io.StringIO], shown: bool, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    show_how_far_it_is(out(), shown, desk, monkeypatch)


@pytest.mark.usefixtures("three_processes")
def test_how_far_it_is_is_shown_also_of_three_processes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    show_how_far_it_is(Screen(), True, desk, monkeypatch)


def show_how_far_it_is(screen: io.StringIO, shown: bool, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    monkeypatch.setattr(sys, "stderr", screen)
    assert cli.main(["--config", str(desk.folder / "mailbot.toml"), "verify"]) == 0
    lines = re.findall(r"\r(\w[\w ]*?) +\[[# ]{30}\] +(\d+)%", screen.getvalue())
    assert bool(lines) == shown
    done = {step for step, share in lines if share == "100"}
    assert done == ({"the chain", "the raw mails", "the cases"} if shown else set())


def test_the_result_is_there_for_programs_too(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = desk.verify(capsys, "--json", "--head", str(desk.letter("auditor@audit.example")))
    found = json.loads(said)
    assert (code, found["ok"], found["desk"], found["signature"]) == (0, True, DESK, "fits")
    assert [one["state"] for one in found["outside"]] == ["fits", "fits"]
    assert found["mails"]["fit"] == len({fields(line)["mail"] for line in desk.lines} - {None})
    flipped(desk)
    code, said = desk.verify(capsys, "--json")
    found = json.loads(said)
    assert (code, found["ok"], found["chain"][0]["kind"]) == (1, False, "error")


def test_a_copy_of_the_state_alone_is_enough(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(desk.state, tmp_path / "audit" / "copy")
    public = load_signing_key(desk.folder / "head.pem").public
    letter = str(desk.letter("auditor@audit.example"))
    monkeypatch.chdir(tmp_path / "audit")
    capsys.readouterr()
    assert cli.main(["verify", "--state", "copy", "--head", letter, "--key", public]) == 0
    said = capsys.readouterr()
    assert "desk HELPDESK:" in said.out
    assert said.err == ""
    (journal,) = Path("copy", "journal").glob("*.jsonl")
    journal.write_bytes(journal.read_bytes().replace(b"Plant genomics", b"Plant genetics", 1))
    assert cli.main(["verify", "--state", "copy"]) == 1


def test_without_settings_an_auditor_is_told_of_the_way_that_needs_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["verify"]) == 2
    said = capsys.readouterr().err
    assert "mailbot verify --state DIR" in said
    assert "init" not in said


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (None, "found no folder `journal` in it"),
        ("", "python chain.py DESK"),
        ("{", "python chain.py DESK"),
        ('{"events":null}', "python chain.py DESK"),
        ('{"events":[{"kind":"desk_opened","desk":7}]}', "python chain.py DESK"),
    ],
)
def test_a_state_that_does_not_say_whose_it_is_is_said_to_be_so(
    first: str | None, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if first is not None:
        (tmp_path / "journal").mkdir()
        (tmp_path / "journal" / "2026-11.jsonl").write_text(first + "\n")
    assert cli.main(["verify", "--state", str(tmp_path)]) == 2
    assert why in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (
            ["--head", "no-such-file.eml"],
            "no-such-file.eml: wanted a hash (64 digits) or the file of a letter: No such file or directory\n",
        ),
        (["--head", "{rules}"], "found no line `log`"),
        (["--head", "{other}"], "a letter of the desk OTHER, wanted one of HELPDESK"),
        (["--head", "{letter}", "--key", "abc"], "wanted an Ed25519 public key"),
        (["--key", "ab" * 32], "wanted --head"),
    ],
)
def test_what_cannot_be_verified_is_said_and_has_an_exit_status_of_its_own(
    words: list[str], why: str, desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = desk.letter("auditor@audit.example")
    (tmp_path / "other.eml").write_text(chain.texts(letter.read_bytes())[0].replace("desk HELPDESK", "desk OTHER"))
    files = {"rules": desk.folder / "rules" / "desk.toml", "letter": letter, "other": tmp_path / "other.eml"}
    code, said = desk.verify(capsys, *(word.format(**files) for word in words))
    assert (code, why in said) == (2, True), said


@pytest.mark.parametrize("what", ["the folder above", "a journal whose files are gone"])
def test_a_folder_without_a_journal_proves_nothing(what: str, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    state = desk.folder / "state"
    if what != "the folder above":
        for gone in ("cases", "mail"):
            shutil.rmtree(state / gone)
        for path in (state / "journal").glob("*.jsonl"):
            path.unlink()
        code, said = desk.verify(capsys)
        assert (code, "found no entry of a journal" in said) == (2, True), said
        assert chain.main([DESK, str(state / "journal")]) == 2
    assert chain.main([DESK, str(state)]) == 2
    told = capsys.readouterr().out
    assert f"{state}: found no file of a journal" in told
    assert "whole" not in told


def test_a_journal_without_an_entry_is_not_called_whole(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (journal,) = (desk.folder / "state" / "journal").glob("*.jsonl")
    journal.write_bytes(b"")
    assert chain.main([DESK, str(journal.parent)]) == 1
    assert "there is no entry, so nothing is proven" in capsys.readouterr().out


def test_what_a_service_at_work_writes_meanwhile_is_no_fault(tmp_path: Path) -> None:
    """While the chain is read, a closed case gets one more entry and another one is opened and closed."""
    folder = desk_in(tmp_path / "desk")
    at, person = datetime(2026, 4, 10, tzinfo=UTC), "x@uni.example"
    opened = e.CaseOpened(form="new-account", language="en", applicant=person)
    happened = [
        Draft(at, "2026-00003", None, "a" * 64, "b" * 64, (e.AddressWorks(address="person3@uni.example"),)),
        Draft(at, "2026-00005", None, "a" * 64, "b" * 64, (e.Facts(sort="x"), opened, e.Withdrawn(by=person))),
    ]

    async def at_work() -> None:
        with FileStore.open(folder / "state", DESK) as store:
            for draft in happened:
                async with store.batch() as batch:
                    batch.append(draft)
            happened.clear()
            store.checkpoint()

    def progress(step: str, done: int, of: int) -> None:
        if happened:
            thread = threading.Thread(target=lambda: asyncio.run(at_work()))
            thread.start()
            thread.join()

    busy = examine(folder / "state", DESK, (), progress)
    assert not happened
    assert [one for one in busy.problems if "case" in one] == []
    data = json.loads((path := folder / "state" / "cases" / "closed" / "2026000.json").read_bytes())
    (document,) = (table["2026000003"] for table in data.values() if "2026000003" in table)
    document["seq"] += 1_000
    path.write_text(json.dumps(data), encoding="utf-8")
    assert [one for one in examine(folder / "state", DESK).problems if "case 2026-00003" in one]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_how_far_it_is_stands_on_a_terminal_and_nowhere_else() -> None:
    clock, out = iter(range(100)), Terminal()
    with Bar(out, lambda: float(next(clock))) as bar:
        bar("the chain", 50, 200)
        bar("the raw mails", 3, 3)
    assert out.getvalue() == (
        f"\rthe chain        [{'#' * 7}{' ' * 23}]  25%\rthe raw mails    [{'#' * 30}] 100%\r{' ' * 54}\r"
    )
    silent = io.StringIO()
    with Bar(silent) as bar:
        bar("the chain", 1, 2)
    assert silent.getvalue() == ""
