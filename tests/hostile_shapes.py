"""Mails made to cost whoever reads them time or memory, each of about a given size. It knows nothing of the reader."""

import base64
import io
import random
import zipfile
import zlib
from collections.abc import Callable, Iterator

FROM = b"From: a@univ.example\r\nSubject: New account\r\nMIME-Version: 1.0\r\n"
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n"
TABLE_ROW = b"<tr><td>Name:</td><td>x</td></tr>\r\n"


def filled(piece: bytes, size: int) -> bytes:
    return (piece * (size // len(piece) + 1))[:size]


def body(piece: bytes, head: bytes = PLAIN) -> Callable[[int], bytes]:
    """A text of that piece again and again."""
    return lambda size: FROM + head + b"\r\n" + filled(piece, size)


def html(piece: bytes, before: bytes = b"", after: bytes = b"") -> Callable[[int], bytes]:
    head = FROM + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    return lambda size: head + before + filled(piece, size) + after


def text_in(charset: bytes, piece: bytes) -> Callable[[int], bytes]:
    return body(piece, b"Content-Type: text/plain; charset=" + charset + b"\r\n")


def encoded(encoding: bytes, piece: bytes, kind: bytes = b"text/plain; charset=utf-8") -> Callable[[int], bytes]:
    return body(piece, b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n")


def attached(kind: bytes, content: bytes, name: bytes = b"a.bin") -> bytes:
    return (
        FROM
        + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n"
        + PLAIN
        + b"\r\nhello\r\n--B\r\nContent-Type: "
        + kind
        + b"\r\nContent-Disposition: attachment; filename="
        + name
        + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(content).replace(b"\n", b"\r\n")
        + b"--B--\r\n"
    )


def header(piece: bytes, name: bytes = b"Subject", before: bytes = b"", after: bytes = b"") -> Callable[[int], bytes]:
    """One field of that size."""
    return lambda size: b"From: a@univ.example\r\n" + name + b": " + before + filled(piece, size) + after + b"\r\n\r\nx"


def fields(line: bytes) -> Callable[[int], bytes]:
    """Many fields."""
    return lambda size: b"From: a@univ.example\r\n" + filled(line, size)[: size - size % len(line)] + b"\r\nx"


def numbered(form: str, before: str = "", after: str = "\r\n\r\nx") -> Callable[[int], bytes]:
    """A mail of pieces that have a number each."""

    def made(size: int) -> bytes:
        return b"From: a@univ.example\r\n" + before.encode() + b"".join(pieces(form, size)) + after.encode()

    return made


def pieces(form: str, size: int) -> Iterator[bytes]:
    number = 0
    while size > 0:
        piece = form.format(number).encode()
        size, number = size - len(piece), number + 1
        yield piece


def nested(levels: int) -> Callable[[int], bytes]:
    form = "Content-Type: multipart/mixed; boundary=b{0}\r\n\r\n--b{0}\r\n"
    return lambda size: FROM + b"".join(form.format(n).encode() for n in range(levels)) + filled(b"x\r\n", size)


def enclosed(levels: int, head: bytes = b"Content-Type: message/rfc822\r\n\r\n") -> Callable[[int], bytes]:
    return lambda size: (
        b"From: a@univ.example\r\n" + head * levels + b"From: b@univ.example\r\n\r\n" + filled(b"x ", size)
    )


def parts(count: int, boundary: bytes = b"B", part: bytes = PLAIN + b"\r\nx\r\n") -> Callable[[int], bytes]:
    def made(size: int) -> bytes:
        padding = filled(b"x", max(size // count - len(part) - len(boundary) - 6, 0))
        one = b"--" + boundary + b"\r\n" + part + padding + b"\r\n"
        return FROM + b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n' + one * count

    return made


def mixed(piece: bytes, boundary: bytes = b"B", end: bytes = b"") -> Callable[[int], bytes]:
    """A multipart whose first part is made of that piece."""
    head = FROM + b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n--' + boundary + b"\r\n" + PLAIN
    return lambda size: head + b"\r\n" + filled(piece, size) + end


def archive(size: int) -> bytes:
    """A ZIP whose members come to a hundred times its size."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(max(size // 80_000, 1)):
            made.writestr(f"{number}.txt", bytes(8_000_000 if number < 20 else 1))
    return attached(b"application/zip", target.getvalue() + bytes(max(0, size * 3 // 4 - target.tell())), b"a.zip")


def workbook(size: int) -> bytes:
    """A file that looks like a spreadsheet and unpacks to a gigabyte."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/workbook.xml", "<workbook/>")
        with made.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(size // 10_000):
                sheet.write(b"<row><c><v>1</v></c></row>" * 4_000)
    return attached(b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", target.getvalue(), b"a.xlsx")


def pdf_of_streams(size: int) -> bytes:
    """A PDF whose only page unpacks to a hundred times the mail."""
    stream = zlib.compress(b"BT (x) Tj ET\n" * (size // 4))
    head = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
    )
    made = head + b"4 0 obj<</Filter/FlateDecode/Length %d>>stream\n" % len(stream) + stream + b"\nendstream endobj\n"
    return attached(b"application/pdf", made + b"trailer<</Root 1 0 R>>\n%%EOF\n", b"a.pdf")


def pdf_of_objects(size: int) -> bytes:
    objects = b"".join(pieces("{0} 0 obj<</A[1 0 R]>>endobj\n", size // 2))
    return attached(b"application/pdf", b"%PDF-1.4\n" + objects + b"trailer<</Root 1 0 R>>\n%%EOF\n", b"a.pdf")


def file_of(piece: bytes, name: bytes = b"a.txt", kind: bytes = b"text/plain") -> Callable[[int], bytes]:
    return lambda size: attached(kind, filled(piece, size * 7 // 10), name)


def files(count: int) -> Callable[[int], bytes]:
    """Many small attachments, or few large ones."""

    def made(size: int) -> bytes:
        part = b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n"
        part += b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(bytes(size * 7 // 10 // count))
        return FROM + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + (b"--B\r\n" + part) * count + b"--B--\r\n"

    return made


def alternatives(size: int) -> bytes:
    part = b"--B\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + filled(b"<p>&nbsp;</p>", size // 400) + b"\r\n"
    return FROM + b"Content-Type: multipart/alternative; boundary=B\r\n\r\n" + part * 400


def guessed(size: int) -> bytes:
    """Parts in no charset at all, each otherwise."""
    source = random.Random(5)
    head = b"--B\r\nContent-Type: text/plain\r\n\r\n"
    texts = (bytes(source.choices(range(128, 256), k=size // 400 - len(head) - 2)) for _ in range(400))
    return (
        FROM + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + b"".join(head + text + b"\r\n" for text in texts)
    )


JAPANESE = "利用申請の件、よろしくお願いいたします。\r\n"
ESCAPES = b"\x1b$B\x1b(B\x1b(J\x1b(I"
JUNK = bytes(range(256))
LONG = b"b" * 10_000

HEADERS: dict[str, Callable[[int], bytes]] = {
    "one field": header(b"x"),
    "one field, spaces": header(b" "),
    "one folded field": header(b"x\r\n "),
    "one field, folded in blank lines": header(b" \r\n "),
    "many fields": fields(b"X: y\r\n"),
    "many fields that are kept": fields(b"Delivered-To: a@univ.example\r\n"),
    "many From fields": fields(b"From: a@univ.example\r\n"),
    "many addresses of From, all different": numbered("From: b{0}@univ.example\r\n", after="\r\nx"),
    "many empty fields": fields(b"X:\r\n"),
    "many Content-Type fields": fields(b"Content-Type: text/plain\r\n"),
    "many Subject fields": fields(b"Subject: =?utf-8?q?a?=\r\n"),
    "encoded words": header(b"=?utf-8?q?a?= "),
    "encoded words in base64": header(b"=?iso-2022-jp?b?GyRCMEUbKEI=?=\r\n "),
    "encoded words of changing charset": header(b"=?utf-8?q?a?= =?x?b?YQ?= "),
    "encoded words without an end": header(b"=?utf-8?q?"),
    "beginnings of encoded words": header(b"=?"),
    "encoded words of question marks": header(b"=?a?q??"),
    "one encoded word": header(b"=E3=81=82", before=b"=?utf-8?q?", after=b"?="),
    "addresses in To": header(b"b@univ.example, ", b"To"),
    "addresses in To, all different": numbered("b{0}@univ.example,\r\n ", "To: "),
    "names and addresses in From": header(b'"b" <b@univ.example>, ', b"From"),
    "names and addresses in Reply-To": header(b'"b" <b@univ.example>, ', b"Reply-To"),
    "comments in From": header(b"(", b"From"),
    "closed comments in From": header(b"(a)", b"From"),
    "quotation marks in From": header(b'"', b"From"),
    "backslashes in From": header(b"\\", b"From"),
    "angle brackets in From": header(b"<", b"From"),
    "groups in To": header(b"a:b@univ.example;", b"To"),
    "colons in To": header(b"a:", b"To"),
    "commas in To": header(b",", b"To"),
    "at signs in To": header(b"@", b"To"),
    "dots in From": header(b"a.", b"From"),
    "References": header(b"<a@univ.example> ", b"References"),
    "References, all different": numbered("<{0}@univ.example>\r\n ", "References: "),
    "References of opening brackets": header(b"<", b"References"),
    "Message-ID of opening brackets": header(b"<", b"Message-ID"),
    "parameters of Content-Type": numbered("; a{0}=b", "Content-Type: text/plain"),
    "parameters without a name": header(b";", b"Content-Type", b"text/plain"),
    "parameters after a quotation mark": header(b";", b"Content-Type", b'multipart/mixed; x="'),
    "parameters of quotation marks": header(b'";', b"Content-Type", b"text/plain; name="),
    "continued parameters": numbered("; name*{0}=b", "Content-Type: text/plain"),
    "continued parameters of a charset": numbered(";\r\n name*{0}*=%E3%81%82", "Content-Type: text/plain"),
    "continued parameters of a file": numbered("; filename*{0}*=a", "Content-Disposition: attachment"),
    "one parameter number, often": header(b"; name*0*=a", b"Content-Type", b"text/plain"),
    "a parameter number of many digits": header(b"9", b"Content-Type", b"text/plain; name*", b"=a"),
    "a charset name": header(b"u", b"Content-Type", b"text/plain; charset="),
    "a boundary": header(b"b", b"Content-Type", b"multipart/mixed; boundary="),
    "a transfer encoding": header(b"base64", b"Content-Transfer-Encoding"),
    "a disposition": header(b"a/", b"Content-Disposition"),
    "a file name": header(b"a", b"Content-Disposition", b"attachment; filename="),
    "raw bytes in Subject": header(b"\xe3\x81\x82"),
    "raw junk in Subject": header(bytes(range(128, 256))),
    "escapes in Subject": header(ESCAPES),
    "raw junk in From": header(bytes(range(128, 256)), b"From"),
    "one word in From": header(b"a", b"From"),
    "one word in Reply-To and a colon": header(b"a", b"Reply-To", b":"),
    "spaces within From": header(b" ", b"From", b"a", b"x"),
    "form feeds in From": header(b"\x0c", b"From", b"", b"x"),
    "one local part in From": header(b"a", b"From", b"<@", b">"),
    "NUL in From": header(b"\0", b"From"),
    "a list of results": header(b"dkim=pass ", b"Authentication-Results"),
    "many X-Auto fields": numbered("X-Auto{0}: y\r\n", after="\r\nx"),
    "failed recipients": header(b"a@univ.example, ", b"X-Failed-Recipients"),
    "a date": header(b"1 ", b"Date"),
    "no colon": lambda size: b"From: a@univ.example\r\n" + filled(b"x", size),
    "carriage returns": header(b"\r"),
    "line ends only": lambda size: b"From: a@univ.example\r\n" + filled(b"\r\n", size),
    "white space before the header": lambda size: filled(b" \r\n", size) + b"From: a@univ.example\r\n\r\nx",
}
"""Headers of nearly all the mail."""

BODIES: dict[str, Callable[[int], bytes]] = {
    "one line": body(b"x"),
    "one line of spaces": body(b" "),
    "empty lines": body(b"\r\n"),
    "bare carriage returns": body(b"\r"),
    "bare line feeds": body(b"\n"),
    "short lines": body(b"x\r\n"),
    "short lines ended by LF": body(b"x\n"),
    "lines of text": body(b"This is a line of some words as people write them, and then it ends.\r\n"),
    "quote signs": body(b">"),
    "lines of quote signs": body(b">>>>\r\n"),
    "quoted lines": body(b"> Name: x\r\n"),
    "headers of quotes": body(b"On Mon, Jan 1, 2026 at 1:00 Taro <a@b.example> wrote:\r\n> x\r\n"),
    "one header of a quote without end": body(b"On a, "),
    "labels": body(b"Name: x\r\n"),
    "labels in one line": body(b"Name: "),
    "brackets": body(b"(" * 70 + b"\r\n"),
    "signatures": body(b"-- \r\n"),
    "flowed lines": body(b"x \r\n", b"Content-Type: text/plain; format=flowed; delsp=yes\r\n"),
    "flowed quotes": body(b"> " * 30 + b" \r\n", b"Content-Type: text/plain; format=flowed\r\n"),
    "NUL": body(b"\0"),
    "all bytes": body(JUNK),
    "UTF-8": body(JAPANESE.encode()),
    "broken UTF-8": body(b"\xe3\x81"),
    "undeclared Shift_JIS": body(JAPANESE.encode("cp932"), b""),
    "undeclared EUC": body(JAPANESE.encode("euc-jp"), b""),
    "undeclared junk": body(b"\x80\xa4\xe9\xff ", b""),
    "ISO-2022-JP": text_in(b"iso-2022-jp", JAPANESE.encode("iso2022_jp")),
    "escapes of ISO-2022-JP": text_in(b"iso-2022-jp", ESCAPES),
    "an escape in each line": text_in(b"iso-2022-jp", b"\x1b$B\r\n"),
    "escapes and nothing": body(b"\x1b", b""),
    "shifts": text_in(b"iso-2022-jp", b"\x0e\x0f"),
    "Shift_JIS": text_in(b"shift_jis", JAPANESE.encode("cp932")),
    "Shift_JIS of bad bytes": text_in(b"shift_jis", b"\x80\x81\xa0\xff"),
    "EUC of bad bytes": text_in(b"euc-jp", b"\x8f\xa1\xff"),
    "GB18030": text_in(b"gb18030", "申请账号\r\n".encode("gb18030")),
    "GB18030 of bad bytes": text_in(b"gb18030", b"\x81\x30\x81"),
    "UTF-16": text_in(b"utf-16", JAPANESE.encode("utf-16")),
    "UTF-7": text_in(b"utf-7", b"+MEI-"),
    "UTF-7 without an end": text_in(b"utf-7", b"+"),
    "windows-1252 that is something else": text_in(b"windows-1252", b"\xa4\xa2\xe9\x82"),
    "base64": encoded(b"base64", base64.encodebytes(b"hello world, " * 100)),
    "base64 with junk": encoded(b"base64", b"aGVs!\xff bG8g\r\n"),
    "base64 of padding": encoded(b"base64", b"="),
    "base64 without an end": encoded(b"base64", b"aGVsbG8"),
    "soft line breaks": encoded(b"quoted-printable", b"=\r\n"),
    "quoted-printable": encoded(b"quoted-printable", b"=E3=81=82=\r\n"),
    "quoted-printable of bad escapes": encoded(b"quoted-printable", b"=ZZ="),
    "uuencode": encoded(b"x-uuencode", b"M" + b"A" * 60 + b"\n"),
    "uuencode with a beginning": lambda size: encoded(b"x-uuencode", b"begin 644 a\r\nM" + b"A" * 60 + b"\r\n")(size),
    "uuencode in the text": body(b"begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n"),
    "private keys": body(b"-----BEGIN OPENSSH PRIVATE KEY-----\r\n"),
    "passwords": body(b"password: x\r\n"),
    "passwords in one line": body(b"password "),
    "lines of base64": body(b"A" * 70 + b"\r\n"),
    "addresses": body(b"a@univ.example "),
    "failures": body(b"<a@b.example>: host x said: 550 5.1.1 unknown\r\n"),
    "text shown as a file": lambda size: (
        FROM + PLAIN + b"Content-Disposition: inline; filename=a.txt\r\n\r\n" + filled(b"x\r\n", size)
    ),
}
"""Texts of nearly all the mail."""

PAGES: dict[str, Callable[[int], bytes]] = {
    "open elements": html(b"<div>"),
    "open and closed elements": html(b"<b>x</b>"),
    "elements within each other": lambda size: html(b"<i>")(size // 2) + filled(b"</i>", size // 2),
    "end tags": html(b"</p>"),
    "end tags within 400 elements": html(b"</x>", b"<i>" * 400),
    "paragraphs": html(b"<p>x"),
    "line breaks": html(b"<br>"),
    "tables within each other": html(b"<table><tr><td>"),
    "rows": html(TABLE_ROW, b"<table>"),
    "rows without a table": html(TABLE_ROW),
    "cells": html(b"<td>x", b"<table><tr>"),
    "lists within each other": html(b"<ul><li>"),
    "quotes within each other": html(b"<blockquote>"),
    "entities": html(b"&nbsp;"),
    "unknown entities": html(b"&xyz;"),
    "numbers of characters": html(b"&#12354;"),
    "ampersands": html(b"&"),
    "less-than signs": html(b"<"),
    "a huge attribute": html(b"x", b'<p title="', b'">y</p>'),
    "an attribute without an end": html(b"x", b'<p title="'),
    "many attributes": lambda size: (
        FROM + b"Content-Type: text/html\r\n\r\n<p " + b"".join(pieces("a{0}=b ", size)) + b">y"
    ),
    "styles": html(b'<span style="display:none;font-size:0">x</span>'),
    "one long style": html(b"display:", b'<p style="', b'">y</p>'),
    "a comment": html(b"-", b"<!--"),
    "comments": html(b"<!-- -->"),
    "a script": html(b"x", b"<script>"),
    "scripts": html(b"<script></script>"),
    "declarations": html(b"<!DOCTYPE a>"),
    "instructions": html(b"<?a?>"),
    "character data": html(b"<![CDATA["),
    "embedded pictures": html(b"<img src='data:image/png;base64,AAAA'>"),
    "pictures without an end": html(b"src='data:"),
    "one embedded picture": html(b"A", b"<img src='data:image/png;base64,", b"'>hello"),
    "content ids": html(b"cid:a "),
    "preformatted lines": html(b"x\r\n", b"<pre>"),
    "one line": html(b"x"),
    "spaces": html(b" "),
    "text of two bytes": html("é".encode()),
    "links": html(b"<a href=x>y</a>"),
    "forms": html(b"<form><input>"),
    "vectors": html(b"<svg><math>"),
    "NUL": html(b"\0<p>"),
}
"""HTML of nearly all the mail."""

STRUCTURES: dict[str, Callable[[int], bytes]] = {
    "nested 60 deep": nested(60),
    "nested 10,000 deep": nested(10_000),
    "mails within mails, 60 deep": enclosed(60),
    "mails within mails, 10,000 deep": enclosed(10_000),
    "a mail within a mail": enclosed(1),
    "an encoded mail within a mail": lambda size: (
        FROM
        + b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(FROM + b"\r\n" + filled(b"x\r\n", size * 7 // 10))
    ),
    "encoded mails within mails": lambda size: FROM + base64_mails(12, size // 10),
    "100,000 parts": parts(100_000),
    "400 parts": parts(400),
    "400 parts of short lines": parts(400, part=PLAIN + b"\r\n" + b"x\r\n" * 8_000),
    "400 empty parts": parts(400, part=b""),
    "400 versions in HTML": alternatives,
    "10,000 parts within no part": parts(10_000, part=b"Content-Type: multipart/mixed\r\n\r\n"),
    "lines that look like boundaries": mixed(b"--C\r\n"),
    "lines that nearly are boundaries": mixed(b"--Bx\r\n"),
    "boundaries only": mixed(b"--B\r\n"),
    "ends only": mixed(b"--B--\r\n"),
    "lines of two hyphens": mixed(b"--\r\n"),
    "hyphens": mixed(b"-"),
    "a missing boundary": lambda size: FROM + b"Content-Type: multipart/mixed\r\n\r\n" + filled(b"--B\r\nx\r\n", size),
    "a missing boundary and fields": lambda size: (
        FROM + b"Content-Type: multipart/mixed\r\n\r\n" + filled(b"--B\r\ncontent-type: text/plain\r\n\r\nx\r\n", size)
    ),
    "a boundary that does not occur": lambda size: (
        FROM + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n" + filled(b"x\r\n", size)
    ),
    "a boundary of 10 kB": mixed(b"x\r\n--" + LONG + b"\r\n", LONG),
    "a boundary of 10 kB that nearly occurs": mixed(b"--" + LONG[:-1] + b"\r\n", LONG),
    "a boundary of special signs": mixed(b"--((((\r\n", b"(((("),
    "boundaries declared in the text": mixed(b"boundary=a\r\n"),
    "many boundaries, declared and used": numbered(
        "boundary=b{0}\r\n--b{0}\r\n", "Content-Type: multipart/mixed; boundary=B\r\n\r\n"
    ),
    "one deep part beside 400": lambda size: parts(400)(size // 2)[:-2] + nested(45)(size // 2),
    "a delivery status": body(
        b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n\r\n", b"Content-Type: message/delivery-status\r\n"
    ),
    "a delivery status of blank lines": body(b"\r\n", b"Content-Type: message/delivery-status\r\n"),
    "a delivery status of one field": body(b"X: y\r\n", b"Content-Type: message/delivery-status\r\n"),
    "a header of an enclosed mail": body(b"X: y\r\n", b"Content-Type: text/rfc822-headers\r\n"),
    "400 texts of charsets to be guessed": guessed,
    "parts of a message": body(b"x\r\n", b"Content-Type: message/partial; number=1; total=2; id=a\r\n"),
}
"""Structures of MIME."""

FILES: dict[str, Callable[[int], bytes]] = {
    "a file of zeros": file_of(b"\0", b"a.bin", b"application/octet-stream"),
    "three files": files(3),
    "400 files": files(400),
    "a text": file_of(b"Name: x\r\n"),
    "a text of one line": file_of(b"x"),
    "a text of key beginnings": file_of(b"-----BEGIN OPENSSH PRIVATE KEY-----\n", b"id_rsa"),
    "an archive": archive,
    "archive signatures": file_of(b"PK\3\4", b"a.zip", b"application/zip"),
    "archive ends": file_of(b"PK\5\6" + bytes(18), b"a.zip", b"application/zip"),
    "archive entries": file_of(b"PK\1\2" + bytes(42), b"a.zip", b"application/zip"),
    "a workbook that unpacks to much": workbook,
    "a PDF that unpacks to much": pdf_of_streams,
    "a PDF of many objects": pdf_of_objects,
    "a PDF of opening brackets": file_of(b"%PDF-1.4\n" + b"<<" * 500, b"a.pdf", b"application/pdf"),
    "a PDF of arrays": lambda size: attached(
        b"application/pdf", b"%PDF-1.4\n1 0 obj " + filled(b"[", size // 2), b"a.pdf"
    ),
    "a JPEG of markers": file_of(b"\xff\xd8\xff\xe0\x00\x02", b"a.jpg", b"image/jpeg"),
    "a PNG": file_of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"a.png", b"image/png"),
    "an old document": file_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), b"a.doc", b"application/msword"),
    "TNEF": file_of(b"\x78\x9f\x3e\x22\x01\x00", b"winmail.dat", b"application/ms-tnef"),
    "certificates": file_of(b"\x30\x82\xff\xff", b"smime.p7s", b"application/pkcs7-signature"),
    "certificates within each other": file_of(b"\x30\x80", b"smime.p7s", b"application/pkcs7-signature"),
}
"""Attachments of nearly all the mail."""


def base64_mails(levels: int, size: int) -> bytes:
    inner = FROM + b"\r\n" + filled(b"x\r\n", size // 3)
    for _ in range(levels):
        if len(inner) > size * 5:
            break
        head = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        inner = b"From: a@univ.example\r\n" + head + base64.encodebytes(inner)
    return inner.partition(b"\r\n")[2]


SHAPES: dict[str, Callable[[int], bytes]] = {
    f"{kind}: {name}": made
    for kind, group in (
        ("header", HEADERS),
        ("text", BODIES),
        ("HTML", PAGES),
        ("MIME", STRUCTURES),
        ("file", FILES),
    )
    for name, made in group.items()
}
"""All of them: of a number of bytes makes each a mail of about that size, never of more than a tenth above."""
