"""Work that is done beside other work, in a process of its own where that pays. It knows nothing of the work."""

import mmap
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from mailbot.store import Damaged

LOOK_EVERY = 0.1
"""Seconds between two looks at how far it is."""
Told = Callable[[int, int], None]
"""Is told how much is done, and how much there is."""
TELL_EVERY = 100
"""Of how many somebody is told at once."""
T = TypeVar("T")


@contextmanager
def beside(work: Callable[[Told], T], *, apart: bool) -> Iterator[Callable[[Told], T]]:
    """Something that gives back what came of the work: begun at once in a forked process if `apart`, which ends with
    the block, and with this process, however that ends; else done when it is asked for. Damaged or OSError as the work
    raises it.

    Where no process can be forked, or it died, the work is done here: it may change nothing, so that it can be done
    again.
    """
    forking = multiprocessing.get_context("fork")
    ours, theirs = forking.Pipe(duplex=False)
    done = memoryview(mmap.mmap(-1, 16)).cast("Q")  # without a lock, which whoever is killed would hold for ever
    process = forking.Process(target=_apart, args=(work, os.getpid(), ours, theirs, done), daemon=True)
    begun = apart and _begun(process)
    theirs.close()
    try:
        yield partial(_result, work, ours, done) if begun else work
    finally:
        if begun:
            process.kill()  # also one that was stopped
            process.join()
        ours.close()


def each(items: Iterable[T], of: int, told: Told) -> Iterator[T]:
    """These, `of` in all; somebody is told now and then how many are done."""
    for done, item in enumerate(items, 1):
        yield item
        if done % TELL_EVERY == 0 or done == of:
            told(done, of)


def _begun(process: Any) -> bool:
    try:
        process.start()
    except OSError:
        return False
    return True


def _apart(work: Callable[[Told], Any], above: int, ours: Connection, there: Connection, done: memoryview) -> None:
    """The work, in a process below the one with the number `above`, which alone hears of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process above is interrupted too, and ends this one
    ours.close()

    def told(so_far: int, of: int) -> None:
        done[0], done[1] = so_far, of
        if os.getppid() != above:
            os._exit(1)

    found: Any
    try:
        found = work(told)
    except (Damaged, OSError) as failed:
        found = failed
    with suppress(BrokenPipeError):  # nobody waits for it any more
        there.send(found)


def _result(work: Callable[[Told], Any], here: Connection, done: memoryview, told: Told) -> Any:
    while not here.poll(LOOK_EVERY):
        told(done[0], done[1])
    try:
        found = here.recv()
    except (EOFError, OSError):  # it died, perhaps while it answered
        return work(told)
    told(done[0], done[1])
    if isinstance(found, Damaged | OSError):
        raise found
    return found
