"""`mailbot check` as a doctor: what operators get wrong is found, and each finding says what mends it."""

import ast
import asyncio
import json
import os
import re
import resource
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP
from aiosmtplib import SMTPAuthenticationError, SMTPTimeoutError
from desks import in_a_loop
from desks_at_work import embedded_world
from test_probe import delivering, traced
from worlds import World, question, settings

from mailbot import checkup, desks
from mailbot.checkup import history, machine, probing, servers
from mailbot.checkup.values import Finding, Kind
from mailbot.core.instants import to_text
from mailbot.edge import config
from mailbot.edge.account import TROUBLES, Account, CaFileUnusable
from mailbot.edge.inbox.values import Examined
from mailbot.edge.postman import Sent
from mailbot.edge.postman.values import outcome
from mailbot.embedded import PASSWORD, USER, EmbeddedServers
from mailbot.store.files import FileStore, NotOwner, disk

DOC = Path(__file__).parent.parent / "docs" / "operating.md"
NOW = datetime(2026, 4, 6, 12, 0, tzinfo=UTC)


def only(findings: list[Finding]) -> Finding:
    (finding,) = findings
    assert finding.do, "it says what to do"
    return finding


def after(out: str, part: str) -> str:
    """The line below the one that holds this: what to do about it."""
    lines = out.splitlines()
    (at,) = [number for number, line in enumerate(lines) if part in line]
    assert lines[at + 1].startswith("       to do: ")
    return lines[at + 1]


