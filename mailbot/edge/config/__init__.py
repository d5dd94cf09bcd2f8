"""The settings of an installation: mailbot.toml; beside it keys, and the files of rules and templates.
It judges no rule."""

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from mailbot.core.health import Renewal
from mailbot.core.rulesets.models import made
from mailbot.core.rulesets.problems import Problem, Source
from mailbot.edge.account import Account
from mailbot.edge.config.accounts import OUTSIDE, Sharing, account, ends, secret_files
from mailbot.edge.config.files import lies_in, rule_set, rule_texts, shipped
from mailbot.edge.config.keys import load_keys, make_keys, rotate_keys
from mailbot.edge.config.written import Server, Settings

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

TEMPLATE = """\
# Settings of one mailbot. Paths are relative to this file. After a change: `mailbot check`.

[desk]
rules = "rules"            # the desk and its forms
templates = "templates"    # letters and sentences, a folder for each language
state = "state"            # journal, mails, cases: back it up, let nobody else read it
keys = "keys.json"         # secrets of the reply addresses: keep it apart from state
# signing_key = "head.pem"   # signs the daily letters to auditors: `mailbot keys signing --new` makes it

# The mailbox that is read. A password stands in one of four places:
#   password_file         a file only this user can read (relative to this one)
#   password_env          the name of an environment variable
#   password_credential   the name of a credential of the service manager (LoadCredential= of systemd)
#   password              here
[imap]
host = "imap.desk.example"
security = "tls"           # tls, starttls, or none (only on this machine)
# port = 993
user = "helpdesk@desk.example"
password_file = "imap.password"
# ca = "ca.pem"            # if the server's certificate is not one the system trusts
# expires = 2027-01-31     # the last day of the password: said 30 days before
# timeout = 30             # seconds

# Google Workspace and Microsoft 365 take access tokens instead of a password (docs/oauth2.md): a table below [imap] in
# place of its password, and the same as [smtp.oauth2]. Each secret as _file, _env or _credential, as above.
# [imap.oauth2]
# kind = "microsoft365"    # or "google"; for others token_url and scope
# tenant = "desk.example"  # microsoft365: the directory (tenant) ID
# grant = "client_credentials"    # or "refresh_token", which google needs
# client_id = "00000000-0000-0000-0000-000000000000"
# client_secret_file = "client.secret"
# expires = 2027-01-31     # the last day of the client secret: said 30 days before
# refresh_token_file = "refresh.token"    # for refresh_token; written anew when the provider replaces it

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


class DeskPaths(Settings):
    """Where rules, templates, state and keys are: absolute once loaded."""

    rules: Path = Path("rules")
    """the desk and its forms"""
    templates: Path = Path("templates")
    """letters and sentences, a folder for each language"""
    state: Path = Path("state")
    """journal, mails, cases: to be backed up, and read by nobody else"""
    keys: Path = Path("keys.json")
    """the keys of reply addresses; outside `state`, wherever links lead"""
    signing_key: Path | None = None
    """the private key that signs what auditors are told (`mailbot keys signing --new`); outside `state`, wherever links
    lead"""

    @property
    def private(self) -> tuple[Path, ...]:
        """The files with keys."""
        return (self.keys, *([self.signing_key] if self.signing_key else []))


class ServicePace(Settings):
    """How `mailbot run` works."""

    poll_seconds: float = Field(default=60.0, ge=1, le=3600)
    """the inbox is looked into at least this often, where the server does not tell of new mail by itself"""
    connections: int = Field(default=4, ge=1, le=20)
    """to the relay, at once"""
    log: Literal["text", "json"] = "text"
    """what the lines on standard error are"""


class Monitoring(Settings):
    """Where metrics and health are shown: on this machine alone, since nobody is asked who they are."""

    port: int = Field(ge=1, le=65535)
    """where [metrics and health](metrics.md) are shown"""
    address: str = "127.0.0.1"
    """a loopback address: nobody is asked who they are"""

    @model_validator(mode="after")
    def _here(self) -> "Monitoring":
        try:
            loopback = ipaddress.ip_address(self.address).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            raise ValueError("wanted: an address of this machine alone, 127.0.0.1 or ::1; nobody is asked who they are")
        return self


class _File(Settings):
    desk: DeskPaths = DeskPaths()
    service: ServicePace = ServicePace()
    monitoring: Monitoring | None = None
    imap: Server
    smtp: Server
    alarm_smtp: Server | None = None


class Config(Settings):
    """Settings ready for use: absolute paths, accounts with their passwords; `secret_files` are those a secret stands
    in, `renewals` when secrets end, as far as the settings say."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    desk: DeskPaths
    imap: Account
    smtp: Account
    alarm_smtp: Account | None
    service: ServicePace
    monitoring: Monitoring | None = None
    secret_files: tuple[Path, ...] = ()
    renewals: tuple[Renewal, ...] = ()


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _paths(source: Source, desk: DeskPaths, base: Path) -> DeskPaths | Problem:
    absolute = {name: base / path for name, path in desk.model_dump(exclude_none=True).items()}
    for name in ("keys", "signing_key"):
        if name in absolute and lies_in(absolute[name], absolute["state"]):
            return source.problem(("desk", name), f'"{getattr(desk, name)}"', OUTSIDE)
    return DeskPaths(**absolute)


def load(path: Path, *, secrets: bool = True) -> Config | tuple[Problem, ...]:
    """The settings in a mailbot.toml, or everything that is wrong with them. Nothing is connected to or created.

    Without `secrets` no password is looked for: whoever only looks at a desk needs none.
    """
    text = _read_text(path)
    if text is None:
        return (Problem(str(path), "", "nothing that can be read", "a file of settings in UTF-8"),)
    source, base = Source(str(path), text, private=True), path.resolve().parent
    if source.data is None:
        return (source.broken,) if source.broken else ()
    written = made(_File, source, source.data)
    if isinstance(written, list):
        return tuple(written)
    desk = _paths(source, written.desk, base)
    servers = {"imap": written.imap, "smtp": written.smtp, "alarm_smtp": written.alarm_smtp}
    given = {name: server for name, server in servers.items() if server}
    sharing = Sharing(source, base, base / written.desk.state, secrets)
    accounts = {name: account(sharing, name, server) for name, server in given.items()}
    problems = tuple(part for part in (desk, *accounts.values()) if isinstance(part, Problem))
    if problems:
        return problems
    found = {
        "desk": desk,
        "service": written.service,
        "secret_files": secret_files(path, given.values(), base),
        "renewals": tuple(ends(given)),
    }
    return Config.model_validate({"alarm_smtp": None, "monitoring": written.monitoring, **found, **accounts})
