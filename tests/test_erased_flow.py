"""An erasure beside other work of the desk: a letter that is with the relay meanwhile, the morning's letters, entries
that a restored journal has again, letters to others that wait, words that only look like somebody's."""

import asyncio
import base64
import quopri
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from desks import in_a_loop
from erasing import HANAKO, HERS, HIS, LIND, Scene, grep, make_scene
from letter_examples import RULES
from store_help import NOON, draft, letter, run
from worlds import World

from mailbot import desks
from mailbot.core import events as e
from mailbot.core.case import opened
from mailbot.core.decide.erasing import in_the_way
from mailbot.core.erasing import Found, Gathering, Taken, Terms, own_words, scrubbed, texts_in
from mailbot.core.erasing.terms import normal
from mailbot.core.instants import to_text
from mailbot.core.orders import Erase, Ordered
from mailbot.core.outcome import Decision
from mailbot.core.uids import uids_of
from mailbot.edge.postman import Never, Sent
from mailbot.embedded import EmbeddedServers
from mailbot.flow import erasing
from mailbot.flow.delivery.recording import Recording
from mailbot.flow.tools import wall_clock
from mailbot.store import LetterDue, Wanted
from mailbot.store.files import FileStore

BY = e.Operator(user="hanako", nonce="1" * 32)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The desk before anything is erased."""
    with EmbeddedServers() as servers:
        yield asyncio.run(make_scene(tmp_path_factory.mktemp("erasing") / "desk", servers))


@pytest.fixture
def scene(played: Scene, tmp_path: Path) -> Scene:
    shutil.copytree(played.world.folder, tmp_path / "desk")
    return Scene(World(tmp_path / "desk"), played.servers)


def at_desk(scene: Scene):  # type: ignore[no-untyped-def]
    """The desk's tools, as for a command."""
    desk = desks.load(scene.world.folder / "mailbot.toml")
    return desks.opened(desk.state, desk.rules, desk.texts, desk.keys, files=desk.files)


@pytest.mark.parametrize("result", [Never(550, f"no such user <{HANAKO.address}>"), Sent(f"250 ok {HANAKO.address}")])
@in_a_loop
async def test_what_the_relay_says_of_a_letter_that_was_erased_meanwhile_is_not_kept(
    scene: Scene, result: Never | Sent
) -> None:
    async with at_desk(scene) as tools:
        case = await anext(aiter(tools.store.cases(Wanted(numbers=frozenset({HERS})))))
        late = letter(case.last_letter + 1, to=HANAKO.address)
        async with tools.store.batch() as batch:
            batch.append(tools.draft(Decision(HERS, (late,)), at=wall_clock(), mail=None))
        (due,) = await tools.store.due(wall_clock(), 9, 600.0, "letters")
        assert isinstance(due, LetterDue)
        order = Erase(cases=(HERS,), text="asked by letter")
        await erasing.carry_out(tools, Ordered(by=BY, at=to_text(NOON), order=order), order, wall_clock)
        await erasing.finish(tools, wall_clock)
        before = tools.store.head
        assert await Recording(tools, wall_clock).record(due, result) == result
        assert tools.store.head == before
    assert grep(scene.state) == {}


@in_a_loop
async def test_entries_that_a_restored_journal_has_again_are_erased_by_their_numbers_alone(
    scene: Scene, tmp_path: Path
) -> None:
    shutil.copytree(scene.state, tmp_path / "backup")
    assert (await scene.world.run("erase", HERS, "--order", "asked by letter", "--yes"))[0] == 0
    told = FileStore.read(scene.state, "HELPDESK").ledger().erased
    before = (await scene.world.run("case", HIS, "--json"))[1]
    shutil.rmtree(scene.state)
    shutil.copytree(tmp_path / "backup", scene.state)
    assert grep(scene.state)
    async with at_desk(scene) as tools:
        assert await erasing.erase_entries(tools, uids_of(told), "as the head letter says", wall_clock, BY)
        assert tools.store.ledger().erased == told
        assert not await erasing.erase_entries(tools, uids_of(told), "once more", wall_clock, BY), (
            "there is nothing left"
        )
    assert grep(scene.state) == {}
    assert (await scene.world.run("verify"))[0] == 0
    assert (await scene.world.run("case", HIS, "--json"))[1] == before


@in_a_loop
async def test_what_the_auditors_were_told_stays_though_it_names_the_case_as_the_last_one(scene: Scene) -> None:
    """The number stays anyway; else nothing shows what they were told, and one of them who answers is a stranger."""
    written = {"to": "audit@uni.example", "key": "k1", "languages": ("en",), "subject": "Head of the log"}
    of_auditors = e.LetterWritten(number=1, template="head", role="auditor", text=f"last-case {HERS}", **written)
    of_clerks = e.LetterWritten(number=1, template="digest", role="clerk", text=f"Waiting: {HERS}", **written)
    told = e.HeadTold(seq=1, hash="a" * 64, at=to_text(NOON), last=HERS, auditors=("audit@uni.example",))
    order = Erase(cases=(HERS,), text="asked by letter")
    async with at_desk(scene) as tools:
        for happened in ((told, of_auditors), (e.DigestsSent(clerks=("sato@staff.desk.example",)), of_clerks)):
            async with tools.store.batch() as batch:
                batch.append(tools.draft(Decision(None, (e.Facts(), *happened)), at=wall_clock(), mail=None))
        last = tools.store.head.seq
        found = await erasing.find(tools.store, tools.rules, order)
    assert {last - 1, last} & {one.seq for one in found.entries} == {last}


