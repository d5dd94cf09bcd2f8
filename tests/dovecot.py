"""A real Dovecot for tests: in the foreground, unprivileged, everything in one folder, on free ports of loopback.
It knows nothing of mailbot."""

import grp
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import temporary

INSTALLED = shutil.which("dovecot") is not None
PASSWORD = "secret"
SHORT = temporary.MEMORY if temporary.folder() == temporary.MEMORY else Path("/tmp")
STARTING = 10.0
"""Seconds for the greeting to come; it takes some 30 ms."""
CAPABILITIES = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ NAMESPACE UIDPLUS MOVE CHILDREN".split()

CONFIGURATION = """
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{dir}/mail/%u
mail_home = {dir}/home/%u
ssl = {ssl}
ssl_cert = <{dir}/cert.pem
ssl_key = <{dir}/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login{mechanisms}
imap_capability = {capabilities}
{bearer}
passdb {{
  driver = static
  mechanisms = plain login none
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={dir}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
"""

BEARER = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {dir}/oauth2.conf
}}
"""
INTROSPECTION = """
introspection_mode = get
introspection_url = {url}?token=
username_attribute = username
active_attribute = active
active_value = true
"""
"""Where Dovecot asks whether an access token holds, and for whom."""


@dataclass
class Dovecot:
    """A Dovecot. Every user name exists, with PASSWORD and an empty mailbox of its own.

    It may be stopped and started again: the ports, the mailboxes and what is in them stay.
    """

    folder: Path
    imap_port: int
    imaps_port: int
    lmtp_port: int
    _process: subprocess.Popen[bytes] | None = None

    def mail_folder(self, user: str) -> Path:
        """The maildir of a user."""
        return self.folder / "mail" / user

    def start(self) -> None:
        """Start it and wait for its greeting; nothing, if it runs."""
        if self._process is not None:
            return
        user, group = unprivileged()
        identity: dict[str, Any] = {"user": user, "group": group, "extra_groups": []} if os.geteuid() == 0 else {}
        command = ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True, **identity)
        _await_greeting(self._process, self.folder, self.imap_port)

    def stop(self) -> None:
        """Stop it, cutting all its connections; nothing, if it is stopped."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):  # it could not be started, and says so better than this does
                os.killpg(process.pid, signal.SIGTERM)  # the master alone waits a second or more for its children
            process.wait(STARTING)


@contextmanager
def dovecot(
    cert: Path,
    key: Path,
    *,
    without: Iterable[str] = (),
    separator: str = "/",
    prefix: str = "",
    starttls: bool = True,
    introspection: str = "",
) -> Iterator[Dovecot]:
    """Start a Dovecot and stop it. `without` are capabilities it keeps quiet about; `prefix` that of its folders. With
    the address of an `introspection` (RFC 7662) access tokens log in as well, by XOAUTH2 and OAUTHBEARER."""
    folder = Path(tempfile.mkdtemp(prefix="dovecot-", dir=SHORT))  # Unix sockets are made in it
    shutil.copy(cert, folder / "cert.pem")
    shutil.copy(key, folder / "key.pem")
    user, group = unprivileged()
    ports = dict(zip(("imap", "imaps", "lmtp"), _free_ports(3), strict=True))
    capabilities = " ".join(name for name in CAPABILITIES if name not in set(without))
    (folder / "dovecot.conf").write_text(
        CONFIGURATION.format(
            dir=folder,
            user=user,
            group=group,
            ssl="yes" if starttls else "no",
            capabilities=capabilities,
            password=PASSWORD,
            separator=separator,
            prefix=prefix,
            mechanisms=" xoauth2 oauthbearer" if introspection else "",
            bearer=BEARER.format(dir=folder) if introspection else "",
            **ports,
        )
    )
    (folder / "oauth2.conf").write_text(INTROSPECTION.format(url=introspection))
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, user, group)
    server = Dovecot(folder, ports["imap"], ports["imaps"], ports["lmtp"])
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged() -> tuple[str, str]:
    """User and group that the server runs as: whoever runs the tests, but never root."""
    entry = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name


def _free_ports(count: int) -> list[int]:
    """Free ports, no two alike, outside the range from which the system serves those who ask for any, such as tests in
    parallel."""
    found: dict[int, None] = {}
    while len(found) < count:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found[port] = None
    return list(found)


def _await_greeting(process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 1) as connection:
                if connection.recv(4) == b"* OK":
                    return
        except OSError:
            time.sleep(0.005)
    said = "\n".join(path.read_text() for path in (folder / "output", folder / "dovecot.log") if path.exists())
    raise AssertionError(f"Dovecot did not start:\n{said}")
