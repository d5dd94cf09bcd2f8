"""`python -m benchmarks.stages COMMAND…` is `mailbot COMMAND…` with a clock at each stage of the work: what the
processor had to do with it, without the stages inside. It changes nothing of what is done.

What each stage took stands in the file that $MAILBOT_BENCHMARK_STAGES names, as JSON, in seconds.
"""

import functools
import inspect
import json
import os
import resource
import sys
import threading
import time
import types
from collections import Counter
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from mailbot import cli
from mailbot.flow import process

FILE = "MAILBOT_BENCHMARK_STAGES"
STAGES = {
    "fetch": ("mailbot.edge.inbox.wire:Wire.fetch",),
    "keep": ("mailbot.store.files.mail:Mails.keep",),
    "hand to the reader": ("mailbot.flow.reader.process:Child.ask",),
    "decide": ("mailbot.flow.intake:consider",),
    "words": ("mailbot.edge.letters.words:Letters.words",),
    "seal and fold": ("mailbot.store.files.batch:FileBatch.append",),
    "casebook": ("mailbot.store.files.working:Working.settle", "mailbot.store.files.store:FileStore.checkpoint"),
    "write": ("mailbot.store.files.journal:Journal.append", "mailbot.store.files.store:put_away"),
    "file": ("mailbot.edge.inbox.wire:Wire.file",),
    "find the letter": ("mailbot.store.files.store:FileStore.due", "mailbot.flow.delivery.letter:_case"),
    "sheets": ("mailbot.flow.delivery.letter:enclosed", "mailbot.flow.courier.parcel:_files"),
    "build": ("mailbot.edge.stationery:Stationery.build",),
    "send": ("mailbot.edge.postman:Postman.send",),
    "hand to the courier": ("mailbot.flow.courier.child:Child._ask", "mailbot.flow.courier.child:Child._listen"),
    "record": (
        "mailbot.flow.delivery.recording:Recording.record",
        "mailbot.flow.delivery.recording:Recording._journal",
    ),
}
"""Where a stage is, as module and name. `seal and fold` and `write` are done for mails and for what became of letters;
`record` is the rest of the latter. Sheets, build and send are what this process does of them: the letters that the
courier makes are `CARRIED`, its start included."""
READ, CARRIED, REST = "read, in the child", "letters, in the other child", "rest"
taken: Counter[str] = Counter()
_lock, _here = threading.Lock(), threading.local()


@contextmanager
def _within(stage: str) -> Iterator[None]:
    """Counts what this thread's processor time is until the end, without the stages inside."""
    outer, began = getattr(_here, "inside", 0.0), time.thread_time()
    _here.inside = 0.0
    try:
        yield
    finally:
        spent = time.thread_time() - began
        with _lock:
            taken[stage] += spent - _here.inside
        _here.inside = outer + spent


@types.coroutine
def _stepwise(stage: str, work: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Each step of a coroutine, from where it goes on to where it waits, is within the stage."""
    value, error = None, None
    while True:
        with _within(stage):
            try:
                waits = work.send(value) if error is None else work.throw(error)
            except StopIteration as end:
                return end.value
        try:
            value, error = (yield waits), None
        except BaseException as thrown:
            value, error = None, thrown


def _clocked(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def steps(*args: Any, **named: Any) -> Any:
            return await _stepwise(stage, function(*args, **named))

        return steps

    @functools.wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        with _within(stage):
            return function(*args, **named)

    return call


def _weighed(end: Callable[[process.Process], Coroutine[Any, Any, None]]) -> Callable[..., Any]:
    """The same, and what the courier has used is known when it has ended, which two may wait for."""
    seen = set[int]()

    async def weighed(child: process.Process) -> None:
        known, before = child.pid in seen, _children()
        seen.add(child.pid)
        await end(child)
        if child.room == "courier" and not known:
            taken[CARRIED] += _children() - before

    return weighed


def _children() -> float:
    """Seconds of the processor that the children which ended have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def found(place: str) -> tuple[Any, str, Callable[..., Any]]:
    """The module or class that has a function, its name there, and the function."""
    module, _, names = place.partition(":")
    *outer, name = names.split(".")
    owner = functools.reduce(getattr, outer, import_module(module))
    return owner, name, getattr(owner, name)


def main() -> int:
    """Run the command; its exit code."""
    for stage, places in STAGES.items():
        for owner, name, function in map(found, places):
            setattr(owner, name, _clocked(stage, function))
    process.Process.end = _weighed(process.Process.end)  # type: ignore[method-assign]
    code = cli.main()
    rest = time.process_time() - sum(taken[stage] for stage in STAGES)
    children = {CARRIED: taken[CARRIED], READ: _children() - taken[CARRIED]}
    each = {**{stage: taken[stage] for stage in STAGES}, **children, REST: rest}
    Path(os.environ[FILE]).write_text(json.dumps(each), "utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
