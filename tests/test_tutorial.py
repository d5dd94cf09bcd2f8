"""The tutorial, typed word for word at a terminal: an own desk on a real Dovecot in at most eight commands. Only what a
reader has of their own stands for the example's: the servers, the password, the folder with mailbot in it."""

import asyncio
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from desks import Certificate
from dovecot import PASSWORD, dovecot
from terminal import INTERRUPT, Terminal, at_home, of_the_checkout

from mailbot.demo.people import Person, write
from mailbot.embedded import EmbeddedServers, append

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"))
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
SHOWN = [text.splitlines() for kind, text in BLOCKS if kind == "text"]
QUESTIONS, CHECKED, RUN, LOGGED, VERIFIED = SHOWN
DESK, MARIA = "helpdesk@desk.example", Person("Maria Keller", "maria.keller@uni.example")
CHANGES = r"[0-9a-f]{8,}|\d+"
"""What is another one each time: numbers, instants, digests."""


@dataclass
class Provider:
    """A mailbox at a Dovecot, and the relay beside it, which delivers what goes to the desk."""

    imap: str
    smtp: str
    servers: EmbeddedServers
    port: int
    _carried: int = 0

    def deliver(self, raw: bytes) -> None:
        asyncio.run(append("127.0.0.1", self.port, DESK, PASSWORD, [raw]))

    def carry(self, until: threading.Event) -> None:
        """Delivers the desk's mail to itself, with the address it went to."""
        while not until.wait(0.02):
            for letter in self.servers.letters[self._carried :]:
                self._carried += 1
                if letter.recipient.endswith("@desk.example"):
                    self.deliver(f"Delivered-To: {letter.recipient}\r\n".encode() + letter.raw)

    def answered(self, address: str) -> bool:
        return any(letter.recipient == address for letter in self.servers.letters)


@contextmanager
def provided(certificate: Certificate, servers: EmbeddedServers) -> Iterator[Provider]:
    servers.relay.user, servers.relay.password = DESK, PASSWORD
    with dovecot(certificate.cert, certificate.key) as imap:
        ports = (imap.imap_port, servers.smtp_port)
        provider = Provider(*(f"localhost:{port}" for port in ports), servers, imap.imap_port)
        end = threading.Event()
        carrier = threading.Thread(target=provider.carry, args=(end,))
        carrier.start()
        try:
            yield provider
        finally:
            end.set()
            carrier.join()


def answers(provider: Provider) -> Iterator[tuple[str, str]]:
    """Each question of the tutorial with what is typed: what stands there, but for servers and password."""
    own = {"IMAP server": provider.imap, "SMTP server": provider.smtp, "Password there": PASSWORD}
    for line in QUESTIONS:
        found = re.fullmatch(r"((\w+ ?[\w ]*?)(?: \([^)]*\))?(?: \[[^]]*\])?:) ?(\S*)", line)
        assert found, line
        yield found[1] + " ", own.get(found[2], found[3])


def seen(text: str, provider: Provider) -> str:
    """What a terminal showed, as the tutorial has it, without what is another one each time."""
    text = text.replace(provider.imap, "imap.desk.example:993").replace(provider.smtp, "smtp.desk.example:587")
    return " ".join(re.sub(CHANGES, "0", text).split())


def assert_shown(lines: list[str], text: str, provider: Provider) -> None:
    """Each line of the tutorial stands in what was shown; … is anything."""
    there = seen(text, provider)
    for line in lines:
        parts = [re.escape(" ".join(re.sub(CHANGES, "0", part).split())) for part in line.split("…")]
        assert re.search(".*?".join(parts), there), f"{line}\nis not in\n{text}"


def walk(terminal: Terminal, commands: list[str], provider: Provider) -> dict[str, tuple[int, str]]:
    """Types the commands one after the other and does beside them what the tutorial says: exit codes, and what was
    shown."""
    return {command: terminal.run(command, beside(command, provider), 600) for command in commands}


def beside(command: str, provider: Provider) -> Iterator[tuple[str, str]]:
    if command.startswith("mailbot init"):
        yield from answers(provider)
    if command == "mailbot run":
        yield RUN[0].rpartition(" ")[0], ""
        provider.deliver(write(MARIA, DESK, "Computing time", "Could I have some computing time on your machines?"))
        yield RUN[-1], INTERRUPT


def assert_as_told(said: dict[str, tuple[int, str]], provider: Provider) -> None:
    for command, (code, text) in said.items():
        assert code == 0, f"{command}: {text}"
    assert provider.answered(MARIA.address)
    texts = {command: text for command, (_, text) in said.items()}
    assert_shown(CHECKED, texts["mailbot check --probe"], provider)
    assert_shown(RUN, texts["mailbot run"], provider)
    assert_shown(LOGGED, texts["mailbot log"], provider)
    assert_shown(VERIFIED, texts["mailbot verify"], provider)


def test_the_tutorial_takes_at_most_eight_commands() -> None:
    assert 6 <= len(COMMANDS) <= 8
    assert COMMANDS[0] in (ROOT / "README.md").read_text(encoding="utf-8").replace("'.[demo]'", ".")


@pytest.mark.dovecot
def test_a_reader_of_the_tutorial_has_a_desk_that_answers(
    certificate: Certificate, servers: EmbeddedServers, tmp_path: Path
) -> None:
    after_the_installation = COMMANDS[2:]
    assert after_the_installation[0].startswith("mailbot init")
    with provided(certificate, servers) as provider:
        with at_home(tmp_path, tmp_path, of_the_checkout(tmp_path / "bin")) as terminal:
            assert_as_told(walk(terminal, after_the_installation, provider), provider)
        assert (tmp_path / "helpdesk" / "mailbox.password").stat().st_mode & 0o777 == 0o600


@pytest.mark.long
@pytest.mark.dovecot
def test_so_has_one_who_installs_it_first(certificate: Certificate, servers: EmbeddedServers, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("mailbot", "rules", "templates"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock", "README.md", "CHANGELOG.md", "LICENSE"):
        shutil.copyfile(ROOT / name, checkout / name)
    with provided(certificate, servers) as provider, at_home(tmp_path, checkout, None) as terminal:
        assert_as_told(walk(terminal, COMMANDS, provider), provider)
