"""Postfix's relay for tests, which takes everything and keeps nothing. It knows nothing of mailbot."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SINK = shutil.which("smtp-sink", path=os.environ.get("PATH", "") + ":/usr/sbin")


@contextmanager
def smtp_sink() -> Iterator[int]:
    """The port of such a relay. RuntimeError if there is none on this machine."""
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
