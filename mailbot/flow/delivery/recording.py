"""What became of letters, journaled. It knows no relay and makes no letter."""

import asyncio
from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from mailbot.core.case import Case
from mailbot.core.decide import undeliverable
from mailbot.core.events import Event, LetterFailed, LetterHeld, LetterPostponed, LetterSent
from mailbot.core.instants import to_text
from mailbot.core.outcome import Decision
from mailbot.core.patience import again
from mailbot.core.token import without_macs
from mailbot.core.uids import uids_of
from mailbot.edge.postman import Never, Sent
from mailbot.flow.delivery.values import Held, Result
from mailbot.flow.tools import Clock, Tools
from mailbot.store import Batch, Full, LetterDue

AT_LEAST = timedelta(minutes=1)
"""How long a letter rests that the relay perhaps has: a relay that is busy with it would get it twice at once."""
WORDS = 200
"""Characters kept of what a relay says."""


@dataclass(eq=False, slots=True)
class _Group:
    """Letters and what became of them, that one commit will hold."""

    letters: list[tuple[LetterDue, Result]] = field(default_factory=list)
    commit: asyncio.Task[list[Result]] | None = None


class Recording:
    """Journals what became of letters: the results that come while the disk confirms others are one commit."""

    def __init__(self, tools: Tools, clock: Clock) -> None:
        self._tools, self._clock = tools, clock
        self._coming: _Group | None = None

    async def record(self, due: LetterDue, result: Result) -> Result:
        """Journal what became of a letter; durable on return. The result as it stands in the journal: Never for a
        letter that was tried for too long. store.Full if the disk does not take it: nothing is journaled. Nor is
        anything of a letter that was erased while it was on its way: what a relay says names its recipient.

        Whoever is cancelled meanwhile does not take back what others wait for, and is so when the disk is done: what
        comes next may close the store. A bug with one result stops no other: then each is a commit of its own.
        """
        group = self._coming = self._coming or _Group()
        commit = group.commit = group.commit or asyncio.create_task(self._journal(group))
        group.letters.append((due, result))
        place = len(group.letters) - 1
        try:
            await asyncio.wait([commit])
        except asyncio.CancelledError:
            while not commit.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([commit])
            _error(commit)
            raise
        error = _error(commit)
        if len(group.letters) > 1 and isinstance(error, Exception) and not isinstance(error, Full):
            return (await self._journal(_Group([(due, result)])))[0]
        return commit.result()[place]

    async def _journal(self, group: _Group) -> list[Result]:
        try:
            async with self._tools.store.batch() as batch:  # as long as it waits for its turn, others may join
                self._close(group)
                now = self._clock()
                return [await self._append(batch, due, result, now) for due, result in group.letters]
        finally:
            self._close(group)

    def _close(self, group: _Group) -> None:
        """Nobody joins it any more."""
        self._coming = None if self._coming is group else self._coming

    async def _append(self, batch: Batch, due: LetterDue, result: Result, now: datetime) -> Result:
        tools = self._tools
        if due.entry.seq in _erased(tools.store.ledger().erased):
            return result
        event = _event(due, result, now)
        case = await batch.case(due.entry.case) if due.entry.case else None
        last = case.last_letter if case else 0
        batch.append(tools.draft(_decided(tools, case, event, now), at=now, mail=None, last_letter=last))
        return Never(event.code, event.why) if isinstance(event, LetterFailed) else result


@lru_cache(maxsize=1)  # it stays the same until an order erases something
def _erased(named: str) -> Set[int]:
    """The entries of a sequence set."""
    return uids_of(named)


def _error(commit: asyncio.Task[list[Result]]) -> BaseException | None:
    """Why a commit failed, if it did; who asks has heard of it, and asyncio does not tell it once more."""
    return None if commit.cancelled() else commit.exception()


def _decided(tools: Tools, case: Case | None, event: Event, now: datetime) -> Decision:
    if case is not None and isinstance(event, LetterFailed):
        return undeliverable(case, event, tools.rules, now, tools.store.ledger().away)
    return Decision(case=case.number if case else None, events=(event,))


def _event(due: LetterDue, result: Result, now: datetime) -> Event:
    if isinstance(result, Sent):
        return LetterSent(letter=due.name, answer=_kept(result.response))
    if isinstance(result, Held):
        return LetterHeld(letter=due.name, why=result.budget)
    if isinstance(result, Never):
        return LetterFailed(letter=due.name, code=result.code, why=_kept(result.reason))
    until = again(due.tries, due.entry.at, now, due.name)
    if until is None:
        why = _kept(f"given up after three days: {result.reason}")
        return LetterFailed(letter=due.name, code=result.code or 0, why=why)
    if result.code is None:
        until = max(until, now + AT_LEAST)
    return LetterPostponed(letter=due.name, why=_kept(result.reason), until=to_text(until))


def _kept(said: str) -> str:
    return without_macs(said)[:WORDS]
