"""`mailbot erase`: nothing of a person is left in the state, in any encoding; the log proves itself, every other case
stands as before, and a process killed on the way is finished by the next start."""

import asyncio
import json
import random
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from crashes import NOTHING, Fault, Program
from desks import in_a_loop
from desks_at_work import at_work, until
from erasing import CHARSETS, DESK, HANAKO, HERS, HIS, LIND, MORGAN, VALUES, Scene, grep, make_scene
from worlds import World

from mailbot.core.chain import verify
from mailbot.core.erasing.values import Found, Taken
from mailbot.demo import mails as demo
from mailbot.demo.people import reply, write
from mailbot.embedded import EmbeddedServers
from mailbot.store import Damaged
from mailbot.store.files import FileStore, backup
from mailbot.store.files.backup import Wish, make
from mailbot.store.files.examining import examine
from mailbot.views.erasing import plan_text

ORDER = ("--order", "asked by letter", "--yes")
ERASE = ("erase", HERS, *ORDER)
DAY = 86_400.0
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The desk before anything is erased; tests work on copies of it."""
    with EmbeddedServers() as servers:
        yield asyncio.run(make_scene(tmp_path_factory.mktemp("erasing") / "desk", servers))


@pytest.fixture
def scene(played: Scene, tmp_path: Path) -> Scene:
    """A copy of it, on the same servers."""
    return copied(played, tmp_path / "desk")


@pytest.fixture(scope="module")
def erased(played: Scene, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The desk after her case was erased: for tests that only look."""
    scene = copied(played, tmp_path_factory.mktemp("erased") / "desk")
    code, out, err = asyncio.run(scene.world.run(*ERASE))
    assert (code, err) == (0, ""), out + err
    return scene


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with Program(tmp_path_factory.mktemp("program")) as running:
        yield running


def copied(played: Scene, folder: Path) -> Scene:
    shutil.copytree(played.world.folder, folder)
    return Scene(World(folder), played.servers)


async def case_of(scene: Scene, number: str) -> dict[str, object]:
    code, out, err = await scene.world.run("case", number, "--json")
    assert code == 0, err
    return dict(json.loads(out))


# Nothing is left


def test_the_grep_finds_what_is_there_in_every_encoding_it_came_in(played: Scene) -> None:
    hits = grep(played.state)
    assert {value for value, _ in hits} == set(VALUES)
    ways = {how for _, how in hits}
    for charset, cte in CHARSETS:
        name = {"shift_jis": "cp932"}.get(charset, charset)
        assert (f"{name} {cte}" if cte in ("base64", "quoted-printable") else name) in ways
    packed = [raw for path in played.state.rglob("mail/*/*") if b"plan.xlsx" in (raw := path.read_bytes())]
    assert len(packed) == 1, "and a file that no grep sees into came with one mail"


def test_nothing_of_an_erased_case_is_left_in_the_state(erased: Scene) -> None:
    assert grep(erased.state) == {}
    assert not [path for path in erased.state.rglob("mail/*/*") if b"plan.xlsx" in path.read_bytes()]


@in_a_loop
async def test_the_log_proves_itself_with_and_without_mailbot(erased: Scene) -> None:
    code, out, _ = await erased.world.run("verify")
    assert (code, out.splitlines()[-1]) == (0, "everything fits")
    assert "0 entries erased" not in out
    assert verify("HELPDESK", erased.state / "journal").ok


@in_a_loop
async def test_a_letter_sent_before_still_proves_the_log(erased: Scene, tmp_path: Path) -> None:
    for letter in erased.servers.letters[:3]:
        (tmp_path / "letter.eml").write_bytes(letter.raw)
        assert (await erased.world.run("verify", "--head", str(tmp_path / "letter.eml")))[0] == 0


@in_a_loop
async def test_made_again_from_the_journal_alone_the_casebook_is_the_same(scene: Scene) -> None:
    assert (await scene.world.run(*ERASE))[0] == 0
    before = [await case_of(scene, number) for number in (HERS, HIS)]
    shutil.rmtree(scene.state / "cases")
    assert (await scene.world.run("rebuild"))[0] == 0
    assert [await case_of(scene, number) for number in (HERS, HIS)] == before
    assert grep(scene.state) == {}


