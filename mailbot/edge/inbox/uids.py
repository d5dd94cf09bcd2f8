"""UIDs in the words of IMAP: sets of them, short enough for one command each.
It knows nothing of mails or connections."""

from collections.abc import Iterable, Iterator

from mailbot.core.uids import sequence_set

SET = 500
"""UIDs in one command: at most 5,500 octets of them, so that a line stays under the 8,000 of RFC 7162."""


def uid_set(uids: Iterable[int]) -> bytes:
    """Exactly these UIDs as a sequence set of RFC 3501, in its octets."""
    return sequence_set(uids).encode("ascii")


def in_sets(uids: Iterable[int]) -> Iterator[list[int]]:
    """The UIDs, each once and ascending, in lists of at most SET."""
    ordered = sorted(set(uids))
    return (ordered[start : start + SET] for start in range(0, len(ordered), SET))
