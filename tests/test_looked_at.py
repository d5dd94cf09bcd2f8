"""Whoever only looks at a journal is shown nothing that was changed in it, and nothing as erased without an order."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from report_help import BEGIN, desk_in

from mailbot.cli import main
from mailbot.core import chain
from mailbot.core.events import Facts, Quarantined
from mailbot.store import Draft
from mailbot.store.files import FileStore


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


async def quarantined(desk: Path, raw: bytes, *secrets: str) -> str:
    """A mail in quarantine, which held such secrets; its digest."""
    with FileStore.open(desk / "state", "HELPDESK") as store:
        (digest,) = await store.keep([raw])
        async with store.batch() as batch:
            happened = (Facts(sort="unclear", secrets=secrets), Quarantined(reason="two senders"))
            batch.append(Draft(BEGIN, None, digest, "a" * 64, "b" * 64, happened))
    return digest


@pytest.mark.parametrize(("secrets", "shown"), [(("password",), "sealed/"), ((), "[a password, removed]")])
def test_of_a_mail_in_quarantine_no_secret_is_shown(
    secrets: tuple[str, ...], shown: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = b"From: a@uni.example, b@uni.example\n\npassword: hunter2secret\n"
    digest = asyncio.run(quarantined(desk, raw, *secrets))
    assert main(["--config", str(desk / "mailbot.toml"), "quarantine", "show", digest[:12]]) == 0
    told = capsys.readouterr().out
    assert "hunter2secret" not in told
    assert shown in told
    assert digest in told
    assert ("b@uni.example" in told) == (not secrets)


def test_of_a_long_mail_it_is_said_how_much_is_not_shown(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digest = asyncio.run(quarantined(desk, b"x" * 25_000))
    assert main(["--config", str(desk / "mailbot.toml"), "quarantine", "show", digest]) == 0
    assert "(5000 octets more)" in capsys.readouterr().out


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
