"""Blocking work in a thread that is waited for to its end, also by a task that is cancelled meanwhile. It knows no
store."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def to_the_end(work: Callable[[], T]) -> tuple[T, bool]:
    """What `work` returns, done in a thread, and whether the task was cancelled meanwhile: it is waited for anyway."""
    future = asyncio.get_running_loop().run_in_executor(None, work)
    cancelled = False
    while not future.done():
        try:
            await asyncio.shield(future)
        except asyncio.CancelledError:
            cancelled = True
    return future.result(), cancelled


def pass_on(cancelled: bool) -> None:
    """The task ends now if it was cancelled."""
    if cancelled:
        raise asyncio.CancelledError
