"""Disks that fill up, disks that lie, and processes that are killed: nothing taken in is lost."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from store_help import (
    DESK,
    NOON,
    WRITER,
    collected,
    digest_of,
    draft,
    journal_lines,
    no_space,
    open_case,
    open_cases,
    run,
)

from mailbot.core import events as e
from mailbot.core.ledger import Ledger
from mailbot.store import Full, Wanted
from mailbot.store.files import FileStore, FsyncFailed, disk

Write = Callable[[int, bytes], int]


def only_half(descriptor: int, data: bytes) -> int:
    return real_write(descriptor, data[: len(data) // 2])


real_write = os.write


async def one_case(store: FileStore) -> None:
    async with store.batch() as batch:
        await open_case(batch)


@pytest.mark.parametrize("write", [no_space, only_half])
def test_a_full_disk_takes_nothing_in_and_it_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write
) -> None:
    async def work(store: FileStore) -> None:
        await open_cases(store, 1)
        before = journal_lines(tmp_path)
        with monkeypatch.context() as full:
            full.setattr(os, "write", write)
            with pytest.raises(Full):
                await one_case(store)
            with pytest.raises(Full):
                await store.keep([b"mail"])
            with pytest.raises(Full):
                await store.remember("rules", {"a": "b"})
            assert not store.checkpoint()
            assert "no checkpoint" in store.notices[-1]
        assert journal_lines(tmp_path) == before
        assert store.head.seq == 1
        assert await store.undecided() == []
        assert await open_cases(store, 2) == ["2026-00002", "2026-00003"]
        assert await store.keep([b"mail"]) == [digest_of(b"mail")]

    run(work, tmp_path)
    with FileStore.open(tmp_path, DESK) as store:
        assert store.notices == []
        assert store.verify().ok


def test_a_full_disk_during_a_months_first_batch_leaves_the_journal_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = NOON.replace(month=12)

    async def work(store: FileStore) -> None:
        await open_cases(store, 1)
        with monkeypatch.context() as full:
            full.setattr(os, "write", only_half)
            with pytest.raises(Full):
                await open_cases(store, 1, at=later)
        await open_cases(store, 1)
        await open_cases(store, 1, at=later)
        assert store.verify().ok

    run(work, tmp_path)
    sizes = {path.name: path.read_bytes().count(b"\n") for path in (tmp_path / "journal").glob("*.jsonl")}
    assert sizes == {"2026-11.jsonl": 2, "2026-12.jsonl": 1}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_really_full_disk_is_survived(tmp_path: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(tmp_path)], check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")

    async def fill(store: FileStore) -> int:
        for count in range(10_000):
            try:
                await one_case(store)
            except Full:
                return count
        raise AssertionError("the disk never filled up")

    async def look(store: FileStore) -> int:
        assert store.verify().ok
        return len(await collected(store.cases(Wanted())))

    try:
        count = run(fill, tmp_path / "state")
        assert count > 10
        for path in (tmp_path / "state" / "cases").glob("*"):
            path.unlink() if path.is_file() else None
        assert run(look, tmp_path / "state") == count
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


FAILING_FSYNC = """
import asyncio, errno, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from store_help import DESK, draft, open_case
from mailbot.store.files import FileStore

def fail(descriptor):
    raise OSError(errno.EIO, "the disk is broken")

async def main():
    store = FileStore.open(Path(sys.argv[1]), DESK)
    async with store.batch() as batch:
        await open_case(batch)
    print("taken in", flush=True)
    os.fsync = fail
    try:
        async with store.batch() as batch:
            await open_case(batch)
    except Exception:
        print("caught", flush=True)
    print("went on", flush=True)

asyncio.run(main())
"""


def test_a_failed_fsync_ends_the_process_with_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FAILING_FSYNC, str(tmp_path), str(WRITER.parent)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert ended.stdout == "taken in\n"
    assert "did not confirm" in ended.stderr
    assert "2026-11.jsonl" in ended.stderr


def test_after_a_failed_fsync_nothing_is_appended_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "the disk is broken")

    store = FileStore.open(tmp_path, DESK)
    with monkeypatch.context() as lying:
        lying.setattr(os, "fsync", broken)
        with pytest.raises(FsyncFailed):
            asyncio.run(one_case(store))
    with pytest.raises(FsyncFailed):
        asyncio.run(one_case(store))
    assert store.head.seq == 0


def found_again(state: Path, entries: int) -> Ledger:
    """What is counted after a new start, which finds so many entries and everything as it should be."""
    with FileStore.open(state, DESK) as again:
        assert again.head.seq == entries
        assert again.verify().ok, again.verify().words()
        return again.ledger()


def test_what_was_journaled_and_not_counted_is_in_no_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry is on the disk; making a folder for its mail is what the disk does not confirm."""

    def broken(path: Path) -> None:
        raise FsyncFailed(path, OSError(errno.EIO, "the disk is broken"))

    async def take_in(store: FileStore, raw: bytes) -> None:
        [digest] = await store.keep([raw])
        async with store.batch() as batch:
            await open_case(batch, mail=digest)

    with FileStore.open(tmp_path, DESK) as store:
        asyncio.run(take_in(store, b"one"))
        with monkeypatch.context() as lying:
            lying.setattr(disk, "fsync_folder", lambda path: broken(path) if path.name == "mail" else None)
            with pytest.raises(FsyncFailed):
                asyncio.run(take_in(store, b"two"))
        with pytest.raises(FsyncFailed):
            asyncio.run(one_case(store))
    assert found_again(tmp_path, entries=2).mails["taken_in"] == 2


