"""Mail that nobody here wrote, in a folder that MAILBOT_CORPORA names: what is in it, and what it should be read as."""

import base64
import json
import os
import re
from pathlib import Path

import pytest

CORPORA = os.environ.get("MAILBOT_CORPORA", "")
needs_corpora = pytest.mark.skipif(not CORPORA, reason="MAILBOT_CORPORA does not name the folder of foreign mail")


def rows(name: str) -> list[dict[str, object]]:
    """What is expected of one kind of thing, a row a mail."""
    path = Path(CORPORA) / "expected" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def raw_of(row: dict[str, object]) -> bytes:
    """The bytes of the mail that a row is about: in the row, in a file, or the n-th of a file of many (mbox)."""
    path = str(row["path"])
    if path.startswith("base64:"):
        return base64.b64decode(path.removeprefix("base64:"))
    raw = (Path(CORPORA) / "messages" / path).read_bytes()
    if row.get("n") is None:
        return raw
    return re.split(rb"(?m)^From [^\n]*\n", raw)[1:][int(str(row["n"]))]
