"""From a server as written to an account ready for use: its port, its password, where its access tokens come from.
It connects to nothing."""

import ipaddress
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from mailbot.core.health import Renewal
from mailbot.core.rulesets.problems import Problem, Source
from mailbot.edge.account import Account, Mechanism, Security
from mailbot.edge.config.files import lies_in
from mailbot.edge.config.written import OAuth2, Server
from mailbot.edge.private import CREDENTIALS, Secret, Way
from mailbot.edge.tokens import ANNOUNCED, FIRST, Grant, Tokens

PORTS: Mapping[tuple[str, Security], int] = {
    ("imap", "tls"): 993,
    ("imap", "starttls"): 143,
    ("imap", "none"): 143,
    ("smtp", "tls"): 465,
    ("smtp", "starttls"): 587,
    ("smtp", "none"): 25,
}
"""The usual port of each service (RFC 8314), where the settings name none."""
CLEAR = "tls or starttls: {host} is another machine, and passwords and letters would go there in clear text"
"""What is wanted instead of `none`, which is for localhost and loopback addresses alone."""
OUTSIDE = "a file outside the folder of state, which backups and auditors get copies of"
"""What is wanted of a file that holds a key or another secret."""
ABSENT: Mapping[Way, str] = {
    "file": "a file that can be read",
    "env": "the name of an environment variable that is set",
    "credential": f"the name of a credential that the service manager gives (LoadCredential= of systemd): a file in"
    f" the folder that {CREDENTIALS} names",
}
"""What is wanted where a secret is not to be found."""
TOKEN_URLS = {
    "google": "https://oauth2.googleapis.com/token",
    "microsoft365": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
}
SCOPES = {
    ("google", "refresh_token"): "https://mail.google.com/",
    ("microsoft365", "refresh_token"): "https://outlook.office.com/IMAP.AccessAsUser.All"
    " https://outlook.office.com/SMTP.Send offline_access",
    ("microsoft365", "client_credentials"): "https://outlook.office365.com/.default",
}
"""What both wires need, as the providers document it."""
MECHANISMS: Mapping[str, Mechanism] = {"google": "XOAUTH2", "microsoft365": "XOAUTH2"}
"""What the providers' mail servers offer; others are taken to offer what the RFC has."""


@dataclass(slots=True)
class Sharing:
    """What the accounts of one file have in common: the file, the folder its paths begin at, that of the state, whether
    secrets are looked for, and the tokens of each user and grant, which both wires share."""

    source: Source
    base: Path
    state: Path
    secrets: bool
    tokens: dict[tuple[str, Grant], Tokens] = field(default_factory=dict)

    def ca(self, path: tuple[str, ...], written: Path | None) -> Path | Problem | None:
        """A file of certificates; a problem if it is not there, for whoever connects to a server."""
        file = self.base / written if written is not None else None
        if self.secrets and file is not None and not file.is_file():
            return self.source.problem((*path, "ca"), f'"{written}"', "a file with certificates (PEM)")
        return file

    def missing(self, path: tuple[str, ...], name: str, written: Server | OAuth2) -> Problem | None:
        """A problem if a secret is not where the settings say, or lies in the state. What stands there instead is not
        repeated: it may be the secret itself."""
        secret = secret_of(written, name, self.base)
        if secret is not None and secret.way == "file" and lies_in(Path(secret.where), self.state):
            return self.source.problem((*path, f"{name}_file"), "", OUTSIDE)
        found = secret.read() if self.secrets and secret is not None else "not looked for"
        if secret is None or found:
            return None
        key = name if secret.way == "settings" else f"{name}_{secret.way}"
        if found is None:
            return self.source.problem((*path, key), "", ABSENT[secret.way])
        where = f"{secret.file} is empty" if secret.file else "it is empty"
        return self.source.problem((*path, key), "", f"a {name.replace('_', ' ')}: {where}")


def secret_of(written: Server | OAuth2, name: str, base: Path) -> Secret | None:
    """Where a secret stands; None if nobody gave it."""
    if (file := getattr(written, f"{name}_file")) is not None:
        return Secret("file", str(base / file))
    for way in ("env", "credential"):
        if (where := getattr(written, f"{name}_{way}")) is not None:
            return Secret("env" if way == "env" else "credential", where)
    value = getattr(written, name, None)
    return Secret("settings", value=value) if value is not None else None


