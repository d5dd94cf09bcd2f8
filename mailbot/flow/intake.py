"""Intake: mails become entries. Kept first, read in a child process, decided one after the other inside one batch;
leaving the batch is the instant they are taken in. It talks to no server and decides nothing itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mailbot.core.events import Event, Facts, Operator, Place, Quarantined
from mailbot.core.message import Message, Unreadable
from mailbot.core.outcome import Decision
from mailbot.flow.considering import Known, consider
from mailbot.flow.reader import Reader
from mailbot.flow.reader.kept import read_kept
from mailbot.flow.tools import Clock, Tools
from mailbot.store import Batch, Digest

Folder = Literal["done", "quarantine", "too_large"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """A mail as it came: its bytes and where it lay. `size` is given (bytes) if only its headers were downloaded."""

    raw: bytes
    place: Place | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a mail: where it is to be filed, and the events of its entry (none if it was known already)."""

    digest: Digest
    place: Place | None
    folder: Folder
    case: str | None = None
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """Mails whose bytes are durable, with their digests; `known` are those that were decided already."""

    mails: Sequence[Delivered]
    digests: Sequence[Digest]
    known: frozenset[Digest] = frozenset()


Said = Mapping[Digest, Message | Unreadable]
"""What mails say, by their digests."""


async def take_in(
    tools: Tools, reader: Reader, mails: Sequence[Delivered], clock: Clock, *, retried_by: Operator | None = None
) -> list[TakenIn]:
    """Take mails in, in their order: when this returns, their bytes and entries are durable and they may be filed.

    The clock is asked once, after the mails were read: one instant for the whole batch. store.Full if the disk did not
    take them: nothing happened. Mails decided already are only recognised, and not read again, unless an operator
    ordered that they be decided again (`retried_by`).
    """
    kept = await keep(tools, mails, again=retried_by is not None)
    return await decide_read(tools, kept, await read(reader, kept), clock, retried_by)


async def keep(tools: Tools, mails: Sequence[Delivered], *, again: bool = False) -> Kept:
    """The first step of `take_in`: mails decided already are to be read only if they are decided `again`."""
    digests = await tools.store.keep([mail.raw for mail in mails])
    return Kept(mails, digests, frozenset() if again else await tools.store.known(digests))


async def read(reader: Reader, kept: Kept) -> Said:
    """The second step, which may go on while other mails are decided."""
    new = [pair for pair in zip(kept.digests, kept.mails, strict=True) if pair[0] not in kept.known]
    said = await read_kept(reader, [(digest, mail.raw, mail.size) for digest, mail in new])
    return {digest: message for (digest, _), message in zip(new, said, strict=True)}


async def decide_read(
    tools: Tools, kept: Kept, said: Said, clock: Clock, retried_by: Operator | None = None
) -> list[TakenIn]:
    """The last step."""
    taken = []
    async with tools.store.batch() as batch:
        now = clock()
        for mail, digest in zip(kept.mails, kept.digests, strict=True):
            message = said.get(digest)
            if message is None or (retried_by is None and await batch.known(digest)):
                taken.append(TakenIn(digest, mail.place, _folder_of_known(tools, digest, mail)))
            else:
                taken.append(await _take_in(tools, batch, mail, message, now, retried_by))
    return taken


async def _take_in(
    tools: Tools, batch: Batch, mail: Delivered, message: Message | Unreadable, now: datetime, by: Operator | None
) -> TakenIn:
    begun = Facts(place=mail.place, operator=by, size=mail.size)
    known = Known(tools.rules, now, tools.keys.secrets, tools.store.ledger().away, begun)
    decisions = await consider(batch, message, known)
    await append(tools, batch, decisions, message.digest, now)
    events = tuple(event for decision in decisions for event in decision.events)
    return TakenIn(message.digest, mail.place, _folder(tools, message, events), decisions[-1].case, events)


async def append(tools: Tools, batch: Batch, decisions: Sequence[Decision], mail: Digest | None, now: datetime) -> None:
    """Decisions become adjacent entries of the batch, all but the last with more to come."""
    for index, decision in enumerate(decisions):
        case = await batch.case(decision.case) if decision.case else None
        last = case.last_letter if case else 0
        more = index < len(decisions) - 1
        batch.append(tools.draft(decision, at=now, mail=mail, last_letter=last, more=more))


def _folder_of_known(tools: Tools, digest: Digest, mail: Delivered) -> Folder:
    """Where a mail decided earlier belongs: it is not read again, since it may be one that stalls the reader."""
    if any(part.mail == digest for part in tools.store.ledger().quarantine):
        return "quarantine"
    return "done" if mail.size is None else "too_large"


def _folder(tools: Tools, message: Message | Unreadable, events: Sequence[Event]) -> Folder:
    if isinstance(message, Unreadable) or any(isinstance(event, Quarantined) for event in events):
        return "quarantine"
    too_large = message.size > tools.rules.desk.limits.mail_megabytes * 1_000_000
    return "too_large" if too_large else "done"
