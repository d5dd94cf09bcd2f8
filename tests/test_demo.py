"""The demo is the first thing anybody sees: it must run, end well, and show everything it promises."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mailbot import demo
from mailbot.demo import mails


def mailbot(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mailbot", *words], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, float]:
    folder = tmp_path_factory.mktemp("demo")
    began = time.monotonic()
    done = mailbot("demo", "--keep", "kept", cwd=folder)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert done.stderr == ""
    return folder / "kept", done.stdout, time.monotonic() - began


def test_it_takes_less_than_twenty_seconds(kept: tuple[Path, str, float]) -> None:
    assert kept[2] < 20


@pytest.mark.parametrize(
    "shown",
    [
        "a complete application in English",
        "three fields missing, one wrong",
        "her answer, filled in inside the quote",
        "AGREE",
        "同意します",
        "forged: a clerk's From, no token",
        "→ no case, done: refused",
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


def test_it_shows_each_mail_on_one_line(kept: tuple[Path, str, float]) -> None:
    shown = kept[1].partition("LETTERS THAT WENT OUT")[0].strip().splitlines()[2:]
    assert len(shown) == 14
    assert all(" → " in line for line in shown)


def test_it_fails_and_says_so_if_a_mail_does_not_end_as_it_should(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mails, "QUESTION", mails.ENGLISH_APPLICATION)
    assert demo.main() == 1
    assert "a mail that is no application: missing ['answered']" in capsys.readouterr().out


def test_what_it_keeps_can_be_looked_at(kept: tuple[Path, str, float]) -> None:
    folder = kept[0]
    assert (folder / "mailbot.toml").exists()
    assert len(list((folder / "letters").glob("*.eml"))) >= 10
    assert mailbot("verify", cwd=folder).returncode == 0
    cases = [json.loads(line) for line in mailbot("cases", "--json", cwd=folder).stdout.splitlines()]
    assert {case["status"] for case in cases} == {"done", "rejected"}
    case = json.loads(mailbot("case", cases[0]["number"], "--json", cwd=folder).stdout)
    assert {letter["template"] for letter in case["letters"]} >= {
        "received",
        "consent",
        "review",
        "accepted",
        "task",
        "certificate_posted",
        "completed",
    }
    log = mailbot("log", cases[0]["number"], cwd=folder).stdout.splitlines()
    assert all(cases[0]["number"] in line for line in log)
    assert "the queue is empty" in mailbot("queue", cwd=folder).stdout


def test_no_token_is_in_the_journal_or_in_a_view(kept: tuple[Path, str, float]) -> None:
    folder = kept[0]
    letters = b"".join(path.read_bytes() for path in (folder / "letters").glob("*.eml")).decode()
    macs = {part.split("@")[0].rsplit(".", 1)[1] for part in letters.split("<") if part.startswith("helpdesk+")}
    assert len(macs) >= 10
    said = "".join(path.read_text() for path in (folder / "state" / "journal").glob("*.jsonl"))
    said += mailbot("log", "--json", cwd=folder).stdout + mailbot("cases", "--json", cwd=folder).stdout
    assert not [mac for mac in macs if mac in said]


def test_a_second_demo_in_the_same_folder_is_refused(kept: tuple[Path, str, float]) -> None:
    again = mailbot("demo", "--keep", str(kept[0]), cwd=kept[0])
    assert again.returncode == 2
    assert "name another folder" in again.stderr
