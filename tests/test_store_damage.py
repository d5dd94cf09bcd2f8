"""What the store does with a journal, a casebook or mails that are not as they were left."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from store_help import DESK, NOON, collected, digest_of, draft, journal_lines, letter, open_case, open_cases, run

from mailbot.core import chain
from mailbot.core import events as e
from mailbot.core.case import Case
from mailbot.store import Damaged, LetterDue, Wanted
from mailbot.store.files import FileStore, replay

MONTH = timedelta(days=30)
JOURNAL = Path("journal") / "2026-11.jsonl"


async def busy(store: FileStore) -> None:
    """Two months: five cases, of which one is closed, letters in all states, a mail, letters without a case."""
    [digest] = await store.keep([b"mail"])
    async with store.batch() as batch:
        await open_case(batch, mail=digest, due=NOON + MONTH)
    await open_cases(store, 3)
    async with store.batch() as batch:
        batch.append(draft(e.LetterSent(letter="2026-00001.1", answer="250"), case="2026-00001"))
        batch.append(draft(e.Rejected(clerk="k", reason="no"), letter(2), case="2026-00002"))
        batch.append(draft(letter(1, template="blank"), letter(2)))
    async with store.batch() as batch:
        at = NOON + MONTH
        batch.append(draft(e.LetterFailed(letter="e7.1", code=550, why="no"), at=at))
        batch.append(draft(e.LetterSent(letter="2026-00002.2", answer="250"), case="2026-00002", at=at))
        await open_case(batch, at=at)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A folder with a journal of two months, closed in good order."""
    run(busy, tmp_path / "state")
    return tmp_path / "state"


def reopened(state: Path) -> tuple[list[str], list[Case]]:
    """What an opening reports, and all cases after it; everything fits afterwards."""

    async def look(store: FileStore) -> tuple[list[str], list[Case]]:
        assert store.verify().ok, store.verify().words()
        return store.notices, await collected(store.cases(Wanted()))

    return run(look, state)


def change(state: Path, how: Callable[[list[bytes]], list[bytes]], file: Path = JOURNAL) -> None:
    """Changes the lines of a journal file and makes the casebook worthless, so that every line is read again."""
    (state / "cases" / "open.json").unlink()
    lines = (state / file).read_bytes().splitlines(keepends=True)
    (state / file).write_bytes(b"".join(how(lines)))


def swap(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def flip(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1].replace(b"mika", b"mikb", 1), *lines[2:]]


def add_key(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1].replace(b'"at":', b'"aa":1,"at":', 1), *lines[2:]]


def double_key(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1].replace(b'"case":', b'"case":null,"case":', 1), *lines[2:]]


@pytest.mark.parametrize(
    "how", [swap, flip, add_key, double_key, lambda lines: [lines[0], *lines[2:]], lambda lines: [lines[0], *lines]]
)
def test_a_changed_journal_stops_the_start_with_file_and_line(
    state: Path, how: Callable[[list[bytes]], list[bytes]]
) -> None:
    change(state, how)
    before = {path: path.read_bytes() for path in (state / "journal").rglob("*") if path.is_file()}
    for opener in (FileStore.open, FileStore.read):
        with pytest.raises(Damaged, match=r"2026-11\.jsonl, line 2: "):
            opener(state, DESK)
    assert before == {path: path.read_bytes() for path in (state / "journal").rglob("*") if path.is_file()}


def test_a_journal_changed_before_the_checkpoint_is_found_by_verify_and_by_reading_on(state: Path) -> None:
    lines = (state / JOURNAL).read_bytes().splitlines(keepends=True)
    (state / JOURNAL).write_bytes(b"".join(flip(lines)))

    async def look(store: FileStore) -> None:
        assert "2026-11.jsonl, line 2" in store.verify().words()
        with pytest.raises(Damaged, match="line 2"):
            await collected(store.entries())

    run(look, state)


def test_an_event_nobody_knows_stops_the_start_with_file_and_line(state: Path) -> None:
    last = journal_lines(state)[-1]
    fields = json.loads(last)
    unsealed = {key: fields[key] for key in chain.UNSEALED}
    line, _ = chain.seal({**unsealed, "seq": 11, "events": [{"kind": "sung"}]}, fields["hash"], "0" * 32)
    with (state / "journal" / "2026-12.jsonl").open("ab") as journal:
        journal.write(line)
    with pytest.raises(Damaged, match=r"2026-12\.jsonl, line 4: an event this program does not know"):
        FileStore.open(state, DESK)