def test_the_event_says_what_went_and_nothing_of_her(erased: Scene) -> None:
    events = [event for entry in erased.world.entries() for event in entry["events"] or ()]
    (event,) = [event for event in events if event["kind"] == "erased"]
    hers, his = (next(row for row in event["outline"] if row["case"] == number) for number in (HERS, HIS))
    assert (hers["whole"], hers["form"], hers["status"]) == (True, "new-account", "withdrawn")
    assert (his["whole"], his["form"], his["clerks"]) == (False, "enquiry", [MORGAN.address])
    assert event["order"] == "asked by letter"
    assert [event for event in events if event["kind"] == "erasure_done"]


# What others have


@in_a_loop
async def test_a_case_that_shared_a_mail_stands_as_before_but_for_her_words(erased: Scene, played: Scene) -> None:
    assert await case_of(erased, HIS) | {"letters": []} == await case_of(played, HIS) | {"letters": []}
    nulled = [entry["seq"] for entry in erased.world.entries() if entry["case"] == HIS and entry["events"] is None]
    assert nulled, "the mail that quoted the list of what waits was about his case as well"


@in_a_loop
async def test_whoever_answers_a_letter_of_another_case_is_known_as_before(scene: Scene) -> None:
    assert (await scene.world.run(*ERASE))[0] == 0
    await scene.round(reply(LIND, scene.letter(LIND, HIS), "Details of your request: My jobs stop after two hours."))
    last = next(one for one in reversed(scene.world.entries()) if one["case"] == HIS and one["mail"])
    assert last["events"][0]["sender"]["tier"] == "0+"
    assert "My jobs stop after two hours." in json.dumps((await case_of(scene, HIS))["values"])


# What is shown


@in_a_loop
async def test_an_erased_case_is_shown_as_what_is_left_of_it(erased: Scene) -> None:
    code, out, _ = await erased.world.run("case", HERS)
    assert code == 0
    assert f"{HERS}  withdrawn  new-account" in out
    assert "erased     by order" in out
    assert HERS not in (await erased.world.run("queue"))[1]
    assert "(erased)" in (await erased.world.run("cases"))[1]
    log = (await erased.world.run("log", HERS))[1]
    assert "erased by order" in log
    assert "what is left of the case after the erasure was written down" in log
    assert "to be erased by order" in (await erased.world.run("log"))[1]


@in_a_loop
async def test_report_and_export_show_it_as_erased(erased: Scene, tmp_path: Path) -> None:
    code, _, err = await erased.world.run("report", str(tmp_path / "report"))
    assert (code, err) == (0, "")
    page = (tmp_path / "report" / "en" / "cases" / f"{HERS}.html").read_text(encoding="utf-8")
    assert "What this case was about is erased" in page
    assert 'class="badge erased"' in (tmp_path / "report" / "en" / "cases.html").read_text(encoding="utf-8")
    assert "消去" in (tmp_path / "report" / "ja" / "cases" / f"{HERS}.html").read_text(encoding="utf-8")
    assert grep(tmp_path / "report") == {}
    code, out, _ = await erased.world.run("export", "--format", "csv")
    assert code == 0
    assert "erased by order" in out
    code, out, _ = await erased.world.run("export", "--person", HANAKO.address)
    assert HANAKO.address.lower() not in out.lower()
    assert (await erased.world.run("export", "--format", "xlsx", "--output", str(tmp_path / "all.xlsx")))[0] == 0
    with zipfile.ZipFile(BytesIO((tmp_path / "all.xlsx").read_bytes())) as book:
        book.extractall(tmp_path / "book")
    assert grep(tmp_path / "book") == {}


@in_a_loop
async def test_what_was_erased_is_not_decided_again_and_no_difference(scene: Scene) -> None:
    assert (await scene.world.run(*ERASE))[0] == 0
    await scene.round(write(LIND, DESK, "Enquiry", "Your name: Astrid Lind\nDetails of your request: Thank you"))
    code, out, err = await scene.world.run("replay")
    assert code == 0, out + err
    assert "erased by order" in out
    assert "decided otherwise" not in out
    rows = [json.loads(line) for line in (await scene.world.run("replay", "--json"))[1].splitlines()]
    verdicts = {seq: row["verdict"] for row in rows for seq in row.get("entries", ())}
    nulled = {entry["seq"] for entry in scene.world.entries() if entry["events"] is None}
    assert all(verdicts.get(seq, "gone") == "gone" for seq in nulled)


