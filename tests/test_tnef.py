"""winmail.dat, the envelope of Outlook: what is in it counts like the rest of the mail, and no file costs more than its
size."""

import asyncio
import struct
import time
from collections.abc import Sequence
from email.message import EmailMessage
from hashlib import sha256
from random import Random

import pytest
from pdf_files import pdf
from plan_files import PlanFile
from tnef_files import (
    BINARY,
    BODY,
    CHARSET,
    CONTENT_ID,
    DATA,
    HTML,
    LONG,
    MAIL_INSIDE,
    MIME_TYPE,
    OBJECT,
    RTF,
    STRING8,
    UNICODE,
    File,
    attribute,
    block,
    called,
    mended,
    property_of,
    tnef,
)

from mailbot.core import attached
from mailbot.core.message import Attachment, Message, Unreadable
from mailbot.edge.attachments import look
from mailbot.flow.reader import Reader, Settings
from mailbot.flow.reader.looking import looked_into

WORDS = "氏名：髙橋 ①花子\n所属：例示大学\n"
PLAIN = property_of(BODY, UNICODE, WORDS)
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 1240, 1754)


def read(*envelopes: bytes, text: str = "", most: int = 20) -> Message:
    files = tuple(
        Attachment("winmail.dat", "application/ms-tnef", len(one), sha256(one).hexdigest()) for one in envelopes
    )
    return looked_into(Message("0" * 64, 1, text=text, attachments=files), envelopes, most=most)


def kinds(message: Message) -> list[tuple[str, str]]:
    return [(one.name, one.kind) for one in message.attachments]


# What is in it


def test_the_files_of_an_envelope_are_attachments_of_the_mail_behind_the_envelope_itself() -> None:
    plan = PlanFile().content
    envelope = tnef(
        files=(
            File(
                "PLAN~1.XLS",
                plan,
                (called("利用計画表（髙橋）.xlsx"), property_of(MIME_TYPE, STRING8, "application/x-plan")),
            ),
            File("pledge.pdf", pdf("[EXAMPLE 2026-00042] pledge")),
        )
    )
    message = read(envelope, text="Please find it attached.")
    assert kinds(message) == [
        ("winmail.dat", "envelope"),
        ("利用計画表（髙橋）.xlsx", "plan"),
        ("pledge.pdf", "pdf"),
    ]
    first, second = message.attachments[1:]
    assert (first.type, first.size, first.digest) == ("application/x-plan", len(plan), sha256(plan).hexdigest())
    assert (second.type, second.numbers) == ("application/octet-stream", ("2026-00042",))
    assert (message.text, message.doubts) == ("Please find it attached.", ())
    assert attached.unread(message, alone=False) == ()


@pytest.mark.parametrize(
    "envelope",
    [
        tnef(PLAIN),
        tnef(property_of(BODY, STRING8, WORDS)),
        tnef(body=WORDS.encode("cp932")),
        tnef(PLAIN, body=b"something else"),
        tnef(property_of(CHARSET, LONG, 50220), property_of(BODY, UNICODE, WORDS)),
        tnef(property_of(BODY, STRING8, WORDS, "utf-8"), code_page=65001),
        tnef(property_of(BODY, UNICODE, " \n"), property_of(HTML, BINARY, WORDS.replace("\n", "<br>").encode("cp932"))),
    ],
)
def test_the_text_in_an_envelope_is_that_of_a_mail_without_words(envelope: bytes) -> None:
    message = read(envelope)
    assert message.text.strip() == WORDS.strip()
    assert (message.doubts, message.unsure, kinds(message)) == ((), (), [("winmail.dat", "envelope")])


def test_html_in_an_envelope_is_read_in_the_charset_that_stands_beside_it() -> None:
    table = "<table><tr><td>氏名</td><td>山田 太郎</td></tr><tr><td>所属</td><td>例示大学</td></tr></table>"
    for number, charset in ((50220, "iso-2022-jp"), (51932, "euc-jp"), (65001, "utf-8")):
        html = property_of(HTML, BINARY, table.encode(charset))
        assert read(tnef(property_of(CHARSET, LONG, number), html)).text == "氏名\t山田 太郎\n所属\t例示大学"


def test_the_mails_own_words_go_before_those_in_its_envelope() -> None:
    assert read(tnef(PLAIN), text="Hello.").text == "Hello."


