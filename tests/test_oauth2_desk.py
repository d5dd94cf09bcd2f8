"""A desk that logs in with access tokens: what the operator is told, and that it goes on once it is mended."""

import asyncio
import itertools
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from desks import Certificate, in_a_loop
from desks_at_work import at_work, until
from dovecot import Dovecot, dovecot
from token_server import CLIENT, REFRESH, SECRET, TokenServer, token_server
from worlds import World, adopt, question

from mailbot import checkup, desks
from mailbot.embedded import EmbeddedServers, append
from mailbot.service import Pace, Service

pytestmark = pytest.mark.dovecot
BRISK = Pace(inbox=600.0, letters=0.2, orders=600.0, health=0.2)
numbers = itertools.count(1)


@dataclass
class Desk:
    """A desk whose mailbox takes tokens alone, and a relay that asks for no login."""

    world: World
    tokens: TokenServer
    servers: EmbeddedServers
    imap: Dovecot

    @property
    def refresh(self) -> Path:
        return self.world.folder / "refresh.token"

    async def deliver(self, *raws: bytes) -> None:
        await append("127.0.0.1", self.imap.imap_port, self.tokens.user, "secret", raws)

    def letters(self) -> list[str]:
        """What the letters that went out say, white space as one blank."""
        parsed = [message_from_bytes(letter.raw, policy=policy.default) for letter in self.servers.letters]
        return [" ".join(message.get_content().split()) for message in parsed]

    def told(self) -> list[str]:
        """Alarms in the journal, in order; those that ended with a minus."""
        events = [event for entry in self.world.entries() for event in entry["events"]]
        return [
            ("-" if event["kind"] == "alarm_ended" else "") + event["alarm"]
            for event in events
            if event["kind"] in ("alarmed", "alarm_ended")
        ]


@pytest.fixture(scope="module")
def standing(certificate: Certificate) -> Iterator[tuple[TokenServer, Dovecot]]:
    with token_server() as tokens, dovecot(certificate.cert, certificate.key, introspection=tokens.url) as imap:
        yield tokens, imap


@pytest.fixture
def desk(standing: tuple[TokenServer, Dovecot], servers: EmbeddedServers, tmp_path: Path) -> Desk:
    tokens, imap = standing
    tokens.user, tokens.refresh, tokens.rotates = f"desk{next(numbers)}", REFRESH, False
    tokens.answers.clear()
    tokens.valid.clear()
    folder = tmp_path / "desk"
    list(desks.init(folder))
    for name, secret in (("client.secret", SECRET), ("refresh.token", REFRESH)):
        (folder / name).touch(0o600)
        (folder / name).write_text(secret, encoding="utf-8")
    last = datetime.now(UTC).date() + timedelta(days=200)
    (folder / "mailbot.toml").write_text(
        f"""\
[imap]
host = "127.0.0.1"
port = {imap.imap_port}
security = "none"
user = "{tokens.user}"
[imap.oauth2]
token_url = "{tokens.url}"
client_id = "{CLIENT}"
client_secret_file = "client.secret"
refresh_token_file = "refresh.token"
expires = {last}
[smtp]
host = "127.0.0.1"
port = {servers.smtp_port}
security = "none"
""",
        encoding="utf-8",
    )
    asyncio.run(adopt(folder))
    return Desk(World(folder), tokens, servers, imap)


def trouble(service: Service) -> str:
    return service._work.pulse.imap.trouble


@in_a_loop
async def test_a_grant_that_was_revoked_alarms_the_operator_until_a_new_one_is_there(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk.tokens.refresh = "another-refresh-token"
    async with at_work(desk.world, BRISK) as service:
        await until(lambda: desk.servers.letters)
        assert desk.told() == ["access"]
        assert "invalid_grant (Token has been revoked.)" in trouble(service)
        assert "put a new refresh token where the old one stands" in desk.letters()[0]
        await desk.deliver(question(1))
        desk.refresh.write_text("another-refresh-token", encoding="utf-8")
        await until(lambda: desk.told() == ["access", "-access"])
        await until(lambda: len(desk.servers.letters) >= 3)
    said = caplog.text + "".join(desk.letters())
    state = "".join(path.read_text("utf-8", "replace") for path in desk.world.folder.glob("state/**/*.json*"))
    for secret in (SECRET, REFRESH, "another-refresh-token", *desk.tokens.given):
        assert secret not in said
        assert secret not in state


@in_a_loop
async def test_a_token_server_out_of_reach_is_waited_for_and_alarms_nobody_at_once(desk: Desk, impatient: None) -> None:
    desk.tokens.answers = [(503, "")] * 2
    async with at_work(desk.world, BRISK) as service:
        await until(lambda: "HTTP 503" in trouble(service))
        await desk.deliver(question(1))
        await until(lambda: desk.servers.letters)
        assert trouble(service) == ""
    assert desk.told() == []
    assert not desk.tokens.answers, "it was asked again after each failure"


def lines(desk: Desk) -> list[tuple[bool, str]]:
    findings = asyncio.run(checkup.check(desk.world.folder / "mailbot.toml"))
    assert any(finding.good and finding.text.startswith("IMAP") for finding in findings)
    return [(finding.to_do, finding.text) for finding in findings]


def test_check_says_when_secrets_end_and_who_may_read_them(desk: Desk) -> None:
    (early,) = [to_do for to_do, text in lines(desk) if "client secret of [imap.oauth2] ends" in text]
    assert not early
    settings = desk.world.folder / "mailbot.toml"
    text = settings.read_text(encoding="utf-8")
    soon = datetime.now(UTC).date() + timedelta(days=29)
    settings.write_text(text.replace(str(soon + timedelta(days=171)), str(soon)), encoding="utf-8")
    desk.refresh.chmod(0o640)
    found = lines(desk)
    assert (True, f"client secret of [imap.oauth2] ends {soon}") in found
    (exposed,) = [text for to_do, text in found if to_do and "others may read it" in text]
    assert exposed.startswith(f"{desk.refresh}: a secret stands in it")


def test_check_keeps_a_replaced_refresh_token_or_says_that_it_cannot(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.tokens.rotates = True
    assert not [text for _, text in lines(desk) if "replaced the refresh token" in text]
    assert desk.refresh.read_text(encoding="utf-8").strip() == desk.tokens.refresh
    settings = desk.world.folder / "mailbot.toml"
    text = settings.read_text(encoding="utf-8").replace("_token_file =", "_token_env =").replace("refresh.token", "RT")
    settings.write_text(text, encoding="utf-8")
    monkeypatch.setenv("RT", desk.tokens.refresh)
    (told,) = [text for to_do, text in lines(desk) if to_do and "replaced the refresh token" in text]
    assert "it stands in the environment variable RT, where mailbot cannot write" in told


@in_a_loop
async def test_status_says_when_secrets_end_and_alarms_in_time(desk: Desk) -> None:
    settings = desk.world.folder / "mailbot.toml"
    text = settings.read_text(encoding="utf-8")
    soon = datetime.now(UTC).date() + timedelta(days=30)
    settings.write_text(text.replace(str(soon + timedelta(days=170)), str(soon)), encoding="utf-8")
    assert (await desk.world.run("once"))[0] == 0
    assert desk.told() == ["secrets"]
    code, said, _ = await desk.world.run("status")
    assert code == 1
    assert f"ALARM     secrets: client secret of [imap.oauth2] ends {soon}" in said
    assert f"secrets   client secret of [imap.oauth2] ends {soon}" in said
    assert f"[imap.oauth2] ends {soon}" in desk.letters()[0]
