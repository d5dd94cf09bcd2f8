"""Work that is done beside other work, in a process of its own where that pays. It knows nothing of the work."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from mailbot.store import Damaged

LOOK_EVERY = 0.1
"""Seconds between two looks at how far it is."""
Told = Callable[[int, int], None]
"""Is told how much is done, and how much there is."""
T = TypeVar("T")


@contextmanager
def beside(work: Callable[[Told], T], *, apart: bool) -> Iterator[Callable[[Told], T]]:
    """Something that gives back what came of the work: begun at once in a forked process if `apart`, which ends with
    the block at the latest; else done when it is asked for. Damaged as the work raises it; RuntimeError if the process
    died.
    """
    if not apart:
        yield work
        return
    forking = multiprocessing.get_context("fork")
    ours, theirs = forking.Pipe(duplex=False)
    done = forking.Array("Q", [0, 0])
    process = forking.Process(target=_apart, args=(work, theirs, done), daemon=True)
    process.start()
    theirs.close()
    try:
        yield lambda told: _result(ours, done, told)
    finally:
        process.terminate()
        process.join()


def _apart(work: Callable[[Told], T], there: Connection, done: Any) -> None:
    def told(so_far: int, of: int) -> None:
        done[:] = [so_far, of]

    try:
        there.send(work(told))
    except Damaged as damaged:
        there.send(damaged)


def _result(here: Connection, done: Any, told: Told) -> Any:
    while not here.poll(LOOK_EVERY):
        told(*done[:])
    try:
        found = here.recv()
    except EOFError as error:
        raise RuntimeError("the process that worked beside this one died") from error
    told(*done[:])
    if isinstance(found, Damaged):
        raise found
    return found
