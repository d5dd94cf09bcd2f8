"""How the process gives memory back to the system. It knows nothing of what the memory held."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""Parameters of mallopt(3)."""
LARGE = 256 * 1024
"""Octets from which on a piece of memory is one of its own: far more than mails are made of, but for their files."""


YOUNG = 10_000
"""New objects, less those that are gone, at which garbage among them is looked for: some thirty mails of them, of which
nearly none is garbage."""


def begin() -> None:
    """What is there before the first mail, rules and modules, stays to the end: from now on the search for garbage
    passes it by. What a mail leaves goes without being looked for, but for little."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


SELDOM = 1_000_000
"""The same for work that ends by itself."""


@contextmanager
def few_searches() -> Iterator[None]:
    """In the block, also in the processes forked in it, cycles are seldom searched for, and among new objects: there
    are next to none, and rules and casebook, which stay, would be looked through each time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def give_back_large() -> bool:
    """Large pieces of memory go back to the system when they are freed; whether the C library can be told so.

    The GNU C library puts pieces as large as one that was freed before among the small ones from then on, and what a
    mail of ten megabytes took stays with the process for good (mallopt(3), "dynamic mmap threshold"). Call it once,
    before the first mail.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return all(mallopt(parameter, size) for parameter, size in ((_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, LARGE * 8)))
