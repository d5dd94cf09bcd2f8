"""What the service uses of the machine beside its work: memory, and the processor while nothing happens. It knows
nothing of what it does meanwhile."""

import subprocess
import time
from collections.abc import Iterable, Iterator
from itertools import count, islice
from pathlib import Path

from dovecot import Dovecot
from worlds import World, question

from benchmarks import kept, using
from benchmarks.mails import complete
from benchmarks.served import rest, service, until
from benchmarks.using import mailbot, say
from benchmarks.whole import OTHERS, Figures
from benchmarks.wires import deliver

KINDS = {"questions": lambda: map(question, count()), "applications": lambda: complete(OTHERS)}
"""What waits: mails of which nothing remains but a letter, and mails that open a case each, which stays in memory."""


def memory(desks: Path, cases: int, mails: int) -> Figures:
    """Megabytes of the service on a desk with so many cases: what it holds at rest and the most that it held since its
    start, of its own process and of the child's that reads mail; and by how much the most rises, for both together,
    while it takes in so many mails that waited."""
    made = kept.desk(desks, cases)
    found: Figures = {}
    for kind, arriving in KINDS.items():
        say(f"with {mails} {kind} waiting")
        with kept.lent(made) as (server, world):
            found |= {f"{kind}: {name}": value for name, value in _waited(server, world, arriving(), mails).items()}
    return found


def _waited(server: Dovecot, world: World, arriving: Iterator[bytes], mails: int) -> Figures:
    mailbot(world.folder, "once")  # opens the desk, or has it do what came meanwhile
    with service(world) as process:
        first = next(arriving)
        _take_in(world, server, process, [first])  # so that there is a child that reads
        held, peaks = _held(process.pid)
        _take_in(world, server, process, islice(arriving, mails))
        _, after = _held(process.pid)
    own = {"at rest": held[0], "at most": peaks[0], "of the child that reads, at most": sum(peaks[1:])}
    return {
        **own,
        "more while they wait": sum(after) - sum(peaks),
        "of it in the child": sum(after[1:]) - sum(peaks[1:]),
    }


def _take_in(world: World, server: Dovecot, process: subprocess.Popen[bytes], mails: Iterable[bytes]) -> None:
    deliver(server, mails)
    inbox = server.mail_folder("desk")
    until(lambda: not any(any((inbox / part).iterdir()) for part in ("new", "cur")), process)
    rest(process)


def idle(desks: Path, cases: int, seconds: float) -> Figures:
    """Percent of a processor that the service uses at rest, on a desk with so many cases."""
    with kept.lent(kept.desk(desks, cases)) as (server, world), service(world) as process:
        _take_in(world, server, process, islice(complete(OTHERS), 1))
        before, began = using.processor(process.pid), time.monotonic()
        time.sleep(seconds)
        used, passed = using.processor(process.pid) - before, time.monotonic() - began
    return {"seconds": passed, "processor seconds": used, "percent": 100 * used / passed}


def _held(process: int) -> tuple[list[float], list[float]]:
    """Megabytes held now and at most, of the process and of each it started."""
    each = [using.memory(one) for one in using.family(process)]
    return [now for now, _ in each], [most for _, most in each]
