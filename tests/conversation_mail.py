"""The mails of a conversation file: from a block a person can write to the bytes a mail program would send.

A mail block is headers, a blank line, text. Besides From (one or more) and Subject:
  Answers: <address> [<words in the letter>]   answers the newest letter to that address, quoting it
  Which: first                                 the first such letter instead of the newest
  To: <address>                                it goes there instead of to the letter's Reply-To
  Quote: none                                  the quote is left away
  Fill <label>: <value>                        writes a value behind a label inside the quoted form
  Attach: sheet                                the sheet to sign that came with the letter goes back, signed
  Attach: <name>                               a file of `conversation_files`, such as a usage plan
  Charset: iso-2022-jp                         what the sender's mail program uses
  Declared: us-ascii                           what it says that is, where it is wrong
  Message-ID: <name@domain>                    instead of one that nobody else has
  List: <address>                              the copy a mailing list sends on: tag, footer, header fields
  Border: fail (or none)                       what the desk's border finds of the domain in From, instead of `pass`
  Above: <field>                               a header field that stands above what the border found
  Html: yes                                    the text is HTML
  Mac: <address> [<words in the letter>]       the letter whose mac `<mac>` in To is; wherever they stand, `<reply>`
                                               is its address and `<reference>` its Message-ID
  Header <name>: <value>                       any other header field

`<code>` in the text or the subject is the code that the answered letter asks for, `<ＣＯＤＥ>` the same in capitals of
full width, `<c o d e>` with a blank between its signs.
  Bounces: <address> [<words in the letter>]   the newest letter to that address comes back; the text is what the other
                                               mail system says. It may have `Action: delayed`, and a `Status`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import getaddresses, make_msgid
from functools import reduce

from conversation_files import FILES

from mailbot.demo.people import Letter, Person, filled_in, newest, reply, signed, write

ONE_OF_OURS = ("Fill ", "Header ")


@dataclass(frozen=True, slots=True)
class Block:
    """A mail block taken apart: named fields, those that fill in, other header fields, the text."""

    named: dict[str, str]
    fills: dict[str, str]
    extra: dict[str, str]
    text: str

    @classmethod
    def read(cls, block: str) -> "Block":
        """The block as written."""
        head, _, text = block.partition("\n\n")
        fields = [line.partition(": ")[::2] for line in head.split("\n") if line]
        named = {name: value.strip() for name, value in fields if not name.startswith(ONE_OF_OURS)}
        fills = {name.removeprefix("Fill "): value for name, value in fields if name.startswith("Fill ")}
        extra = {name.removeprefix("Header "): value for name, value in fields if name.startswith("Header ")}
        return cls(named, fills, extra, text)


def raw_mail(text: str, desk: str, letters: Sequence[bytes]) -> bytes:
    """The bytes of a mail block; `letters` is what the relay took so far."""
    block = _with_proofs(Block.read(text), text, letters)
    if "Bounces" in block.named:
        return _bounce(block, _letter(block, "Bounces", letters))
    name, address = getaddresses([re.sub(r"[^\x00-\x7f](?=[^<]*>$)", "a", block.named["From"])])[0]
    border = block.named.get("Border", "pass").replace("none", "")
    person = Person(name, address, block.named.get("Charset", "utf-8"), border)
    raw = _reply(block, person, letters) if "Answers" in block.named else _new(block, person, desk, letters)
    if len(getaddresses([block.named["From"]])) > 1 or not block.named["From"].rpartition("<")[2].isascii():
        raw = _with(raw, "From", block.named["From"])
    if "Message-ID" in block.named:
        raw = _with(raw, "Message-ID", block.named["Message-ID"])
    if "Html" in block.named:
        raw = raw.replace(b"Content-Type: text/plain", b"Content-Type: text/html")
    if "Above" in block.named:
        raw = f"{block.named['Above']}\r\n".encode() + raw
    if "Declared" in block.named:
        raw = raw.replace(f'charset="{person.charset}"'.encode(), f'charset="{block.named["Declared"]}"'.encode())
    return _through_list(raw, block.named["List"]) if "List" in block.named else raw


def _with_proofs(block: Block, text: str, letters: Sequence[bytes]) -> Block:
    """The block with what proves the letter it names, where it says that."""
    if "Mac" not in block.named:
        return block
    letter = _letter(block, "Mac", letters)
    return Block.read(text.replace("<reply>", letter.reply_to).replace("<reference>", letter.message_id))


def _new(block: Block, person: Person, desk: str, letters: Sequence[bytes]) -> bytes:
    to, subject = block.named.get("To", desk), block.named.get("Subject", "")
    if "Mac" in block.named:
        to = to.replace("<mac>", _letter(block, "Mac", letters).reply_to.rpartition("@")[0].rpartition(".")[2])
    return write(person, to, subject, block.text, block.extra, _files(block))


def _files(block: Block, letter: Letter | None = None) -> tuple[tuple[str, bytes], ...]:
    """What goes with the mail: the letter's own sheet, or a file that people have."""
    name = block.named.get("Attach")
    if name is None:
        return ()
    if name != "sheet":
        return (FILES[name],)
    sheets = signed(letter) if letter else ()
    assert sheets, "the letter brought no sheet"
    return sheets


