"""Whoever only looks at a journal is shown nothing that was changed in it, and nothing as erased without an order."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from report_help import desk_in

from mailbot.cli import main
from mailbot.core import chain


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return desk_in(tmp_path / "desk")


def first_file(desk: Path) -> Path:
    """The journal's first month, which is not its last: a casebook lies behind it."""
    first, *others = sorted((desk / "state" / "journal").glob("*.jsonl"))
    assert others
    return first


def nulled(path: Path) -> None:
    """Events of an entry made null, with no order for it."""
    lines = path.read_bytes().splitlines(keepends=True)
    entry = json.loads(lines[1])
    entry["events"] = entry["salt"] = None
    path.write_bytes(b"".join([lines[0], chain.canonical(entry) + b"\n", *lines[2:]]))


def reworded(path: Path) -> None:
    """One letter of a letter changed."""
    data = path.read_bytes()
    at = data.index(b"Mika", data.index(b'"kind":"letter_written"'))
    path.write_bytes(data[:at] + b"Mira" + data[at + 4 :])


LOOKS = (("log",), ("export", "--format", "jsonl"), ("report", "out"), ("replay",))


@pytest.mark.parametrize("change", [nulled, reworded])
@pytest.mark.parametrize("words", LOOKS)
def test_what_was_changed_or_emptied_without_order_is_refused_by_every_look_at_it(
    words: tuple[str, ...],
    change: Callable[[Path], None],
    desk: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(desk)
    change(first_file(desk))
    assert main([*words]) == 2
    assert f"{first_file(desk).name}, line 2" in capsys.readouterr().err or words[0] == "report"
    assert not (desk / "out").exists()


def test_a_letter_that_was_changed_is_not_shown(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--config", str(desk / "mailbot.toml"), "letters", "show", "2026-00001.1"]
    assert main(words) == 0
    assert "Mika" in capsys.readouterr().out
    reworded(first_file(desk))
    assert main(words) == 2
    told = capsys.readouterr()
    assert "Mira" not in told.out
    assert f"{first_file(desk).name}, line 2: `body` of entry 2 does not fit its events" in told.err
