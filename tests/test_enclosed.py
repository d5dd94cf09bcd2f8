"""Files on their way with a letter: kept with the rules, made the same again, and never sent by half."""

import email
import email.policy
import hashlib
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pypdf
import pytest
from carrying import here
from desks import in_a_loop
from sheet_help import AT, GUIDE, VISIT, case, rules_of, texts

from mailbot import desks
from mailbot.core import events as e
from mailbot.core.decide.incoming import Story
from mailbot.core.rules import Rules
from mailbot.core.rulesets.files import sheet_of
from mailbot.edge import config
from mailbot.edge.account import Account
from mailbot.edge.inbox import Inbox
from mailbot.edge.postman import Postman, PostmanBroken, Sent
from mailbot.embedded import EmbeddedServers
from mailbot.flow.delivery import Sending
from mailbot.flow.delivery.enclosed import FileGone
from mailbot.flow.tools import Keys, Tools
from mailbot.service import one_round

KEYS = Keys("k1", {"k1": b"a key"})
DIGEST = hashlib.sha256(GUIDE).hexdigest()
NUMBER = "2026-00042"


@asynccontextmanager
async def opened(
    folder: Path, made: dict[str, str] | None = None, files: Mapping[str, bytes] | None = None
) -> AsyncIterator[Tools]:
    texts_of = made or texts()
    kept = {DIGEST: GUIDE} if files is None else files
    async with desks.opened(folder, rules_of(texts_of), texts_of, KEYS, files=kept, clock=lambda: AT) as tools:
        yield tools


async def write(tools: Tools) -> e.LetterWritten:
    """A case, and a letter to its responsible person, who is asked to agree and to sign: due, not sent."""
    story = Story(None, NUMBER, tools.rules, AT)
    known = case("ja")
    story.add(
        e.Facts(sort="application"),
        e.CaseOpened(form="visit", language="ja", applicant=known.applicant, name=""),
        e.FieldsRead(answers={}, values=known.values, faults=(), unread=(), by=known.applicant),
        e.StepEntered(step="consent"),
    )
    story.to_responsible("consent")
    async with tools.store.batch() as batch:
        batch.append(tools.draft(story.decision(), at=AT, mail=None))
    letters = [event async for entry in tools.store.entries() for event in entry.events or ()]
    (letter,) = (event for event in letters if isinstance(event, e.LetterWritten))
    return letter


@asynccontextmanager
async def posted(servers: EmbeddedServers) -> AsyncIterator[Postman]:
    postman = Postman(Account("127.0.0.1", servers.smtp_port, "none", "", "", timeout=5.0))
    yield postman
    await postman.close()


class Mailbag:
    """A relay that takes a letter and does not say so."""

    def __init__(self) -> None:
        self.raws: list[bytes] = []

    async def connect(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, sender: str, recipient: str, raw: bytes) -> Sent:
        self.raws.append(raw)
        raise PostmanBroken("the line went dead")


async def handed_over(tools: Tools) -> bytes:
    """The bytes of the one letter that is due; what became of it is not written down."""
    bag = Mailbag()
    await Sending(tools, lambda: AT).all_due(here(tools, [bag]))
    (raw,) = bag.raws
    return raw


@in_a_loop
async def test_a_letter_about_a_case_is_journaled_with_what_goes_with_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as tools:
        letter = await write(tools)
    assert letter.languages == ("en", "ja")
    names = [enclosure.name for enclosure in letter.enclosures]
    assert names == ["pledge-2026-00042.pdf", "誓約書-2026-00042.pdf", "guide.pdf"]
    assert letter.enclosures[0].places["applicant"] == "Taro Iden"


@in_a_loop
async def test_sheets_and_files_arrive_whole_through_a_relay(tmp_path: Path, servers: EmbeddedServers) -> None:
    async with opened(tmp_path) as tools:
        await write(tools)
        async with posted(servers) as postman:
            await Sending(tools, lambda: AT).all_due(here(tools, [postman]))
    (taken,) = servers.letters
    assert taken.recipient == "ichiro@univ.example"
    message = email.message_from_bytes(taken.raw, policy=email.policy.default)
    text, english, japanese, guide = message.iter_parts()  # type: ignore[attr-defined]
    assert "AGREE" in text.get_content()
    assert guide.get_content() == GUIDE
    assert japanese.get_filename() == "誓約書-2026-00042.pdf"
    for part, title in ((english, "Pledge of the responsible person"), (japanese, "責任者誓約書")):
        printed = pypdf.PdfReader(io.BytesIO(part.get_content())).pages[0].extract_text()
        assert title in printed
        assert "[HELPDESK 2026-00042]" in printed
        assert "Taro Iden" in printed
        assert "例示大学" in printed


