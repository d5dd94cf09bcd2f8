"""A process killed at any step of a backup or of a restore: what was there before stands, or all of what is new; and
whoever runs the command again is told."""

import asyncio
import json
import random
import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from crashes import NOTHING, Fault, Program, Run
from test_backup import fits
from test_restore import day
from test_tampering import NOON, NOWHERE
from worlds import World, application, question

from mailbot.store.files import restore
from mailbot.store.files.backup import PART
from mailbot.store.files.examining import examine

DESK = "HELPDESK"
BACKUP = ("backup", "kept")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with Program(tmp_path_factory.mktemp("program")) as running:
        yield running


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, program: Program) -> Path:
    """A desk that goes on after its first backup."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "letters").mkdir()
    world = World.make(folder / "desk", NOWHERE, NOWHERE, adopted=False)
    asyncio.run(day(folder, NOON, application(1), question(1)))
    assert program.run(world.folder, *BACKUP, "--keys").code == 0
    asyncio.run(day(folder, NOON + timedelta(days=1), application(2)))
    return world.folder


def fresh(made: Path, folder: Path) -> Path:
    """The desk as it was."""
    shutil.rmtree(folder, ignore_errors=True)
    return shutil.copytree(made, folder, symlinks=True)


def all_kinds(steps: Sequence[str]) -> list[Fault]:
    """A kill at each kind of step, before it, after it and half-way in turn; which of several is a matter of (fixed)
    chance."""
    dice, modes = random.Random(9), ("after", "before", "half")
    return [
        Fault(modes[turn % 3 if name.startswith("write") else turn % 2], name, dice.randint(1, steps.count(name)))
        for turn, name in enumerate(dict.fromkeys(steps))
    ]


def every(steps: Sequence[str], mode: str) -> list[Fault]:
    """A kill at every step."""
    names = [name for name in dict.fromkeys(steps) if mode != "half" or name.startswith("write")]
    return [Fault(mode, name, number) for name in names for number in range(1, steps.count(name) + 1)]


def rehearsed(program: Program, desk: Path, *words: str) -> list[str]:
    """The steps of a command in which nothing goes wrong."""
    done = program.run(desk, *words, fault=NOTHING, around=True)
    assert done.code == 0, done.err
    assert [name for name in done.steps if name.startswith("unseen")] == []
    return done.steps


def killed(program: Program, desk: Path, fault: Fault, *words: str) -> Run:
    run = program.run(desk, *words, fault=fault, around=True)
    assert run.code == -9, f"{fault}: {run.code} {run.err}"
    return run


def journal(state: Path) -> list[bytes]:
    files = sorted((state / "journal").glob("*.jsonl"))
    return [line for path in files for line in path.read_bytes().splitlines()]


# Backup


def backups(desk: Path) -> list[Path]:
    """Those that say that they are whole, oldest first."""
    return sorted(path for path in (desk / "kept").iterdir() if not path.name.startswith("."))


def backed_up(program: Program, made: Path, folder: Path, fault: Fault) -> None:
    """Killed there, and run again."""
    desk = fresh(made, folder)
    before, (first,) = journal(desk / "state"), backups(desk)
    killed(program, desk, fault, *BACKUP)
    assert journal(desk / "state") == before
    for one in backups(desk):
        fits(one)
    left = [path.name for path in (desk / "kept").glob(f".*{PART}")]
    again = program.run(desk, *BACKUP)
    assert again.code == 0, again.err
    said = [line for line in again.err.splitlines() if "was interrupted before it was whole: removed" in line]
    assert [name in line for name, line in zip(left, said, strict=True)] == [True] * len(left)
    assert not list((desk / "kept").glob(f".*{PART}"))
    assert fits(first).seq < fits(backups(desk)[-1]).seq == len(before)


def test_a_backup_killed_at_each_kind_of_step_leaves_whole_ones_alone_and_says_so_when_run_again(
    made: Path, tmp_path: Path, program: Program
) -> None:
    steps = rehearsed(program, fresh(made, tmp_path / "desk"), *BACKUP)
    assert [name for name in steps if name.startswith("rename to ../kept/")]
    for fault in all_kinds(steps):
        backed_up(program, made, tmp_path / "desk", fault)


@pytest.mark.long
@pytest.mark.parametrize("mode", ["before", "after", "half"])
def test_a_backup_killed_at_every_step_leaves_whole_ones_alone(
    mode: str, made: Path, tmp_path: Path, program: Program
) -> None:
    for fault in every(rehearsed(program, fresh(made, tmp_path / "desk"), *BACKUP), mode):
        backed_up(program, made, tmp_path / "desk", fault)


# Restore


def restoring(desk: Path) -> tuple[str, ...]:
    """The words that put the first backup in the place of the state."""
    return ("restore", str(backups(desk)[0]), "--without-head", "--replace")


def is_restored(state: Path, kept: Sequence[bytes]) -> bool:
    """Whether the state is all of the backup, and the entry that says so."""
    lines = journal(state)
    events = [event["kind"] for line in lines[len(kept) :] for event in json.loads(line)["events"]]
    return lines[: len(kept)] == list(kept) and "restored" in events and examine(state, DESK).ok


def test_the_doctor_says_that_a_restore_was_interrupted(made: Path, tmp_path: Path, program: Program) -> None:
    desk = fresh(made, tmp_path / "desk")
    assert "[restore]" not in program.run(desk, "check").out
    killed(program, desk, Fault("after", "rename to ../state.before-<instant>/journal", 1), *restoring(desk))
    checked = program.run(desk, "check")
    assert (checked.code, "a restore was interrupted" in checked.out, "[restore]" in checked.out) == (1, True, True)


def test_a_restore_that_goes_on_is_not_called_interrupted(made: Path, tmp_path: Path, program: Program) -> None:
    desk = fresh(made, tmp_path / "desk")
    killed(program, desk, Fault("after", "rename to ../state.before-<instant>/journal", 1), *restoring(desk))
    with restore.held(desk / "state"):
        checked, begun = program.run(desk, "check"), program.run(desk, "once")
    assert ("a restore is at work" in checked.out, "[restore]" in checked.out) == (True, False)
    assert (begun.code, "a restore is at work there; wait" in begun.err) == (2, True)


LOOKING = (("once",), ("cases",), ("status",), ("verify",), BACKUP)
"""What begins a desk, looks at one, or keeps it."""


def restored(program: Program, made: Path, folder: Path, fault: Fault) -> str:
    """Killed there, looked at, and run again: what the kill left (`old`, `new`, or `nothing` yet)."""
    desk = fresh(made, folder)
    state, old, kept = desk / "state", journal(desk / "state"), journal(backups(desk)[0] / "state")
    killed(program, desk, fault, *restoring(desk))
    left = "old" if journal(state) == old else "new" if is_restored(state, kept) else "nothing"
    if left == "nothing":
        assert journal(state) == [], f"{fault}: half a journal"
        for words in LOOKING if fault.name.endswith("journal") else [("once",)]:
            refused = program.run(desk, *words)
            assert (refused.code, "a restore that was interrupted" in refused.err) == (2, True), f"{fault}: {words}"
        assert journal(state) == [], f"{fault}: a new desk was begun"
    else:
        assert examine(state, DESK).ok, f"{fault}: {examine(state, DESK).words()}"
    again = program.run(desk, *restoring(desk))
    assert again.code == 0, f"{fault}: {again.err}"
    assert ("an earlier restore was interrupted" in again.out) is (left == "nothing"), f"{fault}: {again.out}"
    assert is_restored(state, kept), str(fault)
    assert old in [journal(path) for path in desk.glob("state.before-*")], f"{fault}: what was there is lost"
    assert not (state / "restoring").exists()
    return left


def test_a_restore_killed_at_each_kind_of_step_leaves_the_old_state_or_the_new_one_or_wants_to_be_run_again(
    made: Path, tmp_path: Path, program: Program
) -> None:
    desk = fresh(made, tmp_path / "desk")
    steps = rehearsed(program, desk, *restoring(desk))
    kinds = all_kinds(steps)
    ready = [fault for fault in kinds if "restoring/" in fault.name]
    cells = [*(fault for fault in kinds if fault not in ready), *ready[:: len(ready) // 4]]
    found = {restored(program, made, tmp_path / "desk", fault) for fault in cells}
    assert found == {"old", "new", "nothing"}


@pytest.mark.long
@pytest.mark.parametrize("mode", ["before", "after", "half"])
def test_a_restore_killed_at_every_step_leaves_the_old_state_or_the_new_one_or_wants_to_be_run_again(
    mode: str, made: Path, tmp_path: Path, program: Program
) -> None:
    desk = fresh(made, tmp_path / "desk")
    for fault in every(rehearsed(program, desk, *restoring(desk)), mode):
        restored(program, made, tmp_path / "desk", fault)


def test_what_a_restore_left_that_died_before_it_touched_the_state_goes_with_the_next_start(
    made: Path, tmp_path: Path, program: Program
) -> None:
    """So that nothing which is erased afterwards is still there."""
    desk = fresh(made, tmp_path / "desk")
    steps = rehearsed(program, desk, *restoring(desk))
    fault = next(fault for fault in all_kinds(steps) if "restoring/journal" in fault.name)
    desk = fresh(made, tmp_path / "desk")
    killed(program, desk, fault, *restoring(desk))
    assert (desk / "state" / "restoring").is_dir()
    program.run(desk, "once")
    assert not (desk / "state" / "restoring").exists()
