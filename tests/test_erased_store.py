"""Erasing in the store: what an entry orders is gone from the journal, the mails and everything made from them, also if
the process dies on the way, and every other case stands as before."""

import dataclasses
import json
import os
import shutil
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from store_help import (
    DESK,
    NOON,
    collected,
    digest_of,
    draft,
    journal_lines,
    letter,
    no_space,
    open_cases,
    opening,
    ordered_facts,
    run,
)
from test_registers import looked_up

from mailbot.core import events as e
from mailbot.core.case import kept, outlined
from mailbot.core.chain import verify
from mailbot.core.instants import to_text
from mailbot.core.ledger import Undone
from mailbot.core.uids import uids_of
from mailbot.store import Asked, Entry, Full, LetterDue, Wanted
from mailbot.store.files import FileStore, backup, replay
from mailbot.store.files import mail as mails
from mailbot.store.files.backup import Wish, make, problems
from mailbot.store.files.casebook import Casebook
from mailbot.store.files.telling import Progress

MIKA, TARO = b"Subject: I am Mika\r\n\r\nMika Tanaka\r\n", b"Subject: I am Taro\r\n\r\nTaro\r\n"
FIRST, SECOND = "2026-00001", "2026-00002"
CLOSED = "2026-01001"
"""In another file of the casebook."""
LATER = NOON + timedelta(days=40)
"""In another file of the journal."""


def to_taro(number: int) -> e.Event:
    """A letter of Taro's case."""
    return letter(number, to="taro@univ.example").model_copy(update={"text": "Dear Taro"})


async def two_cases(store: FileStore) -> None:
    """Mika's, of two mails, the second of which is about Taro's case as well, and Taro's."""
    shared = await store.keep([MIKA, TARO, b"about both"])
    async with store.batch() as batch:
        batch.append(draft(*opening(), case=FIRST, mail=shared[0]))
    async with store.batch() as batch:
        begun = opening(address="taro@univ.example")[:-1]
        batch.append(draft(*begun, to_taro(1), case=SECOND, mail=shared[1]))
    async with store.batch() as batch:
        batch.append(draft(e.LetterSent(letter=f"{SECOND}.1", answer="250"), case=SECOND))
    async with store.batch() as batch:
        batch.append(draft(e.Noted(clerk="sato@desk.example", text="Mika"), case=FIRST, mail=shared[2], more=True))
        batch.append(draft(e.Noted(clerk="sato@desk.example", text="waits"), to_taro(2), case=SECOND, mail=shared[2]))
    async with store.batch() as batch:
        batch.append(draft(e.LetterSent(letter=f"{SECOND}.2", answer="250"), case=SECOND, at=LATER))


SEQS, MAILS = (1, 4, 5), (digest_of(MIKA), digest_of(b"about both"))
ERASED = e.Erased(seqs=SEQS, mails=MAILS, order="asked by letter")


async def order(store: FileStore, erased: e.Erased = ERASED) -> None:
    """The group that orders it: both cases as they are to stand, and what goes."""
    at = LATER + timedelta(days=1)
    first, second = await store.case(FIRST), await store.case(SECOND)
    assert first
    assert second
    facts = ordered_facts("n1")
    async with store.batch() as batch:
        for number, case in ((FIRST, outlined(first, to_text(at))), (SECOND, second)):
            made = draft(case=number, at=at, more=True)
            batch.append(dataclasses.replace(made, events=(facts, kept(case))))
        batch.append(dataclasses.replace(draft(at=at), events=(facts, erased)))


async def done(store: FileStore, seq: int) -> None:
    async with store.batch() as batch:
        batch.append(draft(e.ErasureDone(seq=seq), at=LATER + timedelta(days=1)))


async def erase(store: FileStore) -> None:
    await two_cases(store)
    await order(store)
    await store.erase(ERASED)
    await done(store, store.head.seq)


def everything(state: Path) -> bytes:
    """All bytes of a state folder."""
    return b"".join(path.read_bytes() for path in sorted(state.rglob("*")) if path.is_file())


