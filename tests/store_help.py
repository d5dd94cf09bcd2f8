"""Drafts, folders and a full disk for the tests of the store; no tests in here."""

import asyncio
import errno
import hashlib
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from mailbot.core import events as e
from mailbot.core.instants import to_text
from mailbot.store import Asked, Draft, LetterDue
from mailbot.store.files import FileBatch, FileStore

T = TypeVar("T")
DESK = "guest accounts"
NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
RULES, PROGRAM = "a" * 64, "b" * 64
WRITER = Path(__file__)


def run(work: Callable[[FileStore], Awaitable[T]], state: Path) -> T:
    """What `work` returns, done with the store of this folder open to write."""

    async def opened() -> T:
        with FileStore.open(state, DESK) as store:
            return await work(store)

    return asyncio.run(opened())


def digest_of(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def draft(
    *happened: e.Event, case: str | None = None, mail: str | None = None, at: datetime = NOON, **more: Any
) -> Draft:
    return Draft(at, case, mail, RULES, PROGRAM, (e.Facts(), *happened), **more)


def ordered_facts(nonce: str, user: str = "hanako") -> e.Facts:
    """The facts of an entry that carries out an order."""
    return e.Facts(sort="order", operator=e.Operator(user=user, nonce=nonce))


def letter(
    number: int = 1, to: str = "mika@example.org", template: str = "received", role: e.Role = "applicant"
) -> e.Event:
    return e.LetterWritten(
        number=number,
        template=template,
        to=to,
        role=role,
        key="k1",
        languages=("en",),
        subject="受領",
        text="Dear Mika",
    )


def opening(
    address: str = "mika@example.org", due: datetime | None = None, remind: datetime | None = None
) -> tuple[e.Event, ...]:
    """The events of a mail that opens a case waiting for fields, and its first letter."""
    step = e.StepEntered(step="fields", due=due and to_text(due), remind=remind and to_text(remind))
    return (e.CaseOpened(form="guest", language="en", applicant=address), step, letter(to=address))


async def open_case(batch: FileBatch, mail: str = "", at: datetime = NOON, **how: Any) -> str:
    """The number of a new case, opened in the batch by a mail with this digest."""
    asked = Asked(mail=mail or digest_of(b""), year=at.year)
    number = (await batch.recall(asked)).number
    assert number is not None
    batch.append(draft(*opening(**how), case=number, mail=mail or None, at=at))
    return number


async def open_cases(store: FileStore, count: int, at: datetime = NOON) -> list[str]:
    """Opens cases, all in one batch."""
    async with store.batch() as batch:
        return [await open_case(batch, at=at) for _ in range(count)]


async def three_cases(store: FileStore) -> None:
    """Two end, after a letter each, the third stays open: eight entries."""
    for _ in range(3):
        async with store.batch() as batch:
            number = await open_case(batch)
        async with store.batch() as batch:
            batch.append(draft(e.LetterSent(letter=f"{number}.1", answer="250"), case=number))
        if number != "2026-00003":
            async with store.batch() as batch:
                batch.append(draft(e.Rejected(clerk="k", reason="no"), letter(2), case=number))


def no_space(*_: object) -> NoReturn:
    """What a full disk says to whoever wants room, in place of os.write and its like."""
    raise OSError(errno.ENOSPC, "No space left on device")


async def collected(items: Any) -> list[Any]:
    return [item async for item in items]


def journal_lines(state: Path) -> list[bytes]:
    return b"".join(path.read_bytes() for path in sorted((state / "journal").glob("*.jsonl"))).splitlines(keepends=True)


async def write_for_ever(state: Path) -> None:
    """Keeps mails and opens cases until killed, printing each case and mail once it is taken in."""
    with FileStore.open(state, DESK) as store:
        store.checkpoint_every = 7
        turn = store.head.seq
        while True:
            turn += 1
            at = NOON + timedelta(days=turn)
            raws = [b"Subject: %d.%d\r\n\r\n" % (turn, n) for n in range(turn % 4 + 1)]
            digests = await store.keep(raws)
            async with store.batch() as batch:
                opened = [(await open_case(batch, mail=digest, at=at), digest) for digest in digests]
            for name in [due.name for due in await store.due(at, 2, 60.0) if isinstance(due, LetterDue)]:
                async with store.batch() as batch:
                    batch.append(draft(e.LetterSent(letter=name, answer="250 ok"), case=name.split(".")[0], at=at))
                print("sent", name, flush=True)
            for number, digest in opened:
                print("opened", number, digest, flush=True)


if __name__ == "__main__":
    asyncio.run(write_for_ever(Path(sys.argv[1])))
