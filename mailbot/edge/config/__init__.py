"""The settings of an installation: mailbot.toml; beside it keys, and the files of rules and templates.
It judges no rule."""

import ipaddress
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mailbot.core.rulesets.models import made
from mailbot.core.rulesets.problems import Problem, Source
from mailbot.edge.account import Account
from mailbot.edge.config.files import rule_set, rule_texts, shipped
from mailbot.edge.config.keys import load_keys, make_keys, rotate_keys

__all__ = [
    "TEMPLATE",
    "Config",
    "Monitoring",
    "ServicePace",
    "load",
    "load_keys",
    "make_keys",
    "rotate_keys",
    "rule_set",
    "rule_texts",
    "shipped",
]

Security = Literal["tls", "starttls", "none"]
PORTS: Mapping[tuple[str, Security], int] = {
    ("imap", "tls"): 993,
    ("imap", "starttls"): 143,
    ("imap", "none"): 143,
    ("smtp", "tls"): 465,
    ("smtp", "starttls"): 587,
    ("smtp", "none"): 25,
}
"""The usual port of each service (RFC 8314), where the settings name none."""

TEMPLATE = """\
# Settings of one mailbot. Paths are relative to this file. After a change: `mailbot check`.

[desk]
rules = "rules"            # the desk and its forms
templates = "templates"    # letters and sentences, a folder for each language
state = "state"            # journal, mails, cases: back it up, let nobody else read it
keys = "keys.json"         # secrets of the reply addresses: keep it apart from state
# signing_key = "head.pem"   # signs the daily letters to auditors: `mailbot keys signing --new` makes it

# The mailbox that is read. A password stands in one of three places:
#   password_file   a file only this user can read (relative to this one)
#   password_env    the name of an environment variable
#   password        here
[imap]
host = "imap.desk.example"
security = "tls"           # tls, starttls, or none (only on this machine)
# port = 993
user = "helpdesk@desk.example"
password_file = "imap.password"
# ca = "ca.pem"            # if the server's certificate is not one the system trusts
# timeout = 30             # seconds

# The relay that takes the desk's letters.
[smtp]
host = "smtp.desk.example"
security = "starttls"
# port = 587
user = "helpdesk@desk.example"
password_file = "smtp.password"

# Another way out for what alarms the operator, while the relay above is out of reach; the same keys.
# [alarm_smtp]
# host = "localhost"
# security = "none"

# How `mailbot run` works. The server tells of new mail by itself (IDLE); this is for those that do not.
[service]
poll_seconds = 60          # the inbox is looked into at least this often
connections = 4            # to the relay, at once
log = "text"               # text or json: lines on standard error

# Metrics for Prometheus and a health answer, on this machine alone (docs/metrics.md).
# [monitoring]
# port = 9464
# address = "127.0.0.1"
"""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeskPaths(_Settings):
    """Where rules, templates, state and keys are: absolute once loaded. `signing_key` (None: nothing is signed) is the
    private key that signs what auditors are told."""

    rules: Path = Path("rules")
    templates: Path = Path("templates")
    state: Path = Path("state")
    keys: Path = Path("keys.json")
    signing_key: Path | None = None

    @property
    def private(self) -> tuple[Path, ...]:
        """The files with keys."""
        return (self.keys, *([self.signing_key] if self.signing_key else []))


class Server(_Settings):
    """One server as written: at most one of the three ways to give a password."""

    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Security = "tls"
    user: str = ""
    password: str | None = None
    password_file: Path | None = None
    password_env: str | None = None
    ca: Path | None = None
    timeout: float = Field(default=30.0, gt=0, le=600)

    @model_validator(mode="after")
    def _one_password(self) -> "Server":
        given = [name for name in ("password", "password_file", "password_env") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"wanted: one of {', '.join(given)}, not several")
        if self.user and not given:
            raise ValueError("wanted: password_file, password_env or password, since a user is given")
        return self


class ServicePace(_Settings):
    """How `mailbot run` works: seconds between two looks into the inbox at most, connections to the relay at once, and
    what its log is made of."""

    poll_seconds: float = Field(default=60.0, ge=1, le=3600)
    connections: int = Field(default=4, ge=1, le=20)
    log: Literal["text", "json"] = "text"


class Monitoring(_Settings):
    """Where metrics and health are shown: on this machine alone, since nobody is asked who they are."""

    port: int = Field(ge=1, le=65535)
    address: str = "127.0.0.1"

    @model_validator(mode="after")
    def _here(self) -> "Monitoring":
        try:
            loopback = ipaddress.ip_address(self.address).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise ValueError("wanted: an address of this machine alone, 127.0.0.1 or ::1; nobody is asked who they are")
        return self