def test_another_desks_folder_is_refused(state: Path) -> None:
    before = {path: path.read_bytes() for path in state.rglob("*") if path.is_file() and path.name != "lock"}
    for opener in (FileStore.open, FileStore.read):
        with pytest.raises(Damaged, match="line 1"):
            opener(state, "another desk")
    assert before == {path: path.read_bytes() for path in state.rglob("*") if path.is_file() and path.name != "lock"}


@pytest.mark.parametrize("cut", [1, 40, 400])
def test_a_torn_line_is_set_aside_and_reported(state: Path, cut: int) -> None:
    _, before = reopened(state)
    path = state / "journal" / "2026-12.jsonl"
    whole = path.read_bytes()
    half = whole.splitlines(keepends=True)[0][:-cut]
    path.write_bytes(whole + half)
    notices, cases = reopened(state)
    assert "2026-12.jsonl" in notices[0]
    assert "set aside" in notices[0]
    assert cases == before
    assert path.read_bytes() == whole
    [torn] = (state / "journal" / "torn").iterdir()
    assert torn.read_bytes() == half
    assert torn.stat().st_mode & 0o777 == 0o600
    assert reopened(state) == ([], before)


def test_an_unfinished_group_is_set_aside_as_a_whole_and_its_mail_waits(tmp_path: Path) -> None:
    async def fill(store: FileStore) -> None:
        await open_cases(store, 2)
        store.checkpoint()
        [digest] = await store.keep([b"both"])
        async with store.batch() as batch:
            batch.append(draft(e.Noted(clerk="k", text="x"), case="2026-00001", mail=digest, more=True))
            batch.append(draft(e.Noted(clerk="k", text="x"), case="2026-00002", mail=digest))

    run(fill, tmp_path / "a")
    digest = digest_of(b"both")
    lines = journal_lines(tmp_path / "a")
    (tmp_path / "a" / JOURNAL).write_bytes(b"".join(lines[:3]) + lines[3][:-1])
    (tmp_path / "a" / "mail" / digest[:2] / digest).rename(tmp_path / "a" / "mail" / "new" / digest)

    async def look(store: FileStore) -> None:
        assert store.head.seq == 2
        assert await store.undecided() == [digest]
        assert [case.notes for case in await collected(store.cases(Wanted()))] == [(), ()]

    run(look, tmp_path / "a")
    [torn] = (tmp_path / "a" / "journal" / "torn").iterdir()
    assert torn.read_bytes() == lines[2] + lines[3][:-1]


def test_a_torn_first_batch_of_a_month_leaves_an_empty_file_that_is_used_again(state: Path) -> None:
    (state / "journal" / "2027-01.jsonl").write_bytes(b'{"at":"2027')
    assert "2027-01.jsonl" in reopened(state)[0][0]

    async def go_on(store: FileStore) -> None:
        await open_cases(store, 1, at=NOON + 2 * MONTH)

    run(go_on, state)
    assert len((state / "journal" / "2027-01.jsonl").read_bytes().splitlines()) == 1
    assert reopened(state)[0] == []


def test_a_rebuilt_casebook_equals_the_one_that_was_loaded(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "CHECKPOINT_EVERY", 1)
    _, loaded = reopened(state)
    listed = json.loads((state / "cases" / "open.json").read_bytes())
    shutil.rmtree(state / "cases")
    notices, rebuilt = reopened(state)
    assert rebuilt == loaded
    assert "made again" in notices[0]
    assert json.loads((state / "cases" / "open.json").read_bytes()) == listed


@pytest.mark.parametrize("what", [b"", b"{", b"[]", b'{"index":{"1":{}}}', b'{"index":{"1":{"made_by":"x"}}}'])
def test_an_unreadable_casebook_is_made_again(state: Path, what: bytes) -> None:
    _, before = reopened(state)
    (state / "cases" / "open.json").write_bytes(what)
    notices, cases = reopened(state)
    assert "made again" in notices[0]
    assert cases == before


