"""Orders given at the shell: each is carried out once and journaled with who gave it. It reads no arguments and prints
nothing."""

from mailbot.core.decide.orders import carry_out as decide
from mailbot.core.decide.orders import refused
from mailbot.core.ledger import Ledger
from mailbot.core.orders import DropLetters, Ordered, ReleaseLetters, RetryMail
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
        else:
            await _decide(tools, ordered, clock)
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
