"""A child process that runs one room of this floor: frames through its pipes, and its words on stderr into the log.

It must not know what the frames say.
"""

import asyncio
import logging
import os
import signal
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import mailbot

LENGTH = struct.Struct("!Q")
"""Before every frame its length in bytes."""
MOST_READY = 100_000
"""Bytes of the frame with which a child says that it is ready, at most."""
STARTS = 60.0
"""Seconds that a child may take until it is ready."""


class NotStarted(Exception):  # noqa: N818 - it is the world that is broken
    """A child cannot be started; the words are for the operator."""


class TooLong(Exception):  # noqa: N818 - what a child says is never trusted
    """A child has more to say than anybody listens to."""


def paths() -> str:
    """PYTHONPATH for a child: this program first."""
    root = str(Path(mailbot.__file__).parent.parent)
    return os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])


class Process:
    """One child process and the task that passes on what it writes to stderr. `room` is its name in the log.

    It is no member of the parent's process group: what Ctrl-C at a shell is for is the parent's affair.
    """

    def __init__(self, room: str, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self.stdin = process.stdin
        self.room = room
        self._process, self._out = process, process.stdout
        self._ready = False
        self._complaints = asyncio.create_task(self._pass_on(process.stderr))

    @classmethod
    async def start(cls, room: str, *, environment: Mapping[str, str], first: bytes) -> Self:
        """Start `mailbot.flow.ROOM`, give it `first` as a frame, and wait for the frame that says that it is ready.
        NotStarted if it is not within a minute."""
        program = ("-P", "-m", f"mailbot.flow.{room}")  # -P: no module is looked for in the folder it is begun in
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *program,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment,
                process_group=0,
            )
        except OSError as error:
            raise NotStarted(f"the {room} does not start: {error}") from error
        child = cls(room, process)
        try:
            await child._begin(first)
        except (asyncio.IncompleteReadError, OSError, TooLong) as error:
            await child.end()
            raise NotStarted(f"the {room} does not start ({child.how()}), its words are in the log") from error
        except BaseException:
            await child.end()
            raise
        return child

    async def _begin(self, first: bytes) -> None:
        async with asyncio.timeout(STARTS):
            await self.tell(first)
            await self.frame(MOST_READY)
        self._ready = True

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def status(self) -> int | None:
        """How it ended, as `subprocess` gives it; None while it lives."""
        return self._process.returncode

    async def tell(self, frame: bytes) -> None:
        """Give the child a frame. OSError if it has closed its pipe."""
        self.stdin.writelines((LENGTH.pack(len(frame)), frame))  # one write, unless the pipe is full
        await self.stdin.drain()

    async def frame(self, most: int) -> bytes:
        """The next frame of the child. IncompleteReadError if it ended, TooLong if it has more than so many bytes."""
        (length,) = LENGTH.unpack(await self._out.readexactly(LENGTH.size))
        if length > most:
            raise TooLong
        return await self._out.readexactly(length)

    def kill(self) -> None:
        """End it at once, if it lives."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)  # Process.kill() would reap it and lose its exit status

    async def ended(self) -> int:
        """Wait until it has ended by itself; how."""
        return await self._process.wait()

    async def end(self) -> None:
        """Kill the child if it lives, and wait for it and for its last words."""
        self.kill()
        await self._process.wait()
        self.stdin.close()
        await self._complaints

    def how(self) -> str:
        """How it ended, in words."""
        status = self._process.returncode
        if status is None:
            return "it closed its pipe"
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"

    async def _pass_on(self, stderr: asyncio.StreamReader) -> None:
        """Every line the child writes to stderr; very long lines in pieces. Why it does not start is a warning; later
        it may hold what a mail says."""
        log = logging.getLogger(f"mailbot.flow.{self.room}")
        while line := await stderr.read(8192):
            for text in line.decode("utf-8", "replace").splitlines():
                log.log(logging.DEBUG if self._ready else logging.WARNING, "%s: %s", self.room, text)
