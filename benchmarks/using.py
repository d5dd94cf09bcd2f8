"""What processes use of the machine: processor time and memory, of those that ended and of those at work. It knows
nothing of what they do."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).parent.parent
T = TypeVar("T")
TICK = os.sysconf("SC_CLK_TCK")


def say(words: str) -> None:
    """Tell whoever waits."""
    print(words, file=sys.stderr, flush=True)


def apart(work: Callable[..., T], *given: object) -> T:
    """What `work` returns, done in a process of its own: the memory it takes would count for every process that this
    one starts afterwards (getrusage(2): the most resident memory outlives execve)."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds by the clock, seconds of all processors, and the most megabytes of one process."""

    seconds: float
    processor: float
    megabytes: float


def environment(**more: str) -> Mapping[str, str]:
    """That of a process that runs this checkout."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def mailbot(folder: Path, *words: str, module: str = "mailbot", **more: str) -> Used:
    """What `mailbot` with these words used in a desk's folder, with the children that it waited for; `more` are
    variables of its environment. RuntimeError if it did not end well."""
    command, began = [sys.executable, "-m", module, *words], time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment(**more), stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"mailbot {' '.join(words)} ended with {process.returncode}")
    return Used(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def family(process: int) -> list[int]:
    """A process and all that it started, those that live."""
    found, parents = [process], dict(_parents())
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for path in Path("/proc").glob("[0-9]*"):
        if fields := _stat(int(path.name)):
            yield int(path.name), int(fields[1])


def _stat(process: int) -> Sequence[str]:
    """The fields of /proc/PID/stat after the name (proc(5)); none if it ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ()


def processor(process: int) -> float:
    """Seconds that a process and all that it started, those that ended included, used of all processors."""
    return sum(sum(map(int, _stat(one)[11:15])) for one in family(process)) / TICK


def memory(process: int) -> tuple[float, float]:
    """Megabytes that a process holds, and the most that it held."""
    lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    values = dict(line.partition(":")[::2] for line in lines)
    return int(values["VmRSS"].split()[0]) / 1024, int(values["VmHWM"].split()[0]) / 1024
