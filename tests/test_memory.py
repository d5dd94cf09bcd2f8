"""What a large mail took is not kept: a service that runs for months takes what a service takes that began today."""

import subprocess
import sys
from ctypes import CDLL

import pytest

BUSY = """
import sys
from mailbot.edge.memory import give_back_large

def megabytes():
    with open("/proc/self/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1000

if sys.argv[1] == "told":
    assert give_back_large()
small, before = [], megabytes()
for _ in range(4):
    mail, copy = b"x" * 9_000_000, b"y" * 9_000_000
    small.append(b"z" * 50_000)
    del mail, copy
print(megabytes() - before)
"""


def kept(how: str) -> float:
    """Megabytes that a process keeps of four large mails."""
    return float(subprocess.run([sys.executable, "-c", BUSY, how], capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not hasattr(CDLL(None), "mallopt"), reason="the C library here cannot be told")
def test_the_memory_of_large_mails_goes_back_to_the_system() -> None:
    assert kept("told") < 2
    assert kept("not told") > 8, "what this is for"
