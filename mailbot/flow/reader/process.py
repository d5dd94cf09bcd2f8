"""The parent's side of one child process: starts it, asks it, says what ended it.

It must not know which mails are read when, nor parse anything but the child's answers.
"""

import asyncio
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Self

from pydantic import ValidationError

from mailbot.core.message import Message, Unreadable
from mailbot.core.readings import Skimmed
from mailbot.core.rules import Form
from mailbot.flow.process import NotStarted, Process, TooLong, paths
from mailbot.flow.reader.protocol import (
    ANSWERS,
    COUNT,
    MOST_ANSWER,
    OUT_OF_MEMORY,
    SETTINGS,
    Answer,
    Mail,
    Settings,
    late,
)


class ReaderBrokenError(Exception):
    """The child process cannot be started at all, which is no mail's fault; the words are for the operator."""


class ChildEndedError(Exception):
    """The child died or was killed over the mails it had; its words say what happened."""

    def __init__(self, words: str, stalled: bool = False) -> None:
        super().__init__(words)
        self.stalled = stalled


class Child:
    """One child process that reads mails."""

    def __init__(self, process: Process, settings: Settings) -> None:
        self._process, self._settings = process, settings
        self.groups = 0
        self._answering = False

    @classmethod
    async def start(cls, settings: Settings) -> Self:
        """Start a child and wait until it is ready. Raises ReaderBrokenError if it is not within a minute."""
        secretless = {"PYTHONPATH": paths(), "LANG": "C.UTF-8"}  # it reads what strangers wrote
        try:
            first = SETTINGS.dump_json(settings, by_alias=True, exclude_defaults=True)
            return cls(await Process.start("reader", environment=secretless, first=first), settings)
        except NotStarted as error:
            raise ReaderBrokenError(str(error)) from error

    @property
    def usable(self) -> bool:
        """Whether the child lives, owes no answer (its reader was cancelled), and is not due to be replaced."""
        return self._process.status is None and not self._answering and self.groups < self._settings.groups

    async def ask(self, group: Sequence[Mail]) -> list[Message | Unreadable]:
        """Have a group read. Raises ChildEndedError if the child dies, stalls or talks nonsense."""
        self.groups += 1
        self._answering = True
        try:
            async with asyncio.timeout(self._settings.seconds):
                await self._send(group)
                answer = await self._process.frame(MOST_ANSWER)
        except TimeoutError:
            raise ChildEndedError(late(self._settings.seconds), stalled=True) from None
        except TooLong:
            most = f"{MOST_ANSWER / 1_000_000:g} MB"
            raise ChildEndedError(f"killed the reader (what was read in it comes to more than {most})") from None
        except (asyncio.IncompleteReadError, OSError):
            raise await self._verdict(max(len(raw) for _, raw in group)) from None
        self._answering = False
        return checked(answer, group, self._settings.forms)

    async def _send(self, group: Sequence[Mail]) -> None:
        self._process.stdin.write(COUNT.pack(len(group)))
        for _, raw in group:
            await self._process.tell(raw)

    async def end(self) -> None:
        """Kill the child if it lives, and wait for it and for its last words."""
        await self._process.end()

    async def _verdict(self, largest: int) -> ChildEndedError:
        """What ended a child that closed its pipe over mails of up to `largest` bytes; it has a moment to leave by
        itself."""
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._process.ended()
        await self.end()
        status = self._process.status
        if status == -signal.SIGXCPU:
            return ChildEndedError(late(self._settings.seconds), stalled=True)
        if status == OUT_OF_MEMORY:
            memory = self._settings.memory_for(largest)
            return ChildEndedError(f"killed the reader (it needed more than {memory} bytes of memory)")
        return ChildEndedError(f"killed the reader ({self._process.how()})")


def checked(answer: bytes, group: Sequence[Mail], forms: Mapping[str, Form]) -> list[Message | Unreadable]:
    """The answers, each with what was found of `forms`. ChildEndedError if they are not what was asked for: the child
    may have been taken over by a mail."""
    try:
        answers = [_read(one, forms) for one in ANSWERS.validate_json(answer)]
    except (ValidationError, KeyError):
        raise ChildEndedError("killed the reader (its answer makes no sense)") from None
    if [one.digest for one in answers] != [digest for digest, _ in group]:
        raise ChildEndedError("killed the reader (it answered about other mails)")
    return answers


def _read(answer: Answer, forms: Mapping[str, Form]) -> Message | Unreadable:
    """KeyError for a form that there is not, or a field that it has not."""
    if answer[0] == "unreadable" or answer[2] is None:
        return answer[1]
    form, reading = answer[2]
    if form is not None and not (reading and reading.answers.keys() <= forms[form].fields.keys()):
        raise KeyError(form)
    return replace(answer[1], skimmed=Skimmed(forms, form, reading))
