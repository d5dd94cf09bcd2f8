"""The program under test, killed or hindered at the n-th thing it does to the world; started as a child by `crashes`.

Everything is imported once; then each order on standard input (a line of JSON, see `Order`) is carried out in a fork of
this process, in which whatever changes the disk, the mailbox or what the relay holds passes through `World.step`.
It judges nothing.
"""

import ctypes
import errno
import imaplib
import json
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from aiosmtplib.protocol import SMTPProtocol
from forking import prepare, start_up, typed

from mailbot.edge.postman.dialogue import Wire
from mailbot.flow import tools
from mailbot.store.files import disk

PATIENCE = 60
"""Seconds after which a run that hangs is ended by SIGALRM."""
KILLS = ("before", "after", "half")
ROOM, SYNC = "room", "sync"
HINDRANCES = {"full": ROOM, "short": ROOM, "eio": SYNC}
"""What goes wrong instead of a kill, and the family of steps that it can go wrong with: no room from this step on, room
for half of this write only, this one not confirmed by the disk."""
NAMES = (
    (re.compile(r"[0-9a-f]{64}"), "<digest>"),
    (re.compile(r"(^|/)mail/[0-9a-f]{2}(?=/|$)"), r"\1mail/ab"),
    (re.compile(r"\d{4}-\d{2}\.jsonl"), "<month>.jsonl"),
    (re.compile(r"<month>\.jsonl\.\d+-\d+|\d{4}-\d{2}\.\d+-\d+"), "<torn>"),
    (re.compile(r"\.room\.\d+"), ".room"),
    (re.compile(r"\d{7}\.json"), "<closed>.json"),
    (re.compile(r"(?<=/settings/).+"), "<file>"),
    (re.compile(r"\d{8}T\d{6}Z(-\d+)?"), "<instant>"),
)
"""What differs from run to run in the name of a file, and what is said instead."""
VERB = re.compile(rb"[A-Z]{4,8}\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Order:
    """What to run (the words after `mailbot`) in which folder; what is to go wrong (`mode`; "": nothing) at which step:
    the one numbered `at` among those of that `name`, or among all; by how many seconds the clock is wrong; the file for
    the names of the steps, beside which what is said goes to `.out` and `.err`. A command that does not end by itself
    is told to after so many `quiet` seconds. `around`: what it does in the folder around the state counts as well."""

    words: tuple[str, ...]
    folder: str
    log: str
    mode: str = ""
    name: str = ""
    at: int = 0
    shift: float = 0.0
    quiet: float = 0.0
    around: bool = False


class World:
    """Counts the steps of a run and lets the one that was ordered go wrong."""

    def __init__(self, order: Order) -> None:
        self.order, self.count, self.full, self.opening = order, 0, False, False
        self.root = str(Path(order.folder).resolve())
        self.state = f"{self.root}/state"
        self._log = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC)
        self._write = os.write
        self._turn = threading.RLock()
        self._named = 0

    def step(self, name: str, act: Callable[[], Any], half: Callable[[], Any] | None = None, family: str = "") -> Any:
        """Do it, unless it is to go wrong; `half` does a part of it. OSError as a full or broken disk raises it."""
        with self._turn:
            self.count += 1
            self._named += name == self.order.name
            self.note(name)
            met = (self._named if self.order.name else self.count) == self.order.at
            mode = self.order.mode if met and self.order.name in ("", name) else ""
            if mode in KILLS:
                self._killed(mode, act, half)
            if mode in HINDRANCES and family != HINDRANCES[mode]:
                raise AssertionError(f"{name} cannot go wrong by {mode}")
            self.full = self.full or mode == "full"
            if mode == "short":
                return half() if half else self._refuse(errno.ENOSPC)
            if mode == "eio":
                self._refuse(errno.EIO)
            if self.full and family == ROOM:
                self._refuse(errno.ENOSPC)
            return act()

    def note(self, name: str) -> None:
        """Writes a name down, durably for a kill."""
        self._write(self._log, f"{name}\n".encode())

    def _killed(self, mode: str, act: Callable[[], Any], half: Callable[[], Any] | None) -> None:
        try:
            if mode == "after":
                act()
            elif mode == "half" and half:
                half()
        finally:  # also if it fails, as the first rename into a folder not made yet
            os.kill(os.getpid(), signal.SIGKILL)

    @staticmethod
    def _refuse(number: int) -> None:
        raise OSError(number, os.strerror(number))

    def file(self, path: Any, folder: int | None = None) -> str | None:
        """What a file or folder (its descriptor, or its path from the folder of that descriptor) is called in the names
        of steps; None outside the state, and what counts around it."""
        below = Path.cwd() if folder is None else Path(f"/proc/self/fd/{folder}").readlink()
        full = str(Path(f"/proc/self/fd/{path}").readlink()) if isinstance(path, int) else str(below / path)
        if full.startswith(f"{self.state}/"):
            name = full[len(self.state) + 1 :]
        elif self.order.around and full.startswith(f"{self.root}/"):
            name = f"../{full[len(self.root) + 1 :]}"
        else:
            return None
        for pattern, word in NAMES:
            name = pattern.sub(word, name)
        return name


