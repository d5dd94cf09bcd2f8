"""A third language: `mailbot check` says everything that is missing, as docs/another-language.md has it."""

import re
import shutil
from pathlib import Path

import pytest

from mailbot.core.reading import read
from mailbot.core.rulesets import Problem, build
from mailbot.edge import config

ROOT = Path(__file__).parent.parent
DOC = (ROOT / "docs" / "another-language.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> tuple[Problem, ...]:
    """What is wrong with a desk that is to speak German and has no word of it."""
    folder = tmp_path_factory.mktemp("desk")
    for name in ("rules", "templates"):
        shutil.copytree(config.shipped() / name, folder / name)
    desk = folder / "rules" / "desk.toml"
    text = desk.read_text(encoding="utf-8")
    desk.write_text(text.replace('languages = ["en", "ja"]', 'languages = ["en", "ja", "de"]'), encoding="utf-8")
    built = build(config.rule_texts(folder / "rules", folder / "templates"))
    assert isinstance(built, tuple)
    return built


def said(problems: tuple[Problem, ...]) -> str:
    return "\n".join(map(str, problems))


@pytest.mark.parametrize("form", sorted(path.stem for path in (ROOT / "rules").glob("*.toml") if path.stem != "desk"))
def test_every_form_is_asked_for_its_title_and_labels(form: str, problems: tuple[Problem, ...]) -> None:
    about = [str(one) for one in problems if f"rules/{form}.toml" in str(one)]
    assert any("title.de: found nothing; wanted" in line for line in about)
    labels = (ROOT / "rules" / f"{form}.toml").read_text(encoding="utf-8").count("\nlabel")
    assert sum(".label.de: found nothing" in line for line in about) >= labels > 0


@pytest.mark.parametrize(
    "words",
    [
        "titles.de: found nothing; wanted what the desk calls itself in the language `de`",
        'languages.3: found "de"; wanted a language that the keywords of the program are known in: en, ja',
        "rules/files/pledge.toml",
        "templates/de/: found no such folder; wanted the letters and sentences of the language `de`",
    ],
)
def test_so_are_the_desk_its_sheets_and_the_program(words: str, problems: tuple[Problem, ...]) -> None:
    assert words in said(problems)


def test_labels_in_another_language_are_read_where_they_are_aliases(tmp_path: Path) -> None:
    for name in ("rules", "templates"):
        shutil.copytree(config.shipped() / name, tmp_path / name)
    form = tmp_path / "rules" / "enquiry.toml"
    text = form.read_text(encoding="utf-8").replace(
        'aliases.en = ["Details",', 'aliases.en = ["Ihre Frage", "Details",'
    )
    form.write_text(text, encoding="utf-8")
    rules = build(config.rule_texts(tmp_path / "rules", tmp_path / "templates"))
    assert not isinstance(rules, tuple)
    reading = read("Enquiry\nIhre Frage: Wann ist mein Konto fertig?\n", rules.forms["enquiry"], answers_ours=False)
    assert "Wann ist mein Konto fertig?" in str(reading)


def test_the_tables_of_the_program_are_those_that_name_a_language() -> None:
    named = set(re.findall(r"`((?:core|edge|views)/[\w/]+\.py)`", DOC))
    language = re.compile(r"""["']ja["']|\bja=|: ?["']ja["']""")
    there = {
        path.relative_to(ROOT / "mailbot").as_posix()
        for path in (ROOT / "mailbot").rglob("*.py")
        if language.search(path.read_text(encoding="utf-8"))
    }
    assert named == {name for name in there if not name.startswith(("demo/", "cli/"))}
