"""What proves a letter, as it stands in the letters that went out: it may be nowhere else."""

import re
from collections.abc import Iterable
from pathlib import Path

MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*<[^@>]+\.([a-z2-7]{16,})@")


def macs(letters: Iterable[bytes]) -> set[str]:
    """The proof of each letter, from its Message-ID."""
    found = [MESSAGE_ID.search(raw) for raw in letters]
    assert all(found), "a letter has no proof"
    return {hit[1].decode() for hit in found if hit}


def given_away(letters: Iterable[bytes], said: str) -> set[str]:
    """The proofs that stand in what was said, in any case of letters."""
    return {mac for mac in macs(letters) if mac in said.lower()}


def kept(state: Path) -> str:
    """Everything below a desk's state but the mails, which quote what people were sent."""
    paths = [path for path in state.rglob("*") if path.is_file() and "mail" not in path.relative_to(state).parts]
    return "\n".join(path.read_text("utf-8", "replace") for path in paths)
