"""Desks with cases by the thousand, made once and copied for every run. It knows nothing of what is measured.

What a copy has in common with the desk it was made of are hard links: nothing but the newest file of a journal is
written in place.
"""

import json
import os
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

from dovecot import Dovecot
from sinks import smtp_sink
from worlds import World

from benchmarks import casebooks
from benchmarks.using import apart, say
from benchmarks.wires import accounts, mail_server, widely
from mailbot import demo
from mailbot.edge.account import Account
from mailbot.store.files import FileStore
from mailbot.store.files.opened import opened_as

OPEN = 2_000
"""How many of a desk's cases are open: the newest, all of them if they are fewer."""


def desk(folder: Path, cases: int, open_: int = OPEN) -> Path:
    """The desk with so many cases below this folder, made if it is not there; its casebook is made again if another
    program made it."""
    return apart(_desk, folder, cases, open_)


def _desk(folder: Path, cases: int, open_: int) -> Path:
    made = folder / str(cases)
    if not made.exists():
        say(f"making a desk of {cases} cases in {made}")
        began, part = time.monotonic(), folder / f"{cases}.part"
        shutil.rmtree(part, ignore_errors=True)
        with redirect_stdout(StringIO()):
            demo.main(part)
        shutil.rmtree(part / "state" / "cases")
        (part / "state" / "service.json").unlink()  # what the service saw before all these cases came
        entries = casebooks.fill(part, cases, open_)
        say(f"{entries} entries after {time.monotonic() - began:.0f} s")
        _open(part)
        part.rename(made)
        say(f"made in {time.monotonic() - began:.0f} s")
    else:
        _open(made)
    return made


def _open(folder: Path) -> None:
    """The casebook is one of this program on return."""
    FileStore.open(folder / "state", opened_as(folder / "state") or "").close()


def entries(made: Path) -> int:
    """How many entries the journal of a desk has."""
    with _newest(made).open("rb") as file:
        return int(json.loads(deque(file, 1)[0])["seq"])


@contextmanager
def lent(made: Path) -> Iterator[tuple[Dovecot, World]]:
    """A copy of this desk at a Dovecot with an empty mailbox and a relay that takes everything; gone at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="run-", dir=made.parent) as room,
        smtp_sink() as port,
        mail_server(Path(room)) as server,
    ):
        yield server, copy(made, Path(room) / "desk", *accounts(server, port))


def copy(made: Path, folder: Path, imap: Account, smtp: Account) -> World:
    """A desk of its own in this folder, with the state and the keys of the one made, today's rules, and these servers;
    the folder lies on the same disk."""
    own = {_newest(made).name, "lock"}

    def take(source: str, target: str) -> str:
        (shutil.copyfile if Path(source).name in own else os.link)(source, target)
        return target

    shutil.copytree(made / "state", folder / "state", copy_function=take)
    shutil.copyfile(made / "keys.json", folder / "keys.json")
    (folder / "keys.json").chmod(0o600)
    os.sync()  # else whatever is made durable first waits for all this
    return widely(World.make(folder, imap, smtp, adopted=False))


def _newest(made: Path) -> Path:
    return max((made / "state" / "journal").glob("*.jsonl"))
