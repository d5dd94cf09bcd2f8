"""How the settings say where access tokens come from, and when secrets end."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailbot.core.rulesets import Problem
from mailbot.edge import config
from mailbot.edge.account import Account
from mailbot.edge.tokens import Tokens

GOOGLE = """\
[imap]
host = "imap.gmail.com"
user = "helpdesk@desk.example"
[imap.oauth2]
kind = "google"
client_id = "the-client"
client_secret_file = "client.secret"
refresh_token_file = "refresh.token"

[smtp]
host = "smtp.gmail.com"
user = "helpdesk@desk.example"
[smtp.oauth2]
kind = "google"
client_id = "the-client"
client_secret_file = "client.secret"
refresh_token_file = "refresh.token"
"""
MICROSOFT = """\
[imap]
host = "outlook.office365.com"
user = "helpdesk@desk.example"
[imap.oauth2]
kind = "microsoft365"
tenant = "desk.example"
grant = "client_credentials"
client_id = "the-client"
client_secret_env = "DESK_CLIENT_SECRET"
expires = 2027-01-31

[smtp]
host = "localhost"
security = "none"
"""
OWN = """\
[imap]
host = "imap.desk.example"
user = "helpdesk@desk.example"
[imap.oauth2]
token_url = "https://id.desk.example/token"
client_id = "the-client"
refresh_token_credential = "refresh.token"

