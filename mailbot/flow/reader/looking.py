"""Looks into the attachments of a mail within limits of time and number, so that none of them costs the mail.

It must not know what is made of them; it runs in the reader's child, whose only thread may be interrupted.
"""

import time
from collections.abc import Sequence
from dataclasses import fields, replace

from mailbot.core.message import Attachment, Message
from mailbot.edge.attachments import Seen, UnreadableFileError, look, prepare
from mailbot.flow.reader.clock import OutOfTimeError, within

OF_MAIL = ("doubts", "secrets")
"""What is seen in an attachment and said of the whole mail."""
_TOO_LONG = Seen(doubts=("takes too long to be read",))
_TOO_LATE = Seen(doubts=("was not looked into, those before it took too long",))


def looked_into(message: Message, contents: Sequence[bytes], seconds: float = 3.0, most: int = 20) -> Message:
    """The message with what was found in its attachments; `contents` are their decoded bytes, one for one. Into the
    first `most` is looked, for so many seconds of processor time in all.

    What is broken or too large is `unopened`, what takes too long keeps an empty kind; a doubt says so in words.
    """
    if not contents:
        return message
    pairs = list(zip(message.attachments, _seen(contents[:most], seconds), strict=False))
    doubts = [f"attachment {_short(one.name)}: {doubt}" for one, seen in pairs for doubt in seen.doubts]
    if len(contents) > most:
        doubts.append(f"only the first {most} attachments were looked into")
    attachments = (*(_with(one, seen) for one, seen in pairs), *message.attachments[most:])
    secrets = tuple(dict.fromkeys(kind for _, seen in pairs for kind in seen.secrets))
    doubts = list(dict.fromkeys((*message.doubts, *doubts)))
    return replace(message, attachments=attachments, doubts=tuple(doubts), secrets=secrets)


def _with(attachment: Attachment, seen: Seen) -> Attachment:
    found = {one.name: getattr(seen, one.name) for one in fields(seen) if one.name not in OF_MAIL}
    return replace(attachment, **found)


def _short(name: str) -> str:
    return f"“{name if len(name) <= 60 else name[:59] + '…'}”" if name else "without a name"


def _seen(contents: Sequence[bytes], seconds: float) -> list[Seen]:
    """What is in each, one after the other, until the time is over."""
    for content in contents:
        prepare(content)
    end = time.process_time() + seconds
    seen: list[Seen] = []
    for content in contents:
        left = end - time.process_time()
        over = left <= 0 or _TOO_LONG in seen
        seen.append(_TOO_LATE if over else _within(left, content))
    return seen


def _within(seconds: float, content: bytes) -> Seen:
    """What is in one, if it can be found out in so many seconds of processor time."""
    try:
        return within(seconds, lambda: look(content))
    except UnreadableFileError as unreadable:
        return Seen("unopened", doubts=(str(unreadable),))
    except MemoryError:
        return Seen(doubts=("needs too much memory to be read",))
    except OutOfTimeError:
        return _TOO_LONG
