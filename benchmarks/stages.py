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
    "sheets": ("mailbot.flow.delivery.letter:enclosed",),
    "build": ("mailbot.edge.stationery:Stationery.build",),
    "send": ("mailbot.edge.postman:Postman.send",),
    "record": (
        "mailbot.flow.delivery.recording:Recording.record",
        "mailbot.flow.delivery.recording:Recording._journal",
    ),
}
"""Where a stage is, as module and name. `seal and fold` and `write` are done for mails and for what became of letters;
`record` is the rest of the latter."""
READ, REST = "read, in the child", "rest"
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
    code = cli.main()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    rest = time.process_time() - sum(taken.values())
    each = {**{stage: taken[stage] for stage in STAGES}, READ: children.ru_utime + children.ru_stime, REST: rest}
    Path(os.environ[FILE]).write_text(json.dumps(each), "utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
