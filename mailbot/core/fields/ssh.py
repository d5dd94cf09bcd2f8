"""SSH public keys as text: joined, checked, or refused; and the fingerprint they are recognised by. It knows no file
and makes no key.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from itertools import accumulate

from mailbot.core.events import Value
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.ssh_options import misread
from mailbot.core.fields.texts import secret
from mailbot.core.fields.wrong import Wrong
from mailbot.core.rules import FieldRule
from mailbot.core.signs import INVISIBLE

RSA_MINIMUM = 2048
RSA_MAXIMUM = 16384
_MOST_LINES = 200
_MOST_BASE64 = 8_000
"""Characters of the longest key the desk takes: an RSA modulus of 16384 bits, an exponent no longer."""
_COMMENT = 100
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_BEGIN_RFC4716 = re.compile("-{4} ?BEGIN SSH2 PUBLIC KEY ?-{4}")
_END_RFC4716 = re.compile("-{4} ?END SSH2 PUBLIC KEY ?-{4}")
_RFC4716_HEADER = re.compile(r"^[ \t]*([A-Za-z0-9-]{1,64}):((?:.*\\\n)*.*)$", re.MULTILINE)
_TYPE = re.compile(r"(?<!\S)(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[A-Za-z0-9@.-]+(?=\s)")
_BLOB = re.compile(r"\s+AAAA")
_LINKED = re.compile(r"[<\[(]mailto:[^<>\[\]()\s]*+[>\])]")

STRINGS: Mapping[str, int] = {
    "ssh-ed25519": 2,
    "ssh-rsa": 3,
    "ecdsa-sha2-nistp256": 3,
    "ecdsa-sha2-nistp384": 3,
    "ecdsa-sha2-nistp521": 3,
    "sk-ssh-ed25519@openssh.com": 3,
    "sk-ecdsa-sha2-nistp256@openssh.com": 4,
}
"""Types of key the desk accepts (RFC 4253 §6.6, RFC 5656, RFC 8709, OpenSSH PROTOCOL.u2f), and of how many strings
their bytes consist: so the end of a key is found that a mail program broke into lines."""
_MOST_STRINGS = max(STRINGS.values())


def _strings(blob: bytes) -> list[bytes] | None:
    """The strings of a key blob (RFC 4251 §5), or None if one is cut off, bytes are left over, or there are more than
    any key has."""
    parts: list[bytes] = []
    at = 0
    while at + 4 <= len(blob) and len(parts) < _MOST_STRINGS:
        end = at + 4 + int.from_bytes(blob[at : at + 4], "big")
        parts.append(blob[at + 4 : end])
        at = end
    return parts if at == len(blob) and all(parts) else None


def _decoded(text: str) -> bytes:
    """The bytes of base64; none if it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _joined(name: str, text: str) -> tuple[str, str] | None:
    """The base64 text of the key and the comment behind it; a mail program may have wrapped it at any column."""
    pieces: list[str] = []
    ends: list[int] = []
    for found in re.finditer(r"\S+", text):
        if len(pieces) >= _MOST_LINES or not _BASE64.fullmatch(found[0]):
            break
        pieces.append(found[0])
        ends.append(found.end())
    for encoded, end in zip(accumulate(pieces), ends, strict=True):
        if len(encoded) > _MOST_BASE64:
            break
        parts = _strings(_decoded(encoded))
        if parts and parts[0] == name.encode() and len(parts) == STRINGS[name]:
            return encoded, _comment(text[end:])
    return None


def _comment(rest: str) -> str:
    """What stands behind the key in its line, or in the next where a mail program put it there; no more: greetings
    are no part of a key."""
    line = next((line for line in _LINKED.sub("", rest).split("\n") if line.strip()), "")
    return " ".join(line.split())[:_COMMENT].strip()


def _from_rfc4716(text: str) -> str:
    """A key in the file format of RFC 4716, which some programs export, as the one line of OpenSSH."""
    begin = _BEGIN_RFC4716.search(text)
    end = begin and _END_RFC4716.search(text, begin.end())
    if begin is None or end is None:
        return text
    inside = text[begin.end() : end.start()]
    comments = [value for name, value in _RFC4716_HEADER.findall(inside) if name.lower() == "comment"]
    comment = "".join(comments[:1]).replace("\\\n", "").strip().strip('"')
    body = "".join(_RFC4716_HEADER.sub("", inside).split())
    blob = _decoded(body)
    size = int.from_bytes(blob[:4], "big")
    name = blob[4 : 4 + size].decode("ascii", "replace") if 0 < size < 64 else ""
    return f"{name} {body} {comment}" if name else text


