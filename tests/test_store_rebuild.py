"""The casebook lost, old, foreign or unreadable, and files of the journal missing: the journal decides, or it stops."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_help import (
    DESK,
    NOON,
    collected,
    digest_of,
    draft,
    journal_lines,
    letter,
    no_space,
    open_case,
    open_cases,
    run,
)

from mailbot.core import chain
from mailbot.core import events as e
from mailbot.core.case import Case
from mailbot.core.ledger import Ledger
from mailbot.store import Damaged, Full, LetterDue, Wanted
from mailbot.store.files import FileStore, Locked, casebook, disk, jsontext, replay
from mailbot.store.files.casebook import Casebook
from mailbot.store.files.examining import examine

MONTH = timedelta(days=31)
MONTHS = ("2026-11.jsonl", "2026-12.jsonl", "2027-01.jsonl")
Known = tuple[list[Case], Ledger, list[str]]


async def quarter(store: FileStore) -> None:
    """Three months, each with cases open and closed, letters sent, held and due, a mail in quarantine."""
    for month in range(3):
        at = NOON + month * MONTH
        [digest] = await store.keep([b"bad %d" % month])
        async with store.batch() as batch:
            first, second = [await open_case(batch, at=at) for _ in range(2)]
            batch.append(draft(e.LetterSent(letter=f"{first}.1", answer="250"), case=first, at=at))
            batch.append(draft(e.LetterHeld(letter=f"{second}.1", why="hour"), case=second, at=at))
            batch.append(draft(e.Rejected(clerk="k", reason="no"), letter(2), case=first, at=at))
            batch.append(draft(e.Quarantined(reason="killed"), mail=digest, at=at))


async def what_is_known(store: FileStore) -> Known:
    assert store.verify().ok, store.verify().words()
    due = [one.name for one in await store.due(NOON + 9 * MONTH, 99, 0) if isinstance(one, LetterDue)]
    return await collected(store.cases(Wanted())), store.ledger(), due


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder with a journal of three months, closed in good order."""
    run(quarter, tmp_path / "state")
    return tmp_path / "state"


def delete_all(state: Path) -> None:
    shutil.rmtree(state / "cases")


def delete_open(state: Path) -> None:
    (state / "cases" / "open.json").unlink()


def make_folders(state: Path) -> None:
    for path in (state / "cases" / "open.json", state / "cases" / "closed" / "2026000.json"):
        path.unlink()
        path.mkdir()


def fill_with_rubbish(state: Path) -> None:
    for path in (state / "cases").rglob("*.json"):
        path.write_bytes(b"\x00\xff rubbish")


def take_another_desks(state: Path) -> None:
    other = state.parent / "other"
    run(lambda store: open_cases(store, 3), other)
    shutil.rmtree(state / "cases")
    shutil.copytree(other / "cases", state / "cases")


@pytest.mark.parametrize("harm", [delete_all, delete_open, make_folders, fill_with_rubbish, take_another_desks])
@pytest.mark.parametrize("how", [FileStore.open, FileStore.rebuild])
def test_a_casebook_lost_unreadable_or_of_another_journal_is_made_again_as_it_was(
    state: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[Path], None], how: Callable[[Path, str], FileStore]
) -> None:
    before = run(what_is_known, state)
    monkeypatch.setattr(replay, "CHECKPOINT_EVERY", 18)
    harm(state)
    with how(state, DESK) as store:
        said = " ".join(store.notices)
    assert ("made again from 18 entries" in said) == (how == FileStore.open)
    assert run(what_is_known, state) == before


@pytest.mark.parametrize("harm", [delete_all, delete_open])
def test_of_a_casebook_that_may_just_not_have_been_written_yet_nobody_hears(
    state: Path, harm: Callable[[Path], None]
) -> None:
    harm(state)
    found = examine(state, DESK)
    assert (found.chain.ok, found.compared, found.notices) == (True, False, [])
    assert "no case was compared with the journal, as no casebook was written yet" in found.words()
    with FileStore.open(state, DESK) as store:
        assert store.notices == []
    assert "6 cases fit the journal" in examine(state, DESK).words()


