"""What the desk holds can be written out: whole, for a person or a period, and no spreadsheet runs any of it."""

import asyncio
import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_here import reader_here
from test_replay import NOW, NOWHERE
from worlds import World, application, question

from mailbot import cli, desks
from mailbot.cli.export import FORMATS
from mailbot.core.token import LETTER
from mailbot.flow.intake import Delivered, take_in
from mailbot.views.export import COLUMNS, PARTS
from mailbot.views.export.cells import BOM, csv_line, defused, json_line, restored
from mailbot.views.export.workbook import CUT, LONGEST, Workbook

DOCS = Path(__file__).parent.parent / "docs" / "export.md"
FORMULA = "=HYPERLINK(A1)"
MAILS = [
    application(1).replace(b"Plant genomics", FORMULA.encode()),
    application(2).replace(b"Plant genomics", b"-5 degrees; password: hunter2secret"),
    question(3),
]


async def taken_in(folder: Path, mails: Sequence[bytes] = MAILS) -> None:
    desk = desks.load(folder / "mailbot.toml")
    async with (
        desks.opened(desk.state, desk.rules, desk.texts, desk.keys, files=desk.files, clock=lambda: NOW) as tools,
        reader_here(desk.rules) as reader,
    ):
        await take_in(tools, reader, [Delivered(raw) for raw in mails], lambda: NOW)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "desk"
    World.make(folder, NOWHERE, NOWHERE, adopted=False)
    asyncio.run(taken_in(folder))
    return folder


def exported(desk: Path, out: Path, *words: str) -> bytes:
    """What `mailbot export` with these words writes."""
    assert cli.main(["--config", str(desk / "mailbot.toml"), "export", *words, "--output", str(out)]) == 0
    return out.read_bytes()


def rows(desk: Path, out: Path, *words: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in exported(desk, out, "--format", "jsonl", *words).splitlines()]


def test_columns_and_parts_are_those_of_the_docs() -> None:
    told = re.findall(r"(?m)^\| `(\w+)` \| (.+) \|$", DOCS.read_text(encoding="utf-8"))
    assert told == [*COLUMNS.items(), *PARTS.items()]


def test_of_a_person_everything_is_written_and_nothing_of_others(desk: Path, tmp_path: Path) -> None:
    mine = rows(desk, tmp_path / "mine.jsonl", "--person", "Person1@Uni.Example")
    assert {row["case"] for row in mine} == {"2026-00001"}
    assert {row["part"] for row in mine} >= {"case", "field", "letter", "mail", "log"}
    (field,) = (row for row in mine if (row["part"], row["key"]) == ("field", "research_field"))
    assert (field["label"], field["value"]) == ("Research field", FORMULA)
    assert b"person2" not in (tmp_path / "mine.jsonl").read_bytes()
    asked = rows(desk, tmp_path / "asked.jsonl", "--person", "asker3@uni.example")
    assert [row["part"] for row in asked] == ["mail", "letter", "log"]
    assert rows(desk, tmp_path / "none.jsonl", "--person", "nobody@uni.example") == []


def test_a_period_and_a_form_choose(desk: Path, tmp_path: Path) -> None:
    everything = rows(desk, tmp_path / "all.jsonl")
    assert rows(desk, tmp_path / "day.jsonl", "--since", "2026-04-06", "--until", "2026-04-07") == everything
    assert rows(desk, tmp_path / "later.jsonl", "--since", "2026-04-07") == []
    assert {row["form"] for row in rows(desk, tmp_path / "form.jsonl", "--form", "new-account")} == {"new-account"}
    assert cli.main(["--config", str(desk / "mailbot.toml"), "export", "--form", "nothing"]) == 2