@in_a_loop
async def test_a_state_that_others_may_read_is_to_be_closed(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    state = world.folder / "state"
    assert (await world.run("check"))[0] == 0
    state.chmod(0o755)
    code, out, _ = await world.run("check")
    assert code == 0
    assert f"TODO {state}: others may look into it: found mode 0755; wanted 0700" in out
    assert "chmod -R go=" in after(out, "others may look into it")
    assert after(out, "others may look into it").endswith(" [state-exposed]"), "its name in the docs"


@in_a_loop
async def test_keys_that_others_may_read_are_refused(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    (world.folder / "keys.json").chmod(0o644)
    code, out, _ = await world.run("check")
    assert code == 1
    assert "keys.json: found mode 0644, wanted 0600: others may read this file" in out


def test_a_state_of_somebody_else_or_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    assert list(machine.of_state(tmp_path)) == []
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    assert "belongs to the user" in only(list(machine.of_state(tmp_path))).text
    monkeypatch.undo()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    found = only(list(machine.of_state(tmp_path)))
    assert (found.good, found.text) == (False, f"{tmp_path} cannot be written")


@pytest.mark.parametrize("free, good", [(50_000_000, False), (500_000_000, True)])
def test_a_disk_that_is_nearly_full_is_said(
    free: int, good: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    found = only(list(machine.of_state(tmp_path)))
    assert found.good is good
    assert f"{free // 1_000_000} MB are free on this disk" in found.text
    assert only(list(machine.of_state(tmp_path / "not made yet"))).good is good


def test_a_machine_without_time_zones_is_said() -> None:
    found = only(list(machine._time_zones(0)))
    assert not found.good
    assert "tzdata" in found.do
    assert list(machine._time_zones(1)) == []


def test_an_output_that_cannot_show_japanese_is_said() -> None:
    code = "from mailbot.checkup.machine import around; print(*[f.text for f in around()])"
    run = {"env": {**os.environ, "PYTHONIOENCODING": "latin-1"}, "capture_output": True, "text": True, "check": True}
    said = subprocess.run([sys.executable, "-c", code], **run).stdout
    assert "what is printed is written in iso8859-1: Japanese would not be shown" in said
    assert list(machine._characters("UTF-8")) == []


def test_few_open_files_are_said() -> None:
    code = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))\n"
    code += "from mailbot.checkup.machine import around; print(*[f.text + f.do for f in around()])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "this process may open 100 files, and a service may need 256" in said
    assert "LimitNOFILE=1024" in said
    assert list(machine._open_files(resource.RLIM_INFINITY)) == []


@in_a_loop
async def test_a_relay_that_refuses_the_desk_as_a_sender_is_found_without_sending_anything(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    servers.answers["MAIL", "helpdesk@desk.example"] = "553 5.7.1 not owned by user desk"
    code, out, _ = await world.run("check")
    assert code == 1
    assert "it refuses helpdesk@desk.example as a sender: 553 5.7.1 not owned by user desk" in out
    assert "`address` in rules/desk.toml" in after(out, "as a sender")
    assert servers.letters == []


@in_a_loop
async def test_a_server_that_is_not_there_is_said_with_what_to_correct(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    nobody = Account("127.0.0.1", 9, "none", "desk", "secret")
    world = World.make(tmp_path / "desk", nobody, Account("127.0.0.1", servers.smtp_port, "none", "", ""))
    code, out, _ = await world.run("check")
    assert code == 1
    assert "`host`, `port` and `security`" in after(out, "nobody listens there")


@in_a_loop
async def test_a_server_without_idle_or_move_is_to_be_known(
    tmp_path: Path, open_mailbox, servers: EmbeddedServers
) -> None:
    mailbox = open_mailbox("embedded", without=["IDLE", "MOVE", "UIDPLUS"])
    world = World.make(tmp_path / "desk", mailbox.account(), Account("127.0.0.1", servers.smtp_port, "none", "", ""))
    code, out, _ = await world.run("check")
    assert code == 0
    assert "poll_seconds" in after(out, "has no IDLE")
    assert "COPY" in after(out, "has no MOVE")
    assert "marked as deleted" in after(out, "has no UIDPLUS")


@in_a_loop
async def test_folders_that_are_missing_are_made_only_when_that_is_tried_and_refusal_is_said(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mailbot.checkup.servers import may_make

    world = embedded_world(tmp_path / "desk", servers)
    _, out, _ = await world.run("check")
    assert "folders that the service will make: mailbot/done, mailbot/quarantine" in out
    assert set(servers.folders()) == {"INBOX"}, "nothing was changed"
    async with delivering(servers, traced):
        code, out, _ = await world.run("check", "--probe", "20")
    assert code == 0
    assert "mailbot/done" in servers.folders()
    assert "ok   folders made: mailbot/done, mailbot/quarantine, mailbot/too-large" in out
    assert "is tried by" not in out, "it was tried"
    account = Account("127.0.0.1", servers.imap_port, "none", "demo", "wrong")
    assert "`[folders]` of rules/desk.toml" in only(await may_make(account, ["mailbot/done"])).do


@pytest.mark.dovecot
@in_a_loop
async def test_a_certificate_that_ends_within_thirty_days_is_announced(
    tmp_path: Path, open_mailbox, servers: EmbeddedServers, certificate
) -> None:
    imap = open_mailbox("dovecot").account("tls", certificate.cert)
    world = World.make(tmp_path / "desk", imap, Account("127.0.0.1", servers.smtp_port, "none", "", ""))
    code, out, _ = await world.run("check")
    assert code == 0
    assert "its certificate ends in 0 days" in out
    assert "renew it" in after(out, "its certificate ends")


def test_a_certificate_is_spoken_of_from_thirty_days_before_its_end() -> None:
    soon = Examined("", ends=NOW + timedelta(days=29))
    assert "ends in 29 days, 2026-05-05" in only(list(servers._mailbox("IMAP", soon, NOW))).text
    assert list(servers._mailbox("IMAP", Examined("", ends=NOW + timedelta(days=31)), NOW)) == []


@pytest.mark.parametrize("minutes, fresh, side", [(5, False, "behind"), (5, True, "behind"), (-5, True, "ahead of")])
def test_clocks_that_are_apart_are_told_by_a_mail_from_the_future_or_one_that_just_came(
    minutes: int, fresh: bool, side: str
) -> None:
    found = only(list(servers.clocks("IMAP", NOW + timedelta(minutes=minutes), NOW, fresh=fresh)))
    assert f"clock is 5 minutes {side} the server's" in found.text
    assert list(servers.clocks("IMAP", NOW - timedelta(days=5), NOW, fresh=False)) == [], "an old mail tells nothing"
    assert list(servers.clocks("IMAP", NOW + timedelta(minutes=1), NOW, fresh=True)) == []


@in_a_loop
async def test_the_newest_mail_of_the_inbox_tells_of_a_clock_that_is_behind(
    servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mailbot.checkup import servers as looked

    class Behind(datetime):
        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def]
            return datetime.now(tz) - timedelta(minutes=10)

    await servers.deliver(question(1))
    monkeypatch.setattr(looked, "datetime", Behind)
    found = await looked.imap(Account("127.0.0.1", servers.imap_port, "none", USER, PASSWORD), [])
    assert any("minutes behind the server's" in one.text for one in found)


def test_whoever_holds_the_state_is_named_and_a_silent_one_is_to_be_looked_at(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    assert list(history.holder(state, NOW)) == []
    held = disk.lock(state / "lock")
    try:
        silent = only(list(history.holder(state, NOW)))
        assert f"process {os.getpid()} holds the state" in silent.text
        assert silent.to_do
        pulse = json.dumps({"noted": to_text(NOW)})
        (state / "service.json").write_text(pulse)
        assert next(iter(history.holder(state, NOW))).to_do, "what cannot be read is as good as nothing"
    finally:
        os.close(held)


@in_a_loop
async def test_a_service_at_work_is_named_by_check(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    await world.run("once")
    held = disk.lock(world.folder / "state" / "lock")
    try:
        code, out, _ = await world.run("check")
    finally:
        os.close(held)
    assert code == 0
    assert f"ok   process {os.getpid()} holds the state: a service, or another command that writes" in out


@in_a_loop
async def test_a_journal_of_a_newer_program_is_said(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    store = FileStore.read(world.folder / "state", "HELPDESK")
    assert await history.programs(store) == []
    found = only(await history.programs(store, "0.0.1"))
    assert "the journal was last written by mailbot" in found.text
    assert "or newer" in found.do


@in_a_loop
async def test_a_relay_that_offers_no_login_is_to_be_asked_for_none(tmp_path: Path, servers: EmbeddedServers) -> None:
    loop = asyncio.get_running_loop()
    relay = await loop.create_server(lambda: SMTP(Sink(), hostname="relay.desk.example"), "127.0.0.1", 0)
    port = relay.sockets[0].getsockname()[1]
    mailbox, wrong = (Account("127.0.0.1", at, "none", USER, PASSWORD) for at in (servers.imap_port, port))
    async with relay:
        world = World.make(tmp_path / "desk", mailbox, wrong)
        code, out, _ = await world.run("check")
        do = after(out, "AUTH extension")
        assert (code, "remove `user` and its password" in do) == (1, True)
        (world.folder / "mailbot.toml").write_text(settings(mailbox, Account("127.0.0.1", port, "none", "", "")))
        assert (await world.run("check"))[0] == 0, "what was advised helps"


@in_a_loop
async def test_examples_that_stand_as_they_came_are_said_until_they_are_changed_or_gone(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    rules = world.folder / "rules"
    code, out, _ = await world.run("check")
    assert code == 0
    assert "new-account" in next(line for line in out.splitlines() if "which are examples: " in line)
    assert "offered" in after(out, "which are examples: ")
    assert "TODO rules/desk.toml still has titles that are only examples: Research Computing Help Desk" in out
    for path in rules.glob("*.toml"):
        if path.stem not in ("desk", "enquiry", "renewal"):
            path.unlink()
    (rules / "renewal.toml").write_text("# ours\n" + (rules / "renewal.toml").read_text())
    desk = (rules / "desk.toml").read_text()
    desk = desk.replace("Research Computing Help Desk", "Library").replace("計算機利用支援窓口", "図書館")
    (rules / "desk.toml").write_text(desk)
    code, out, _ = await world.run("check")
    assert (code, "sato@staff.desk.example" in out) == (0, True), "addresses were not changed"
    assert "which are examples" not in out
    assert "titles that are only examples" not in out


@in_a_loop
async def test_a_register_that_no_form_uses_need_not_be_imported(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    for path in (world.folder / "rules").glob("*.toml"):
        if path.stem not in ("desk", "enquiry"):
            path.unlink()
    out = (await world.run("check"))[1]
    assert "ok   register accounts: not imported yet" in out
    assert "register import" not in out


ASKED_ABOUT = {"the connection was lost: ", "the network failed: "}
"""What only whoever runs the server can know more of."""


def test_every_trouble_of_the_network_has_something_to_do() -> None:
    words = {said or str(CaFileUnusable("the CA file x cannot be read")) for _, said in TROUBLES}
    assert {one for one in words if servers.remedy(f"IMAP: {one}") == servers.ELSE} == ASKED_ABOUT


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (SMTPAuthenticationError(535, "5.7.8 no"), "`user` and password"),
        (SMTPTimeoutError("slow"), "`port` and `security`"),
        (ConnectionRefusedError("nobody"), "firewall"),
        (socket.gaierror("unknown"), "DNS"),
        (ssl.SSLError("wrong version number"), "starttls"),
    ],
)
def test_what_the_relay_raises_is_mended_by_what_is_said(error: Exception, part: str) -> None:
    found = outcome(error, Account("relay.example", 25, "none", "", ""))
    assert not isinstance(found, Sent)
    assert part in servers.remedy(found.reason)


LOOK = probing.REMEDIES[-1][1]


def test_every_outcome_of_a_probe_has_something_to_do() -> None:
    source = Path(probing.__file__).read_text(encoding="utf-8")
    said = re.findall(r'False, f"(probe: [^"]*)"|lost = f"(probe: [^"]*)"', source)
    outcomes = [one or other for one, other in said]
    assert len(outcomes) >= 5
    looked = {one.partition(": {")[0] for one in outcomes if probing.remedy(one) == LOOK}
    assert looked == {
        "probe: the relay did not take it",
        "probe: the relay refused a mail to {probe.address}",  # by its code, below
        "probe: sent, but the mailbox could not be looked into",
    }


@pytest.mark.parametrize(
    ("answer", "do"),
    [
        ("550 5.1.1 no such user", "recipient_delimiter"),
        ("451 4.3.0 mail store unavailable", "try again"),
        ("554 5.7.1 not from here", "log"),
    ],
)
def test_what_a_relay_answers_to_a_probe_says_whether_it_was_the_plus(answer: str, do: str) -> None:
    said = probing.remedy(f"probe: the relay refused a mail to helpdesk+probe-1.7.2@desk.example: {answer}")
    assert do in said
    assert ("recipient_delimiter" in said) is (do == "recipient_delimiter")


KINDS = set(get_args(Kind))
MADE_BY = {"bad", "to_do", "untried"}
"""How what is not well is found; its name comes first."""


def table_of(head: str) -> list[list[str]]:
    """The cells of a table of the docs, row by row."""
    text = DOC.read_text(encoding="utf-8")
    _, _, *rows = text[text.index(head) :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def calls(name: str) -> list[ast.Call]:
    """The calls of a function by that name wherever findings are made."""
    files = [path for path in Path(checkup.__file__).parent.glob("*.py") if path.name != "values.py"]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    return [node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name]


def test_the_docs_name_every_finding_and_say_how_it_is_found_and_what_to_do() -> None:
    rows = table_of("| name | found | how | what to do |")
    named = [name for row in rows for name in re.findall(r"`([a-z-]+)`", row[0])]
    assert sorted(named) == sorted(KINDS)
    assert [row for row in rows if len(row) != 4 or not all(row)] == []


def test_nothing_is_found_that_has_no_name_and_no_name_is_left_over() -> None:
    found = [call.args[0] for name in MADE_BY for call in calls(name)]
    assert all(isinstance(first, ast.Constant) for first in found)
    assert {first.value for first in found if isinstance(first, ast.Constant)} == KINDS
    for well in calls("Finding"):
        assert (ast.unparse(well.args[0]), len(well.args), well.keywords) == ("True", 2, []), ast.unparse(well)


def test_the_docs_name_every_outcome_of_a_probe() -> None:
    lines = [re.sub("`", "", row[0]) for row in table_of("| line | meaning | exit code |")]
    source = Path(probing.__file__).read_text(encoding="utf-8")
    said = re.findall(
        r'(?:False|True), f"probe: ([^"]*)"|lost = f"probe: ([^"]*)"|"whether addresses with a \+ (\w+)', source
    )
    outcomes = [next(filter(None, one)) for one in said]
    assert len(outcomes) >= 6
    assert [one for one in outcomes if not any(line in one for line in lines)] == [
        "{_said(desk.border, fields, vouched)}"
    ]


def test_a_state_below_a_folder_that_is_not_there_is_looked_at_where_it_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(shutil, "disk_usage", lambda path: asked.append(path) or SimpleNamespace(free=10**12))
    assert list(machine.of_state(tmp_path / "var" / "lib" / "state")) == []
    assert asked == [tmp_path]


NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else for a while")


@pytest.fixture
def seen() -> Iterator[Path]:
    """A folder that any user may look into; those of pytest are its own user's alone."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def being_nobody() -> Iterator[None]:
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@as_root
@pytest.mark.parametrize("part", ["rules/desk.toml", "rules"])
def test_rules_that_may_not_be_read_are_named(seen: Path, part: str) -> None:
    shutil.copytree(config.shipped() / "rules", seen / "rules")
    (seen / part).chmod(0)
    with being_nobody(), pytest.raises(desks.Mistaken, match=f"{part}: Permission denied"):
        desks.rules_in(seen / "rules", seen / "none")


@as_root
def test_a_state_that_may_not_be_looked_into_is_said(seen: Path) -> None:
    state, rules = seen / "state", desks.rules_in(config.shipped() / "rules", config.shipped() / "templates")[0]
    state.mkdir(0o700)
    (state / "journal").mkdir(0o700)
    with being_nobody():
        found = [*machine.of_state(state), *asyncio.run(checkup._state(state, rules))]
    assert "belongs to the user 0" in found[0].text
    assert [finding.text for finding in found if not finding.good] == [
        f"{state}/journal cannot be read: Permission denied"
    ]


@as_root
def test_root_leaves_no_file_in_the_state_of_somebody_else(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(0o700)
    os.chown(state, NOBODY, NOBODY)
    with pytest.raises(NotOwner, match="state belongs to nobody, and this is root: run it as nobody"):
        FileStore.open(state, "DESK")
    assert list(state.iterdir()) == []


@as_root
@in_a_loop
async def test_an_order_that_nobody_is_there_to_carry_out_is_not_taken_from_root(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    os.chown(world.folder / "state", NOBODY, NOBODY)
    code, out, err = await world.run("adopt")
    assert (code, out) == (2, "")
    assert "belongs to nobody" in err
    assert not list((world.folder / "state").glob("orders/*"))
