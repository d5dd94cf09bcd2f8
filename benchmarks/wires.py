"""The mail server that benchmarks work against, a real one on loopback, with mails in its inbox. It knows nothing of
what is measured."""

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from desks import make_certificate
from dovecot import PASSWORD, Dovecot, dovecot, unprivileged
from worlds import World

from mailbot.edge.account import Account

USER = "desk"
CONNECTIONS = 10
"""To the relay, which is the desk's own here: a desk has four unless its settings say otherwise."""


@contextmanager
def mail_server(room: Path) -> Iterator[Dovecot]:
    """A Dovecot, its certificate in `room`."""
    certificate = make_certificate(room)
    with dovecot(certificate.cert, certificate.key) as server:
        yield server


def accounts(server: Dovecot, smtp: int, user: str = USER) -> tuple[Account, Account]:
    """The mailbox of a user there, and a relay at this port."""
    return Account("127.0.0.1", server.imap_port, "none", user, PASSWORD), Account("127.0.0.1", smtp, "none", "", "")


def widely(world: World) -> World:
    """The same desk with CONNECTIONS."""
    with (world.folder / "mailbot.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"\n[service]\nconnections = {CONNECTIONS}\n")
    return world


def deliver(server: Dovecot, mails: Iterable[bytes], user: str = USER) -> int:
    """Puts mails into the inbox of a user, as a delivery agent does; how many they were."""
    folder = server.mail_folder(user) / "new"
    owner, group = unprivileged()
    for part in ("new", "cur", "tmp"):
        (folder.parent / part).mkdir(parents=True, exist_ok=True)
        shutil.chown(folder.parent / part, owner, group)
    shutil.chown(folder.parent, owner, group)
    now, turn, number = int(time.time()), time.monotonic_ns(), 0
    for number, raw in enumerate(mails, 1):
        path = folder.parent / "tmp" / f"{now}.M{turn}P{number:06d}.benchmark"
        path.write_bytes(raw)
        shutil.chown(path, owner, group)
        path.rename(folder / path.name)
    return number
