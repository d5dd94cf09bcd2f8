"""What the header of a mail and the kinds of its parts tell of the machine that wrote it. It reads no sentence."""

import re
from collections.abc import Mapping

from mailbot.core.message import Message
from mailbot.core.sorting.clues import Clues, Test
from mailbot.core.token import is_ours, is_reply_address

MAIL_SYSTEM = re.compile(
    r"(?:mailer[-_]?daemon|mail[-_]daemon|mdaemon|mailerdaemon)(?:[+.-][^@]*)?(?:@|$)", re.IGNORECASE
)
ADMINISTRATOR = re.compile(
    r"(?:postmaster|mail[-_.]?(?:admin|system|delivery|gateway|server|robot)[^@]*|mailer|bounces?|smtp|"
    r"microsoftexchange[0-9a-f]*|no-?reply|do-?not-?reply)(?:[+.-][^@]*)?(?:@|$)",
    re.IGNORECASE,
)
DELIVERER = re.compile(
    r"mail (?:delivery|administrator|system)|system administrator|postmaster|mailer[- ]daemon|microsoft outlook",
    re.IGNORECASE,
)
NO_REPLY = re.compile(
    r"(?:no|do-?not|non|not)[-_.]?repl(?:y|ies)[^@]*@|[^@]{0,40}[-_.]no-?reply@|auto[-_.]?(?:reply|respon\w+|"
    r"mailer)[^@]*@|"
    r"(?:majordomo|listserv|listproc|mailman|ecartis|sympa)@",
    re.IGNORECASE,
)
ANSWERING = re.compile(r"x-(?:[a-z0-9-]+-)?auto-?(?:re?pl(?:y|ied)|respon[ds]|generated|answer)")
"""Names of fields that machines which answer give their mails, with something behind or nothing."""
ANSWERING_FIELDS: Mapping[str, str] = {
    "x-vacation": r".",
    "x-apple-action": r"vacation",
    "x-apple-criteria": r"kind=vacation",
    "x-ms-exchange-generated-message-source": r"mailbox rules agent|antispam|approval|room|resource",
    "x-precedence": r"auto[-_]reply",
    "precedence": r"auto[-_]reply",
    "preference": r"auto[-_]reply",
    "x-post-messageclass": r"autoresponder",
    "x-fc-machinegenerated": r"true",
    "x-list-administrivia": r"yes",
    "delivered-to": r"autoresponder",
    "x-cron-env": r".",
    "x-mailer": r"vacation|auto[-_ ]?(?:reply|respon)",
    "user-agent": r"vacation|auto[-_ ]?(?:reply|respon)",
}
"""Field, and what its value holds (in lower case), if a machine that answers wrote the mail."""
NOT_SO = ("no", "false", "0", "off")


def own(message: Message, clues: Clues) -> bool:
    """A letter of this desk that came back to it."""
    ours = message.header("x-mailbot-desk").strip().upper() == clues.desk.name.upper()
    desk = clues.desk.address.lower()
    sender = any(mailbox.key == desk or is_reply_address(mailbox.key, desk) for mailbox in message.senders)
    return ours or sender or is_ours(message.message_id, desk)


def reports(*types: str) -> Test:
    """Its report-type is one of these (RFC 6522), or it has such a part itself: some forget to say so."""
    parts = {f"message/{kind}" for kind in types} | {f"message/global-{kind}" for kind in types}
    return lambda message, _: message.report in types or any(part.type in parts for part in message.attachments)


def names(*fields: str) -> Test:
    """It has one of these header fields."""
    return lambda message, _: any(message.names(field) for field in fields)


def from_mail_system(message: Message, _: Clues | None = None) -> bool:
    """From MAILER-DAEMON, which nobody is called."""
    return any(MAIL_SYSTEM.match(mailbox.address) for mailbox in message.senders)


def from_administrator(message: Message, _: Clues | None = None) -> bool:
    """From an address or name that mail systems use, but people as well."""
    return any(ADMINISTRATOR.match(one.address) or DELIVERER.match(one.name) for one in message.senders)


def from_no_reply(message: Message, _: Clues) -> bool:
    """From an address that says it takes no answers, or of a list server's own."""
    return any(NO_REPLY.match(mailbox.address) for mailbox in message.senders)


def from_nobody(message: Message, _: Clues) -> bool:
    """No From at all."""
    return not message.senders


def auto_submitted(message: Message, _: Clues) -> bool:
    """`Auto-Submitted` other than `no` (RFC 3834 §5)."""
    value = message.header("auto-submitted").split(";")[0].split("(")[0].strip().lower()
    return value not in ("", "no")


def says_not_automatic(message: Message, _: Clues) -> bool:
    """`Auto-Submitted: no`, which people's programs seldom say and machines that answer never."""
    return message.header("auto-submitted").strip().lower().startswith("no")


def answering_fields(message: Message, _: Clues) -> bool:
    """A header field of some machine that answers."""
    named = any(_answering(name) and value.strip().lower() not in NOT_SO for name, value in message.headers)
    known = ((ANSWERING_FIELDS[name], value) for name, value in message.headers if name in ANSWERING_FIELDS)
    return named or any(re.search(wanted, value.lower()) for wanted, value in known)


def _answering(name: str) -> bool:
    """`X-Auto-Response-Suppress` is for those who would answer this mail: it says nothing of who wrote it."""
    return ANSWERING.match(name) is not None and not name.endswith("-suppress")


def null_path(message: Message, _: Clues | None = None) -> bool:
    """The envelope had no sender (RFC 5321 §4.5.5), or a mail system for one."""
    path = message.header("return-path").strip()
    return path == "<>" or MAIL_SYSTEM.match(path.strip("<>")) is not None


def precedence(*words: str) -> Test:
    """`Precedence` is one of these."""
    return lambda message, _: message.header("precedence").strip().lower() in words


def wants_no_automatic_answer(message: Message, _: Clues) -> bool:
    """`X-Auto-Response-Suppress` names automatic answers ([MS-OXCMAIL] §2.2.3.2.14); the other values, which keep off
    receipts and out-of-office notices, do not concern the desk."""
    words = re.split(r"[,;\s]+", message.header("x-auto-response-suppress").lower())
    return "all" in words or "autoreply" in words


def encloses(message: Message, _: Clues) -> bool:
    """A mail, or the header of one, lies in it."""
    return bool(message.enclosed)
