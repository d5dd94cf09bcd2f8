"""How long an answer takes on an idle desk and on one at work, from a mail's delivery to its letter at the relay; on an
idle one beside the instant at which the mail server itself tells of the mail. It knows nothing of how mail is read.

A real Dovecot with IDLE, the service as it is run at the shell, the embedded relay, all on loopback.
"""

import smtplib
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.utils import parseaddr
from itertools import islice
from pathlib import Path

from desks import make_certificate
from dovecot import PASSWORD, Dovecot, dovecot
from imapclient import IMAPClient
from worlds import World

from benchmarks.mails import applications, complete
from benchmarks.served import service
from benchmarks.wires import accounts, deliver
from mailbot.core.instants import from_text
from mailbot.embedded import EmbeddedServers

MAILS, WARM = 40, 3
REST = 0.7
"""Seconds between an answer and the next mail: the service is back in IDLE long before."""
EVERY = 0.5
PATIENCE = 60.0
USER = "latency"


@dataclass(frozen=True, slots=True)
class Instants:
    """When one mail was given to the server, the server told of it, the desk decided it, connected to the relay, and
    the relay took the answer (seconds since 1970)."""

    delivered: float
    noticed: float
    decided: float
    connected: float
    answered: float


STAGES = {
    "server's own notice": ("delivered", "noticed"),
    "answer": ("delivered", "answered"),
    "beyond the notice": ("noticed", "answered"),
    "notice to decision": ("noticed", "decided"),
    "decision to relay": ("decided", "connected"),
    "relay to answer": ("connected", "answered"),
}
"""What is measured, from which instant to which; a decision has its instant when its mails were read."""


def measure(mails: int = MAILS) -> dict[str, float]:
    """Milliseconds, the median of so many mails (after WARM ones that do not count), and of `beyond the notice` also
    the worst. RuntimeError if an answer does not come within PATIENCE."""
    with (
        tempfile.TemporaryDirectory(prefix="mailbot-benchmark-") as room,
        _at_work(Path(room)) as (server, relay, desk),
    ):
        each = (_one(raw, server, relay, desk) for raw in applications())
        found = list(islice(filter(None, each), WARM + mails))[WARM:]
    took = {
        name: [1000 * (getattr(one, end) - getattr(one, begin)) for one in found]
        for name, (begin, end) in STAGES.items()
    }
    medians = {name: statistics.median(each) for name, each in took.items()}
    return {**medians, "worst beyond it": max(took["beyond the notice"])}


@contextmanager
def _at_work(room: Path) -> Iterator[tuple[Dovecot, EmbeddedServers, World]]:
    """Dovecot, the relay, and a desk whose service waits for mail."""
    with ExitStack() as stack:
        certificate = make_certificate(room)
        server = stack.enter_context(dovecot(certificate.cert, certificate.key))
        relay = stack.enter_context(EmbeddedServers())
        desk = World.make(room / "desk", *accounts(server, relay.smtp_port, USER))
        stack.enter_context(service(desk))
        yield server, relay, desk


def loaded(mails: int) -> dict[str, float]:
    """The same while so many others, which came at once, are taken in: milliseconds from delivery to answer of a mail
    that comes every EVERY seconds meanwhile, the median and the worst; how many they were, and the seconds that the
    others took. The one behind a few hundred waits for them: mails are taken in in the order in which they came."""
    arriving = complete()
    others, delivered = list(islice(arriving, mails)), dict[str, float]()
    with (
        tempfile.TemporaryDirectory(prefix="mailbot-benchmark-") as room,
        _at_work(Path(room)) as (server, relay, _),
        _answers(relay) as answered,
    ):
        _send(server, raw := next(arriving))
        _instant(lambda: _sender(raw) in answered)
        waiting = {_sender(other) for other in others}
        began, done = time.time(), 0.0
        deliver(server, others, USER)
        while not done:
            delivered[_sender(raw := next(arriving))] = time.time()
            _send(server, raw)
            time.sleep(EVERY)
            done = waiting <= answered.keys() and time.time()
        _instant(lambda: delivered.keys() <= answered.keys())
    took = [1000 * (answered[sender] - begun) for sender, begun in delivered.items()]
    seconds = max(answered[sender] for sender in waiting) - began
    figures = {"median ms": statistics.median(took), "worst ms": max(took)}
    return {**figures, "mails": len(took), "seconds of the others": seconds}


def _sender(raw: bytes) -> str:
    return parseaddr(message_from_bytes(raw)["From"])[1]


def _send(server: Dovecot, raw: bytes) -> None:
    with smtplib.LMTP("127.0.0.1", server.lmtp_port) as lmtp:
        lmtp.sendmail(_sender(raw), [USER], raw)


@contextmanager
def _answers(relay: EmbeddedServers) -> Iterator[dict[str, float]]:
    """When the relay had the first letter to each address."""
    found, over = dict[str, float](), threading.Event()

    def watch() -> None:
        seen = 0
        while not over.wait(0.002):
            now, letters = time.time(), relay.letters[seen:]
            seen += len(letters)
            for letter in letters:
                found.setdefault(letter.recipient, now)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield found
    finally:
        over.set()
        watching.join()


def _one(raw: bytes, server: Dovecot, relay: EmbeddedServers, desk: World) -> Instants | None:
    """The instants of one mail; None if it was filed away before the server had told the other client of it."""
    time.sleep(REST)
    sender = _sender(raw)
    connections, entries = relay.relay.connections, len(desk.entries())
    with _notice(server) as noticed, smtplib.LMTP("127.0.0.1", server.lmtp_port) as lmtp:
        delivered = time.time()
        lmtp.sendmail(sender, [USER], raw)
        connected = _instant(lambda: relay.relay.connections > connections)
        answered = _instant(lambda: sender in {letter.recipient for letter in relay.letters})
    if not noticed:
        return None
    decided = next(one for one in desk.entries()[entries:] if one["mail"])["at"]
    return Instants(delivered, noticed[0], from_text(decided).timestamp(), connected, answered)


def _instant(true: Callable[[], object]) -> float:
    """When that became true, to a millisecond."""
    end = time.time() + PATIENCE
    while not true():
        if time.time() > end:
            raise RuntimeError("the answer did not come; does the service run?")
        time.sleep(0.001)
    return time.time()


@contextmanager
def _notice(server: Dovecot) -> Iterator[list[float]]:
    """Waits in IDLE on the same mailbox; when the server first told of a mail."""
    told: list[float] = []
    with IMAPClient("127.0.0.1", server.imap_port, ssl=False, timeout=PATIENCE) as client:
        client.login(USER, PASSWORD)
        client.select_folder("INBOX", readonly=True)
        client.idle()
        over = threading.Event()
        watch = threading.Thread(target=_watch, args=(client, told, over), daemon=True)
        watch.start()
        try:
            yield told
        finally:
            watch.join(REST)
            over.set()
            watch.join()
            client.idle_done()


def _watch(client: IMAPClient, told: list[float], over: threading.Event) -> None:
    while not told and not over.is_set():
        if any(b"EXISTS" in response for response in client.idle_check(timeout=0.2)):
            told.append(time.time())
