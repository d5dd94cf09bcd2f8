"""SSH public keys as text: joined, checked to the last byte, or refused. It knows no file and makes no key."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from mailbot.core.fields.texts import secret
from mailbot.core.fields.wrong import Wrong

RSA_MINIMUM = 2048
RSA_MAXIMUM = 16384
_LONGEST = 40_000
_MOST_LINES = 200
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_RFC4716 = re.compile(r"-{4} ?BEGIN SSH2 PUBLIC KEY ?-{4}(.*?)-{4} ?END SSH2 PUBLIC KEY ?-{4}", re.DOTALL)
_RFC4716_HEADER = re.compile(r"^[A-Za-z0-9-]{1,64}:(?:.*\\\n)*.*$", re.MULTILINE)
_TYPE = re.compile(r"(?<!\S)(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[A-Za-z0-9@.-]+(?=\s)")


@dataclass(frozen=True, slots=True)
class _Kind:
    """One type of key: how many strings its blob has, and what of them is checked (None: all is well)."""

    strings: int
    check: Callable[[list[bytes]], Wrong | None]


def _rsa(parts: list[bytes]) -> Wrong | None:
    bits = int.from_bytes(parts[2], "big").bit_length()
    if bits < RSA_MINIMUM:
        return Wrong("ssh_short", {"bits": str(bits), "minimum": str(RSA_MINIMUM)})
    return Wrong("ssh_broken") if bits > RSA_MAXIMUM or parts[2][0] & 0x80 else None


def _ed25519(parts: list[bytes]) -> Wrong | None:
    return None if len(parts[1]) == 32 else Wrong("ssh_broken")


def _curve(name: bytes, size: int) -> Callable[[list[bytes]], Wrong | None]:
    def check(parts: list[bytes]) -> Wrong | None:
        fine = parts[1] == name and len(parts[2]) == size and parts[2][0] == 4
        return None if fine else Wrong("ssh_broken")

    return check


KINDS: Mapping[str, _Kind] = {
    "ssh-ed25519": _Kind(2, _ed25519),
    "ssh-rsa": _Kind(3, _rsa),
    "ecdsa-sha2-nistp256": _Kind(3, _curve(b"nistp256", 65)),
    "ecdsa-sha2-nistp384": _Kind(3, _curve(b"nistp384", 97)),
    "ecdsa-sha2-nistp521": _Kind(3, _curve(b"nistp521", 133)),
    "sk-ssh-ed25519@openssh.com": _Kind(3, _ed25519),
    "sk-ecdsa-sha2-nistp256@openssh.com": _Kind(4, _curve(b"nistp256", 65)),
}
"""Types of key the desk accepts (RFC 4253 §6.6, RFC 5656, RFC 8709, OpenSSH PROTOCOL.u2f)."""


def _strings(blob: bytes) -> list[bytes] | None:
    """The strings of a key blob (RFC 4251 §5), or None if one is cut off or bytes are left over."""
    parts, at = [], 0
    while at + 4 <= len(blob):
        end = at + 4 + int.from_bytes(blob[at : at + 4], "big")
        parts.append(blob[at + 4 : end])
        at = end
    return parts if at == len(blob) and all(parts) else None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _key(name: str, tokens: list[str]) -> tuple[str, list[bytes], list[str]] | None:
    """The base64 text, its parts, and the comment after it; a mail program may have wrapped it at any column."""
    pieces = []
    for token in tokens[:_MOST_LINES]:
        if not _BASE64.fullmatch(token):
            break
        pieces.append(token)
    for count, text in enumerate(accumulate(pieces), start=1):
        blob = _decoded(text)
        parts = _strings(blob) if blob else None
        if parts and parts[0] == name.encode() and len(parts) == KINDS[name].strings:
            return text, parts, tokens[count:]
    return None


def _from_rfc4716(text: str) -> str:
    """A key in the file format of RFC 4716, which some programs export, as the one line of OpenSSH."""
    found = _RFC4716.search(text)
    if found is None:
        return text
    body = "".join(_RFC4716_HEADER.sub("", found[1]).split())
    blob = _decoded(body) or b""
    size = int.from_bytes(blob[:4], "big")
    return f"{blob[4 : 4 + size].decode('ascii', 'replace')} {body}" if 0 < size < 64 else text


def read_ssh_public_key(text: str) -> str | Wrong:
    """The key as one line `type base64 comment`, or why not; no answer repeats a private key.

    The type inside the base64 must be the one before it, every string must end where the blob ends, RSA has at
    least 2048 bits. Options before the type (`from="…"`) are dropped. OpenSSH's format (sshd(8)) and RFC 4716.
    """
    if secret(text):
        return Wrong("ssh_private")
    line = _from_rfc4716(text[:_LONGEST])
    found = _TYPE.search(line)
    if found is None:
        return Wrong("ssh_format")
    name = found[0]
    if name == "ssh-dss":
        return Wrong("ssh_dsa")
    if name not in KINDS:
        return Wrong("ssh_type", {"type": name[:60]})
    key = _key(name, line[found.end() :].split())
    if key is None:
        return Wrong("ssh_broken")
    encoded, parts, comment = key
    return KINDS[name].check(parts) or " ".join((name, encoded, *comment))
