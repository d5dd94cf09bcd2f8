"""Registers imported at the shell: with a service at work and without, from a wrong file, and killed at any moment."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from crashes import NOTHING, Fault, Program, Run
from desks import in_a_loop
from desks_at_work import embedded_world
from reading_here import reader_here
from worlds import World, application

from mailbot import desks
from mailbot.core.events import Operator
from mailbot.core.instants import from_text, to_text
from mailbot.core.orders import ImportRegister, Ordered
from mailbot.edge.account import Account
from mailbot.embedded import EmbeddedServers
from mailbot.flow import orders
from mailbot.flow.deadlines import meet
from mailbot.flow.intake import Delivered, take_in
from mailbot.flow.tools import wall_clock
from mailbot.store import DeadlineDue
from mailbot.store.files import give_register

HEAD = (
    "account,family_name,first_name,email,affiliation,postal_code,address,telephone,responsible_account,ssh_public_key"
)
TARO = 'taro-i,Iden,Taro,taro@uni.example,例示大学,411-8540,"静岡県三島市谷田\n1111 ㈱例示",055-981-0000,ichiro-s,'
HANAKO = "hanako,Sato,Hanako,hanako@uni.example,例示大学,411-8540,静岡県三島市谷田1111,055-981-0001,ichiro-s,"
PEOPLE = "email,name,affiliation\nichiro@uni.example,Ichiro Suzuki,Example University\n"


def csv_file(folder: Path, *rows: str, encoding: str = "utf-8") -> Path:
    path = folder / f"accounts-{len(rows)}.csv"
    path.write_bytes("\r\n".join([HEAD, *rows, ""]).encode(encoding))
    return path


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program under test, ready to be forked."""
    with Program(tmp_path_factory.mktemp("program")) as running:
        yield running


@dataclass(frozen=True)
class Shell:
    """Somebody at the shell, in the folder of a desk."""

    program: Program
    world: World

    def run(self, *words: str, fault: Fault = NOTHING) -> Run:
        """`mailbot` with these words."""
        return self.program.run(self.world.folder, *words, fault=fault)

    def well(self, *words: str) -> list[str]:
        """What a command prints that ends well."""
        done = self.run(*words)
        assert (done.code, done.err) == (0, "")
        return done.out.splitlines()


@pytest.fixture
def shell(tmp_path: Path, program: Program) -> Shell:
    """At a desk whose servers are not there: nothing of what is done here needs them."""
    nowhere = Account("127.0.0.1", 9, "none", "user", "password")
    return Shell(program, World.make(tmp_path / "desk", nowhere, nowhere))


def kept(world: World) -> list[Path]:
    """The files of registers there are."""
    return sorted(path for path in (world.folder / "state" / "registers").rglob("*") if path.is_file())


def test_a_register_is_imported_and_looked_at_without_a_service(tmp_path: Path, shell: Shell) -> None:
    done = shell.run("check")
    told = done.out.splitlines()
    do = told[told.index("TODO register accounts: not imported yet") + 1]
    assert do.startswith(
        "       to do: `mailbot register import accounts FILE`, a CSV file with the columns account, family_name,"
    )
    assert do.endswith("it can wait: until then what is looked up there counts unasked [register]")
    assert done.code == 1, "no server answers"
    assert shell.well("register")[1].startswith("responsible: not imported yet")
    done = shell.run("register", "show", "accounts", "taro-i")
    assert (done.code, done.out) == (1, "register accounts has no 'taro-i', and was not imported\n")

    path = csv_file(tmp_path, HANAKO, TARO, encoding="cp932")
    [said] = shell.well("register", "import", "accounts", str(path))
    assert "register accounts imported: 2 rows" in said
    assert "the operator" in said
    assert shell.well("register", "list")[0].startswith("accounts: 2 rows, imported 2")
    shown = shell.well("register", "show", "accounts", "TARO@uni.example")
    assert shown[0] == "account              taro-i"
    assert "                     1111 ㈱例示" in shown, "further lines of a cell stand below it"
    [row] = shell.well("register", "show", "accounts", "taro-i", "--json")
    assert json.loads(row)["address"] == "静岡県三島市谷田\n1111 ㈱例示"
    assert "ok   register accounts: 2 rows" in shell.run("check").out

    shell.well("register", "import", "accounts", str(csv_file(tmp_path, HANAKO)))
    [one] = kept(shell.world)
    assert (one.parent.name, one.stat().st_mode & 0o777) == ("accounts", 0o600), "the earlier file is gone"
    assert one.parent.stat().st_mode & 0o777 == 0o700
    assert shell.run("register", "show", "accounts", "taro-i").code == 1
    assert shell.well("verify")[-1] == "everything fits"

    one.unlink()
    done = shell.run("register", "show", "accounts", "hanako")
    assert (done.code, "and was not imported" in done.out) == (1, True)
    assert "is missing: it counts as not imported" in shell.well("register")[0]
    assert "TODO register accounts: " in shell.run("check").out
    done = shell.run("verify")
    assert (done.code, "is missing" in done.out) == (1, True)


