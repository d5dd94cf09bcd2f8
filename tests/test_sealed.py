"""Mails that held a secret: sealed, told of, destroyed by order; and nothing of the secret anywhere else."""

import dataclasses
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from desks import in_a_loop
from desks_at_work import embedded_world
from letter_examples import RULES
from plan_files import PlanFile, Row
from reading_here import ReaderHere
from store_help import DESK, NOON, collected, digest_of, draft, ordered_facts, run
from test_decisions import ICHIRO, NUMBER, TARO, facts, kinds, mail, ordered, told, waiting
from test_delivery import desk, journaled
from test_operating import lines
from test_secrets import KEYS
from worlds import APPLICATION, PURPOSE, family_name

from mailbot.core import events as e
from mailbot.core.decide import decide
from mailbot.core.ledger import Ledger, Sealed
from mailbot.core.orders import DestroySecret, Ordered
from mailbot.core.secrets import MASKS
from mailbot.demo.people import Person, write
from mailbot.embedded import EmbeddedServers
from mailbot.flow import orders
from mailbot.flow.intake import Delivered, take_in
from mailbot.flow.reader import Settings
from mailbot.store import Draft
from mailbot.store.files import FileStore

RAW = b"Subject: x\r\n\r\npassword: hunter2\r\n"
MAIL = digest_of(RAW)
TOLD = e.SecretTold(secrets=("password",))


def deciding(*happened: e.Event, secrets: tuple[str, ...] = ("password",), raw: bytes = RAW) -> Draft:
    """The entry of a mail that held a secret."""
    facts = e.Facts(sender=e.Sender(address=TARO, role="stranger", tier="0"), secrets=secrets)
    made = draft(mail=digest_of(raw))
    return dataclasses.replace(made, events=(facts, *happened))


async def take(store: FileStore, *drafts: Draft) -> None:
    await store.keep([RAW])
    async with store.batch() as batch:
        for one in drafts:
            batch.append(one)


async def destroy(store: FileStore, nonce: str = "n1") -> None:
    async with store.batch() as batch:
        batch.append(dataclasses.replace(draft(), events=(ordered_facts(nonce), e.SecretDestroyed(mail=MAIL))))


# Where it lies


