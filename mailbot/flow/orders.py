"""Orders given at the shell: each is carried out once and journaled with who gave it. It reads no arguments and prints
nothing."""

from mailbot.core.decide.orders import carry_out as decide
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
        raw = await _raw_to_retry(tools, ordered)
        if raw is not None:
            await take_in(tools, reader, [Delivered(raw)], clock, retried_by=ordered.by)
        else:
            await _decide(tools, ordered, clock)
    await tools.store.finish_order(nonce)


async def _raw_to_retry(tools: Tools, ordered: Ordered) -> bytes | None:
    """The bytes of the mail in quarantine that is to be read again, if that is the order and it can be done."""
    if not isinstance(ordered.order, RetryMail):
        return None
    waits = {part.mail for part in tools.store.ledger().quarantine}
    return await tools.store.raw(ordered.order.mail) if ordered.order.mail in waits else None


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
