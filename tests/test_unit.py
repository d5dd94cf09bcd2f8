"""The unit that `mailbot unit` prints, as systemd itself reads it."""

import getpass
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from forking import mailbot

from mailbot.cli.unit import text
from mailbot.desks import Mistaken, init

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not on this machine")
MOST_EXPOSED = 2.0
"""Of 10.0, as `systemd-analyze security` counts; 9.6 is a unit without any of this."""


@pytest.fixture
def printed(tmp_path: Path) -> str:
    list(init(tmp_path / "desk"))
    done = mailbot("unit", "--user", getpass.getuser(), cwd=tmp_path / "desk")
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def test_it_names_the_desk_where_it_is(printed: str, tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    assert f"WorkingDirectory={desk}\n" in printed
    assert f"ReadWritePaths={desk}/state\n" in printed
    assert re.search(rf"^ExecReload=\S.* --config {desk}/mailbot\.toml reload$", printed, re.MULTILINE)
    assert "Type=notify\n" in printed


def test_a_desk_in_a_home_is_seen_and_any_other_home_is_not() -> None:
    at_home = text(Path("/home/anna/desk/mailbot.toml"), Path("/home/anna/desk/state"), "anna", ["/usr/bin/mailbot"])
    assert "ProtectHome=read-only\n" in at_home
    elsewhere = text(Path("/srv/desk/mailbot.toml"), Path("/srv/desk/state"), "desk", ["/usr/bin/mailbot"])
    assert "ProtectHome=yes\n" in elsewhere


@pytest.mark.parametrize("folder", ["/srv/my desk", "/srv/100%", "/srv/a$b", '/srv/"q"'])
def test_a_path_that_systemd_would_read_as_something_else_is_refused(folder: str) -> None:
    with pytest.raises(Mistaken, match="a unit cannot name what has"):
        text(Path(folder) / "mailbot.toml", Path(folder) / "state", "desk", ["/usr/bin/mailbot"])


DESK = (Path("/srv/desk/mailbot.toml"), Path("/srv/desk/state"), "desk")


@pytest.mark.parametrize(
    ("program", "reads"),
    [
        ("/home/anna/.local/bin/mailbot", []),
        ("/usr/bin/mailbot", ["/home/anna/venv/bin/python"]),
        ("/usr/bin/mailbot", ["/srv/rules", "/root/keys.json"]),
    ],
)
def test_whatever_the_service_reads_in_a_home_can_be_read(program: str, reads: list[str]) -> None:
    assert "ProtectHome=read-only\n" in text(*DESK, [program], reads=map(Path, reads))


def test_a_program_at_a_path_that_systemd_would_read_as_something_else_is_refused() -> None:
    with pytest.raises(Mistaken, match="/opt/my tools/mailbot: a unit cannot name"):
        text(*DESK, ["/opt/my tools/mailbot"])


@pytest.mark.parametrize(("timeout", "minutes"), [(30.0, 15), (600.0, 300)])
def test_letters_under_way_have_the_time_that_the_relay_may_take(timeout: float, minutes: int) -> None:
    assert f"TimeoutStopSec={minutes}min\n" in text(*DESK, ["/usr/bin/mailbot"], timeout=timeout)


def test_what_process_metrics_are_read_from_is_not_hidden() -> None:
    assert "ProcSubset" not in text(*DESK, ["/usr/bin/mailbot"])


def complaints(unit: Path, words: str) -> list[str]:
    """What systemd finds wrong with a unit of these words."""
    unit.write_text(words, encoding="utf-8")
    done = subprocess.run([ANALYZE, "verify", unit], capture_output=True, text=True, timeout=60, check=False)
    return [line for line in done.stderr.splitlines() if unit.name in line]


@needs_systemd
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    desk, program = tmp_path / "desk", [sys.executable, "-m", "mailbot"]
    words = text(desk / "mailbot.toml", desk / "state", getpass.getuser(), program)
    assert complaints(tmp_path / "mailbot.service", words) == []
    (found,) = complaints(tmp_path / "mailbot.service", words.replace("ProtectClock=", "ProtectClok="))
    assert "ProtectClok" in found, "it would be said"


@needs_systemd
@pytest.mark.parametrize("folder", ["/srv/desk", "/home/anna/desk"])
def test_systemd_counts_it_as_little_exposed_as_the_docs_say(folder: str, tmp_path: Path) -> None:
    unit = tmp_path / "mailbot.service"
    unit.write_text(text(Path(folder) / "mailbot.toml", Path(folder) / "state", "desk", ["/usr/bin/mailbot"]))
    words = [ANALYZE, "security", "--offline=true", "--no-pager", unit]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    found = re.search(r"Overall exposure level for mailbot\.service: ([0-9.]+)", done.stdout)
    assert found, done.stderr
    assert float(found[1]) < MOST_EXPOSED
    docs = (Path(__file__).parent.parent / "docs" / "operating.md").read_text(encoding="utf-8")
    assert f"counts less than {MOST_EXPOSED:g} of 10" in docs


@pytest.mark.parametrize("program", ["/home/me/my venv/bin/mailbot", "/opt/50%/mailbot"])
def test_a_program_that_systemd_would_not_find_is_refused(program: str) -> None:
    with pytest.raises(Mistaken, match="a unit cannot name"):
        text(Path("/srv/desk/mailbot.toml"), Path("/srv/desk/state"), "desk", [program])


def test_a_user_is_one_word() -> None:
    with pytest.raises(Mistaken, match="a unit cannot name"):
        text(Path("/srv/desk/mailbot.toml"), Path("/srv/desk/state"), "desk\nExecStartPre=/bin/true", ["mailbot"])


def test_a_program_in_a_home_is_seen_also_through_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbot.cli.unit.HOMES", (str(tmp_path / "home"),))
    (tmp_path / "mailbot").symlink_to(tmp_path / "home" / "venv" / "mailbot")
    for program in (tmp_path / "mailbot", tmp_path / "home" / "venv" / "mailbot"):
        made = text(Path("/srv/desk/mailbot.toml"), Path("/srv/desk/state"), "desk", [str(program)])
        assert "ProtectHome=read-only\n" in made
