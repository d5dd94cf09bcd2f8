"""What auditors are told every day: when, in which lines, signed or not; and read back from their letters."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from carrying import here
from correspondence import rules_with
from desks import in_a_loop
from test_delivery import desk, journaled

from mailbot.core import chain
from mailbot.core.decide.head import is_due, told
from mailbot.core.events import Facts, HeadTold, LetterSent, LetterWritten
from mailbot.core.heads import Statement, fingerprint, read_head, signed_lines, told_lines
from mailbot.core.ledger import Ledger
from mailbot.core.outcome import Decision
from mailbot.core.rules import Rules
from mailbot.edge.postman import Later, Sent
from mailbot.edge.signing import load_signing_key, make_signing_key, proves, public_pem, read_public
from mailbot.flow.delivery import Sending
from mailbot.flow.intake import append
from mailbot.flow.routine import tell_auditors

AUDITOR = "auditor@audit.example"
MORNING = datetime(2026, 4, 3, 23, 30, tzinfo=UTC)  # Saturday, 08:30 in Tokyo
STANDS = Statement("HELPDESK", 12, "ab" * 32, "2026-04-03T20:00:00.000Z", 3, 4, 9, "2026-00007", "3:5,9")
MANY = ",".join(f"{seq}:{seq + 1}" for seq in range(1, 100_000, 997))
KEY, SIGNATURE = "5e" * 32, "a1" * 32 + "b2" * 32


class Relay:
    """Puts the first letter off and takes every other."""

    def __init__(self) -> None:
        self.raws: list[bytes] = []

    async def connect(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, sender: str, recipient: str, raw: bytes) -> Sent | Later:
        self.raws.append(raw)
        return Sent("250 ok") if self.raws[1:] else Later(451, "try again")


@pytest.fixture(scope="module")
def rules() -> Rules:
    made = rules_with({})
    return made.model_copy(update={"desk": made.desk.model_copy(update={"auditors": (AUDITOR,), "digest": ""})})


@pytest.mark.parametrize(
    ("head", "digest", "minutes", "due"),
    [("", "", 0, True), ("", "", -1, False), ("", "09:00", 0, False), ("07:00", "09:00", -90, True)],
    ids=["half past eight", "before it", "the clerks' hour", "an hour of its own"],
)
def test_the_hour_is_the_auditors_own_else_that_of_the_desk(
    head: str, digest: str, minutes: int, due: bool, rules: Rules
) -> None:
    desk = rules.desk.model_copy(update={"head": head, "digest": digest})
    assert is_due(Ledger(), desk, MORNING + timedelta(minutes=minutes)) is due


def test_it_comes_once_a_day_also_when_nobody_works_and_never_without_auditors(rules: Rules) -> None:
    assert not is_due(Ledger(head_told=MORNING), rules.desk, MORNING + timedelta(hours=15))
    assert is_due(Ledger(head_told=MORNING), rules.desk, MORNING + timedelta(days=1))
    assert not is_due(Ledger(), rules.desk.model_copy(update={"auditors": ()}), MORNING)


def test_each_auditor_gets_a_letter_in_all_languages_of_the_desk_with_the_lines_once(rules: Rules) -> None:
    decision = told(STANDS, KEY, SIGNATURE, rules)
    (letter,) = decision.letters
    assert (letter.to, letter.languages) == (AUDITOR, rules.desk.languages)
    lines = letter.data["statement"]
    assert isinstance(lines, dict)
    assert [bool(lines[language]) for language in rules.desk.languages] == [False] * (len(lines) - 1) + [True]


@pytest.mark.parametrize("before", ["", "> ", "  ", ">> "], ids=["as it is", "quoted", "indented", "quoted twice"])
@pytest.mark.parametrize(("key", "signature"), [(KEY, SIGNATURE), ("", "")], ids=["signed", "unsigned"])
@pytest.mark.parametrize(
    "stands",
    [
        STANDS,
        replace(STANDS, last="", erased=""),
        replace(STANDS, erased=MANY),
        replace(STANDS, last="", erased="", version=1),
    ],
    ids=["some erased", "nothing yet", "many erased", "the first version"],
)
def test_what_a_letter_tells_is_read_back_from_it(key: str, signature: str, before: str, stands: Statement) -> None:
    told = told_lines(stands, key, signature)
    assert all(len(line) <= 76 for line in told.splitlines())
    text = "Dear auditors,\n\n" + told + "\n-- \nthe desk\nlog 13 " + "cd" * 32
    read = read_head(["\r\n".join(before + line for line in text.split("\n"))])
    assert read is not None
    assert (read.statement, read.text, read.key, read.signature) == (stands, signed_lines(stands), key, signature)


def test_lines_of_the_first_version_are_what_they_were() -> None:
    """A letter that was signed before the second one came."""
    first = signed_lines(replace(STANDS, version=1))
    assert first.splitlines()[0] == "mailbot-head 1"
    assert first.splitlines()[-1] == "mails 9"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mailbot-head 1",
        "mailbot-head 3" + signed_lines(STANDS)[14:],
        signed_lines(STANDS).replace("erased 3:5,9", "erased 3:5;9"),
        signed_lines(STANDS).replace("last-case 2026-00007", "last-case 7"),
        signed_lines(STANDS).replace("seq 12", "seq twelve"),
        signed_lines(STANDS).replace("at ", ""),
    ],
)
def test_what_is_no_statement_is_none(text: str) -> None:
    assert read_head([text]) is None


def test_a_signature_fits_these_lines_and_no_others(tmp_path: Path) -> None:
    signer = make_signing_key(tmp_path / "head.pem")
    signature = signer.sign(signed_lines(STANDS).encode())
    assert load_signing_key(tmp_path / "head.pem").sign(signed_lines(STANDS).encode()) == signature
    assert proves(signer.public, signature, signed_lines(STANDS).encode())
    assert not proves(signer.public, signature, signed_lines(replace(STANDS, seq=11)).encode())
    other = make_signing_key(tmp_path / "other.pem")
    assert not proves(other.public, signature, signed_lines(STANDS).encode())
    assert read_public(public_pem(signer.public)) == read_public(f" {signer.public.upper()}\n") == signer.public
    assert read_public("ab" * 31) is read_public("-----BEGIN PUBLIC KEY-----") is None
    assert len(fingerprint(signer.public)) == 39


def test_a_signature_can_be_verified_with_openssl(tmp_path: Path) -> None:
    """As docs/tampering.md says: nothing of ours is needed."""
    signer = make_signing_key(tmp_path / "head.pem")
    (tmp_path / "public.pem").write_text(public_pem(signer.public))
    (tmp_path / "lines").write_text(signed_lines(STANDS))
    (tmp_path / "signature").write_bytes(bytes.fromhex(signer.sign(signed_lines(STANDS).encode())))
    words = "openssl pkeyutl -verify -pubin -inkey public.pem -rawin -in lines -sigfile signature"
    try:
        done = subprocess.run(words.split(), cwd=tmp_path, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no openssl here")
    assert done.returncode == 0, done.stderr


def test_a_key_is_its_owners_alone_and_of_the_right_kind(tmp_path: Path) -> None:
    path = tmp_path / "head.pem"
    make_signing_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        make_signing_key(path)
    path.chmod(0o640)
    with pytest.raises(ValueError, match="found mode 0640, wanted 0600"):
        load_signing_key(path)
    path.chmod(0o600)
    path.write_text("not a key at all")
    with pytest.raises(ValueError, match="wanted an Ed25519 key") as wrong:
        load_signing_key(path)
    assert "not a key" not in str(wrong.value)
    with pytest.raises(FileNotFoundError):
        load_signing_key(tmp_path / "none.pem")


@in_a_loop
async def test_the_letter_tells_the_entry_before_its_own_once_a_day_also_after_a_restart(
    tmp_path: Path, rules: Rules
) -> None:
    signer = make_signing_key(tmp_path / "head.pem")
    for start in range(2):
        async with desk(tmp_path) as tools:
            tools = replace(tools, rules=tools.rules.model_copy(update={"desk": rules.desk}), signer=signer)
            if not start:
                async with tools.store.batch() as batch:
                    await append(tools, batch, [Decision(None, (Facts(sort="order"),))], None, MORNING)
            first = tools.store.head
            for minutes in (-60, 0, 1):
                await tell_auditors(tools, lambda at=MORNING + timedelta(hours=start, minutes=minutes): at)  # type: ignore[misc]
            (event,) = await journaled(tools, HeadTold)
            if not start:
                assert (event.seq, event.hash, event.auditors) == (first.seq, first.hash, (AUDITOR,))
            (letter,) = await journaled(tools, LetterWritten)
            read = read_head([letter.text])
            assert read is not None
            assert proves(signer.public, read.signature, read.text.encode())


@in_a_loop
async def test_a_letter_the_relay_puts_off_goes_again_with_the_same_bytes_and_proves_the_log(
    tmp_path: Path, rules: Rules
) -> None:
    relay = Relay()
    async with desk(tmp_path) as tools:
        tools = replace(tools, rules=tools.rules.model_copy(update={"desk": rules.desk}))
        async with tools.store.batch() as batch:
            await append(tools, batch, [Decision(None, (Facts(sort="order"),))], None, MORNING)
        await tell_auditors(tools, lambda: MORNING)
        for hours in range(2):
            await Sending(tools, lambda at=MORNING + timedelta(hours=hours): at).all_due(here(tools, [relay]))  # type: ignore[misc]
        assert len(await journaled(tools, LetterSent)) == 1
        name = tools.rules.desk.name
    assert relay.raws[0] == relay.raws[1]
    witness = chain.log_line(relay.raws[1])
    assert witness is not None
    found = read_head(chain.texts(relay.raws[1]))
    assert found is not None
    assert found.statement.seq == witness.seq - 1
    outside = [witness, chain.Witness(found.statement.hash, found.statement.seq)]
    assert chain.verify(name, tmp_path / "state" / "journal", outside).proven