@in_a_loop
async def test_a_letter_goes_again_byte_for_byte_whatever_became_of_the_rules(tmp_path: Path) -> None:
    async with opened(tmp_path) as tools:
        await write(tools)
        first = await handed_over(tools)
    pledge = texts()["rules/files/pledge.toml"].replace("I pledge that:", "From now on I swear that:")
    assert pledge != texts()["rules/files/pledge.toml"]
    other = b"another guide"
    changed = texts(pledge=pledge) | {"rules/files/guide.pdf": f"sha256:{hashlib.sha256(other).hexdigest()}"}
    async with opened(tmp_path, changed, {hashlib.sha256(other).hexdigest(): other}) as tools:
        assert await handed_over(tools) == first
    gone = texts(
        VISIT.replace('sheet = "pledge"\n', "")
        .replace('= ["pledge", "guide.pdf"]', "= []")
        .replace('r = ["pledge", ', "r = [")
    )
    without = {path: text for path, text in gone.items() if path not in ("rules/files/pledge.toml",)}
    async with opened(tmp_path, without, {}) as tools:
        assert "pledge" not in tools.rules.sheets
        assert await handed_over(tools) == first


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(GUIDE[:-1])])
@in_a_loop
async def test_a_letter_whose_file_is_gone_or_broken_is_not_sent_by_half_and_stays_due(
    damage: object, tmp_path: Path, servers: EmbeddedServers
) -> None:
    nowhere = Inbox(Account("127.0.0.1", 9, "none", "", ""))
    async with opened(tmp_path) as tools:
        await write(tools)
        kept = tmp_path / "rules" / "files" / DIGEST
        damage(kept)  # type: ignore[operator]
        async with posted(servers) as postman:
            done = await one_round(tools, nowhere, [postman])
        (trouble,) = (said for said in done.troubles if said.startswith("letter"))
        assert trouble.startswith("letter 2026-00042.1 could not be made and stays due: FileGone: guide.pdf: ")
        assert f"state/rules/files/{DIGEST}" in trouble
        assert tools.store.is_due("2026-00042.1")
    assert "ichiro@univ.example" not in {letter.recipient for letter in servers.letters}
    async with opened(tmp_path) as tools, posted(servers) as postman:
        assert kept.read_bytes() == GUIDE, "the desk's rules still have it: it is kept again at the next start"
        await Sending(tools, lambda: AT).all_due(here(tools, [postman]))
    assert [letter.recipient for letter in servers.letters].count("ichiro@univ.example") == 1


@in_a_loop
async def test_a_sheet_whose_rules_are_gone_is_named(tmp_path: Path) -> None:
    async with opened(tmp_path) as tools:
        await write(tools)
        old = tools.rules_kept
    async with opened(tmp_path, texts(VISIT.replace("limit = 10", "limit = 11"))) as tools:
        (tmp_path / "rules" / f"{old}.json").write_text("{}", encoding="utf-8")
        bag = Mailbag()
        with pytest.raises(ExceptionGroup) as caught:
            await Sending(tools, lambda: AT).all_due(here(tools, [bag]))
    (gone,) = caught.value.exceptions
    assert isinstance(gone, FileGone)
    assert f"state/rules/{old}.json with rules/files/pledge.toml" in str(gone)
    assert bag.raws == []


def test_files_are_read_once_and_sheets_are_texts(tmp_path: Path) -> None:
    folder = tmp_path / "rules" / "files"
    folder.mkdir(parents=True)
    (folder / "guide.pdf").write_bytes(GUIDE)
    (folder / "sheet.toml").write_text('file.en = "a"\r\n', encoding="utf-8")
    found, files = config.rule_set(tmp_path / "rules", tmp_path / "templates")
    assert found == {"rules/files/guide.pdf": f"sha256:{DIGEST}", "rules/files/sheet.toml": 'file.en = "a"\n'}
    assert files == {DIGEST: GUIDE}
    assert sheet_of(found, "guide") is None


def test_the_rules_name_files_by_their_digest_and_change_with_them() -> None:
    rules: Rules = rules_of(texts())
    assert rules.files == {"guide.pdf": DIGEST}
    other = rules_of(texts() | {"rules/files/guide.pdf": "sha256:" + "0" * 64})
    assert other.digest != rules.digest
