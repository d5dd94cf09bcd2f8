"""What an operator types when something waits for them: held letters, quarantine, the casebook made again."""

from pathlib import Path

from desks import in_a_loop
from test_once import embedded_world
from worlds import World, application, digest, question

from mailbot.embedded import EmbeddedServers

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
    shown = await lines(world, "letters", "show", held[0])
    assert shown[0].startswith("To: asker")
    assert "Subject: [HELPDESK]" in shown[1]
    code, _, err = await world.run("letters", "show", "e999.1")
    assert (code, err) == (2, "mailbot: there is no letter e999.1\n")

    assert (await lines(world, "letters", "drop", held[0]))[0].split()[0].isdecimal(), "the entry that did it"
    code, _, err = await world.run("letters", "release", held[0])
    assert code == 2
    assert f"not done: that letter is not held {held[0]}" in err
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
