"""One round of sending: what is due goes to the relay, over several connections at once, within the desk's budgets.
It makes no letter and knows no words."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

from mailbot.core import budget
from mailbot.edge.postman import Later, PostmanBroken
from mailbot.edge.stationery import Stationery
from mailbot.flow.delivery.letter import parcel_of
from mailbot.flow.delivery.recording import Recording
from mailbot.flow.delivery.rows import Rows
from mailbot.flow.delivery.values import Attempt, Carrier, Held, Result
from mailbot.flow.tools import Clock, Tools
from mailbot.store import Full, LetterDue

LEASE = 120.0
"""Seconds for which a due letter is nobody else's; what was not begun by then is left to whoever asks next."""
AT_ONCE = 50
"""How many due letters are asked for at once."""
LETTERS_A_CONNECTION = 5
"""How many letters have to wait for each connection beyond the first: a few are sent sooner than many log in."""
MOST_WAITING = 500
"""How many letters may wait in memory for the connection that has the others to the same recipient."""
DAY, HOUR = timedelta(hours=24), timedelta(hours=1)

Wanted = Callable[[LetterDue], bool]


def _every(due: LetterDue) -> bool:
    return True


class Sending:
    """One round: `letters` counts what became of letters, and `troubles` are sentences for the operator. `relay` tells
    how the relay was found in the last call: None if it was not asked, an empty text if it could be worked with, else
    why not, `mend` whether it stays so until somebody does something about it, `refused` whether our login was. A
    letter that was lost on the way, or put off, says nothing of that: `put_off` is why the last one was.

    Each letter goes at most once a round, however often `all_due` is called. `results` are those that could not be
    journaled, by letter: whoever keeps the mapping from round to round does not hand such a letter over again while
    the process lives. `stopping` says that no further letter may begin.
    """

    def __init__(
        self,
        tools: Tools,
        clock: Clock,
        *,
        stopping: Callable[[], bool] = lambda: False,
        results: dict[str, Result] | None = None,
    ) -> None:
        self.letters = {"sent": 0, "later": 0, "never": 0, "held": 0}
        self.troubles: list[str] = []
        self.relay: str | None = None
        self.mend = self.refused = False
        self.put_off = ""
        self._tools, self._clock, self._stopping = tools, clock, stopping
        self._results: dict[str, Result] = {} if results is None else results
        self._recording = Recording(tools, clock)
        self._tried: set[str] = set()
        self._rows = Rows()
        self._lanes = 0
        self._free: list[Carrier] = []
        self._open: Callable[[Carrier], object] = lambda carrier: None
        self._wanted: Wanted = _every
        self._unwanted: list[str] = []
        self._feeding = asyncio.Lock()
        self._flying: Counter[str] = Counter()
        self._lost = ""
        self._full = False

    @property
    def stationery(self) -> Stationery:
        """What the letters of this round are made with."""
        return self._tools.stationery

    async def all_due(
        self, carriers: Sequence[Carrier], attempt: Attempt | None = None, *, wanted: Wanted = _every
    ) -> None:
        """Send everything that is due and `wanted` over these connections (one at least), which stay open.

        `attempt` sends one letter: it calls `send` and may catch whatever bug that meets; what `send` promises to raise
        it lets through. A bug that nobody catches ends the round as an ExceptionGroup.

        The letters to one recipient go over one connection, in order; a connection takes its next letter when the
        result of its last is durable, so that a killed process leaves at most one letter a connection that goes again.
        A connection that is lost takes no more letters in this call; what it had is left to the others, or stays due.
        Before the others the first connection is made: a relay that refuses our password is asked once. Nothing is sent
        while the journal has no room for results.
        """
        trying = attempt or self.send
        self._full, self._rows, self._wanted, self._unwanted = False, Rows(), wanted, []
        self.relay, self._lost, self.mend, self.refused = None, "", False, False
        if not self._tools.store.ledger().letters.get("due"):
            return
        try:
            self._tools.store.require_room()
            if self._stopping() or not await self._more():
                return
            await carriers[0].connect()
            self.relay = ""
            async with asyncio.TaskGroup() as lanes:
                self._lanes, self._free = 0, list(carriers)
                self._open = lambda carrier: lanes.create_task(self._lane(carrier, trying))
                self._widen()
        except PostmanBroken as broken:
            self._broken(broken)
        except Full as full:
            self._no_room(full)
        finally:
            self._tools.store.give_back((*self._rows.names(), *self._unwanted))
        why = self.relay or self._lost
        if why and (trouble := f"SMTP: {why}") not in self.troubles:
            self.troubles.append(trouble)

    async def send(self, due: LetterDue, carrier: Carrier) -> Result | None:
        """Take one letter to the relay, or hold it, and journal the result; durable on return. None, and nothing was
        done, if it is not due any more: an operator dropped or held it while it waited for its connection.

        PostmanBroken if the relay cannot be worked with: the letter stays due and nothing is journaled. store.Full if
        the result could not be journaled.
        """
        result = self._results.get(due.name)
        if result is None and not self._tools.store.is_due(due.name):
            return None
        if result is None and (why := self._over_budget(due)):
            result = Held(why)
        domain, flies = budget.domain(due.letter.to), not isinstance(result, Held)
        self._flying[domain] += flies
        try:
            if result is None:
                result = self._results[due.name] = await carrier.carry(await parcel_of(self._tools, due))
            journaled = await self._recording.record(due, result)
        finally:
            self._flying[domain] -= flies
        self._results.pop(due.name, None)
        return journaled

    def _over_budget(self, due: LetterDue) -> str:
        if due.released:
            return ""
        to, now, store = due.letter.to.lower(), self._clock(), self._tools.store
        to_address, to_domain = store.sent_to(to, now - DAY)
        to_domain += self._flying[budget.domain(to)]  # none of them to this address: those wait behind each other
        this_hour = store.sent_since(now - HOUR) + self._flying.total()
        return budget.over(to_address, to_domain, this_hour, due.letter, self._tools.rules.desk)

    def _widen(self) -> None:
        """As many connections are at work as letters are worth that wait."""
        while self._free and self._lanes < 1 + len(self._rows) // LETTERS_A_CONNECTION:
            self._lanes += 1
            self._open(self._free.pop(0))

    async def _lane(self, carrier: Carrier, attempt: Attempt) -> None:
        try:
            while due := await self._next(carrier):
                self._widen()
                if not await self._one(due, carrier, attempt):
                    return
            self._free.append(carrier)
        except PostmanBroken as broken:
            self._broken(broken)
        except Full as full:
            self._no_room(full)
        finally:
            self._lanes -= 1
            self._rows.leave(carrier)

    async def _one(self, due: LetterDue, carrier: Carrier, attempt: Attempt) -> bool:
        """Whether the connection may take another letter."""
        known = due.name in self._results
        self._tried.add(due.name)
        try:
            await carrier.connect()
            result = await attempt(due, carrier)
        except PostmanBroken:
            self._tried.discard(due.name)
            self._rows.put_back(due)
            raise
        if result is None:
            return known or due.name not in self._results
        self.letters[type(result).__name__.lower()] += 1
        lost = isinstance(result, Later) and result.code is None
        self.put_off = result.reason if isinstance(result, Later) else self.put_off
        self.relay, self._lost = (self.relay, self.put_off) if lost else ("", "")
        return not lost

    async def _next(self, carrier: Carrier) -> LetterDue | None:
        while not (self._full or self._stopping()):
            due = self._rows.next(carrier, self._clock())
            if due is not None:
                return due
            if not await self._more():
                return self._rows.next(carrier, self._clock())  # another connection may have asked meanwhile
        return None

    async def _more(self) -> bool:
        """Whether there were more letters due that this round has not tried yet."""
        async with self._feeding:
            while len(self._rows) < MOST_WAITING:
                now = self._clock()
                found = await self._tools.store.due(now, AT_ONCE, LEASE, "letters")
                untried = [due for due in found if isinstance(due, LetterDue) and due.name not in self._tried]
                new = [due for due in untried if self._wanted(due)]
                self._unwanted += [due.name for due in untried if not self._wanted(due)]
                self._rows.add(new, now + timedelta(seconds=LEASE))
                if new or not found:
                    return bool(new)
        return False

    def _broken(self, broken: PostmanBroken) -> None:
        self.relay, self.mend, self.refused = str(broken), broken.mend, broken.refused

    def _no_room(self, full: Full) -> None:
        if not self._full:
            self.troubles.append(f"state: {full}; no letter is sent until there is room")
        self._full = True
