"""Intake: mails become entries. Kept first, read in a child process, decided one after the other inside one batch;
leaving the batch is the instant they are taken in. It talks to no server and decides nothing itself."""

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from hashlib import sha256
from typing import Literal
from zoneinfo import ZoneInfo

from mailbot.core.accounts import had_by
from mailbot.core.away import absent
from mailbot.core.decide import decide
from mailbot.core.events import Event, Facts, Operator, Place, Quarantined
from mailbot.core.evidence import Remembered, asks_queue, claimed_letters, gather, identity, listed_cases, opens
from mailbot.core.lookups import account_given, lookups
from mailbot.core.message import Message, Unreadable
from mailbot.core.outcome import GENERAL, Decision
from mailbot.core.sender import only_sender
from mailbot.core.sorting import AUTOMATIC
from mailbot.flow.reader import Reader
from mailbot.flow.tools import Clock, Tools
from mailbot.store import Asked, Batch, Digest

BODY_FIELDS = re.compile(rb"^(content-type|content-transfer-encoding|mime-version):", re.IGNORECASE | re.MULTILINE)
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


async def take_in(
    tools: Tools, reader: Reader, mails: Sequence[Delivered], clock: Clock, *, retried_by: Operator | None = None
) -> list[TakenIn]:
    """Take mails in, in their order: when this returns, their bytes and entries are durable and they may be filed.

    The clock is asked once, after the mails were read: one instant for the whole batch. store.Full if the disk did not
    take them: nothing happened. Mails decided already are only recognised, and not read again, unless an operator
    ordered that they be decided again (`retried_by`).
    """
    digests = await tools.store.keep([mail.raw for mail in mails])
    known = set() if retried_by else await _known(tools, digests)
    read = await _read(reader, [pair for pair in zip(digests, mails, strict=True) if pair[0] not in known])
    taken = []
    async with tools.store.batch() as batch:
        now = clock()
        for mail, digest in zip(mails, digests, strict=True):
            message = read.get(digest)
            if message is None or (retried_by is None and (await batch.recall(Asked(mail=digest))).known):
                taken.append(TakenIn(digest, mail.place, _folder_of_known(tools, digest, mail)))
            else:
                taken.append(await _take_in(tools, batch, mail, message, now, retried_by))
    return taken


async def _known(tools: Tools, digests: Sequence[Digest]) -> set[Digest]:
    async with tools.store.batch() as batch:
        return {digest for digest in digests if (await batch.recall(Asked(mail=digest))).known}


async def _read(reader: Reader, mails: Sequence[tuple[Digest, Delivered]]) -> dict[Digest, Message | Unreadable]:
    """What the mails say, by the digests of what was kept of them."""
    shown = [mail.raw if mail.size is None else _without_body(mail.raw) for _, mail in mails]
    read = await reader.read([(sha256(raw).hexdigest(), raw) for raw in shown])
    return {
        digest: dataclasses.replace(message, digest=digest, size=mail.size or len(mail.raw))
        for (digest, mail), message in zip(mails, read, strict=True)
    }


def _without_body(header: bytes) -> bytes:
    """The header of a mail whose body was not downloaded, without the fields that announce its parts."""
    return BODY_FIELDS.sub(rb"X-\1:", header)


async def _take_in(
    tools: Tools, batch: Batch, mail: Delivered, message: Message | Unreadable, now: datetime, by: Operator | None
) -> TakenIn:
    asked = Asked(mail=message.digest, since=_midnight(now, tools.rules.desk.timezone))
    if isinstance(message, Message):
        claimed, name = claimed_letters(message, tools.rules), identity(message)
        asked = dataclasses.replace(asked, letters=claimed, sender=_address(message), identity=name)
    recall = await batch.recall(asked)
    general = sum(template in GENERAL for template in recall.written)
    twins = {twin.mail: twin.content for twin in recall.twins if twin.mail != message.digest}
    remembered = Remembered(recall.letters, recall.cases, general, twins)
    facts = Facts(sort="unreadable", place=mail.place, operator=by)
    if isinstance(message, Message):
        facts = gather(message, remembered, tools.rules, tools.keys.secrets, place=mail.place)
        if listed := listed_cases(facts):
            several = await batch.recall(Asked(letters=tuple(f"{number}.1" for number in listed), open=True))
            remembered = dataclasses.replace(remembered, cases={**remembered.cases, **several.cases})
        facts = await _with_more(tools, batch, message, facts, remembered, now)
        away = _away(absent(tools.store.ledger().away, tools.rules.desk, now), facts)
        facts = facts.model_copy(update={"operator": by, "away": away}) if by or away else facts
    cases = remembered.cases
    if isinstance(message, Message) and asks_queue(message, facts):
        cases = {**cases, **(await batch.recall(Asked(open=True))).cases}
    decisions = decide(cases, message, facts, tools.rules, now)
    await append(tools, batch, decisions, message.digest, now)
    events = tuple(event for decision in decisions for event in decision.events)
    return TakenIn(message.digest, mail.place, _folder(tools, message, events), decisions[-1].case, events)


async def _with_more(
    tools: Tools, batch: Batch, message: Message, facts: Facts, remembered: Remembered, now: datetime
) -> Facts:
    """The facts with what is only asked once it is known what the mail is: a number for the case it may open, the
    sender's other open cases of that form, what registers say."""
    rules = tools.rules
    form, rows = opens(message, facts, remembered, rules), lookups(message, facts, remembered, rules)
    if form is None and not rows:
        return facts
    year = now.astimezone(ZoneInfo(rules.desk.timezone)).year if form else None
    login = account_given(message, facts, remembered, rules)
    asked = Asked(mail=message.digest, sender=_address(message), year=year, form=form or "", open=bool(login))
    recall = await batch.recall(dataclasses.replace(asked, rows=rows, registers=rules.desk.registers))
    taken = had_by(login, (facts.letter or "").partition(".")[0], recall.cases.values(), rules)
    found = {"number": recall.number, "rows": recall.rows, "others": recall.others, "taken": taken}
    return facts.model_copy(update=found)


async def append(tools: Tools, batch: Batch, decisions: Sequence[Decision], mail: Digest | None, now: datetime) -> None:
    """Decisions become adjacent entries of the batch, all but the last with more to come."""
    for index, decision in enumerate(decisions):
        case = await batch.case(decision.case) if decision.case else None
        last = case.last_letter if case else 0
        more = index < len(decisions) - 1
        batch.append(tools.draft(decision, at=now, mail=mail, last_letter=last, more=more))


def _away(known: dict[str, str], facts: Facts) -> dict[str, str]:
    """Who is out of office; a clerk who proves to write is back."""
    back = facts.sender.address.lower() if facts.sender and facts.sender.proven else ""
    return known if facts.sort in AUTOMATIC else {address: until for address, until in known.items() if address != back}


def _address(message: Message) -> str:
    mailbox = only_sender(message)
    return mailbox.key if mailbox else ""


def _midnight(now: datetime, timezone: str) -> datetime:
    today = now.astimezone(ZoneInfo(timezone)).date()
    return datetime.combine(today, time.min, ZoneInfo(timezone))


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
