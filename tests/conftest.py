"""Fixtures: servers and mailboxes for tests of the wires and of the whole. Their machinery is in desks and dovecot."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import dovecot as dovecots
import pytest
import temporary
from desks import Certificate, Mailbox, make_certificate
from hypothesis import settings
from sinks import SINK

from mailbot.core import patience
from mailbot.embedded import PASSWORD, USER, EmbeddedServers

settings.register_profile("mailbot", deadline=None)  # a busy machine is not a wrong answer
settings.load_profile("mailbot")

KINDS = ("embedded", pytest.param("dovecot", marks=pytest.mark.dovecot))
LONGEST = ("test_soak.py", "test_crash_matrix.py", "test_demo.py")
"""Come first: whoever has one of them last works alone, while the others have nothing to do any more."""
THERE = {
    "dovecot": dovecots.INSTALLED,
    "chromium": any(map(shutil.which, ("chromium", "chromium-browser"))),
    "smtp-sink": SINK is not None,
}
"""Programs that tests need and are skipped without, unless MAILBOT_WANTS names them: then nothing runs without them."""
users = itertools.count(1)
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(temporary.folder()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))
    missing = set(os.environ.get("MAILBOT_WANTS", "").split()) - {name for name, there in THERE.items() if there}
    if missing:
        raise pytest.UsageError(f"MAILBOT_WANTS: {', '.join(sorted(missing))} not found; their tests would be skipped")
    if not dovecots.INSTALLED:
        for item in items:
            if item.get_closest_marker("dovecot"):
                item.add_marker(pytest.mark.skip(reason="no dovecot on this machine"))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for localhost that nobody trusts unless told to."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def retell() -> Iterator[Any]:
    """Plays a conversation as the shipped desk answers it (see `conversation`); all share what takes long to start."""
    from conversation import retelling  # what it reads takes a second, and most tests tell nothing

    with retelling() as told:
        yield told


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that tries again at once what failed: how long it waits is shown by test_patience."""
    monkeypatch.setattr(patience, "reconnect", lambda tries, dice: 0.05)


@pytest.fixture
def servers() -> Iterator[EmbeddedServers]:
    """The embedded IMAP and SMTP servers."""
    with EmbeddedServers() as running:
        yield running


@pytest.fixture(scope="session")
def open_dovecot(certificate: Certificate) -> Iterator[Callable[..., dovecots.Dovecot]]:
    """Dovecots by their variant (the arguments of dovecot()), each started once a session."""
    running: dict[str, dovecots.Dovecot] = {}
    with ExitStack() as stack:

        def opened(**variant: Any) -> dovecots.Dovecot:
            if repr(variant) not in running:
                started = dovecots.dovecot(certificate.cert, certificate.key, **variant)
                running[repr(variant)] = stack.enter_context(started)
            return running[repr(variant)]

        yield opened


@pytest.fixture
def open_mailbox(request: pytest.FixtureRequest, certificate: Certificate) -> Iterator[Callable[..., Mailbox]]:
    """New, empty mailboxes: open_mailbox("embedded" or "dovecot", **variant); `without` names capabilities to hide."""
    with ExitStack() as stack:

        def opened(kind: str, **variant: Any) -> Mailbox:
            if kind == "dovecot":
                server = request.getfixturevalue("open_dovecot")(**variant)
                user = f"desk{next(users)}"
                maildir = server.mail_folder(user)
                return Mailbox(kind, server.imap_port, user, dovecots.PASSWORD, server.imaps_port, maildir)
            embedded = stack.enter_context(EmbeddedServers(**variant))
            return Mailbox(kind, embedded.imap_port, USER, PASSWORD)

        yield opened


@pytest.fixture(params=KINDS)
def mailbox(request: pytest.FixtureRequest, open_mailbox: Callable[..., Mailbox]) -> Mailbox:
    """A new, empty mailbox on each kind of server in turn."""
    return open_mailbox(request.param)
