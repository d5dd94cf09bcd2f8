"""A casebook made again beside the one that is there: the journal is read once; until its end nothing has changed."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from store_help import DESK, NOON, draft, journal_lines, letter, open_case, run, three_cases

from mailbot.core import chain
from mailbot.store import Damaged
from mailbot.store.files import FileStore, casebook, replay


@pytest.fixture
def state(tmp_path: Path) -> Path:
    run(three_cases, tmp_path / "state")
    return tmp_path / "state"


def test_a_rebuild_reads_each_line_once(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fed, feed = list[bytes](), chain.Walk.feed

    def counted(walk: chain.Walk, raw: bytes) -> dict[str, Any] | None:
        fed.append(raw)
        return feed(walk, raw)

    monkeypatch.setattr(chain.Walk, "feed", counted)
    FileStore.rebuild(state, DESK).close()
    assert fed == journal_lines(state)


def test_a_rebuild_that_is_cut_off_leaves_the_casebook_as_it_was(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.read_bytes() for path in (state / "cases").rglob("*.json")}
    put, times = casebook.Casebook.put, iter(range(100))

    def cut_off(book: casebook.Casebook, folded: casebook.Folded) -> None:
        if next(times) == 6:
            raise KeyboardInterrupt
        put(book, folded)

    monkeypatch.setattr(replay, "CLOSING", 1)
    with monkeypatch.context() as short:
        short.setattr(casebook.Casebook, "put", cut_off)
        with pytest.raises(KeyboardInterrupt):
            FileStore.rebuild(state, DESK)
    assert {path: path.read_bytes() for path in (state / "cases").rglob("*.json")} == before
    with FileStore.rebuild(state, DESK) as store:
        assert store.verify().ok
    assert not (state / "cases" / "new").exists()


def test_what_a_rebuild_left_when_it_was_killed_goes_with_the_next_one(state: Path) -> None:
    shutil.copytree(state / "cases", state / "cases" / "new")
    FileStore.rebuild(state, DESK).close()
    assert not (state / "cases" / "new").exists()
    with FileStore.open(state, DESK) as store:
        assert store.verify().ok


def test_no_mail_is_moved_by_a_journal_that_is_not_what_was_written(state: Path) -> None:
    async def one_more(store: FileStore) -> None:
        [digest] = await store.keep([b"a mail"])
        async with store.batch() as batch:
            await open_case(batch, mail=digest)
        async with store.batch() as batch:
            batch.append(draft(letter(3), case="2026-00003", at=NOON))

    run(one_more, state)
    [mail] = [path for path in (state / "mail").rglob("*") if path.is_file()]
    waiting = mail.rename(state / "mail" / "new" / mail.name)
    journal = state / "journal" / "2026-11.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-3] + b"2}\n")
    with pytest.raises(Damaged, match="line 10"):
        FileStore.rebuild(state, DESK)
    assert waiting.exists()
    journal.write_bytes(whole)
    with FileStore.rebuild(state, DESK) as store:
        assert store.notices == []
    assert not waiting.exists()
    assert mail.exists()
