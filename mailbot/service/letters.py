"""Sending what is due, and what that says about the relay. It makes no letter and knows no words."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from mailbot.core.pulse import failed, worked
from mailbot.edge.postman import PostmanBroken
from mailbot.flow.delivery import Carrier, Held, Result, Sending
from mailbot.service.bugs import in_short
from mailbot.service.carriers import Carriers
from mailbot.service.showing import timed
from mailbot.service.values import Round, Work
from mailbot.store import Full, LetterDue

log = logging.getLogger("mailbot")
MANY = 3
"""How many letters a relay has to put off, and none taken, before it is the relay rather than the letters."""


def _alarms_somebody(due: LetterDue) -> bool:
    return due.letter.role == "operator"


async def send_letters(work: Work, done: Round) -> None:
    """Send everything that is due, each letter at most once a round; over the spare relay, while the other one is out
    of reach or takes nothing, only what alarms the operator. While much waits the courier takes part."""
    if done.sending is None:
        tools = work.tools  # rules that change meanwhile are for the next round, with all that belongs to them
        over = lambda: work.stopping() or work.tools is not tools  # noqa: E731
        done.sending = Sending(tools, work.clock, stopping=over, results=work.results)
    sending = done.sending
    carriers = Carriers(work, sending.stationery)

    async def attempt(due: LetterDue, carrier: Carrier) -> Result | None:
        carriers.look()
        try:
            with timed(work.shown, "send"):
                result = await sending.send(due, carrier)
        except (PostmanBroken, Full):
            raise
        except Exception as bug:
            log.exception("a letter could not be made")
            done.troubles.append(f"letter {due.name} could not be made and stays due: {in_short(bug)}")
            return None
        if result is not None and not isinstance(result, Held):
            work.watch.letter(due.name, due.letter, result)
        return result

    try:
        if carriers.spare and work.pulse.smtp.broken:  # first: who puts everything off would put the alarm off too
            await sending.all_due(carriers.spare, attempt, wanted=_alarms_somebody)
        before = Counter(sending.letters)
        await sending.all_due(carriers.relay, attempt)
        relay = sending.relay
        _note(work, sending, Counter(sending.letters) - before)
        if carriers.spare and relay:
            await sending.all_due(carriers.spare, attempt, wanted=_alarms_somebody)
        sending.relay = relay  # how the desk's own relay was found
    finally:
        await carriers.close(over=bool(sending.relay))
    done.letters = sending.letters
    done.troubles += [trouble for trouble in sending.troubles if trouble not in done.troubles]


@asynccontextmanager
async def sending_meanwhile(work: Work, done: Round) -> AsyncIterator[None]:
    """What the block writes goes as soon as it is durable, while the block gets on; not if the relay cannot be worked
    with. What is left then, or is written last, is for whoever sends after the block.

    Where the block fails no further letter begins, and those under way are waited for, as long as the relay may take
    over one: a letter that it has, and of which no result is journaled, would go again."""
    written, over = asyncio.Event(), False

    async def send() -> None:
        while await written.wait() and not over:
            written.clear()
            await send_letters(work, done)
            if done.sending and done.sending.relay:
                return

    before, stopping, work.letters_due = work.letters_due, work.stopping, written.set
    sending = asyncio.create_task(send())
    try:
        yield
    except Exception:
        work.stopping = lambda: True
        raise
    except BaseException:
        sending.cancel()
        raise
    finally:
        work.letters_due, over = before, True
        written.set()
        try:
            await asyncio.wait([sending])
        except asyncio.CancelledError:
            sending.cancel()
            await asyncio.wait([sending])
            raise
        finally:
            work.stopping = stopping
    sending.result()


def _note(work: Work, sending: Sending, letters: Mapping[str, int]) -> None:
    """How the relay was found, by what became of letters: it works if it took one, and does not if it is out of reach
    or puts off whatever it is given; from a letter or two that did not go nothing follows, neither way."""
    pulse, now = work.pulse, work.clock()
    tried = letters["sent"] + letters["later"] + letters["never"]
    if letters["sent"]:
        pulse.smtp = worked(pulse.smtp, now)
    elif sending.relay:
        pulse.smtp = failed(pulse.smtp, now, sending.relay, mend=sending.mend)
    elif letters["later"] and tried >= MANY:
        pulse.smtp = failed(pulse.smtp, now, f"the relay puts everything off: {sending.put_off}")
