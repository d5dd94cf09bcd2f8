"""The service: one round of a desk, or rounds for as long as it is wanted. It ties the floors together and decides
nothing.

Only here may an exception of any kind be caught: it is logged, the mail stays where it was, the rest goes on.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from mailbot.core.health import Renewal
from mailbot.core.pulse import read_pulse
from mailbot.core.rules import Desk, Rules
from mailbot.edge.inbox import Inbox
from mailbot.flow.courier import Courier, Wire
from mailbot.flow.reader import Reader
from mailbot.flow.tools import Clock, Tools, wall_clock
from mailbot.service.duties import carry_out_orders, look_after, meet_deadlines
from mailbot.service.letters import send_letters, sending_meanwhile
from mailbot.service.limits import patient_settings, reader_settings
from mailbot.service.reading import decide_kept, read_inbox
from mailbot.service.reloading import Reloading
from mailbot.service.running import Pace, Service
from mailbot.service.values import Round, Watchers, Work, in_words

__all__ = [
    "Pace",
    "Reloading",
    "Round",
    "Service",
    "Watchers",
    "Work",
    "in_words",
    "one_round",
    "reader_for",
    "settle",
    "work_on",
]


def reader_for(rules: Rules) -> Reader:
    """The child process that reads mails, within the desk's limits."""
    return Reader(reader_settings(rules))


def patient_reader_for(desk: Desk) -> Reader:
    """The same for mails that were read before, with several times the room."""
    return Reader(patient_settings(desk))


async def work_on(
    tools: Tools, inbox: Inbox, postmen: Sequence[Wire], reader: Reader, *, clock: Clock = wall_clock
) -> Work:
    """A desk at work, with what an earlier process saw last."""
    pulse = read_pulse(await tools.store.posted())
    pulse.process = None
    return Work(tools, inbox, postmen, reader, pulse, clock)


async def one_round(
    tools: Tools,
    inbox: Inbox,
    postmen: Sequence[Wire],
    *,
    spare: Wire | None = None,
    courier: Courier | None = None,
    watch: Watchers | None = None,
    renewals: Callable[[], Sequence[Renewal]] = tuple,
    clock: Clock = wall_clock,
) -> Round:
    """Carry out orders, read all, decide, send, meet deadlines, once; letters go while mails are read. What cannot be
    done now is said in `troubles` and stays due."""
    done = Round()
    async with reader_for(tools.rules) as reader:
        work = await work_on(tools, inbox, postmen, reader, clock=clock)
        work.watch, work.spare, work.renewals = watch or work.watch, spare, renewals
        work.courier = courier or work.courier
        await carry_out_orders(work, done)
        try:
            until = await _take_in(work, done)
        finally:
            await inbox.close()
        await settle(work, until, done)
        await look_after(work, done, count_files=True)
        await send_letters(work, done)
        await work.note()
    return done


async def _take_in(work: Work, done: Round) -> datetime | None:
    """The instant up to which the inbox was read, see `read_inbox`."""
    async with sending_meanwhile(work, done):
        if until := await read_inbox(work, done):
            await decide_kept(work, done)
    return until


async def settle(work: Work, read_until: datetime | None, done: Round) -> None:
    """Send what is due, meet the deadlines that came by `read_until` (None: the inbox could not be read to its end, so
    that none may pass), and send what they brought."""
    await send_letters(work, done)
    if read_until is not None:
        await meet_deadlines(work, read_until, done)
        await send_letters(work, done)