def test_text_in_rtf_is_not_read_and_matters_only_where_the_mail_has_no_other() -> None:
    envelope = tnef(property_of(RTF, BINARY, b"\x10\0\0\0\x10\0\0\0MELA\0\0\0\0{}"), files=(File("a.pdf", pdf()),))
    message = read(envelope)
    assert kinds(message) == [("winmail.dat", "tnef"), ("a.pdf", "pdf")]
    assert message.doubts == ("attachment “winmail.dat”: holds its text in a form (RTF) that is not read",)
    assert [file.name for file in attached.unread(message, alone=False)] == ["winmail.dat"]
    assert kinds(read(envelope, text="Hello."))[0] == ("winmail.dat", "envelope")


def test_a_text_that_several_charsets_fit_is_as_unsure_as_in_a_mail() -> None:
    message = read(tnef(body=b"Affiliation: \xcc\xbe\xc2\xe7\n", code_page=0))
    assert [name for name, _ in message.unsure][-1] == "bytes"


@pytest.mark.parametrize(
    "title, properties, name",
    [
        ("誓約書.pdf", (), "誓約書.pdf"),
        ("A.PDF", (property_of(0x3707, STRING8, "誓約書 表.pdf"),), "誓約書 表.pdf"),
        ("A.PDF", (property_of(0x3704, STRING8, "short.pdf"),), "short.pdf"),
        ("A.PDF", (called(""),), "A.PDF"),
        ("", (property_of(0x3001, UNICODE, "A pledge"),), "A pledge"),
        ("A.PDF", (called("..\\..\\/etc/cron.d/job\r\nX: y"),), "job X: y"),
        ("A.PDF", (called("\ud800.pdf".encode("utf-16", "surrogatepass").decode("utf-16", "replace")),), "�.pdf"),
        ("A.PDF", (called("長" * 400),), "長" * 255),
    ],
)
def test_a_file_has_its_whole_name_without_folders(title: str, properties: Sequence[bytes], name: str) -> None:
    assert read(tnef(files=(File(title, b"x", properties),))).attachments[1].name == name


def test_data_that_is_a_property_keeps_its_last_zeros() -> None:
    for kind, before in ((BINARY, b""), (OBJECT, bytes(16))):
        envelope = tnef(files=(File("a.bin", properties=(property_of(DATA, kind, before + PICTURE + bytes(5)),)),))
        assert read(envelope).attachments[1].digest == sha256(PICTURE + bytes(5)).hexdigest()


def test_a_file_said_twice_is_two_files() -> None:
    envelope = tnef(files=(File("a.txt", b"one", (property_of(DATA, BINARY, b"two"),)),))
    assert [one.text for one in read(envelope).attachments[1:]] == ["one", "two"]


def test_a_picture_that_the_html_in_the_envelope_shows_is_no_document() -> None:
    html = property_of(HTML, BINARY, b'<p>Hello.<img src="cid:logo%401"></p>')
    ids = (property_of(CONTENT_ID, UNICODE, "logo@1"), property_of(CONTENT_ID, STRING8, "<page@1>"))
    envelope = tnef(html, files=[File("p.png", PICTURE, (one,)) for one in ids])
    assert [one.inline for one in read(envelope).attachments] == [False, True, False]
    assert len(attached.documents(read(envelope))) == 1


def test_a_mail_within_the_envelope_is_a_mail_within_the_mail() -> None:
    inner = tnef(property_of(BODY, UNICODE, "WITHDRAW"), files=(File("b.pdf", pdf()),))
    held = property_of(DATA, OBJECT, MAIL_INSIDE + inner)
    message = read(tnef(PLAIN, files=(File("Re: my account", properties=(held,)), File("winmail.dat", inner))))
    assert kinds(message)[1:] == [("Re: my account", "mail"), ("winmail.dat", "mail")]
    assert message.text.strip() == WORDS.strip()


def test_into_how_many_is_looked_counts_what_lies_in_envelopes_too() -> None:
    envelope = tnef(PLAIN, files=[File(f"{number}.txt", b"note %d" % number) for number in range(9)])
    message = read(envelope, envelope, most=5)
    assert [one.kind for one in message.attachments] == ["envelope"] * 2 + ["text"] * 3 + [""] * 15
    assert message.doubts == ("only the first 5 attachments were looked into",)


# What is not opened


GOOD = tnef(PLAIN, files=(File("a.pdf", pdf(), (called("誓約書.pdf"),)),))
MANY = 0xFFFFFFFF


