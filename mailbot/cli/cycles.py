"""How often long work is interrupted to search for cycles among objects. It knows nothing of the work."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SEARCH_AFTER = 1_000_000
"""New objects after which cycles among them are searched for."""


@contextmanager
def few_searches() -> Iterator[None]:
    """In the block, also in the processes forked in it, cycles are seldom searched for, and among new objects: there
    are next to none, and rules and casebook, which stay, would be looked through each time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SEARCH_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
