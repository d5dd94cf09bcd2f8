"""Walks the tree of parts and gathers what a mail holds: its text, its attachments, the mails enclosed in it.

It must not know who wrote the mail, nor look inside an attachment.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from mailbot.core.message import Attachment, Enclosed, Report, shown_in
from mailbot.edge.charsets import Decoded, decode
from mailbot.edge.html import DATA_URI
from mailbot.edge.html import read as read_html
from mailbot.edge.parsing import headers, reports, transfer
from mailbot.edge.parsing.flowed import unflowed
from mailbot.edge.parsing.limits import HEADER_END, Limits, TooMuchError, depth_words, parts_words
from mailbot.edge.parsing.structure import Part, tree_of

ENCLOSED = frozenset("message/rfc822 message/global message/news text/rfc822-headers message/global-headers".split())
DEFECTS = {
    "CloseBoundaryNotFoundDefect": "the mail ends inside a part",
    "NoBoundaryInMultipartDefect": "a multipart without a boundary",
    "StartBoundaryNotFoundDefect": "a multipart whose boundary does not occur",
    "MultipartInvariantViolationDefect": "a multipart without parts",
    "MissingHeaderBodySeparatorDefect": "a header that ends in a line that is no field",
    "FirstHeaderLineIsContinuationDefect": "a header that begins with a continuation",
}
"""What the standard library calls a fault of form, and how clerks read it."""


LINES_SHOWN, MOST_SHOWN, MOST_BYTES = 3, 60, 20
"""Of a text that can be read in several ways: lines, characters of a line, bytes that are shown."""
MOST_DECODED = {"text/plain": 800_000, "text/html": 1_000_000}
"""Bytes of all texts of a mail that are decoded: four times the characters that are looked at, as no charset needs
more; twice as many characters of HTML as are read."""
UNSEEN = "it has words that nobody sees, and they were not read"
_DATA_URI = re.compile(DATA_URI.pattern.encode(), DATA_URI.flags & ~re.UNICODE)


@dataclass(slots=True)
class Found:
    """What a part and those below it hold; `contents` are the decoded bytes of `attachments`, one for one, as `ids` are
    their Content-IDs (empty: none); `shown` are the Content-IDs that texts in HTML name.
    `unsure` is what `Message.unsure` is, of the first text that is."""

    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    enclosed: list[Enclosed] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    unsure: list[tuple[str, str]] = field(default_factory=list)

    def take(self, other: "Found") -> None:
        """Add what another part holds."""
        self.texts += other.texts
        self.attachments += other.attachments
        self.contents += other.contents
        self.ids += other.ids
        self.shown |= other.shown
        self.enclosed += other.enclosed
        self.reports += other.reports
        self.doubts += other.doubts
        self.unsure = self.unsure or other.unsure

    def attach(self, part: Part, kind: str, content: bytes) -> None:
        """Add `content` as an attachment."""
        digest = sha256(content).hexdigest()
        self.attachments.append(Attachment(headers.file_name(part), kind, len(content), digest))
        self.contents.append(content)
        self.ids.append(headers.one_line(headers.field(part, "Content-ID")).strip().strip("<>"))

    def seen(self) -> tuple[Attachment, ...]:
        """The attachments, each saying whether it is shown within the text."""
        return tuple(
            replace(one, inline=name in self.shown) for one, name in zip(self.attachments, self.ids, strict=True)
        )

    @property
    def readable(self) -> bool:
        """Whether there is any text that is not blank."""
        return any(text.strip() for text in self.texts)


class Walk:
    """One pass over one mail, counting parts. Raises TooMuchError beyond its limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parts = 0
        self._left = dict(MOST_DECODED)

    def gather(self, part: Part, depth: int = 0, first: bool = True, wanted: bool = True) -> Found:
        """What `part` holds; `first` if no text was found before it, not `wanted` if its text shall not be read."""
        self._parts += 1
        if depth > self._limits.depth:
            raise TooMuchError(depth_words(self._limits))
        if self._parts > self._limits.parts:
            raise TooMuchError(parts_words(self._limits))
        found = self._held(part, depth, first, wanted)
        if part.get_content_type() in reports.STATUS_PARTS:
            found.reports = reports.of_part(part)
        found.doubts += [DEFECTS[name] for one in part.defects if (name := type(one).__name__) in DEFECTS]
        return found

    def _held(self, part: Part, depth: int, first: bool, wanted: bool) -> Found:
        kind = part.get_content_type()
        if kind in ENCLOSED:
            return _enclosed(part, self._limits)
        if kind.startswith("multipart/"):
            return self._multipart(part, kind, depth, first, wanted)
        if part.is_multipart():  # message/delivery-status and its like: blocks of fields
            found = Found()
            found.attach(part, kind, transfer.flattened(part))
            return found
        return self._leaf(part, kind, first, wanted)

    def _multipart(self, part: Part, kind: str, depth: int, first: bool, wanted: bool) -> Found:
        if not part.is_multipart():
            return self._unseparated(part, depth, first)
        join = self._alternative if kind == "multipart/alternative" else self._mixed
        return join([child for child in part.get_payload() if isinstance(child, Part)], depth, first, wanted)

    def _mixed(self, children: list[Part], depth: int, first: bool, wanted: bool) -> Found:
        found = Found()
        for child in children:
            found.take(self.gather(child, depth + 1, first and not found.readable, wanted))
        return found

    def _alternative(self, children: list[Part], depth: int, first: bool, wanted: bool) -> Found:
        """One of several versions: plain text if it says anything, else the first that does (RFC 2046 §5.1.4)."""
        found = Found()
        for child in sorted(children, key=lambda child: child.get_content_type() != "text/plain"):
            found.take(self.gather(child, depth + 1, first, wanted and not found.readable))
        return found

    def _unseparated(self, part: Part, depth: int, first: bool) -> Found:
        """A multipart in which no boundary was found: split at what looks like one, else read as plain text."""
        raw = transfer.raw_payload(part)
        boundary = re.search(rb"^--(\S[^\r\n]{0,200}?)[ \t]*\r?\n(?=content-)", raw, re.IGNORECASE | re.MULTILINE)
        if boundary and b'"' not in boundary[1]:
            if raw.count(b"--" + boundary[1]) > self._limits.parts:
                raise TooMuchError(parts_words(self._limits))
            again = tree_of(b'Content-Type: multipart/mixed; boundary="' + boundary[1] + b'"\n\n' + raw, self._limits)
            if again.is_multipart():
                return self.gather(again, depth + 1, first)
        raw, cut = self._cut("text/plain", raw)
        text = decode(raw)
        return Found(texts=[normal(text.text)], doubts=[*text.doubts, *cut], unsure=_unsure(text, raw, normal))

    def _leaf(self, part: Part, kind: str, first: bool, wanted: bool) -> Found:
        """A part without parts: text of the mail, or an attachment."""
        if kind in _READERS and not _is_file(part, first):
            return self._text(part, kind, wanted)
        found, content = Found(), transfer.content(part)
        if content or headers.file_name(part):
            found.attach(part, kind, content)
        return found

    def _text(self, part: Part, kind: str, wanted: bool) -> Found:
        """A text of the mail; one that is not `wanted` still says, in HTML, what is shown within the mail."""
        found = Found()
        if not wanted and kind != "text/html":
            return found
        content = transfer.content(part)
        if kind == "text/html":
            found.shown = shown_in(content)
        if wanted:
            self._read(found, part, kind, content)
            if _is_shown_file(part):
                found.attach(part, kind, content)
        return found

    def _read(self, found: Found, part: Part, kind: str, content: bytes) -> None:
        """Add the words of a text to what was found, with what is doubtful about them."""
        shown, cut = self._cut(kind, content)
        read = decode(shown, headers.parameter(part, "Content-Type", "charset"))
        text, unseen = _READERS[kind](part, normal(read.text))
        found.texts.append(text)
        found.unsure = _unsure(read, shown, lambda text: _READERS[kind](part, normal(text))[0])
        found.doubts += [*read.doubts, *cut, *([UNSEEN] if unseen else [])]

    def _cut(self, kind: str, content: bytes) -> tuple[bytes, list[str]]:
        """As much of a text as is decoded, more than anybody looks at, and the doubt that says so if it is not all.
        Pictures embedded in HTML are left out first where there are so many that words behind them would be."""
        most = self._left[kind]
        if len(content) > most and kind == "text/html":
            content = _DATA_URI.sub(b"", content)
        self._left[kind] = max(most - len(content), 0)
        if len(content) <= most:
            return content, []
        line = content.rfind(b"\n", max(most - 1000, 0), most) + 1
        return content[: line or most], [f"only the first {MOST_DECODED[kind]} bytes of its texts were read"]


