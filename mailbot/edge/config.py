"""The settings of an installation: mailbot.toml, keys, and the files of rules and templates. It judges no rule."""

import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mailbot.core.rulesets.models import made
from mailbot.core.rulesets.problems import Problem, Source
from mailbot.edge.account import Account

Security = Literal["tls", "starttls", "none"]
KEY_OCTETS = 32
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
"""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeskPaths(_Settings):
    """Where rules, templates, state and keys are: absolute once loaded."""

    rules: Path = Path("rules")
    templates: Path = Path("templates")
    state: Path = Path("state")
    keys: Path = Path("keys.json")


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
    """How `mailbot run` works: seconds between two looks into the inbox at most, connections to the relay at once."""

    poll_seconds: float = Field(default=60.0, ge=1, le=3600)
    connections: int = Field(default=4, ge=1, le=20)


class _File(_Settings):
    desk: DeskPaths = DeskPaths()
    service: ServicePace = ServicePace()
    imap: Server
    smtp: Server
    alarm_smtp: Server | None = None


class Config(_Settings):
    """Settings ready for use: absolute paths, accounts with their passwords."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    desk: DeskPaths
    imap: Account
    smtp: Account
    alarm_smtp: Account | None
    service: ServicePace


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


def _account(source: Source, name: str, server: Server, base: Path, secrets: bool) -> Account | Problem:
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


def _paths(source: Source, desk: DeskPaths, base: Path) -> DeskPaths | Problem:
    absolute = {name: base / path for name, path in desk.model_dump().items()}
    if absolute["keys"].resolve().is_relative_to(absolute["state"].resolve()):
        return source.problem(("desk", "keys"), f'"{desk.keys}"', "a file outside the folder of state")
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
    accounts = {name: _account(source, name, server, base, secrets) for name, server in servers.items() if server}
    problems = tuple(part for part in (desk, *accounts.values()) if isinstance(part, Problem))
    if problems:
        return problems
    return Config.model_validate({"desk": desk, "alarm_smtp": None, "service": written.service, **accounts})


def _files(folder: Path) -> Iterator[Path]:
    """Every file below a folder in order, without hidden ones and the copies that editors leave."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") or part.endswith("~") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def rule_texts(rules: Path, templates: Path) -> dict[str, str]:
    """What `rulesets.build` takes: `{path: text}` with paths `rules/…` and `templates/…`, `/` between folders.

    A file below rules/files/ stands as `sha256:<digest of its bytes>`. Bytes that are not UTF-8 stay as lone
    surrogates, which `build` reports with file and line. A folder that is not there gives no files; OSError if a file
    cannot be read.
    """
    texts = {}
    for name, folder in (("rules", rules), ("templates", templates)):
        for path in _files(folder):
            file = f"{name}/{path.relative_to(folder).as_posix()}"
            raw = path.read_bytes()
            binary = file.startswith("rules/files/")
            texts[file] = f"sha256:{hashlib.sha256(raw).hexdigest()}" if binary else _text(raw)
    return texts


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape").replace("\r\n", "\n").removeprefix("\ufeff")


def shipped() -> Path:
    """The folder with `rules` and `templates` that come with mailbot: in the package, or in a checkout above it."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent


def make_keys(path: Path) -> None:
    """Write a file with one new key (32 random octets), readable by its owner alone. FileExistsError if it is there."""
    text = json.dumps({"current": "k1", "keys": {"k1": secrets.token_hex(KEY_OCTETS)}}, indent=2) + "\n"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _key(name: str, digits: Any) -> bytes:
    if not re.fullmatch(r"[a-z0-9]{1,16}", name):
        raise ValueError(f'found the key name "{name}", wanted small letters and digits')
    if not isinstance(digits, str) or not re.fullmatch(r"[0-9a-f]{64,}", digits) or len(digits) % 2:
        raise ValueError(f"key {name}: wanted {KEY_OCTETS * 2} hexadecimal digits or more, an even number")
    return bytes.fromhex(digits)


def load_keys(path: Path) -> tuple[str, dict[str, bytes]]:
    """The name of the current key and all keys by name. OSError if the file cannot be read; ValueError if anybody but
    its owner may read it, or if it is not what `make_keys` writes. No message repeats a key."""
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise ValueError(f"found mode {mode:04o}, wanted 0600: others may read this file")
        data = _json(file.read())
    if set(data) != {"current", "keys"} or not isinstance(data["keys"], dict):
        raise ValueError('wanted {"current": name, "keys": {name: digits}}')
    keys = {name: _key(name, digits) for name, digits in data["keys"].items()}
    if data["current"] not in keys:
        raise ValueError("the current key is not one of the keys")
    return data["current"], keys


def _json(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise ValueError("wanted a JSON object") from None
    return data