def test_how_much_was_written_is_told(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    World.make(tmp_path / "new", NOWHERE, NOWHERE, adopted=False)
    asyncio.run(taken_in(tmp_path / "new", []))
    for folder, many in ((desk, f"{len(rows(desk, tmp_path / 'all.jsonl'))} rows"), (tmp_path / "new", "1 row")):
        capsys.readouterr()
        exported(folder, tmp_path / "out.csv")
        assert capsys.readouterr().err == f"mailbot: {many} written to {tmp_path / 'out.csv'}\n"


def test_the_formats_say_the_same_and_a_spreadsheet_runs_none_of_it(desk: Path, tmp_path: Path) -> None:
    told = [list(row.values()) for row in rows(desk, tmp_path / "a.jsonl")]
    data = exported(desk, tmp_path / "a.csv")
    assert data.startswith(BOM)
    head, *lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert head == list(COLUMNS)
    assert any(f"'{FORMULA}" in line for line in lines)
    assert not any(cell[:1] in tuple("=+-@") and cell for line in lines for cell in line)
    assert [[restored(cell) for cell in line] for line in lines] == told
    exported(desk, tmp_path / "a.xlsx", "--format", "xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    top, *cells = sheet.iter_rows()
    assert [cell.value for cell in top] == list(COLUMNS)
    assert {cell.data_type for row in cells for cell in row if cell.value is not None} == {"s"}
    assert [[cell.value or "" for cell in row] for row in cells] == told


@pytest.mark.parametrize("kind", FORMATS)
def test_a_reader_that_goes_away_is_no_trouble_in_any_format(kind: str, desk: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "mailbot", "--config", str(desk / "mailbot.toml"), "export", "--format", kind]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_workbook_goes_into_a_pipe_as_into_a_file(desk: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mailbot", "--config", str(desk / "mailbot.toml"), "export", "--format", "xlsx"]
    piped = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    exported(desk, tmp_path / "a.xlsx", "--format", "xlsx")
    sheets = [openpyxl.load_workbook(source).active for source in (io.BytesIO(piped), tmp_path / "a.xlsx")]
    assert len({tuple(tuple(cell.value for cell in row) for row in sheet.iter_rows()) for sheet in sheets}) == 1


def test_no_token_and_no_secret_is_in_it_and_only_its_owner_reads_it(desk: Path, tmp_path: Path) -> None:
    data = exported(desk, tmp_path / "a.jsonl", "--format", "jsonl").decode()
    assert re.search(LETTER, data, re.IGNORECASE) is None
    assert "hunter2secret" not in data
    assert "[a password, removed]" in data
    assert (tmp_path / "a.jsonl").stat().st_mode & 0o777 == 0o600


def test_an_erased_entry_is_shown_as_erased(desk: Path, tmp_path: Path) -> None:
    from mailbot.store import Entry
    from mailbot.views.export.entries import entry_rows

    entry = Entry(7, NOW, "2026-00001", "a" * 64, "b" * 64, "c" * 64, False, "d" * 64, None)
    (row,) = entry_rows(entry, None, "")
    assert (row.whose, row.record) == (
        frozenset(),
        {"part": "erased", "seq": "7", "key": "a" * 64, "value": "erased by order"},
    )


@pytest.mark.parametrize(
    "text",
    [
        "=1",
        "+81",
        "-5",
        "@a",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20a",
        " =1",
        "\u3000=1",
        "\u200b=1",
    ],
)
def test_what_could_be_a_formula_is_text_in_csv(text: str) -> None:
    assert defused(text) == f"'{text}"


@given(st.text())
def test_whatever_a_cell_holds_is_had_back(text: str) -> None:
    (line,) = csv.reader(io.StringIO(csv_line([text, "x"]).decode("utf-8", "surrogatepass"), newline=""))
    assert [restored(cell) for cell in line] == [text, "x"]


@pytest.mark.parametrize("text", ["plain", "a=b", "5-5", "日本語", ""])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


def test_a_cell_that_is_too_long_for_excel_is_cut_and_says_so() -> None:
    out = io.BytesIO()
    book = Workbook(out, ["a"])
    book.add(["x" * (LONGEST + 1)])
    book.close()
    value = openpyxl.load_workbook(io.BytesIO(out.getvalue())).active["A2"].value
    assert value.endswith(CUT)
    assert len(value) <= LONGEST


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_people_wrote_is_not_shown_to_a_terminal_as_it_came(
    kind: str, desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert cli.main(["--config", str(desk / "mailbot.toml"), "export", "--format", kind]) == 2
    assert capsys.readouterr().out == ""


def test_lines_of_json_hold_no_sign_that_commands_a_terminal_and_lose_none() -> None:
    text = "a\x1b[31m\x07b\x9b31m\x7f\x85 日本語"
    line = json_line({"value": text})
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", line.decode())
    assert json.loads(line) == {"value": text}
