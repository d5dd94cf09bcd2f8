"""Mails as they were kept, read: whole, or only their header where the body was not downloaded. It decides nothing."""

import dataclasses
import re
from collections.abc import Sequence
from hashlib import sha256

from mailbot.core.message import Message, Unreadable
from mailbot.flow.reader import Reader

BODY_FIELDS = re.compile(rb"^(content-type|content-transfer-encoding|mime-version):", re.IGNORECASE | re.MULTILINE)


async def read_kept(reader: Reader, mails: Sequence[tuple[str, bytes, int | None]]) -> list[Message | Unreadable]:
    """What mails say, one answer each in their order: given are their digests, what was kept of them, and the size in
    octets (None if all of it was kept)."""
    shown = [raw if size is None else _without_body(raw) for _, raw, size in mails]
    read = await reader.read([(sha256(raw).hexdigest(), raw) for raw in shown])
    return [
        dataclasses.replace(message, digest=digest, size=size or len(raw))
        for (digest, raw, size), message in zip(mails, read, strict=True)
    ]


def _without_body(header: bytes) -> bytes:
    """The header of a mail whose body was not downloaded, without the fields that announce its parts."""
    return BODY_FIELDS.sub(rb"X-\1:", header)
