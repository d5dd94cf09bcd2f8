"""Where private keys stand in a text: in any format, wrapped, quoted, flattened, or half. It knows no mail.

Each function walks a stretch of text that no other looks at again, so that the whole takes linear time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mailbot.core.signs import DASHES

Span = tuple[int, int]

LONG = 20
"""Characters from which on a run of base64 is no word."""
MOST_BODY = 20_000
"""Characters between the two lines that a key stands between: four times an RSA key of 16384 bits."""

_DASHES = f"-{DASHES}－"
_SPACE = r"[\s>＞|]"
_WORDS = rf"(?:{_SPACE}{{1,6}}[A-Z0-9]{{1,12}}){{0,4}}{_SPACE}{{1,6}}PRIVATE{_SPACE}{{1,6}}KEY(?:{_SPACE}{{1,6}}BLOCK)?"
_MARK = re.compile(
    rf"(?P<begin>BEGIN{_WORDS})|(?P<end>END{_WORDS})"
    r"|(?P<file>PuTTY-User-Key-File-[0-9]{1,2}:)"
    r"|(?<![A-Za-z0-9+/=])(?P<body>Private-Lines: {0,4}[0-9]|DEK-Info: ?[A-Z0-9-]{3,30},"
    r"|b3BlbnNzaC1rZXktdjE"  # openssh-key-v1
    r"|MII[A-Za-z0-9+/]{3}IBAAKC"  # RSA (PKCS #1)
    r"|MI[A-Za-z0-9+/]{2,4}(?:IBADANBgkqhkiG9w0BAQEF|AgEAMA0GCSqGSIb3DQEBAQUA)"  # RSA (PKCS #8)
    r"|M(?:HcCAQEEI|IGkAgEBBD|IHcAgEBBE)"  # elliptic curves (SEC 1): 256, 384, 521 bits
    r"|MI[A-Za-z0-9+/]{2,4}AgEAMBAGByqGSM49|M(?:IGHAgEAMBMG|IG2AgEAMBAG|IHuAgEAMBAG)ByqGSM49"  # the same (PKCS #8)
    r"|MC4CAQAwBQYDK2Vw"  # Ed25519 (PKCS #8)
    r"|MI[A-Za-z0-9+/]{2,30}(?:BgkqhkiG9w0BBQ0w|GCSqGSIb3DQEFDTB)"  # any of them, encrypted (PBES2)
    r")"
)
"""What a private key begins or ends with (RFC 7468, RFC 4716, PuTTY), and how the base64 of one begins that lost its
first line."""
_HINTS = ("PRIVATE", "PuTTY-User-Key", "Private-Lines", "DEK-Info", "b3BlbnNzaC1rZXktdjE", "MI", "MHcCAQEE", "MC4CAQ")
"""One of these is in every text that has such a mark: looking for them is quicker."""
_LEFT = re.compile(rf"[{_DASHES}](?:[ {_DASHES}]{{0,10}})$")
_RIGHT = re.compile(rf"(?: ?[{_DASHES}]){{1,10}}")
_GAP = re.compile(rf"(?:{_SPACE}|\\[nr])*")
_PIECE = re.compile(
    r"(?P<header>(?:Proc-Type|DEK-Info|Comment|Version|Hash|Encryption|(?:Public|Private)-Lines|Private-(?:MAC|Hash)"
    r"|Key-Derivation|Argon2-[A-Za-z]{1,20}|X-[A-Za-z-]{1,30}):[^\n]*)"
    rf"|(?P<base64>=?[A-Za-z0-9+/]+={{0,2}})(?=[\s<>＞|\\{_DASHES}]|$)"
)
_TOKEN = re.compile(r"[^\s>＞|]+")
_BASE64 = re.compile(r"=?[A-Za-z0-9+/]+={0,2}")
_UNLIKE_WORDS = re.compile(r"[0-9+/=]|[a-z][A-Z]")


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that tells of a key: `end` of one, or the beginning of one in some form."""

    kind: Literal["begin", "end", "file", "body"]
    start: int
    stop: int


def _marks(text: str) -> Iterator[Mark]:
    if not any(map(text.__contains__, _HINTS)):
        return
    for found in _MARK.finditer(text):
        if found["file"] or found["body"]:
            yield Mark("file" if found["file"] else "body", *found.span())
            continue
        before, after = _LEFT.search(text[max(0, found.start() - 12) : found.start()]), _RIGHT.match(text, found.end())
        left, right = before[0] if before else "", after[0] if after else ""
        if sum(map((left + right).count, _DASHES)) >= 2:
            kind: Literal["begin", "end"] = "begin" if found["begin"] else "end"
            yield Mark(kind, found.start() - len(left), found.end() + len(right))


