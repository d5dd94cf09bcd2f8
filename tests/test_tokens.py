"""Access tokens: when they are fetched, what becomes of refresh tokens, and how a refusal is told."""

import base64
import fcntl
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desks import Certificate, silent_server
from token_server import CLIENT, REFRESH, SECRET, TokenServer, token_server

from mailbot.edge import private
from mailbot.edge.account import NoAccess
from mailbot.edge.private import Secret
from mailbot.edge.tokens import Grant, Tokens


class Clock:
    """Seconds that pass when they are told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[TokenServer]:
    with token_server() as running:
        yield running


def grant(server: TokenServer, folder: Path, **changes: Any) -> Grant:
    file = folder / "refresh.token"
    if not file.exists():
        file.write_text(REFRESH + "\n", encoding="utf-8")
        file.chmod(0o600)
    given: dict[str, Any] = {
        "token_url": server.url,
        "client_id": CLIENT,
        "client_secret": Secret("settings", value=SECRET),
        "refresh_token": Secret("file", str(file)),
        "scope": "mail offline_access",
        "timeout": 5.0,
        "name": "[imap.oauth2]",
    }
    return Grant(**given | changes)


def why_not(tokens: Tokens) -> NoAccess:
    with pytest.raises(NoAccess) as refused:
        tokens.token()
    return refused.value


def test_a_refresh_token_gives_an_access_token_that_is_used_until_shortly_before_its_end(
    server: TokenServer, tmp_path: Path
) -> None:
    clock = Clock()
    tokens = Tokens(grant(server, tmp_path), clock)
    assert tokens.token() == "access-token-1"
    clock.now += 3600 - 301
    assert tokens.token() == "access-token-1"
    clock.now += 2
    assert tokens.token() == "access-token-2"
    assert server.asked == 2 * [
        {
            "grant_type": "refresh_token",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "refresh_token": REFRESH,
            "scope": "mail offline_access",
        }
    ]


def test_client_credentials_need_no_refresh_token(server: TokenServer, tmp_path: Path) -> None:
    asking = grant(server, tmp_path, type="client_credentials", refresh_token=None, scope="")
    assert Tokens(asking).token() == "access-token-1"
    assert server.asked == [{"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}]


def test_a_token_that_lives_shortly_is_used_for_half_its_life(server: TokenServer, tmp_path: Path) -> None:
    server.lifetime, clock = 60, Clock()
    tokens = Tokens(grant(server, tmp_path), clock)
    tokens.token()
    clock.now += 29
    assert tokens.token() == "access-token-1"
    clock.now += 2
    assert tokens.token() == "access-token-2"


def test_a_refused_token_is_replaced_but_not_one_fetched_just_now(server: TokenServer, tmp_path: Path) -> None:
    clock = Clock()
    tokens = Tokens(grant(server, tmp_path), clock)
    first = tokens.token()
    assert tokens.token(refused=first) == first
    clock.now += 61
    assert tokens.token() == first
    assert tokens.token(refused=first) == "access-token-2"
    assert tokens.token(refused=first) == "access-token-2", "what is refused is an earlier one"


def test_threads_that_want_a_token_at_once_share_one(server: TokenServer, tmp_path: Path) -> None:
    tokens, found = Tokens(grant(server, tmp_path)), list[str]()
    threads = [threading.Thread(target=lambda: found.append(tokens.token())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == 6 * ["access-token-1"]


def test_a_replaced_refresh_token_stands_where_the_old_one_stood(server: TokenServer, tmp_path: Path) -> None:
    server.rotates, clock = True, Clock()
    tokens = Tokens(grant(server, tmp_path), clock)
    tokens.token()
    file = tmp_path / "refresh.token"
    assert file.read_text(encoding="utf-8") == "refresh-token-1\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [".refresh.token.lock", "refresh.token"]
    clock.now += 3600
    assert tokens.token() == "access-token-2"
    assert Tokens(grant(server, tmp_path)).token() == "access-token-3", "as after a restart"
    assert not list(tokens.renewals())


def test_two_grants_with_one_file_of_a_refresh_token_do_not_lose_it(server: TokenServer, tmp_path: Path) -> None:
    server.rotates = True
    wires = [Tokens(grant(server, tmp_path, scope=scope)) for scope in 5 * ("read", "send")]
    threads = [threading.Thread(target=wire.token) for wire in wires]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.given) == len(wires)
    assert (tmp_path / "refresh.token").read_text(encoding="utf-8").strip() == server.refresh


def test_a_link_to_a_refresh_token_stays_one(server: TokenServer, tmp_path: Path) -> None:
    server.rotates = True
    asking = grant(server, tmp_path)
    (tmp_path / "kept").mkdir()
    (tmp_path / "refresh.token").rename(tmp_path / "kept" / "token")
    (tmp_path / "refresh.token").symlink_to(tmp_path / "kept" / "token")
    Tokens(asking).token()
    assert (tmp_path / "refresh.token").is_symlink()
    assert (tmp_path / "kept" / "token").read_text(encoding="utf-8") == "refresh-token-1\n"


def test_a_replaced_refresh_token_that_cannot_be_written_is_used_and_told(
    server: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_REFRESH", REFRESH)
    server.rotates, clock = True, Clock()
    tokens = Tokens(grant(server, tmp_path, refresh_token=Secret("env", "DESK_REFRESH")), clock)
    tokens.token()
    clock.now += 3600
    assert tokens.token() == "access-token-2"
    (told,) = tokens.renewals()
    assert "[imap.oauth2]: the token server replaced the refresh token" in told.what
    assert "the environment variable DESK_REFRESH, where mailbot cannot write" in told.what
    assert "refresh-token" not in told.what
    monkeypatch.setenv("DESK_REFRESH", server.refresh)
    server.rotates = False
    clock.now += 3600
    assert tokens.token() == "access-token-3"
    assert not list(tokens.renewals()), "what stands there is the newest again"


def test_a_file_that_cannot_be_written_is_told(server: TokenServer, tmp_path: Path) -> None:
    server.rotates = True
    tokens = Tokens(grant(server, tmp_path))
    (tmp_path / ".refresh.token.new").mkdir()  # where the new text would be written first
    tokens.token()
    (told,) = tokens.renewals()
    assert "refresh.token could not be written: " in told.what
    assert (tmp_path / "refresh.token").read_text(encoding="utf-8").strip() == REFRESH


def test_what_an_operator_wrote_anew_counts_without_a_restart(server: TokenServer, tmp_path: Path) -> None:
    tokens = Tokens(grant(server, tmp_path))
    server.refresh = "new-one"
    assert why_not(tokens).mend
    (tmp_path / "refresh.token").write_text("new-one\n", encoding="utf-8")
    assert tokens.token() == "access-token-1"


def test_a_credential_is_a_file_in_the_folder_of_the_service_manager(
    server: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = grant(server, tmp_path, refresh_token=Secret("credential", "refresh.token"))
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    refused = why_not(Tokens(asking))
    assert str(refused) == "there is no refresh token in the credential refresh.token"
    assert refused.mend
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert Tokens(asking).token() == "access-token-1"


REFUSALS = [
    (400, {"error": "invalid_grant", "error_description": "revoked"}, True, "put a new refresh token where"),
    (401, {"error": "invalid_client"}, True, "client_id and client secret do not fit, or the secret has ended"),
    (400, {"error": "unauthorized_client"}, True, "does not let this application"),
    (400, {"error": "invalid_scope"}, True, "`scope`"),
    (400, {"error": "interaction_required"}, True, "log in once more"),
    (400, {"error": "something_new", "error_description": "odd"}, True, "something_new (odd)"),
    (503, {"error": "temporarily_unavailable"}, False, "temporarily_unavailable"),
    (400, {"error": "slow_down"}, False, "slow_down"),
    (429, {"error": "invalid_request"}, False, "invalid_request"),
    (500, "<html>oops</html>", False, "HTTP 500"),
    (404, "not here", True, "is token_url right?"),
    (302, "", True, "HTTP 302"),
    (200, "<html>log in to the network of this hotel</html>", False, "HTTP 200"),
    (200, {}, False, "missing_token"),
    (200, [], False, "HTTP 200"),
    (200, {"access_token": ""}, False, "no access token"),
    (200, {"access_token": "two\r\nlines"}, False, "no access token"),
    (200, {"access_token": 7}, False, "no access token"),
    (200, {"access_token": "a", "token_type": "mac"}, True, "not of the type Bearer"),
    (200, {"access_token": "a", "expires_in": {}}, False, "makes no sense"),
]


@pytest.mark.parametrize(("code", "body", "mend", "words"), REFUSALS, ids=lambda value: str(value)[:40])
def test_a_refusal_says_what_to_do_and_whether_it_passes(
    server: TokenServer, tmp_path: Path, code: int, body: Any, mend: bool, words: str
) -> None:
    server.answers = [(code, body if isinstance(body, str) else json.dumps(body))]
    tokens = Tokens(grant(server, tmp_path))
    refused = why_not(tokens)
    assert words in str(refused)
    assert "127.0.0.1" in str(refused)
    assert refused.mend is mend
    assert len(server.asked) == 1
    assert tokens.token() == "access-token-1"


def test_a_secret_that_a_server_repeats_is_not_told(server: TokenServer, tmp_path: Path) -> None:
    server.answers = [(400, json.dumps({"error": "invalid_grant", "error_description": f"{REFRESH} {SECRET} \x1b[1m"}))]
    said = str(why_not(Tokens(grant(server, tmp_path))))
    assert REFRESH not in said
    assert SECRET not in said
    assert said.isprintable()


def test_a_token_server_out_of_reach_passes_by_itself(server: TokenServer, tmp_path: Path) -> None:
    with silent_server() as port:
        silent = grant(server, tmp_path, token_url=f"http://127.0.0.1:{port}/token", timeout=0.2)
        late = why_not(Tokens(silent))
    nobody = why_not(Tokens(silent))
    unknown = why_not(Tokens(grant(server, tmp_path, token_url="https://token.desk.invalid/token")))
    for refused, words in ((late, "no answer in time: waited 0.2 s"), (nobody, "nobody listens"), (unknown, "host is")):
        assert words in str(refused)
        assert not refused.mend


def test_tls_is_checked(tmp_path: Path, certificate: Certificate) -> None:
    with token_server(certificate) as server:
        untrusted = why_not(Tokens(grant(server, tmp_path)))
        assert "certificate is not trusted" in str(untrusted)
        assert not server.asked
        assert Tokens(grant(server, tmp_path, ca=certificate.cert)).token() == "access-token-1"


def test_no_repr_has_a_secret(server: TokenServer, tmp_path: Path) -> None:
    tokens = Tokens(grant(server, tmp_path))
    access = tokens.token()
    for shown in (repr(tokens), repr(tokens.grant), str(tokens.grant.client_secret)):
        assert not [secret for secret in (SECRET, REFRESH, access) if secret in shown]


@pytest.mark.parametrize("head", ["200 OK", "400 Bad Request"])
def test_an_answer_that_breaks_off_passes_by_itself(server: TokenServer, tmp_path: Path, head: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def break_off() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(f"HTTP/1.1 {head}\r\nContent-Length: 100\r\n\r\n{{".encode())

        thread = threading.Thread(target=break_off)
        thread.start()
        port = listening.getsockname()[1]
        refused = why_not(Tokens(grant(server, tmp_path, token_url=f"http://127.0.0.1:{port}/token")))
        thread.join()
    assert not refused.mend


def jwt(**claims: object) -> str:
    """A token that tells its claims (RFC 7519); its signature is nobody's business here."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims)]
    return ".".join([*parts, "c2ln"])


