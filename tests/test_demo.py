"""The demo is the first thing anybody sees: it must run, end well, and show everything it promises."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import proofs
import pytest
from forking import mailbot

from benchmarks import casebooks, reports
from mailbot import demo
from mailbot.core.columns import width
from mailbot.demo import day, mails


def said(*words: str, cwd: Path) -> str:
    """What a command prints that ends well."""
    done = mailbot(*words, cwd=cwd)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, float]:
    folder = tmp_path_factory.mktemp("demo")
    began = time.monotonic()
    command = [sys.executable, "-m", "mailbot", "demo", "--keep", "kept"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert done.stderr == ""
    return folder / "kept", done.stdout, time.monotonic() - began


def test_it_takes_less_than_twenty_seconds(kept: tuple[Path, str, float]) -> None:
    """As many times longer as more want to work than the machine has processors for."""
    assert kept[2] < 20 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@pytest.mark.parametrize(
    "shown",
    [
        "a complete application in English",
        "three fields missing, one wrong",
        "her answer, filled in inside the quote",
        "AGREE",
        "同意します",
        "forged: a clerk's From, no token",
        "→ 2026-00001: refused",
        "→ no case, quarantine: quarantined",
        "→ 2026-00001: opened, complete, waits for consent",
        "→ 2026-00002: opened, 4 to be asked, waits for fields",
        "THE QUEUE",
        "THE CASE LOG",
        "the applicant: login works",
        "accepted by",
        "rejected by",
        "VERIFY",
        "mails ended as they should",
    ],
)
def test_it_shows(shown: str, kept: tuple[Path, str, float]) -> None:
    assert shown in kept[1]


def test_before_the_day_begins_it_says_what_happens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said_by_then = []

    async def play(*_: object, **__: object) -> list[str]:
        said_by_then.append(capsys.readouterr().out)
        return []

    monkeypatch.setattr(day, "play", play)
    assert demo.main() == 0
    assert said_by_then == [f"{demo.BEGINS}\n"]


def test_it_shows_each_mail_on_one_line(kept: tuple[Path, str, float]) -> None:
    mail = kept[1].partition("THE DAY'S MAIL")[2].partition("LETTERS THAT WENT OUT")[0]
    shown = mail.strip().splitlines()
    assert len(shown) == 14
    assert all(" → " in line for line in shown)


def test_the_numbers_of_the_log_stand_below_each_other_and_its_lines_fit(kept: tuple[Path, str, float]) -> None:
    log = kept[1].partition("THE CASE LOG")[2].partition("VERIFY")[0].strip("\n").splitlines()
    begun = [line for line in log if re.match(r" *\d+  20", line)]
    assert len(begun) > 40
    assert {line.index("  20") for line in begun} == {3}
    assert all(line.startswith(" " * 5) for line in log if line not in begun)
    assert max(map(width, log)) <= day.TERMINAL


def test_it_fails_and_says_so_if_a_mail_does_not_end_as_it_should(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mails, "QUESTION", mails.ENGLISH_APPLICATION)
    for scene in ("answers", "consents", "clerks", "posted", "login"):
        monkeypatch.setattr(day, f"_{scene}", lambda day: [])
    assert demo.main() == 1
    assert "a mail that is no application: missing ['answered']" in capsys.readouterr().out


def test_it_says_how_to_look_at_what_it_keeps_and_each_of_that_works(kept: tuple[Path, str, float]) -> None:
    told = kept[1][kept[1].index("Settings, state and letters are in kept. Look on with") :].splitlines()[1:]
    assert len(told) == 4
    for line in told:
        said(*line.split()[1:], cwd=kept[0].parent)


def test_nobody_else_may_read_the_password_in_the_settings_it_keeps(kept: tuple[Path, str, float]) -> None:
    assert (kept[0] / "mailbot.toml").stat().st_mode & 0o077 == 0
    assert "secret-exposed" not in mailbot("check", cwd=kept[0]).stdout.decode()


def test_what_it_keeps_can_be_looked_at(kept: tuple[Path, str, float]) -> None:
    folder = kept[0]
    assert (folder / "mailbot.toml").exists()
    assert len(list((folder / "letters").glob("*.eml"))) >= 10
    said("verify", cwd=folder)
    assert "decided again, and equal" in said("replay", cwd=folder)
    cases = [json.loads(line) for line in said("cases", "--json", cwd=folder).splitlines()]
    assert {case["status"] for case in cases} == {"done", "rejected"}
    case = json.loads(said("case", cases[0]["number"], "--json", cwd=folder))
    assert {letter["template"] for letter in case["letters"]} >= {
        "received",
        "consent",
        "review",
        "accepted",
        "task",
        "certificate_posted",
        "completed",
    }
    log = said("log", cases[0]["number"], cwd=folder).splitlines()
    assert all(cases[0]["number"] in line for line in log)
    assert "the queue is empty" in said("queue", cwd=folder)


def test_no_token_is_in_the_state_in_a_view_in_the_report_or_in_what_is_exported(
    kept: tuple[Path, str, float], tmp_path: Path
) -> None:
    folder = kept[0]
    letters = [path.read_bytes() for path in (folder / "letters").glob("*.eml")]
    assert len(proofs.macs(letters)) >= 10
    shown = [proofs.kept(folder / "state")]
    shown += [said(*words, cwd=folder) for words in (["log", "--json"], ["log"], ["cases", "--json"])]
    for case in ("2026-00001", "2026-00002"):
        shown += [said("case", case, *words, cwd=folder) for words in ([], ["--json"])]
    said("report", str(tmp_path / "report"), cwd=folder)
    written = mailbot("export", "--format", "jsonl", "--output", str(tmp_path / "export.jsonl"), cwd=folder)
    assert written.returncode == 0, written.stderr
    pages = [path.read_text(encoding="utf-8") for path in (tmp_path / "report").rglob("*.html")]
    shown += [*pages, (tmp_path / "export.jsonl").read_text(encoding="utf-8")]
    assert len(pages) > 10
    assert "2026-00001.1" in shown[-1]
    assert [proofs.given_away(letters, text) for text in shown if proofs.given_away(letters, text)] == []
    assert proofs.given_away(letters, letters[0].decode()), "it would be found"


def test_a_report_is_measured_with_cases_of_a_year(kept: tuple[Path, str, float], tmp_path: Path) -> None:
    desk = shutil.copytree(kept[0], tmp_path / "desk")
    assert casebooks.multiply(desk, 20) > 200
    figures = reports.reported(desk, tmp_path / "report")
    assert all(value > 0 for value in figures.values())


def test_a_second_demo_in_the_same_folder_is_refused(kept: tuple[Path, str, float]) -> None:
    again = mailbot("demo", "--keep", str(kept[0]), cwd=kept[0])
    assert again.returncode == 2
    assert b"name another folder" in again.stderr
