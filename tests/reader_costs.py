"""What it costs the reader's child to read one mail: processor time and memory, as the kernel counts them (Linux).

It knows the frames that go through the pipes, and nothing of mails.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from mailbot.core.message import Message, Unreadable
from mailbot.flow.process import LENGTH
from mailbot.flow.reader.protocol import ANSWERS, SETTINGS, Settings


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor time for a mail, the highest memory of the process in MB, and what came of it: the message,
    or why there is none (`ended` with which exit status, where the process ended)."""

    seconds: float
    megabytes: float
    read: Message | Unreadable | None
    ended: int | None = None

    @property
    def outcome(self) -> str:
        """In a few words."""
        if self.read is None:
            return f"ended the child ({self.ended})"
        if isinstance(self.read, Unreadable):
            return self.read.reason
        return "read" + (" (" + "; ".join(self.read.doubts) + ")" if self.read.doubts else "")


class MeasuredChild:
    """A child that reads mails one by one."""

    def __init__(self, settings: Settings) -> None:
        command = [sys.executable, "-m", "mailbot.flow.reader"]
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._child.stdin
        assert self._child.stdout
        self._in: BinaryIO = self._child.stdin  # type: ignore[assignment]
        self._out: BinaryIO = self._child.stdout  # type: ignore[assignment]
        first = SETTINGS.dump_json(settings)
        self._in.write(LENGTH.pack(len(first)) + first)
        self._in.flush()
        self._frame()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._child.kill()
        self._child.communicate()

    @property
    def alive(self) -> bool:
        """Whether no mail ended it yet."""
        return self._child.poll() is None

    def cost(self, raw: bytes) -> Cost:
        """Read one mail. The process is of no use any more where that ended it."""
        before = self._used()
        self._in.write(LENGTH.pack(1) + LENGTH.pack(len(raw)) + raw)
        self._in.flush()
        frame = self._frame()
        if frame is None:
            return Cost(0.0, 0.0, None, self._child.wait())
        ((_, read, *_),) = ANSWERS.validate_json(frame)
        return Cost(self._used() - before, self._highest(), read)

    def _frame(self) -> bytes | None:
        head = self._out.read(LENGTH.size)
        return self._out.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else None

    def _used(self) -> float:
        return int(Path(f"/proc/{self._child.pid}/schedstat").read_text().split()[0]) / 1e9

    def _highest(self) -> float:
        status = Path(f"/proc/{self._child.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
