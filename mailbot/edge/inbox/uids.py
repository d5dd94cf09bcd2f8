"""UIDs in the words of IMAP: sets of them, short enough for one command each.
It knows nothing of mails or connections."""

from collections.abc import Iterable, Iterator, Sequence

SET = 500
"""UIDs in one command: at most 5,500 octets of them, so that a line stays under the 8,000 of RFC 7162."""


def uid_set(uids: Sequence[int]) -> bytes:
    """Ascending UIDs as a sequence set of RFC 3501 with exactly these: 1, 2, 3, 7 is `1:3,7`."""
    spans: list[tuple[int, int]] = []
    for uid in uids:
        if spans and uid == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], uid)
        else:
            spans.append((uid, uid))
    return ",".join(f"{first}:{last}" if last > first else str(first) for first, last in spans).encode("ascii")


def in_sets(uids: Iterable[int]) -> Iterator[list[int]]:
    """The UIDs, each once and ascending, in lists of at most SET."""
    ordered = sorted(set(uids))
    return (ordered[start : start + SET] for start in range(0, len(ordered), SET))
