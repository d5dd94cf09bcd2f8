"""What takes as long as a desk has cases and entries: its start, verify, rebuild, report. It knows nothing of how they
do it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from worlds import World

from benchmarks import kept, using
from benchmarks.reports import reported
from benchmarks.served import first_look, service
from benchmarks.using import Used, mailbot, say
from benchmarks.whole import Figures, medians

STARTS = 5
"""How often the service is started."""


def measure(desks: Path, cases: int, runs: int) -> Figures:
    """Medians of as many runs (of STARTS for the start): seconds by the clock, seconds of all processors, megabytes of
    a process at most; for the start until the service has looked into its inbox, from a checkpoint."""
    made = kept.desk(desks, cases)
    with kept.lent(made) as (_, world):
        mailbot(world.folder, "once")  # what came meanwhile
        found = {"entries": float(kept.entries(made)), **_named("start", [_start(world) for _ in range(STARTS)])}
        for command in ("verify", "rebuild"):
            say(command)
            found |= _named(command, [_told(mailbot(world.folder, command)) for _ in range(runs)])
        say("report")
        return found | _named("report", [_report(world) for _ in range(runs)])


def _named(what: str, found: list[Figures]) -> Figures:
    return {f"{what}: {name}": value for name, value in medians(found).items()}


def _start(world: World) -> Figures:
    began, since = perf_counter(), datetime.now(UTC)
    with service(world) as process:
        first_look(world, process, since)
        seconds = perf_counter() - began
        return _told(Used(seconds, using.processor(process.pid), using.memory(process.pid)[1]))


def _told(used: Used) -> Figures:
    return {"seconds": used.seconds, "processor seconds": used.processor, "megabytes": used.megabytes}


def _report(world: World) -> Figures:
    pages = world.folder / "report"
    try:
        return reported(world.folder, pages)
    finally:
        shutil.rmtree(pages, ignore_errors=True)
