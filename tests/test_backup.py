"""Backups: whole ones of one instant, made while the desk works, and what they are worth afterwards."""

import errno
import json
import os
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from store_help import DESK, NOON, PROGRAM, RULES, digest_of, draft, open_case, run

from mailbot.core import chain
from mailbot.core import events as e
from mailbot.store import Damaged, Draft, Full
from mailbot.store.files import FileStore, Locked, disk
from mailbot.store.files.backup import MANIFEST, NoBackup, Wish, make, mark, marked, problems, read
from mailbot.store.files.examining import examine


def wish(state: Path) -> Wish:
    return Wish(state, DESK, "1.0")


async def take(store: FileStore, raw: bytes) -> None:
    """A mail is kept and opens a case."""
    (digest,) = await store.keep([raw])
    async with store.batch() as batch:
        await open_case(batch, mail=digest)


async def some_mails(store: FileStore) -> None:
    for number in range(5):
        await take(store, b"mail %d" % number)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    run(some_mails, tmp_path / "state")
    return tmp_path / "state"


def fits(backup: Path) -> chain.Head:
    """The head of a backup whose state is whole by itself, and as the backup says."""
    manifest = read(backup)
    assert list(problems(backup, manifest)) == []
    found = examine(backup / "state", manifest.desk)
    made_up = [one for one in found.problems if RULES in one or PROGRAM in one]  # by the tests' entries
    assert found.chain.ok, found.words()
    assert found.problems == made_up, found.words()
    assert found.chain.head == manifest.head
    return manifest.head


def test_a_backup_has_the_journal_and_every_mail_and_only_its_owner_can_read_it(state: Path, tmp_path: Path) -> None:
    made = make(wish(state), tmp_path / "kept", NOON)
    assert made.folder.name == "guest-accounts-20261121T120000Z"
    assert (fits(made.folder).seq, made.manifest.mails) == (5, 5)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in made.folder.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (made.folder, *made.folder.rglob("*/"))} == {0o700}


