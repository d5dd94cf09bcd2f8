"""A wire that fails on purpose: a proxy between a client and an IMAP or SMTP server, with a plan of faults.
It speaks clear text only, and knows nothing of mailbot.

    with Faults(server_port) as wire:                       # a thread and an event loop of its own
        wire.plan(Cut("UID MOVE", "unanswered"))            # from now on; each fault strikes `times` times, then rests
        ... let a client talk to wire.port ...
        assert wire.struck == [Cut("UID MOVE", "unanswered")]

Commands are named without their tag and matched from their beginning by a regular expression, in any case: "UID MOVE",
"LOGIN|AUTHENTICATE", "DATA"; "" is any. A number n is the n-th line of the client since the fault was planned, whatever
connection it comes on. Names of what isn't a command: "GREETING" (the beginning of a connection), "CONTINUATION" (what
answers a server's `+`, but for DONE; it may hold no line ends), "CONTENT" (of a mail over SMTP, with its end).

`plan` replaces the plan; `refusing` and `target` may be set at any time; `dice` adds cuts at random.
"""

import asyncio
import re
import socket
import struct
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, Self

ADDRESS = "127.0.0.1"
LIMIT = 2**24
"""Octets of a line at most."""
PATIENCE = 10.0

Where = Literal["unsent", "unanswered", "answering", "literal", "answered"]
"""`unsent`: the server never sees the command. `unanswered`: it has carried it out, but nothing of its answer comes
through. `answering`: after so many octets of the first line of the answer, and no more than half of it. `literal`:
after so many octets of the first literal in the answer. `answered`: after the whole answer; for IDLE that is the `+`.
"""
WHERE: tuple[Where, ...] = ("unsent", "unanswered", "answering", "literal", "answered")


@dataclass(frozen=True)
class Cut:
    """Both connections end: in order or, with `reset`, by a TCP reset, which also takes what was on its way."""

    on: str | int = ""
    where: Where = "unsent"
    octets: int = 0
    reset: bool = False
    times: int = 1


@dataclass(frozen=True)
class Stall:
    """From there nothing comes through for so many seconds, or for good: a peer that is gone without a word."""

    on: str | int = ""
    where: Where = "unsent"
    octets: int = 0
    seconds: float = 3600.0
    times: int = 1


@dataclass(frozen=True)
class Say:
    """The proxy answers in the server's place, which never sees the command: `NO [UNAVAILABLE] later`, `451 later`.

    IMAP: the tag is put before it; lines before the last one are sent as they are.
    """

    on: str | int
    answer: str
    times: int = 1
    where: Where = "unsent"


@dataclass(frozen=True)
class Rewrite:
    """Each line of the answer, with its literals, goes through `change`: `emptied`, `replacing(old, new)`, any."""

    on: str | int
    change: Callable[[bytes], bytes]
    times: int = 1
    where: Where = "answered"


def emptied(line: bytes) -> bytes:
    """Its first literal without an octet: a mail that was announced and delivered empty."""
    literal = re.search(rb"\{(\d+)\}\r\n", line)
    return line[: literal.start()] + b"{0}\r\n" + line[literal.end() + int(literal[1]) :] if literal else line