@in_a_loop
async def test_sums_agree_and_no_alarm_is_raised(scene: Scene) -> None:
    assert (await scene.world.run(*ERASE))[0] == 0
    assert (await scene.world.run("once"))[0] == 0
    code, out, err = await scene.world.run("status")
    assert code == 0, out + err
    assert ", erased " in out


# Mails that come later


@in_a_loop
async def test_whoever_answers_an_erased_letter_is_a_stranger_and_is_answered_politely(scene: Scene) -> None:
    letter = scene.letter(HANAKO)
    assert (await scene.world.run(*ERASE))[0] == 0
    await scene.round(reply(HANAKO, letter, "まだ間に合いますか。"))
    entry = next(one for one in reversed(scene.world.entries()) if one["mail"])
    facts = entry["events"][0]
    assert (entry["case"], facts["sender"]["role"], facts["letter_state"]) == (None, "stranger", "unverified")
    written = [event["to"].lower() for event in entry["events"] if event["kind"] == "letter_written"]
    assert written == [HANAKO.address.lower()]


@in_a_loop
async def test_an_erased_letter_that_comes_back_late_harms_nothing(scene: Scene) -> None:
    letter = scene.letter(HANAKO)
    assert (await scene.world.run(*ERASE))[0] == 0
    envelope = {"envelope": letter.reply_to, "recipient": HANAKO.address, "message_id": letter.message_id}
    await scene.round(demo.BOUNCE.format(**envelope).replace("\n", "\r\n").encode())
    entry = next(one for one in reversed(scene.world.entries()) if one["mail"])
    assert (entry["case"], [event["kind"] for event in entry["events"]][1:]) == (None, ["ignored"])
    assert (await case_of(scene, HERS))["erased"]


@in_a_loop
async def test_no_order_does_anything_in_an_erased_case_nor_keeps_its_words(scene: Scene) -> None:
    assert (await scene.world.run(*ERASE))[0] == 0
    code, out, err = await scene.world.run("command", HERS, "REOPEN 華子より")
    assert (code, out) == (2, "")
    assert "that case was erased by order" in err
    assert grep(scene.state) == {}


# The order


@in_a_loop
async def test_a_dry_run_says_what_would_go_and_changes_nothing(scene: Scene) -> None:
    before = {path: path.read_bytes() for path in scene.state.rglob("*") if path.is_file()}
    code, out, err = await scene.world.run("erase", HERS, "--order", "asked by letter", "--dry-run")
    assert (code, err) == (0, "")
    assert f"case {HERS}  new-account, withdrawn" in out
    assert f"of case {HIS}" in out
    assert out.endswith("nothing was erased\n")
    assert {path: path.read_bytes() for path in scene.state.rglob("*") if path.is_file()} == before


REFUSED = {
    "nobody to ask": ((HERS, "--order", "asked by letter"), "nobody is here to be asked"),
    "no reason": ((HERS, "--yes"), "--order is needed"),
    "nothing named": (ORDER, "nothing is named"),
    "no such case": (("2026-09999", *ORDER), "there is no case of that number (2026-09999)"),
    "an open case": (
        (HIS, *ORDER),
        f"that case is open: its letters and limits would end; close it first, or say --open ({HIS})",
    ),
    "her name in the words": (
        (HERS, "--order", "遺伝 華子 asked for it", "--yes"),
        "without the person's name or address",
    ),
    "her address in the words": ((HERS, "--order", f"mail of {HANAKO.address}", "--yes"), "stay in the log"),
    "a clerk": (("--sender", MORGAN.address, *ORDER), "that address is a clerk's or the desk's own"),
    "an address nobody wrote from": (("--sender", "no@body.example", *ORDER), "nothing is there that would be erased"),
}


@pytest.mark.parametrize(("words", "why"), REFUSED.values(), ids=REFUSED)
@in_a_loop
async def test_an_order_that_cannot_be_carried_out_is_refused_before_it_is_given(
    played: Scene, words: tuple[str, ...], why: str
) -> None:
    code, out, err = await played.world.run("erase", *words)
    assert (code, why in err) == (2, True), out + err
    assert not list((played.state / "orders").glob("*"))