def test_a_state_knows_its_last_backup_by_a_plain_path(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(state)
    made = make(wish(state), Path("../kept"), NOON)
    mark(state, made)
    last = marked(state)
    assert last
    assert last.folder == str(tmp_path / "kept" / made.folder.name)


def test_backups_made_while_a_desk_writes_are_each_of_one_instant(tmp_path: Path) -> None:
    state, ends, started = tmp_path / "state", threading.Event(), threading.Event()

    async def busy(store: FileStore) -> None:
        number = 0
        while not ends.is_set():
            (digest,) = await store.keep([b"mail %d" % number])
            async with store.batch() as batch:  # a mail of two cases: both entries, or none
                first = await open_case(batch, mail=digest)
                batch.append(draft(case=first, more=True))
                batch.append(draft(e.Noted(clerk="sato@staff.desk.example", text="x"), case=first))
            number += 1
            started.set()

    desk = threading.Thread(target=run, args=(busy, state))
    desk.start()
    try:
        assert started.wait(30)
        heads = [fits(make(wish(state), tmp_path / "kept", NOON).folder).seq for _ in range(6)]
    finally:
        ends.set()
        desk.join()
    assert heads == sorted(heads)
    assert heads[-1] > heads[0], "the desk went on meanwhile"
    assert all(seq % 3 == 0 for seq in heads), "whole groups only"


def test_mails_of_an_earlier_backup_are_shared_with_it_and_not_written_again(state: Path, tmp_path: Path) -> None:
    first = make(wish(state), tmp_path / "kept", NOON)
    run(lambda store: take(store, b"one more"), state)
    second = make(wish(state), tmp_path / "kept", NOON + timedelta(days=1))
    assert (first.linked, second.linked, second.manifest.mails) == (0, 5, 6)
    place = Path("state/mail") / digest_of(b"mail 1")[:2] / digest_of(b"mail 1")
    assert (first.folder / place).samefile(second.folder / place)
    assert not (state.parent / place).samefile(second.folder / place), "what the desk empties stays in its backups"
    (second.folder / place).write_bytes(b"rotten")
    third = make(wish(state), tmp_path / "kept", NOON + timedelta(days=2))
    assert (third.linked, fits(third.folder).seq) == (5, 6)


def test_a_batch_that_the_disk_did_not_take_is_in_no_backup(state: Path, tmp_path: Path) -> None:
    """A reader sees lines that are taken back: here the last one, while mails are copied."""
    (journal,) = (state / "journal").glob("*.jsonl")
    taken_back = []

    def hook(step: str, done: int, of: int) -> None:
        if step == "the raw mails" and not taken_back:
            lines = journal.read_bytes().splitlines(keepends=True)
            taken_back.append(json.loads(lines[-1])["hash"])
            journal.write_bytes(b"".join(lines[:-1]))

    made = make(wish(state), tmp_path / "kept", NOON, hook, sleep=lambda seconds: None)
    assert fits(made.folder).seq == 4
    assert taken_back[0] not in (made.folder / "state" / "journal" / journal.name).read_text()


def test_what_is_missing_in_the_state_is_said_and_the_rest_is_kept(state: Path, tmp_path: Path) -> None:
    digest = digest_of(b"mail 3")
    (state / "mail" / digest[:2] / digest).unlink()
    manifest = make(wish(state), tmp_path / "kept", NOON).manifest
    assert (manifest.wrong, manifest.head.seq) == ((f"mail {digest} is named by an entry, but not kept",), 5)


def test_a_destroyed_secret_is_in_no_later_backup_even_if_its_bytes_are_still_there(tmp_path: Path) -> None:
    raw, state = b"-----BEGIN PRIVATE KEY-----", tmp_path / "state"

    async def held_and_destroyed(store: FileStore) -> None:
        (digest,) = await store.keep([raw])
        async with store.batch() as batch:
            facts = e.Facts(secrets=("private_key",))
            batch.append(Draft(NOON, None, digest, RULES, PROGRAM, (facts,)))
        async with store.batch() as batch:
            batch.append(draft(e.SecretDestroyed(mail=digest)))

    run(held_and_destroyed, state)
    (state / "mail" / "sealed" / digest_of(raw)).write_bytes(raw)
    make(wish(state), tmp_path / "kept", NOON)
    assert not [path for path in (tmp_path / "kept").rglob("*") if path.is_file() and raw in path.read_bytes()]


def test_a_damaged_journal_is_not_kept_and_named_with_file_and_line(state: Path, tmp_path: Path) -> None:
    (journal,) = (state / "journal").glob("*.jsonl")
    journal.write_bytes(journal.read_bytes().replace(b"mika@", b"mina@", 1))
    with pytest.raises(Damaged, match=r"2026-11\.jsonl, line 1: `body` of entry 1"):
        make(wish(state), tmp_path / "kept", NOON)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [".lock"]


@pytest.mark.parametrize("writes", [0, 1, 4, 7])
def test_a_full_disk_leaves_no_half_backup_and_is_said(
    writes: int, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, write = [writes], os.write

    def some(descriptor: int, data: bytes) -> int:
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1
        return write(descriptor, data)

    (tmp_path / "kept").mkdir()
    with monkeypatch.context() as full:
        full.setattr(disk.os, "write", some)
        with pytest.raises(Full, match="No space left"):
            make(wish(state), tmp_path / "kept", NOON)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [".lock"]
    assert fits(make(wish(state), tmp_path / "kept", NOON).folder).seq == 5


def test_what_was_interrupted_is_no_backup_and_goes_with_the_next_one(state: Path, tmp_path: Path) -> None:
    made = make(wish(state), tmp_path / "kept", NOON).folder
    (made / MANIFEST).unlink()
    with pytest.raises(NoBackup, match="was not finished"):
        read(made)
    made.rename(made.with_name(f".{made.name}.part"))
    make(wish(state), tmp_path / "kept", NOON + timedelta(days=1))
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == [
        ".lock",
        "guest-accounts-20261122T120000Z",
    ]


def test_two_backups_into_one_folder_at_once_are_refused(state: Path, tmp_path: Path) -> None:
    held = disk.lock(disk.folder(tmp_path / "kept") / ".lock")
    with pytest.raises(Locked):
        make(wish(state), tmp_path / "kept", NOON)
    os.close(held)
    assert make(wish(state), tmp_path / "kept", NOON).folder != make(wish(state), tmp_path / "kept", NOON).folder
