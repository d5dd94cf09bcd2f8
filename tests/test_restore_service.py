"""A desk at work from backup to restore over real IMAP and SMTP: nothing is lost, nothing known is done twice."""

import asyncio
import json
import shutil
from collections import Counter
from pathlib import Path

from desks import Mailbox, in_a_loop
from desks_at_work import at_work, until, world_of
from worlds import application, digest, question

from mailbot.embedded import EmbeddedServers

AUDITOR = "auditor@audit.example"


def openings(entries: list[dict]) -> Counter[str]:
    return Counter(one["case"] for one in entries if any(e["kind"] == "case_opened" for e in one["events"]))


@in_a_loop
async def test_a_desk_that_lost_its_state_goes_on_from_a_backup_made_while_it_was_busy(
    tmp_path: Path, mailbox: Mailbox, servers: EmbeddedServers
) -> None:
    world = world_of(tmp_path / "desk", mailbox, servers)
    rules = world.folder / "rules" / "desk.toml"
    rules.write_text(rules.read_text().replace("auditors = []", f'auditors = ["{AUDITOR}"]'))
    world.change_rules(head="00:00")
    before, lost, after = ([application(n), question(n)] for n in (1, 2, 3))
    busy = [question(number) for number in range(10, 40)]
    async with at_work(world):
        await mailbox.deliver(*before)
        await until(lambda: {"asker1@uni.example", AUDITOR} <= {letter.recipient for letter in servers.letters})
        delivering = asyncio.create_task(mailbox.deliver(*busy))
        code, out, err = await world.run("backup", str(tmp_path / "kept"))
        assert code == 0, err
        await delivering
        await mailbox.deliver(*lost)
        await until(lambda: len(mailbox.raws("mailbot/done")) == 34)
        await until(lambda: "asker2@uni.example" in {letter.recipient for letter in servers.letters})
    (backup,) = (path for path in (tmp_path / "kept").iterdir() if path.is_dir())
    head = next(letter.raw for letter in servers.letters if letter.recipient == AUDITOR)
    (tmp_path / "head.eml").write_bytes(head)
    shutil.rmtree(world.folder / "state")

    code, out, err = await world.run("restore", str(backup), "--head", str(tmp_path / "head.eml"))
    assert code == 0, err
    known = {entry["mail"] for entry in world.entries() if entry["mail"]}
    assert {digest(raw) for raw in before} <= known
    assert not {digest(raw) for raw in lost} & known
    with mailbox.client("mailbot/done") as client:
        assert client.uid("MOVE", "1:*", "INBOX")[0] == "OK"
    sent = len(servers.letters)
    async with at_work(world):
        await mailbox.deliver(*after)
        await until(lambda: len(mailbox.raws("mailbot/done")) == 36)
        await until(lambda: "asker3@uni.example" in {letter.recipient for letter in servers.letters})
        code, out, _ = await world.run("status", "--json")
        assert json.loads(out)["agree"], out
    decided = Counter(entry["mail"] for entry in world.entries() if entry["mail"] and not entry["more"])
    assert decided == Counter(digest(raw) for raw in [*before, *busy, *lost, *after]), "each once"
    assert sorted(openings(world.entries()).values()) == [1, 1, 1]
    again = {letter.recipient for letter in servers.letters[sent:]}
    assert not again & {"person1@uni.example", "asker1@uni.example"}, "what was answered before is not again"
    assert (await world.run("verify", "--head", str(tmp_path / "head.eml")))[0] == 0
    code, out, err = await world.run("replay")
    assert code == 0, out