class _File(_Settings):
    desk: DeskPaths = DeskPaths()
    service: ServicePace = ServicePace()
    monitoring: Monitoring | None = None
    imap: Server
    smtp: Server
    alarm_smtp: Server | None = None


class Config(_Settings):
    """Settings ready for use: absolute paths, accounts with their passwords; `secret_files` are those a password stands
    in."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    desk: DeskPaths
    imap: Account
    smtp: Account
    alarm_smtp: Account | None
    service: ServicePace
    monitoring: Monitoring | None = None
    secret_files: tuple[Path, ...] = ()


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _password(server: Server, base: Path) -> str | None:
    """The password from wherever it stands, without line ends around a file's; None if it is not there."""
    if server.password_file is not None:
        text = _read_text(base / server.password_file)
        return text.strip("\r\n") if text is not None else None
    if server.password_env is not None:
        return os.environ.get(server.password_env)
    return server.password or ""


def _on_this_machine(host: str) -> bool:
    """Whether what is said to this host stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


CLEAR = "tls or starttls: {host} is another machine, and passwords and letters would go there in clear text"
"""What is wanted instead of `none`, which is for localhost and loopback addresses alone."""


def _account(source: Source, name: str, server: Server, base: Path, secrets: bool) -> Account | Problem:
    if server.security == "none" and not _on_this_machine(server.host):
        return source.problem((name, "security"), '"none"', CLEAR.format(host=server.host))
    password = _password(server, base) if secrets else ""
    if password is None:
        by_file = server.password_file is not None
        key, found = ("password_file", server.password_file) if by_file else ("password_env", server.password_env)
        wanted = "a file that can be read" if by_file else "the name of an environment variable that is set"
        return source.problem((name, key), f'"{found}"', wanted)
    ca = base / server.ca if server.ca is not None else None
    if ca is not None and not ca.is_file():
        return source.problem((name, "ca"), f'"{server.ca}"', "a file with certificates (PEM)")
    port = server.port if server.port is not None else PORTS[name.rpartition("_")[2], server.security]
    return Account(
        host=server.host,
        port=port,
        security=server.security,
        user=server.user,
        password=password,
        ca=ca,
        timeout=server.timeout,
    )


def _secret_files(path: Path, servers: Collection[Server], base: Path) -> tuple[Path, ...]:
    """The files that a password stands in, the settings themselves among them if one does."""
    found = [base / server.password_file for server in servers if server.password_file is not None]
    found += [path for server in servers if server.password]
    return tuple(dict.fromkeys(found))


def _paths(source: Source, desk: DeskPaths, base: Path) -> DeskPaths | Problem:
    absolute = {name: base / path for name, path in desk.model_dump(exclude_none=True).items()}
    for name in ("keys", "signing_key"):
        if name in absolute and absolute[name].resolve().is_relative_to(absolute["state"].resolve()):
            return source.problem(("desk", name), f'"{getattr(desk, name)}"', "a file outside the folder of state")
    return DeskPaths(**absolute)


def load(path: Path, *, secrets: bool = True) -> Config | tuple[Problem, ...]:
    """The settings in a mailbot.toml, or everything that is wrong with them. Nothing is connected to or created.

    Without `secrets` no password is looked for: whoever only looks at a desk needs none.
    """
    text = _read_text(path)
    if text is None:
        return (Problem(str(path), "", "nothing that can be read", "a file of settings in UTF-8"),)
    source, base = Source(str(path), text), path.resolve().parent
    if source.data is None:
        return (source.broken,) if source.broken else ()
    written = made(_File, source, source.data)
    if isinstance(written, list):
        return tuple(written)
    desk = _paths(source, written.desk, base)
    servers = {"imap": written.imap, "smtp": written.smtp, "alarm_smtp": written.alarm_smtp}
    given = {name: server for name, server in servers.items() if server}
    accounts = {name: _account(source, name, server, base, secrets) for name, server in given.items()}
    problems = tuple(part for part in (desk, *accounts.values()) if isinstance(part, Problem))
    if problems:
        return problems
    found = {"desk": desk, "service": written.service, "secret_files": _secret_files(path, given.values(), base)}
    more = {"alarm_smtp": None, "monitoring": written.monitoring}
    return Config.model_validate({**more, **found, **accounts})
