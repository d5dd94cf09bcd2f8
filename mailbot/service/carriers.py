"""By which hands letters go: this process's own, while much waits the courier's, the spare relay's. It sends none."""

from collections.abc import Sequence

from mailbot.edge.stationery import Stationery
from mailbot.flow.courier import Connection, Here
from mailbot.flow.delivery import Carrier
from mailbot.service.values import Work

MUCH, LITTLE = 300, 30
"""How many letters wait or will when the courier is called, and how few to come let it go. Until it is ready, half a
second later, this process sends some 250."""
LETTERS_A_MAIL = 2
"""How many letters a mail calls for, as a rule."""


class Carriers:
    """The connections of one call: `relay` to the desk's own relay, `spare` to the other one, if there is one. Their
    letters are made with `stationery`."""

    def __init__(self, work: Work, stationery: Stationery) -> None:
        self._work, self._stationery = work, stationery
        self._coming = _coming(work)
        numbered = enumerate(work.postmen)
        self.relay = [Connection(number, stationery, postman, work.courier) for number, postman in numbered]
        self.spare: Sequence[Here] = [Here(stationery, work.spare)] if work.spare else []

    def look(self) -> None:
        """Call the courier if much waits; nobody waits for it."""
        due = _letters(self._work) - self._work.left_due
        if self._coming + due >= MUCH:
            self._work.courier.begin(self._stationery)

    async def close(self, *, over: bool) -> None:
        """Say goodbye. The courier goes when the relay was not found well (`over`), when little more is coming, and
        when it would make letters by what is in force no more."""
        connections: list[Carrier] = [*self.relay, *self.spare]
        for connection in connections:
            await connection.close()
        work = self._work
        if not over and not work.stopping() and work.tools.stationery is self._stationery:
            work.left_due = _letters(work)  # what could be sent was: the rest has its time
        if over or _coming(work) < LITTLE or not work.courier.is_for(self._stationery):
            await work.courier.end()


def _letters(work: Work) -> int:
    return work.tools.store.ledger().letters.get("due", 0)


def _coming(work: Work) -> int:
    """How many letters the mails will call for that are taken in soon."""
    pulse = work.pulse
    mails = 0 if pulse.imap.broken else len(pulse.waiting - pulse.filing - pulse.undecidable)
    return LETTERS_A_MAIL * mails
