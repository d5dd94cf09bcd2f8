"""Words become the bytes of a mail (RFC 5322, RFC 2045). It knows keys and headers, not what a letter says."""

import email.utils
import re
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from mailbot.core.columns import CONTROLS
from mailbot.core.events import Enclosure, LetterWritten
from mailbot.core.idn import on_the_wire
from mailbot.core.rules import Desk
from mailbot.core.token import CODE_PLACE, code, mac, message_id, reply_address
from mailbot.edge.stationery.coded import encoded_words
from mailbot.edge.stationery.parts import body, with_files

__all__ = ["RecipientOf", "Stationery"]

RecipientOf = Callable[[str], tuple[str, str] | None]
"""Tells for the name of an earlier letter its recipient and the name of its key; None if it is not known."""


def _encoded(text: str, name: str) -> str:
    """Text of a header field (RFC 2047, RFC 5322 §2.2.3): nothing in it can end the field or seem to be encoded."""
    clean = " ".join(text.split())
    if clean.isascii() and clean.isprintable() and len(clean) < 66 and "=?" not in clean:
        return clean
    return encoded_words(clean, len(f"{name}: "))


class Stationery:
    """Makes the bytes of letters: the desk's name and address, and the keys of its tokens."""

    def __init__(self, desk: Desk, keys: Mapping[str, bytes]) -> None:
        self.desk, self.keys = desk, keys
        self._zone = zoneinfo.ZoneInfo(desk.timezone)

    def mac(self, name: str, letter: LetterWritten) -> str:
        """The mac of a letter of ours. KeyError if its key is gone."""
        return mac(self.keys[letter.key], self.desk.name, name, letter.to)

    def envelope_sender(self, name: str, letter: LetterWritten) -> str:
        """The envelope sender (RFC 5321 §4.1.1.2): the reply address, so that a bounce names its letter."""
        return reply_address(self.desk.address, name, self.mac(name, letter))

    def build(
        self,
        name: str,
        letter: LetterWritten,
        at: datetime,
        log: str,
        recipient_of: RecipientOf,
        files: Sequence[tuple[Enclosure, bytes]] = (),
    ) -> bytes:
        """The mail as bytes with CRLF (RFC 5322, RFC 2045): the same arguments and keys give the same bytes.

        `name` is the letter's name, `at` the instant of its entry, `log` the line that names its entry's sequence
        number and hash; `recipient_of` tells for the name of an earlier letter its recipient and key;
        `files` are what goes with it, in their order, below the text.
        """
        own = self.mac(name, letter)
        thread = [part for part in (self._reference(part, recipient_of) for part in letter.thread) if part]
        title = " / ".join(dict.fromkeys(self.desk.titles[language] for language in letter.languages))
        words = self._with_code(name, letter)
        encoding, text = body(f"{words}\n\n-- \n{title}\n{log}\n")
        content = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", encoding)]
        if files:
            content, text = with_files(content, text, files, f"{name} {log}")
        fields = [
            ("From", f"{_phrase(title)} <{self.desk.address}>"),
            ("To", f"<{_address(letter.to)}>"),
            ("Reply-To", f"<{reply_address(self.desk.address, name, own)}>"),
            ("Subject", _encoded(letter.subject, "Subject")),
            ("Date", email.utils.format_datetime(at.astimezone(self._zone))),
            ("Message-ID", message_id(self.desk.address, name, own)),
            *([("In-Reply-To", thread[-1]), ("References", "\r\n ".join(thread))] if thread else []),
            ("Auto-Submitted", "auto-replied"),
            ("X-Auto-Response-Suppress", "All"),
            ("X-Mailbot-Desk", self.desk.name),
            ("Content-Language", ", ".join(letter.languages)),
            ("MIME-Version", "1.0"),
            *content,
        ]
        head = "".join(f"{field}: {value}\r\n" for field, value in fields)
        return head.encode() + b"\r\n" + text

    def _with_code(self, name: str, letter: LetterWritten) -> str:
        """The words, with the code that only whoever gets the letter knows."""
        if not letter.bound:
            return letter.text
        return letter.text.replace(
            CODE_PLACE, code(self.keys[letter.key], self.desk.name, name, letter.to, letter.bound)
        )

    def _reference(self, part: str, recipient_of: RecipientOf) -> str:
        if part.startswith("<"):
            return part if re.fullmatch(r"<[\x21-\x7e]{1,250}>", part) else ""
        known = recipient_of(part)
        if known is None or known[1] not in self.keys:
            return ""
        return message_id(self.desk.address, part, mac(self.keys[known[1]], self.desk.name, part, known[0]))


def _address(text: str) -> str:
    """An address of a header field: ASCII wherever that is possible, for relays and mail programs of any age. With a
    local part beyond ASCII it stands there in UTF-8 (RFC 6532), for a relay that takes it under SMTPUTF8."""
    clean = CONTROLS.sub("", "".join(text.split()))
    return on_the_wire(clean) or clean


@lru_cache(maxsize=64)  # what a desk calls itself stands in every letter
def _phrase(text: str) -> str:
    clean = " ".join(text.split())
    if clean.isascii() and clean.isprintable() and len(clean) < 60:
        return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _encoded(clean, "From")
