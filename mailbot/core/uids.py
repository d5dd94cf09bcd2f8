"""Sets of UIDs as text: the sequence set of RFC 3501 (§9). It knows no mailbox."""

from collections.abc import Iterable


def sequence_set(uids: Iterable[int]) -> str:
    """Exactly these UIDs, in order and as short as it gets: 1, 2, 3, 7 is `1:3,7`; none is an empty text."""
    spans: list[tuple[int, int]] = []
    for uid in sorted(set(uids)):
        if spans and uid == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], uid)
        else:
            spans.append((uid, uid))
    return ",".join(f"{first}:{last}" if last > first else str(first) for first, last in spans)


def uids_of(text: str) -> set[int]:
    """The UIDs of such a text; ValueError if it is something else."""
    found: set[int] = set()
    for span in filter(None, text.split(",")):
        first, _, last = span.partition(":")
        found.update(range(int(first), int(last or first) + 1))
    return found
