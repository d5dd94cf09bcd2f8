"""The parent's side of one child process: starts it, asks it, says what ended it.

It must not know which mails are read when, nor parse anything but the child's answers.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from pydantic import ValidationError

import mailbot
from mailbot.core.message import Message, Unreadable
from mailbot.flow.reader.protocol import ANSWERS, LENGTH, MOST_ANSWER, OUT_OF_MEMORY, SETTINGS, Mail, Settings, late

LOG = logging.getLogger("mailbot.flow.reader")


class ReaderBrokenError(Exception):
    """The child process cannot be started at all, which is no mail's fault; the words are for the operator."""


class ChildEndedError(Exception):
    """The child died or was killed over the mails it had; its words say what happened."""

    def __init__(self, words: str, stalled: bool = False) -> None:
        super().__init__(words)
        self.stalled = stalled


class Child:
    """One child process and the task that passes on what it writes to stderr."""

    def __init__(self, process: asyncio.subprocess.Process, settings: Settings) -> None:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self._process, self._settings = process, settings
        self._in, self._out = process.stdin, process.stdout
        self.groups = 0
        self._answering = False
        self._ready = False
        self._complaints = asyncio.create_task(self._pass_on(process.stderr))

    @classmethod
    async def start(cls, settings: Settings) -> Self:
        """Start a child and wait until it is ready. Raises ReaderBrokenError if it is not within a minute."""
        root = str(Path(mailbot.__file__).parent.parent)
        paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mailbot.flow.reader", SETTINGS.dump_json(settings).decode()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"PYTHONPATH": paths, "LANG": "C.UTF-8"},  # nothing secret: it reads what strangers wrote
        )
        child = cls(process, settings)
        try:
            async with asyncio.timeout(60):
                await child._frame()
            child._ready = True
        except (asyncio.IncompleteReadError, OSError, ChildEndedError) as error:
            await child.end()
            raise ReaderBrokenError(f"the reader does not start ({child._how()}), its words are in the log") from error
        except BaseException:
            await child.end()
            raise
        return child

    @property
    def usable(self) -> bool:
        """Whether the child lives, owes no answer (its reader was cancelled), and is not due to be replaced."""
        return self._process.returncode is None and not self._answering and self.groups < self._settings.groups

    async def ask(self, group: Sequence[Mail]) -> list[Message | Unreadable]:
        """Have a group read. Raises ChildEndedError if the child dies, stalls or talks nonsense."""
        self.groups += 1
        self._answering = True
        try:
            async with asyncio.timeout(self._settings.seconds):
                await self._send(group)
                answer = await self._frame()
        except TimeoutError:
            raise ChildEndedError(late(self._settings.seconds), stalled=True) from None
        except (asyncio.IncompleteReadError, OSError):
            raise await self._verdict(max(len(raw) for _, raw in group)) from None
        self._answering = False
        return _checked(answer, group)

    async def _send(self, group: Sequence[Mail]) -> None:
        self._in.write(LENGTH.pack(len(group)))
        for _, raw in group:
            self._in.write(LENGTH.pack(len(raw)))
            self._in.write(raw)
            await self._in.drain()

    async def _frame(self) -> bytes:
        (length,) = LENGTH.unpack(await self._out.readexactly(LENGTH.size))
        if length > MOST_ANSWER:
            most = f"{MOST_ANSWER / 1_000_000:g} MB"
            raise ChildEndedError(f"killed the reader (what was read in it comes to more than {most})")
        return await self._out.readexactly(length)

    async def end(self) -> None:
        """Kill the child if it lives, and wait for it and for its last words."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)  # Process.kill() would reap it and lose its exit status
        await self._process.wait()
        self._in.close()
        await self._complaints

    async def _pass_on(self, stderr: asyncio.StreamReader) -> None:
        """Every line the child writes to stderr; very long lines in pieces. Why it does not start is a warning; later
        it may hold what a mail says."""
        while line := await stderr.read(8192):
            for text in line.decode("utf-8", "replace").splitlines():
                LOG.log(logging.DEBUG if self._ready else logging.WARNING, "reader: %s", text)

    async def _verdict(self, largest: int) -> ChildEndedError:
        """What ended a child that closed its pipe over mails of up to `largest` bytes; it has a moment to leave by
        itself."""
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._process.wait()
        await self.end()
        status = self._process.returncode
        if status == -signal.SIGXCPU:
            return ChildEndedError(late(self._settings.seconds), stalled=True)
        if status == OUT_OF_MEMORY:
            memory = self._settings.memory_for(largest)
            return ChildEndedError(f"killed the reader (it needed more than {memory} bytes of memory)")
        return ChildEndedError(f"killed the reader ({self._how()})")

    def _how(self) -> str:
        status = self._process.returncode or 0
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def _checked(answer: bytes, group: Sequence[Mail]) -> list[Message | Unreadable]:
    """The answers, if they are what was asked for: the child may have been taken over by a mail."""
    try:
        answers = [one for _, one in ANSWERS.validate_json(answer)]
    except ValidationError:
        raise ChildEndedError("killed the reader (its answer makes no sense)") from None
    if [one.digest for one in answers] != [digest for digest, _ in group]:
        raise ChildEndedError("killed the reader (it answered about other mails)")
    return list(answers)
