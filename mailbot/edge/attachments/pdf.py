"""Reads of a PDF what tells whether it is a signed document of a case: its signatures, the case numbers on it.

It recognises that somebody signed and what name stands there. It does not verify: neither that the signature is right,
nor whom its certificate belongs to, nor who vouches for that. Who is believed is decided elsewhere, by people.
"""

import io
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdf
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject

from mailbot.edge.attachments.certificates import signer_of
from mailbot.edge.attachments.values import Seen, UnreadableFileError, guarded
from mailbot.edge.charsets import without_surrogates

MOST_PAGES = 5
"""Pages whose text is looked at; a sheet to sign has one or two."""
MOST_TEXT = 200_000
MOST_FIELDS = 1_000
MOST_MARKS = 20
NAMELESS = "(no name)"
_MARK = re.compile(r"\[\s*[A-Z][A-Z0-9-]{0,19}\s+(\d{4}-\d{5,9})\s*\](?:\s*([\w-]{1,60}))?", re.ASCII)
"""How a sheet of ours shows its case and which document it is: `[NAME 2026-00042] pledge`."""
_STAMPS = frozenset({"/ETSI.RFC3161"})
"""Signatures that only say when (ISO 32000-2 §12.8.5), nobody's."""
logging.getLogger("pypdf").setLevel(
    logging.CRITICAL
)  # what is odd in a stranger's file is in the doubts, if it matters


@dataclass(slots=True)
class _Signed:
    """What the signatures of a file say: names, how far the last covers it, what is odd."""

    names: list[str] = field(default_factory=list)
    covered: int = 0
    doubts: list[str] = field(default_factory=list)


def look_into(content: bytes) -> Seen:
    """`pdf`, the names in its digital signatures (ISO 32000-1 §12.8), the case numbers on its first pages
    and the words behind them.

    Doubts say that a PDF is locked, or was changed after somebody signed it: its last signature must cover the file to
    its end. Raises UnreadableFileError for one that cannot be opened at all.
    """
    reader = guarded(lambda: pypdf.PdfReader(io.BytesIO(content)), PyPdfError)
    if guarded(lambda: _is_locked(reader), PyPdfError):
        return Seen("pdf", doubts=("is locked with a password",))
    signed, doubts = _Signed(), []
    try:
        signed = guarded(lambda: _signed(reader, content), PyPdfError)
    except UnreadableFileError:
        doubts.append("its form cannot be read")
    try:
        marks = guarded(lambda: _marks(reader), PyPdfError)
    except UnreadableFileError:
        marks = ()
        doubts.append("its text cannot be read")
    numbers = tuple(dict.fromkeys(number for number, _ in marks))
    sheets = tuple((number, word) for number, word in marks if word)
    return Seen("pdf", tuple(dict.fromkeys(signed.names)), numbers, sheets, doubts=(*signed.doubts, *doubts))


def _is_locked(reader: pypdf.PdfReader) -> bool:
    """Whether it cannot be read without a password; many are encrypted with none, only to forbid printing."""
    return reader.is_encrypted and not reader.decrypt("")


def _marks(reader: pypdf.PdfReader) -> tuple[tuple[str, str], ...]:
    """The case numbers it shows, each with the word behind it (empty if there is none)."""
    found: list[tuple[str, str]] = []
    about = reader.metadata
    for text in (*(str(about.get(key, "")) for key in ("/Title", "/Subject", "/Keywords") if about), *_pages(reader)):
        found += _MARK.findall(" ".join(text[:MOST_TEXT].split()))
    return tuple(dict.fromkeys(found))[:MOST_MARKS]


def _pages(reader: pypdf.PdfReader) -> Iterator[str]:
    for number in range(min(len(reader.pages), MOST_PAGES)):
        yield reader.pages[number].extract_text()


def _signed(reader: pypdf.PdfReader, content: bytes) -> _Signed:
    signed = _Signed()
    form = _dictionary(reader.root_object.get("/AcroForm"))
    for signature in _signatures(form.get("/Fields")):
        end = _covered(signature.get("/ByteRange"), content)
        if not end:
            signed.doubts.append("has a signature that covers nothing of it")
            continue
        signed.covered = max(signed.covered, end)
        if str(signature.get("/SubFilter", "")) not in _STAMPS:
            signed.names.append(_name(signature))
    if signed.covered and content[signed.covered :].strip(b"\r\n\t \0"):
        signed.doubts.append("was changed after it was signed")
    return signed


def _dictionary(value: Any) -> DictionaryObject:
    found = value.get_object() if value is not None else None
    return found if isinstance(found, DictionaryObject) else DictionaryObject()


def _array(value: Any) -> Sequence[Any]:
    found = value.get_object() if value is not None else None
    return found if isinstance(found, ArrayObject) else ()


def _signatures(fields: Any) -> Iterator[DictionaryObject]:
    """The signature dictionaries of all signature fields that are signed; kinds are inherited (§12.7.3.1)."""
    waiting = [(one, "") for one in _array(fields)]
    for _ in range(MOST_FIELDS):
        if not waiting:
            return
        node, kind = waiting.pop(0)
        node = _dictionary(node)
        kind = str(node.get("/FT", kind))
        waiting += [(child, kind) for child in _array(node.get("/Kids"))]
        value = _dictionary(node.get("/V"))
        if kind == "/Sig" and "/ByteRange" in value:
            yield value


def _covered(byte_range: Any, content: bytes) -> int:
    """Where the bytes that a signature covers end: all from the first on but its own place, which is one hexadecimal
    string between the two stretches. 0 if they do not lie so."""
    numbers = [int(number) for number in _array(byte_range)]
    if len(numbers) != 4 or numbers[0] != 0 or min(numbers) < 0:
        return 0
    _, first, second, length = numbers
    own = content[first:second].strip()
    if not (first < second and second + length <= len(content) and own[:1] == b"<" and own[-1:] == b">"):
        return 0
    return second + length


def _name(signature: DictionaryObject) -> str:
    """The subject of the signer's certificate, else the name the signing program wrote beside it."""
    contents = signature.get("/Contents")
    raw = getattr(contents, "original_bytes", contents)
    name = signer_of(raw) if isinstance(raw, bytes) else ""
    written = " ".join(without_surrogates(name or str(signature.get("/Name", ""))).replace("\0", "").split())
    return written[:200] or NAMELESS
