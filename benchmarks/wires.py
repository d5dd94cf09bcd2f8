"""The servers that benchmarks work against, real ones on loopback: a Dovecot with mails in its inbox, and Postfix's
relay for tests, which takes everything and keeps nothing. It knows nothing of what is measured."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from desks import make_certificate
from dovecot import Dovecot, _unprivileged, dovecot

SINK = shutil.which("smtp-sink", path=os.environ.get("PATH", "") + ":/usr/sbin")
USER = "desk"


@contextmanager
def mail_server(room: Path) -> Iterator[Dovecot]:
    """A Dovecot, its certificate in `room`."""
    certificate = make_certificate(room)
    with dovecot(certificate.cert, certificate.key) as server:
        yield server


def deliver(server: Dovecot, mails: Iterable[bytes], user: str = USER) -> int:
    """Puts mails into the inbox of a user, as a delivery agent does; how many they were."""
    folder = server.mail_folder(user) / "new"
    owner, group = _unprivileged()
    for part in ("new", "cur", "tmp"):
        (folder.parent / part).mkdir(parents=True, exist_ok=True)
        shutil.chown(folder.parent / part, owner, group)
    shutil.chown(folder.parent, owner, group)
    now, number = time.time(), 0
    for number, raw in enumerate(mails, 1):
        path = folder / f"{now:.0f}.M{number:06d}.benchmark"
        path.write_bytes(raw)
        shutil.chown(path, owner, group)
    return number


@contextmanager
def relay() -> Iterator[int]:
    """The port of a relay. RuntimeError if there is none on this machine."""
    if SINK is None:
        raise RuntimeError("there is no smtp-sink on this machine (Debian: postfix)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with subprocess.Popen([SINK, *user, f"127.0.0.1:{port}", "100"]) as process:
        for _ in range(500):
            with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.01)
        try:
            yield port
        finally:
            process.terminate()
