"""The store on files: what is appended is there, what is asked is answered, and nobody else gets in between."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from store_help import (
    DESK,
    NOON,
    PROGRAM,
    RULES,
    collected,
    digest_of,
    draft,
    journal_lines,
    letter,
    open_case,
    open_cases,
    opening,
    run,
)

from mailbot.core import events as e
from mailbot.core.instants import to_text
from mailbot.store import Asked, DeadlineDue, Draft, LetterDue, Store, Wanted
from mailbot.store.files import FileStore, Locked, casebook
from mailbot.store.files.casebook import read_plain
from mailbot.store.files.journal import Journal
from mailbot.store.files.replay import UNSENT

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_it_is_a_store(tmp_path: Path) -> None:
    store: Store = FileStore.open(tmp_path, DESK)
    assert isinstance(store, FileStore)
    store.close()


def test_what_a_batch_appended_is_read_back_as_it_was(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        raw = b"Subject: \xff\r\n\r\n"
        [digest] = await store.keep([raw])
        async with store.batch() as batch:
            number = await open_case(batch, mail=digest)
        assert number == "2026-00001"
        [entry] = await collected(store.entries())
        assert (entry.seq, entry.at, entry.case, entry.mail, entry.more) == (1, NOON, number, digest, False)
        assert (entry.rules, entry.program, entry.hash) == (RULES, PROGRAM, store.head.hash)
        assert entry.events == (e.Facts(), *opening())
        assert entry == await store.entry(1)
        assert await store.raw(digest) == raw
        case = await store.case(number)
        assert case is not None
        assert (case.status, case.applicant, case.letters[1].seq) == ("collecting", "mika@example.org", 1)

    run(work, tmp_path)
    assert json.loads(journal_lines(tmp_path)[0])["case"] == "2026-00001"


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    async def fill(store: FileStore) -> None:
        await open_cases(store, 3)

    async def look(store: FileStore) -> None:
        assert [case.number for case in await collected(store.cases(Wanted()))] == [f"2026-0000{n}" for n in (1, 2, 3)]
        assert await open_cases(store, 1) == ["2026-00004"]
        assert store.notices == []
        assert store.verify().ok

    run(fill, tmp_path)
    run(look, tmp_path)


def test_a_batch_sees_its_own_appends_and_others_do_not(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        async with store.batch() as batch:
            raw_digest = digest_of(b"one")
            number = await open_case(batch, mail=raw_digest)
            batch.append(draft(letter(1, to="Stranger@example.org", template="blank")))
            asked = Asked(
                raw_digest, (f"{number}.1", "e2.1", "e2.2", "e9.1", f"{number}.9"), "STRANGER@example.org", 2026, NOON
            )
            recall = await batch.recall(asked)
            assert await batch.known(raw_digest)
            assert recall.written == ("blank",)
            assert set(recall.letters) == {f"{number}.1", "e2.1"}
            assert recall.letters["e2.1"].to == "Stranger@example.org"
            assert set(recall.cases) == {number}
            assert recall.number == "2026-00002"
            assert await batch.case(number) == recall.cases[number]
            assert await store.case(number) is None
            assert await collected(store.entries()) == []
        assert await store.case(number) == recall.cases[number]

    run(work, tmp_path)


def test_a_batch_left_with_an_exception_never_happened(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await open_cases(store, 1)
        [digest] = await store.keep([b"again"])

        async def fail() -> None:
            async with store.batch() as batch:
                await open_case(batch, mail=digest)
                batch.append(draft(e.Rejected(clerk="k", reason="no"), case="2026-00001"))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await fail()
        assert [case.status for case in await collected(store.cases(Wanted()))] == ["collecting"]
        assert await store.undecided() == [digest]
        async with store.batch() as batch:
            assert not await batch.known(digest)
            await open_case(batch, mail=digest)
        assert await store.undecided() == []
        assert [entry.seq for entry in await collected(store.entries())] == [1, 2]

    run(work, tmp_path)


def test_a_batch_without_entries_writes_nothing(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        async with store.batch() as batch:
            await batch.recall(Asked("0" * 64, year=2026))

    run(work, tmp_path)
    assert journal_lines(tmp_path) == []


def test_a_mail_touching_two_cases_makes_one_group(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await open_cases(store, 2)
        [digest] = await store.keep([b"both"])
        async with store.batch() as batch:
            batch.append(draft(case="2026-00001", mail=digest, more=True))
            batch.append(draft(case="2026-00002", mail=digest))
        assert [entry.more for entry in await collected(store.entries(2))] == [True, False]
        assert store.verify().ok

    run(work, tmp_path)


@pytest.mark.parametrize(
    ("drafts", "words"),
    [
        ([draft(more=True)], "announces more"),
        ([draft(mail="1" * 64, more=True), draft(mail="2" * 64)], "one mail"),
    ],
)
def test_an_unfinished_or_mixed_group_is_not_committed(tmp_path: Path, drafts: list[Draft], words: str) -> None:
    async def work(store: FileStore) -> None:
        async def write() -> None:
            async with store.batch() as batch:
                for one in drafts:
                    batch.append(one)

        with pytest.raises(ValueError, match=words):
            await write()
        assert await collected(store.entries()) == []

    run(work, tmp_path)


@pytest.mark.parametrize(
    ("events", "how", "words"),
    [
        ((e.Rejected(clerk="k", reason="no"),), {"case": "2026-00009"}, "before case"),
        (opening(), {"case": "2026-00001"}, "opened already"),
        ((letter(1),), {"case": "2026-00001"}, "written already"),
        ((letter(1), letter(1)), {}, "written already"),
        ((e.LetterSent(letter="2026-00002.1", answer=""),), {"case": "2026-00001"}, "does not belong"),
        ((e.LetterSent(letter="2026-00001.7", answer=""),), {"case": "2026-00001"}, "not written"),
        ((e.LetterSent(letter="2026-00001.1", answer=""),), {}, "does not belong"),
        (opening(), {"case": "forty-two"}, "no case number"),
        ((), {"at": NOON + HOUR}, "one instant"),
        ((), {"at": NOON.replace(tzinfo=None)}, "aware"),
        ((e.Ignored(reason="\ud800"),), {}, "surrogate|utf-8"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_and_the_batch_goes_on(
    tmp_path: Path, events: tuple[e.Event, ...], how: dict[str, object], words: str
) -> None:
    async def work(store: FileStore) -> None:
        async with store.batch() as batch:
            await open_case(batch)
            before = await batch.case("2026-00001")
            with pytest.raises(ValueError, match=words):
                batch.append(draft(*events, **how))  # type: ignore[arg-type]
            assert await batch.case("2026-00001") == before
            batch.append(draft())
        assert store.head.seq == 2
        assert store.verify().ok

    run(work, tmp_path)


def test_batches_take_turns_and_a_nested_one_is_refused(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        async def one(_: int) -> str:
            async with store.batch() as batch:
                number = (await batch.recall(Asked("0" * 64, year=2026))).number
                await asyncio.sleep(0)
                batch.append(draft(*opening(), case=number))
                return str(number)

        assert sorted(await asyncio.gather(*map(one, range(5)))) == [f"2026-0000{n}" for n in range(1, 6)]
        async with store.batch():
            with pytest.raises(RuntimeError, match="inside"):
                async with store.batch():
                    pass

    run(work, tmp_path)


def test_a_cancelled_task_leaves_memory_and_disk_agreeing(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        async def one() -> None:
            async with store.batch() as batch:
                await open_case(batch)

        for turns in range(12):
            task = asyncio.create_task(one())
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert len(journal_lines(tmp_path)) == store.head.seq
        await one()
        assert store.verify().ok

    run(work, tmp_path)


def test_only_one_process_writes_and_the_second_is_told(tmp_path: Path) -> None:
    store = FileStore.open(tmp_path, DESK)
    with pytest.raises(Locked, match=str(os.getpid())):
        FileStore.open(tmp_path, DESK)
    code = "import pathlib, sys; from mailbot.store.files import *; FileStore.open(pathlib.Path(sys.argv[1]), 'x')"
    other = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert "Locked" in other.stderr
    store.close()
    FileStore.open(tmp_path, DESK).close()


def test_a_reader_looks_on_while_another_writes_and_changes_nothing(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await open_cases(store, 2)
        store.checkpoint()
        await open_cases(store, 1)
        with (tmp_path / "journal" / "2026-11.jsonl").open("ab") as torn:
            torn.write(b'{"half')
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        reader = FileStore.read(tmp_path, DESK)
        assert [case.number for case in await collected(reader.cases(Wanted()))] == [f"2026-0000{n}" for n in (1, 2, 3)]
        assert reader.head == store.head
        assert reader.verify().ok
        with pytest.raises(RuntimeError):
            async with reader.batch():
                pass
        reader.close()
        assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    run(work, tmp_path)


def test_letters_are_due_oldest_first_once_per_lease_until_they_are_sent(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await open_cases(store, 3)
        [first, second] = await store.due(NOON, 2, 60)
        assert isinstance(first, LetterDue)
        assert isinstance(second, LetterDue)
        assert (first.name, first.letter, first.tries, first.entry.seq) == ("2026-00001.1", letter(1), 0, 1)
        assert [due.name for due in await store.due(NOON, 9, 60)] == ["2026-00003.1"]  # type: ignore[union-attr]
        later = to_text(NOON + HOUR)
        async with store.batch() as batch:
            batch.append(draft(e.LetterSent(letter="2026-00001.1", answer="250"), case="2026-00001"))
            batch.append(draft(e.LetterPostponed(letter="2026-00002.1", why="451", until=later), case="2026-00002"))
        after_lease = NOON + timedelta(seconds=61)
        assert [due.name for due in await store.due(after_lease, 9, 60)] == ["2026-00003.1"]  # type: ignore[union-attr]
        [again] = await store.due(NOON + HOUR, 1, 60)
        assert isinstance(again, LetterDue)
        assert (again.name, again.tries) == ("2026-00002.1", 1)
        async with store.batch() as batch:
            batch.append(draft(e.LetterFailed(letter="2026-00002.1", code=550, why="no"), case="2026-00002"))

    async def restarted(store: FileStore) -> None:
        assert [due.name for due in await store.due(NOON + HOUR, 9, 60)] == ["2026-00003.1"]  # type: ignore[union-attr]
        case = await store.case("2026-00002")
        assert case is not None
        assert (case.letters[1].state, case.letters[1].tries) == ("failed", 2)

    run(work, tmp_path)
    run(restarted, tmp_path)


@pytest.mark.parametrize("restart", [False, True])
def test_letters_without_a_case_are_remembered_for_ever(tmp_path: Path, restart: bool) -> None:
    names = ("e1.1", "e1.2", "e1.3", "e1.4", "e01.1", "e2.1")

    async def fill(store: FileStore) -> None:
        async with store.batch() as batch:
            batch.append(draft(*(letter(n, to="s@example.org", template="blank") for n in (1, 2, 3))))
        async with store.batch() as batch:
            batch.append(draft(e.LetterSent(letter="e1.1", answer="250")))
            batch.append(draft(e.LetterFailed(letter="e1.2", code=550, why="no")))
            recall = await batch.recall(Asked("0" * 64, names))
            assert [info.state for info in recall.letters.values()] == ["sent", "failed", "due"]

    async def look(store: FileStore) -> None:
        async with store.batch() as batch:
            recall = await batch.recall(Asked("0" * 64, names))
        assert list(recall.letters) == ["e1.1", "e1.2", "e1.3"]
        assert [info.state for info in recall.letters.values()] == ["sent", "failed", "due"]
        assert [info.tries for info in recall.letters.values()] == [1, 1, 0]
        assert recall.letters["e1.1"].key == "k1"
        assert recall.cases == {}

    async def both(store: FileStore) -> None:
        await fill(store)
        await look(store)

    if restart:
        run(fill, tmp_path)
        run(look, tmp_path)
    else:
        run(both, tmp_path)


def test_deadlines_come_after_letters_remind_before_limit_and_only_for_open_cases(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        async with store.batch() as batch:
            await open_case(batch, remind=NOON + DAY, due=NOON + 2 * DAY)
            await open_case(batch, due=NOON + DAY)
            await open_case(batch, due=NOON + 9 * DAY)
        assert len(await store.due(NOON, 9, 60)) == 3
        found = await store.due(NOON + 2 * DAY, 9, 60)
        assert all(isinstance(due, LetterDue) for due in found[:3])
        assert [(due.case.number, due.what) for due in found[3:] if isinstance(due, DeadlineDue)] == [
            ("2026-00001", "remind"),
            ("2026-00002", "limit"),
        ]
        async with store.batch() as batch:
            batch.append(draft(e.Reminded(step="fields"), case="2026-00001"))
            batch.append(draft(e.Rejected(clerk="k", reason="no"), case="2026-00002"))

    async def restarted(store: FileStore) -> None:
        found = [due for due in await store.due(NOON + 3 * DAY, 9, 60) if isinstance(due, DeadlineDue)]
        assert [(due.case.number, due.what) for due in found] == [("2026-00001", "limit")]
        assert not [due for due in await store.due(NOON + 3 * DAY, 9, 60) if isinstance(due, DeadlineDue)]

    run(work, tmp_path)
    run(restarted, tmp_path)


def test_letters_to_an_address_are_remembered_for_two_days(tmp_path: Path) -> None:
    async def written(store: FileStore, since: timedelta) -> tuple[str, ...]:
        async with store.batch() as batch:
            return (await batch.recall(Asked("0" * 64, sender="Mika@Example.org", since=NOON + since))).written

    async def work(store: FileStore) -> None:
        await open_cases(store, 1)
        async with store.batch() as batch:
            batch.append(draft(letter(1, template="blank"), at=NOON + DAY))
        assert await written(store, 0 * DAY) == ("received", "blank")
        assert await written(store, HOUR) == ("blank",)

    async def restarted(store: FileStore) -> None:
        assert await written(store, 0 * DAY) == ("received", "blank")
        async with store.batch() as batch:
            batch.append(draft(letter(1, to="other@example.org"), at=NOON + 2 * DAY + HOUR))
        assert await written(store, 0 * DAY) == ("blank",)

    run(work, tmp_path)
    run(restarted, tmp_path)


def test_who_asks_for_accepted_cases_gets_the_open_ones_of_them_and_no_other_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [f"2026-{number:05d}" for number in range(1, 7)]
    first, second, ended, asked, within, _ = numbers
    accepted = (e.Accepted(clerk="k", account="a"), e.StepEntered(step="account", sort="task"))
    read = list[int]()

    async def work(store: FileStore) -> None:
        await open_cases(store, len(numbers))
        async with store.batch() as batch:
            for number in (second, first, ended, asked):
                batch.append(draft(*accepted, case=number))
        async with store.batch() as batch:
            batch.append(draft(e.Completed(), case=ended))
            batch.append(draft(e.FieldsAsked(clerk="k", fields=("email",)), case=asked))

    async def restarted(store: FileStore) -> None:
        read.clear()
        async with store.batch() as batch:
            assert list((await batch.recall(Asked(accepted=True))).cases) == [first, second]
            assert len(read) == 2
            batch.append(draft(*accepted, case=within))
            batch.append(draft(e.Rejected(clerk="k", reason="no"), case=first))
            assert list((await batch.recall(Asked(accepted=True))).cases) == [second, within]

    run(work, tmp_path)
    monkeypatch.setattr(casebook, "read_plain", lambda found: read.append(found["seq"]) or read_plain(found))
    run(restarted, tmp_path)


def test_open_cases_are_found_by_the_applicants_address_as_it_is_now(tmp_path: Path) -> None:
    async def of(store: FileStore, address: str) -> tuple[str, ...]:
        async with store.batch() as batch:
            return (await batch.recall(Asked(sender=address, form="guest"))).others

    async def work(store: FileStore) -> None:
        await open_cases(store, 2)
        async with store.batch() as batch:
            batch.append(draft(e.AddressRegistered(address="New@example.org"), case="2026-00001"))
        assert await of(store, "mika@example.org") == ("2026-00002",)
        assert await of(store, "new@example.org") == ("2026-00001",)
        async with store.batch() as batch:
            batch.append(draft(e.Rejected(clerk="k", reason="no"), case="2026-00002"))
        assert await of(store, "mika@example.org") == ()

    async def restarted(store: FileStore) -> None:
        assert await of(store, "new@example.org") == ("2026-00001",)

    run(work, tmp_path)
    run(restarted, tmp_path)


def test_case_numbers_are_counted_by_year_and_never_used_twice(tmp_path: Path) -> None:
    async def close(store: FileStore) -> None:
        assert await open_cases(store, 2) == ["2026-00001", "2026-00002"]
        async with store.batch() as batch:
            batch.append(draft(e.Rejected(clerk="k", reason="no"), case="2026-00002"))

    async def again(store: FileStore) -> None:
        next_year = NOON + 60 * DAY
        assert await open_cases(store, 1, at=next_year) == ["2027-00001"]
        async with store.batch() as batch:
            assert (await batch.recall(Asked("0" * 64, year=2026))).number == "2026-00003"

    run(close, tmp_path)
    run(again, tmp_path)


def test_closed_cases_move_to_files_of_a_thousand_and_stay_reachable(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        numbers = await open_cases(store, 1_100)
        for part in (numbers[:500], numbers[500:]):
            async with store.batch() as batch:
                for number in part:
                    batch.append(draft(e.Rejected(clerk="k", reason="no"), letter(2), case=number))
        store.checkpoint()
        async with store.batch() as batch:
            batch.append(draft(e.LetterSent(letter="2026-00001.2", answer="250"), case="2026-00001"))

    async def look(store: FileStore) -> None:
        assert sorted(path.name for path in (tmp_path / "cases" / "closed").iterdir()) == [
            "2026000.json",
            "2026001.json",
        ]
        tables = json.loads((tmp_path / "cases" / "closed" / "2026000.json").read_bytes())
        assert all(len(table) <= 64 for table in tables.values())
        assert await collected(store.cases(Wanted(frozenset({"collecting"})))) == []
        rejected = await collected(store.cases(Wanted(frozenset({"rejected"}))))
        assert [case.number for case in rejected] == [f"2026-{n:05d}" for n in range(1, 1_101)]
        case = await store.case("2026-00001")
        assert case is not None
        assert [info.state for info in case.letters.values()] == ["due", "sent"]
        [picked] = await collected(store.cases(Wanted(numbers=frozenset({"2026-01100", "2026-09999", "x"}))))
        assert picked.number == "2026-01100"
        assert store.verify().ok

    run(work, tmp_path)
    run(look, tmp_path)


def test_a_batch_goes_to_the_file_of_the_latest_month_seen_also_when_the_clock_goes_back(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        for at in (NOON, NOON + 12 * DAY, NOON, NOON + 50 * DAY):
            async with store.batch() as batch:
                batch.append(draft(at=at))
        assert [entry.seq for entry in await collected(store.entries())] == [1, 2, 3, 4]
        assert [entry.seq for entry in await collected(store.entries(2))] == [3, 4]
        found = store.verify()
        assert found.ok
        assert [problem.kind for problem in found.chain.problems] == ["notice"]

    run(work, tmp_path)
    lines = {path.name: len(path.read_bytes().splitlines()) for path in (tmp_path / "journal").glob("*.jsonl")}
    assert lines == {"2026-11.jsonl": 1, "2026-12.jsonl": 2, "2027-01.jsonl": 1}


def test_any_entry_is_found_by_its_number(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        for turn in range(40):
            async with store.batch() as batch:
                for _ in range(turn % 5 + 1):
                    batch.append(draft(e.Ignored(reason="x" * (turn * 37 % 900)), at=NOON + turn * DAY))
        for seq in range(1, store.head.seq + 1):
            entry = await store.entry(seq)
            assert entry is not None
            assert entry.seq == seq
            assert [found.seq for found in await collected(store.entries(seq))][:1] == [seq + 1][: store.head.seq - seq]
        assert await store.entry(0) is None
        assert await store.entry(store.head.seq + 1) is None

    run(work, tmp_path)


def test_raw_mails_wait_in_new_until_they_are_decided(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        raws = [b"mail %d" % n for n in range(20)]
        digests = await store.keep([*raws, raws[0]])
        assert digests == [digest_of(raw) for raw in [*raws, raws[0]]]
        assert sorted(await store.undecided()) == sorted(digests[:20])
        async with store.batch() as batch:
            batch.append(draft(e.Ignored(reason="x"), mail=digests[3]))
        assert digests[3] not in await store.undecided()
        assert (tmp_path / "mail" / digests[3][:2] / digests[3]).read_bytes() == raws[3]
        assert await store.keep([raws[3]]) == [digests[3]]
        assert digests[3] not in await store.undecided()
        assert await store.raw(digests[3]) == raws[3]
        assert await store.raw(digests[4]) == raws[4]
        [empty] = await store.keep([b""])
        assert await store.raw(empty) == b""
        with pytest.raises(FileNotFoundError):
            await store.raw("0" * 64)

    run(work, tmp_path)


def test_one_of_each_is_counted_in_the_singular(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        [digest] = await store.keep([b"a mail"])
        async with store.batch() as batch:
            await open_case(batch, digest)
        said = store.verify().words()
        assert "desk guest accounts: files 1, mails taken in 1, letters written 1, entries 1, of them" in said
        assert "1 raw mail fits its digest (0 erased), 1 case fits the journal" in said
        (tmp_path / "mail" / digest[:2] / digest).write_bytes(b"another")
        assert store.verify().words().endswith("NOT EVERYTHING FITS: 1 problem")

    run(work, tmp_path)


def test_an_erased_mail_is_known_and_gone(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        [digest] = await store.keep([b"personal"])
        async with store.batch() as batch:
            batch.append(draft(e.Ignored(reason="x"), mail=digest))
        (tmp_path / "mail" / digest[:2] / digest).write_bytes(b"")
        assert await store.raw(digest) is None
        async with store.batch() as batch:
            assert await batch.known(digest)
        assert "no order erased it" in store.verify().words()

    run(work, tmp_path)


def test_rules_and_programs_are_kept_under_their_digest(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        rules = {"rules/desk.toml": "name = '受付'\n", "rules/files/a.pdf": "sha256:" + "0" * 64}
        digest = await store.remember("rules", rules)
        assert digest == digest_of((tmp_path / "rules" / f"{digest}.json").read_bytes())
        assert await store.remember("rules", dict(reversed(rules.items()))) == digest
        assert await store.recollect("rules", digest) == rules
        assert await store.recollect("program", digest) is None
        program = await store.remember("program", {"mailbot": "0.1"})
        assert (tmp_path / "programs" / f"{program}.json").read_bytes() == b'{"mailbot":"0.1"}'
        with pytest.raises(ValueError):
            await store.remember("rules", {"rules/申請.toml": ""})

    run(work, tmp_path)


def test_nobody_else_can_read_it_whatever_the_umask(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)

    async def work(store: FileStore) -> None:
        await store.remember("rules", {"a": "b"})
        for turn in range(3):
            digests = await store.keep([b"%d.%d" % (turn, n) for n in range(turn * 9 + 1)])
            async with store.batch() as batch:
                for digest in digests:
                    batch.append(draft(e.Ignored(reason="x"), mail=digest))
        numbers = await open_cases(store, 2)
        async with store.batch() as batch:
            batch.append(draft(e.Rejected(clerk="k", reason="no"), case=numbers[0]))

    before = os.umask(0)
    try:
        run(work, tmp_path / "state")
    finally:
        os.umask(before)
    for path in [tmp_path / "state", *(tmp_path / "state").rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_letters_are_not_read_back_to_be_sent_however_many_came_after_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = list[int]()

    async def work(store: FileStore) -> None:
        numbers = await open_cases(store, UNSENT + 50)
        monkeypatch.setattr(Journal, "fields_at", lambda journal, spot: read.append(spot.offset))
        due = await store.due(NOON, UNSENT, 60, "letters")
        assert [one.name for one in due if isinstance(one, LetterDue)] == [f"{name}.1" for name in numbers[:UNSENT]]
        assert read == []
        monkeypatch.undo()
        await sent(store, numbers[:100])
        assert [one.name for one in await store.due(NOON, 99, 60, "letters") if isinstance(one, LetterDue)] == [
            f"{name}.1" for name in numbers[UNSENT:]
        ]

    run(work, tmp_path)


async def sent(store: FileStore, numbers: list[str]) -> None:
    async with store.batch() as batch:
        for number in numbers:
            batch.append(draft(e.LetterSent(letter=f"{number}.1", answer="250"), case=number))