def begins(text: str) -> bool:
    """Whether the text has what a private key begins with, be there a key or not."""
    return any(mark.kind in ("begin", "file") for mark in _marks(text))


def private_keys(text: str) -> list[Span]:
    """Where private keys stand, in order: each with the lines around it, if it has them. A mark without anything of a
    key beside it is none: people speak of them."""
    spans, floor = list[Span](), 0
    for mark, following in _with_following(list(_marks(text))):
        if mark.start < floor:
            continue
        span = _upwards(text, mark, floor) if mark.kind == "end" else _downwards(text, mark, following)
        if span is not None:
            spans.append(span)
            floor = span[1]
        elif mark.kind == "end":
            floor = mark.stop
    return spans


def _with_following(marks: list[Mark]) -> list[tuple[Mark, Mark | None]]:
    """Each mark with the next one that is more than the base64 of its own key."""
    paired: list[tuple[Mark, Mark | None]] = []
    following = None
    for mark in reversed(marks):
        paired.append((mark, following))
        following = following if mark.kind == "body" else mark
    return paired[::-1]


def _downwards(text: str, mark: Mark, following: Mark | None) -> Span | None:
    """The key that begins at a mark: up to the mark that ends it, else as far as there is anything of a key."""
    limit = following.start if following else len(text)
    at = {"body": mark.start, "file": _end_of_line(text, mark.stop, limit)}.get(mark.kind, mark.stop)
    end = _end_of_body(text, at, limit)
    closed = following is not None and following.kind == "end" and _TOKEN.search(text, at, limit) is not None
    if following is not None and closed and _all_key(text, at, end, limit):
        return mark.start, following.stop
    flattened = mark.kind == "file" and any(map(_long, _TOKEN.findall(text, mark.stop, at)))
    return (mark.start, end) if end > at or flattened else None


def _end_of_line(text: str, at: int, limit: int) -> int:
    end = text.find("\n", at, limit)
    return limit if end < 0 else end


def _all_key(text: str, at: int, end: int, limit: int) -> bool:
    """Whether everything between two marks is of the key: all was recognised, or most and no line has a label."""
    if limit - at > MOST_BODY:
        return False
    rest = text[end:limit]
    if _GAP.fullmatch(rest):
        return True
    pieces = _TOKEN.findall(text[at:limit])
    of_key = sum(len(piece) for piece in pieces if _BASE64.fullmatch(piece) and (_long(piece) or len(pieces) < 3))
    return not re.search("[:：]", rest) and 2 * of_key >= sum(map(len, pieces))


def _long(piece: str) -> bool:
    return len(piece) >= LONG and _BASE64.fullmatch(piece) is not None and _UNLIKE_WORDS.search(piece) is not None


def _end_of_body(text: str, at: int, limit: int) -> int:
    """Where the base64 (and the headers before it) ends that begins here; `at` if there is none."""
    end, long, doubts = at, False, 0
    while doubts < 2:
        gap = _GAP.match(text, at, limit)
        at = gap.end() if gap else at
        piece = _PIECE.match(text, at, limit)
        if piece is None:
            break
        if piece["header"] is None and not _long(piece[0]) and not (long and _ends_key(text, piece, limit)):
            doubts += 1 if long else 2
        elif piece["header"] is None or not long or piece[0].startswith(("Private-", "Key-", "Argon2-")):
            end, doubts = piece.end(), 0
            long = long or piece["header"] is None
        else:
            break
        at = piece.end()
    return end


def _ends_key(text: str, piece: re.Match[str], limit: int) -> bool:
    """Whether a short piece stands alone on its line and looks like base64: the last line of a key."""
    before, after = text[max(0, piece.start() - 20) : piece.start()], text[piece.end() : min(limit, piece.end() + 20)]
    alone = not before.rpartition("\n")[2].strip(" \t>＞|") and not after.partition("\n")[0].strip()
    return alone and _UNLIKE_WORDS.search(piece[0]) is not None


def _upwards(text: str, mark: Mark, floor: int) -> Span | None:
    """The key that ends at a mark, and whose beginning was cut off."""
    lowest, last = max(floor, mark.start - MOST_BODY), None
    for token in reversed(list(_TOKEN.finditer(text, lowest, mark.start))):
        if not _BASE64.fullmatch(token[0]) or (last is not None and not _long(token[0])):
            break
        last = token
    if last is None or not any(_long(token) for token in _TOKEN.findall(text[last.start() : mark.start])):
        return None
    return last.start(), mark.stop
