"""What parent and child of the reader agree on: the settings, the frames, the answers.

It must not know of processes: only what goes through the pipes.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter

from mailbot.core.message import Message, Unreadable
from mailbot.core.readings import Reading
from mailbot.core.rules import Border, Form
from mailbot.edge.parsing import Limits

COUNT = struct.Struct("!Q")
"""Before the frames of a group of mails how many they are."""

OUT_OF_MEMORY = 71
"""Exit status of a child that was refused memory."""

LARGE = 10_000_000
"""Bytes up to which every mail may take the same; no group of several mails has more."""

MOST_ANSWER = 10_000_000
"""Bytes of an answer: more than what is kept of a group of mails comes to, and read in less than a second by the
parent, which does nothing else meanwhile."""

Mail = tuple[str, bytes]
"""The SHA-256 of a raw mail in lower hex, and its bytes."""

Skim = tuple[str | None, Reading | None]
"""The form that a mail fills in, and what it says about it (`Skimmed`)."""

Answer = tuple[Literal["message"], Message, Skim | None] | tuple[Literal["unreadable"], Unreadable]
"""What a mail says, and what was found of the forms if there are any and there was time for them."""
ANSWERS: TypeAdapter[list[Answer]] = TypeAdapter(list[Answer])


@dataclass(frozen=True, slots=True)
class Settings:
    """What the child may use: bytes of address space, seconds for a group, groups before it is replaced; whether it
    looks into attachments (`look`), into how many of a mail, and for how many seconds of processor time; whose word on
    who sent a mail counts (`border`); which `forms` it looks for. Of all that a mail of up to LARGE bytes may take
    `mail_memory` bytes and `mail_seconds` of processor time, a larger one as much more as it is larger."""

    memory: int = 1_000_000_000
    seconds: float = 20.0
    groups: int = 200
    limits: Limits = field(default_factory=Limits)
    look: bool = True
    attachments: int = 20
    attachment_seconds: float = 3.0
    border: Border = field(default_factory=Border)
    forms: Mapping[str, Form] = field(default_factory=dict)
    mail_memory: int = 200_000_000
    mail_seconds: float = 1.0

    def memory_for(self, size: int) -> int:
        """Bytes of memory that the child may have while it reads a mail of that size."""
        return int(min(self.memory, self.mail_memory * max(1.0, size / LARGE)))

    def seconds_for(self, size: int) -> float:
        """Seconds of processor time for it."""
        return min(self.seconds, self.mail_seconds * max(1.0, size / LARGE))


def late(seconds: float) -> str:
    """The words for a mail that took longer than that."""
    return f"took longer than {seconds:g} second{'s' * (seconds != 1)} to read"


SETTINGS: TypeAdapter[Settings] = TypeAdapter(Settings)
