"""Reads small text files, and tells SSH public keys from other text. It knows no form and checks no key."""

import re

from mailbot.edge.attachments.values import Seen, only_known
from mailbot.edge.charsets import BAD, decode

MOST_BYTES = 100_000
MOST_TEXT = 20_000
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_FIELD = re.compile(r"([!-9;-~]+)[ \t]*:")
_OF_A_MAIL = frozenset("received message-id return-path mime-version date from subject".split())
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_KEY_LINE = re.compile(
    r"(?:[a-z-]+(?:=\"[^\"]*\")?(?:,[a-zA-Z0-9-]+(?:=\"[^\"]*\")?)*\s+)?"
    r"(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[A-Za-z0-9@.-]+\s+AAAA[A-Za-z0-9+/=]*(?:\s.*)?"
)
_WRAPPED = re.compile(r"[A-Za-z0-9+/]+={0,2}(?:\s+\S+)?")
_RFC4716 = re.compile(r"-{4} ?BEGIN SSH2 PUBLIC KEY ?-{4}.*-{4} ?END SSH2 PUBLIC KEY ?-{4}", re.DOTALL)


def look_into(content: bytes) -> Seen:
    """Text of at most 100 kB, its charset guessed as a mail's is, of which the first 20,000 characters are kept;
    `key` if nothing but SSH public keys is in it (OpenSSH lines, RFC 4716). A private key is a text like others; of a
    saved mail nothing is kept."""
    if not content.strip() or len(content) > MOST_BYTES:
        return Seen()
    if not content.startswith(_WIDE) and _CONTROL.search(content):
        return Seen()
    read = decode(content)
    if read.readings:
        return Seen("unopened", doubts=("is a text that several charsets fit, so nothing in it counts",))
    text = read.text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if text.count(BAD) * 50 > len(text):
        return Seen()
    if is_mail(text):
        return only_known("mail")
    return Seen("key" if is_key(text) else "text", text=text[:MOST_TEXT])


def is_mail(text: str) -> bool:
    """Whether a text is a mail that was saved as a file, with its header (RFC 5322): a mail within a mail, whatever the
    part that brings it is called."""
    head, names = text[:MOST_TEXT].lstrip("\n").partition("\n\n")[0], set[str]()
    for line in head.split("\n"):
        if line[:1] not in (" ", "\t"):
            field = _FIELD.match(line)
            if field is None:
                return False
            names.add(field[1].lower())
    return len(names & _OF_A_MAIL) > 1


def is_key(text: str) -> bool:
    """Whether a text is public keys and nothing else; comments, and lines a mail program broke, belong to them."""
    text = text.strip()
    if "PRIVATE KEY" in text or len(text) > MOST_TEXT:
        return False
    if _RFC4716.fullmatch(text):
        return True
    lines = [line for line in map(str.strip, text.split("\n")) if line and not line.startswith("#")]
    return bool(lines) and bool(_KEY_LINE.fullmatch(lines[0])) and all(_goes_on(line) for line in lines[1:])


def _goes_on(line: str) -> bool:
    return _KEY_LINE.fullmatch(line) is not None or _WRAPPED.fullmatch(line) is not None