def test_an_auditor_hears_why_the_cases_of_an_older_desk_were_not_compared(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "CHECKPOINT_EVERY", 18)
    delete_all(state)
    said = examine(state, DESK).words()
    assert "notice: the casebook was not compared with the journal: there was none" in said
    assert "no case was compared with the journal\n" in said


def test_why_the_casebook_was_made_again_is_said(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "CHECKPOINT_EVERY", 18)
    for harm, words in (
        (delete_all, "there was none"),
        (fill_with_rubbish, "could not be read"),
        (take_another_desks, "it knew entry 3 "),
    ):
        harm(state)
        with FileStore.open(state, DESK) as store:
            assert words in store.notices[0]
    open_json = state / "cases" / "open.json"
    open_json.write_bytes(open_json.read_bytes().replace(b'"made_by":"', b'"made_by":"0'))
    with FileStore.open(state, DESK) as store:
        assert "another version" in store.notices[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_a_casebook_nobody_may_read_is_made_again(state: Path) -> None:
    before = run(what_is_known, state)
    (state / "cases" / "open.json").chmod(0)
    assert run(what_is_known, state) == before


@pytest.mark.parametrize("months", [1, 2])
def test_a_casebook_of_an_earlier_time_catches_up_with_the_journal(tmp_path: Path, months: int) -> None:
    run(quarter, tmp_path / "whole")
    lines, state = journal_lines(tmp_path / "whole"), tmp_path / "state"
    shutil.copytree(tmp_path / "whole", state)
    for late in MONTHS[months:]:
        (state / "journal" / late).unlink()
    with FileStore.rebuild(state, DESK) as store:
        assert store.head.seq == 6 * months
    for late in MONTHS[months:]:
        shutil.copy(tmp_path / "whole" / "journal" / late, state / "journal" / late)
    with FileStore.open(state, DESK) as store:
        assert store.notices == []
    assert journal_lines(state) == lines
    assert run(what_is_known, state) == run(what_is_known, tmp_path / "whole")


def test_a_lost_file_of_closed_cases_is_found_by_verify_and_comes_back_by_rebuilding(state: Path) -> None:
    before = run(what_is_known, state)
    (state / "cases" / "closed" / "2026000.json").unlink()
    assert "is in the journal, but not in the casebook" in FileStore.read(state, DESK).verify().words()
    with FileStore.rebuild(state, DESK) as store:
        assert store.notices == []
    assert run(what_is_known, state) == before


def test_a_closed_case_that_is_none_any_more_is_found_by_verify(state: Path) -> None:
    path = state / "cases" / "closed" / "2026000.json"
    path.write_bytes(path.read_bytes().replace(b'"status":"rejected"', b'"status":"forgotten"', 1))
    assert "in the casebook is not what the journal adds up to" in FileStore.read(state, DESK).verify().words()


def test_a_file_of_closed_cases_read_while_it_is_written_anew_is_not_taken_for_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = dict.fromkeys(("opened", "changed", "step_since"), "2026-11-21T03:00:00.000Z")
    case = Case(number="2026-00001", form="new-account", applicant="x@uni.example", status="done", **at)
    numbers = ["2026-00001", "2026-01001", "2026-02001", "2026-00002"]
    *before, last = [(case.model_copy(update={"number": number}), 1) for number in numbers]
    book, replace = Casebook(tmp_path), disk.replace
    for folded in before:
        book.put(folded)
    book.flush_closed()

    def meanwhile(path: Path, *args: Any, **how: Any) -> None:
        assert [one.number for one in book.closed_cases()] == sorted(numbers)
        assert [book.get(number) for number in ("2026-01001", "2026-02001", "2026-00001")] == [*before[1:], before[0]]
        replace(path, *args, **how)

    monkeypatch.setattr(disk, "replace", meanwhile)
    book.put(last)
    book.flush_closed()
    assert book.get("2026-00002") == last


def test_rebuilding_says_how_much_there_was(state: Path) -> None:
    async def count(store: FileStore) -> tuple[int, int]:
        return store.head.seq, len([case async for case in store.cases(Wanted())])

    assert run(count, state) == (18, 6)
    store = FileStore.rebuild(state, DESK)
    with pytest.raises(Locked):
        FileStore.rebuild(state, DESK)
    store.close()
    assert run(count, state) == (18, 6)


def test_rebuilding_from_a_damaged_journal_leaves_the_casebook_and_the_lock_alone(state: Path) -> None:
    path = state / "journal" / MONTHS[1]
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"mika", b"mikb", 1))
    before = (state / "cases" / "open.json").read_bytes()
    with pytest.raises(Damaged, match=r"2026-12\.jsonl, line 1: "):
        FileStore.rebuild(state, DESK)
    assert (state / "cases" / "open.json").read_bytes() == before
    path.write_bytes(whole)
    FileStore.rebuild(state, DESK).close()


