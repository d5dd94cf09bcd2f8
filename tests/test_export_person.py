"""What somebody gets who asks what is kept of them: all of their own words, and nobody else's."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conversation import retelling
from test_replay import NOW, NOWHERE
from worlds import World

from mailbot import cli, desks
from mailbot.core import events as e
from mailbot.core.events import CommandsRefused, Facts, LetterWritten, Sender
from mailbot.store import Draft
from mailbot.store.files import FileStore
from mailbot.views.export.written import WORDS

CONVERSATIONS = Path(__file__).parent / "conversations"
Played = Callable[[str], Path]
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A desk at which a conversation of that name was held, or that is given as text."""
    folder = tmp_path_factory.mktemp("played") / "desk"
    World.make(folder, NOWHERE, NOWHERE, adopted=False)
    with retelling(folder) as retell:

        def play(told: str) -> Path:
            path = next(CONVERSATIONS.rglob(f"{told}.md"), None) if "\n" not in told else None
            desk = tmp_path_factory.mktemp("told")
            for name in ("mailbot.toml", "keys.json"):
                (desk / name).write_bytes((folder / name).read_bytes())
            for name in ("rules", "templates"):
                (desk / name).symlink_to(folder / name)
            retell(path.read_text(encoding="utf-8") if path else told, desk / "state")
            return desk

        yield play


def of(desk: Path, person: str | None) -> Rows:
    """The rows of a person; all, if nobody is named."""
    out = desk / "out.jsonl"
    words = ["--format", "jsonl", "--output", str(out), *([] if person is None else ["--person", person])]
    assert cli.main(["--config", str(desk / "mailbot.toml"), "export", *words]) == 0
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def part(rows: Rows, name: str) -> Rows:
    return [row for row in rows if row["part"] == name]


@pytest.fixture(scope="module")
def forwarded(played: Played) -> Path:
    return played("14-somebody-elses-token-en")


def test_who_answered_somebody_elses_letter_gets_what_they_wrote_and_nothing_of_that_application(
    forwarded: Path,
) -> None:
    rows = of(forwarded, "colleague@uni.example")
    assert {row["who"] for row in rows} == {"colleague@uni.example"}
    assert part(rows, "words"), "they proposed a value"
    assert not [row for row in rows if re.search(r"ngozi|okafor|lind@", row["value"] + row["written"], re.IGNORECASE)]


def test_letters_to_others_are_nobody_elses_also_in_ones_own_case(forwarded: Path) -> None:
    rows = of(forwarded, "ngozi@uni.example")
    assert {row["who"] for row in part(rows, "letter")} == {"ngozi@uni.example"}
    assert {row["who"] for row in part(rows, "mail")} == {"ngozi@uni.example"}
    assert len(part(rows, "field")) > 10


async def _letters_to_two(desk: Path) -> None:
    found = desks.load(desk / "mailbot.toml")
    sender = Sender(address="sato@staff.example", role="clerk", tier="2", why=())
    letters = tuple(
        LetterWritten(
            number=number, template="digest", to=to, role="clerk", key="k1", languages=("en",), subject="S", text=to
        )
        for number, to in enumerate(("sato@staff.example", "mori@staff.example"), 1)
    )
    refused = CommandsRefused(by="sato@staff.example", letter=None, why="role", words=("QUEUE",))
    with FileStore.open(found.state, found.rules.desk.name) as store:
        async with store.batch() as batch:
            facts = Facts(sort="command", sender=sender)
            batch.append(Draft(NOW, None, None, "a" * 64, "b" * 64, (facts, refused, *letters)))


def test_of_letters_to_several_each_gets_their_own(tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    World.make(desk, NOWHERE, NOWHERE, adopted=False)
    asyncio.run(_letters_to_two(desk))
    (letter,) = part(of(desk, "mori@staff.example"), "letter")
    assert letter["value"] == "mori@staff.example"
    (log,) = part(of(desk, "mori@staff.example"), "log")
    assert log["value"] == "letter 2 (digest) to mori@staff.example"
    assert part(of(desk, "sato@staff.example"), "words")[0]["value"] == "QUEUE"


def test_a_user_of_a_usage_plan_gets_their_line_of_it_and_its_sender_all_of_it(played: Played) -> None:
    desk = played("group/complete-en")
    rows = of(desk, "aoi@univ.example")
    assert {row["part"] for row in rows} == {"plan"}
    assert "Aoi Tanaka" in {row["value"] for row in rows}
    assert {row["who"] for row in rows} == {"aoi@univ.example"}
    (applicant,) = {row["value"] for row in part(of(desk, None), "case") if row["key"] == "applicant"}
    assert {row["who"] for row in part(of(desk, applicant), "plan")} > {"aoi@univ.example"}


def test_what_stood_beside_agree_is_the_writers_and_the_applicants(played: Played) -> None:
    desk = played("22-agree-with-a-remark-en")
    (remark,) = (row for row in part(of(desk, None), "words") if row["label"] == "consent_given")
    for who in (remark["who"], next(row["value"] for row in of(desk, None) if row["key"] == "applicant")):
        assert remark["value"] in {row["value"] for row in part(of(desk, who), "words")}


@pytest.mark.parametrize("asked", ["ngozi@münchen.example", " Ngozi@xn--mnchen-3ya.example "])
def test_an_address_is_found_however_it_is_written(asked: str, played: Played, forwarded: Path) -> None:
    text = (CONVERSATIONS / "14-somebody-elses-token-en.md").read_text(encoding="utf-8")
    first = text.split("## 2026-04-06 11:00")[0].split("```log")[0]
    assert part(of(played(first.replace("@uni.example", "@xn--mnchen-3ya.example")), asked), "case")


@pytest.mark.parametrize("asked", ["", " ", "nobody"])
def test_who_is_asked_for_has_an_address_for_without_one_it_would_be_everybodys(asked: str, forwarded: Path) -> None:
    assert cli.main(["--config", str(forwarded / "mailbot.toml"), "export", "--person", asked]) == 2


def test_a_sender_who_puts_the_logs_own_signs_into_an_address_does_not_cut_the_sentence(played: Played) -> None:
    text = (CONVERSATIONS / "14-somebody-elses-token-en.md").read_text(encoding="utf-8")
    first = text.split("## 2026-04-06 11:00")[0].split("```log")[0]
    odd = '"a  [rules 00000000]"@uni.example'
    rows = of(played(first.replace("<ngozi@uni.example>", f"<{odd}>")), None)
    assert [row for row in part(rows, "log") if f"{odd} as" in row["value"] and ", tier" in row["value"]]


PEOPLE_WROTE = {"text", "reason", "remark", "answers", "words", "unread"}
"""Names of what people wrote in an event."""


def test_every_kind_of_event_that_holds_what_people_wrote_has_its_rows() -> None:
    kinds = {
        kind for kind in vars(e).values() if isinstance(kind, type) and "kind" in getattr(kind, "model_fields", ())
    }
    holding = {kind for kind in kinds if PEOPLE_WROTE & set(kind.model_fields)}
    codes = {LetterWritten, e.Ignored, e.Answered, e.Quarantined}  # a row of its own; words of the desk's own
    assert holding - WORDS.keys() == codes