def test_what_is_erased_is_nowhere_and_the_chain_is_whole(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await two_cases(store)
        store.checkpoint()
        assert b"Mika" in everything(tmp_path)
        assert b"mika@example.org" in everything(tmp_path)
        before = journal_lines(tmp_path)
        await order(store)
        await store.erase(ERASED)
        await done(store, store.head.seq)
        lines = [json.loads(line) for line in journal_lines(tmp_path)]
        assert [line["seq"] for line in lines if line["events"] is None and line["salt"] is None] == list(SEQS)
        assert [line["hash"] for line in lines[:6]] == [json.loads(line)["hash"] for line in before]
        assert store.verify().ok, store.verify().words()
        assert (store.verify().erased, store.verify().chain.erased) == (2, 3)

    run(work, tmp_path)
    left = everything(tmp_path)
    assert b"ika" not in left, "neither in the journal nor in mails nor in the casebook"
    assert verify(DESK, tmp_path / "journal").ok


def test_the_erased_case_is_an_outline_and_the_other_one_what_it_was(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await two_cases(store)
        before = await store.case(SECOND)
        await order(store)
        await store.erase(ERASED)
        assert await store.case(SECOND) == before
        first = await store.case(FIRST)
        assert first
        assert (first.form, first.applicant, first.letters, first.open) == ("guest", "", {}, False)
        assert first.erased == to_text(LATER + timedelta(days=1))
        assert [case.number async for case in store.cases(Wanted(statuses=frozenset({"collecting"})))] == [SECOND]
        assert store.ledger().cases == {"open": 1, "closed": 1}
        async with store.batch() as batch:
            recall = await batch.recall(Asked(letters=(f"{FIRST}.1", f"{SECOND}.2"), mail=MAILS[0], year=2026))
            assert list(recall.letters) == [f"{SECOND}.2"], "a token of the erased letter says nothing"
            assert await batch.known(MAILS[0])
            assert recall.number == "2026-00003", "a number is never used twice"

    run(work, tmp_path)


def test_a_case_book_made_again_from_the_journal_is_the_same(tmp_path: Path) -> None:
    run(erase, tmp_path)
    before = {path.name: path.read_bytes() for path in (tmp_path / "cases").rglob("*.json")}
    shutil.rmtree(tmp_path / "cases")
    with FileStore.rebuild(tmp_path, DESK):
        pass
    assert {path.name: path.read_bytes() for path in (tmp_path / "cases").rglob("*.json")} == before


def test_letters_of_an_erased_case_are_never_sent_and_those_under_way_are_not_given_out_twice(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await two_cases(store)
        async with store.batch() as batch:
            batch.append(draft(to_taro(3), to_taro(4), case=SECOND, at=LATER))
        given = [one.name for one in await store.due(LATER, 9, 600.0) if isinstance(one, LetterDue)]
        assert given == [f"{FIRST}.1", f"{SECOND}.3", f"{SECOND}.4"]
        store.give_back([f"{SECOND}.4"])
        await order(store)
        assert not store.is_due(f"{FIRST}.1"), "from the order on, not only when it is done"
        await store.erase(ERASED)
        assert not store.is_due(f"{FIRST}.1")
        assert [one.name for one in await store.due(LATER, 9, 600.0) if isinstance(one, LetterDue)] == [f"{SECOND}.4"]
        assert store.is_due(f"{SECOND}.3")
        async with store.batch() as batch:
            late = e.LetterSent(letter=f"{FIRST}.1", answer="250")
            batch.append(draft(late, case=FIRST, at=LATER + timedelta(days=2)))
        await done(store, 10)
        letters = store.ledger().letters
        assert letters["written"] == sum(letters[state] for state in ("due", "sent", "failed", "held", "dropped"))
        assert store.verify().ok, "what the relay says later harms nothing"

    run(work, tmp_path)


def test_sums_agree_and_the_ledger_names_what_is_erased(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await erase(store)
        ledger = store.ledger()
        assert sum(ledger.mails.values()) == await store.files() == 3
        assert (ledger.mails["erased"], ledger.mails["taken_in"]) == (2, 1)
        assert uids_of(ledger.erased) == set(SEQS)
        assert ledger.erasing == ()
        assert await store.raw(MAILS[0]) is None

    run(work, tmp_path)


def test_an_order_that_was_not_done_is_reported_and_finished_by_the_next_start(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await two_cases(store)
        await order(store)
        assert store.ledger().erasing == (Undone(9, SEQS, MAILS),)
        assert "the erasure that entry 9 orders is not finished" in store.verify().words()

    run(work, tmp_path)
    assert b"Mika" in everything(tmp_path)

    async def restarted(store: FileStore) -> None:
        assert b"Mika" not in everything(tmp_path)
        assert [undone.seq for undone in store.ledger().erasing] == [9], "whoever keeps the log says that it is done"
        await done(store, 9)
        assert store.verify().ok

    run(restarted, tmp_path)


def test_done_twice_it_is_done(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await erase(store)
        before = [everything(tmp_path / part) for part in ("journal", "mail")]
        await store.erase(ERASED)
        assert [everything(tmp_path / part) for part in ("journal", "mail")] == before

    run(work, tmp_path)


async def put_back_events(store: FileStore, state: Path) -> None:
    lines = journal_lines(state)
    await order(store)
    await store.erase(ERASED)
    await done(store, store.head.seq)
    store.checkpoint()
    path = min((state / "journal").glob("*.jsonl"))
    now = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], *now[1:]]))


async def put_back_a_mail(store: FileStore, state: Path) -> None:
    await order(store)
    await store.erase(ERASED)
    await done(store, store.head.seq)
    (state / "mail" / MAILS[0][:2] / MAILS[0]).write_bytes(MIKA)


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        (put_back_events, "entry 1 was erased by order, but its events are there again"),
        (put_back_a_mail, f"mail {MAILS[0]} is to be erased by order, but its bytes are there"),
    ],
)
def test_what_comes_back_after_it_was_erased_is_found(tmp_path: Path, deed: object, found: str) -> None:
    async def work(store: FileStore) -> None:
        await two_cases(store)
        await deed(store, tmp_path)  # type: ignore[operator]

    run(work, tmp_path)
    assert found in FileStore.read(tmp_path, DESK).verify().words()


