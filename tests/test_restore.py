"""A state that was lost comes back from a backup: what the newest head letter proves of it, what is held and left out
since nobody knows what happened afterwards, and what is refused."""

import asyncio
import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from carrying import here
from test_tampering import NOON, NOWHERE, Relay
from worlds import World, application, question

from mailbot import cli, desks
from mailbot.cli import restore
from mailbot.core.restoring import unsure_numbers
from mailbot.edge.config import load_keys
from mailbot.edge.signing import make_signing_key
from mailbot.flow.delivery import Sending
from mailbot.flow.erasing import erase_entries
from mailbot.flow.intake import Delivered, take_in
from mailbot.flow.routine import tell_auditors
from mailbot.service import reader_for
from mailbot.store.files import disk
from mailbot.store.files.backup import read

AUDITOR = "auditor@audit.example"


@dataclass(frozen=True)
class Desk:
    """A desk's folder, and beside it the letters that went out and the backups."""

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / "desk" / "state"

    @property
    def backups(self) -> list[Path]:
        """Whole ones, oldest first."""
        return sorted(path.parent for path in (self.folder / "kept").glob("*/manifest.json"))

    @property
    def heads(self) -> list[str]:
        """The letters to the auditor, oldest first."""
        found = (self.folder / "letters").glob(f"{AUDITOR}-*.eml")
        return [str(path) for path in sorted(found, key=lambda path: int(path.stem.rpartition("-")[2]))]

    def run(self, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = cli.main(["--config", str(self.folder / "desk" / "mailbot.toml"), *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    def restore(self, capsys: pytest.CaptureFixture[str], *words: str, backup: int = -1) -> tuple[int, str]:
        return self.run(capsys, "restore", str(self.backups[backup]), *words)

    def lose(self) -> None:
        shutil.rmtree(self.state)

    def entries(self) -> list[dict]:
        files = sorted((self.state / "journal").glob("*.jsonl"))
        return [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]


async def day(folder: Path, now: datetime, *raws: bytes, sends: bool = True) -> None:
    """Mails come, letters go unless the relay is away, and the auditor is told the head."""
    desk = desks.load(folder / "desk" / "mailbot.toml")
    opened = desks.opened(
        desk.state, desk.rules, desk.texts, desk.keys, files=desk.files, signer=desk.signer, clock=lambda: now
    )
    relay = Relay.__new__(Relay)
    relay.folder = folder / "letters"
    async with opened as tools, reader_for(desk.rules) as reader:
        await take_in(tools, reader, [Delivered(raw) for raw in raws], lambda: now)
        if sends:
            await Sending(tools, lambda: now).all_due(here(tools, [relay]))
            await tell_auditors(tools, lambda: now)
            await Sending(tools, lambda: now).all_due(here(tools, [relay]))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days, a backup and a head letter on each; when the first backup was made, letters of one case were due."""
    folder = tmp_path_factory.mktemp("restoring")
    (folder / "letters").mkdir()
    world = World.make(folder / "desk", NOWHERE, NOWHERE, adopted=False)
    settings = world.folder / "mailbot.toml"
    text = settings.read_text().replace('password = "none"', 'password_file = "imap.password"')  # nothing secret in it
    (world.folder / "imap.password").write_text("none")
    (world.folder / "imap.password").chmod(0o600)
    settings.write_text('[desk]\nsigning_key = "head.pem"\n\n' + text)
    make_signing_key(world.folder / "head.pem")
    rules = world.folder / "rules" / "desk.toml"
    rules.write_text(rules.read_text().replace("auditors = []", f'auditors = ["{AUDITOR}"]'))
    asyncio.run(day(folder, NOON, application(1), question(1)))
    asyncio.run(day(folder, NOON + timedelta(hours=1), application(2), sends=False))
    assert cli.main(["--config", str(settings), "backup", str(folder / "kept")]) == 0
    asyncio.run(day(folder, NOON + timedelta(days=1), application(3), question(2)))
    (first,) = (folder / "kept").glob("*/")
    first.rename(first.with_name("a first one"))
    assert cli.main(["--config", str(settings), "backup", str(folder / "kept"), "--keys"]) == 0
    return folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    shutil.copytree(made, tmp_path / "all", symlinks=True)
    return Desk(tmp_path / "all")


def test_a_lost_state_comes_back_as_it_was_when_the_backup_was_made(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    before = desk.entries()
    desk.lose()
    code, said = desk.restore(capsys, "--head", desk.heads[-1])
    assert (code, "the backup has all that the head knows" in said) == (0, True), said
    *restored, last = desk.entries()
    assert restored == before
    (event,) = [event for event in last["events"] if event["kind"] == "restored"]
    assert (event["seq"], event["hash"], event["lost"]) == (len(before), before[-1]["hash"], 0)
    assert desk.run(capsys, "verify", "--head", desk.heads[-1])[0] == 0
    code, said = desk.run(capsys, "replay")
    assert code == 0, said
    assert "restored from the backup of " in desk.run(capsys, "log")[1]


def test_one_entry_that_is_missing_is_told_as_one(desk: Desk) -> None:
    manifest = read(desk.backups[0])
    assert "and at least 1 entry after it is missing: " in restore._missing(1, manifest)
    assert "and at least 2 entries after it are missing: " in restore._missing(2, manifest)


def test_a_backup_that_is_older_than_the_head_says_how_many_entries_are_missing_and_is_taken_only_if_told(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = desk.entries()
    kept = json.loads((desk.backups[0] / "manifest.json").read_bytes())["head"]["seq"]
    told = next(one["seq"] for one in reversed(entries) if any(e["kind"] == "head_told" for e in one["events"]))
    desk.lose()
    code, said = desk.restore(capsys, "--head", desk.heads[-1], backup=0)
    assert code == 2
    assert f"it ends with entry {kept} of 2026-11-21 04:00 UTC, and at least {told - kept} entries" in said
    assert not (desk.state / "journal").exists()
    code, said = desk.restore(capsys, "--head", desk.heads[-1], "--older", backup=0)
    assert code == 0, said
    assert desk.entries()[kept]["events"][1]["lost"] == told - kept
    assert desk.run(capsys, "verify")[0] == 0
    assert desk.run(capsys, "verify", "--head", desk.heads[0])[0] == 0
    said = desk.run(capsys, "verify", "--head", desk.heads[-1])[1]
    assert "THE END OF THE LOG WAS CUT OFF" in said, "nobody can hide what was lost"
    assert f"restored from a backup that ended with entry {kept}" in said


def test_letters_that_were_due_are_held_and_numbers_and_keys_of_the_lost_time_are_not_used_again(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = desk.folder / "desk" / "keys.json"
    before, _ = load_keys(keys)
    desk.lose()
    assert desk.restore(capsys, "--head", desk.heads[-1], "--older", backup=0)[0] == 0
    listed = desk.run(capsys, "letters", "list")[1]
    assert listed.count(" restored ") == 2, listed
    assert load_keys(keys)[0] not in ("", before)
    letters = len(list((desk.folder / "letters").iterdir()))
    asyncio.run(day(desk.folder, NOON + timedelta(days=3), application(4)))
    opened = [one["case"] for one in desk.entries() if any(e["kind"] == "case_opened" for e in one["events"])]
    assert opened[:2] == ["2026-00001", "2026-00002"]
    assert opened[2] > "2026-00100"
    new = sorted((desk.folder / "letters").iterdir(), key=lambda path: path.stat().st_mtime_ns)[letters:]
    assert not [path.name for path in new if path.name.startswith("person2@")], "what was due is held"
    assert desk.run(capsys, "letters", "release")[0] == 0
    asyncio.run(day(desk.folder, NOON + timedelta(days=3, minutes=1)))
    assert list((desk.folder / "letters").glob("person2@*"))
    assert desk.run(capsys, "verify")[0] == 0


def test_a_desk_that_moves_to_another_machine_goes_on_as_if_nothing_had_been(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = (desk.folder / "desk" / "keys.json").read_bytes()
    due = json.loads(desk.run(capsys, "status", "--json")[1])["letters"]
    desk.lose()
    code, said = desk.restore(capsys, "--head", desk.heads[-1], "--moved")
    assert code == 0, said
    after = json.loads(desk.run(capsys, "status", "--json")[1])["letters"]
    assert (after, (desk.folder / "desk" / "keys.json").read_bytes()) == (due, keys)
    asyncio.run(day(desk.folder, NOON + timedelta(days=3), application(4)))
    assert [one["case"] for one in desk.entries() if one["case"]][-1] == "2026-00004"
    code, said = desk.restore(capsys, "--head", desk.heads[-1], "--moved", "--replace", backup=0)
    assert (code, "--moved: found " in said) == (2, True)


def test_an_empty_machine_gets_everything_back_that_the_backup_has(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    was = {path: path.read_bytes() for path in (desk.folder / "desk").rglob("*") if path.is_file()}
    shutil.rmtree(desk.folder / "desk")
    (desk.folder / "desk").mkdir()
    code, said = desk.restore(capsys, "--head", desk.heads[-1], "--moved")
    assert code == 0, said
    for path, data in was.items():
        if not path.is_relative_to(desk.state) and path.name != "imap.password":
            assert path.read_bytes() == data, path
    assert (desk.folder / "desk" / "keys.json").stat().st_mode & 0o777 == 0o600
    assert desk.run(capsys, "verify", "--head", desk.heads[-1])[0] == 0


def test_keys_are_in_a_backup_only_if_wanted_and_without_them_new_ones_are_made(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    without, with_keys = desk.backups
    assert not (without / "keys").exists()
    assert (with_keys / "keys" / "keys.json").read_bytes() == (desk.folder / "desk" / "keys.json").read_bytes()
    shutil.rmtree(desk.folder / "desk")
    (desk.folder / "desk").mkdir()
    code, said = desk.restore(capsys, "--head", desk.heads[0], backup=0)
    assert code == 0, said
    assert "keys.json is new: whoever answers a letter that was written before counts as a stranger" in said
    assert "head.pem is missing: `mailbot keys signing --new`" in said


def test_settings_with_a_password_count_as_a_key(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    settings = desk.folder / "desk" / "mailbot.toml"
    settings.write_text(settings.read_text().replace("[smtp]", '[smtp]\nuser = "u"\npassword = "wonderful"'))
    code, said = desk.run(capsys, "backup", str(desk.folder / "more"))
    assert (code, "holds a password, so it is not in the backup" in said) == (0, True)
    assert "without keys (--keys takes them in): keep a copy elsewhere" in said
    kept = [path for path in (desk.folder / "more").rglob("*") if path.is_file()]
    assert not [path for path in kept if b"wonderful" in path.read_bytes()]


def test_without_a_head_letter_nothing_is_restored_unless_told_and_then_it_says_what_is_not_proven(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.lose()
    code, said = desk.restore(capsys)
    assert (code, "found no head of the log; wanted --head" in said) == (2, True)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda asked: "")
    assert desk.restore(capsys)[0] == 2
    assert not (desk.state / "journal").exists()
    monkeypatch.setattr("builtins.input", lambda asked: desk.heads[-1])
    code, said = desk.restore(capsys)
    assert (code, "the backup has all that the head knows" in said) == (0, True)
    desk.lose()
    code, said = desk.restore(capsys, "--without-head")
    assert (code, "NOT PROVEN: without a head" in said) == (0, True)


def test_a_head_of_another_log_and_a_signature_that_does_not_fit_are_refused(
    desk: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    desk.lose()
    code, said = desk.restore(capsys, "--head", "ab" * 32)
    assert (code, "This is not a backup of the log that the head is of" in said) == (2, True)
    forged = tmp_path / "forged.eml"
    forged.write_text(Path(desk.heads[-1]).read_text().replace("mails ", "mails 9"))
    code, said = desk.restore(capsys, "--head", str(forged))
    assert (code, "SIGNATURE DOES NOT FIT" in said) == (2, True)
    other = make_signing_key(tmp_path / "other.pem").public
    code, said = desk.restore(capsys, "--head", desk.heads[-1], "--key", other)
    assert (code, "SIGNATURE DOES NOT FIT" in said) == (2, True)
    assert not (desk.state / "journal").exists()


def test_a_state_in_which_things_happened_is_never_overwritten_and_moved_aside_only_if_told(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    before = desk.entries()
    code, said = desk.restore(capsys, "--head", desk.heads[-1])
    assert (code, "--replace moves it aside" in said, desk.entries()) == (2, True, before)
    lock = disk.lock(desk.state / "lock")
    try:
        code, said = desk.restore(capsys, "--head", desk.heads[-1], "--replace")
        assert (code, "in use by another mailbot" in said) == (2, True)
    finally:
        disk.os.close(lock)
    code, said = desk.restore(capsys, "--head", desk.heads[-1], "--replace")
    assert code == 0, said
    (aside,) = desk.state.parent.glob("state.before-*")
    (old,) = (aside / "journal").glob("*.jsonl")
    assert [json.loads(line) for line in old.read_text().splitlines()] == before
    assert desk.run(capsys, "verify")[0] == 0


@pytest.mark.parametrize("what", ["journal", "mail", "rules", "manifest.json"])
def test_a_backup_that_is_damaged_is_refused_and_what_is_damaged_is_named(
    what: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.lose()
    folder = desk.backups[-1]
    part = folder / what if what.endswith(".json") else folder / "state" / what
    file = part if part.is_file() else max((one for one in part.rglob("*") if one.is_file()), key=lambda one: one.name)
    data = file.read_bytes()
    file.unlink()  # mails are shared with the other backup
    file.write_bytes(data[:-9] + b"!" + data[-8:])
    code, said = desk.run(capsys, "restore", str(folder), "--head", desk.heads[-1])
    assert code == 2
    assert ("is damaged" in said and file.name in said) or "wanted the folder of a backup" in said, said
    assert not (desk.state / "journal").exists()
    assert not (desk.state / "restoring").exists()


def test_numbers_that_may_have_been_given_are_left_out_by_far() -> None:
    since = NOON
    soon, late = since + timedelta(hours=2), since + timedelta(days=10)
    assert unsure_numbers({"2026": 42}, "", 0, since, soon, "Asia/Tokyo") == ("2026-00200",)
    assert unsure_numbers({"2026": 42}, "2026-00142", 0, since, soon, "Asia/Tokyo") == ("2026-00300",)
    assert unsure_numbers({"2026": 42}, "", 50, since, late, "Asia/Tokyo") == ("2026-01200",)
    year = NOON.replace(month=12, day=31, hour=16)  # New Year in Tokyo
    assert unsure_numbers({"2026": 42}, "", 0, NOON, year, "Asia/Tokyo") == ("2026-00200", "2027-00100")


def test_status_says_when_the_last_backup_was_made(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    seq = len(desk.entries())
    assert f", up to entry {seq}: " in desk.run(capsys, "status")[1]
    (desk.state / "backup.json").write_bytes(b"{")
    assert "backup    never" in desk.run(capsys, "status")[1]
    code, said = desk.run(capsys, "backup", str(desk.folder / "more"), "--json")
    (made,) = (path for path in (desk.folder / "more").iterdir() if path.is_dir())
    assert (code, json.loads(said)["folder"], json.loads(said)["head"]["seq"]) == (0, str(made), seq)
    told = json.loads(desk.run(capsys, "status", "--json")[1])["backup"]
    assert (told["seq"], told["folder"]) == (seq, str(made.absolute()))
    assert desk.run(capsys, "backup", str(desk.state / "inside"))[0] == 2


def test_a_backup_of_another_desk_changes_nothing(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.lose()
    rules = desk.folder / "desk" / "rules" / "desk.toml"
    rules.write_text(rules.read_text().replace('name = "HELPDESK"', 'name = "OTHER"'))
    code, said = desk.restore(capsys, "--head", desk.heads[-1])
    assert (code, 'found the desk "OTHER"; wanted "HELPDESK"' in said) == (2, True)
    assert [path.name for path in desk.state.iterdir()] == ["lock"]


async def erase_case(folder: Path, number: str, now: datetime) -> None:
    """Every entry of a case is erased by order, and the auditor is told the head."""
    desk = desks.load(folder / "desk" / "mailbot.toml")
    opened = desks.opened(
        desk.state, desk.rules, desk.texts, desk.keys, files=desk.files, signer=desk.signer, clock=lambda: now
    )
    async with opened as tools:
        seqs = [entry.seq async for entry in tools.store.entries() if entry.case == number]
        await erase_entries(tools, seqs, "asked for by letter", lambda: now, None)
    await day(folder, now)


def with_words(state: Path, *words: bytes) -> list[Path]:
    """The files of a state in which one of these words stands."""
    return [path for path in state.rglob("*") if path.is_file() and any(word in path.read_bytes() for word in words)]


def test_what_orders_erased_after_the_backup_is_erased_again(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(erase_case(desk.folder, "2026-00001", NOON + timedelta(days=2)))
    assert not with_words(desk.state, b"person1@uni.example")
    desk.lose()
    code, said = desk.restore(capsys, "--head", desk.heads[-1], "--older", backup=0)
    assert code == 0, said
    assert "erased again, since orders erased them after the backup was made: entries " in said
    assert not with_words(desk.state, b"person1@uni.example")
    assert with_words(desk.state, b"person2@uni.example"), "nobody else is forgotten"
    code, said = desk.run(capsys, "verify")
    assert code == 0, said
    assert desk.run(capsys, "replay")[0] == 0
    assert "as the log knew up to entry" in desk.run(capsys, "log")[1]


def test_a_newer_state_tells_what_was_erased_and_another_log_does_not(
    desk: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    old = desk.heads[0]
    asyncio.run(erase_case(desk.folder, "2026-00001", NOON + timedelta(days=2)))
    desk.state.rename(tmp_path / "newer")
    code, said = desk.restore(capsys, "--head", old, "--erasures-from", str(tmp_path / "newer"), backup=0)
    assert code == 0, said
    assert not with_words(desk.state, b"person1@uni.example")
    desk.lose()
    (journal,) = (tmp_path / "newer" / "journal").glob("*.jsonl")
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:1]))
    shutil.rmtree(tmp_path / "newer" / "cases")
    code, said = desk.restore(capsys, "--head", old, "--erasures-from", str(tmp_path / "newer"), backup=0)
    assert (code, "found another log" in said) == (2, True)