[smtp]
host = "localhost"
security = "none"
"""
SECRETS = {"client.secret": "CLIENT-Qx1", "refresh.token": "REFRESH-Qx2", "imap.password": "PASSWORD-Qx3"}


def load(folder: Path, text: str, **how: bool) -> config.Config | tuple[Problem, ...]:
    for name, secret in SECRETS.items():
        (folder / name).write_text(secret + "\n", encoding="utf-8")
    path = folder / "mailbot.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(path, **how)


def loaded(folder: Path, text: str, **how: bool) -> config.Config:
    found = load(folder, text, **how)
    assert isinstance(found, config.Config), found
    return found


def tokens(account: Account) -> Tokens:
    assert isinstance(account.access, Tokens)
    return account.access


def test_google_needs_only_who_asks(tmp_path: Path) -> None:
    found = loaded(tmp_path, GOOGLE)
    grant = tokens(found.imap).grant
    assert (grant.token_url, grant.scope) == ("https://oauth2.googleapis.com/token", "https://mail.google.com/")
    assert (grant.type, found.imap.mechanism, found.imap.password) == ("refresh_token", "XOAUTH2", "")
    assert grant.client_secret is not None
    assert grant.client_secret.read() == SECRETS["client.secret"]
    assert found.secret_files == (tmp_path / "client.secret", tmp_path / "refresh.token")


def test_both_wires_share_their_tokens_where_user_and_grant_are_the_same(tmp_path: Path) -> None:
    found = loaded(tmp_path, GOOGLE)
    assert found.imap.access is found.smtp.access
    first, _, last = GOOGLE.rpartition("helpdesk@")
    assert loaded(tmp_path, f"{first}relay@{last}").imap.access is not found.smtp.access
    other = loaded(tmp_path, GOOGLE + 'scope = "https://mail.desk.example/send"\n')
    assert other.imap.access is not other.smtp.access


def test_settings_read_again_are_the_same_unless_they_say_something_else(tmp_path: Path) -> None:
    """So that a reload speaks of a restart only where one is wanted."""
    assert loaded(tmp_path, GOOGLE).imap == loaded(tmp_path, GOOGLE).imap
    assert loaded(tmp_path, GOOGLE).imap != loaded(tmp_path, GOOGLE.replace("the-client", "another")).imap


def test_microsoft_has_an_endpoint_for_each_tenant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_CLIENT_SECRET", "from outside")
    grant = tokens(loaded(tmp_path, MICROSOFT).imap).grant
    assert grant.token_url == "https://login.microsoftonline.com/desk.example/oauth2/v2.0/token"
    assert (grant.type, grant.scope) == ("client_credentials", "https://outlook.office365.com/.default")
    text = MICROSOFT.replace('"client_credentials"', '"refresh_token"\nrefresh_token_file = "refresh.token"')
    scope = tokens(loaded(tmp_path, text).imap).grant.scope
    assert scope.split() == [
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ]


def test_any_other_provider_has_an_address_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    found = loaded(tmp_path, OWN)
    assert (tokens(found.imap).grant.scope, found.imap.mechanism) == ("", "OAUTHBEARER")
    assert found.secret_files == (), "the service manager keeps credentials"
    named = loaded(tmp_path, OWN.replace("client_id", 'mechanism = "XOAUTH2"\nscope = "mail"\nclient_id'))
    assert (tokens(named.imap).grant.scope, named.imap.mechanism) == ("mail", "XOAUTH2")


def test_a_password_may_be_a_credential_of_the_service_manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    text = '[imap]\nhost = "h"\nuser = "u"\npassword_credential = "imap.password"\n[smtp]\nhost = "h"\n'
    assert loaded(tmp_path, text).imap.password == SECRETS["imap.password"]
    for wrong in ("../imap.password", "..", "/etc/passwd", ""):
        (problem,) = load(tmp_path, text.replace("imap.password", wrong))
        assert isinstance(problem, Problem)
        assert problem.key == "imap.password_credential"
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    (problem,) = load(tmp_path, text)
    assert isinstance(problem, Problem)
    assert "LoadCredential=" in problem.wanted


MISTAKES = [
    (GOOGLE, 'kind = "google"\n', "", "imap.oauth2", 'kind = "google" or "microsoft365", or a token_url', 4),
    (GOOGLE, '"google"', '"gmail"', "imap.oauth2.kind", "'google' or 'microsoft365'", 5),
    (GOOGLE, 'client_id = "the-client"', "", "imap.oauth2.client_id", "this key", 4),
    (GOOGLE, 'client_secret_file = "client.secret"', 'client_secret = "x-y-z"', "imap.oauth2.client_secret", "", 7),
    (GOOGLE, '"refresh.token"', '"nowhere"', "imap.oauth2.refresh_token_file", "a file that can be read", 8),
    (GOOGLE, 'refresh_token_file = "refresh.token"', "", "imap.oauth2", "refresh_token_file, refresh_token_env or", 4),
    (GOOGLE, "client_id", 'grant = "client_credentials"\nclient_id', "imap.oauth2", "Google gives no access", 4),
    (GOOGLE, "client_id", 'tenant = "t"\nclient_id', "imap.oauth2", "tenant for microsoft365 alone", 4),
    (GOOGLE, "client_id", 'client_secret_env = "A"\nclient_id', "imap.oauth2", "not several", 4),
    (GOOGLE, "client_id", 'ca = "nowhere"\nclient_id', "imap.oauth2.ca", "certificates (PEM)", 6),
    (GOOGLE, "client_id", 'mechanism = "PLAIN"\nclient_id', "imap.oauth2.mechanism", "'XOAUTH2' or 'OAUTHBEARER'", 6),
    (GOOGLE, "client_id", 'expires = "soon"\nclient_id', "imap.oauth2.expires", "a day such as 2027-01-31", 6),
    (GOOGLE, 'user = "helpdesk@desk.example"\n', "", "imap", "user, the address of the mailbox", 1),
    (GOOGLE, "[imap.oauth2]", 'password = "x"\n[imap.oauth2]', "imap", "one of password, oauth2, not several", 1),
    (GOOGLE, "[imap.oauth2]", "expires = 2027-01-31\n[imap.oauth2]", "imap", "expires beside a password", 1),
    (MICROSOFT, 'tenant = "desk.example"\n', "", "imap.oauth2", "tenant, the directory (tenant) ID", 4),
    (MICROSOFT, '"desk.example"', '"a/../b"', "imap.oauth2.tenant", "a name of letters", 6),
    (MICROSOFT, "", "", "imap.oauth2.client_secret_env", "an environment variable that is set", 9),
    (MICROSOFT, 'client_secret_env = "DESK_CLIENT_SECRET"\n', "", "imap.oauth2", "client_secret_file, client_sec", 4),
    (OWN, "https://id", "http://id", "imap.oauth2.token_url", "https://", 5),
    (OWN, "https://id", "https://name:word@id", "imap.oauth2.token_url", "without name and password", 5),
    (OWN, "https://id.desk.example/token", "https://[", "imap.oauth2.token_url", "https://", 5),
    (OWN, "client_id", "expires = 2027-01-31\nclient_id", "imap.oauth2", "expires beside a client secret", 4),
]


@pytest.mark.parametrize(
    ("text", "old", "new", "key", "wanted", "line"), MISTAKES, ids=[f"{row[3]}-{row[2][:20]}" for row in MISTAKES]
)
def test_a_mistake_is_told_with_its_line_and_without_a_secret(
    tmp_path: Path, text: str, old: str, new: str, key: str, wanted: str, line: int
) -> None:
    assert old in text
    first, *_ = load(tmp_path, text.replace(old, new, 1))
    assert isinstance(first, Problem)
    assert (first.key, first.line) == (key, line)
    assert wanted in first.wanted
    assert not [secret for secret in (*SECRETS.values(), "x-y-z") if secret in str(first)]


def test_whoever_only_looks_needs_no_secret(tmp_path: Path) -> None:
    assert loaded(tmp_path, MICROSOFT, secrets=False).renewals
    assert loaded(tmp_path, OWN, secrets=False)


def test_no_settings_show_a_secret(tmp_path: Path) -> None:
    text = GOOGLE + '[alarm_smtp]\nhost = "h"\nuser = "u"\npassword = "INLINE-Qx4"\n'
    found = loaded(tmp_path, text)
    assert found.alarm_smtp is not None
    assert found.alarm_smtp.password == "INLINE-Qx4"
    for shown in (repr(found), str(found), repr(found.imap), repr(found.imap.access), repr(found.alarm_smtp)):
        assert not [secret for secret in (*SECRETS.values(), "INLINE-Qx4") if secret in shown]


def test_the_last_day_of_a_secret_is_announced_thirty_days_before(tmp_path: Path) -> None:
    (end,) = loaded(tmp_path, MICROSOFT, secrets=False).renewals
    assert end.what == "client secret of [imap.oauth2] ends 2027-01-31"
    assert end.since == datetime(2027, 1, 1, tzinfo=UTC)
    text = '[imap]\nhost = "h"\nuser = "u"\npassword = "x"\nexpires = 2027-03-01\n[smtp]\nhost = "h"\n'
    (end,) = loaded(tmp_path, text).renewals
    assert end.what == "password of [imap] ends 2027-03-01"
    assert end.since.date() == date(2027, 3, 1) - timedelta(days=30)


def test_the_settings_to_start_from_show_a_table_that_works(tmp_path: Path) -> None:
    """The commented table, uncommented, in place of the password."""
    lines = config.TEMPLATE.split("\n")
    begin = lines.index("# [imap.oauth2]")
    table = [
        line.removeprefix("# ") for line in lines[begin : lines.index("", begin)] if not line.startswith("# refresh")
    ]
    text = "\n".join([*lines[:begin], *table, *lines[begin + 1 :]])
    text = text.replace('password_file = "imap.password"\n', "").replace("password_file =", "password_env =")
    assert tokens(loaded(tmp_path, text.replace('"smtp.password"', '"PATH"')).imap).grant.type == "client_credentials"
