"""Compares raw mails with what the journal says of them. It reads no journal."""

from collections import Counter
from collections.abc import Collection, Set
from dataclasses import dataclass, field

from mailbot.store import Digest
from mailbot.store.files.beside import Told, each
from mailbot.store.files.counting import Named
from mailbot.store.files.mail import NOTHING, Mails, digest_of


def unfit(mails: Mails, digests: Collection[Digest], told: Told) -> frozenset[Digest]:
    """Those of these mails that do not fit their digests, or cannot be read. What the journal says of them is not
    asked."""
    read = each(mails.raws(sorted(digests)), len(digests), told)
    return frozenset(digest for digest, raw in read if not isinstance(raw, bytes) or digest_of(raw) != digest)


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
