"""What the service tells systemd of itself (sd_notify(3)): datagrams to a socket that the environment names.
It knows nothing of the service, and never fails: nobody may listen."""

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress


class Notifier:
    """The way to whoever started this process, if that wants to be told; else every call does nothing.

    `watchdog` is how many seconds may pass between two calls of `alive`, None if nobody waits for them.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        told = os.environ if environment is None else environment
        address = told.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog = _seconds(told) if address else None

    def ready(self, status: str) -> None:
        """The start, or a reload, is over."""
        self._tell(f"READY=1\nSTATUS={status}")

    def status(self, status: str) -> None:
        """How things are, in one line."""
        self._tell(f"STATUS={status}")

    def reloading(self) -> None:
        """Rules are read again; the instant is what Type=notify-reload needs to tell one reload from the next."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def alive(self) -> None:
        """The watchdog is put off."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """The end begins."""
        self._tell("STOPPING=1")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as way:
            way.setblocking(False)
            way.sendto(message.encode(), self._address)


def _seconds(told: Mapping[str, str]) -> float | None:
    """WATCHDOG_USEC in seconds, if it is meant for this process."""
    with suppress(ValueError):
        meant = int(told.get("WATCHDOG_PID", os.getpid())) == os.getpid()
        microseconds = int(told.get("WATCHDOG_USEC", "0"))
        return microseconds / 1_000_000 if meant and microseconds > 0 else None
    return None
