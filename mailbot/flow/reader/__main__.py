"""The child's side of the reader: `python -m mailbot.flow.reader SETTINGS`, mails on stdin, answers on stdout.

It must not write files, read others than the program's own, open connections, nor keep anything of one mail for the
next.
"""

import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

from mailbot.core import secrets
from mailbot.core.message import Message, Unreadable
from mailbot.core.rules import Border
from mailbot.core.sender import only_sender
from mailbot.edge.border import evidence
from mailbot.edge.parsing import parse_with_contents
from mailbot.flow.reader.looking import looked_into
from mailbot.flow.reader.protocol import ANSWERS, LENGTH, OUT_OF_MEMORY, SETTINGS, Answer, Settings


def main(arguments: Sequence[str], requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer groups of mails until `requests` ends. The only argument is Settings as JSON."""
    sys.dont_write_bytecode = True
    settings = SETTINGS.validate_json(arguments[0])
    for limit, value in _limited(settings):
        resource.setrlimit(limit, value)
    _answer(answers, b"ready")
    while head := requests.read(LENGTH.size):
        _set_clock(settings.seconds)
        (count,) = LENGTH.unpack(head)
        read = [_tagged(_read(_mail(requests), settings)) for _ in range(count)]
        _answer(answers, ANSWERS.dump_json(read))


def _limited(settings: Settings) -> list[tuple[int, tuple[int, int]]]:
    return [
        (resource.RLIMIT_AS, (settings.memory, settings.memory)),
        (resource.RLIMIT_CORE, (0, 0)),
        (resource.RLIMIT_FSIZE, (0, 0)),
    ]


def _set_clock(seconds: float) -> None:
    """Processor time from now; it ends a child whose parent is no longer there to do so."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 2, resource.RLIM_INFINITY))


def _mail(requests: BinaryIO) -> bytes:
    (length,) = LENGTH.unpack(requests.read(LENGTH.size))
    return requests.read(length)


def _read(raw: bytes, settings: Settings) -> Message | Unreadable:
    """One mail: parsed, its attachments looked into, and last its secrets masked in all that was found."""
    read = parse_with_contents(raw, settings.limits)
    if isinstance(read, Unreadable):
        return read
    message, contents = read
    if settings.look:
        message = looked_into(message, contents, settings.attachment_seconds, settings.attachments)
    return secrets.without(_with_evidence(message, settings.border))


def _with_evidence(message: Message, border: Border) -> Message:
    """The message with what the desk's border found of the one domain in From."""
    fields = [value for name, value in message.headers if name == "authentication-results"]
    sender = only_sender(message)
    domain = sender.address.rpartition("@")[2] if sender else ""
    return replace(message, evidence=evidence(fields, domain, border)) if fields else message


def _tagged(read: Message | Unreadable) -> Answer:
    return ("message", read) if isinstance(read, Message) else ("unreadable", read)


def _answer(answers: BinaryIO, frame: bytes) -> None:
    answers.write(LENGTH.pack(len(frame)))
    answers.write(frame)
    answers.flush()


if __name__ == "__main__":
    try:
        main(sys.argv[1:], sys.stdin.buffer, sys.stdout.buffer)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
