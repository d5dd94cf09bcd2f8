"""Mails made from others by damage: flipped bits, cuts, splices, lost boundaries, swapped charsets and encodings, sizes
multiplied, nesting. The same seed makes the same mail; it knows nothing of how mails are read."""

import base64
import quopri
import random
import re
from collections.abc import Callable, Sequence

MOST_BYTES = 3_000_000
"""What a mutated mail may come to: most are as small as mails are."""
CHARSETS = """utf-8 iso-2022-jp shift_jis euc-jp windows-31j gb18030 big5 euc-kr utf-16 utf-7 windows-1252 iso-8859-8
    cp50221
    x-unknown ascii utf-32""".split()
WRITTEN = ("iso-2022-jp", "cp932", "euc-jp", "gb18030", "big5", "euc-kr", "utf-16", "utf-7", "cp1252")
ENCODINGS = ("base64", "quoted-printable", "7bit", "8bit", "binary", "x-uuencode", "nonsense")
KINDS = """text/plain text/html multipart/mixed multipart/alternative multipart/report multipart/signed message/rfc822
    message/delivery-status application/pdf application/zip text/rfc822-headers application/ms-tnef image/png
    message/partial text/calendar application/x-nothing""".split()
TOKENS = (
    *("\0", "\r", "\n", "\r\n\r\n", "\x1b$B", "\x1b(B", "\x0e", "\xff\xfe", "=?utf-8?B?", "?=", "=?iso-2022-jp?q?"),
    *("<", ">", '"', "(", ";", ",", ":", "@", "--", "--B", 'boundary="', "multipart/mixed;", "name*0*=utf-8''"),
    *(
        "[HELPDESK",
        "AGREE",
        "ACCEPT",
        "DECLINE",
        "WITHDRAW",
        "STATUS",
        "\r\n> ",
        "<table><tr><td>",
        "</div>",
        "&#x110000;",
    ),
    *("\u2028", "\u202e", "\ufeff", "{{", "%s", "${x}", "\r\nbegin 644 a\r\n", "PK\3\4", "%PDF-"),
    "-----BEGIN OPENSSH PRIVATE KEY-----\r\n",
)
_FIELD = re.compile(rb"(?m)^[!-9;-~]+:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n?")
_BOUNDARY = re.compile(rb"(?m)^--[^\r\n]+$")

Change = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def _place(raw: bytes, source: random.Random) -> int:
    return source.randrange(len(raw) + 1)


def _stretch(raw: bytes, source: random.Random, most: int = 4000) -> tuple[int, int]:
    start = _place(raw, source)
    return start, min(len(raw), start + source.randrange(1, most))


def flips(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
    made = bytearray(raw)
    for _ in range(source.choice((1, 3, 30)) if made else 0):
        made[source.randrange(len(made))] ^= 1 << source.randrange(8)
    return bytes(made)


def cut(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
    return raw[: _place(raw, source)]


def removed(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
    start, end = _stretch(raw, source)
    return raw[:start] + raw[end:]


def repeated(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
    start, end = _stretch(raw, source, source.choice((5, 100, 4000)))
    times = min(source.choice((2, 50, 2000, 100_000)), MOST_BYTES // (end - start + 1))
    return raw[:start] + raw[start:end] * times + raw[end:]


def spliced(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
    other = source.choice(others)
    return raw[: _place(raw, source)] + other[_place(other, source) :]


def inserted(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
    for _ in range(source.choice((1, 3, 10))):
        at = _place(raw, source)
        raw = raw[:at] + source.choice(TOKENS).encode() * source.choice((1, 1, 1, 500)) + raw[at:]
    return raw


def field_lost_or_doubled(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
    found = list(_FIELD.finditer(raw))
    if not found:
        return raw
    one = source.choice(found)
    return raw[: one.start()] + one[0] * source.choice((0, 0, 2, 300)) + raw[one.end() :]


def field_of_another(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
    found = _FIELD.findall(source.choice(others)[:20_000])
    return source.choice(found) + raw if found else raw


def boundary_damaged(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
    found = list(_BOUNDARY.finditer(raw))
    if not found:
        return raw
    one = source.choice(found)
    new = source.choice((b"", one[0] + b"--", one[0][:-1], one[0] + b"\r\n\r\n" + one[0], b" " + one[0]))
    return raw[: one.start()] + new + raw[one.end() :]


def _with(pattern: bytes, values: Sequence[str]) -> Change:
    def changed(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
        value = source.choice(values).encode()
        return re.sub(pattern, lambda found: found[1] + value, raw, count=source.choice((1, 9)))

    return changed


def encoded_otherwise(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
    """The body in another charset or transfer encoding than is said, or than it was."""
    head, empty, body = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")
    text = body[:200_000].decode("utf-8", "replace")
    ways: list[Callable[[], bytes]] = [
        lambda: text.encode(source.choice(WRITTEN), "replace"),
        lambda: base64.encodebytes(body),
        lambda: quopri.encodestring(body[:200_000]),
        lambda: body.replace(b"\r\n", source.choice((b"\n", b"\r", b"\r\r\n", b"\x0b"))),
    ]
    return head + empty + source.choice(ways)()


def nested(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
    """The mail as a part, once or many times over, between parts of another."""
    for level in range(source.choice((1, 1, 3, 40, 60))):
        kind = source.choice(KINDS).encode()
        if kind.startswith(b"multipart"):
            head = b"Content-Type: %s; boundary=n%d\r\n\r\n--n%d\r\n" % (kind, level, level)
            raw = head + raw + b"\r\n--n%d--\r\n" % level
        else:
            raw = b"Content-Type: %s\r\n\r\n" % kind + raw
    return b"From: a@univ.example\r\nSubject: nested\r\n" + raw


def parts_doubled(raw: bytes, source: random.Random, others: Sequence[bytes]) -> bytes:
    pieces = re.split(rb"(?m)(?=^--)", raw)
    if len(pieces) < 3:
        return raw
    one = source.randrange(1, len(pieces))
    return b"".join([*pieces[:one], pieces[one] * source.choice((2, 30, 400)), *pieces[one:]])


CHANGES: tuple[Change, ...] = (
    flips,
    cut,
    removed,
    repeated,
    spliced,
    inserted,
    field_lost_or_doubled,
    field_of_another,
    boundary_damaged,
    _with(rb"(?i)(charset\s*=\s*\"?)[\w-]+", CHARSETS),
    _with(rb"(?i)(content-transfer-encoding:\s*)[\w-]+", ENCODINGS),
    _with(rb"(?i)(content-type:\s*)[\w/-]+", KINDS),
    encoded_otherwise,
    nested,
    parts_doubled,
)


def mutated(mails: Sequence[bytes], seed: int) -> bytes:
    """One of the mails, changed in one to five ways."""
    source = random.Random(seed)
    raw = source.choice(mails)
    for _ in range(source.choice((1, 1, 2, 3, 5))):
        raw = source.choice(CHANGES)(raw, source, mails)[:MOST_BYTES]
    return raw
