"""Orders and what the service posts: files between processes, of which one holds the lock and the others do not."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store_help import DESK, NOON, PROGRAM, RULES, WRITER, draft, no_space, open_cases, ordered_facts, run

from mailbot.core import events as e
from mailbot.core.instants import to_text
from mailbot.core.orders import Adopt, DropLetters, Ordered, ReleaseLetters
from mailbot.store import Draft, Full
from mailbot.store.files import FileStore, ask_reload, disk, submit
from mailbot.store.files.orders import Orders


def order(nonce: str, second: int = 0, letters: tuple[str, ...] | None = None) -> Ordered:
    what = Adopt() if letters is None else DropLetters(letters=letters)
    return Ordered(by=e.Operator(user="hanako", nonce=nonce), at=to_text(NOON.replace(second=second)), order=what)


async def carry_out(store: FileStore, nonce: str) -> None:
    async with store.batch() as batch:
        batch.append(draft())
        batch.append(Draft(NOON, None, None, RULES, PROGRAM, (ordered_facts(nonce), e.Adopted())))
    await store.finish_order(nonce)


SUBMIT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_store_orders import order
from mailbot.store.files import submit
print(submit(Path(sys.argv[1]), order("from-outside", 3)))
"""


def test_an_order_given_by_another_process_arrives_while_the_store_is_in_use(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        assert await store.orders() == []
        command = [sys.executable, "-c", SUBMIT, str(tmp_path), str(WRITER.parent)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        path = Path(said.strip())
        assert path.name == "2026-11-21T12:00:03.000Z-from-outside.json"
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        assert await store.orders() == [order("from-outside", 3)]

    run(work, tmp_path)


def test_orders_come_oldest_first_until_they_are_finished(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        many = tuple(f"e{n}.1" for n in range(1, 5_000))
        given = [order("c", 9, many), order("x-b", 5), order("b", 7)]
        for one in given:
            submit(tmp_path, one)
        assert await store.orders() == [given[1], given[2], given[0]]
        await store.finish_order("b")
        await store.finish_order("b")
        assert await store.orders() == [given[1], given[0]]

    async def restarted(store: FileStore) -> None:
        assert [one.by.nonce for one in await store.orders()] == ["x-b", "c"]

    run(work, tmp_path)
    run(restarted, tmp_path)


def test_an_order_whose_file_came_back_after_a_crash_is_known_as_done(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        path = submit(tmp_path, order("once"))
        kept = path.read_bytes()
        await carry_out(store, "once")
        path.write_bytes(kept)

    async def restarted(store: FileStore) -> None:
        [again] = await store.orders()
        assert store.ledger().done == {again.by.nonce: 2}
        await store.finish_order(again.by.nonce)
        assert await store.orders() == []

    run(work, tmp_path)
    run(restarted, tmp_path)


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def unknown(path: Path) -> None:
    fields = json.loads(path.read_bytes())
    path.write_text(json.dumps({**fields, "order": {"kind": "sing"}}))


def misnamed(path: Path) -> None:
    path.write_text(order("another").model_dump_json())


def linked(path: Path) -> None:
    path.rename(path.with_name("target"))
    path.symlink_to("target")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("harm", [torn, empty, unknown, misnamed, linked, folder, pipe])
def test_a_file_that_is_no_order_is_set_aside_and_the_others_count(tmp_path: Path, harm: object) -> None:
    async def work(store: FileStore) -> None:
        path = submit(tmp_path, order("harmed", 1))
        assert callable(harm)
        harm(path)
        good = order("good", 2)
        submit(tmp_path, good)
        assert await store.orders() == [good]
        [notice] = store.notices
        assert f"{path} is no order" in notice
        assert os.path.lexists(path.with_name(f"{path.name}.bad"))
        assert not os.path.lexists(path)
        assert await store.orders() == [good]
        assert len(store.notices) == 1

    run(work, tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_an_order_of_another_user_than_the_owner_of_the_state_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "state"

    async def work(store: FileStore) -> None:
        os.chown(submit(state, order("foreign")), 4_242, 4_242)
        assert await store.orders() == []
        assert "owner of the state" in store.notices[0]
        os.chown(state, 4_242, 4_242)
        own = submit(state, order("by-root"))
        assert own.stat().st_uid == 4_242
        assert await store.orders() == [order("by-root")]

    run(work, state)


def test_a_half_written_order_is_not_seen(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        path = submit(tmp_path, order("n"))
        path.rename(path.with_name(f".{path.name}.tmp"))
        assert await store.orders() == []
        assert store.notices == []

    run(work, tmp_path)


@pytest.mark.parametrize("nonce", ["", "../../etc/passwd", "a/b", "n" * 65, "ж", "a.json\n"])
def test_a_nonce_that_is_no_file_name_is_refused(tmp_path: Path, nonce: str) -> None:
    with pytest.raises(ValueError, match="nonce"):
        submit(tmp_path, order(nonce))
    assert list(tmp_path.iterdir()) == []


def test_a_reader_sees_orders_and_changes_nothing(tmp_path: Path) -> None:
    path = submit(tmp_path, order("n"))
    path.with_name("x.json").write_bytes(b"{")
    reader = FileStore.read(tmp_path, DESK)
    assert asyncio.run(reader.orders()) == [order("n")]
    assert reader.notices == []
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name, "x.json"]
    with pytest.raises(RuntimeError):
        asyncio.run(reader.finish_order("n"))
    with pytest.raises(RuntimeError):
        asyncio.run(reader.post({}))


def test_who_gave_an_order_gets_its_entry_as_soon_as_it_is_committed(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await open_cases(store, 1)
        reader = FileStore.read(tmp_path, DESK)
        assert await reader.await_order("n", 0.0) is None
        waiting = asyncio.create_task(reader.await_order("n", 30.0))
        await open_cases(store, 2)
        assert not waiting.done()
        await carry_out(store, "n")
        entry = await waiting
        assert entry is not None
        assert (entry.seq, entry.events) == (5, (ordered_facts("n"), e.Adopted()))
        assert reader.ledger() == store.ledger()
        assert [case.number for number in range(1, 4) if (case := await reader.case(f"2026-0000{number}"))] == [
            "2026-00001",
            "2026-00002",
            "2026-00003",
        ]
        assert await reader.await_order("never", 0.01) is None
        assert await store.await_order("n", 0.0) == entry

    run(work, tmp_path)


def test_looking_again_does_not_read_the_journal_again(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        for _ in range(4):
            await open_cases(store, 500)
        began = time.perf_counter()
        reader = FileStore.read(tmp_path, DESK)
        reading = time.perf_counter() - began
        began = time.perf_counter()
        for _ in range(100):
            reader.catch_up()
        assert time.perf_counter() - began < reading
        looking = 0.0
        for turn in range(10):
            await open_cases(store, 1)
            began = time.perf_counter()
            assert reader.catch_up() == store.head
            looking += time.perf_counter() - began
            assert reader.head.seq == 2_001 + turn
        assert looking < reading

    run(work, tmp_path)


def test_a_reader_goes_on_into_the_next_month(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        reader = FileStore.read(tmp_path, DESK)
        for month in (11, 12):
            await open_cases(store, 2, at=NOON.replace(month=month))
            assert reader.catch_up() == store.head
        assert reader.verify().ok

    run(work, tmp_path)


def test_what_was_posted_is_there_for_whoever_looks(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        assert await store.posted() is None
        pulse = {"seen": to_text(NOON), "waiting": 3, "imap": {"trouble": "café 停止"}, "stuck": [1, 2]}
        await store.post({"old": True})
        await store.post(pulse)
        assert await store.posted() == pulse
        assert await FileStore.read(tmp_path, DESK).posted() == pulse
        assert (tmp_path / "service.json").stat().st_mode & 0o777 == 0o600

    run(work, tmp_path)


@pytest.mark.parametrize("left", [b"", b'{"seen":', b"[1]", b"null", b"\xff\xfe\x00", b"[" * 100_000])
def test_garbage_that_a_crash_left_counts_as_nothing_posted(tmp_path: Path, left: bytes) -> None:
    async def work(store: FileStore) -> None:
        (tmp_path / "service.json").write_bytes(left)
        assert await store.posted() is None
        await store.post({"fine": "again"})
        assert await store.posted() == {"fine": "again"}

    run(work, tmp_path)


POST = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from store_help import DESK
from mailbot.store.files import FileStore

async def main():
    with FileStore.open(Path(sys.argv[1]), DESK) as store:
        for turn in range(500):
            await store.post({"turn": turn, "text": str(turn) * 2_000})
            print(turn, flush=True)

asyncio.run(main())
"""


def test_a_reader_never_finds_half_of_what_is_posted(tmp_path: Path) -> None:
    command = [sys.executable, "-c", POST, str(tmp_path), str(WRITER.parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "0\n"
        reader, turns = FileStore.read(tmp_path, DESK), []
        while writer.poll() is None:
            found = asyncio.run(reader.posted())
            assert found is not None
            assert found["text"] == str(found["turn"]) * 2_000
            turns.append(found["turn"])
            if turns[-1] == 499:
                break
        writer.stdout.read()
    assert turns == sorted(turns)


def test_decided_and_undecided_mails_are_counted_by_their_files(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        assert (await store.files(), len(await store.undecided())) == (0, 0)
        digests = await store.keep([b"%d" % n for n in range(300)])
        async with store.batch() as batch:
            for digest in digests[:200]:
                batch.append(draft(mail=digest))
        assert (await store.files(), len(await store.undecided())) == (200, 100)
        (tmp_path / "mail" / digests[0][:2] / digests[0]).write_bytes(b"")
        assert await store.files() == 200

    run(work, tmp_path)


def test_release_without_names_means_all(tmp_path: Path) -> None:
    everything = Ordered(by=e.Operator(user="u", nonce="n"), at=to_text(NOON), order=ReleaseLetters())
    submit(tmp_path, everything)
    assert asyncio.run(FileStore.read(tmp_path, DESK).orders()) == [everything]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives an order for somebody else")
def test_an_order_of_root_is_the_owners_from_the_moment_it_can_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, seen = tmp_path / "state", []
    disk.folder(state)
    os.chown(state, 65534, 65534)
    healthy = disk.fsync_folder

    def while_the_service_looks(path: Path) -> None:
        seen.append(Orders(state).read())
        healthy(path)

    monkeypatch.setattr(disk, "fsync_folder", while_the_service_looks)
    submit(state, order("root-1"))
    assert [len(orders) for orders, _ in seen][-1] == 1
    assert not [name for _, bad in seen for name in bad]
    ask_reload(state, "token")
    assert {path.stat().st_uid for path in [state / "orders", *(state / "orders").iterdir()]} == {65534}


def test_a_disk_without_room_for_a_name_is_full_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(Path, "rename", no_space)
    with pytest.raises(Full):
        disk.replace(tmp_path / "file", [b"text"])
    with pytest.raises(Full):
        disk.place([(tmp_path / "new" / "mail", b"text")], tmp_path / "tmp", tmp_path / "new")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
