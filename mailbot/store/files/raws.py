"""Compares raw mails with what the journal says of them. It reads no journal."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field

from mailbot.store import Digest
from mailbot.store.files.beside import Told
from mailbot.store.files.counting import Named
from mailbot.store.files.mail import DIGEST, NOTHING, Mails, digest_of

HEAPS = 256
"""As many as first two digits of a digest."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The heaps that a process looked at, and the mails in them that do not fit their digests, or cannot be read."""

    heaps: bytes
    unfit: frozenset[Digest]


class Heaps:
    """Mails by the first two digits of their digests. Each heap is looked at once, by this process or by one that was
    forked meanwhile: by whoever has nothing else to do. What the journal says of a mail is not asked."""

    def __init__(self, mails: Mails, digests: Iterable[Digest]) -> None:
        self._mails = mails
        self._heaps = defaultdict[int, list[Digest]](list)
        for digest in filter(DIGEST.fullmatch, digests):
            self._heaps[int(digest[:2], 16)].append(digest)
        self._left, begin = os.pipe()
        os.write(begin, bytes(range(HEAPS)))  # whoever reads a number has that heap
        os.close(begin)

    def look(self, told: Told) -> Seen:
        """Looks at those that are left."""
        heaps, unfit = bytearray(), set[Digest]()
        while number := os.read(self._left, 1):
            heaps += number
            heap = self._mails.raws(self._heaps[number[0]])
            unfit.update(digest for digest, raw in heap if not isinstance(raw, bytes) or digest_of(raw) != digest)
            told(number[0] + 1, HEAPS)
        return Seen(bytes(heaps), frozenset(unfit))

    def fitting(self, *seen: Seen) -> set[Digest]:
        """The mails that were seen to fit."""
        looked_at = {digest for one in seen for heap in one.heaps for digest in self._heaps[heap]}
        return looked_at.difference(*(one.unfit for one in seen))

    def close(self) -> None:
        """Nobody looks at another one."""
        os.close(self._left)


@contextmanager
def heaped(mails: Mails, digests: Iterable[Digest]) -> Iterator[Heaps]:
    """These mails to be looked at, in the block."""
    heaps = Heaps(mails, digests)
    try:
        yield heaps
    finally:
        heaps.close()


@dataclass
class Raws:
    """How many mails fit (`mails`), of them `sealed` and `doomed`; how many are empty because they were `erased` or
    `destroyed`; and what is wrong with the others."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def compare_raws(mails: Mails, named: Named, fitting: Set[Digest], told: Told) -> Raws:
    """Every mail that entries name or that waits, by digest. Those `fitting` were seen to fit before; they are read
    again only if the journal says of them that they are empty."""
    kept = {*named.decided, *mails.waiting()}
    plain = (kept & fitting) - named.erased - named.destroyed
    found = Raws(Counter(mails=len(plain), sealed=len(plain & named.sealed)))
    for done, (digest, raw) in enumerate(mails.raws(sorted(kept - plain)), len(plain) + 1):
        _compare(found, digest, raw, named)
        told(done, len(kept))
    told(len(kept), len(kept))
    return found


def _compare(found: Raws, digest: Digest, raw: bytes | OSError | None, named: Named) -> None:
    if isinstance(raw, FileNotFoundError):
        found.problems.append(f"mail {digest} is named by an entry, but not kept")
    elif isinstance(raw, OSError):
        found.problems.append(f"mail {digest} cannot be read: {raw.strerror}")
    elif raw is None and digest in named.destroyed:
        found.counts["destroyed"] += 1
    elif raw is None and digest in named.erased:
        found.counts["erased"] += 1
    elif digest in named.erased:
        found.problems.append(f"mail {digest} is to be erased by order, but its bytes are there")
    elif raw is None and digest != NOTHING:
        found.problems.append(f"mail {digest} is empty, but no order erased it")
    elif raw is not None and digest_of(raw) != digest:
        found.problems.append(f"mail {digest} was changed after it was kept")
    else:
        found.counts["mails"] += 1
        found.counts["doomed"] += digest in named.destroyed
        found.counts["sealed"] += digest in named.sealed and digest not in named.destroyed