def test_whoever_looks_meanwhile_sees_what_is_there_now(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await two_cases(store)
        looking = FileStore.read(tmp_path, DESK)
        await order(store)
        await store.erase(ERASED)
        await done(store, store.head.seq)
        assert looking.catch_up() == store.head
        case = await looking.case(FIRST)
        assert case
        assert case.erased
        assert looking.verify().ok

    run(work, tmp_path)


def test_rows_that_an_erased_entry_wrote_into_a_register_are_not_remembered(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        async with store.batch() as batch:
            for account in ("mika-t", "taro-i"):
                row = {"account": account, "email": f"{account}@b.example"}
                batch.append(draft(e.AccountChanged(name="accounts", row=row)))
        assert (await looked_up(store, "mika-t")).found
        async with store.batch() as batch:
            batch.append(draft(e.Erased(seqs=(1,))))
        await store.erase(e.Erased(seqs=(1,)))
        assert (await looked_up(store, "mika-t")).found is None
        assert (await looked_up(store, "taro-i")).found

    run(work, tmp_path)


def test_copies_that_nobody_needs_go_too(tmp_path: Path) -> None:
    for name in ("journal/torn/2026-11.0-9", "orders/x.json.bad", "cases/.open.json.tmp", "journal/.2026-11.jsonl.tmp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"Mika")
    run(erase, tmp_path)
    assert b"Mika" not in everything(tmp_path)


def test_the_past_is_unknown_between_what_was_erased_and_the_order_and_known_again_after_it(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await erase(store)
        past, known = store.past(), []
        groups: list[tuple[Entry, ...]] = [group async for group in past.groups()]
        for group in groups:
            past.take(group)
            known.append((group[-1].seq, past.erased(FIRST), past.erased(SECOND), past.any_erased))
        assert known == [
            (1, True, False, True),
            (2, True, False, True),
            (3, True, False, True),
            (5, True, True, True),
            (6, True, True, True),
            (9, False, False, False),
            (10, False, False, False),
        ]
        assert await collected(store.entries()) == [entry for group in groups for entry in group]

    run(work, tmp_path)


SAID = "Mika says it at length: " + "again " * 4000
"""So long that the file which holds it becomes shorter than it was, though the order is added to it."""


async def much_said(store: FileStore, at: datetime) -> None:
    """Two cases, and in the journal's last file as well what is to be erased."""
    await two_cases(store)
    async with store.batch() as batch:
        batch.append(draft(e.Noted(clerk="sato@desk.example", text=SAID), case=FIRST, at=at))


def erased_at(state: Path, call: int) -> Progress:
    """A progress bar that, when it moves for this time, has everything erased meanwhile."""
    calls = count(1)

    async def now(store: FileStore) -> None:
        everything_of_hers = ERASED.model_copy(update={"seqs": (*SEQS, 7)})
        await order(store, everything_of_hers)
        await store.erase(everything_of_hers)
        await done(store, store.head.seq)

    return lambda step, so_far, of: run(now, state) if next(calls) == call else None


@pytest.mark.parametrize("at", [LATER, LATER + timedelta(days=1)], ids=["another file", "that of the order"])
@pytest.mark.parametrize("call", range(1, 6))
@pytest.mark.parametrize("tries", [1, 3], ids=["at last", "at first"])
def test_a_backup_has_an_erasure_that_comes_meanwhile_as_a_whole_or_not_at_all(
    tmp_path: Path, call: int, at: datetime, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first file of the journal may be read before it and the last one after it; others may have come before."""
    monkeypatch.setattr(backup, "TRIES", tries)
    run(lambda store: much_said(store, at), tmp_path / "state")
    wish = Wish(tmp_path / "state", DESK, "1.0")
    made = make(wish, tmp_path / "kept", NOON, erased_at(tmp_path / "state", call), sleep=lambda seconds: None)
    lines = [json.loads(line) for line in journal_lines(made.folder / "state")]
    ordered = any(event["kind"] == "erased" for line in lines for event in line["events"] or ())
    assert (b"Mika" in everything(made.folder)) is not ordered
    assert (list(problems(made.folder, made.manifest)), made.manifest.wrong) == ([], ())
    assert b"Mika" not in everything(tmp_path / "state")


def test_a_disk_that_is_full_before_an_erasure_is_done_leaves_no_hole_in_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of the newest entries is shorter by then; what does not go into it is cut off at its new length."""

    async def work(store: FileStore) -> None:
        [mail] = await store.keep([MIKA])
        async with store.batch() as batch:
            batch.append(draft(*opening(), case=FIRST, mail=mail))
        case = await store.case(FIRST)
        assert case
        erased, facts = e.Erased(seqs=(1,), mails=(mail,), order="asked by letter"), ordered_facts("n1")
        async with store.batch() as batch:
            made = draft(case=FIRST, more=True)
            batch.append(dataclasses.replace(made, events=(facts, kept(outlined(case, to_text(NOON))))))
            batch.append(dataclasses.replace(draft(), events=(facts, erased)))
        with monkeypatch.context() as full:
            full.setattr(mails, "_empty", no_space)
            with pytest.raises(Full):
                await store.erase(erased)
        with monkeypatch.context() as full:
            full.setattr(os, "write", no_space)
            with pytest.raises(Full):
                await open_cases(store, 1)
        await open_cases(store, 1)

    run(work, tmp_path)
    with FileStore.open(tmp_path, DESK) as again:
        assert (again.notices, again.head.seq) == ([], 4)
        assert verify(DESK, tmp_path / "journal").ok
        assert not (tmp_path / "mail" / MAILS[0][:2] / MAILS[0]).read_bytes()


def test_a_disk_that_is_full_before_the_casebook_is_made_again_leaves_closed_cases_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(book: Casebook) -> None:
        raise Full("no room")

    async def work(store: FileStore) -> None:
        await order(store)
        with monkeypatch.context() as full:
            full.setattr(Casebook, "flush_closed", no_room)
            with pytest.raises(Full):
                await store.erase(ERASED)
        closed = await store.case(CLOSED)
        assert closed
        assert closed.status == "rejected"
        await store.erase(ERASED)
        assert await store.case(CLOSED) == closed

    async def begun(store: FileStore) -> None:
        await two_cases(store)
        async with store.batch() as batch:
            batch.append(draft(*opening(), case=CLOSED, at=LATER))
            batch.append(draft(e.Rejected(clerk="k", reason="no"), letter(2), case=CLOSED, at=LATER))

    monkeypatch.setattr(replay, "CLOSING", 1)
    run(begun, tmp_path)
    run(work, tmp_path)
