"""The dialogue about one letter (RFC 5321 §3.3), in as few turns as the relay allows (RFC 2920). aiosmtplib connects,
secures the wire and logs in; it would wait for the answer to every command.

It knows nothing of what becomes of a letter: a refusal is the error that aiosmtplib has for it.
"""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPReadTimeoutError,
    SMTPRecipientRefused,
    SMTPResponse,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from mailbot.edge.postman.values import HANGS_UP

TAKEN, WILL_FORWARD, GO_ON = 250, 251, 354
LONGEST, MOST_LINES = 8192, 100
"""Octets of a line and lines of an answer: RFC 5321 §4.5.3.1.5 has 512, and no answer needs many."""
NO_ANSWER = -1
"""The code of what is no answer, as aiosmtplib has it."""
ANSWER = re.compile(rb"\d{3}")
LINE_END = re.compile(rb"\r\n|\r|\n")

Refusal = Callable[[int, str], SMTPResponseException]


class Wire(asyncio.Protocol):
    """What the relay answers, line by line, while a letter is handed over. A connection that is lost is told to
    `usual` too, which reads what comes at all other times."""

    def __init__(self, transport: Any, usual: asyncio.BaseProtocol, seconds: float) -> None:
        self._transport, self._usual, self._seconds = transport, usual, seconds
        self._lines, self._rest = deque[bytes](), b""
        self._came = asyncio.Event()
        self._lost = False

    def data_received(self, data: bytes) -> None:
        """More of an answer; after lines that are too many nothing more is taken for one, nor after one that is too
        long, whose beginning counts: there stands what became of a letter."""
        if self._lost:
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        lines += [self._rest] if len(self._rest) > LONGEST else []
        end = next((place for place, line in enumerate(lines, 1) if len(line) > LONGEST), None)
        self._lines += [line[:LONGEST] for line in lines[:end]]
        self._lost = len(self._lines) > 2 * MOST_LINES
        if end:
            self._hang_up()
        self._came.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing comes any more."""
        self._lost = True
        self._came.set()
        self._usual.connection_lost(exc)

    def write(self, octets: bytes) -> None:
        """SMTPServerDisconnected if nothing can be sent any more."""
        if self._transport.is_closing():
            raise SMTPServerDisconnected("Connection lost")
        self._transport.write(octets)

    async def answer(self, seconds: float | None = None) -> SMTPResponse:
        """The next answer, waited for so many seconds if not as long as usual; one of too many lines is the last.
        Raises SMTPReadTimeoutError, SMTPServerDisconnected, or SMTPResponseException (NO_ANSWER) for what is none."""
        try:
            async with asyncio.timeout(self._seconds if seconds is None else seconds):
                lines = [await self._line()]
                while lines[-1][3:4] == b"-" and len(lines) < MOST_LINES:
                    lines.append(await self._line())
        except TimeoutError:
            raise SMTPReadTimeoutError("Timed out waiting for server response") from None
        if lines[-1][3:4] == b"-":
            self._lines.clear()
            self._hang_up()
        if not all(map(ANSWER.match, lines)):
            raise SMTPResponseException(NO_ANSWER, f"not an answer: {lines[-1][:200].decode(errors='replace')}")
        said = b"\n".join(line[4:].strip() for line in lines)
        return SMTPResponse(int(lines[-1][:3]), said.decode("utf-8", "surrogateescape"))

    def _hang_up(self) -> None:
        """What follows is the rest of an answer, and would be taken for the next ones."""
        self._lost = True
        self._transport.abort()

    async def _line(self) -> bytes:
        while not self._lines:
            if self._lost:
                raise SMTPServerDisconnected("Connection lost")
            self._came.clear()
            await self._came.wait()
        return self._lines.popleft()


@contextmanager
def borrowed(client: SMTP, seconds: float) -> Iterator[Wire]:
    """The connection of a client for one letter; `seconds` is how long an answer is waited for."""
    transport, usual = client.transport, client.protocol
    if transport is None or usual is None:
        raise SMTPServerDisconnected("Connection lost")
    wire = Wire(transport, usual, seconds)
    transport.set_protocol(wire)
    try:
        yield wire
    finally:
        transport.set_protocol(usual)


async def announce(wire: Wire, sender: str, to: str, options: Sequence[str], *, together: bool) -> None:
    """Say from whom and to whom a letter is, until the relay waits for it; all at once if it reads commands `together`.
    Raises what aiosmtplib does of a refusal; the dialogue is then where another letter may begin, but after HANGS_UP.
    """
    commands = _commands(sender, to, options)
    if together:
        wire.write(b"".join(command for command, _, _ in commands))
    refused: SMTPResponseException | None = None
    for command, right, refusal in commands:
        if not together:
            wire.write(command)
        said = await wire.answer()
        if said.code not in right:
            refused = refused or refusal(said.code, said.message)
        if refused and (not together or said.code == HANGS_UP):
            raise refused
    if refused:
        if said.code == GO_ON:  # nobody gets it, but the relay waits (RFC 2920 §3.1)
            wire.write(b".\r\n")
            await wire.answer()
        raise refused


def _commands(sender: str, to: str, options: Sequence[str]) -> list[tuple[bytes, tuple[int, ...], Refusal]]:
    """Each command, the codes that are no refusal, and the error for one that is."""
    encoding = "ascii" if to.isascii() else "utf-8"
    mail = " ".join([f"MAIL FROM:<{sender}>", *options])
    return [
        (f"{mail}\r\n".encode(encoding), (TAKEN,), lambda code, said: SMTPSenderRefused(code, said, sender)),
        (
            f"RCPT TO:<{to}>\r\n".encode(encoding),
            (TAKEN, WILL_FORWARD),
            lambda code, said: SMTPRecipientRefused(code, said, to),
        ),
        (b"DATA\r\n", (GO_ON,), SMTPDataError),
    ]


async def deliver(wire: Wire, raw: bytes, seconds: float) -> SMTPResponse:
    """Send the letter and wait so long until the relay has taken it. Raises SMTPDataError if it does not."""
    wire.write(as_sent(raw))
    said = await wire.answer(seconds)
    if said.code != TAKEN:
        raise SMTPDataError(said.code, said.message)
    return said


def as_sent(raw: bytes) -> bytes:
    """A letter on the wire: its lines ended by CRLF, dots that begin one doubled, and the dot behind (§4.5.2)."""
    if not raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):
        raw = LINE_END.sub(b"\r\n", raw)
    stuffed = (b"\r\n" + raw).replace(b"\r\n.", b"\r\n..")[2:]
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")
