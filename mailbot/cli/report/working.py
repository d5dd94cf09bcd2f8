"""Makes a report on all processors: stretches of the journal first, then bundles of cases. It words nothing.

A process is forked for each processor once the state was opened, so that all of them see the same.
"""

import asyncio
import multiprocessing
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from mailbot.cli.report.folder import write
from mailbot.cli.report.shelf import Shelf
from mailbot.core.case import Case
from mailbot.core.rules import Rules
from mailbot.store import Damaged
from mailbot.store.files import FileStore
from mailbot.views import report as view
from mailbot.views.report.tally import Tally

STRETCH = 10 * view.ENTRIES
"""Entries that a process has in memory at once."""
NUMBER = re.compile(r"\d{4}-\d+")
"""A case number as it may stand in the name of a file."""
MOST_PROCESSES = 8


@dataclass(frozen=True, slots=True)
class Work:
    """What every process needs: the state, the rules, what the report is of, its folder, the shelf."""

    store: FileStore
    rules: Rules
    stand: view.Stand
    folder: Path
    shelf: Shelf


@dataclass(slots=True)
class Found:
    """What came of all of them."""

    tally: Tally = field(default_factory=Tally)
    cases: list[view.CaseFound] = field(default_factory=list)


_work: list[Work] = []
"""The work of this process, which is one of those forked for it."""


def make(work: Work) -> int:
    """Writes the journal's pages, those of the cases, and what is made from all of them; how many cases there are.
    Damaged if the journal is not what was written."""
    found = Found()
    with _processes(work) as each:
        for tally in each(_stretch, list(range(0, work.stand.head.seq, STRETCH))):
            found.tally.add(tally)
        _require_orders(work, found.tally)
        for cases in each(_bundles, work.shelf.bundles()):
            found.cases += cases
        for one in found.cases:
            found.tally.ask(one.line.form, one.faults)
        whole = _sum(work.store, found)
        for _ in each(_last, [(language, whole) for language in work.stand.languages]):
            pass
    return len(found.cases)


def _sum(store: FileStore, found: Found) -> view.Sum:
    return view.Sum(
        tally=found.tally,
        lines=[one.line for one in found.cases],
        answers=[one.answered for one in found.cases if one.answered is not None],
        decisions=[one.decided for one in found.cases if one.decided is not None],
        ledger=store.ledger(),
    )


def _last(asked: tuple[str, view.Sum]) -> None:
    """The pages of a language that show everything."""
    work, (language, found) = _work[0], asked
    voice = next(voice for voice in work.stand.voices if voice.language == language)
    for path, text in view.rest(voice, work.stand, found):
        write(work.folder, path, text)


def _require_orders(work: Work, tally: Tally) -> None:
    """Damaged if events are gone that no order names: a stretch alone cannot tell."""
    if tally.blank - tally.named:
        asyncio.run(_read_later_orders(work, tally))
    if gone := sorted(tally.blank - tally.named):
        raise Damaged(f"{work.store.state}: the events of entry {gone[0]} are gone and no Erased event names them")


async def _read_later_orders(work: Work, tally: Tally) -> None:
    """What was ordered since the report began."""
    store = FileStore.read(work.store.state, work.store.desk)
    async for entry in store.entries(work.stand.head.seq):
        for event in entry.events or ():
            tally.name(event)


Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]
"""Does a thing for each of several and gives back what came of each, in their order."""


@contextmanager
def _processes(work: Work) -> Iterator[Each]:
    """Something that does a thing for each of several, in as many processes as there are processors."""
    count = min(len(os.sched_getaffinity(0)), MOST_PROCESSES)
    if count == 1 or work.stand.head.seq <= STRETCH:
        _begin(work)
        yield map
        return
    forking = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(count, forking, _begin, (work,)) as pool:
        try:
            yield pool.map
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _begin(work: Work) -> None:
    _work[:] = [work]


def _stretch(after: int) -> Tally:
    """Some entries of the journal: their pages are written, what is about cases is put on the shelf."""
    work, tally, about = _work[0], Tally(), []
    entries = islice(work.store.walk(after), min(STRETCH, work.stand.head.seq - after))
    while part := list(islice(entries, view.ENTRIES)):
        told, pages = view.chapter(work.rules, work.stand, part, tally)
        for path, text in pages:
            write(work.folder, path, text)
        pairs = zip(part, told, strict=True)
        about += [(entry.case, one) for entry, one in pairs if entry.case and NUMBER.fullmatch(entry.case)]
    work.shelf.put(after, about)
    return tally


def _bundles(names: Sequence[str]) -> list[view.CaseFound]:
    """Some bundles of cases, one after the other."""
    return [one for name in names for one in _bundle(name)]


def _bundle(name: str) -> list[view.CaseFound]:
    """Some cases: their pages are written."""
    work = _work[0]
    ways = work.shelf.take(name)
    cases = asyncio.run(_cases(work.store, list(ways)))
    done = []
    for number, way in ways.items():
        one, pages = view.case(work.rules, work.stand, number, cases[number], way)
        for path, text in pages:
            write(work.folder, path, text)
        done.append(one)
    return done


async def _cases(store: FileStore, numbers: Sequence[str]) -> dict[str, Case | None]:
    return {number: await store.case(number) for number in numbers}
