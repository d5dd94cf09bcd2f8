"""A desk's service over real IMAP and SMTP in the process of the test, and how to wait for what it brings about."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from desks import Mailbox
from reading_here import reader_here
from worlds import World

from mailbot import desks
from mailbot.core.rules import Rules
from mailbot.edge.account import Account
from mailbot.edge.inbox import Inbox
from mailbot.edge.postman import Postman
from mailbot.embedded import PASSWORD, USER, EmbeddedServers
from mailbot.flow.reader import Reader
from mailbot.service import Pace, Reloading, Service, work_on

SELDOM = Pace(inbox=600.0, letters=600.0, orders=0.1, health=600.0)
"""Nothing comes of itself within a test: what happens was brought about by the server or by an order."""
PATIENCE = 60.0


def world_of(folder: Path, mailbox: Mailbox, servers: EmbeddedServers, **options: bool) -> World:
    """A desk with this mailbox, whose letters go to the embedded relay."""
    smtp = Account("127.0.0.1", servers.smtp_port, "none", "", "")
    return World.make(folder, mailbox.account("none"), smtp, **options)


def embedded_world(folder: Path, servers: EmbeddedServers) -> World:
    """A desk on the embedded servers."""
    imap = Account("127.0.0.1", servers.imap_port, "none", USER, PASSWORD)
    return World.make(folder, imap, Account("127.0.0.1", servers.smtp_port, "none", "", ""))


@asynccontextmanager
async def at_work(
    world: World, pace: Pace = SELDOM, reader_for: Callable[[Rules], Reader] = reader_here
) -> AsyncIterator[Service]:
    """The service of a desk, working until the block is left; `reader_for` makes what reads its mails."""
    file = world.folder / "mailbot.toml"
    desk = desks.load(file)
    async with (
        desks.opened(desk.state, desk.rules, desk.texts, desk.keys, files=desk.files) as tools,
        reader_for(desk.rules) as reader,
    ):
        work = await work_on(tools, Inbox(desk.imap), [Postman(desk.smtp) for _ in range(2)], reader)
        service = Service(work, pace, reloading=Reloading(file, desk))
        running = asyncio.create_task(service.run())
        try:
            yield service
        finally:
            service.stop()
            await asyncio.wait_for(running, PATIENCE)


def listening(process: int) -> list[str]:
    """The addresses and ports (in hexadecimal digits) at which a process waits for somebody to connect."""
    held = set()
    for path in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # the folder that is being read is open too
            held.add(str(path.readlink()))
    rows = [row.split() for name in ("tcp", "tcp6") for row in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in held]


def recipients(servers: EmbeddedServers) -> set[str]:
    """Whom letters went to so far."""
    return {letter.recipient for letter in servers.letters}


async def until(true: Callable[[], object]) -> None:
    """Waits until something is true that the service brings about."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come about"
        await asyncio.sleep(0.01)
