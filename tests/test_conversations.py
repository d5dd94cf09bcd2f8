"""Every conversation in tests/conversations is played against the real desk and must come out word for word."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conversation import Retell, retelling

FILES = sorted((Path(__file__).parent / "conversations").rglob("*.md"))


def test_there_are_conversations_in_both_languages() -> None:
    assert len(FILES) >= 10
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    assert sum("同意します" in text for text in texts) >= 3


@pytest.fixture(scope="module")
def retell() -> Iterator[Retell]:
    """Plays a conversation; they share what takes long to start."""
    with retelling() as told:
        yield told


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
