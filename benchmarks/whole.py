"""The whole job beside its limit: applications in an inbox of a real server are taken in, decided, durable and filed,
and the letters that they call for are at the relay. It knows nothing of how that is done."""

import json
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from dovecot import Dovecot
from sinks import smtp_sink
from worlds import World

from benchmarks import limit, stages
from benchmarks.mails import complete
from benchmarks.using import Used, mailbot
from benchmarks.wires import accounts, deliver, mail_server, widely

WARM = 25
"""Mails taken in by a first process, whose time is taken off that of the second: it starts as the second does."""
OTHERS = 200_000
"""Where the people begin who have no case in any desk that was made."""
Figures = dict[str, float]


def measure(mails: int, runs: int) -> Figures:
    """Medians of pairs of runs, one of each in turn, on as many mails: mails and letters a second, processor time and
    memory, of the desk and of the limit; `ratio` is the median of each pair's. Then what each stage of the desk takes
    of the processor, in a run of its own with a clock at each of them."""
    found = [pair(mails) for _ in range(runs)]
    return {**medians(found), **by_stage(mails)}


def medians(found: Sequence[Figures]) -> Figures:
    """Of each figure."""
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def pair(mails: int) -> Figures:
    """The desk and the limit, once."""
    with tempfile.TemporaryDirectory(prefix="mailbot-benchmark-") as room, smtp_sink() as port:
        with mail_server(Path(room)) as server:
            desk = worked(widely(World.make(Path(room) / "desk", *accounts(server, port))), server, mails)
        each = desk["letters/s"] / desk["mails/s"]
        with mail_server(Path(room)) as server:
            deliver(server, islice(complete(), mails), "limit")
            bare = limit.run(Path(room) / "limit", server.imap_port, port, "limit", each)
    limits = {f"limit: {name}": value for name, value in bare.items()}
    return {**desk, **limits, "ratio %": 100 * desk["mails/s"] / bare["mails/s"]}


def by_stage(mails: int) -> Figures:
    """Microseconds of the processor that a mail costs in each stage of the desk. None costs less than nothing, though
    what the second process leaves to its courier the first does itself."""
    with tempfile.TemporaryDirectory(prefix="mailbot-benchmark-") as room, smtp_sink() as port:
        rounds = []
        with mail_server(Path(room)) as server:
            world = widely(World.make(Path(room) / "desk", *accounts(server, port)))
            _once(world)
            for some in _arriving(mails):
                deliver(server, some)
                file = Path(room) / "stages.json"
                mailbot(world.folder, "once", module="benchmarks.stages", **{stages.FILE: str(file)})
                rounds.append(json.loads(file.read_text("utf-8")))
    begun, took = rounds
    return {f"stage: {name} µs": max(0.0, 1e6 * (took[name] - begun[name]) / mails) for name in took}


def _arriving(mails: int) -> Iterator[list[bytes]]:
    """What comes for the first process, and for the second: as much, and the mails that are measured."""
    arriving = complete(OTHERS)
    yield list(islice(arriving, WARM))
    yield list(islice(arriving, WARM + mails))


def worked(world: World, server: Dovecot, mails: int) -> Figures:
    """What a desk costs that takes in so many applications, its start taken off."""
    _once(world)  # opens the desk, or has it do what came meanwhile
    begun, took = (_taken_in(world, server, some) for some in _arriving(mails))
    seconds = took.used.seconds - begun.used.seconds
    return {
        "mails/s": mails / seconds,
        "letters/s": (took.letters - begun.letters) / seconds,
        "processor µs": 1e6 * (took.used.processor - begun.used.processor) / mails,
        "megabytes at most": took.used.megabytes,
    }


class _Round(NamedTuple):
    used: Used
    letters: int


def _taken_in(world: World, server: Dovecot, mails: list[bytes]) -> _Round:
    """One round over these mails, each of which opens a case whose letters go."""
    deliver(server, mails)
    sizes = _sizes(world)
    used = _once(world)
    entries = _entries_since(world, sizes)
    letters = _count(entries, "letter_sent")
    assert _count(entries, "case_opened") == len(mails), "an application opened no case"
    assert letters == _count(entries, "letter_written"), "a letter did not go"
    return _Round(used, letters)


def _once(world: World) -> Used:
    return mailbot(world.folder, "once")


def _sizes(world: World) -> dict[Path, int]:
    """The files of the journal."""
    return {path: path.stat().st_size for path in sorted((world.folder / "state" / "journal").glob("*.jsonl"))}


def _entries_since(world: World, sizes: dict[Path, int]) -> list[dict[str, Any]]:
    """What was written since the files had these sizes."""
    lines = []
    for path in _sizes(world):
        with path.open("rb") as file:
            file.seek(sizes.get(path, 0))
            lines += file.readlines()
    return [json.loads(line) for line in lines]


def _count(entries: list[dict[str, Any]], kind: str) -> int:
    return sum(event["kind"] == kind for entry in entries for event in entry["events"])
