"""The people of the demo: they write mails, read the letters they got, and answer them as mail programs do.
They know nothing of how a desk works."""

import email
import email.policy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.utils import make_msgid
from functools import lru_cache

from mailbot.demo import jis

SUBTYPES = {
    "pdf": "pdf",
    "xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What a mail program says of a file, by the end of its name; of any other that it does not know it."""


BORDER = "mx.desk.example"
"""The server that receives mail for the desk."""
BOUNDARY = "=_between_text_and_files_="


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a mail address; `charset` is what their mail program sends, `border` what the desk's border finds
    of their domain (a result of RFC 8601 §2.7; empty: it does not look)."""

    name: str
    address: str
    charset: str = "utf-8"
    border: str = "pass"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it arrived: headers, text, the files that came with it by name."""

    subject: str
    reply_to: str
    message_id: str
    references: str
    to: str
    text: str
    files: tuple[tuple[str, bytes], ...] = ()


@lru_cache(maxsize=256)
def received(raw: bytes) -> Letter:
    """A letter of the desk, read by a mail program; once, however often it is looked for among others."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    body = mail.get_body(("plain",))
    return Letter(
        subject=str(mail["Subject"]),
        reply_to=str(mail["Reply-To"]).strip("<>"),
        message_id=str(mail["Message-ID"]),
        references=str(mail["References"] or ""),
        to=str(mail["To"]).strip("<>"),
        text=body.get_content() if body else "",
        files=tuple((part.get_filename() or "", _data(part)) for part in mail.iter_attachments()),
    )


def _data(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def newest(letters: Sequence[bytes], address: str, containing: str = "") -> Letter:
    """The last letter to an address (whose text contains something). LookupError if there is none."""
    for letter in map(received, reversed(letters)):
        if letter.to == address and containing in letter.text:
            return letter
    raise LookupError(f"{address} got no letter" + (f" that says {containing!r}" if containing else ""))


def _mail(person: Person, to: str, subject: str, text: str, domain: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = (
        f'"{person.name}" <{person.address}>' if person.name.isascii() else f"{person.name} <{person.address}>"
    )
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = make_msgid(domain=domain)
    if person.charset == "iso-2022-jp":
        mail.set_content(jis.encode(text), "text", "plain", cte="7bit", params={"charset": "ISO-2022-JP"})
    else:
        mail.set_content(text, charset=person.charset)
    return mail


def write(
    person: Person,
    to: str,
    subject: str,
    text: str,
    headers: Mapping[str, str] | None = None,
    files: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """A new mail; `files` go with it, by name."""
    mail = _mail(person, to, subject, text, person.address.rpartition("@")[2])
    for name, value in (headers or {}).items():
        mail[name] = value
    return _arrived(person, _with_files(mail, files))


def _with_files(mail: EmailMessage, files: Sequence[tuple[str, bytes]]) -> EmailMessage:
    for name, data in files:
        subtype = SUBTYPES.get(name.rpartition(".")[2], "octet-stream")
        mail.add_attachment(data, maintype="application", subtype=subtype, filename=name)
    if files:
        mail.set_boundary(BOUNDARY)  # the same bytes every time
    return mail


def reply(
    person: Person,
    letter: Letter,
    text: str,
    *,
    quote: str | None = None,
    headers: Mapping[str, str] | None = None,
    files: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """An answer to a letter, as a mail program makes it: to its Reply-To, with References, `text` above the quote.

    `quote` replaces the quoted text (the letter's own text, each line after `> `); `files` go with it, by name.
    """
    subject = letter.subject if letter.subject.startswith("Re:") else f"Re: {letter.subject}"
    quoted = quote if quote is not None else quoted_text(letter)
    mail = _mail(person, letter.reply_to, subject, f"{text}\n\n{quoted}\n", person.address.rpartition("@")[2])
    mail["In-Reply-To"] = letter.message_id
    mail["References"] = f"{letter.references} {letter.message_id}".strip()
    for name, value in (headers or {}).items():
        mail[name] = value
    return _arrived(person, _with_files(mail, files))


def signed(letter: Letter) -> tuple[tuple[str, bytes], ...]:
    """The sheet to sign that came with a letter, as it is sent back: of one in several languages the first."""
    return letter.files[:1]


def quoted_text(letter: Letter) -> str:
    """The letter as mail programs quote it."""
    return "\n".join(f"> {line}".rstrip() for line in letter.text.strip().split("\n"))


def filled_in(letter: Letter, values: Mapping[str, str]) -> str:
    """The quoted letter with values written behind the labels of its form, inside the quote."""
    lines = quoted_text(letter).split("\n")
    return "\n".join(_filled(line, values) for line in lines)


def _filled(line: str, values: Mapping[str, str]) -> str:
    for label, value in values.items():
        if re.fullmatch(rf"> ?\W{{0,3}}{re.escape(label)}\W{{0,6}}", line):
            return f"{line} " + value.replace("\n", "\n>   ")
    return line


def _arrived(person: Person, mail: EmailMessage) -> bytes:
    """The mail as the border delivers it: with what it found on top."""
    domain = person.address.rpartition("@")[2]
    if not person.border or not domain.isascii():
        return _bytes(mail)
    found = f"Authentication-Results: {BORDER}; dmarc={person.border} header.from={domain}\r\n"
    return found.encode() + _bytes(mail)


def _bytes(mail: Message) -> bytes:
    return mail.as_bytes(policy=email.policy.SMTP)
