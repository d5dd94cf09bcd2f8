"""Looks into the attachments of a mail within limits of time and number, so that none of them costs the mail.

It must not know what is made of them; it runs in the reader's child, whose only thread may be interrupted.
"""

import time
from collections.abc import Sequence
from dataclasses import fields, replace

from mailbot.core.filenames import plain_name
from mailbot.core.message import Attachment, Message
from mailbot.edge.attachments import Seen, UnreadableFileError, look, prepare
from mailbot.flow.reader.clock import OutOfTimeError, within
from mailbot.flow.reader.envelopes import unpacked

OF_MAIL = ("doubts", "secrets", "opened")
"""What is seen in an attachment and said of the whole mail, or became part of it."""
_TOO_LONG = Seen(doubts=("takes too long to be read",))
_TOO_LATE = Seen(doubts=("was not looked into, those before it took too long",))


def looked_into(message: Message, contents: Sequence[bytes], seconds: float = 3.0, most: int = 20) -> Message:
    """The message with what was found in its attachments; `contents` are their decoded bytes, one for one. Into the
    first `most` is looked, for so many seconds of processor time in all.

    What is broken or too large is `unopened`, what takes too long keeps an empty kind; a doubt says so in words. What
    lay in an envelope is an attachment of the mail like the others, within the same limits.
    """
    if not contents:
        return message
    _prepared(contents[:most])
    end = time.process_time() + seconds
    found = _seen(contents[:most], end)
    message, found, inside = unpacked(message, found)
    inside = inside[: most - len(found)]
    found += _seen(inside, end + _prepared(inside), enclosed=True)
    pairs = list(zip(message.attachments, found, strict=False))
    doubts = [f"attachment {_called(one.name)}: {doubt}" for one, seen in pairs for doubt in seen.doubts]
    if len(message.attachments) > most:
        doubts.append(f"only the first {most} attachments were looked into")
    attachments = (*(_with(one, seen) for one, seen in pairs), *message.attachments[most:])
    secrets = tuple(dict.fromkeys(kind for _, seen in pairs for kind in seen.secrets))
    doubts = list(dict.fromkeys((*message.doubts, *doubts)))
    return replace(message, attachments=attachments, doubts=tuple(doubts), secrets=secrets)


def _with(attachment: Attachment, seen: Seen) -> Attachment:
    found = {one.name: getattr(seen, one.name) for one in fields(seen) if one.name not in OF_MAIL}
    return replace(attachment, **found)


def _called(name: str) -> str:
    plain = plain_name(name)
    return f"“{plain}”" if plain else "without a name"


def _prepared(contents: Sequence[bytes]) -> float:
    """Load what is needed to look into these; how long that took, which is nobody's fault."""
    begun = time.process_time()
    for content in contents:
        prepare(content)
    return time.process_time() - begun


def _seen(contents: Sequence[bytes], end: float, enclosed: bool = False) -> list[Seen]:
    """What is in each, one after the other, until the processor time is `end`."""
    seen: list[Seen] = []
    for content in contents:
        left = end - time.process_time()
        over = left <= 0 or _TOO_LONG in seen
        seen.append(_TOO_LATE if over else _within(left, content, enclosed))
    return seen


def _within(seconds: float, content: bytes, enclosed: bool) -> Seen:
    """What is in one, if it can be found out in so many seconds of processor time."""
    try:
        return within(seconds, lambda: look(content, enclosed))
    except UnreadableFileError as unreadable:
        return Seen("unopened", doubts=(str(unreadable),))
    except MemoryError:
        return Seen(doubts=("needs too much memory to be read",))
    except OutOfTimeError:
        return _TOO_LONG
