"""Which cases belong to which process where two go through a journal. It reads no file, and verifies nothing."""

import re
from functools import lru_cache

from mailbot.store.files.casebook import FILE, document_id

Share = frozenset[int]
"""Some of the parts that all cases are divided into; what has no case is in part 0."""
PARTS = 4
ALL: Share = frozenset(range(PARTS))
HERE: Share = frozenset({0})
BESIDE: Share = ALL - HERE
"""What the process has that counts besides, and what the one beside it has: so both take about as long."""
CASE = re.compile(rb'\{"at":"[^"]*","body":"[^"]*","case":"(\d{4}-\d{5,6})",')
"""How the line of a case begins, if it is canonical: keys are sorted."""


@lru_cache(maxsize=10_000)
def part(number: str) -> int:
    """The part that a case belongs to: all of a file of the casebook are in the same, so that each reads its own."""
    key = document_id(number)
    return 0 if key is None else part_of_file(key // FILE)


def part_of_file(file: int) -> int:
    """The same of all cases in a file of the casebook."""
    return file % PARTS


def case_in(raw: bytes) -> str | None:
    """The case of a line of the journal, as it stands at its beginning; None if there is none."""
    found = CASE.match(raw)
    return found[1].decode() if found else None


def part_of_line(raw: bytes) -> int:
    """The part that a line of the journal belongs to: the same for whoever asks, also of a line that is no entry."""
    number = case_in(raw)
    return 0 if number is None else part(number)
