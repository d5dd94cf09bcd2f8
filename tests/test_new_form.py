"""A new form made by adding files in rules/ and templates/ works with no change elsewhere: the example of
docs/forms.md is added to the shipped files, and an application goes through it by mail."""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from conversation import retelling

from mailbot import desks
from mailbot.core.blank import blank
from mailbot.core.reading import read, recognise
from mailbot.core.rules import Rules
from mailbot.edge import config
from mailbot.views.pages import pages

ROOT = Path(__file__).parent.parent
DOC = ROOT / "docs" / "forms.md"
TOLD = Path(__file__).parent / "new_form"
LANGUAGES = ("en", "ja")
FORM = "meeting-room"
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "name": "Clara Novak",
        "email": "clara@uni.example",
        "room": "small room",
        "day": "2026-07-01",
        "evening": "yes",
        "responsible_name": "Tomas Berg",
        "responsible_email": "berg@uni.example",
    },
    "ja": {
        "name": "高橋 結衣",
        "email": "yui@kenkyu.example.ac.jp",
        "room": "小会議室",
        "day": "2026年7月1日",
        "evening": "はい",
        "responsible_name": "中村 誠",
        "responsible_email": "nakamura@kenkyu.example.ac.jp",
    },
}
"""What somebody writes into the blank of each language."""
every_language = pytest.mark.parametrize("language", LANGUAGES)


def example() -> dict[str, str]:
    """The files of the worked example: the fenced blocks of the reference whose first line names a path."""
    found = re.findall(r"(?ms)^```\w+ (\S+/\S+)\n(.*?)^```$", DOC.read_text(encoding="utf-8"))
    assert len(found) == len(dict(found))
    return dict(found)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below rules/ and templates/ of a folder."""
    there = (path for name in ("rules", "templates") for path in (folder / name).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in there}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the shipped rules/ and templates/ and the files of the example, as somebody would add them."""
    folder = tmp_path / "desk"
    for name in ("rules", "templates"):
        shutil.copytree(config.shipped() / name, folder / name)
    for name, text in example().items():
        assert not (folder / name).exists(), f"{name} is there already"
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def rules(folder: Path) -> Rules:
    return desks.rules_in(folder / "rules", folder / "templates")[0]


def test_nothing_that_was_there_is_changed_and_nothing_else_is_added(desk: Path) -> None:
    shipped, now = contents(config.shipped()), contents(desk)
    assert {name: now[name] for name in shipped} == shipped
    assert now.keys() - shipped.keys() == {
        f"rules/{FORM}.toml",
        "templates/en/room_booked.txt",
        "templates/ja/room_booked.txt",
    }


def test_a_check_finds_nothing_wrong_and_the_other_forms_are_as_they_were(desk: Path) -> None:
    before, after = rules(config.shipped()), rules(desk)
    assert FORM in after.forms
    assert {name: form for name, form in after.forms.items() if name != FORM} == before.forms


@every_language
def test_its_blank_reads_back(desk: Path, language: str) -> None:
    forms = rules(desk).forms
    empty = blank(forms[FORM], language)
    assert read(empty, forms[FORM], answers_ours=False).answers == {}
    filled = empty
    for key, answer in ANSWERS[language].items():
        label = re.escape(forms[FORM].fields[key].label[language])
        filled, count = re.subn(rf"(?m)^({label}[ *＊]*[:：])$", rf"\1 {answer}", filled)
        assert count == 1, key
    reading = read(filled, forms[FORM], answers_ours=False)
    assert reading.answers == {key: (answer,) for key, answer in ANSWERS[language].items()}
    assert reading.unread == ()
    assert recognise("", filled, forms) == FORM


@every_language
def test_its_pages_are_made(desk: Path, language: str) -> None:
    made, form = pages(rules(desk)), rules(desk).forms[FORM]
    page = made[f"{FORM}.{language}.html"]
    assert form.title[language] in page
    assert form.summary[language] in page
    assert f"{FORM}.{language}.html" in made[f"index.{language}.html"]
    assert pages(rules(config.shipped())).keys() == made.keys() - {f"{FORM}.{other}.html" for other in LANGUAGES}


@every_language
def test_an_application_goes_through_it_by_mail(desk: Path, language: str, tmp_path: Path) -> None:
    path = TOLD / f"{language}.md"
    told = path.read_text(encoding="utf-8")
    with retelling(desk) as retell:
        retold = retell(told, tmp_path / "state")
    if os.environ.get("MAILBOT_GOLDEN"):
        path.write_text(retold, encoding="utf-8")
    assert retold == told or os.environ.get("MAILBOT_GOLDEN")


WAY = (
    rf"case opened: {FORM}, .* to be asked.*; waits for fields .*letter 1 \(missing\)",
    r"complete; waits for consent",
    r" agreed to letter .*; waits for review",
    r"; accepted by .*; waits for prepare",
    r" did prepare; .*; done; letter \d+ \(room_booked\)",
)
"""What the log says of a booking in the evening, from the first mail to the last letter."""


@every_language
def test_it_goes_from_the_first_mail_to_a_letter_of_its_own(language: str) -> None:
    text = (TOLD / f"{language}.md").read_text(encoding="utf-8")
    log = "\n".join(re.findall(r"(?ms)^```log\n(.*?)^```$", text))
    assert re.search("(?s)" + ".*".join(f"(?:{part})" for part in WAY), log)
    said = {"en": "The large room is booked for you on Wednesday 1 July 2026", "ja": "小会議室のご予約を承りました"}
    assert said[language] in re.sub(r"\n(?=\S)", "" if language == "ja" else " ", text)
