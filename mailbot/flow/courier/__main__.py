"""The child's side of the courier: `python -m mailbot.flow.courier`, on stdin what it needs and then parcels, on
stdout what became of them.

It must not write files, decide what goes when, nor go on when its parent is gone.
"""

import asyncio
import os
import signal
import sys
import traceback
from functools import partial
from typing import BinaryIO

from mailbot.edge import sheets
from mailbot.edge.memory import begin
from mailbot.edge.postman import Later, Never, Postman, PostmanBroken, Sent
from mailbot.flow.courier.parcel import Parcel, carry
from mailbot.flow.courier.protocol import ANSWER, OUTFIT, Broken, Outcome, Outfit, Requests, Wish
from mailbot.flow.process import LENGTH

LEFT_TO_THE_PARENT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What asks the desk to end or to read its rules again: the parent does, in its own time, and then ends this one."""
assert sheets  # before the first parcel: what draws PDFs takes long to load


class Office:
    """The connections to the relay by their numbers, and what they are asked."""

    def __init__(self, outfit: Outfit, answers: BinaryIO) -> None:
        self._stationery, self._account = outfit.stationery(), outfit.account()
        self._answers = answers
        self._postmen: dict[int, Postman] = {}
        self._tasks: set[asyncio.Task[Outcome]] = set()

    def take(self, number: int, wish: Wish) -> None:
        """Begin what a connection is asked; it answers when that is done."""
        task = asyncio.create_task(self._do(self._postman(number), wish))
        self._tasks.add(task)
        task.add_done_callback(partial(self._done, number))

    def _postman(self, number: int) -> Postman:
        if number not in self._postmen:
            self._postmen[number] = Postman(self._account)
        return self._postmen[number]

    async def _do(self, postman: Postman, wish: Wish) -> Outcome:
        try:
            if isinstance(wish, Parcel):
                return _told(await carry(self._stationery, postman, wish))
            await (postman.connect() if wish == "connect" else postman.close())
        except PostmanBroken as broken:
            return "broken", Broken.of(broken)
        return "done", None

    def _done(self, number: int, task: asyncio.Task[Outcome]) -> None:
        """The answer; a bug with one letter is told, and is nobody else's affair."""
        self._tasks.discard(task)
        bug = task.exception()
        if bug is not None:
            traceback.print_exception(bug)
        outcome: Outcome = ("bug", type(bug).__name__) if bug is not None else task.result()
        answer(self._answers, ANSWER.dump_json((number, outcome, self._postman(number).connections)))


def _told(result: Sent | Later | Never) -> Outcome:
    if isinstance(result, Sent):
        return "sent", result
    return ("later", result) if isinstance(result, Later) else ("never", result)


async def work(requests: BinaryIO, answers: BinaryIO) -> None:
    """Do what is asked until `requests` ends. IncompleteReadError then."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), requests)
    (outfit,) = OUTFIT.validate_json(await _frame(reader))
    office, asked = Office(outfit, answers), Requests()
    begin()
    answer(answers, b"ready")
    while True:
        office.take(*asked.read(await _frame(reader)))


async def _frame(reader: asyncio.StreamReader) -> bytes:
    (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
    return await reader.readexactly(length)


def answer(answers: BinaryIO, frame: bytes) -> None:
    """A frame for the parent."""
    answers.write(LENGTH.pack(len(frame)) + frame)
    answers.flush()


async def _until_the_end() -> None:
    """Nobody is there to whom what is on its way could be told: it is left as it is, and not waited for."""
    try:
        await work(sys.stdin.buffer, sys.stdout.buffer)
    except asyncio.IncompleteReadError:
        os._exit(0)


if __name__ == "__main__":
    for number in LEFT_TO_THE_PARENT:
        signal.signal(number, signal.SIG_IGN)
    asyncio.run(_until_the_end())