def replacing(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """A regular expression and what comes in its place."""
    return lambda line: re.sub(old, new, line)


Fault = Cut | Stall | Say | Rewrite


@dataclass
class Dice:
    """Cuts at random: each command is cut with this chance, at any place. The seed of `random` decides it all."""

    random: Random
    chance: float

    def throw(self, command: str) -> Cut | None:
        """A cut for this command, or none. The dice fall equally often whatever they show."""
        chance, where = self.random.random(), self.random.choice(WHERE)
        octets, reset = self.random.randrange(300), self.random.random() < 0.5
        return Cut(re.escape(command), where, octets, reset) if chance < self.chance else None


@dataclass
class _Planned:
    fault: Fault
    left: int
    lines: int = 0

    def fits(self, command: str, *, line: bool) -> bool:
        self.lines += line
        on = self.fault.on
        hit = line and self.lines == on if isinstance(on, int) else re.match(on, command, re.IGNORECASE) is not None
        if not hit or self.left == 0:
            return False
        self.left -= 1
        return True


class Faults:
    """The proxy; see the module. `target` is the server's port and may change when the server was started anew.

    `heard` are the commands of all clients as they came, `struck` the faults that happened, `connections` how many were
    accepted. While `refusing`, new connections are reset at once; those there are stay.
    """

    def __init__(
        self, target: int, *faults: Fault, protocol: Literal["imap", "smtp"] = "imap", dice: Dice | None = None
    ) -> None:
        self.target, self.protocol, self.dice = target, protocol, dice
        self.port = self.connections = 0
        self.refusing = False
        self.heard: list[str] = []
        self.struck: list[Fault] = []
        self._answered: list[str] = []
        self._planned: list[_Planned] = []
        self._news = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="faults", daemon=True)
        self._running: set[asyncio.Task[Any]] = set()
        self.plan(*faults)

    def plan(self, *faults: Fault) -> None:
        """From now on these faults, and no others."""
        self._planned = [_Planned(fault, fault.times) for fault in faults]

    async def answered(self, command: str, times: int = 1, within: float = PATIENCE) -> None:
        """Wait until so many commands of that name were answered, since the proxy began. For IDLE: entered."""
        await asyncio.to_thread(self._await_names, self._answered, command, times, within)

    async def came(self, command: str, times: int = 1, within: float = PATIENCE) -> None:
        """Wait until clients sent so many commands of that name, whether or not they will be answered."""
        await asyncio.to_thread(self._await_names, self.heard, command, times, within)

    def drop_all(self) -> None:
        """Cut all connections there are, now."""
        self._within(self._drop())

    def __enter__(self) -> Self:
        self._thread.start()
        self._within(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._within(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def choose(self, command: str, *, line: bool = True) -> Fault | None:
        """The fault for this command, if any: of the plan the first that fits, else what the dice say."""
        fitting = [planned.fault for planned in list(self._planned) if planned.fits(command, line=line)]
        if fitting:
            return fitting[0]
        return self.dice.throw(command) if self.dice else None

    def note(self, what: list[Any], item: object) -> None:
        """Write down, and tell those who wait."""
        with self._news:
            what.append(item)
            self._news.notify_all()

    def finished(self, command: str) -> None:
        """A command was answered."""
        self.note(self._answered, command)

    def _await_names(self, names: list[str], command: str, times: int, within: float) -> None:
        def enough() -> bool:
            return sum(bool(re.match(command, name, re.IGNORECASE)) for name in names) >= times

        with self._news:
            assert self._news.wait_for(enough, within), f"{command}: nothing of it amid {names}"

    def _within(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, ADDRESS, 0, limit=LIMIT)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        await self._drop()

    async def _drop(self) -> None:
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        self.connections += 1
        session = _Session(self, reader, writer)
        with suppress(asyncio.CancelledError, OSError, asyncio.IncompleteReadError):
            if self.refusing:
                session.reset = True
            else:
                await session.run()
        await session.end()
        self._running.discard(task)


@dataclass
class _Asked:
    """The command that the server is at."""

    tag: bytes
    command: str
    fault: Fault | None = None


@dataclass
class _Session:
    """One client and the connection to the server that was made for it."""

    wire: Faults
    client: StreamReader
    to_client: StreamWriter
    reset: bool = False
    _writers: list[StreamWriter] = field(default_factory=list)
    _asked: _Asked = field(default_factory=lambda: _Asked(b"", "GREETING"))
    _continuing: bool = False
    _content: bool = False

    async def run(self) -> None:
        """Until either side ends or a fault ends it."""
        self._writers.append(self.to_client)
        self.server, self.to_server = await asyncio.open_connection(ADDRESS, self.wire.target, limit=LIMIT)
        self._writers.append(self.to_server)
        for writer in self._writers:
            writer.transport.set_write_buffer_limits(0)  # so that drained means handed to the system
        fault = self.wire.choose("GREETING", line=False)
        if fault and fault.where == "unsent" and await self._strike(fault, b"*"):
            return
        self._asked = _Asked(b"", "GREETING", fault)
        pumps = [asyncio.ensure_future(self._up()), asyncio.ensure_future(self._down())]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def end(self) -> None:
        """Close both connections."""
        for writer in self._writers or [self.to_client]:
            if self.reset and writer is self.to_client:
                linger = struct.pack("ii", 1, 0)
                with suppress(OSError):
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await asyncio.wait_for(writer.wait_closed(), 1)

    async def _up(self) -> None:
        """From the client to the server."""
        while unit := await self._from_client():
            tag, command = self._named(unit)
            self.wire.note(self.wire.heard, command)
            fault = self.wire.choose(command)
            if fault and fault.where == "unsent":
                if await self._strike(fault, tag):
                    return
                if isinstance(fault, Say):
                    continue
            self._asked = _Asked(tag, command, fault)
            self.to_server.write(unit)
            await self.to_server.drain()

    async def _down(self) -> None:
        """From the server to the client."""
        while unit := await self._from_server():
            asked = self._asked
            final = self._is_final(unit[0], asked)
            passed = self._passed(unit, asked, final=final)
            self.to_client.write(passed)
            await self.to_client.drain()
            struck = len(passed) < len(unit[0] + unit[1]) or (final and asked.fault and asked.fault.where == "answered")
            if struck and isinstance(asked.fault, Cut | Stall) and self._due(asked.fault, final=final):
                fault, asked.fault = asked.fault, None
                if await self._strike(fault, asked.tag):
                    return
                self.to_client.write((unit[0] + unit[1])[len(passed) :])
            if final:
                self.wire.finished(asked.command)

    @staticmethod
    def _due(fault: Cut | Stall, *, final: bool) -> bool:
        """Whether it strikes at this line: an unanswered command has first to be carried out."""
        return final or fault.where != "unanswered" or isinstance(fault, Stall)

    def _passed(self, unit: tuple[bytes, bytes], asked: _Asked, *, final: bool) -> bytes:
        """What comes through of one line (or of what leads to its first literal) and what follows in it."""
        line, rest = unit
        fault = asked.fault
        if isinstance(fault, Rewrite):
            changed = fault.change(line + rest)
            if changed != line + rest:
                self.wire.note(self.wire.struck, fault)
            return changed
        if not isinstance(fault, Cut | Stall) or fault.where in ("answered", "unsent"):
            return line + rest
        if fault.where == "unanswered":
            return b""
        if fault.where == "answering":
            return line[: min(fault.octets, len(line) // 2)]
        return line + (rest[: fault.octets] if rest else b"")

    async def _strike(self, fault: Fault, tag: bytes) -> bool:
        """Let it happen; whether that was the end of the connection."""
        self.wire.note(self.wire.struck, fault)
        if isinstance(fault, Cut):
            self.reset = fault.reset
            return True
        if isinstance(fault, Stall):
            await asyncio.sleep(fault.seconds)
        if isinstance(fault, Say):
            *before, last = fault.answer.encode().split(b"\r\n")
            tagged = tag + b" " + last if tag else last
            self.to_client.write(b"".join(line + b"\r\n" for line in [*before, tagged]))
            await self.to_client.drain()
        return False

    async def _from_client(self) -> bytes:
        """A command line with its literals that need no `+`, or the whole content of a mail over SMTP."""
        line = await self.client.readline()
        if self._content:
            while line and not line.endswith(b"\r\n.\r\n") and line != b".\r\n":
                more = await self.client.readline()
                line = line + more if more else b""
            return line
        while literal := re.search(rb"\{(\d+)\+\}\r\n\Z", line):
            line += await self.client.readexactly(int(literal[1])) + await self.client.readline()
        return line

    async def _from_server(self) -> tuple[bytes, bytes] | None:
        """One line with its literals: as far as the first literal, and from there."""
        line = await self.server.readline()
        rest, last = b"", line
        while self.wire.protocol == "imap" and (literal := re.search(rb"\{(\d+)\}\r\n\Z", last)):
            octets = await self.server.readexactly(int(literal[1]))
            last = await self.server.readline()
            rest += octets + last
        return (line, rest) if line else None

    def _named(self, unit: bytes) -> tuple[bytes, str]:
        """Tag and command of what the client sent."""
        if self._content:
            self._content = False
            return b"", "CONTENT"
        text = unit.split(b"\r\n")[0]
        if self.wire.protocol == "smtp":
            self._content = text.upper() == b"DATA"
            return b"", text.decode("latin-1")
        if self._continuing:
            self._continuing = False
            return self._asked.tag, "DONE" if text.upper() == b"DONE" else "CONTINUATION"
        tag, _, command = text.partition(b" ")
        return tag, command.decode("latin-1")

    def _is_final(self, line: bytes, asked: _Asked) -> bool:
        """Whether the server's turn ends with this line."""
        if self.wire.protocol == "smtp":
            if asked.command.upper() == "DATA" and not line.startswith(b"3"):
                self._content = False
            return re.match(rb"\d{3}(?!-)", line) is not None
        self._continuing = self._continuing or line.startswith(b"+")
        return line.startswith(b"+") or asked.command == "GREETING" or line.startswith(asked.tag + b" ")
