"""Makes what was found in an envelope part of the mail that it came in: its files become attachments, and its text the
mail's where that has none. It must not open anything itself, nor know how an envelope is made.
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from mailbot.core.message import Attachment, Message
from mailbot.edge.attachments import Envelope, Inside, Seen
from mailbot.edge.parsing import parse

_ONLY_RICH = "holds its text in a form (RTF) that is not read"


def unpacked(message: Message, seen: Sequence[Seen]) -> tuple[Message, list[Seen], list[bytes]]:
    """The mail with all that lay in its envelopes, what is seen in its attachments now, and the bytes of those that
    were added behind the others; `seen` is what was found in the first attachments of `message`.

    An envelope whose text nobody reads stays an unread file (`tnef`) where the mail says nothing in other words.
    """
    files = [file for one in seen if one.opened for file in one.opened.files]
    message = replace(message, attachments=(*message.attachments, *map(_attachment, files)))
    for one in seen:
        if one.opened and one.opened.text and not message.text.strip():
            message = _with_text(message, one.opened)
    wordless = not message.text.strip()
    return message, [_closed(one) if wordless else one for one in seen], [file.content for file in files]


def _attachment(file: Inside) -> Attachment:
    digest = sha256(file.content).hexdigest()
    return Attachment(file.name, file.type, len(file.content), digest, inline=file.inline)


def _with_text(message: Message, envelope: Envelope) -> Message:
    """The mail with the text of its envelope, read as that of a mail is: the same charsets, doubts and limits."""
    kind = f'{envelope.type}; charset="{envelope.charset}"'
    read = parse(f"Content-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode() + envelope.text)
    if not isinstance(read, Message):
        return replace(message, doubts=(*message.doubts, f"the text in its envelope was not read: {read.reason}"))
    return replace(
        message, text=read.text, doubts=(*message.doubts, *read.doubts), unsure=message.unsure or read.unsure
    )


def _closed(seen: Seen) -> Seen:
    if seen.opened is None or not seen.opened.unread:
        return seen
    return replace(seen, kind="tnef", doubts=(*seen.doubts, _ONLY_RICH))