def fails_behind_the_journal(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException
) -> None:
    """A case is opened; its entry is on the disk, and this step after that goes wrong."""

    def fails(*_: object) -> None:
        raise error

    with monkeypatch.context() as failing:
        failing.setattr(f"mailbot.store.files.{step}", fails)
        with pytest.raises(type(error)) as caught:
            asyncio.run(one_case(store))
    assert caught.value is error


def test_what_was_counted_in_part_is_in_no_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it adds up to is broken off, such as by a second Ctrl-C."""
    with FileStore.open(tmp_path, DESK) as store:
        asyncio.run(one_case(store))
        fails_behind_the_journal(store, monkeypatch, "working.Working.settle", KeyboardInterrupt())
    found_again(tmp_path, entries=2)


def test_whatever_goes_wrong_behind_the_journal_ends_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could neither take in anything nor journal that it cannot."""
    no_more_files = OSError(errno.EMFILE, "Too many open files")
    with FileStore.open(tmp_path, DESK) as store:
        fails_behind_the_journal(store, monkeypatch, "store.put_away", no_more_files)
        with pytest.raises(SystemExit, match=r"could not be counted: OSError: .*Too many open files"):
            asyncio.run(one_case(store))
    found_again(tmp_path, entries=1)


def test_mails_that_cannot_be_moved_yet_count_as_decided_and_hold_the_checkpoint_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(store: FileStore) -> None:
        digests = await store.keep([b"one", b"two"])

        def refuse(path: Path, target: Path) -> Path:
            raise OSError(errno.ENOSPC, "full")

        with monkeypatch.context() as full:
            full.setattr(Path, "rename", refuse)
            async with store.batch() as batch:
                for digest in digests:
                    batch.append(draft(e.Ignored(reason="x"), mail=digest))
            assert await store.undecided() == []
            assert await store.files() == 2, "so that no sum seems not to agree"
            assert await store.keep([b"one"]) == digests[:1]
            assert not store.checkpoint()
        assert store.checkpoint()
        assert list((tmp_path / "mail" / "new").iterdir()) == []

    run(work, tmp_path)


def test_a_checkpoint_is_written_every_so_many_entries(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        store.checkpoint_every = 5
        await open_cases(store, 4)
        assert not (tmp_path / "cases" / "open.json").exists()
        await open_cases(store, 1)
        assert (tmp_path / "cases" / "open.json").exists()

    run(work, tmp_path)


def killed_writer(state: Path, lines: int) -> list[list[str]]:
    """What a writing process said before it was killed, some time after that many lines."""
    command = [sys.executable, str(WRITER), str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(lines)]
        writer.send_signal(signal.SIGKILL)
        said += writer.stdout.readlines()
    return [line.split() for line in said if line.endswith("\n")]


def test_whatever_was_acknowledged_before_kill_9_is_there_afterwards(tmp_path: Path) -> None:
    acknowledged: list[list[str]] = []

    async def look(store: FileStore) -> None:
        assert store.verify().ok, store.verify().words()
        for what, name, *digest in acknowledged:
            case = await store.case(name.split(".")[0])
            assert case is not None
            if what == "sent":
                assert case.letters[1].state == "sent"
            else:
                assert await store.raw(digest[0]) is not None
                assert digest[0] not in await store.undecided()
        numbers = [case.number for case in await collected(store.cases(Wanted()))]
        assert len(numbers) == len(set(numbers))
        ledger = store.ledger()
        assert sum(ledger.mails.values()) == await store.files() == len(numbers)
        assert ledger.letters["written"] == ledger.letters["due"] + ledger.letters["sent"] == len(numbers)

    for turn in range(10):
        acknowledged += killed_writer(tmp_path, 3 + turn * 4)
        run(look, tmp_path)
    assert len({name for what, name, *_ in acknowledged if what == "opened"}) > 20
    opened = [name for what, name, *_ in acknowledged if what == "opened"]
    assert len(opened) == len(set(opened))
