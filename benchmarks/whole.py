"""The whole job beside its limit: applications in an inbox of a real server are taken in, decided, durable and filed,
and the letters that they call for are at the relay. It knows nothing of how that is done."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

from dovecot import PASSWORD, Dovecot
from worlds import World

from benchmarks import limit
from benchmarks.mails import complete
from benchmarks.wires import deliver, mail_server, relay
from mailbot.edge.account import Account

MAILS, PAIRS = 500, 5
ROOT = Path(__file__).parent.parent
Figures = dict[str, float]


def measure(mails: int = MAILS, pairs: int = PAIRS) -> Figures:
    """Medians of pairs of runs, one of each in turn, on as many mails: mails and letters a second, processor time and
    memory, of the desk and of the limit; `ratio` is the median of each pair's."""
    found = [_pair(mails) for _ in range(pairs)]
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def _pair(mails: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="mailbot-benchmark-") as room, relay() as port:
        with mail_server(Path(room)) as server:
            desk = _desk(Path(room), server, port, mails)
        each = desk["letters/s"] / desk["mails/s"]
        with mail_server(Path(room)) as server:
            deliver(server, islice(complete(), mails), "limit")
            bare = limit.run(Path(room) / "limit", server.imap_port, port, "limit", each)
    limits = {f"limit: {name}": value for name, value in bare.items()}
    return {**desk, **limits, "ratio %": 100 * desk["mails/s"] / bare["mails/s"]}


def _desk(room: Path, server: Dovecot, port: int, mails: int) -> Figures:
    imap = Account("127.0.0.1", server.imap_port, "none", "desk", PASSWORD)
    world = World.make(room / "desk", imap, Account("127.0.0.1", port, "none", "", ""))
    _once(world)  # opens the desk, and makes its folders
    started = _once(world)
    deliver(server, islice(complete(), mails))
    before = len(world.entries())
    took = _once(world)
    entries = world.entries()[before:]
    letters = _count(entries, "letter_sent")
    assert _count(entries, "case_opened") == mails, "an application opened no case"
    assert letters == _count(entries, "letter_written"), "a letter did not go"
    seconds = took["seconds"] - started["seconds"]
    return {
        "mails/s": mails / seconds,
        "letters/s": letters / seconds,
        "processor µs": 1e6 * (took["processor"] - started["processor"]) / mails,
        "megabytes at most": took["megabytes"],
    }


def _count(entries: list[dict[str, Any]], kind: str) -> int:
    return sum(event["kind"] == kind for entry in entries for event in entry["events"])


def _once(world: World) -> Figures:
    """One round of the desk in a process of its own, with the children that it waits for."""
    command = [sys.executable, "-m", "mailbot", "once"]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=world.folder, env={**os.environ, "PYTHONPATH": str(ROOT)})
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"mailbot once ended with {process.returncode}")
    return {
        "seconds": time.perf_counter() - began,
        "processor": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / 1024,
    }
