"""What `mailbot check` looks at on the machine itself: room, rights, time zones, characters, open files.
It asks no server."""

import os
import resource
import shutil
import stat
import sys
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

from mailbot.checkup.values import Finding, bad, to_do

FULL, SCARCE = 100_000_000, 1_000_000_000
"""Octets below which the disk is full for a desk, and below which somebody should know."""
FEW_FILES = 256
"""Open files that a service may need: connections, pipes of the reader, journal and casebook."""


def around() -> Iterator[Finding]:
    """What no setting changes."""
    yield from _time_zones(len(zoneinfo.available_timezones()))
    yield from _characters(sys.stdout.encoding or "utf-8")
    yield from _open_files(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _time_zones(known: int) -> Iterator[Finding]:
    if not known:
        do = "install the system's time zones (Debian: apt install tzdata), or `pip install tzdata`"
        yield bad("time-zones", "this machine has no data of time zones, so no desk with a time zone can work", do)


def _characters(output: str) -> Iterator[Finding]:
    if output.lower().replace("-", "") != "utf8":
        do = "set LANG=C.UTF-8 where mailbot is started; letters and sheets to sign need no locale and no fonts"
        yield to_do("characters", f"what is printed is written in {output}: Japanese would not be shown", do)


def _open_files(most: int) -> Iterator[Finding]:
    if most != resource.RLIM_INFINITY and most < FEW_FILES:
        do = f"`ulimit -n {FEW_FILES * 4}`, or LimitNOFILE={FEW_FILES * 4} in the unit"
        yield to_do("open-files", f"this process may open {most} files, and a service may need {FEW_FILES}", do)


def of_state(state: Path) -> Iterator[Finding]:
    """The folder of the state: rights, owner, room."""
    try:
        found = state.stat()
    except FileNotFoundError:
        yield from _room(next(folder for folder in state.parents if folder.exists()))
        return
    except OSError as error:
        yield bad(
            "state-unreadable", f"{state} cannot be looked at: {error.strerror}", "run mailbot as the user who owns it"
        )
        return
    if (mode := stat.S_IMODE(found.st_mode)) & 0o077:
        text = f"{state}: others may look into it: found mode {mode:04o}; wanted 0700"
        yield to_do("state-exposed", text, f"`chmod -R go= {state}`")
    if found.st_uid != os.geteuid():
        do = f"run mailbot as that user, or give the folder to this one: `chown -R {os.geteuid()} {state}`"
        yield to_do("state-owner", f"{state} belongs to the user {found.st_uid}, and this is {os.geteuid()}", do)
    if not os.access(state, os.W_OK | os.X_OK):
        do = "give it to the user that mailbot runs as; in a unit of systemd name it in ReadWritePaths="
        yield bad("state-unwritable", f"{state} cannot be written", do)
    yield from _room(state)


def _room(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    if free >= SCARCE:
        return
    do = "make room: nothing is taken in while the disk is full, and nothing is lost; mails stay on the server"
    text = f"{folder}: {free // 1_000_000} MB are free on this disk"
    yield bad("disk", text, do) if free < FULL else to_do("disk", text, do)