@in_a_loop
async def test_what_is_erased_is_not_erased_again(erased: Scene) -> None:
    code, _, err = await erased.world.run(*ERASE)
    assert (code, "that case was erased by order" in err) == (2, True)


@in_a_loop
async def test_an_open_case_goes_with_its_letters_and_limits_if_that_is_said(scene: Scene) -> None:
    code, out, err = await scene.world.run("erase", HIS, *ORDER, "--open")
    assert (code, err) == (0, ""), out
    assert "the queue is empty" in (await scene.world.run("queue"))[1]
    assert (await case_of(scene, HIS))["erased"]
    assert grep(scene.state, (LIND.address, LIND.name)) == {}
    assert (await scene.world.run("verify"))[0] == 0
    assert (await scene.world.run("once"))[0] == 0


@in_a_loop
async def test_all_of_an_address_goes_also_what_made_no_case(scene: Scene) -> None:
    await scene.round(
        write(HANAKO, DESK, "遺伝華子", "窓口は土曜日も開いていますか。 https://rice.example/iden-hanako")
    )
    values = (*VALUES, "rice.example/iden-hanako")
    assert ("rice.example/iden-hanako", "utf-8") in grep(scene.state, values) or grep(scene.state, values)
    code, out, err = await scene.world.run("erase", "--sender", HANAKO.address.upper(), *ORDER)
    assert (code, err) == (0, ""), out
    assert grep(scene.state, values) == {}
    assert (await scene.world.run("verify"))[0] == 0
    assert (await case_of(scene, HERS))["erased"]


@in_a_loop
async def test_what_is_left_elsewhere_is_told(scene: Scene) -> None:
    out = (await scene.world.run(*ERASE))[1]
    for words in ("backups", "reports and exports", "mailboxes", "logs of the mail server", "log lines"):
        assert words in out


# What is kept too long


@in_a_loop
async def test_cases_kept_longer_than_their_form_says_are_proposed_and_never_erased(
    scene: Scene, program: Program
) -> None:
    form, folder = scene.world.folder / "rules" / "new-account.toml", scene.world.folder
    form.write_text("retention = 3\n" + form.read_text(encoding="utf-8"), encoding="utf-8")
    for days, proposed in ((60, False), (100, True)):
        out = program.run(folder, "erase", "--proposed", shift=days * DAY).out
        assert (HERS in out, HIS in out) == (proposed, False), "his is open"
        assert ("no case is kept longer" in out) is not proposed
        assert program.run(folder, "once", shift=days * DAY).code == 0
        assert ("kept      1 closed cases longer" in program.run(folder, "status", shift=days * DAY).out) is proposed
    assert not (await case_of(scene, HERS))["erased"]
    assert program.run(folder, *ERASE, shift=100 * DAY).code == 0
    assert HERS not in program.run(folder, "erase", "--proposed", shift=100 * DAY).out


@in_a_loop
async def test_a_service_at_work_carries_it_out_and_goes_on(scene: Scene) -> None:
    async with at_work(scene.world):
        code, out, err = await scene.world.run(*ERASE)
        assert (code, err) == (0, ""), out
        assert grep(scene.state) == {}
        before = len(scene.servers.letters)
        await scene.servers.deliver(write(LIND, DESK, "Question", "Is the desk open on Saturdays?"))
        await until(lambda: len(scene.servers.letters) > before)
    assert (await scene.world.run("verify"))[0] == 0


# On the server


@in_a_loop
async def test_her_mails_are_removed_from_the_server_and_nobody_elses(tmp_path: Path, servers: EmbeddedServers) -> None:
    scene = await make_scene(tmp_path / "desk", servers)
    before = servers.folders()
    code, out, err = await scene.world.run(*ERASE)
    assert (code, err) == (0, ""), out
    after = servers.folders()
    removed = sum(map(len, before.values())) - sum(map(len, after.values()))
    assert f"removed from the server: {removed} mails" in out
    assert removed == len(CHARSETS) + 5, "hers, the one that asked for the list, and the one that quotes it"
    left = [raw for raws in after.values() for raw in raws]
    assert any(LIND.address.encode() in raw for raw in left)
    assert not any(HANAKO.address.encode() in raw for raw in left)


# A process that is killed