def account(sharing: Sharing, name: str, server: Server) -> Account | Problem:
    """The account of a server, or what is wrong with it first."""
    if server.security == "none" and not on_this_machine(server.host):
        return sharing.source.problem((name, "security"), '"none"', CLEAR.format(host=server.host))
    if name == "imap" and not server.user:
        return sharing.source.problem((name,), "", "user, since a mailbox asks for a login")
    if problem := sharing.missing((name,), "password", server):
        return problem
    ca = sharing.ca((name,), server.ca)
    tokens = _tokens(sharing, name, server) if server.oauth2 is not None else None
    for part in (ca, tokens):
        if isinstance(part, Problem):
            return part
    assert not isinstance(ca, Problem)
    assert not isinstance(tokens, Problem)
    secret = secret_of(server, "password", sharing.base) if sharing.secrets else None
    return Account(
        host=server.host,
        port=server.port if server.port is not None else PORTS[name.rpartition("_")[2], server.security],
        security=server.security,
        user=server.user,
        password=(secret.read() if secret else "") or "",
        ca=ca,
        timeout=server.timeout,
        access=tokens,
        mechanism=_mechanism(server.oauth2),
    )


def _mechanism(oauth2: OAuth2 | None) -> Mechanism:
    if oauth2 is None:
        return "XOAUTH2"
    return oauth2.mechanism or MECHANISMS.get(oauth2.kind or "", "OAUTHBEARER")


def _tokens(sharing: Sharing, name: str, server: Server) -> Tokens | Problem:
    """The tokens of a server's user: those of another server, where user and grant are the same."""
    oauth2, path = server.oauth2, (name, "oauth2")
    assert oauth2 is not None
    url = oauth2.token_url or TOKEN_URLS[oauth2.kind or ""].format(tenant=oauth2.tenant)
    if not safe(url):
        wanted = "an address that begins with https:// (http:// on this machine alone), without name and password"
        return sharing.source.problem((*path, "token_url"), f'"{url}"', wanted)
    for secret in ("client_secret", "refresh_token"):
        if problem := sharing.missing(path, secret, oauth2):
            return problem
    ca = sharing.ca(path, oauth2.ca)
    if isinstance(ca, Problem):
        return ca
    grant = Grant(
        token_url=url,
        client_id=oauth2.client_id,
        client_secret=secret_of(oauth2, "client_secret", sharing.base),
        refresh_token=secret_of(oauth2, "refresh_token", sharing.base),
        scope=oauth2.scope if oauth2.scope is not None else SCOPES.get((oauth2.kind or "", oauth2.grant), ""),
        type=oauth2.grant,
        ca=ca,
        timeout=server.timeout,
        name=f"[{name}.oauth2]",
    )
    return sharing.tokens.setdefault((server.user, grant), Tokens(grant))


def on_this_machine(host: str) -> bool:
    """Whether what is said to this host stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def safe(url: str) -> bool:
    """Whether secrets may be sent to this address (RFC 6749 §3.2: by TLS, and no fragment)."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.username is None and not parts.fragment and parts.port != 0
    except ValueError:
        return False
    https = parts.scheme == "https" or (parts.scheme == "http" and on_this_machine(parts.hostname or ""))
    return named and https and url.isascii() and url.isprintable() and " " not in url


def secret_files(path: Path, servers: Collection[Server], base: Path) -> tuple[Path, ...]:
    """The files that a secret stands in, the settings themselves among them if one does. Credentials are not: the
    service manager keeps them."""
    found = []
    for server in servers:
        given = [secret_of(server, "password", base)]
        if server.oauth2 is not None:
            given += [secret_of(server.oauth2, name, base) for name in ("client_secret", "refresh_token")]
        found += [Path(secret.where) for secret in given if secret is not None and secret.way == "file"]
        found += [path] if server.password else []
    return tuple(dict.fromkeys(found))


def ends(servers: Mapping[str, Server]) -> Iterator[Renewal]:
    """When secrets end, as far as the settings say."""
    for name, server in servers.items():
        if server.expires is not None:
            yield _end(f"password of [{name}]", server.expires)
        if server.oauth2 is not None and server.oauth2.expires is not None:
            yield _end(f"client secret of [{name}.oauth2]", server.oauth2.expires)


def _end(what: str, day: date) -> Renewal:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Renewal(f"{what} ends {day.isoformat()}", max(midnight, FIRST + ANNOUNCED) - ANNOUNCED)