def days(number: float) -> int:
    return int((datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)).timestamp())


@pytest.mark.parametrize(
    ("token", "since"),
    [
        (jwt(exp=days(365), iat=days(0)), 335),
        (jwt(exp=days(365)), 335),
        (jwt(exp=days(30), iat=days(0)), 20),
        (jwt(exp=days(0.5), iat=days(0)), 1 / 3),
    ],
)
def test_the_end_that_a_refresh_token_tells_is_announced_in_time(
    server: TokenServer, tmp_path: Path, token: str, since: float
) -> None:
    tokens = Tokens(grant(server, tmp_path, refresh_token=Secret("settings", value=token)))
    (end,) = tokens.renewals()
    assert end.what.startswith("refresh token of [imap.oauth2] ends 2026-") or "ends 2027-01-01" in end.what
    assert abs(end.since.timestamp() - days(since)) < 2


@pytest.mark.parametrize(
    "token", [REFRESH, "a.b.c", "..", "a.é.c", jwt(), jwt(exp="soon"), jwt(exp=10**30), jwt() + ".x"]
)
def test_a_refresh_token_that_tells_no_end_is_nothing_to_speak_of(
    server: TokenServer, tmp_path: Path, token: str
) -> None:
    assert not list(Tokens(grant(server, tmp_path, refresh_token=Secret("settings", value=token))).renewals())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for others")
