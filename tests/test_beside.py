"""Work in a process beside: whatever becomes of that process, what comes of the work is the same."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mailbot.store import Damaged
from mailbot.store.files import beside as beside_module
from mailbot.store.files.beside import Told, beside


def nobody(done: int, of: int) -> None: ...


def dying(how: Callable[[], object]) -> Callable[[Told], str]:
    """Work that ends so in a process beside this one, and is done in this one."""
    here = os.getpid()

    def work(told: Told) -> str:
        told(1, 2)
        if os.getpid() != here:
            how()
        return "done"

    return work


@pytest.mark.parametrize(
    "how", [lambda: os._exit(1), lambda: os.kill(os.getpid(), signal.SIGKILL)], ids=["ends", "is killed"]
)
def test_what_died_beside_is_done_here(how: Callable[[], object]) -> None:
    with beside(dying(how), apart=True) as result:
        assert result(nobody) == "done"


def test_where_no_process_can_be_forked_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", fork)
    with beside(lambda told: "done", apart=True) as result:
        assert result(nobody) == "done"


GONE = FileNotFoundError(errno.ENOENT, "No such file", "2026-11.jsonl")


@pytest.mark.parametrize("raised", [Damaged("line 7"), GONE])
def test_what_the_work_raises_is_raised_here(raised: Exception) -> None:
    def work(told: Told) -> None:
        raise raised

    with beside(work, apart=True) as result, pytest.raises(type(raised)) as found:
        result(nobody)
    assert str(found.value) == str(raised)


def test_a_process_that_was_stopped_ends_with_the_block() -> None:
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it is waited for"))
    signal.alarm(10)
    with beside(dying(lambda: os.kill(os.getpid(), signal.SIGSTOP)), apart=True):
        time.sleep(0.2)
    signal.alarm(0)


SCRIPT = """
import os, time
from mailbot.store.files.beside import beside

def tells(told):
    print(os.getpid(), flush=True)
    for n in range(600):
        told(n, 600)
        time.sleep(0.1)

def answers(told):
    print(os.getpid(), flush=True)
    time.sleep(0.5)
    return b"x" * 1_000_000

with beside({work}, apart=True):
    time.sleep(60)
"""


@pytest.mark.parametrize("work", ["tells", "answers"])
def test_no_process_is_left_of_one_that_was_killed(work: str) -> None:
    above = subprocess.Popen([sys.executable, "-c", SCRIPT.format(work=work)], stdout=subprocess.PIPE, text=True)
    assert above.stdout
    number = int(above.stdout.readline())
    above.kill()
    above.wait()
    above.stdout.close()
    end = time.monotonic() + 10
    while _runs(number) and time.monotonic() < end:
        time.sleep(0.05)
    try:
        assert not _runs(number)
    finally:
        if _runs(number):
            os.kill(number, signal.SIGKILL)


def _runs(number: int) -> bool:
    """Whether it runs: one that ended, and that nobody asked for, does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_how_far_it_is_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside_module, "LOOK_EVERY", 0.01)
    heard = list[tuple[int, int]]()

    def work(told: Told) -> str:
        told(3, 4)
        time.sleep(0.2)
        told(4, 4)
        return "done"

    with beside(work, apart=True) as result:
        assert result(lambda done, of: heard.append((done, of))) == "done"
    assert (3, 4) in heard
    assert heard[-1] == (4, 4)
