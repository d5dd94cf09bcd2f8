"""Plain values as JSON text, whole or in parts. It knows nothing of what they say."""

import json
from collections.abc import Iterator

ITEMS = 1_000
"""How many of a list are in one part."""


def whole(value: object) -> str:
    """All of it as one text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parts(value: object, deep: int) -> Iterator[str]:
    """The same text in parts: what a journal of years adds up to is as large as many cases, and as one text would be
    twice in memory. Objects go member by member, so `deep`, lists some items at a time."""
    if isinstance(value, dict) and value and deep:
        for number, (key, member) in enumerate(value.items()):
            yield f"{',' if number else '{'}{whole(str(key))}:"
            yield from parts(member, deep - 1)
        yield "}"
    elif isinstance(value, list) and len(value) > ITEMS:
        for start in range(0, len(value), ITEMS):
            yield f"{',' if start else '['}{whole(value[start : start + ITEMS])[1:-1]}"
        yield "]"
    else:
        yield whole(value)