def test_root_who_checks_leaves_the_file_to_its_owner(server: TokenServer, tmp_path: Path) -> None:
    server.rotates = True
    asking = grant(server, tmp_path)
    os.chown(tmp_path / "refresh.token", 12345, 12346)
    Tokens(asking).token()
    there = (tmp_path / "refresh.token").stat()
    assert (there.st_uid, there.st_gid, there.st_mode & 0o777) == (12345, 12346, 0o600)


def test_a_server_that_drips_its_answer_is_waited_for_no_longer_than_one_that_is_silent(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n")
                while True:
                    connection.sendall(b" ")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        began = time.monotonic()
        assert "no answer in time" in str(why_not(Tokens(grant(TokenServer(url), tmp_path, timeout=0.2))))
        assert time.monotonic() - began < 3.0


def test_whoever_holds_a_lock_on_the_folder_stops_nobody(server: TokenServer, tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # as anybody may who can read it
        assert Tokens(grant(server, tmp_path)).token() == "access-token-1"
    finally:
        os.close(folder)


def test_a_lock_on_the_refresh_token_is_waited_for_and_not_for_good(
    server: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private, "PATIENCE", 0.3)
    tokens = Tokens(grant(server, tmp_path))
    with tokens.grant.refresh_token.held():  # type: ignore[union-attr]
        refused = why_not(tokens)
    assert "refresh.token is being changed by somebody else" in str(refused)
    assert not refused.mend
    assert tokens.token() == "access-token-1"
    assert [path.stat().st_mode & 0o777 for path in tmp_path.glob(".*")] == [0o600]


def test_a_token_that_is_still_good_is_used_while_the_server_is_out_of_reach(
    server: TokenServer, tmp_path: Path
) -> None:
    clock = Clock()
    tokens = Tokens(grant(server, tmp_path), clock)
    first = tokens.token()
    clock.now += server.lifetime - 100  # it would be replaced now, to be early
    server.answers = [(503, "")] * 3
    assert tokens.token() == first
    assert not why_not_other(tokens, first).mend, "but not where a mail server refused it"
    clock.now += 100
    assert not why_not(tokens).mend, "nor after its end"
    assert tokens.token() == "access-token-2"


def why_not_other(tokens: Tokens, refused: str) -> NoAccess:
    with pytest.raises(NoAccess) as told:
        tokens.token(refused)
    return told.value