@pytest.mark.parametrize("left", [{}, {"seq": 7}, 7, None])
def test_a_casebook_in_which_nothing_is_left_of_an_open_case_is_made_again(state: Path, left: object) -> None:
    _, before = reopened(state)
    path = state / "cases" / "open.json"
    tables = json.loads(path.read_bytes())
    table = next(table for name, table in tables.items() if name != "index")
    table[next(iter(table))] = left
    path.write_text(json.dumps(tables, separators=(",", ":")))
    notices, cases = reopened(state)
    assert "made again" in notices[0]
    assert cases == before


def test_a_checkpoint_behind_the_journal_is_caught_up_with(tmp_path: Path) -> None:
    async def first(store: FileStore) -> None:
        await open_cases(store, 2)
        async with store.batch() as batch:
            batch.append(draft(e.Rejected(clerk="k", reason="no"), letter(2), case="2026-00001"))

    async def second(store: FileStore) -> None:
        await open_cases(store, 2)
        async with store.batch() as batch:
            batch.append(draft(e.LetterSent(letter="2026-00001.2", answer="250"), case="2026-00001"))
            batch.append(draft(e.Rejected(clerk="k", reason="no"), case="2026-00002"))

    run(first, tmp_path)
    shutil.copy(tmp_path / "cases" / "open.json", tmp_path / "behind.json")
    run(second, tmp_path)
    _, before = reopened(tmp_path)
    shutil.copy(tmp_path / "behind.json", tmp_path / "cases" / "open.json")
    notices, cases = reopened(tmp_path)
    assert notices == []
    assert cases == before
    assert [case.letters[2].tries for case in cases if case.number == "2026-00001"] == [1]


def test_a_checkpoint_ahead_of_the_journal_is_thrown_away(state: Path) -> None:
    (state / "journal" / "2026-12.jsonl").unlink()
    notices, cases = reopened(state)
    assert "made again" in notices[0]
    assert [case.number for case in cases] == ["2026-00001", "2026-00003", "2026-00004", "2026-00002"]
    assert cases[-1].letters[2].state == "due"


def test_a_mail_decided_before_a_crash_is_moved_at_the_next_start(state: Path) -> None:
    digest = digest_of(b"mail")
    decided = state / "mail" / digest[:2] / digest
    decided.rename(state / "mail" / "new" / digest)
    (state / "cases" / "open.json").unlink()
    (state / "mail" / "tmp" / "left").write_bytes(b"half")

    async def look(store: FileStore) -> None:
        assert await store.undecided() == []
        async with store.batch() as batch:
            assert await batch.known(digest)

    run(look, state)
    assert decided.read_bytes() == b"mail"
    assert list((state / "mail" / "tmp").iterdir()) == []


def test_verify_finds_changed_lost_and_surplus_mails(state: Path) -> None:
    digest = digest_of(b"mail")
    decided = state / "mail" / digest[:2] / digest
    decided.write_bytes(b"mail!")
    assert "was changed" in FileStore.read(state, DESK).verify().words()
    decided.rename(state / "mail" / "new" / digest)
    assert FileStore.read(state, DESK).verify().words().count("was changed") == 1, "also where it lies among the new"
    (state / "mail" / "new" / digest).unlink()
    assert "not kept" in FileStore.read(state, DESK).verify().words()
    decided.write_bytes(b"mail")
    (state / "mail" / digest[:2] / (digest[:2] + "0" * 62)).write_bytes(b"")
    found = FileStore.read(state, DESK).verify()
    assert not found.ok
    assert "no entry names it" in found.words()


def test_verify_finds_a_casebook_that_was_tampered_with(state: Path) -> None:
    path = state / "cases" / "open.json"
    path.write_bytes(path.read_bytes().replace(b"mika@", b"mikb@", 1))
    assert "is not what the journal adds up to" in FileStore.read(state, DESK).verify().words()


def test_a_due_letter_is_found_also_where_lines_have_moved(state: Path) -> None:
    path = state / "cases" / "open.json"
    tables = json.loads(path.read_bytes())
    for due in tables["index"]["1"]["due"].values():
        due["offset"] += 10
    path.write_text(json.dumps(tables))

    async def look(store: FileStore) -> None:
        found = await store.due(NOON, 9, 60)
        assert [due.name for due in found if isinstance(due, LetterDue)] == [
            "2026-00002.1",
            "2026-00003.1",
            "2026-00004.1",
            "e7.2",
            "2026-00005.1",
        ]

    run(look, state)
