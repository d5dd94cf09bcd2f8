"""Metrics and health over HTTP: what they say is what the desk did, and nothing they do slows it."""

import asyncio
import json
import os
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from desks import Mailbox, in_a_loop
from desks_at_work import SELDOM, listening, until, world_of
from prometheus_client.parser import text_string_to_metric_families
from worlds import application, question

from mailbot import desks
from mailbot.cli.serve import watched
from mailbot.core.figures import Figures
from mailbot.core.health import Health
from mailbot.core.ledger import Ledger
from mailbot.edge.inbox import Inbox
from mailbot.edge.monitor import HISTOGRAM, METRICS, STAGES, Meter, Monitor, PortTaken, Vital
from mailbot.edge.notify import Notifier
from mailbot.edge.postman import Postman
from mailbot.embedded import EmbeddedServers
from mailbot.flow.tools import wall_clock
from mailbot.service import Service, reader_for, work_on
from mailbot.service.living import beat

DOC = Path(__file__).parent.parent / "docs" / "metrics.md"


def free_port() -> int:
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return int(some.getsockname()[1])


def got(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    """Status and body of an answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def samples(text: str) -> dict[str, float]:
    """Every sample by its name with its labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in one.labels.items())
            found[f"{one.name}{{{labels}}}" if labels else one.name] = one.value
    return found


def rows() -> dict[str, tuple[str, str]]:
    """The table of the docs: name -> kind, label."""
    found = re.findall(
        r"^\| `(mailbot_[a-z_]+)` \| (\w+) \| (?:`(\w+)`)? ?\| ", DOC.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {name: (kind, label) for name, kind, label in found}


def test_the_docs_list_every_metric_with_its_kind_and_label() -> None:
    name, label, _ = HISTOGRAM
    ours = {one.name + ("_total" if one.kind == "counter" else ""): (one.kind, one.label) for one in METRICS}
    assert rows() == ours | {name: ("histogram", label)}
    assert all(f"`{stage}`" in DOC.read_text(encoding="utf-8") for stage in STAGES)


def test_names_and_units_are_as_prometheus_wants_them() -> None:
    for one in METRICS:
        assert re.fullmatch(r"mailbot_[a-z]+(_[a-z]+)*", one.name)
        assert not re.search(r"_(total|count|sum|bucket|ms|minutes|hours|kb|mb)$", one.name), "units are base units"
        assert one.name.endswith("_timestamp_seconds") or "seconds" not in one.name
        assert one.help


def test_every_metric_of_an_alert_rule_exists() -> None:
    used = set(re.findall(r"\bmailbot_[a-z_]+", "\n".join(re.findall(r"expr: (.*)", DOC.read_text(encoding="utf-8")))))
    assert used
    assert {one.removesuffix("_bucket") for one in used} <= rows().keys()


@in_a_loop
async def test_what_is_shown_is_what_was_done_and_says_nothing_of_anybody(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    world, port = world_of(tmp_path / "desk", mailbox, servers), free_port()
    with (world.folder / "mailbot.toml").open("a") as settings:
        settings.write(f"[monitoring]\nport = {port}\n")
    desk = desks.load(world.folder / "mailbot.toml")
    async with (
        desks.opened(desk.state, desk.rules, desk.texts, desk.keys, files=desk.files) as tools,
        reader_for(desk.rules) as reader,
    ):
        work = await work_on(tools, Inbox(desk.imap), [Postman(desk.smtp)], reader)
        with watched(desk, work) as vital:
            service = Service(work, SELDOM)
            assert json.loads((await asyncio.to_thread(got, port, "/healthz"))[1])["wrong"] == ["starting"]
            running = asyncio.create_task(service.run())
            beating = asyncio.create_task(beat(work, service.lives, Notifier({}), vital))
            await mailbox.deliver(application(1), question(1), b"no header at all")
            await until(lambda: work.tally.letters["sent"] == 5 and work.tally.open_cases.total())
            await work.note()
            code, text = await asyncio.to_thread(got, port, "/metrics")
            well = await asyncio.to_thread(got, port, "/healthz")
            lives = await asyncio.to_thread(got, port, "/livez")
            beating.cancel()
            service.stop()
            await running
    shown = samples(text)
    assert code == 200
    assert shown["mailbot_mails{outcome=taken_in}"] == 2
    assert shown["mailbot_mails{outcome=quarantined}"] == shown["mailbot_quarantine_mails"] == 1
    assert shown["mailbot_decisions_total{kind=case_opened}"] == 1
    assert shown["mailbot_letters{state=sent}"] == shown["mailbot_letter_attempts_total{result=sent}"] == 5
    assert shown["mailbot_cases_open{status=awaiting_consent}"] == 1
    assert shown["mailbot_reader_starts_total"] == 1
    assert shown["mailbot_server_connections_total{server=imap}"] == 1
    assert shown["mailbot_journal_entries"] == len(world.entries())
    assert (
        0
        < shown["mailbot_journal_bytes"]
        <= sum(path.stat().st_size for path in (world.folder / "state" / "journal").glob("*.jsonl"))
    )
    assert abs(shown["mailbot_inbox_read_until_timestamp_seconds"] - time.time()) < 60
    assert all(shown[f"mailbot_stage_seconds_count{{stage={stage}}}"] > 0 for stage in STAGES)
    assert shown["process_open_fds"] > 0
    assert (well[0], json.loads(well[1])["status"], lives) == (200, "ok", (200, "ok\n"))
    for word in ("@", "person1", "Numberb", "Asker", "Application", "sato", "morgan"):
        assert word not in text + well[1]


def test_a_dead_event_loop_does_not_answer_healthy() -> None:
    now = [0.0]
    vital, meter = Vital(patience=30.0, clock=lambda: now[0]), Meter()
    meter.show(Figures(wall_clock(), Health(Ledger())))
    server = Monitor("127.0.0.1", 0, meter, vital)
    try:
        vital.beat()
        assert f"0100007F:{server.port:04X}" in listening(os.getpid())
        assert got(server.port, "/healthz")[0] == 200
        now[0] = 31.0
        code, body = got(server.port, "/healthz")
        assert (code, json.loads(body)["wrong"]) == (503, ["event_loop"])
        assert got(server.port, "/livez")[0] == 503
    finally:
        server.close()


def test_an_alarm_that_holds_is_named_and_answers_503_but_the_service_lives() -> None:
    vital, meter = Vital(), Meter()
    meter.show(Figures(wall_clock(), Health(Ledger()), alarms=frozenset({"held"})))
    server = Monitor("127.0.0.1", 0, meter, vital)
    try:
        code, body = got(server.port, "/healthz")
        assert (code, json.loads(body)["wrong"]) == (503, ["held"])
        assert got(server.port, "/livez")[0] == 200
        assert samples(got(server.port, "/metrics")[1])["mailbot_alarm{alarm=held}"] == 1
        assert got(server.port, "/nothing")[0] == 404
        assert got(server.port, "/healthz", "HEAD") == (503, "")
        assert got(server.port, "/metrics", "POST")[0] == 501
    finally:
        server.close()


def test_clients_that_say_nothing_take_no_threads_without_end_and_the_port_answers_again() -> None:
    server = Monitor("127.0.0.1", 0, Meter(), Vital())
    before = threading.active_count()
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(12)]
    try:
        time.sleep(0.3)
        assert threading.active_count() - before <= 8
        for one in silent:
            one.close()
        time.sleep(0.3)
        assert got(server.port, "/livez")[0] == 200
    finally:
        server.close()


def test_a_port_in_use_is_said_and_taken_from_nobody() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"127\.0\.0\.1:{port} cannot be listened on: Address already in use"):
            Monitor("127.0.0.1", port, Meter(), Vital())


