"""Whether mail to the desk's own address with a `+` arrives: one is sent by the relay and looked for in the mailbox.
It takes nothing in: what it sent is the desk's own letter to whoever meets it."""

import asyncio
import email.utils
import re
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser

from mailbot.checkup.servers import clocks
from mailbot.core.message import Message
from mailbot.core.rules import Border, Desk
from mailbot.edge.border import evidence
from mailbot.edge.inbox import Found, Inbox, InboxBroken
from mailbot.edge.parsing import parse
from mailbot.edge.postman import Postman, PostmanBroken, Sent

PATIENCE = 60.0
"""Seconds for which the mail is looked for, if nothing else is said."""
FIRST, MOST = 0.25, 4.0
"""Seconds before the second look, and between two looks at most: each pause is twice as long as the one before."""
OUTSIDE_TO = "To has another one, so what a clerk decides is asked back with a code"
"""What follows where only fields that somebody may add have the address."""
TOLD_IN = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")
"""Fields in which servers say to which address a mail went."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A mail to try it with: where it goes, how it is known again (Message-ID), its bytes."""

    address: str
    name: str
    raw: bytes


def probe_mail(desk: Desk, now: datetime, token: str) -> Probe:
    """The mail (RFC 5322), whose plus part is as long as that of a reply address and made of the same signs; `token` is
    25 letters and digits that nobody else has. It says in three ways that it is the desk's own, and automatic."""
    local, _, domain = desk.address.rpartition("@")
    address, name = f"{local}+probe-{token[:9]}.7.{token[9:]}@{domain}", f"<probe.{token}@{domain}>"
    fields = [
        ("From", f"<{desk.address}>"),
        ("To", f"<{address}>"),
        ("Subject", f"[{desk.name}] Does this address work?"),
        ("Date", email.utils.format_datetime(now)),
        ("Message-ID", name),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Mailbot-Desk", desk.name),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=us-ascii"),
    ]
    head = "".join(f"{field}: {value}\r\n" for field, value in fields)
    text = "`mailbot check --probe` sent this to see whether it arrives. Nobody need do anything.\r\n"
    return Probe(address, name, f"{head}\r\n{text}".encode())


REMEDIES: tuple[tuple[str, str], ...] = (
    ("clock is", "let both keep network time (`timedatectl set-ntp true`)"),
    ("without what stood behind", "have every server on the way keep the part behind the + (recipient_delimiter = +)"),
    ("did not arrive", "look for it in the relay's log; the mailbox has to take mail to its address with a +"),
    (
        r"refused a mail to \S+: 55[013] ",
        "have the server take addresses with a + for this mailbox (recipient_delimiter = +)",
    ),
    (
        r"refused a mail to \S+: 4",
        "that is for now, and not about the +: try again, and if it stays so see the relay's log",
    ),
    ("", "look into the log of that server"),
)
"""What mends it, by a pattern of what is said; the first that fits. What a relay refuses for good because of an address
has one of three codes (RFC 5321 §4.2.3)."""


def remedy(text: str) -> str:
    """What mends what a probe found."""
    return next(do for part, do in REMEDIES if re.search(part, text))


async def tried(
    desk: Desk, inbox: Inbox, postman: Postman, seconds: float, *, at_work: bool
) -> tuple[tuple[bool, str], ...]:
    """What came of it, a line each, and whether that is well: whether the address arrived, and what the border said.

    A service that is `at_work` takes the mail in as a letter of its own and files it; it is found there. Else it is
    filed here, so that it does not wait in the inbox for the desk's first day.
    """
    probe = probe_mail(desk, datetime.now(UTC), secrets.token_hex(13)[:25])
    try:
        answer = await postman.send(desk.address, probe.address, probe.raw)
    except PostmanBroken as broken:
        return ((False, f"probe: the relay did not take it: {broken}"),)
    finally:
        await postman.close()
    if not isinstance(answer, Sent):
        code = f"{answer.code} " if answer.code else ""
        return ((False, f"probe: the relay refused a mail to {probe.address}: {code}{answer.reason}"),)
    begun = time.monotonic()
    try:
        found = await _found(desk, inbox, probe, begun + seconds, at_work=at_work)
    except InboxBroken as broken:
        return ((False, f"probe: sent, but the mailbox could not be looked into: {broken}"),)
    finally:
        await inbox.close()
    if found is None:
        where = f"inbox and {desk.folders.done}"
        lost = f"probe: {probe.address} did not arrive within {seconds:g} s in {where}"
        why = f"the relay said {answer.response!r}: look into its log, and into the folder for junk"
        return ((False, f"{lost}; {why}"),)
    arrived, read = f"after {time.monotonic() - begun:.0f} s in {found.folder}", parse(found.raw)
    message = read if isinstance(read, Message) else Message("", 0)
    skewed = clocks("probe", found.received, datetime.now(UTC), fresh=True)
    apart = tuple((False, finding.text) for finding in skewed)
    return (_address(probe, message, _told(found.raw), arrived), _border(desk, message), *apart)


async def _found(desk: Desk, inbox: Inbox, probe: Probe, until: float, *, at_work: bool) -> Found | None:
    """Looks until it is there or the time is over; files it, if nobody else does."""
    await inbox.connect()
    pause = FIRST
    while True:
        found = await inbox.find(probe.name, ("INBOX", desk.folders.done))
        if found is not None or time.monotonic() >= until:
            break
        await asyncio.sleep(min(pause, max(0.0, until - time.monotonic())))
        pause = min(2 * pause, MOST)
    if found is not None and found.folder == "INBOX" and not at_work:
        with suppress(InboxBroken):  # it arrived all the same; the desk knows it for its own letter whenever it begins
            await inbox.ensure_folders([desk.folders.done])
            await inbox.file(found.validity, [found.uid], desk.folders.done)
    return found


def _address(probe: Probe, message: Message, told: str, arrived: str) -> tuple[bool, str]:
    """Whether the desk would read in the mail to which address it went."""
    if probe.address.lower() in message.recipients:
        asked = "" if probe.address.lower() in message.to else f"; {OUTSIDE_TO}"
        return True, f"probe: {probe.address} arrived whole {arrived}; it says {told}{asked}"
    want = "answers would only be known by References, which some mail programs leave out"
    return False, f"probe: it arrived {arrived}, but without what stood behind the +; it says {told}: {want}"


def _told(raw: bytes) -> str:
    """The fields that say to which address a mail went, as they stand in it."""
    head = BytesHeaderParser().parsebytes(raw)
    fields = [(name, " ".join(str(value).split())) for name, value in head.items() if name.lower() in TOLD_IN]
    return "; ".join(f"{name}: {value}" for name, value in fields) or "nothing"


def _border(desk: Desk, message: Message) -> tuple[bool, str]:
    """What the border found of the probe, which the desk wrote itself: as much as it would say of a clerk who writes by
    the same relay."""
    fields = [value for name, value in message.headers if name == "authentication-results"]
    vouched = evidence(fields, desk.address.rpartition("@")[2], desk.border)
    return True, f"probe: {_said(desk.border, fields, vouched)}"


def _said(border: Border, fields: Sequence[str], vouched: Sequence[str]) -> str:
    if vouched:
        return f"the border vouches for it: {', '.join(vouched)}"
    topmost = f"the topmost Authentication-Results: {' '.join(fields[0].split())[:300]}" if fields else ""
    found = topmost or "no Authentication-Results on it"
    why = f'a border of kind "{border.kind}" vouches for nothing by that'
    return f"{found}; {why}. A clerk whose mail comes like this is asked back with a code"