def _letter(block: Block, field: str, letters: Sequence[bytes]) -> Letter:
    to, _, containing = block.named[field].partition(" ")
    return newest(letters if block.named.get("Which") != "first" else letters[::-1], to, containing)


def _reply(block: Block, person: Person, letters: Sequence[bytes]) -> bytes:
    letter = _letter(block, "Answers", letters)
    quote = "" if block.named.get("Quote") == "none" else filled_in(letter, block.fills)
    for label in block.fills:
        assert block.fills[label] in quote, f"the letter's form has no empty {label!r}"
    files = _files(block, letter)
    raw = reply(person, letter, _with_code(block.text.rstrip(), letter), quote=quote, headers=block.extra, files=files)
    for name in ("To", "Subject"):
        raw = _with(raw, name, _with_code(block.named[name], letter)) if name in block.named else raw
    return raw


def _with_code(text: str, letter: Letter) -> str:
    found = re.search(r"\b[a-z2-7]{4}-[a-z2-7]{4}\b", letter.text)
    if not found:
        return text
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in found[0].upper())
    spelt = {"<code>": found[0], "<ＣＯＤＥ>": wide, "<c o d e>": " ".join(found[0].replace("-", ""))}
    return reduce(lambda said, place: said.replace(place, spelt[place]), spelt, text)


def _with(raw: bytes, name: str, value: str) -> bytes:
    """The mail with another value in a header field; beyond ASCII it stands there as UTF-8 (RFC 6532)."""
    head, blank, body = raw.partition(b"\r\n\r\n")
    field = f"{name}: {value}".encode()
    changed, count = re.subn(rb"(?mi)^%s:.*(?:\r\n[ \t].*)*" % name.encode(), lambda _: field + b"\r", head + b"\r\n")
    assert count == 1, f"the mail has {count} fields {name}"
    return re.sub(rb"\r+\n", b"\r\n", changed).rstrip(b"\r\n") + blank + body


def _through_list(raw: bytes, address: str) -> bytes:
    """What Mailman 2 makes of a mail: a tag in the subject, header fields of a list, a footer below the text."""
    local, _, domain = address.partition("@")
    head, blank, body = raw.partition(b"\r\n\r\n")
    tagged = re.sub(rb"(?m)^Subject: ", f"Subject: [{local}] ".encode(), head)
    fields = f"List-Id: <{local}.{domain}>\r\nList-Post: <mailto:{address}>\r\nPrecedence: list\r\n".encode()
    footer = f"{'_' * 47}\r\n{local} mailing list\r\n{address}\r\n".encode()
    return fields + tagged + blank + body.rstrip() + b"\r\n" + footer


def _bounce(block: Block, letter: Letter) -> bytes:
    """A delivery status notification (RFC 3464) to the letter's envelope sender, which is its Reply-To."""
    action = block.named.get("Action", "failed")
    status = block.named.get("Status", "4.4.7" if action == "delayed" else "5.1.1")
    said = " ".join(block.text.split())
    subject = "Delayed Mail (still being retried)" if action == "delayed" else "Undelivered Mail Returned to Sender"
    return (
        BOUNCE.format(
            sender=block.named.get("From", "Mail Delivery System <MAILER-DAEMON@mx.example>"),
            to=letter.reply_to,
            subject=subject,
            recipient=letter.to,
            action=action,
            status=status,
            said=said,
            own=make_msgid(domain="mx.example"),
            message_id=letter.message_id,
        )
        .replace("\n", "\r\n")
        .encode()
    )


BOUNCE = """\
Return-Path: <>
From: {sender}
To: {to}
Subject: {subject}
Message-ID: {own}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.

<{recipient}>: {said}

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--part
Content-Type: text/rfc822-headers

Message-ID: {message_id}
To: <{recipient}>

--part--
"""
