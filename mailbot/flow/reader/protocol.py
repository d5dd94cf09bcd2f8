"""What parent and child of the reader agree on: the settings, the frames, the answers.

It must not know of processes: only what goes through the pipes.
"""

import struct
from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter

from mailbot.core.message import Message, Unreadable
from mailbot.core.rules import Border
from mailbot.edge.parsing import Limits

OUT_OF_MEMORY = 71
"""Exit status of a child that was refused memory."""

LENGTH = struct.Struct("!Q")
"""Before every frame its length in bytes; before a group the number of its mails."""

MOST_ANSWER = 10_000_000
"""Bytes of an answer: more than what is kept of a group of mails comes to, and read in less than a second by the
parent, which does nothing else meanwhile."""

Mail = tuple[str, bytes]
"""The SHA-256 of a raw mail in lower hex, and its bytes."""

Answer = tuple[Literal["message"], Message] | tuple[Literal["unreadable"], Unreadable]
ANSWERS: TypeAdapter[list[Answer]] = TypeAdapter(list[Answer])


@dataclass(frozen=True, slots=True)
class Settings:
    """What the child may use: bytes of address space, seconds for a group, groups before it is replaced; whether it
    looks into attachments (`look`), into how many of a mail, and for how many seconds of processor time; whose word on
    who sent a mail counts (`border`)."""

    memory: int = 1_000_000_000
    seconds: float = 20.0
    groups: int = 200
    limits: Limits = field(default_factory=Limits)
    look: bool = True
    attachments: int = 20
    attachment_seconds: float = 3.0
    border: Border = field(default_factory=Border)


SETTINGS: TypeAdapter[Settings] = TypeAdapter(Settings)
