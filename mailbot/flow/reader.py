"""The reader: bytes become messages in a child process with limits, so that one bad mail stops nobody.
It must not know what a mail is for, nor what becomes of it.

The child speaks frames on standard input and output: four bytes of length (big-endian), then that many bytes. A group
of mails goes in as one frame each after a frame with their number; one frame of JSON comes back. JSON, because what
read a hostile mail is not to be trusted with more.
"""

import asyncio
import hashlib
import logging
import resource
import struct
import sys
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import BinaryIO, Self

from pydantic import TypeAdapter

from mailbot.core.message import Message, Unreadable
from mailbot.edge.parsing import Limits, parse

log = logging.getLogger("mailbot.reader")

Read = Message | Unreadable
ANSWER: TypeAdapter[list[Read]] = TypeAdapter(list[Read])
LENGTH = struct.Struct(">I")
GROUP_MAILS, GROUP_BYTES = 25, 10_000_000
"""A group is at most so many mails and bytes; a single larger mail is a group of its own."""
GROUPS_A_CHILD = 200
"""After so many groups a new child begins, so that what a library leaks stays small."""
MOST_ANSWER = 400_000_000


class _ChildDied(Exception):  # noqa: N818 - a fact about the child
    """The child ended, or stalled and was killed; the text says which, in words."""


def _groups(raws: Sequence[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    group: list[tuple[str, bytes]] = []
    size = 0
    for digest, raw in raws:
        if group and (len(group) == GROUP_MAILS or size + len(raw) > GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append((digest, raw))
        size += len(raw)
    if group:
        yield group


class Reader:
    """Reads groups of mails in one child process after the other.

    `limits` bound a mail, `memory` (bytes) and `seconds` the child: the seconds are for a group, and again for each of
    its mails alone if the group failed. `marker` is for tests: a mail that holds it kills the child (`die`) or stalls
    it (`hang`).
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        seconds: float = 30.0,
        memory: int = 1_024_000_000,
        marker: tuple[str, str] | None = None,
    ) -> None:
        self._limits, self._seconds, self._memory = limits or Limits(), seconds, memory
        self._marker = marker or ("", "")
        self._child: asyncio.subprocess.Process | None = None
        self._complaints: asyncio.Task[None] | None = None
        self._groups_read = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def read(self, raws: Sequence[tuple[str, bytes]]) -> list[Read]:
        """What each mail (digest, bytes) says, in their order; a mail that cannot be read is an Unreadable.

        A group that kills or stalls the child is read again one by one, so that only the culprit is lost.
        """
        found: list[Read] = []
        for group in _groups(raws):
            found += await self._read_group(group)
        return found

    async def close(self) -> None:
        """End the child, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            if child.stdin is not None:
                child.stdin.close()
            await self._end(child)

    async def _read_group(self, group: list[tuple[str, bytes]]) -> list[Read]:
        try:
            return await self._ask(group)
        except _ChildDied as died:
            if len(group) == 1:
                digest, raw = group[0]
                log.warning("mail %s was not read: it %s", digest, died)
                return [Unreadable(digest, len(raw), f"reading it failed: it {died}")]
        alone: list[Read] = []
        for mail in group:
            alone += await self._read_group([mail])
        return alone

    async def _ask(self, group: list[tuple[str, bytes]]) -> list[Read]:
        child = await self._started()
        try:
            answer = await asyncio.wait_for(_exchange(child, group), self._seconds)
        except TimeoutError as late:
            await self._kill(child)
            raise _ChildDied(f"took longer than {self._seconds:g} seconds") from late
        except (OSError, asyncio.IncompleteReadError) as gone:
            await self._kill(child)
            raise _ChildDied("ended the reader, out of memory or crashed") from gone
        except asyncio.CancelledError:
            await self._kill(child)
            raise
        self._groups_read += 1
        read = ANSWER.validate_json(answer)
        if [part.digest for part in read] != [digest for digest, _ in group]:
            await self._kill(child)
            raise _ChildDied("made the reader answer for other mails")
        return read

    async def _started(self) -> asyncio.subprocess.Process:
        if self._child is not None and self._groups_read >= GROUPS_A_CHILD:
            await self.close()
        if self._child is None:
            limits = (self._limits.size, self._limits.depth, self._limits.parts, self._limits.header)
            words = [*map(str, limits), str(self._memory), *self._marker]
            pipe = asyncio.subprocess.PIPE
            command = (sys.executable, "-m", "mailbot.flow.reader", *words)
            self._child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
            self._complaints = asyncio.create_task(_listen(self._child))
            self._groups_read = 0
        return self._child

    async def _kill(self, child: asyncio.subprocess.Process) -> None:
        self._child = None
        if child.returncode is None:
            child.kill()
        await self._end(child)

    async def _end(self, child: asyncio.subprocess.Process) -> None:
        await child.wait()
        if self._complaints is not None:
            await self._complaints
        if child.stdin is not None:
            child.stdin.close()


async def _exchange(child: asyncio.subprocess.Process, group: Sequence[tuple[str, bytes]]) -> bytes:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(LENGTH.pack(len(group)))
    for _, raw in group:
        child.stdin.write(LENGTH.pack(len(raw)))
        child.stdin.write(raw)
        await child.stdin.drain()
    (size,) = LENGTH.unpack(await child.stdout.readexactly(LENGTH.size))
    if size > MOST_ANSWER:
        raise ConnectionError("an answer too large to be one")
    return await child.stdout.readexactly(size)


async def _listen(child: asyncio.subprocess.Process) -> None:
    """Whatever the child says on standard error is for the operator."""
    assert child.stderr is not None
    while line := await child.stderr.readline():
        log.warning("reader: %s", line.decode("utf-8", "replace").rstrip()[:500])


def _frames(stream: BinaryIO, count: int) -> Iterator[bytes]:
    for _ in range(count):
        (size,) = LENGTH.unpack(stream.read(LENGTH.size))
        yield stream.read(size)


def _child(limits: Limits, marker: tuple[str, str]) -> None:
    """What the child does until its input ends."""
    while head := sys.stdin.buffer.read(LENGTH.size):
        raws = list(_frames(sys.stdin.buffer, LENGTH.unpack(head)[0]))
        if marker[0] and any(marker[0].encode() in raw for raw in raws):
            _misbehave(marker[1])
        answer = ANSWER.dump_json([_read(raw, limits) for raw in raws])
        sys.stdout.buffer.write(LENGTH.pack(len(answer)) + answer)
        sys.stdout.buffer.flush()


def _read(raw: bytes, limits: Limits) -> Read:
    try:
        return parse(raw, limits)
    except Exception as error:  # a bug in reading costs one mail, never the others
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        digest = hashlib.sha256(raw).hexdigest()
        return Unreadable(digest, len(raw), f"reading it failed: {type(error).__name__}")


def _misbehave(how: str) -> None:
    while how == "hang":
        pass
    sys.exit(1)


def main(words: Sequence[str]) -> None:
    """Be the child: `words` are its limits as `Reader` gives them."""
    size, depth, parts, header, memory = map(int, words[:5])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _child(Limits(size, depth, parts, header), (words[5], words[6]))


if __name__ == "__main__":
    main(sys.argv[1:])