def backed_up(scene: Scene) -> str:
    """What a backup taken now has of the erasure: nothing yet (`before`), all of it (`after`); or that there is none
    while it is `under way`."""
    kept = scene.world.folder.parent / "kept"
    wish = Wish(scene.state, "HELPDESK", "1")
    if FileStore.read(scene.state, "HELPDESK").ledger().erasing:
        with pytest.raises(Damaged, match="no backup was made: an erasure is under way"):
            make(wish, kept, NOON, sleep=lambda seconds: None)
        assert [path.name for path in kept.rglob("*")] == [".lock"]
        return "under way"
    made = make(wish, kept, NOON, sleep=lambda seconds: None)
    journal = b"".join(path.read_bytes() for path in (made.folder / "state" / "journal").iterdir())
    ordered = b'"kind":"erased"' in journal
    assert not ordered or grep(made.folder) == {}, "values that were erased are in a backup"
    assert examine(made.folder / "state", "HELPDESK").ok
    shutil.rmtree(kept)
    return "after" if ordered else "before"


def killed_and_finished(played: Scene, folder: Path, program: Program, fault: Fault) -> str:
    """The command is killed there; the next start does what was ordered, and the order is given again if it was not.
    What a backup has that is taken in between."""
    scene = copied(played, folder)
    program.run(scene.world.folder, *ERASE, fault=fault)
    kept = backed_up(scene)
    once = program.run(scene.world.folder, "once")
    assert once.code == 0, f"{fault}: {once.err}"
    if not json.loads(program.run(scene.world.folder, "case", HERS, "--json").out)["erased"]:
        again = program.run(scene.world.folder, *ERASE)
        assert again.code == 0, f"{fault}: {again.err}"
    else:
        assert grep(scene.state) == {}, f"{fault}: the start did not finish it"
    assert grep(scene.state) == {}, str(fault)
    verified = program.run(scene.world.folder, "verify")
    assert (verified.code, verified.out.splitlines()[-1]) == (0, "everything fits"), f"{fault}: {verified.out}"
    shutil.rmtree(folder)
    return kept


def steps_of(played: Scene, folder: Path, program: Program) -> list[str]:
    """What the command does to the disk, when nothing goes wrong."""
    scene = copied(played, folder)
    done = program.run(scene.world.folder, *ERASE, fault=NOTHING)
    assert done.code == 0, done.err
    shutil.rmtree(folder)
    assert [name for name in done.steps if name.startswith("unseen")] == []
    return [name for name in done.steps if not name.startswith("imap")]


def test_killed_at_each_kind_of_step_it_is_finished_by_the_next_start_and_no_backup_has_half_of_it(
    played: Scene, tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PATIENCE", 0.0)
    found = set()
    steps, dice = steps_of(played, tmp_path / "desk", program), random.Random(5)
    for turn, name in enumerate(dict.fromkeys(steps)):
        mode = ("after", "before", "half")[turn % 3 if name.startswith("write") else turn % 2]
        fault = Fault(mode, name, dice.randint(1, steps.count(name)))
        found.add(killed_and_finished(played, tmp_path / "desk", program, fault))
    assert found == {"before", "under way", "after"}


@pytest.mark.long
@pytest.mark.parametrize("mode", ["before", "after", "half"])
def test_killed_at_every_step_it_is_finished_by_the_next_start_and_no_backup_has_half_of_it(
    mode: str, played: Scene, tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PATIENCE", 0.0)
    steps = steps_of(played, tmp_path / "desk", program)
    cells = [(name, number) for name in dict.fromkeys(steps) for number in range(1, steps.count(name) + 1)]
    for name, number in cells:
        if mode != "half" or name.startswith("write"):
            killed_and_finished(played, tmp_path / "desk", program, Fault(mode, name, number))


def test_a_plan_of_thousands_of_entries_and_cases_names_the_first_of_them() -> None:
    letters = tuple(f"2026-{number:05d}.1" for number in range(1, 5_000))
    entries = tuple(
        Taken(1 + 2 * number, None, "2026-11-22T00:00:00.000Z", ("letter_written",), letters=(name,))
        for number, name in enumerate(letters, 1)
    )
    words = plan_text(Found(entries=entries, elsewhere=letters))
    assert "without a case: entries 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25 and 4987 more" in words
    assert max(map(len, words.splitlines())) < 300
