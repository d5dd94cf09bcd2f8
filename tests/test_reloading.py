"""Rules changed while the service works: complete or not at all, and no mail is lost or decided twice over it."""

import asyncio
import json
import os
import re
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from desks import Mailbox, in_a_loop
from desks_at_work import PATIENCE, SELDOM, at_work, recipients, until, world_of
from faults import Faults, Stall
from worlds import World, question

from mailbot.demo.people import received
from mailbot.edge.account import Account
from mailbot.embedded import EmbeddedServers
from mailbot.service import watching
from mailbot.store.files import ask_reload, disk, withdraw_reload
from mailbot.store.files.orders import hear_reloads


def kept_rules(world: World, digest: str) -> dict[str, str]:
    return json.loads((world.folder / "state" / "rules" / f"{digest}.json").read_bytes())


def taken_under(world: World) -> list[str]:
    """The digests of the rules by which mails were decided, in the journal's order."""
    return [entry["rules"] for entry in world.entries() if entry["mail"]]


def nested(levels: int) -> bytes:
    """A mail with so many parts, one inside the other."""
    body = b"Content-Type: text/plain\r\n\r\nhello\r\n"
    for level in range(levels):
        mark = f"level{level}".encode()
        body = b"Content-Type: multipart/mixed; boundary=%b\r\n\r\n--%b\r\n%b\r\n--%b--\r\n" % (mark, mark, body, mark)
    return b"From: nested@uni.example\r\nMIME-Version: 1.0\r\n" + body


@in_a_loop
async def test_mails_after_a_reload_are_decided_by_the_new_rules_and_letters_say_the_new_words(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers)
    template = world.folder / "templates" / "en" / "forms.txt"
    async with at_work(world, SELDOM) as service:
        await mailbox.deliver(question(1))
        await until(lambda: len(servers.letters) == 1)
        world.change_rules(letters_per_hour=77_777, general_answers_per_day=0)
        template.write_text(template.read_text(encoding="utf-8") + "\nThese words are new.\n", encoding="utf-8")
        code, out, err = await world.run("reload")
        assert (code, err) == (0, "")
        await mailbox.deliver(question(2))
        await until(lambda: len(taken_under(world)) == 2)
        world.change_rules(general_answers_per_day=3)
        assert (await world.run("reload"))[0] == 0
        await mailbox.deliver(question(3))
        await until(lambda: len(servers.letters) == 2)
        await until(lambda: not service._work.tools.store.ledger().letters["due"])
    assert [letter.recipient for letter in servers.letters] == ["asker1@uni.example", "asker3@uni.example"]
    first, last = (received(letter.raw).text for letter in servers.letters)
    assert "These words are new." in last
    assert "These words are new." not in first
    before, after, _ = taken_under(world)
    assert out == f"in force are the rules {after[:12]}\n"
    assert "letters_per_hour = 77777" in kept_rules(world, after)["rules/desk.toml"]
    assert "letters_per_hour = 77777" not in kept_rules(world, before)["rules/desk.toml"]


@in_a_loop
async def test_rules_that_are_wrong_change_nothing_and_each_mistake_is_named_with_file_and_line(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers)
    rules = world.folder / "rules" / "desk.toml"
    right = rules.read_text(encoding="utf-8")
    async with at_work(world, SELDOM):
        await mailbox.deliver(question(1))
        await until(lambda: len(servers.letters) == 1)
        rules.write_text(right.replace("languages", "langages").replace("letters_per_hour", "letters_an_hour"))
        code, _, err = await world.run("reload")
        assert code == 2
        named = [line for line in err.splitlines() if re.match(r"mailbot: rules/desk\.toml:\d+: ", line)]
        assert any("langages" in line for line in named)
        assert any("letters_an_hour" in line for line in named)
        assert err.splitlines()[-1] == "mailbot: nothing was changed: the rules from before stay in force"
        said = (await world.run("status"))[1]
        assert "rules     REFUSED " in said
        assert all(line.removeprefix("mailbot: ")[:100] in said for line in named)
        refused = json.loads((await world.run("status", "--json"))[1])["reloaded"]
        assert refused["problems"] == [line.removeprefix("mailbot: ") for line in err.splitlines()[:-1]]
        await mailbox.deliver(question(2))
        await until(lambda: len(servers.letters) == 2)
        rules.write_text(right)
        assert (await world.run("reload"))[0] == 0
        assert "rules     reloaded " in (await world.run("status"))[1]
    assert len(set(taken_under(world))) == 1


@in_a_loop
async def test_a_template_that_cannot_be_filled_in_and_a_desk_of_another_name_are_refused(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers)
    template, rules = world.folder / "templates/en/received.txt", world.folder / "rules/desk.toml"
    right = template.read_text(encoding="utf-8")
    async with at_work(world, SELDOM):
        template.write_text(right + "{{ nothing_of_that_name }}\n", encoding="utf-8")
        code, _, err = await world.run("reload")
        assert code == 2
        assert f"templates/en/received.txt:{len(right.splitlines()) + 1}: " in err
        template.write_text(right, encoding="utf-8")
        rules.write_text(rules.read_text(encoding="utf-8").replace('name = "HELPDESK"', 'name = "OTHER"'))
        code, _, err = await world.run("reload")
        assert code == 2
        assert re.search(r'rules/desk\.toml:\d+: name: found "OTHER"; wanted "HELPDESK"', err)


