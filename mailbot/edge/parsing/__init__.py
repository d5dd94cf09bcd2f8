"""Turns the raw bytes of a mail into a Message, or says why it cannot be read.

It must not know what mailbot does with a mail; it opens no file and no connection.
"""

import re
from dataclasses import replace
from hashlib import sha256

from mailbot.core.message import Message, Unreadable, is_kept
from mailbot.edge.parsing import headers, reports
from mailbot.edge.parsing.bodies import Found, Walk
from mailbot.edge.parsing.limits import Limits, TooMuchError, refusal
from mailbot.edge.parsing.structure import Part, tree_of

__all__ = ["Limits", "parse", "parse_with_contents"]

RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_FIELD = re.compile(rb"(?:>?From [^\r\n]*[\r\n]+)?[!-9;-~]+[ \t]*:")
MOST_TEXT, MOST_LINES = 200_000, 5_000
"""Characters and lines of text that are looked at: more than any form or letter, and read within a second by all who
look for answers in them, form by form and line by line."""
_BLANK = re.compile(rb"[ \t\r\n]*")


def parse(raw: bytes, limits: Limits = Limits()) -> Message | Unreadable:  # noqa: B008  # frozen
    """Read a mail as it came from the server (RFC 5322, MIME); never raises for what a mail may contain.

    A mail that is only sloppy is read, with doubts; one beyond its limits or use is Unreadable with the reason.
    """
    read = parse_with_contents(raw, limits)
    return read if isinstance(read, Unreadable) else read[0]


def parse_with_contents(raw: bytes, limits: Limits) -> tuple[Message, tuple[bytes, ...]] | Unreadable:
    """As `parse`, and the decoded bytes of the message's attachments, in their order."""
    digest = sha256(raw).hexdigest()
    start, doubts = _start(raw)
    reason = _emptiness(raw, start) or refusal(raw, limits)
    if reason:
        return Unreadable(digest, len(raw), reason)
    try:
        part = tree_of(raw[start:] if start else raw, limits)
        found = Walk(limits).gather(part)
    except TooMuchError as much:
        return Unreadable(digest, len(raw), str(much))
    if reason := _uselessness(part, found):
        return Unreadable(digest, len(raw), reason)
    found.doubts[:0] = doubts
    message = _message(digest, len(raw), part, found)
    if not message.reports and (said := reports.of_words(message)):
        message = replace(message, reports=said)
    return message, tuple(found.contents)


def _start(raw: bytes) -> tuple[int, list[str]]:
    """Where the header begins, past empty lines that some deliver before it."""
    blank = _BLANK.match(raw)
    end = blank.end() if blank else 0
    if end and _FIELD.match(raw, end) and raw[end - 1 : end] in (b"\r", b"\n"):
        return end, ["empty lines before the header"]
    return 0, []


def _emptiness(raw: bytes, start: int) -> str:
    if not raw.strip():
        return "the mail is empty"
    if not _FIELD.match(raw, start) and raw[:1] not in (b"\r", b"\n"):
        return "no header: the first line is no field of a mail"
    return ""


def _uselessness(part: Part, found: Found) -> str:
    """Why a mail that could be taken apart is of no use nevertheless."""
    if found.readable or found.attachments or found.enclosed:
        return ""
    if part.get_content_maintype() == "multipart" and not part.is_multipart():
        return "a multipart without readable parts: its boundary does not occur"
    return "" if part.keys() else "neither header nor text"


def _message(digest: str, size: int, part: Part, found: Found) -> Message:
    senders, clear = headers.mailboxes(headers.fields(part, "From"))
    reply_to, _ = headers.mailboxes(headers.fields(part, "Reply-To"))
    ids = headers.message_ids(headers.field(part, "Message-ID"))
    doubts = found.doubts if clear else [*found.doubts, "the From field is not clear"]
    if not headers.certain(part, "From"):
        senders = tuple(replace(sender, name="") for sender in senders)
        doubts = [*doubts, "the sender's name can be read in several ways"]
    text, cut = _cut("\n".join(text for text in found.texts if text.strip()))
    return Message(
        digest=digest,
        size=size,
        message_id=ids[0] if ids else "",
        date=headers.one_line(headers.field(part, "Date")),
        subject=headers.one_line(headers.field(part, "Subject")),
        senders=senders,
        reply_to=reply_to,
        recipients=_addresses(part, *RECIPIENTS),
        to=_addresses(part, "To") if len(headers.fields(part, "To")) == 1 else (),
        references=_references(part),
        headers=_kept(part),
        text=text,
        attachments=found.seen(),
        enclosed=tuple(found.enclosed),
        report=_report(part),
        reports=tuple(found.reports[: reports.MOST]),
        doubts=tuple(dict.fromkeys([*doubts, *cut, *(() if part.keys() else ("no header fields",))])),
        unsure=tuple(found.unsure),
    )


def _cut(text: str) -> tuple[str, list[str]]:
    """As much of a text as is looked at, and the doubt that says how much that is if it is not all."""
    doubts = []
    if len(text) > MOST_TEXT:
        text, doubts = text[:MOST_TEXT], [f"only the first {MOST_TEXT} characters of the text were read"]
    lines = text.split("\n", MOST_LINES)
    if len(lines) > MOST_LINES:
        text, doubts = "\n".join(lines[:-1]), [*doubts, f"only the first {MOST_LINES} lines of the text were read"]
    return text, doubts


def _addresses(part: Part, *names: str) -> tuple[str, ...]:
    boxes, _ = headers.mailboxes([value for name in names for value in headers.fields(part, name)])
    return tuple(dict.fromkeys(box.key for box in boxes if box.address))


def _references(part: Part) -> tuple[str, ...]:
    """References, then what of In-Reply-To is not among them: RFC 5322 §3.6.4 puts the parent last."""
    values = headers.fields(part, "References") + headers.fields(part, "In-Reply-To")
    return tuple(dict.fromkeys(one for value in values for one in headers.message_ids(value)))


def _kept(part: Part) -> tuple[tuple[str, str], ...]:
    named = ((name.lower(), value) for name, value in part.raw_items())
    return tuple((name, headers.one_line(headers.unfolded(str(value)))) for name, value in named if is_kept(name))


def _report(part: Part) -> str:
    if part.get_content_type() != "multipart/report":
        return ""
    return headers.parameter(part, "Content-Type", "report-type").lower()
