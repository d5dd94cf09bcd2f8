"""The child's side of the reader: `python -m mailbot.flow.reader`, on stdin its settings and then mails, on stdout what
they say.

It must not write files, read others than the program's own, open connections, nor let one mail change what is
found in another: of texts that may come again a bounded number is remembered (`lru_cache`), each with what is found in
it alone.
"""

import os
import resource
import sys
import time
from dataclasses import replace
from hashlib import sha256
from typing import BinaryIO

from mailbot.core import secrets
from mailbot.core.attached import skimmed
from mailbot.core.message import Message, Unreadable
from mailbot.core.rules import Border
from mailbot.core.sender import only_sender
from mailbot.edge.border import evidence
from mailbot.edge.memory import begin
from mailbot.edge.parsing import parse_with_contents
from mailbot.flow.process import LENGTH
from mailbot.flow.reader.clock import OutOfTimeError, within
from mailbot.flow.reader.looking import looked_into
from mailbot.flow.reader.protocol import ANSWERS, COUNT, OUT_OF_MEMORY, SETTINGS, Answer, Settings, Skim, late

SHARED = 18_000_000
"""Bytes of programs and libraries in memory, which the kernel does not count among a process's data."""


def main(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer groups of mails until `requests` ends; its first frame is Settings as JSON."""
    sys.dont_write_bytecode = True
    settings = SETTINGS.validate_json(requests.read(_length(requests)))
    for limit, value in _limited(settings):
        resource.setrlimit(limit, value)
    begin()
    _answer(answers, b"ready")
    while head := requests.read(COUNT.size):
        _set_clock(settings.seconds)
        (count,) = COUNT.unpack(head)
        read = [_tagged(_in_time(_mail(requests, settings), settings), settings) for _ in range(count)]
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


def _length(requests: BinaryIO) -> int:
    """How long the next frame is."""
    (length,) = LENGTH.unpack(requests.read(LENGTH.size))
    return int(length)


def _mail(requests: BinaryIO, settings: Settings) -> bytes:
    """The next mail; from here on there is only the memory for one of its size."""
    length = _length(requests)
    memory = max(settings.memory_for(length) - SHARED, 0)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, resource.RLIM_INFINITY))
    return requests.read(length)


def _in_time(raw: bytes, settings: Settings) -> Message | Unreadable:
    """One mail, if it can be read in the time for one of its size."""
    seconds = settings.seconds_for(len(raw))
    began = time.process_time()
    try:
        read = within(seconds, lambda: parse_with_contents(raw, settings.limits))
    except OutOfTimeError:
        return Unreadable(sha256(raw).hexdigest(), len(raw), late(seconds))
    if isinstance(read, Unreadable):
        return read
    left = seconds - (time.process_time() - began)
    return _whole(*read, replace(settings, attachment_seconds=min(settings.attachment_seconds, left)))


def _whole(message: Message, contents: tuple[bytes, ...], settings: Settings) -> Message:
    """The message, its attachments looked into, and last its secrets masked in all that was found."""
    if settings.look:
        message = looked_into(message, contents, settings.attachment_seconds, settings.attachments)
    return secrets.without(_with_evidence(message, settings.border))


def _with_evidence(message: Message, border: Border) -> Message:
    """The message with what the desk's border found of the one domain in From."""
    fields = [value for name, value in message.headers if name == "authentication-results"]
    sender = only_sender(message)
    domain = sender.address.rpartition("@")[2] if sender else ""
    return replace(message, evidence=evidence(fields, domain, border)) if fields else message


def _tagged(read: Message | Unreadable, settings: Settings) -> Answer:
    if isinstance(read, Unreadable):
        return "unreadable", read
    return "message", read, _skim(read, settings)


def _skim(message: Message, settings: Settings) -> Skim | None:
    """What is found of the forms, in as much time again as the mail may take; None if there are none to look for, or
    that was not enough and whoever decides looks for them."""
    if not settings.forms:
        return None
    try:
        found = within(settings.seconds_for(message.size), lambda: skimmed(message, settings.forms))
    except OutOfTimeError:
        return None
    return found.form, found.reading


def _answer(answers: BinaryIO, frame: bytes) -> None:
    answers.write(LENGTH.pack(len(frame)))
    answers.write(frame)
    answers.flush()


if __name__ == "__main__":
    try:
        main(sys.stdin.buffer, sys.stdout.buffer)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