def _unsure(read: Decoded, content: bytes, text_of_part: Callable[[str], str]) -> list[tuple[str, str]]:
    """How a doubtful text may be read, as far as a person needs it to choose, and its bytes (`Message.unsure`)."""
    if not read.readings:
        return []
    readings = [(name, _shown(text_of_part(text))) for name, text in read.readings]
    first = re.search(rb"[\x80-\xff][^\r\n]*", content)
    return [*readings, ("bytes", first.group()[:MOST_BYTES].hex(" ") if first else "")]


def _shown(text: str) -> str:
    lines = [line.strip()[:MOST_SHOWN] for line in text.split("\n") if not line.isascii()]
    return "\n".join(lines[:LINES_SHOWN])


def _is_file(part: Part, first: bool) -> bool:
    """Whether a text part was meant as a file: said so, or named and not the first text (RFC 2183 §2.8 and 2.9)."""
    disposition = headers.field(part, "Content-Disposition").partition(";")[0].strip().lower()
    if disposition not in ("", "inline"):
        return True
    return not first and headers.file_name(part) != ""


def _is_shown_file(part: Part) -> bool:
    """Whether a text is a file as well: named, and shown in its place only because the mailer could."""
    return headers.field(part, "Content-Disposition") != "" and headers.file_name(part) != ""


def _plain(part: Part, text: str) -> tuple[str, bool]:
    if headers.parameter(part, "Content-Type", "format").lower() != "flowed":
        return text, False
    return unflowed(text, headers.parameter(part, "Content-Type", "delsp").lower() == "yes"), False


def _html(_: Part, text: str) -> tuple[str, bool]:
    return read_html(text)


_READERS: dict[str, Callable[[Part, str], tuple[str, bool]]] = {"text/plain": _plain, "text/html": _html}


def normal(text: str) -> str:
    """Lines ended by LF, no NUL."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("\0", "")


def _enclosed(part: Part, limits: Limits) -> Found:
    """A mail, or only its header, kept apart: nothing of it belongs to the mail around it."""
    children = part.get_payload() if part.is_multipart() else []
    inner = children[0] if isinstance(children, list) and children and isinstance(children[0], Part) else None
    if inner is None or (not inner.keys() and transfer.is_encoded(part)):
        content = transfer.content(part if inner is None else transfer.recoded(part, inner))
        end = HEADER_END.search(content, 1)
        inner = tree_of(content[: end.start()] if end else content, limits)
    ids = headers.message_ids(headers.field(inner, "Message-ID"))
    subject = headers.one_line(headers.field(inner, "Subject"))
    senders, _ = headers.mailboxes(headers.fields(inner, "From"))
    return Found(enclosed=[Enclosed(ids[0] if ids else "", subject, senders)])
