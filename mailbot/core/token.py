"""The mac of a letter: what proves that somebody received it. It knows no keys of its own and not who may do what.

A letter is named `<case>.<number>` or, without a case, `e<seq of its entry>.<number>`. Its reply address is
`<desk>+<letter>.<mac>@<domain>` (subaddressing, RFC 5233), its Message-ID is `<letter>.<mac>@<domain>` in angle
brackets (RFC 5322 §3.6.4).
"""

import base64
import hmac
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from mailbot.core.message import Message

LETTER = r"(?P<letter>\d{4}-\d{5,9}\.\d{1,6}|e\d{1,12}\.\d{1,6})\.(?P<mac>[a-z2-7]{16})"
_TOKEN = re.compile(LETTER, re.IGNORECASE)
_TOKEN_ENDS = re.compile(r"\.\d{1,6}\.[a-z2-7]{16}", re.IGNORECASE)
"""What every token ends in: by its first sign that is found sooner in a text than what a token begins with."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A letter a mail says it answers: its name, the mac that came along, and where both stood; `in_to` if that was the
    one To field of the mail."""

    letter: str
    mac: str
    by: Literal["address", "references"]
    in_to: bool = False

    @property
    def case(self) -> str | None:
        """The number of the case the letter belongs to; None for a letter without a case."""
        return None if self.letter.startswith("e") else self.letter.partition(".")[0]


def mac(key: bytes, desk: str, letter: str, recipient: str) -> str:
    """80 bits of HMAC-SHA256 over canonical `[desk, letter, recipient in lower case]`, as 16 base32 letters."""
    return _letters(key, [desk, letter, recipient.lower()], 10)


_canonical = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def _letters(key: bytes, said: list[str], octets: int) -> str:
    """The first octets of what the key makes of this, in base32."""
    return base64.b32encode(hmac.digest(key, _canonical(said).encode(), "sha256")[:octets]).decode().lower()


CODE_PLACE = "{confirm}"
"""What stands in a journaled letter where its code is put in when its bytes are made; as long as a code."""


def code(key: bytes, desk: str, letter: str, recipient: str, bound: str) -> str:
    """The code that confirms what a letter asks back: 40 bits of HMAC-SHA256 over canonical `[desk, "confirm", letter,
    recipient in lower case, bound]`, as two groups of four base32 letters. `bound` is the digest of what is
    confirmed."""
    letters = _letters(key, [desk, "confirm", letter, recipient.lower(), bound], 5)
    return f"{letters[:4]}-{letters[4:]}"


def is_code(said: str, right: str) -> bool:
    """Whether somebody typed that code, whatever its width (NFKC), spaces, hyphens and capitals (compared in constant
    time)."""
    return hmac.compare_digest(_signs(said).encode(), right.replace("-", "").encode())


def has_code(text: str, right: str) -> bool:
    """Whether that code stands somewhere in a text, however it is typed there."""
    return right.replace("-", "") in _signs(text)


def _signs(said: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", said).lower() if sign.isalnum())


def without_codes(text: str) -> str:
    """Text in which whatever looks like a code is blotted out, whatever its width."""
    return _LIKE_A_CODE.sub("…", text)


_SIGN = "[A-Za-z2-7Ａ-Ｚａ-ｚ２-７]"
_LIKE_A_CODE = re.compile(rf"(?<!\w){_SIGN}{{4}}[\s\-－\u2010-\u2015\u2212\u30fc]?{_SIGN}{{4}}(?!\w)")


def reply_address(desk_address: str, letter: str, letter_mac: str) -> str:
    """The address an answer to this letter goes to."""
    local, _, domain = desk_address.rpartition("@")
    return f"{local}+{letter}.{letter_mac}@{domain}"


def message_id(desk_address: str, letter: str, letter_mac: str) -> str:
    """The Message-ID of this letter, with its angle brackets."""
    return f"<{letter}.{letter_mac}@{desk_address.rpartition('@')[2]}>"


class _Patterns(NamedTuple):
    """What a desk's letters are known by: the reply address, and the Message-ID with angle brackets."""

    address: re.Pattern[str]
    reference: re.Pattern[str]


@lru_cache(maxsize=8)
def _patterns(desk_address: str) -> _Patterns:
    """Those of a desk with this address in lower case."""
    local, _, domain = (re.escape(part) for part in desk_address.rpartition("@"))
    return _Patterns(re.compile(rf"{local}\+{LETTER}@{domain}"), re.compile(rf"<{LETTER}@{domain}>"))


def claims(message: Message, desk_address: str) -> tuple[Claim, ...]:
    """The letters a mail claims to answer: by the address it came to first, then by References, newest first.

    A mail that reports on deliveries also claims the letter it returns, by the Message-ID of the enclosed mail or in
    its text. That proves no less than References do, as nobody makes a mac who has not seen the letter; but a person
    who encloses our letter in a mail of theirs answers nothing by that, so it holds for reports alone.

    Whoever sends somebody else's mail on can write into it what its sender did not sign (RFC 6376 §5.4): any field that
    was not there, and another of one that was. Of To there is one in every mail that a mail program makes, and it is
    signed by whoever signs recipients at all; so what stands there is told apart from everything else.
    """
    addressed, referred = _patterns(desk_address.lower())
    hits = [(addressed.fullmatch(address), address in message.to) for address in message.recipients]
    found = [Claim(hit["letter"], hit["mac"], "address", in_to) for hit, in_to in hits if hit]
    named = (*reversed(message.references), *_returned(message, referred))
    references = (referred.fullmatch(reference.lower()) for reference in named)
    found += [Claim(hit["letter"], hit["mac"], "references") for hit in references if hit]
    return tuple(dict.fromkeys(found))


def _returned(message: Message, wanted: re.Pattern[str]) -> list[str]:
    """The Message-IDs of the letters that a report returns; none in a mail that reports nothing."""
    if not message.reports and message.report != "delivery-status":
        return []
    return [one.message_id for one in message.enclosed] + [hit.group() for hit in wanted.finditer(message.text.lower())]


def is_reply_address(address: str, desk_address: str) -> bool:
    """Whether an address (in lower case) has the form of our letters' reply addresses."""
    return _patterns(desk_address.lower()).address.fullmatch(address) is not None


def without_macs(text: str) -> str:
    """Text in which every token of a letter is blotted out, so that no journal or log holds one."""
    return _TOKEN.sub(lambda hit: f"{hit['letter']}.…", text) if _TOKEN_ENDS.search(text) else text


def is_ours(reference: str, desk_address: str) -> bool:
    """Whether a Message-ID (with angle brackets) has the form of our own letters'."""
    return _patterns(desk_address.lower()).reference.fullmatch(reference.lower()) is not None


def proven(claim: Claim, desk: str, recipient: str, key: bytes | None) -> bool:
    """Whether the claim's mac is that of the letter as it went to `recipient` (compared in constant time)."""
    return key is not None and hmac.compare_digest(claim.mac, mac(key, desk, claim.letter, recipient))


def first_proven(
    claimed: Iterable[Claim], desk: str, recipients: Mapping[str, tuple[str, str]], keys: Mapping[str, bytes]
) -> Claim | None:
    """The first claim that is proven; `recipients` maps a letter to whom it went and the name of its key."""
    for claim in claimed:
        recipient, key = recipients.get(claim.letter, ("", ""))
        if recipient and proven(claim, desk, recipient, keys.get(key)):
            return claim
    return None