@in_a_loop
async def test_settings_of_servers_wait_for_a_restart_and_that_is_said(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers)
    settings = world.folder / "mailbot.toml"
    async with at_work(world, SELDOM) as service:
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text + "timeout = 7\n[service]\npoll_seconds = 123\n", encoding="utf-8")
        code, _, err = await world.run("reload")
        assert code == 0
        assert err == "mailbot: changed in the settings, and in force only after a restart: smtp\n"
        assert (await world.run("reload"))[2] == err, "it waits for that as long as the process lives"
        assert service._pace.inbox == 123


@in_a_loop
async def test_the_reader_gets_the_new_limits_and_a_new_key_signs_new_letters(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers)
    async with at_work(world, SELDOM):
        await mailbox.deliver(question(1))
        await until(lambda: len(servers.letters) == 1)
        assert (await world.run("keys", "rotate"))[0] == 0
        world.change_rules(depth=5)
        assert (await world.run("reload"))[0] == 0
        await mailbox.deliver(nested(7), question(2))
        await until(lambda: {"asker2@uni.example"} <= recipients(servers))
    events = [event for entry in world.entries() for event in entry["events"]]
    keys = [event["key"] for event in events if event["kind"] == "letter_written"]
    assert (keys[0], keys[-1]) == ("k1", "k2")
    (reason,) = [event["reason"] for event in events if event["kind"] == "quarantined"]
    assert "5" in reason


@in_a_loop
async def test_without_a_service_there_is_nothing_to_reload(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers)
    code, _, err = await world.run("reload")
    assert code == 2
    assert err.startswith("mailbot: no service is at work")


@pytest.mark.parametrize("times", [20, pytest.param(100, marks=pytest.mark.long)])
@in_a_loop
async def test_a_hundred_reloads_under_load_lose_no_mail_and_double_none(
    times: int, tmp_path: Path, servers: EmbeddedServers, open_mailbox
) -> None:
    mailbox = open_mailbox("embedded")
    world, mails = world_of(tmp_path / "desk", mailbox, servers), [question(number) for number in range(times + 20)]
    template = world.folder / "templates" / "en" / "received.txt"
    text, done = template.read_text(encoding="utf-8"), 0

    async def deliver() -> None:
        for start in range(0, len(mails), 4):
            await mailbox.deliver(*mails[start : start + 4])
            await asyncio.sleep(0.1)

    def answers() -> list[str]:
        """Whom answers went to: the operator may hear of rules that were refused."""
        return [letter.recipient for letter in servers.letters if letter.recipient.startswith("asker")]

    async with at_work(world, SELDOM) as service:
        delivering = asyncio.create_task(deliver())
        for number in range(times):
            wrong = "{{ nothing_of_that_name }}" if number % 10 == 9 else f"Mark {number}."
            template.write_text(f"{text}\n{wrong}\n", encoding="utf-8")
            before = service._work.pulse.reloaded
            service.reload()
            await until(lambda before=before: service._work.pulse.reloaded is not before)
            done += not service._work.pulse.reloaded.problems
        await delivering
        await until(lambda: len(answers()) == len(mails))
    assert done == times * 9 // 10
    decided = Counter(entry["mail"] for entry in world.entries() if entry["mail"])
    assert len(decided) == len(mails)
    assert set(decided.values()) == {1}
    assert len(set(answers())) == len(mails), "each is answered once"
    assert len(set(taken_under(world))) > 1, "the load went on over many sets of rules"
    assert mailbox.raws() == []
    assert len(mailbox.raws("mailbot/done")) == len(mails)


@in_a_loop
async def test_sighup_reloads_and_ends_nothing(tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers)
    process = await world.start("run")
    await mailbox.deliver(question(1))
    await until(lambda: servers.letters)
    world.change_rules(letters_per_hour=77_777)
    os.kill(process.pid, signal.SIGHUP)
    state = world.folder / "state" / "service.json"
    await until(lambda: (json.loads(state.read_bytes()).get("reloaded") or {}).get("rules"))
    process.send_signal(signal.SIGTERM)
    _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0
    assert b"reloaded; in force are the rules" in err


@in_a_loop
async def test_a_mail_server_that_says_nothing_does_not_put_a_reload_off(
    tmp_path: Path, open_mailbox, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "HURRY", 0.3)
    mailbox = open_mailbox("embedded")
    with Faults(mailbox.port) as wire:
        imap = mailbox.account("none", port=wire.port, timeout=600.0)
        world = World.make(tmp_path / "desk", imap, Account("127.0.0.1", servers.smtp_port, "none", "", ""))
        async with at_work(world) as service:
            await until(lambda: service._looked)
            wire.plan(Stall("UID FETCH"))
            await mailbox.deliver(question(1))
            await until(lambda: wire.struck)
            began = time.monotonic()
            code, _, err = await world.run("reload")
            assert (code, err) == (0, "")
            assert time.monotonic() - began < 20.0
            await until(lambda: servers.letters)


def test_a_wish_that_was_heard_is_not_withdrawn_and_one_that_nobody_heard_is(tmp_path: Path) -> None:
    disk.folder(tmp_path / "state")
    first = ask_reload(tmp_path / "state", "first")
    assert [heard.stem for heard in hear_reloads(tmp_path / "state")] == ["first"]
    second = ask_reload(tmp_path / "state", "second")
    assert (withdraw_reload(first), withdraw_reload(second)) == (False, True)
    assert hear_reloads(tmp_path / "state") == []
    assert list((tmp_path / "state" / "orders").iterdir()) == []
