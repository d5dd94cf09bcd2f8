"""Decodes header fields: encoded words, raw 8-bit and raw JIS, folding, file names, mailboxes.

It must not know which fields matter to whom.
"""

import re
from binascii import Error, a2b_base64, a2b_qp
from email.utils import collapse_rfc2231_value
from itertools import groupby

from mailbot.core.idn import on_the_wire
from mailbot.core.message import Mailbox
from mailbot.core.signs import ONE_LINE
from mailbot.edge.charsets import decode
from mailbot.edge.parsing.structure import Part, addresses_in

_FOLD = re.compile(r"[\r\n]+(?=[ \t])")
_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?(.{0,4000}?)\?=", re.DOTALL)
_WORDS = re.compile(rf"{_WORD.pattern}(?:[ \t]*{_WORD.pattern})*", re.DOTALL)
_NO_LETTERS = re.sub(rb"[A-Za-z0-9+/]", b"", bytes(range(256)))
_GIVEN = re.compile(r';\s*([A-Za-z-]+)=(?:"([\w.+/ -]+)"|([\w.+/-]+))\s*', re.ASCII)
_PLAIN = re.compile(rf"[\w.+/-]+\s*(?:{_GIVEN.pattern})+", re.ASCII)
"""A field whose parameters can be read without knowing of continuations, charsets and signs that are escaped."""
_ID = re.compile(r"<[^<>\s]+>")


def fields(part: Part, name: str) -> list[str]:
    """All fields of that name in their order: charset decoded, unfolded, encoded words as they are."""
    return [unfolded(value) for value in part.by_name.get(name.lower(), ())]


def field(part: Part, name: str) -> str:
    """The first field of that name as `fields` returns it, or an empty text."""
    values = part.by_name.get(name.lower())
    return unfolded(values[0]) if values else ""


def certain(part: Part, name: str) -> bool:
    """Whether raw bytes in the fields of that name (RFC 6532 has UTF-8 there, some have anything) read in one way."""
    raw = part.by_name.get(name.lower(), ())
    return not any(decode(value.encode("utf-8", "surrogateescape")).readings for value in raw if not value.isascii())


def unfolded(value: str) -> str:
    """A field's value without its folding (RFC 5322 §2.2.3); raw 8-bit or JIS bytes as text, as is most likely."""
    value = _FOLD.sub("", value) if "\n" in value or "\r" in value else value
    if value.isascii() and "\x1b" not in value:
        return value
    return decode(value.encode("utf-8", "surrogateescape")).text


def one_line(text: str) -> str:
    """`text` with its encoded words decoded (RFC 2047), without control characters, stripped.

    Neighbouring words of one charset are decoded together, as many mailers split inside a character.
    """
    if "=?" in text:
        text = _WORDS.sub(lambda found: _words(found.group()), text)
    return (text if text.isprintable() else ONE_LINE.sub(" ", text)).strip()


def _words(run: str) -> str:
    """A run of encoded words: stretches of one charset, within them base64 that may go on in the next word."""
    texts = []
    for charset, words in groupby(_WORD.finditer(run), key=lambda found: found[1].lower()):
        data, base64 = b"", ""
        for word in words:
            if word[2] in "qQ" or base64.endswith("=") or len(base64) % 4 == 0:
                data, base64 = data + _octets_of(base64), ""
            if word[2] in "qQ":
                data += a2b_qp(word[3].encode("utf-8", "replace"), header=True)
            else:
                base64 += word[3].strip()
        texts.append(decode(data + _octets_of(base64), charset).text)
    return "".join(texts)


def _octets_of(base64: str) -> bytes:
    return from_base64(base64.encode("ascii", "replace"))


def from_base64(data: bytes) -> bytes:
    """The bytes behind base64 with foreign characters in it, or too little or too much at its end."""
    try:
        return a2b_base64(data)
    except Error:
        letters = data.partition(b"=")[0].translate(None, _NO_LETTERS)
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    return a2b_base64(letters + b"=" * (-len(letters) % 4))


def mailboxes(values: list[str]) -> tuple[tuple[Mailbox, ...], bool]:
    """The mailboxes of the given fields without repeats, and whether every one of them was clear."""
    found: dict[Mailbox, None] = {}
    clear = True
    for value in values:
        pairs, sure = addresses_in(value)
        if not pairs and "=?" in value:  # some encode name and address together
            pairs, sure = addresses_in(one_line(value))[0], False
        clear = clear and sure
        found.update((Mailbox(one_line(name), _one_spelling(one_line(address))), None) for name, address in pairs)
    return tuple(found), clear


def _one_spelling(address: str) -> str:
    """The address with its domain as A-labels: mail programs write the same mailbox either way (RFC 6532 §3.2)."""
    return on_the_wire(address) or address


def message_ids(value: str) -> list[str]:
    """The message identifiers of Message-ID, References or In-Reply-To, with their angle brackets."""
    return _ID.findall(value)


def parameter(part: Part, header: str, name: str) -> str:
    """A parameter of Content-Type or Content-Disposition, RFC 2231 and RFC 2047 both decoded; empty if absent. Given
    both ways, plain for old programs too, it is the one that names its charset (RFC 6266 §4.3)."""
    if name not in (value := field(part, header)).lower():
        return ""
    if _PLAIN.fullmatch(value):
        first = {key.lower(): quoted or bare for key, quoted, bare in reversed(_GIVEN.findall(value))}
        return str(first.get(name, "")).strip()
    view = Part()
    view[header] = value
    try:
        given = [value for key, value in view.get_params([], header) if key.lower() == name]
    except (TypeError, ValueError, LookupError):  # numbered and unnumbered pieces mixed
        return ""
    found = next((value for value in given if isinstance(value, tuple)), given[0] if given else "")
    if isinstance(found, tuple):
        return one_line(decode(_octets(found[2]), found[0] or "").text)
    return one_line(collapse_rfc2231_value(found))


def _octets(value: str) -> bytes:
    """What the standard library's RFC 2231 reading turned into Latin-1."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace")


def file_name(part: Part) -> str:
    """The name of the file a part is, from Content-Disposition, else Content-Type; at most 255 characters."""
    name = parameter(part, "Content-Disposition", "filename") or parameter(part, "Content-Type", "name")
    return name[-255:]
