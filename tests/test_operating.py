"""What an operator types when something waits for them: held letters, quarantine, the casebook made again."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from desks import in_a_loop
from desks_at_work import embedded_world
from worlds import World, application, digest, question

from mailbot.core.instants import to_text
from mailbot.embedded import EmbeddedServers
from mailbot.flow.tools import wall_clock
from mailbot.store.files import disk

BROKEN = b"no header at all"


async def lines(world: World, *words: str) -> list[str]:
    """What a command prints that ends well."""
    code, out, err = await world.run(*words)
    assert (code, err) == (0, ""), err
    return out.splitlines()


@in_a_loop
async def test_letters_over_a_budget_wait_until_somebody_lets_them_go(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    world.change_rules(letters_per_address=2, letters_per_domain=2)
    await servers.deliver(*(question(number) for number in range(5)))
    assert (await world.run("once"))[1].endswith("letters 3 sent, 0 later, 0 never, 3 held\n"), "one tells the operator"
    table = await lines(world, "letters")
    held = [line.split()[0] for line in table[1:-1]]
    assert len(held) == 3
    assert all("domain" in line for line in table[1:-1])
    assert [json.loads(line)["name"] for line in await lines(world, "letters", "--json")] == held
    shown = await lines(world, "letters", "show", held[0])
    assert shown[0].startswith("To: asker")
    assert "Subject: [HELPDESK]" in shown[1]
    code, _, err = await world.run("letters", "show", "e999.1")
    assert (code, err) == (2, "mailbot: there is no letter e999.1\n")

    assert (await lines(world, "letters", "drop", held[0]))[0].split()[0].isdecimal(), "the entry that did it"
    code, _, err = await world.run("letters", "release", held[0])
    assert code == 2
    assert err == f"mailbot: not done: that letter is not held ({held[0]})\n"
    await lines(world, "letters", "release", held[1])
    assert (await lines(world, "once"))[0].endswith("letters 1 sent, 0 later, 0 never")
    await lines(world, "letters", "release")
    assert "2 sent" in (await lines(world, "once"))[0], "the last one, and the word that none is held any more"
    assert await lines(world, "letters") == ["no letter is held; due 0"]
    asked = [letter.recipient for letter in servers.letters if letter.recipient.startswith("asker")]
    assert len(asked) == len(set(asked)) == 4
    said = "\n".join(await lines(world, "status"))
    assert "sums      agree" in said
    assert "dropped 1" in said


@in_a_loop
async def test_a_mail_in_quarantine_is_looked_at_retried_and_put_away(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    assert await lines(world, "once") == []
    assert await lines(world, "quarantine") == ["nothing is in quarantine"]
    await servers.deliver(BROKEN)
    await lines(world, "once")
    name = digest(BROKEN)[:12]
    table = await lines(world, "quarantine", "list")
    assert table[1].startswith(name)
    [row] = map(json.loads, await lines(world, "quarantine", "list", "--json"))
    assert row["mail"] == digest(BROKEN)
    assert row["at"] in (entry["at"] for entry in world.entries())
    assert "no header at all" in await lines(world, "quarantine", "show", name)
    again = await lines(world, "quarantine", "retry", name)
    assert "quarantined" in again[0], "the program is the same, and so is what it makes of the mail"
    assert "retried by" in again[0]
    await lines(world, "quarantine", "dismiss", name, "--reason", "spam")
    assert await lines(world, "quarantine") == ["nothing is in quarantine"]
    code, _, err = await world.run("quarantine", "retry", name)
    assert code == 2
    assert "wanted: one" in err
    assert (await world.run("verify"))[0] == 0
    said = "\n".join(await lines(world, "status"))
    assert "quarantined 0, dismissed 1" in said
    assert "sums      agree" in said
    await servers.deliver(BROKEN)
    assert "known 1" in (await lines(world, "once"))[0]


@in_a_loop
async def test_the_casebook_is_made_again_and_nothing_is_done_twice(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    await servers.deliver(application(1), question(1))
    await lines(world, "once")
    before = await lines(world, "cases")
    for path in (world.folder / "state" / "cases").rglob("*.json"):
        path.write_text("nonsense")
    assert (await lines(world, "rebuild"))[0].startswith("the casebook was made again from ")
    assert await lines(world, "cases") == before
    assert await lines(world, "once") == []


@in_a_loop
async def test_an_order_about_several_cases_is_told_entry_by_entry(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    world.change_rules(letters_per_address=1, letters_per_domain=1)
    await servers.deliver(*(application(number) for number in range(4)))
    await world.run("once")
    held = [line.split()[0] for line in (await lines(world, "letters"))[1:-1]]
    cases = {name.rpartition(".")[0] for name in held}
    assert len(cases) > 2
    released = await lines(world, "letters", "release")
    assert {line.split()[2] for line in released} == cases
    assert all(f"letter {name} may go" in "\n".join(released) for name in held)
    seqs = [int(line.split()[0]) for line in released]
    assert seqs == list(range(seqs[0], seqs[0] + len(cases)))
    first, *_ = await lines(world, "letters", "drop", *held[:1])
    assert first.split()[0] == str(seqs[-1] + 1), "another order, another entry, and only that one"


@in_a_loop
async def test_what_is_sent_already_is_named_in_brackets(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    await servers.deliver(application(1))
    await lines(world, "once")
    name = f"{json.loads((await lines(world, 'cases', '--json'))[0])['number']}.1"
    refused = await world.run("letters", "drop", name)
    assert refused == (2, "", f"mailbot: not done: that letter was sent already ({name})\n")


def noted(world: World, minutes: float, process: int | None) -> None:
    """As if the service had noted last what it saw so many minutes ago, in a process of that number."""
    path = world.folder / "state" / "service.json"
    then = to_text(wall_clock() - timedelta(minutes=minutes))
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "noted": then, "process": process}), encoding="utf-8")


@contextmanager
def state_held(world: World) -> Iterator[None]:
    """As a service at work holds its state."""
    lock = disk.lock(world.folder / "state" / "lock")
    try:
        yield
    finally:
        os.close(lock)


NOBODY = 2**22 + 1
"""A number no process has: more than the system gives."""


@in_a_loop
async def test_status_says_whether_the_service_is_at_work_and_is_alarmed_when_it_is_silent(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    assert (await lines(world, "status"))[1] == "service   never", "the desk was opened, and nothing more"
    assert await lines(world, "once") == []
    assert re.fullmatch(r"service   not at work, noted \d s ago", (await lines(world, "status"))[1])
    noted(world, 0, os.getpid())
    with state_held(world):
        assert re.fullmatch(rf"service   process {os.getpid()}, noted \d+ s ago", (await lines(world, "status"))[1])
        assert json.loads((await lines(world, "status", "--json"))[0])["process"] == os.getpid()
    copied = (await lines(world, "status"))[1]
    assert re.fullmatch(r"service   not at work, noted \d+ s ago", copied), "a copy is not what that process works on"
    noted(world, 5, NOBODY)
    assert (await lines(world, "status"))[1] == "service   not at work, noted 5 min ago"
    noted(world, 3 * 24 * 60 + 1, NOBODY)
    code, out, _ = await world.run("status")
    assert code == 1
    assert out.splitlines()[1] == "service   not at work, noted 3 days ago"
    assert out.splitlines()[-1].startswith("ALARM     silent: nothing was noted since ")
    code, out, _ = await world.run("status", "--json")
    told = json.loads(out)
    assert (code, told["process"], list(told["alarms"])) == (1, None, ["silent"])
    assert told["noted"].endswith("Z")


@in_a_loop
async def test_rules_that_are_being_edited_blind_nobody_who_looks(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    await servers.deliver(application(1))
    await lines(world, "once")
    number = json.loads((await lines(world, "cases", "--json"))[0])["number"]
    looks = [("status",), ("log",), ("verify",), ("case", number), ("queue",)]
    before = [(await world.run(*words))[1] for words in looks]
    rules = world.folder / "rules" / "desk.toml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("languages", "langages"), encoding="utf-8")
    for words, shown in zip(looks, before, strict=True):
        code, out, err = await world.run(*words)
        assert code == 0
        assert len(out.splitlines()) == len(shown.splitlines())
        assert words == ("status",) or out == shown
        said = err.splitlines()
        assert "rules/desk.toml" in said[0]
        assert "langages" in err
        assert said[-1] == f"mailbot: the rules of entry {len(world.entries())} are used to look"
        assert all(line.startswith("mailbot: ") for line in said)
    code, out, err = await world.run("once")
    assert (code, out) == (2, ""), "nothing is decided under rules that are wrong"
    assert all(line.startswith("mailbot: ") for line in err.splitlines())
    assert len(err.splitlines()) > 1
    for path in (world.folder / "state" / "rules").glob("*.json"):
        path.unlink()
    assert (await world.run("queue"))[0] == 2, "without either there is nothing to look with"


@in_a_loop
async def test_a_mail_whose_letter_cannot_be_written_is_alarmed_of_at_once_and_decided_when_it_can(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    template = world.folder / "templates" / "en" / "received.txt"
    right = template.read_text(encoding="utf-8")
    template.write_text(right + "{{ case.values.nothing.at_all }}\n", encoding="utf-8")
    await servers.deliver(application(1))
    code, _, err = await world.run("once")
    assert code == 1
    where = f"templates/en/received.txt:{len(right.splitlines()) + 1}"
    assert f"could not be decided and stays there: Unfillable: {where}: UndefinedError: " in err
    code, out, _ = await world.run("status")
    assert code == 1
    assert "kept and undecided 1" in out
    assert out.splitlines()[-1] == "ALARM     undecided: mails: 1"
    template.write_text(right, encoding="utf-8")
    assert "mails taken in 1" in (await lines(world, "once"))[0]
    assert not [line for line in await lines(world, "status") if line.startswith("ALARM")]


@in_a_loop
async def test_a_clerks_commands_are_carried_out_from_the_shell_or_refused_in_the_words_of_a_transcript(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    await servers.deliver(application(1))
    await lines(world, "once")
    number = json.loads((await lines(world, "cases", "--json"))[0])["number"]
    noted = await lines(world, "command", number, "NOTE she rang", "--clerk", "morgan@staff.desk.example")
    assert "note by morgan@staff.desk.example: she rang" in noted[0]
    assert "were carried out" in " ".join(noted)
    code, out, err = await world.run("command", number, "ACEPT", "--clerk", "morgan@staff.desk.example")
    assert (code, err) == (2, "mailbot: not done\n")
    assert out.startswith("Dear Alex Morgan,")
    assert "Did you mean: ACCEPT" in out
    refused = await world.run("command", "2026-00999", "ACCEPT")
    assert refused == (2, "", "mailbot: not done: there is no case of that number (2026-00999)\n")
