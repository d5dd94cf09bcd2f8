"""A unit of systemd for the service of this desk, as text. It installs nothing."""

import argparse
import getpass
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from mailbot import desks
from mailbot.cli.words import OK, settings
from mailbot.desks import Mistaken

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
TimeoutStopSec=15min
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
ProcSubset=pid
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
    desk = desks.settings_in(file, secrets=False).desk
    installed = shutil.which("mailbot")
    program = (installed,) if installed else (sys.executable, "-m", "mailbot")
    print(text(file, desk.state.resolve(), arguments.user or getpass.getuser(), program), end="")
    return OK


def text(settings: Path, state: Path, user: str, program: Sequence[str]) -> str:
    """The unit for settings and state in these places, absolute both, and a program with its first arguments. Mistaken
    for a path or a user that systemd would read as something else."""
    for named in (settings, state, program[0], user):
        if odd := set(str(named)) & set(" \t\r\n\"'\\%$;:"):
            raise Mistaken(f"{named}: a unit cannot name what has {' '.join(sorted(map(repr, odd)))} in it")
    needed = (settings, state, Path(program[0]), Path(program[0]).resolve())
    inside = any(str(path).startswith(f"{home}/") for path in needed for home in HOMES)
    values = {"folder": settings.parent, "settings": settings, "state": state, "user": user}
    return UNIT.format(program=" ".join(program), home="read-only" if inside else "yes", **values)
