"""What the mailbox gives to the rest of the program: mails that wait, mails fetched, and why it cannot be worked with.
It knows nothing of the connection."""

from dataclasses import dataclass
from datetime import datetime


class InboxBroken(Exception):  # noqa: N818 - it is the world that is broken
    """The mailbox cannot be worked with now: the text says why, for the operator. The connection is closed. `mend`: it
    stays so until somebody does something about it. `refused`: our login was."""

    refused = False

    def __init__(self, reason: str, *, mend: bool = False) -> None:
        super().__init__(reason)
        self.mend = mend


class LoginRefused(InboxBroken):
    """The server does not accept name and password; trying again at once will not help, and may shut us out."""

    refused = True


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail in the inbox, not downloaded: `size` in octets as the server counts them (RFC822.SIZE).

    `received` is the server's INTERNALDATE, to the second, as for Fetched.
    """

    uid: int
    size: int
    received: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What lies in the inbox and is not marked as deleted, in ascending order of UID, under one UIDVALIDITY."""

    validity: int
    mails: tuple[WaitingMail, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A mail that was looked for: in which folder (`INBOX`, or named with `/`), under which UIDVALIDITY and UID, its
    octets, and when the server received it (aware UTC)."""

    folder: str
    validity: int
    uid: int
    raw: bytes
    received: datetime


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of mails that were to be removed from a folder: under which UIDVALIDITY, how many were removed, and
    the UIDs of those that are `left`, since the server cannot remove single mails."""

    folder: str
    validity: int = 0
    removed: int = 0
    left: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of a mailbox: in words, what the server `lacks` of what makes the work fast and safe, the folders
    that are missing, when its newest mail was received, and until when its certificate is valid (aware UTC; None: no
    mail, no TLS)."""

    words: str
    lacks: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    newest: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """The octets of one mail (or of its header only) as the server holds them.

    `received` is the server's INTERNALDATE as an aware UTC instant; the present one if the server's makes no sense.
    """

    uid: int
    raw: bytes
    received: datetime
