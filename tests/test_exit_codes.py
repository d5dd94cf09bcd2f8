"""What a command ends with where something else than the log is wrong: a pipe, a folder in a file's place."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from report_help import desk_in

from mailbot.cli import main, work
from mailbot.core import chain


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return desk_in(tmp_path / "desk")


def unread(desk: Path, *words: str, **environment: str) -> tuple[int, str]:
    """Exit code and complaints of a command whose output nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "mailbot", "--config", str(desk / "mailbot.toml"), *words]
    with os.fdopen(writing, "wb") as out:
        done = subprocess.run(
            command, stdout=out, stderr=subprocess.PIPE, env={**os.environ, **environment}, timeout=60, check=False
        )
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_verify_found_is_its_exit_code_also_if_nobody_reads_it(unbuffered: str, desk: Path) -> None:
    journal = min((desk / "state" / "journal").glob("*.jsonl"))
    journal.write_bytes(journal.read_bytes().replace(b"Mika", b"Mira"))
    code, complaints = unread(desk, "verify", PYTHONUNBUFFERED=unbuffered)
    assert code == 1
    assert "BrokenPipe" not in complaints


def test_a_replay_that_nobody_reads_to_its_end_found_nothing_to_be_equal(desk: Path) -> None:
    code, complaints = unread(desk, "replay", PYTHONUNBUFFERED="1")
    assert code == 1
    assert "BrokenPipe" not in complaints


def test_a_list_that_nobody_reads_to_its_end_is_no_fault(desk: Path) -> None:
    assert unread(desk, "log")[0] == 0


@pytest.mark.parametrize("words", ["verify", "log", "replay"])
def test_what_cannot_be_read_is_named_and_is_no_verdict(
    words: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "state" / "journal" / "2026-12.jsonl").mkdir()
    assert main(["--config", str(desk / "mailbot.toml"), words]) == 2
    assert "2026-12.jsonl" in capsys.readouterr().err
    assert chain.main(["HELPDESK", str(desk / "state" / "journal")]) == 2


def test_a_mail_that_cannot_be_read_is_a_problem_and_the_others_are_looked_at(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = "ab" * 32
    (desk / "state" / "mail" / "new" / digest).mkdir()
    (desk / "state" / "mail" / "xy").write_text("")
    assert main(["--config", str(desk / "mailbot.toml"), "verify"]) == 1
    assert f"error: mail {digest} cannot be read: Is a directory" in capsys.readouterr().out


def test_letters_that_a_terminal_lacks_are_written_out(desk: Path) -> None:
    words = ["form", "new-account", "--lang", "ja"]
    command = [sys.executable, "-m", "mailbot", "--config", str(desk / "mailbot.toml"), *words]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\u" in done.stdout


def test_an_order_is_given_also_by_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 4_000_000)
    assert work.user_name() == "4000000"


def test_the_one_file_alone_prints_nothing_that_commands_a_terminal(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "state" / "journal" / "2026\x1b[2J\x9b\u202e.jsonl").write_bytes(b"")
    assert chain.main(["HELPDESK", str(desk / "state" / "journal")]) == 1
    told = capsys.readouterr().out
    assert "2026\\x1b[2J\\x9b\\u202e.jsonl" in told
    assert not [sign for sign in told if not sign.isprintable() and sign != "\n"]