@in_a_loop
async def test_the_service_does_not_start_on_a_port_in_use(
    tmp_path: Path, servers: EmbeddedServers, open_mailbox
) -> None:
    world = world_of(tmp_path / "desk", open_mailbox("embedded"), servers)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with (world.folder / "mailbot.toml").open("a") as settings:
            settings.write(f"[monitoring]\nport = {other.getsockname()[1]}\n")
        code, _, err = await world.run("run")
    assert code == 2
    assert "mailbot: [monitoring] 127.0.0.1:" in err
    assert "another port can be named in the settings" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "localhost", "monitor.desk.example"])
@in_a_loop
async def test_an_address_that_others_reach_is_refused(
    address: str, tmp_path: Path, servers: EmbeddedServers, open_mailbox
) -> None:
    world = world_of(tmp_path / "desk", open_mailbox("embedded"), servers)
    with (world.folder / "mailbot.toml").open("a") as settings:
        settings.write(f'[monitoring]\nport = 9464\naddress = "{address}"\n')
    code, out, _ = await world.run("check")
    assert code == 1
    assert "127.0.0.1 or ::1" in out


def test_clients_that_drip_their_request_keep_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailbot.edge.monitor.SLOW", 0.5)
    server = Monitor("127.0.0.1", 0, Meter(), Vital())
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(8)]
    try:
        for _ in range(12):
            for one in slow:
                with suppress(OSError):
                    one.sendall(b"G")
            time.sleep(0.1)
        assert got(server.port, "/livez")[0] == 200
    finally:
        for one in slow:
            one.close()
        server.close()
