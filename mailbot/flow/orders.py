"""Orders given at the shell: each is carried out once and journaled with who gave it. It reads no arguments and prints
nothing."""

import asyncio

from mailbot.core.decide.orders import carry_out as decide
from mailbot.core.decide.orders import imported, refused
from mailbot.core.ledger import Ledger
from mailbot.core.orders import DropLetters, Erase, ImportRegister, Ordered, ReleaseLetters, RetryMail, RunCommands
from mailbot.core.registers import Table, read_csv
from mailbot.flow import erasing
from mailbot.flow.considering import Known, considered
from mailbot.flow.intake import Delivered, append, take_in
from mailbot.flow.reader import Reader
from mailbot.flow.tools import Clock, Tools
from mailbot.store import Asked


async def carry_out(tools: Tools, reader: Reader, ordered: Ordered, clock: Clock) -> None:
    """Do what was ordered, unless an entry says it was done already; durable on return, and the order is taken off.

    store.Full if the disk took nothing: the order stays.
    """
    nonce = ordered.by.nonce
    if nonce not in tools.store.ledger().done:
        if isinstance(ordered.order, RetryMail):
            await _retry(tools, reader, ordered, ordered.order.mail, clock)
        elif isinstance(ordered.order, ImportRegister):
            await _import(tools, ordered, ordered.order, clock)
        elif isinstance(ordered.order, RunCommands):
            await _command(tools, ordered, ordered.order, clock)
        elif isinstance(ordered.order, Erase):
            await erasing.carry_out(tools, ordered, ordered.order, clock)
        else:
            await _decide(tools, ordered, clock)
    if isinstance(ordered.order, ImportRegister):
        await tools.store.settle_registers(ordered.order.digest)
    if isinstance(ordered.order, Erase):
        await erasing.finish(tools, clock)
    await tools.store.finish_order(nonce)


async def _retry(tools: Tools, reader: Reader, ordered: Ordered, mail: str, clock: Clock) -> None:
    """Read a mail in quarantine again and decide it, or say why that cannot be done."""
    try:
        raw = await tools.store.raw(mail) if mail in _in_quarantine(tools.store.ledger()) else None
    except FileNotFoundError:
        async with tools.store.batch() as batch:
            await append(tools, batch, [refused(ordered, "mail_missing", mail)], None, clock())
        return
    if raw is not None:
        await take_in(tools, reader, [Delivered(raw)], clock, retried_by=ordered.by)
    else:
        await _decide(tools, ordered, clock)


async def _import(tools: Tools, ordered: Ordered, order: ImportRegister, clock: Clock) -> None:
    """The file is read again by whoever holds the state and put into its place; it counts from the entry on. Dying in
    between leaves the order, the file that was given, and the register as it was."""
    register = tools.rules.desk.registers.get(order.name)
    data = await tools.store.given_register(order.name, order.digest) if register else None
    given = await asyncio.to_thread(read_csv, data, register) if register and data is not None else None
    if data is not None and isinstance(given, Table):
        await tools.store.place_register(order.name, order.digest, data)
    async with tools.store.batch() as batch:
        now = clock()
        await append(tools, batch, [imported(ordered, order, given, tools.rules)], None, now)


async def _command(tools: Tools, ordered: Ordered, order: RunCommands, clock: Clock) -> None:
    async with tools.store.batch() as batch:
        known = Known(tools.rules, now := clock(), tools.keys.secrets, tools.store.ledger().away)
        await append(tools, batch, [await considered(batch, ordered, order, known)], None, now)


def _in_quarantine(ledger: Ledger) -> set[str]:
    return {part.mail for part in ledger.quarantine}


async def _decide(tools: Tools, ordered: Ordered, clock: Clock) -> None:
    async with tools.store.batch() as batch:
        ledger, now = tools.store.ledger(), clock()
        recall = await batch.recall(Asked(letters=_letters(ordered, tuple(part.name for part in ledger.held))))
        decisions = decide(ordered, ledger, recall.letters, tools.rules, now)
        await append(tools, batch, decisions, None, now)


def _letters(ordered: Ordered, held: tuple[str, ...]) -> tuple[str, ...]:
    """The letters an order is about; all that are held where it names none."""
    if isinstance(ordered.order, ReleaseLetters | DropLetters):
        return ordered.order.letters or held
    return ()