def watch_disk(world: World) -> None:
    """The calls through which files change; pathlib and disk look them up in `os` each time."""

    def watched(verb: str, call: Callable[..., Any], which: int, family: str) -> Callable[..., Any]:
        def wrapped(*args: Any, **named: Any) -> Any:
            name = world.file(args[which], named.get("dir_fd"))
            act = lambda: call(*args, **named)  # noqa: E731
            return act() if name is None else world.step(f"{verb} {name}", act, family=family)

        return wrapped

    calls = (
        ("rename", "rename to", 1, ""),
        ("replace", "rename to", 1, ""),
        ("link", "link to", 1, ROOM),
        ("unlink", "unlink", 0, ""),
        ("remove", "unlink", 0, ""),
        ("rmdir", "rmdir", 0, ""),
        ("mkdir", "mkdir", 0, ROOM),
        ("truncate", "truncate", 0, ""),
        ("ftruncate", "truncate", 0, ""),
        ("posix_fallocate", "reserve", 0, ROOM),
        ("fsync", "fsync", 0, SYNC),
    )
    for call, verb, which, family in calls:
        setattr(os, call, watched(verb, getattr(os, call), which, family))
    os.write = _write(world, os.write)
    os.open = _create(world, os.open)
    sys.addaudithook(_unseen(world))
    if disk.syncfs is not None:
        disk.syncfs = _syncfs(world, disk.syncfs)