def test_a_mail_that_held_a_secret_lies_sealed_and_nowhere_else(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await take(store, deciding(TOLD))
        sealed = tmp_path / "mail" / "sealed" / MAIL
        assert sealed.read_bytes() == RAW
        assert (sealed.stat().st_mode & 0o777, sealed.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        assert list((tmp_path / "mail").rglob(MAIL)) == [sealed]
        assert store.ledger().sealed == (Sealed(MAIL, 1, NOON, ("password",), TARO),)
        assert (await store.raw(MAIL), await store.files(), await store.undecided()) == (RAW, 1, [])
        assert await store.keep([RAW]) == [MAIL]
        assert not (tmp_path / "mail" / "new" / MAIL).exists(), "it is known"
        async with store.batch() as batch:
            assert await batch.known(MAIL)
        assert store.verify().ok
        assert "1 sealed, since they held a secret" in store.verify().words()

    run(work, tmp_path)

    async def restarted(store: FileStore) -> None:
        async with store.batch() as batch:
            assert await batch.known(MAIL)
        assert store.ledger().sealed == (Sealed(MAIL, 1, NOON, ("password",), TARO),)

    run(restarted, tmp_path)


def test_other_mails_lie_where_they_always_did(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await take(store, deciding(secrets=()))
        assert (tmp_path / "mail" / MAIL[:2] / MAIL).read_bytes() == RAW
        assert store.ledger().sealed == ()

    run(work, tmp_path)


def test_what_could_not_be_sealed_before_a_crash_is_sealed_by_the_next_start(tmp_path: Path) -> None:
    """Here a file stands where the folder should be, so that the rename cannot be made until somebody removes it."""
    in_the_way = tmp_path / "mail" / "sealed"

    async def work(store: FileStore) -> None:
        in_the_way.write_bytes(b"")
        await take(store, deciding(TOLD))
        assert (tmp_path / "mail" / "new" / MAIL).is_file()
        assert await store.undecided() == [], "it is decided all the same"
        assert not store.checkpoint(), "else the next start would not know of it"

    async def restarted(store: FileStore) -> None:
        assert (in_the_way / MAIL).read_bytes() == await store.raw(MAIL) == RAW
        assert store.verify().ok

    run(work, tmp_path)
    in_the_way.unlink()
    run(restarted, tmp_path)


def test_a_mail_read_again_that_turns_out_to_hold_a_secret_is_sealed_then(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await take(store, deciding(e.Quarantined(reason="x"), secrets=()))
        assert (tmp_path / "mail" / MAIL[:2] / MAIL).is_file()
        async with store.batch() as batch:
            batch.append(deciding(TOLD))
        assert (tmp_path / "mail" / "sealed" / MAIL).read_bytes() == RAW
        assert not (tmp_path / "mail" / MAIL[:2] / MAIL).exists()
        async with store.batch() as batch:
            batch.append(deciding(secrets=()))
        assert await store.raw(MAIL) == RAW, "and stays sealed"
        assert store.verify().ok

    run(work, tmp_path)


def test_one_that_lies_among_the_others_is_a_problem(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await take(store, deciding(TOLD))
        (tmp_path / "mail" / MAIL[:2]).mkdir()
        (tmp_path / "mail" / "sealed" / MAIL).rename(tmp_path / "mail" / MAIL[:2] / MAIL)
        assert any("held a secret, but lies among the others" in problem for problem in store.verify().problems)

    run(work, tmp_path)


# Destroyed


def test_what_was_destroyed_is_empty_and_nothing_is_missing(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await take(store, deciding(TOLD))
        await destroy(store)
        assert (tmp_path / "mail" / "sealed" / MAIL).read_bytes() == b""
        assert (await store.raw(MAIL), await store.files(), store.ledger().sealed) == (None, 1, ())
        await store.keep([RAW])
        assert not [path for path in (tmp_path / "mail").rglob("*") if path.is_file() and path.read_bytes()]
        verified = store.verify()
        assert verified.ok, verified.words()
        assert "1 destroyed by order" in verified.words()

    run(work, tmp_path)
    with FileStore.rebuild(tmp_path, DESK) as store:
        assert store.ledger().sealed == ()
        assert store.verify().ok


def test_a_destruction_that_was_interrupted_is_finished_by_the_next_start(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await take(store, deciding(TOLD))
        await destroy(store)
        (tmp_path / "mail" / "sealed" / MAIL).write_bytes(RAW)  # as if it had been killed right after its entry
        verified = store.verify()
        assert verified.ok
        assert "1 to be destroyed by order, which the next start does" in verified.words()

    run(work, tmp_path)
    shutil.rmtree(tmp_path / "cases")
    with FileStore.open(tmp_path, DESK):
        assert (tmp_path / "mail" / "sealed" / MAIL).read_bytes() == b""


def test_only_what_lies_sealed_can_be_destroyed_and_once() -> None:
    sealed = Ledger(sealed=(Sealed(MAIL, 1, NOON, ("password",)),))
    [decision] = ordered(DestroySecret(mail=MAIL), sealed)
    assert (decision.case, decision.events[1:]) == (None, (e.SecretDestroyed(mail=MAIL),))
    [refused] = ordered(DestroySecret(mail=MAIL), Ledger())
    assert refused.events[1:] == (e.OrderRefused(why="not_sealed", about=MAIL),)


# Who is told

BOTH = ("private_key", "password")


def secret_letters(decision: object) -> list[tuple[str, str]]:
    return [(one.to, one.role) for one in decision.letters if one.template == "secret"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "sort, sender, number, role, tier, to",
    [
        ("answer", TARO, 1, "applicant", "0+", [(TARO, "applicant")]),
        ("answer", "taro@home.example", 1, "applicant", "0", [(TARO, "applicant")]),
        ("answer", ICHIRO, 2, "responsible", "0+", [(ICHIRO, "responsible")]),
        ("consent", ICHIRO, 2, "responsible", "0+", [(ICHIRO, "responsible")]),
        ("command", "morgan@staff.desk.example", 3, "clerk", "1", [("morgan@staff.desk.example", "clerk")]),
        ("autoreply", TARO, 1, "applicant", "0+", []),
        ("bounce", "MAILER-DAEMON@mx.univ.example", 1, "stranger", "0", []),
        ("list", TARO, 1, "applicant", "0", []),
    ],
)
def test_whoever_takes_part_is_told_at_the_registered_address(
    sort: str, sender: str, number: int, role: str, tier: str, to: list[tuple[str, str]]
) -> None:
    said = facts(sort, sender, number, role, tier).model_copy(update={"secrets": BOTH})
    decision = told(waiting(), mail(sender, "here", secrets=BOTH), said)
    assert secret_letters(decision) == to
    assert (kinds(decision)[-1] == "secret_told") == bool(to)
    assert decision.case == NUMBER


def stranger(letters_today: int = 0, **more: object) -> e.Facts:
    who = e.Sender(address="x@univ.example", role="stranger", tier="0")
    return e.Facts(sort="enquiry", sender=who, secrets=BOTH, letters_today=letters_today, **more)  # type: ignore[arg-type]


def test_a_stranger_is_told_within_the_budget() -> None:
    now = datetime(2026, 4, 8, 1, tzinfo=UTC)
    for letters_today, to in ((0, [("x@univ.example", "stranger")]), (1, [])):
        [decision] = decide({}, mail("x@univ.example", "hello there"), stranger(letters_today), RULES, now)
        assert secret_letters(decision) == to
        assert [event for event in decision.events if isinstance(event, e.SecretTold)] == [
            e.SecretTold(secrets=BOTH) for _ in to
        ]


def test_nobody_is_told_twice_of_the_same_mail_or_without_a_secret() -> None:
    now = datetime(2026, 4, 8, 1, tzinfo=UTC)
    for said in (stranger(same=True, twin="e" * 64), stranger().model_copy(update={"secrets": ()})):
        [decision] = decide({}, mail("x@univ.example", "hello there"), said, RULES, now)
        assert secret_letters(decision) == []


# From the mail to the disk

KEY = KEYS["OPENSSH"]
SECRETS = ("hunter2", KEY.split("\n")[1])


def everything_below(folder: Path) -> str:
    """All files but the sealed ones, as text."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "sealed")
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def with_secrets() -> bytes:
    """An application with a private key where the public one belongs, and a password in its purpose."""
    text = APPLICATION.format(number=7, name=family_name(7), purpose=f"{PURPOSE}\n  My password: hunter2")
    person = Person("Person 7", "person7@uni.example")
    return write(person, "helpdesk@desk.example", "Application (password: hunter2)", f"{text}SSH public key: {KEY}\n")


@in_a_loop
async def test_no_journal_letter_or_casebook_holds_a_secret_that_came_by_mail(tmp_path: Path) -> None:
    raw = with_secrets()
    async with desk(tmp_path) as tools, ReaderHere(Settings(memory=10**9, seconds=30)) as reader:
        [taken] = await take_in(tools, reader, [Delivered(raw)], lambda: NOON)
        *_, entry = await collected(tools.store.entries())
        written = [event for event in entry.events if isinstance(event, e.LetterWritten)]
        assert [letter.template for letter in written] == ["missing", "secret"]
        [read] = [event for event in entry.events if isinstance(event, e.FieldsRead)]
        assert [(fault.field, fault.code) for fault in read.faults] == [("ssh_public_key", "ssh_private")]
        assert str(read.values["purpose"]).endswith(f"My password: {MASKS['password']['en']}")
        assert await tools.store.raw(taken.digest) == raw
        destroy = Ordered(
            by=e.Operator(user="root", nonce="n1"),
            at="2026-11-21T12:00:00.000Z",
            order=DestroySecret(mail=taken.digest),
        )
        found = everything_below(tmp_path / "state")
        assert [secret for secret in SECRETS if secret in found] == []
        await orders.carry_out(tools, reader, destroy, lambda: NOON)
        assert await journaled(tools, e.SecretDestroyed) == [e.SecretDestroyed(mail=taken.digest)]
        assert await tools.store.raw(taken.digest) is None
    assert (tmp_path / "state" / "mail" / "sealed" / taken.digest).read_bytes() == b""


def plan_with(**filled: Any) -> tuple[str, bytes]:
    return "plan.xlsx", PlanFile(**filled).content


GIVEN, KEY_LINES = "password: hunter2", KEY.strip().split("\n")
PLACES: dict[str, dict[str, Any]] = {
    "subject": {"subject": GIVEN},
    "name of the sender": {"name": GIVEN},
    "name to answer to": {"headers": {"Reply-To": f'"{GIVEN}" <person7@uni.example>'}},
    "name of a file": {"files": [(f"{GIVEN}.pdf", b"%PDF-1.4 broken")]},
    "file": {"files": [("id.pdf", KEY.encode())]},
    "answer of a plan": {"files": [plan_with(wishes=GIVEN)]},
    "user of a plan": {"files": [plan_with(users=((GIVEN, GIVEN, GIVEN, GIVEN, GIVEN),))]},
    "account of a plan": {"files": [plan_with(rows=(Row({GIVEN: 20}),))]},
    "service of a plan": {"files": [plan_with(rows=(Row({"hanako": 20}, service=GIVEN),))]},
    "number of a plan": {"files": [plan_with(rows=(Row({"hanako": GIVEN}),))]},
    "day of a plan": {"files": [plan_with(rows=(Row({"hanako": 1}, (GIVEN, GIVEN)),))]},
    "year of a plan": {"files": [plan_with(year=GIVEN)]},
    "key in the cells of a plan": {"files": [plan_with(users=[(line,) * 5 for line in KEY_LINES])]},
    "key in one cell of a plan": {"files": [plan_with(purpose=KEY)]},
}


@in_a_loop
async def test_wherever_in_a_mail_a_secret_stands_nothing_of_it_is_stored(tmp_path: Path) -> None:
    """Applications for an account and for a plan, one for each place; what is below state/ but sealed is looked at."""
    async with desk(tmp_path) as tools, ReaderHere(Settings(memory=10**9, seconds=30)) as reader:
        for number, (place, where) in enumerate(PLACES.items()):
            given = {"subject": "Usage plan", "name": "Person 7", "headers": None, "files": (), **where}
            person = Person(given["name"], f"person{number}@uni.example")
            text = "Account name: hanako\nYour name: Hanako Iden\nEmail: hanako@uni.example\n"
            raw = write(person, "helpdesk@desk.example", given["subject"], text, given["headers"], given["files"])
            [taken] = await take_in(tools, reader, [Delivered(raw)], lambda: NOON)
            facts = taken.events[0]
            assert isinstance(facts, e.Facts)
            assert facts.secrets, place
            found = everything_below(tmp_path / "state")
            left = [secret for secret in ("hunter2", *KEY_LINES[1:-1]) if secret in found]
            assert left == [], place


@in_a_loop
async def test_an_operator_lists_sealed_mails_and_has_one_destroyed(tmp_path: Path, servers: EmbeddedServers) -> None:
    world = embedded_world(tmp_path / "desk", servers)
    await servers.deliver(with_secrets())
    await lines(world, "once")
    assert servers.letters
    assert [secret for letter in servers.letters for secret in SECRETS if secret.encode() in letter.raw] == []
    [sealed] = (world.folder / "state" / "mail" / "sealed").iterdir()
    table = await lines(world, "secrets")
    assert table[1].split()[0] == sealed.name[:12]
    assert "private_key, password" in table[1]
    assert table[1].endswith("person7@uni.example")
    [row] = map(json.loads, await lines(world, "secrets", "--json"))
    assert (row["mail"], row["secrets"]) == (sealed.name, ["private_key", "password"])
    said = await lines(world, "secrets", "destroy", sealed.name[:8])
    assert f"the raw bytes of mail {sealed.name[:12]} were destroyed" in said[0]
    assert sealed.read_bytes() == b""
    code, _, err = await world.run("secrets", "destroy", sealed.name[:8])
    assert (code, err.endswith("wanted: one\n")) == (2, True)
    assert (await world.run("verify"))[0] == 0