def props(data: bytes) -> bytes:
    return b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x9003, data)


HOSTILE = {
    "a wrong checksum": GOOD[:-1] + bytes([GOOD[-1] ^ 1]),
    "cut off": GOOD[:-40],
    "nothing in it": GOOD[:6],
    "an attribute longer than the file": GOOD[:6] + struct.pack("<BHHI", 1, 0x9003, 6, MANY) + bytes(40),
    "properties without end": props(struct.pack("<I", MANY)),
    "more properties than there is room for": props(block(PLAIN, count=3)),
    "values without end": props(block(struct.pack("<HHI", 0x1002, 0x1000, MANY))),
    "texts without end": props(block(struct.pack("<HHI", UNICODE, BODY, MANY))),
    "a text longer than the file": props(block(struct.pack("<HHII", UNICODE, BODY, 1, MANY))),
    "a name longer than the file": props(block(struct.pack("<HH16xII", LONG, 0x8000, 1, MANY))),
    "a type that nobody knows": props(block(struct.pack("<HHI", 0x00FE, BODY, 1))),
    "two bodies": tnef(PLAIN, more=attribute(1, 0x9003, block(PLAIN))),
    "a body twice in a block": tnef(PLAIN, property_of(BODY, STRING8, "x")),
    "a body of two values": tnef(
        struct.pack("<HHII", UNICODE, BODY, 2, 2) + b"a\0\0\0" + struct.pack("<I", 2) + bytes(4)
    ),
    "a file twice": tnef(files=(File("a", b"x"),), more=attribute(2, 0x800F, b"y")),
    "a file that never began": tnef(more=attribute(2, 0x800F, b"y")),
    "too many values": props(block(*[property_of(0x0017, LONG, 1)] * 10_001)),
    "too many attributes": b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x8008, b"x\0") * 5_001,
    "a text longer than anybody reads": tnef(property_of(HTML, BINARY, b"x" * 4_000_001)),
    "too many files": tnef(files=[File("a", b"x")] * 101),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_envelope_that_is_not_what_it_says_stays_closed_and_is_told_as_not_read(content: bytes) -> None:
    start = time.process_time()
    message = read(content, text="Hello.")
    assert time.process_time() - start < 1
    assert kinds(message) == [("winmail.dat", "tnef")]
    assert "is an Outlook envelope, which was not opened" in message.doubts[0]
    assert [file.name for file in attached.unread(message, alone=False)] == ["winmail.dat"]


def test_what_a_relay_added_behind_the_last_attribute_does_no_harm() -> None:
    assert look(GOOD + b"\r\n").kind == "envelope"


def test_envelopes_changed_at_random_cost_nothing_and_break_nothing() -> None:
    chance, opened = Random(5), 0
    html = property_of(HTML, BINARY, b"<p>x</p>")
    start = tnef(PLAIN, html, property_of(RTF, BINARY, b"x"), files=(File("a.txt", b"note", (called("注.txt"),)),))
    for _ in range(400):
        changed = bytearray(start)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(6, len(changed) - 4)
            size = chance.choice((1, 2, 4))
            changed[at : at + size] = chance.choice((b"\xff" * size, bytes(size), chance.randbytes(size)))
        before = time.process_time()
        opened += read(mended(bytes(changed))).attachments[0].kind == "envelope"
        assert time.process_time() - before < 0.5
    assert 40 < opened < 400


# In the reader's child process


def test_what_lies_in_an_envelope_comes_through_the_pipe_and_its_secrets_are_masked() -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n"
    written = EmailMessage()
    written["From"], written["Subject"] = "hanako@univ.example", "My key"
    envelope = tnef(property_of(BODY, UNICODE, f"Here it is.\n{key}"), files=(File("id", key.encode()),))
    written.add_attachment(envelope, maintype="application", subtype="ms-tnef", filename="winmail.dat")
    raw = bytes(written)

    async def through_the_child() -> Message | Unreadable:
        async with Reader(Settings()) as reader:
            return (await reader.read([(sha256(raw).hexdigest(), raw)]))[0]

    message = asyncio.run(through_the_child())
    assert isinstance(message, Message)
    assert kinds(message) == [("winmail.dat", "envelope"), ("id", "text")]
    assert message.text.startswith("Here it is.")
    assert "b3BlbnNz" not in message.text + message.attachments[1].text
    assert message.secrets == ("private_key",)
