"""A desk's state with cases by the thousand, as a year of mail leaves it: the demo's day again and again under other
names and numbers, many of them not at their end. It knows nothing of what is made of it."""

import hashlib
import heapq
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from benchmarks.mails import NAMES
from mailbot import demo, desks
from mailbot.core import chain
from mailbot.core.instants import to_text
from mailbot.store.files import FileStore

BEGIN = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
YEAR = timedelta(days=320)
Line = dict[str, Any]
CASES = 10_000


def measure(cases: int) -> dict[str, float]:
    """What a report of so many cases costs: entries, seconds by the wall clock, seconds of all processors, megabytes at
    most of a process, megabytes of pages."""
    with tempfile.TemporaryDirectory(prefix="mailbot-benchmark-") as room:
        desk = Path(room) / "desk"
        with redirect_stdout(StringIO()):
            demo.main(desk)
        return {"entries": multiply(desk, cases), **reported(desk, Path(room) / "report")}


def reported(desk: Path, pages: Path) -> dict[str, float]:
    """What a report of this desk costs, see `measure`."""
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "mailbot", "--config", str(desk / "mailbot.toml"), "report", str(pages)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": seconds,
        "processor seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "megabytes at most": after.ru_maxrss / 1024,
        "megabytes of pages": sum(path.stat().st_size for path in pages.rglob("*.html")) / 1e6,
    }


def multiply(folder: Path, cases: int) -> int:
    """The desk that `mailbot demo --keep` left in this folder gets so many cases in its journal and casebook; how many
    entries they are."""
    journal = folder / "state" / "journal"
    day = [
        json.loads(line) for path in sorted(journal.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
    ]
    for path in journal.glob("*.jsonl"):
        path.unlink()
    desk = desks.look(folder / "mailbot.toml").rules.desk.name
    count = _write(journal, desk, _all(day, cases))
    FileStore.rebuild(folder / "state", desk).close()
    return count


def _all(day: list[Line], cases: int) -> Iterator[tuple[datetime, Line]]:
    """Every entry of every case, in the order of time, after the one that opened the desk."""
    kinds = [[line for line in day if line["case"] == number] for number in ("2026-00001", "2026-00002")]
    yield BEGIN, day[0]
    waiting: list[tuple[datetime, int, int]] = []
    for number in range(1, cases + 1):
        opened = BEGIN + YEAR * number / cases
        while waiting and waiting[0][0] < opened:
            yield from _next(waiting, kinds)
        heapq.heappush(waiting, (opened, number, 0))
    while waiting:
        yield from _next(waiting, kinds)


def _next(waiting: list[tuple[datetime, int, int]], kinds: list[list[Line]]) -> Iterator[tuple[datetime, Line]]:
    at, number, stage = heapq.heappop(waiting)
    lines = kinds[number % 2]
    yield at, _renamed(lines[stage], number, stage)
    stops = number % 7 == 0 and stage >= number // 7 % len(lines)
    if stage + 1 < len(lines) and not stops:
        heapq.heappush(waiting, (at + _pause(number, lines[stage + 1]), number, stage + 1))


def _pause(number: int, line: Line) -> timedelta:
    """Seconds until the relay has a letter, hours or days until somebody writes."""
    chance = int(hashlib.sha256(f"{number} {line['seq']}".encode()).hexdigest()[:8], 16) / 2**32
    return timedelta(seconds=1 + 40 * chance**4) if line["mail"] is None else timedelta(days=0.05 + 9 * chance**2)


def _renamed(line: Line, number: int, stage: int) -> Line:
    name = NAMES[number % len(NAMES)]
    text = json.dumps(line["events"], ensure_ascii=False)
    for old, new in ((line["case"], f"2026-{number:05d}"), ("Keller", f"Keller{name}"), ("YAMADA", f"YAMADA{name}")):
        text = text.replace(old, new)
    mail = line["mail"] and hashlib.sha256(f"{number} {stage}".encode()).hexdigest()
    return {**line, "case": f"2026-{number:05d}", "mail": mail, "events": json.loads(text)}


def _write(journal: Path, desk: str, lines: Iterator[tuple[datetime, Line]]) -> int:
    """The journal of these entries, each sealed anew; how many they are."""
    prev, count, files = chain.genesis(desk), 0, {}
    for count, (at, line) in enumerate(lines, 1):
        fields = {key: line[key] for key in ("case", "mail", "rules", "program", "events")}
        sealed, prev = chain.seal({**fields, "seq": count, "at": to_text(at), "more": False}, prev, f"{count:032x}")
        month = f"{at:%Y-%m}.jsonl"
        if month not in files:
            files[month] = (journal / month).open("wb")
        files[month].write(sealed)
    for file in files.values():
        file.close()
    return count