def test_the_mornings_letters_are_not_written_again_because_one_was_erased(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        async with store.batch() as batch:
            batch.append(draft(e.DigestsSent(clerks=("sato@desk.example",)), letter(1)))
        told = e.Outline(kinds=("facts", "digests_sent", "letter_written"), opened=to_text(NOON), changed=to_text(NOON))
        erased = e.Erased(seqs=(1,), outline=(told,))
        async with store.batch() as batch:
            batch.append(draft(erased, at=NOON + timedelta(hours=3)))
        await store.erase(erased)
        assert store.ledger().digested == NOON

    run(work, tmp_path)


def test_a_letter_to_somebody_else_that_waits_is_in_the_way() -> None:
    found = Found(entries=(Taken(7, HIS, to_text(NOON), ("letter_written",)),), pending=(f"{HIS}.2",))
    assert in_the_way(Erase(text="asked"), found, RULES) == ("letters_pending", f"{HIS}.2")


# The words by which more is found


def gathered(*happened: e.Event) -> Terms:
    found = Gathering()
    for event in happened:
        found.take(event, RULES.forms["new-account"])
    return found.terms(("prof@univ.example", "Prof Known"))


VALUES = {
    "family_name": "Lin",
    "first_name": "May",
    "email": "may.lin@univ.example",
    "telephone": "055-981-7731",
    "residence": "JP",
    "job_title": "student",
    "responsible_email": "prof@univ.example",
    "purpose": "Assembly of plant genomes from long reads",
}
READ = e.FieldsRead(by="may.lin@univ.example", answers={}, values=dict(VALUES), faults=())
OPENED = e.CaseOpened(form="new-account", language="en", applicant="May.Lin@univ.example", name="May Lin")


def test_words_are_those_that_nobody_else_writes_by_chance() -> None:
    words = gathered(OPENED, READ).words
    assert {"may lin", "lin may", "may.lin@univ.example", "055-981-7731"} < words
    assert "assembly of plant genomes from long reads" in words
    assert not words & {"lin", "may", "jp", "student"}, "else half of the log would go"
    assert "prof@univ.example" not in words, "somebody else, who wrote in their own right"


def test_the_names_of_fields_are_nobodys_words_however_long() -> None:
    """Every other case of the form has them, where something is asked or wrong too."""
    key = "responsible_affiliation"
    answered = READ.model_copy(update={"answers": {key: ("Institute of Plants, Mishima",)}, "values": {key: ["x"]}})
    words = gathered(answered).words
    assert words == {"institute of plants, mishima"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A note: May  Lin\ncalled", True),
        ("ＭＡＹ　ＬＩＮ", True),
        ("to MAY.LIN@UNIV.EXAMPLE", True),
        ("Dismay Lind", False),
        ("xmay.lin@univ.example", False),
        ("may.lin@univ.example.org", True),
        ("Call May, or Lin", False),
    ],
)
def test_words_are_found_however_they_are_written_and_never_inside_others(text: str, found: bool) -> None:
    assert bool(gathered(OPENED, READ).within(normal(text))) is found


def test_japanese_names_are_found_with_and_without_their_blank() -> None:
    terms = gathered(OPENED.model_copy(update={"name": "遺伝 華子"}))
    for text in ("遺伝 華子様", "遺伝華子様", "遺伝　華子"):
        assert terms.within(normal(text)), text


def test_what_somebody_elses_case_holds_of_them_is_scrubbed_unless_its_own_people_said_it() -> None:
    terms = gathered(OPENED, READ)
    other = opened(HIS, OPENED.model_copy(update={"applicant": LIND.address, "name": LIND.name}), to_text(NOON))
    noted = other.model_copy(update={"notes": ("the same as May Lin", "waits"), "values": {"purpose": "no"}})
    assert scrubbed(noted, terms).notes == ("[erased]", "waits")
    assert scrubbed(noted, terms).model_copy(update={"notes": noted.notes}) == noted
    own = noted.model_copy(update={"values": {"responsible_name": "May Lin"}})
    assert "may lin" in own_words(own)
    assert scrubbed(own, terms) == own


@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp", "cp932", "euc-jp"])
def test_texts_of_a_mail_are_read_in_every_encoding_over_broken_lines(charset: str) -> None:
    text = "遺伝華子です。" * 20
    data = text.encode(charset)
    word = b"Subject: =?" + charset.encode() + b"?B?" + base64.b64encode("遺伝華子".encode(charset)) + b"?=\r\n"
    for raw in (data, base64.encodebytes(data), quopri.encodestring(data), word):
        assert any("遺伝華子" in found for found in texts_in(b"Subject: x\r\n\r\n" + raw)), raw[:80]