def _write(world: World, call: Callable[[int, bytes], int]) -> Callable[[int, bytes], int]:
    def write(descriptor: int, data: bytes) -> int:
        name = world.file(descriptor)
        if name is None:
            return call(descriptor, data)
        part = lambda: call(descriptor, data[: len(data) // 2])  # noqa: E731
        return int(world.step(f"write {name}", lambda: call(descriptor, data), part, ROOM))

    return write


def _create(world: World, call: Callable[..., int]) -> Callable[..., int]:
    def opened(path: Any, flags: int, *args: Any, **named: Any) -> int:
        name = world.file(path) if flags & os.O_CREAT and not Path(path).exists() else None

        def act() -> int:
            world.opening = True
            try:
                return call(path, flags, *args, **named)
            finally:
                world.opening = False

        return int(act() if name is None else world.step(f"create {name}", act, family=ROOM))

    return opened


def _unseen(world: World) -> Callable[[str, Any], None]:
    """Notes a file opened to be written past the calls watched here: what is written there could not go wrong."""

    def heard(event: str, args: Any) -> None:
        if event == "open" and not world.opening and args[2] & (os.O_WRONLY | os.O_RDWR):
            name = world.file(args[0])
            if name is not None:
                world.note(f"unseen {name}")

    return heard


def _syncfs(world: World, call: Callable[[int], int]) -> Callable[[int], int]:
    def syncfs(descriptor: int) -> int:
        try:
            return int(world.step(f"syncfs {world.file(descriptor)}", lambda: call(descriptor), family=SYNC))
        except OSError as error:
            ctypes.set_errno(error.errno or 0)
            return -1

    return syncfs


def watch_imap(world: World) -> None:
    """Every command sent to the mailbox, and every answer to one."""
    send, complete = imaplib.IMAP4.send, imaplib.IMAP4._command_complete  # type: ignore[attr-defined]
    last = ""

    def sending(client: Any, data: bytes) -> None:
        nonlocal last
        words = data.split()
        tagged = bool(words) and words[0].startswith(client.tagpre)
        last = b" ".join(words[1 : 3 if words[1] == b"UID" else 2]).decode() if tagged else "continued"
        world.step(f"imap > {last}", lambda: send(client, data), lambda: send(client, data[: len(data) // 2]))

    def completed(client: Any, *args: Any) -> Any:
        answer = complete(client, *args)
        return world.step(f"imap < {last}", lambda: answer)

    imaplib.IMAP4.send = sending  # type: ignore[method-assign, assignment]
    imaplib.IMAP4._command_complete = completed  # type: ignore[attr-defined]


def watch_smtp(world: World) -> None:
    """Every command sent to the relay, every letter, and every answer; on each connection by itself."""
    _watch(world, SMTPProtocol, "read_response")
    _watch(world, Wire, "answer")


def _watch(world: World, kind: Any, reads: str) -> None:
    write, read = kind.write, getattr(kind, reads)
    last: WeakKeyDictionary[object, str] = WeakKeyDictionary()

    def writing(protocol: object, data: bytes) -> None:
        verb = VERB.match(data)
        name = "letter" if last.get(protocol) == "DATA" else verb[0].decode().upper() if verb else "login"
        last[protocol] = "DATA" if data.endswith(b"DATA\r\n") else name
        world.step(f"smtp > {name}", lambda: write(protocol, data), lambda: write(protocol, data[: len(data) // 2]))

    async def reading(protocol: object, *args: Any, **named: Any) -> Any:
        answer = await read(protocol, *args, **named)
        return world.step(f"smtp < {last.get(protocol, 'greeting')}", lambda: answer)

    kind.write = writing
    setattr(kind, reads, reading)


def set_clock(shift: float) -> None:
    """The desk's clock goes wrong by so many seconds."""

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=shift)

    tools.datetime = Wrong  # type: ignore[attr-defined, misc]


def end_when_quiet(world: World, seconds: float) -> None:
    """SIGTERM for this process once it took a step, and then none for so long."""
    before, since = 0, time.monotonic()
    while not world.count or time.monotonic() - since < seconds:
        time.sleep(seconds / 20)
        if before != world.count:
            before, since = world.count, time.monotonic()
    os.kill(os.getpid(), signal.SIGTERM)


def carry_out(order: Order) -> int:
    """Run the command in this process, which is a fork made for it; its exit code."""
    signal.alarm(PATIENCE)
    for number, kind in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{order.log}.{kind}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    world = World(order)
    for watch in (watch_disk, watch_imap, watch_smtp):
        watch(world)
    if order.shift:
        set_clock(order.shift)
    if order.quiet:
        threading.Thread(target=end_when_quiet, args=(world, order.quiet), daemon=True).start()
    return typed(order.words)


def _fork(order: Order) -> int:
    """The exit code of the command in a fork; -9 if it was killed."""
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = carry_out(order)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Carry out orders until standard input ends."""
    start_up()
    once = cache(prepare)  # a command that finds other rules in the folder reads them itself
    for line in sys.stdin:
        fields = json.loads(line)
        order = Order(**{**fields, "words": tuple(fields["words"])})
        os.chdir(order.folder)
        once(Path.cwd())
        print(_fork(order), flush=True)


if __name__ == "__main__":
    main()