def test_whoever_imports_a_wrong_file_is_told_where_and_nothing_happens(tmp_path: Path, shell: Shell) -> None:
    path = csv_file(tmp_path, TARO, "taro-i,twice", TARO)
    before = len(shell.world.entries())
    done = shell.run("register", "import", "accounts", str(path))
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        f"mailbot: {path}, line 4: found 2 cells; wanted 10, as in the first line",
        f"mailbot: {path}, line 5, column account: found “taro-i”, as in line 2; wanted every key once",
    ]
    done = shell.run("register", "import", "rooms", str(path))
    assert done.code == 2
    assert "declares no register 'rooms'; it declares: accounts, responsible" in done.err
    assert "there is no such file" in shell.run("register", "import", "accounts", "nowhere.csv").err
    assert (len(shell.world.entries()), kept(shell.world)) == (before, [])


@in_a_loop
async def test_a_service_at_work_imports_what_an_operator_gives_it(
    tmp_path: Path, program: Program, servers: EmbeddedServers
) -> None:
    shell = Shell(program, embedded_world(tmp_path / "desk", servers))
    service = await shell.world.start("run")
    assert service.stderr
    async for line in service.stderr:
        if b"at work" in line:
            break
    try:
        path = csv_file(tmp_path, TARO)
        [said] = await asyncio.to_thread(shell.well, "register", "import", "accounts", str(path))
        assert "register accounts imported: 1 row, " in said
        assert shell.well("register", "list")[0].startswith("accounts: 1 row, imported 2")
        assert shell.well("register", "show", "accounts", "taro-i")[1].split() == ["family_name", "Iden"]
        assert [path.parent.name for path in kept(shell.world)] == ["accounts"]
        assert service.returncode is None
    finally:
        service.terminate()
        await service.communicate()


async def tell(desk: desks.DeskAtWork, order: ImportRegister, nonce: str) -> list[str]:
    """The kinds of events of the entry that carries this order out."""
    given = Ordered(by=Operator(user="hanako", nonce=nonce), at=to_text(wall_clock()), order=order)
    async with (
        desks.opened(desk.state, desk.rules, desk.texts, desk.keys) as tools,
        reader_here(desk.rules) as reader,
    ):
        await orders.carry_out(tools, reader, given, wall_clock)
        entry = await tools.store.entry(tools.store.head.seq)  # type: ignore[attr-defined]
    return [getattr(event, "why", event.kind) for event in entry.events]


@in_a_loop
async def test_an_order_whose_file_is_gone_wrong_or_not_declared_is_refused(shell: Shell) -> None:
    desk = desks.load(shell.world.folder / "mailbot.toml")
    digest = give_register(desk.state, b"account\n")
    assert await tell(desk, ImportRegister(name="../x", digest=digest), "a") == ["facts", "no_such_register"]
    assert kept(shell.world) == [], "what was refused is not kept"
    assert await tell(desk, ImportRegister(name="accounts", digest=digest), "b") == ["facts", "register_missing"]
    digest = give_register(desk.state, b"account\n")
    assert await tell(desk, ImportRegister(name="accounts", digest=digest), "c") == ["facts", "register_wrong"]
    digest = give_register(desk.state, PEOPLE.encode())
    changed = desk.state / "registers" / "new" / f"{digest}.csv"
    changed.write_bytes(b"email,name,affiliation\n")
    assert await tell(desk, ImportRegister(name="responsible", digest=digest), "d") == ["facts", "register_missing"]
    digest = give_register(desk.state, PEOPLE.encode())
    assert await tell(desk, ImportRegister(name="responsible", digest=digest), "e") == ["facts", "register_imported"]
    assert await tell(desk, ImportRegister(name="responsible", digest=digest), "f") == ["facts", "register_imported"]
    assert len(kept(shell.world)) == 1


