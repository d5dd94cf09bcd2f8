"""The machine that the desk of a soak runs on: its process, started again whenever it ended, its memory, its disk, its
clock. It knows no mail.

As a program (`soak_machine.py SECONDS WORDS...`) it is mailbot with a clock that is so many seconds ahead: letters that
the relay put off need not be waited for.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from crashing import set_clock

from mailbot import cli
from mailbot.core import patience

AHEAD = 90.0
"""Seconds the desk's clock is further ahead at each start."""
PATIENCE = 180.0
"""Seconds within which something has to move."""
STATE_BYTES = 1_000_000_000
SAMPLING = 0.1
"""Seconds between two looks at the memory."""
Sample = tuple[int, float]
"""How many mails were delivered, and the service's memory in megabytes then."""


@dataclass(slots=True)
class Machine:
    """The process of `mailbot run` in a desk's folder, and what was noticed about it.

    `full`: there is no room on its disk, so that it may end by itself. `lives` are samples of its memory, by process.
    """

    folder: Path
    full: bool = False
    starts: int = 0
    ended_by_itself: int = 0
    unexpected: list[str] = field(default_factory=list)
    lives: dict[int, list[Sample]] = field(default_factory=dict)
    _ahead: float = 0.0
    _said: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def errors(self) -> Path:
        """What the service said."""
        return self.folder / "errors.log"

    def tail(self) -> str:
        """The last that it said."""
        return self.errors.read_text(encoding="utf-8", errors="replace")[-3000:]

    def start(self, later: float = AHEAD) -> None:
        """`mailbot run`, some time later by its clock than when it was started last."""
        self._ahead += later
        command = [sys.executable, __file__, str(self._ahead), "run"]
        with self.errors.open("ab") as errors:
            self._said = errors.tell()
            self._process = subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors
            )
        self.starts += 1

    async def kill(self) -> None:
        """SIGKILL."""
        assert self._process
        self._process.kill()
        await asyncio.to_thread(self._process.wait, PATIENCE)

    async def terminate(self) -> None:
        """SIGTERM: it ends in order, unless it has only begun to start."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(self._process.wait, PATIENCE)
        starting = b"at work" not in self.errors.read_bytes()[self._said :]
        if code not in ((0, -signal.SIGTERM) if starting else (0,)):
            self.unexpected.append(f"SIGTERM ended it with {code}")

    def keep_running(self) -> bool:
        """What a system's supervisor does: a service that ended by itself is started again; whether it was."""
        assert self._process
        code = self._process.poll()
        if code is None:
            return False
        self.ended_by_itself += 1
        if not self.full:
            self.unexpected.append(f"it ended by itself with {code}")
        self.start()
        return True

    @contextmanager
    def watched(self, delivered: Callable[[], int]) -> Iterator[None]:
        """Its memory is sampled; at the end it does not go on, whatever went wrong."""
        watch = threading.Thread(target=self._watch_memory, args=(delivered,), daemon=True)
        watch.start()
        try:
            yield
        finally:
            self._ended.set()
            watch.join()
            if self._process and self._process.poll() is None:
                self._process.kill()
                self._process.wait(PATIENCE)

    def _watch_memory(self, delivered: Callable[[], int]) -> None:
        while not self._ended.wait(SAMPLING):
            pid = self._process.pid if self._process else 0
            with suppress(OSError, StopIteration, ValueError):
                lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
                size = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1000
                self.lives.setdefault(pid, []).append((delivered(), size))

    def longest_life(self) -> list[Sample]:
        """The samples of the process that lived longest."""
        return max(self.lives.values(), key=len, default=[])

    @contextmanager
    def without_room(self, room: int) -> Iterator[None]:
        """There is no more room than so many octets on the disk of the state."""
        ballast = self.folder / "state" / "ballast"
        self.full = True
        with ballast.open("wb") as file:
            fill_up(file.fileno(), room)
        yield
        ballast.unlink()
        self.keep_running()
        self.full = False


def fill_up(descriptor: int, room: int) -> None:
    """All the room on a file's disk becomes the file's, but for some octets."""
    for _ in range(100):  # others take room meanwhile
        free = os.fstatvfs(descriptor)
        with suppress(OSError):
            os.posix_fallocate(descriptor, 0, max(4096, free.f_bavail * free.f_frsize - room))
            return
    raise AssertionError("the disk could not be filled up")


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A file system of its own in this folder, in memory, that can be filled up; False where that is not allowed."""
    folder.mkdir(parents=True, mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", f"size={STATE_BYTES},mode=0700", "soak", str(folder)]
    mounted = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


REFUSED = 0.5
"""Seconds after which a refused login is tried again at the latest, instead of an hour: a soak lasts minutes."""

if __name__ == "__main__":
    set_clock(float(sys.argv[1]))
    patience.LONGEST_REFUSED = REFUSED
    raise SystemExit(cli.main(sys.argv[2:]))
