"""Every conversation in tests/conversations is played against the real desk and must come out word for word."""

import os
import re
import shutil
from functools import cache
from pathlib import Path

import pytest
from conversation import Retell, retelling

from mailbot import desks
from mailbot.core.commands import COMMANDS, Row, word_and_rest
from mailbot.core.rulesets.letters import letters_needed
from mailbot.edge import config

MAIL = re.compile(r"^```mail\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LOG = re.compile(r"^```log\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CLERK = re.compile(r"^From: .*@staff\.desk\.example>?$", re.MULTILINE)
NUMBERED = re.compile(r"^[#＃][\d-]+\s*")
FILES = sorted((Path(__file__).parent / "conversations").rglob("*.md"))


def test_there_are_conversations_in_both_languages() -> None:
    assert len(FILES) >= 10
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    assert sum("同意します" in text for text in texts) >= 3


@cache
def ordered() -> frozenset[str]:
    """The first words of all lines that clerks wrote in scenes in which nothing was refused."""
    scenes = [scene for path in FILES for scene in path.read_text(encoding="utf-8").split("\n## ")[1:]]
    obeyed = [scene for scene in scenes if "refused" not in "".join(LOG.findall(scene))]
    mails = [mail for scene in obeyed for mail in MAIL.findall(scene) if CLERK.search(mail)]
    return frozenset(word_and_rest(NUMBERED.sub("", line))[0] for mail in mails for line in mail.split("\n"))


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.verb)
def test_each_command_stands_in_a_conversation_in_both_languages(row: Row) -> None:
    lines = ordered()
    english, japanese = (
        (word for word in row.words if word.isascii()),
        (word for word in row.words if not word.isascii()),
    )
    assert lines & set(english)
    assert lines & set(japanese)


@pytest.mark.parametrize(
    "path",
    FILES,
    ids=lambda path: path.stem if path.parent.name == "conversations" else f"{path.parent.name}/{path.stem}",
)
def test_conversation(path: Path, tmp_path: Path, retell: Retell) -> None:
    told = path.read_text(encoding="utf-8")
    retold = retell(told, tmp_path / "state")
    if os.environ.get("MAILBOT_GOLDEN"):
        path.write_text(retold, encoding="utf-8")
    assert retold == told or os.environ.get("MAILBOT_GOLDEN")


def taken(form: str, folder: Path) -> Path:
    """What a center takes that wants this form alone: its rules, and the letters that can be sent then."""
    shipped = config.shipped()
    rules, _ = desks.rules_in(shipped / "rules", shipped / "templates")
    needed = letters_needed([rules.forms[form]])
    shutil.copytree(shipped / "rules" / "files", folder / "rules" / "files")
    for name in ("desk", form):
        shutil.copy(shipped / "rules" / f"{name}.toml", folder / "rules")
    for source in (shipped / "templates").rglob("*.*"):
        if source.suffix == ".toml" or source.stem in needed:
            target = folder / source.relative_to(shipped)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return folder


@pytest.mark.parametrize("form", ["change-registration", "indice-password"])
def test_a_center_with_one_form_and_the_letters_it_needs_answers_as_one_that_has_all(form: str, tmp_path: Path) -> None:
    conversations = [path for path in FILES if path.match(f"{form}/*-ja.md")]
    assert len(conversations) >= 4
    with retelling(taken(form, tmp_path)) as told:
        for path in conversations:
            assert told(path.read_text(encoding="utf-8"), tmp_path / path.stem) == path.read_text(encoding="utf-8")
