"""Every conversation in tests/conversations is played against the real desk and must come out word for word."""

import os
from pathlib import Path

import pytest
from conversation import retell

FILES = sorted((Path(__file__).parent / "conversations").rglob("*.md"))


def test_there_are_conversations_in_both_languages() -> None:
    assert len(FILES) >= 10
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    assert sum("同意します" in text for text in texts) >= 3


@pytest.mark.parametrize(
    "path",
    FILES,
    ids=lambda path: path.stem if path.parent.name == "conversations" else f"{path.parent.name}/{path.stem}",
)
def test_conversation(path: Path, tmp_path: Path) -> None:
    told = path.read_text(encoding="utf-8")
    retold = retell(told, tmp_path / "state")
    if os.environ.get("MAILBOT_GOLDEN"):
        path.write_text(retold, encoding="utf-8")
    assert retold == told or os.environ.get("MAILBOT_GOLDEN")
