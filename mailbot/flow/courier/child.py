"""The parent's side of the courier's child: starts it, asks it, makes of its answers what a postman says.

It must not know which letters are due, nor how one is made.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from typing import Self

from pydantic import ValidationError

from mailbot.edge.postman import END_OF_LETTER, Later, Never, PostmanBroken, Sent
from mailbot.flow.courier.parcel import Parcel
from mailbot.flow.courier.protocol import ANSWER, MOST_ANSWER, OUTFIT, Broken, Outcome, Outfit, Requests, Wish
from mailbot.flow.process import Process, TooLong, paths

LOG = logging.getLogger("mailbot.flow.courier")

PATIENCE = 2 * END_OF_LETTER
"""How many times the usual timeout an answer may take: it has timeouts of its own, and is stopped or stuck after
that."""


class NotMade(Exception):  # noqa: N818 - a bug, told without its words
    """A letter met a bug in the child: of what kind. The bug's own words are shown with --debug alone."""


class _Gone(Exception):  # noqa: N818 - it is the world that is broken
    """The child is gone, perhaps in the middle of what it was asked."""


class Child:
    """One child process that makes letters and takes them to the relay, over several connections at once, which have
    numbers. A connection does one thing at a time.

    `connections` counts how often one was made. `lives` is false as soon as it ended; `died` is called if it did so by
    itself.
    """

    def __init__(self, process: Process, patience: float, died: Callable[[], None] = lambda: None) -> None:
        self.lives = True
        self._patience = patience
        self._process, self._died = process, died
        self._requests = Requests()
        self._made: dict[int, int] = {}
        self._asked: dict[int, asyncio.Future[Outcome]] = {}
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, outfit: Outfit, died: Callable[[], None] = lambda: None) -> Self:
        """Start a child and wait until it is ready. NotStarted if it is not within a minute.

        What it needs goes through its pipe, for there are secrets in it; its environment is this process's, whose work
        it does."""
        environment = {**os.environ, "PYTHONPATH": paths()}
        process = await Process.start("courier", environment=environment, first=OUTFIT.dump_json((outfit,)))
        return cls(process, PATIENCE * outfit.timeout, died)

    @property
    def connections(self) -> int:
        return sum(self._made.values())

    @property
    def pid(self) -> int:
        return self._process.pid

    async def connect(self, number: int) -> None:
        """Have a connection made, unless it is there. PostmanBroken as a postman raises it, or if the child is gone."""
        await self._have(number, "connect")

    async def close(self, number: int) -> None:
        """Have a connection closed; never fails."""
        if self.lives:
            try:
                await self._ask(number, "close")
            except _Gone:
                return

    async def carry(self, number: int, parcel: Parcel) -> Sent | Later | Never:
        """Have a letter made and taken to the relay; as a postman's `send`. A child that dies meanwhile is as a
        connection that is lost: the relay may have the letter. NotMade if it met a bug."""
        if not self.lives:
            raise PostmanBroken(self._gone())
        try:
            outcome = await self._ask(number, parcel)
        except _Gone:
            return Later(None, self._gone())
        return _result(outcome)

    async def _have(self, number: int, wish: Wish) -> None:
        try:
            kind, said = await self._ask(number, wish)
        except _Gone:
            raise PostmanBroken(self._gone()) from None
        if isinstance(said, Broken):
            raise said.exception()
        if kind == "bug":
            raise NotMade(str(said))

    async def _ask(self, number: int, wish: Wish) -> Outcome:
        """What became of it. _Gone if the child is, or is before it answers; one that does not answer is killed.
        Whoever is cancelled meanwhile ends the child, as a postman who is cancelled hangs up."""
        if not self.lives:
            raise _Gone
        request = self._requests.made(number, wish)
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            async with asyncio.timeout(self._patience):
                await self._process.tell(request)
                return await answer
        except TimeoutError:
            self._process.kill()
            await asyncio.wait([self._listening])
            raise _Gone from None
        except OSError:
            raise _Gone from None
        except asyncio.CancelledError:
            self._ends()
            self._process.kill()
            raise
        finally:
            self._asked.pop(number, None)
            if answer.done() and not answer.cancelled():
                answer.exception()  # whoever ended before the request was through has not asked for it

    async def _listen(self) -> None:
        try:
            while True:
                number, outcome, made = ANSWER.validate_json(await self._process.frame(MOST_ANSWER))
                self._made[number] = made
                if not (answer := self._asked.pop(number)).done():
                    answer.set_result(outcome)
        except (asyncio.IncompleteReadError, OSError, TooLong, ValidationError, KeyError):
            by_itself, self.lives = self.lives, False
            await self._process.end()
            self._ends()
            if by_itself:
                LOG.warning("%s; letters go from this process again", self._gone())
                self._died()

    def _ends(self) -> None:
        """Nothing is answered any more."""
        self.lives = False
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(_Gone())
        self._asked.clear()

    def _gone(self) -> str:
        return f"the courier ended ({self._process.how()})"

    async def end(self) -> None:
        """Kill the child if it lives, and wait until it is gone: its connections had better be closed before."""
        self._ends()
        await self._process.end()
        await self._listening


def _result(outcome: Outcome) -> Sent | Later | Never:
    _, said = outcome
    if isinstance(said, Sent | Later | Never):
        return said
    if isinstance(said, Broken):
        raise said.exception()
    raise NotMade(str(said))