def _begins(line: str) -> list[re.Match[str]]:
    """Where keys begin: a type, and behind it bytes as every key's begin; else the first word like a type, as options
    before a key may hold such words too (`command="ssh-add"`)."""
    found = list(_TYPE.finditer(line))
    return [one for one in found if _BLOB.match(line, one.end())] or found[:1]


def read_ssh_public_key(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """The key as one line `type base64 comment`, or why not; no answer repeats a private key.

    OpenSSH's format (sshd(8), AUTHORIZED_KEYS FILE FORMAT) with options before it, which are dropped, and the file
    format of RFC 4716. `cryptography` says whether the bytes are a key of that type and how large it is; RSA needs
    2048 bits (NIST SP 800-131A), DSA is refused. Several keys are asked about, and so is what is meant as options
    and is none.
    """
    if secret(text):
        return Wrong("ssh_private")
    line = _from_rfc4716(text.translate(INVISIBLE))
    begins = _begins(line)
    if not begins:
        return Wrong("ssh_format")
    keys = {_key(found[0], line[found.end() :]) for found in begins}
    if len(keys) > 1:
        return Wrong("ssh_several")
    checked = _checked(begins[0][0], keys.pop())
    options = not isinstance(checked, Wrong) and misread(line[: begins[0].start()])
    return Wrong("ssh_options") if options else checked


def _key(name: str, rest: str) -> tuple[str, str] | None:
    return _joined(name, rest) if name in STRINGS else None


def _checked(name: str, key: tuple[str, str] | None) -> Value | Wrong:
    if name == "ssh-dss":
        return Wrong("ssh_dsa")
    if name not in STRINGS:
        return Wrong("ssh_type", {"type": name[:60]})
    if key is None:
        return Wrong("ssh_broken")
    encoded, comment = key
    short = _short_rsa(encoded) if name == "ssh-rsa" else None
    if short is not None:
        return short
    whole = _as_written_by_openssh(name, encoded) and bits(f"{name} {encoded}")
    return f"{name} {encoded} {comment}".strip() if whole else Wrong("ssh_broken")


def _as_written_by_openssh(name: str, encoded: str) -> bool:
    """Whether the same key has no shorter or other text: base64 without bits left over (RFC 4648 §3.5), numbers without
    zeros before them and none negative (RFC 4251 §5). OpenSSH refuses the others or shows another fingerprint."""
    blob = _decoded(encoded)
    numbers = (_strings(blob) or [])[1:] if name == "ssh-rsa" else []
    plain = all(part[0] < 0x80 and (part[0] or part[1:2] >= b"\x80") for part in numbers)
    return plain and base64.b64encode(blob).decode() == encoded


def _short_rsa(encoded: str) -> Wrong | None:
    """Said before the library is asked, which refuses to look at the shortest."""
    parts = _strings(_decoded(encoded)) or []
    size = int.from_bytes(parts[2], "big").bit_length()
    if size < RSA_MINIMUM:
        return Wrong("ssh_short", {"bits": str(size), "minimum": str(RSA_MINIMUM)})
    return Wrong("ssh_broken") if size > RSA_MAXIMUM else None


def bits(key: str) -> int:
    """The size in bits of a key in one line (`type base64 …`), as ssh-keygen(1) tells it; 0 if it is no key."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    try:
        loaded = load_ssh_public_key(" ".join(key.split(" ")[:2]).encode())
    except (ValueError, UnsupportedAlgorithm, NotImplementedError):
        return 0  # the last for a point of a curve that is compressed, which OpenSSH refuses too
    return loaded.key_size if isinstance(loaded, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else 256


def fingerprint(value: str) -> str:
    """The fingerprint of a key as it was kept (`type base64 comment`): `SHA256:` and 43 signs, as `ssh-keygen -l` shows
    it and RFC 4255's SHA-256 is computed over the same bytes. Empty for what is no key."""
    name, _, rest = value.partition(" ")
    blob = _decoded(rest.partition(" ")[0])
    if name not in STRINGS or not blob:
        return ""
    return f"SHA256:{base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip('=')}"