@in_a_loop
async def test_facts_say_what_registers_and_the_desk_know_of_a_sender(shell: Shell) -> None:
    desk = desks.load(shell.world.folder / "mailbot.toml")
    digest = give_register(desk.state, (HEAD + "\n" + TARO.replace("taro@", "person1@") + "\n").encode())
    await tell(desk, ImportRegister(name="accounts", digest=digest), "a")
    async with (
        desks.opened(desk.state, desk.rules, desk.texts, desk.keys) as tools,
        reader_here(desk.rules) as reader,
    ):
        mails = [application(1), application(2), application(1, phone="Telephone")]
        taken = await take_in(tools, reader, [Delivered(raw) for raw in mails], wall_clock)
        async with tools.store.batch() as batch:
            case = await batch.case(taken[0].case or "")
        assert case is not None
        await meet(tools, DeadlineDue(case, "limit"), lambda: from_text(case.due or "") + timedelta(days=1))
        entries = [entry async for entry in tools.store.entries()]
    assert entries[-1].events[0].sort == "deadline"
    assert {(row.name, row.column) for row in entries[-1].events[0].rows} == {
        ("responsible", "email"),
        ("accounts", "email"),
    }
    facts = [one.events[0] for one in taken]
    first, second, again = [{(row.name, row.column): row for row in one.rows} for one in facts]
    assert first["accounts", "email"].found["account"] == "taro-i"
    assert (second["accounts", "email"].found, second["accounts", "email"].imported) == (None, True)
    assert first.keys() == again.keys()
    assert [one.others for one in facts] == [(), (), (taken[0].case,)], "opened by the first mail of the same batch"


# Killed


def old_or_new(shell: Shell, old: str, new: str) -> str:
    """After a kill one of the two registers counts, and the next order that is carried out finishes the import; which
    it is then."""
    told = json.loads(shell.run("register", "list", "--json").out.splitlines()[0])
    assert told["imported"]["digest"] in (old, new)
    assert told["problem"] is None
    shell.run("adopt")
    digest = json.loads(shell.run("register", "list", "--json").out.splitlines()[0])["imported"]["digest"]
    given = [path for path in kept(shell.world) if path.parent.name == "new"]
    placed = [path.stem for path in kept(shell.world) if path.parent.name == "accounts"]
    assert placed == [digest]
    assert digest == old or not given, "what was imported is not kept twice"
    assert list((shell.world.folder / "state" / "orders").glob("*.json")) == []
    assert shell.run("register", "show", "accounts", "hanako" if digest == new else "taro-i").code == 0
    assert shell.run("verify").out.splitlines()[-1] == "everything fits"
    return digest


EVERY = 6
"""Of so many steps one is tried where there is little time."""


@pytest.mark.parametrize("every", [EVERY, pytest.param(1, marks=pytest.mark.long)])
def test_killed_at_any_step_of_an_import_the_old_or_the_new_register_counts(
    tmp_path: Path, shell: Shell, every: int
) -> None:
    state, before = shell.world.folder / "state", tmp_path / "before"
    old, new = csv_file(tmp_path, TARO), csv_file(tmp_path, HANAKO, HANAKO.replace("hanako", "jiro"))
    shell.well("register", "import", "accounts", str(old))
    [first] = kept(shell.world)
    shutil.copytree(state, before)
    done = shell.run("register", "import", "accounts", str(new))
    assert (done.code, [name for name in done.steps if name.startswith("unseen")]) == (0, []), done.err
    [second] = kept(shell.world)
    counted = []
    for at in range(1, len(done.steps) + 1, every):
        shutil.rmtree(state)
        shutil.copytree(before, state)
        mode = "half" if done.steps[at - 1].startswith("write") else "before"
        killed = shell.run("register", "import", "accounts", str(new), fault=Fault(mode, "", at))
        assert killed.code == -9, (at, done.steps[at - 1], killed.err)
        counted.append(old_or_new(shell, first.stem, second.stem))
    assert set(counted) == {first.stem, second.stem}
    assert counted == sorted(counted, key=[first.stem, second.stem].index), "once the order is given it is finished"


@pytest.mark.parametrize("step", ["write registers/new/.<digest>.csv.tmp", "fsync registers/new/.<digest>.csv.tmp"])
def test_what_the_disk_does_not_take_is_not_ordered(tmp_path: Path, shell: Shell, step: str) -> None:
    fault = Fault("short" if step.startswith("write") else "eio", step, 1)
    done = shell.run("register", "import", "accounts", str(csv_file(tmp_path, TARO)), fault=fault)
    assert done.code != 0
    assert "could not be written" in done.err or "did not confirm" in done.err
    assert shell.well("register")[0].startswith("accounts: not imported yet")
    assert list((shell.world.folder / "state" / "orders").glob("*.json")) == []


def test_an_import_for_which_the_disk_has_no_room_is_tried_again(tmp_path: Path, shell: Shell) -> None:
    shell.well("register", "import", "accounts", str(csv_file(tmp_path, TARO)))
    fault = Fault("short", "write registers/accounts/.<digest>.csv.tmp", 1)
    rows = [HANAKO, HANAKO.replace("hanako", "jiro")]
    done = shell.run("register", "import", "accounts", str(csv_file(tmp_path, *rows)), fault=fault)
    assert "waits: " in done.err
    assert (done.code, "2 rows" in done.out) == (0, True)
    assert [path.parent.name for path in kept(shell.world)] == ["accounts"]
