"""The parts of a mail: its text, and the files that go with it (RFC 2045, RFC 2046). It knows no header of a letter."""

import base64
import hashlib
import quopri
import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from mailbot.core.events import Enclosure
from mailbot.edge.stationery.coded import encoded_words

Fields = list[tuple[str, str]]

KINDS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "png": "image/png",
    "jpg": "image/jpeg",
    "zip": "application/zip",
}
"""The media type of a file by its ending (any other: `application/octet-stream`): what this machine knows of types
must not change a letter's bytes."""
CHARSET = "UTF-8''"
PIECE = 54
"""Characters of a name in one parameter (RFC 2231 §3): so no line of a header is longer than 78."""


def body(text: str) -> tuple[str, bytes]:
    """A text's transfer encoding and its bytes with CRLF (RFC 2045 §6): as readable as its letters allow."""
    raw = text.replace("\n", "\r\n").encode()
    if text.isascii() and max(map(len, text.split("\n"))) < 200:
        return "7bit", raw
    if len(text.encode("ascii", "ignore")) > len(text) * 0.8:
        return "quoted-printable", quopri.encodestring(raw.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return "base64", _base64(raw)


def _base64(raw: bytes) -> bytes:
    """Lines of 76 characters (RFC 2045 §6.8)."""
    coded = base64.b64encode(raw)
    return b"\r\n".join([*[coded[at : at + 76] for at in range(0, len(coded), 76)], b""])


def with_files(
    content: Fields, text: bytes, files: Sequence[tuple[Enclosure, bytes]], letter: str
) -> tuple[Fields, bytes]:
    """The header fields and the body of a mail with its text first and the files below (RFC 2046 §5.1.3).

    `content` are the header fields of the text. The boundary follows from `letter`, which names the letter and the
    entry it stands in: the text was written before that entry had its hash, so it cannot hold the boundary.
    """
    boundary = f"=_{hashlib.sha256(letter.encode()).hexdigest()[:40]}"
    parts = [(content, text), *(_part(enclosure, data) for enclosure, data in files)]
    pieces = [f"--{boundary}\r\n{_lines(fields)}\r\n".encode() + raw for fields, raw in parts]
    whole = b"\r\n".join(pieces) + f"\r\n--{boundary}--\r\n".encode()
    return [("Content-Type", f'multipart/mixed;\r\n boundary="{boundary}"')], whole


def _part(enclosure: Enclosure, data: bytes) -> tuple[Fields, bytes]:
    kind = KINDS.get(enclosure.name.rpartition(".")[2].lower(), "application/octet-stream")
    fields = [
        ("Content-Type", f"{kind};\r\n name={_old_name(enclosure.name)}"),
        ("Content-Disposition", f"attachment;\r\n {_name(enclosure.name)}"),
        ("Content-Transfer-Encoding", "base64"),
    ]
    return fields, _base64(data)


def _lines(fields: Fields) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in fields)


def _plain(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9 ._+-]{1,60}", name) is not None


def _name(name: str) -> str:
    """The parameter `filename`: beyond plain ASCII in UTF-8 (RFC 2231 §4), in several pieces if it is long."""
    if _plain(name):
        return f'filename="{name}"'
    pieces = [""]
    for coded in map(_percent, name):
        if len(pieces[-1]) + len(coded) > PIECE:
            pieces.append("")
        pieces[-1] += coded
    if len(pieces) == 1:
        return f"filename*={CHARSET}{pieces[0]}"
    return ";\r\n ".join(f"filename*{at}*={'' if at else CHARSET}{part}" for at, part in enumerate(pieces))


@lru_cache(maxsize=1024)
def _percent(letter: str) -> str:
    return quote(letter, safe="", encoding="utf-8", errors="replace")


def _old_name(name: str) -> str:
    """The parameter `name` for mail programs that know nothing newer (RFC 2047, which does not allow it here)."""
    if _plain(name):
        return f'"{name}"'
    return f'"{encoded_words(name, most=66)}"'
