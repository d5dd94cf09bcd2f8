"""A unit of systemd for the service of this desk, as text. It installs nothing."""

import argparse
import getpass
import math
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mailbot import desks
from mailbot.cli.serve import LETTER
from mailbot.cli.words import OK, settings
from mailbot.desks import Mistaken
from mailbot.edge.config import Config

HOMES = ("/home", "/root", "/run/user")
UNIT = """\
[Unit]
Description=mailbot, the desk in {folder}
Documentation=man:systemd.service(5)
After=network-online.target
Wants=network-online.target

[Service]
Type=notify
NotifyAccess=main
User={user}
WorkingDirectory={folder}
ExecStart={program} --config {settings} run
ExecReload={program} --config {settings} reload
Restart=on-failure
RestartSec=10
# a casebook that has to be made again from a long journal takes minutes
TimeoutStartSec=10min
# letters under way are finished: the time that the relay may take
TimeoutStopSec={stop}min
WatchdogSec=3min
LimitNOFILE=4096
UMask=0077
# secrets outside the folder: password_credential = "imap.password" in the settings; others alike (docs/oauth2.md)
#LoadCredential=imap.password:/etc/mailbot/imap.password

# what the service may touch: its state, and what it has to read
ProtectSystem=strict
ReadWritePaths={state}
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RemoveIPC=yes
KeyringMode=private

# what it may do
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallFilter=setrlimit prlimit64 sched_setaffinity setpriority
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


def unit(arguments: argparse.Namespace) -> int:
    """Print it; whoever may installs it."""
    file = settings(arguments).resolve()
    loaded = desks.settings_in(file, secrets=False)
    found = shutil.which("mailbot")
    program = [found] if found else [sys.executable, "-m", "mailbot"]
    user, state = arguments.user or getpass.getuser(), loaded.desk.state.resolve()
    print(text(file, state, user, program, reads=_read(loaded), timeout=loaded.smtp.timeout), end="")
    return OK


def _read(loaded: Config) -> Iterator[Path]:
    """What the service reads beside settings and state: its own program, too."""
    yield from map(Path, (sys.executable, sys.prefix, sys.base_prefix))
    yield from (loaded.desk.rules, loaded.desk.templates, *loaded.desk.private, *loaded.secret_files)
    yield from (account.ca for account in (loaded.imap, loaded.smtp, loaded.alarm_smtp) if account and account.ca)


def text(
    settings: Path, state: Path, user: str, program: Sequence[str], *, reads: Iterable[Path] = (), timeout: float = 30.0
) -> str:
    """The unit for settings and state in these places, absolute both, and the words that start the program. `reads` are
    all the other places that the service reads, `timeout` is that of the relay, in seconds. Mistaken for a path that
    systemd would read as something else."""
    for named in (settings, state, user, *program):
        if odd := set(str(named)) & set(" \t\r\n\"'\\%$;:"):
            raise Mistaken(f"{named}: a unit cannot name what has {' '.join(sorted(map(repr, odd)))} in it")
    places = [place for path in (settings, state, Path(program[0]), *reads) for place in (path, path.resolve())]
    inside = any(place.is_relative_to(home) for place in places for home in HOMES)
    return UNIT.format(
        folder=settings.parent,
        settings=settings,
        state=state,
        user=user,
        program=" ".join(program),
        home="read-only" if inside else "yes",
        stop=math.ceil(LETTER * timeout / 60),
    )
