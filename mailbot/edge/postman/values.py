"""What becomes of a letter at a relay, and what its errors mean for it. It opens no connection."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from mailbot.core.refusals import about_the_desk
from mailbot.edge.account import Account, in_words

LOGIN = frozenset({530, 534, 535, 538})
"""Refusals that are about our login (RFC 4954), whichever letter met them."""
HANGS_UP = 421
"""The relay closes the connection (RFC 5321 §3.8), which says nothing about the letter."""
TAKES_NO_MAIL = 521
"""The host takes no mail at all, now or ever (RFC 7504)."""
NOT_THE_LETTER = LOGIN | {HANGS_UP, 503, TAKES_NO_MAIL}
"""Refusals that say something about the login or the dialogue, never about the letter."""
ABOUT_THIS_LETTER = frozenset({552, 555})
"""What a relay may have against a letter before it knows the recipient: its size, or what it asks for."""
END_OF_LETTER = 20
"""How many times the usual timeout the relay may take to answer a whole letter: ten minutes with the usual thirty
seconds, as RFC 5321 §4.5.3.2.6 wants it. Whoever waits less sends the letter twice (RFC 1047)."""
USUAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]*@[A-Za-z0-9][A-Za-z0-9.-]*")
"""Addresses that need no closer look."""
QUOTED_LOCAL = re.compile(r'"(?:[^"\\\r\n]|\\.)*"')
NO_LINE, NOT = re.compile(r"[\x00-\x1f\x7f]"), re.compile(r'[\s<>"]')
"""What would end a command, anywhere in an address; and what would end the address, but for its quoted local part."""
GOODBYE = 5.0
"""Seconds for the relay to answer QUIT."""
UNSENDABLE = 553
"""The code of RFC 5321 for an address that cannot be written on the wire."""
NO_SMTPUTF8 = "the part of the address before @ is not in ASCII, and the relay does not offer SMTPUTF8 (RFC 6531)"
EXTENSIONS = ("AUTH", "SIZE", "8BITMIME", "SMTPUTF8")
SECURED = {"tls": "TLS", "starttls": "TLS by STARTTLS", "none": "clear text"}


@dataclass(frozen=True, slots=True)
class Sent:
    """The relay took the letter; `response` is what it said, on one line."""

    response: str


@dataclass(frozen=True, slots=True)
class Later:
    """The letter may go later; `code` is the relay's, or None if the connection failed, perhaps after the letter."""

    code: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Never:
    """The relay will not take this letter to this recipient."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of a relay: in words, why it refuses the desk as a sender (empty: it does not), and until when its
    certificate is valid (aware UTC; None without TLS)."""

    words: str
    refuses: str = ""
    ends: datetime | None = None


class PostmanBroken(Exception):  # noqa: N818 - it is the world that is broken
    """The relay cannot be worked with now: the text says why, for the operator; `code` is the relay's, if it spoke.
    `mend`: it stays so until somebody does something about it. `refused`: our login was, or one is wanted."""

    def __init__(self, reason: str, code: int | None = None, *, mend: bool = False) -> None:
        super().__init__(reason)
        self.code, self.mend = code, mend
        self.refused = code in LOGIN


def plain(text: str) -> str:
    """What the relay said, on one line and fit for a journal (aiosmtplib leaves lone surrogates for wrong octets)."""
    return " ".join(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").split())


def _by_code(error: SMTPResponseException) -> Later | Never:
    ours = error.code in NOT_THE_LETTER or about_the_desk(plain(error.message))
    if 500 <= error.code <= 599 and not ours:
        return Never(error.code, plain(error.message))
    return _later(error)


def _sender_refused(error: SMTPSenderRefused) -> Later | Never:
    """Whoever refuses the desk's own address would refuse every letter: that is for the operator to mend."""
    return _by_code(error) if error.code in ABOUT_THIS_LETTER else _later(error)


def _later(error: SMTPResponseException) -> Later:
    return Later(error.code if error.code > 0 else None, plain(error.message))


OUTCOMES: tuple[tuple[type[Exception], Callable[[Any, Account], Later | Never]], ...] = (
    (SMTPRecipientRefused, lambda error, _: _by_code(error)),
    (SMTPSenderRefused, lambda error, _: _sender_refused(error)),
    (SMTPDataError, lambda error, _: _by_code(error)),
    (SMTPAuthenticationError, lambda error, _: Later(error.code, f"login refused: {plain(error.message)}")),
    (SMTPResponseException, lambda error, _: _later(error)),
    (SMTPTimeoutError, lambda _, account: Later(None, f"no answer in time: waited {account.timeout:g} s or more")),
    (SMTPServerDisconnected, lambda error, _: Later(None, f"the connection was lost: {plain(str(error))}")),
    (SMTPException, lambda error, _: Later(None, plain(str(error)))),
    (OSError, lambda error, account: Later(None, in_words(error, account))),
    (ValueError, lambda error, _: Never(UNSENDABLE, f"not an address for an envelope: {plain(str(error))}")),
)
"""What an error of aiosmtplib or of the network means for the letter at hand; the first row that fits."""
ERRORS = (SMTPException, OSError, ValueError)


def bare(address: str) -> bool:
    """Whether it is one address and nothing else; aiosmtplib would send to whatever address it finds in the text."""
    if USUAL.fullmatch(address):
        return True
    plainly = QUOTED_LOCAL.sub("", address, count=1)
    return bool(address) and parseaddr(address)[1] == address and not (NO_LINE.search(address) or NOT.search(plainly))


def outcome(error: Exception, account: Account) -> Later | Never:
    return next(row for kind, row in OUTCOMES if isinstance(error, kind))(error, account)


def root(error: Exception) -> Exception:
    """The error of the network inside aiosmtplib's own, which says less."""
    return error.__cause__ if isinstance(error.__cause__, OSError) else error
