"""Compares raw mails with what the journal says of them. It reads no journal."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from mailbot.store import Digest
from mailbot.store.files.beside import Told, beside
from mailbot.store.files.counting import Named
from mailbot.store.files.mail import DIGEST, NOTHING, Mails, digest_of


@dataclass
class Raws:
    """How many mails fit (`mails`), of them `sealed` and `doomed`; how many are empty because they were `erased` or
    `destroyed`; and what is wrong with the others."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def __add__(self, other: "Raws") -> "Raws":
        return Raws(self.counts + other.counts, self.problems + other.problems)


def compare_raws(mails: Mails, named: Named, told: Told, *, apart: bool) -> Raws:
    """Every mail that entries name or that waits, by digest; half of them in a process of its own if `apart`."""
    kept = sorted({*named.decided, *mails.waiting()})
    middle = len(kept) // 2 if apart else len(kept)
    with beside(partial(_compared, mails, named, kept[middle:]), apart=apart) as others:
        mine = _compared(mails, named, kept[:middle], lambda done, of: told(done, len(kept)))
        return mine + others(lambda done, of: told(middle + done, len(kept)))


def _compared(mails: Mails, named: Named, digests: Sequence[Digest], told: Told) -> Raws:
    found = Raws()
    for done, digest in enumerate(digests, 1):
        _compare(found, mails, digest, named)
        told(done, len(digests))
    return found


def _compare(found: Raws, mails: Mails, digest: Digest, named: Named) -> None:
    try:
        raw = mails.raw(digest) if DIGEST.fullmatch(digest) else b""
    except FileNotFoundError:
        found.problems.append(f"mail {digest} is named by an entry, but not kept")
        return
    except OSError as error:
        found.problems.append(f"mail {digest} cannot be read: {error.strerror}")
        return
    if raw is None and digest in named.destroyed:
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