def test_rebuilding_on_a_full_disk_says_so_and_the_next_start_makes_it_again(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run(what_is_known, state)

    with monkeypatch.context() as full:
        full.setattr(os, "write", no_space)
        full.setattr("mailbot.store.files.disk.lock", lambda path: os.open(path, os.O_RDWR))
        store = FileStore.rebuild(state, DESK)
        assert "no checkpoint was written" in store.notices[0]
        store.close()
    assert not (state / "cases" / "open.json").exists()
    assert run(what_is_known, state) == before


@pytest.mark.parametrize(
    ("missing", "words"),
    [(0, r"2026-12\.jsonl, line 1: .*entry 7 follows entry 0"), (1, r"2027-01\.jsonl, line 1: .*13 follows entry 6")],
)
def test_a_missing_file_of_the_journal_stops_the_start_although_the_casebook_is_whole(
    state: Path, missing: int, words: str
) -> None:
    path = state / "journal" / MONTHS[missing]
    kept = path.read_bytes()
    path.unlink()
    for opener in (FileStore.open, FileStore.read, FileStore.rebuild):
        with pytest.raises(Damaged, match=words):
            opener(state, DESK)
    path.write_bytes(kept)
    FileStore.open(state, DESK).close()


def test_a_missing_last_file_cannot_stop_the_start_but_is_said_and_shows_in_the_sums(state: Path) -> None:
    (state / "journal" / MONTHS[2]).unlink()

    async def work(store: FileStore) -> None:
        assert "it knew entry 18 of 2027-01" in store.notices[0]
        assert "was a file of the journal removed" in store.notices[0]
        assert store.head.seq == 12
        assert sum(store.ledger().mails.values()) == 2
        assert await store.files() == 3
        assert "no entry names it" in store.verify().words()

    run(work, state)


def test_the_clock_going_back_is_said_and_changes_no_order(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await open_cases(store, 1, at=NOON + MONTH)
        await open_cases(store, 2, at=NOON)
        assert ["the clock went back: entry 3 of 2026-11-21T12:00:00.000Z follows" in one for one in store.notices] == [
            True
        ]
        await open_cases(store, 1, at=NOON + MONTH)
        assert len(store.notices) == 1
        assert [entry.seq for entry in await collected(store.entries())] == [1, 2, 3, 4]
        names = [one.name for one in await store.due(NOON, 9, 60) if isinstance(one, LetterDue)]
        assert names == [f"2026-0000{n}.1" for n in range(1, 5)]
        found = store.verify()
        assert found.ok
        assert "the clock went back" in found.words()

    run(work, tmp_path)
    assert [path.name for path in (tmp_path / "journal").iterdir()] == ["2026-12.jsonl"]
    with FileStore.rebuild(tmp_path, DESK) as rebuilt:
        assert rebuilt.verify().ok


def test_one_entry_of_a_wrong_year_does_not_make_the_desk_remember_for_ever(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await open_cases(store, 1, at=NOON.replace(year=2099))
        for day in range(10):
            at = NOON + timedelta(days=day)
            async with store.batch() as batch:
                batch.append(draft(letter(1), at=at))
            async with store.batch() as batch:
                batch.append(draft(e.LetterSent(letter=f"e{store.head.seq}.1", answer="250"), at=at))
        assert store.sent_to("mika@example.org", NOON + timedelta(days=8)) == (2, 2)
        assert len(store._standing.index.letters.sent) == 3 * 3

    run(work, tmp_path)


def test_what_a_reader_saw_of_a_write_that_was_taken_back_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    write, truncate = os.write, os.ftruncate

    async def work(store: FileStore) -> None:
        await open_cases(store, 1)
        reader = FileStore.read(tmp_path, DESK)

        def look_first(descriptor: int, length: int) -> None:
            seen.append(reader.catch_up().seq)
            truncate(descriptor, length)

        with monkeypatch.context() as full:
            full.setattr(os, "write", lambda descriptor, data: write(descriptor, data[: len(data) - 9]))
            full.setattr(os, "ftruncate", look_first)
            with pytest.raises(Full):
                await open_cases(store, 3)
        assert seen == [3]
        await open_cases(store, 4, at=NOON + timedelta(hours=1))
        assert reader.catch_up() == store.head
        assert reader.ledger() == store.ledger()
        assert reader.verify().ok

    run(work, tmp_path)


def test_a_mail_put_back_into_new_after_its_entry_counts_as_decided(state: Path) -> None:
    digest = digest_of(b"bad 1")
    (state / "mail" / digest[:2] / digest).rename(state / "mail" / "new" / digest)

    async def work(store: FileStore) -> None:
        assert await store.undecided() == []
        assert await store.files() == sum(store.ledger().mails.values())

    with FileStore.rebuild(state, DESK):
        pass
    run(work, state)


def test_verify_reads_each_line_once(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fed, feed = list[bytes](), chain.Walk.feed

    def counted(walk: chain.Walk, raw: bytes) -> dict[str, Any] | None:
        fed.append(raw)
        return feed(walk, raw)

    store = FileStore.read(state, DESK)
    monkeypatch.setattr(chain.Walk, "feed", counted)
    assert store.verify().ok
    assert fed == journal_lines(state)


def test_a_case_becomes_a_document_once_however_often_it_changes(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written, plain = list[str](), casebook.plain

    def counted(folded: casebook.Folded) -> casebook.Plain:
        written.append(folded[0].number)
        return plain(folded)

    monkeypatch.setattr(casebook, "plain", counted)
    FileStore.rebuild(state, DESK).close()
    assert sorted(written) == sorted(set(written))
    assert len(written) == 6


def test_what_a_checkpoint_adds_up_to_is_not_kept_beside_the_cases(tmp_path: Path) -> None:
    book = Casebook(tmp_path)
    book.flush({"sum": 1})
    again = Casebook(tmp_path)
    assert again.listed() == {"sum": 1}
    assert [list(one.open.storage.tables) for one in (book, again)] == [[], []]
    again.flush({"sum": 2})
    assert Casebook(tmp_path).listed() == {"sum": 2}


@given(
    st.dictionaries(
        st.text(max_size=3),
        st.integers(0, 9)
        | st.lists(st.integers(0, 9), max_size=9).map(lambda few: few * 501)
        | st.dictionaries(st.text(max_size=3), st.lists(st.text(max_size=2), max_size=3).map(lambda few: few * 700)),
        max_size=4,
    )
)
def test_what_is_written_in_parts_reads_back(listed: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        Casebook(Path(folder)).flush(listed)
        assert Casebook(Path(folder)).listed() == listed
    parts = list(jsontext.parts({"1": listed}, deep=3))
    assert b"".join(parts) == jsontext.whole({"1": listed})
    assert max(map(len, parts)) < 20 * jsontext.ITEMS
