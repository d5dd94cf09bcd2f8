"""What `mailbot check` finds of the two servers beyond that they answer, and what mends it. It sends no mail."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from mailbot.checkup.values import Finding, bad, to_do, untried
from mailbot.core.instants import to_text
from mailbot.edge.account import Account
from mailbot.edge.inbox import Examined as Mailbox
from mailbot.edge.inbox import Inbox, InboxBroken
from mailbot.edge.postman import Examined as Relay
from mailbot.edge.postman import Postman, PostmanBroken

ENDS_SOON = timedelta(days=30)
"""How long before its end a certificate is spoken of."""
SKEW = timedelta(minutes=2)
"""How far two clocks may be apart."""
REMEDIES: tuple[tuple[str, str], ...] = (
    (
        "AUTH extension",
        "the server offers no login here: if it wants none, as many relays of a house, remove `user` and its password "
        "from this table of the settings; else use the port and `security` at which it has one",
    ),
    ("token", "docs/oauth2.md says what each answer of a token server means, and what the mail servers want"),
    ("not known", "correct `host` in the settings, or this machine's DNS"),
    ("nobody listens", "correct `host`, `port` and `security`; a firewall on the way may refuse too"),
    ("no answer in time", "correct `port` and `security` (tls and starttls wait for each other); see the firewall"),
    ("expired", "whoever runs the server has to renew its certificate"),
    ("not trusted", "name the server as its certificate does, or its authority's file as `ca` in the settings"),
    ("TLS failed", "set `security` to what this port speaks: tls from the first byte, or starttls"),
    ("STARTTLS", 'the server offers no STARTTLS at this port: use `security = "tls"` and its port'),
    ("login", "correct `user` and password; many providers want a password for applications, or IMAP to be allowed"),
    ("CA file", "name a file of PEM certificates as `ca` in the settings"),
)
"""What mends it, by a word of what is wrong; the first that fits."""
ELSE = "ask whoever runs the server, with these words"
WITHOUT = {
    "IDLE": "mail is noticed only every `poll_seconds`: set them lower in [service], or ask for IDLE (RFC 2177)",
    "MOVE": "nothing: mails are filed by COPY and EXPUNGE, slower; MOVE (RFC 6851) would spare a copy after a cut",
    "UIDPLUS": "nothing while there is MOVE; with neither, filed mails stay, marked as deleted: expunge them",
}
"""What a server that lacks something means, and what can be done."""


def remedy(words: str) -> str:
    """What mends a server that cannot be worked with, by what was said of it."""
    return next((do for part, do in REMEDIES if part.lower() in words.lower()), ELSE)


async def imap(account: Account, folders: Sequence[str], *, make: bool = False) -> list[Finding]:
    """The mailbox, whether it answers first, and what of the folders that the desk files into is missing; with `make`
    that is made."""
    where = f"IMAP {account.host}:{account.port}"
    try:
        found = await Inbox(account).examine(folders)
    except InboxBroken as broken:
        return [bad("server", f"{where}: {broken}", remedy(str(broken)))]
    findings = [Finding(True, f"{where}: {found.words}"), *_mailbox(where, found, datetime.now(UTC))]
    if not found.missing:
        return findings
    names = ", ".join(found.missing)
    if make:
        return [*findings, *(await may_make(account, found.missing) or [Finding(True, f"folders made: {names}")])]
    note = f"folders that the service will make: {names}; whether it may is tried by `mailbot check --probe`"
    return [*findings, untried("folders-missing", note)]


def _mailbox(where: str, found: Mailbox, now: datetime) -> Iterator[Finding]:
    yield from _certificate(where, found.ends, now)
    for name in found.lacks:
        if name == "IDLE" or "MOVE" in found.lacks:
            yield to_do("capability", f"{where} has no {name}", WITHOUT[name])
    if found.newest is not None:
        yield from clocks(where, found.newest, now, fresh=False)


def clocks(where: str, received: datetime, now: datetime, *, fresh: bool) -> Iterator[Finding]:
    """Whether this machine's clock and the server's agree, by the instant of a mail; an old one only tells when it is
    said to come from the future."""
    apart = received - now
    if apart > SKEW or (fresh and -apart > SKEW):
        minutes = abs(apart) // timedelta(minutes=1)
        side = "behind" if apart > timedelta(0) else "ahead of"
        do = "let both keep network time (`timedatectl set-ntp true`): deadlines and codes count by this clock"
        yield to_do("clock", f"{where}: this machine's clock is {minutes} minutes {side} the server's", do)


async def may_make(account: Account, folders: Sequence[str]) -> list[Finding]:
    """Whether the folders that the desk files into are there or can be made: they are made."""
    inbox = Inbox(account)
    try:
        await inbox.connect()
        await inbox.ensure_folders(folders)
    except InboxBroken as broken:
        do = "make them by hand, or name others in `[folders]` of rules/desk.toml, below one where the account may"
        return [bad("folders-refused", f"folders: {', '.join(folders)} cannot be made: {broken}", do)]
    finally:
        await inbox.close()
    return []


async def smtp(account: Account, sender: str, what: str = "SMTP") -> list[Finding]:
    """The relay: whether it answers, and whether it takes letters of this address."""
    where = f"{what} {account.host}:{account.port}"
    try:
        found = await Postman(account).examine(sender)
    except PostmanBroken as broken:
        return [bad("server", f"{where}: {broken}", remedy(str(broken)))]
    return [Finding(True, f"{where}: {found.words}"), *_relay(where, found, sender, datetime.now(UTC))]


def _relay(where: str, found: Relay, sender: str, now: datetime) -> Iterator[Finding]:
    yield from _certificate(where, found.ends, now)
    if found.refuses:
        do = "have the relay allow this sender for this login, or correct `address` in rules/desk.toml"
        yield bad("sender", f"{where}: it refuses {sender} as a sender: {found.refuses}", do)


def _certificate(where: str, ends: datetime | None, now: datetime) -> Iterator[Finding]:
    if ends is not None and ends - now < ENDS_SOON:
        do = "whoever runs the server has to renew it: from then on nothing is taken in or sent"
        yield to_do(
            "certificate", f"{where}: its certificate ends in {(ends - now).days} days, {to_text(ends)[:10]}", do
        )
