"""A desk with the mails of somebody who is to be erased, in every charset and encoding that mail programs use, and a
grep for what they said in all of them. No tests in here."""

import base64
import binascii
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from desks_at_work import embedded_world
from plan_files import PlanFile
from worlds import World

from mailbot.demo import jis
from mailbot.demo.people import Letter, Person, newest, received, reply, write
from mailbot.embedded import EmbeddedServers

DESK = "helpdesk@desk.example"
HANAKO = Person("遺伝 華子", "Hanako.Iden@Rice.example", charset="iso-2022-jp")
LIND = Person("Astrid Lind", "lind@uni.example")
MORGAN = Person("Alex Morgan", "morgan@staff.desk.example")
HERS, HIS = "2026-00001", "2026-00002"
APPLICATION = """\
姓：IDEN
名：Hanako
メールアドレス：hanako.iden@rice.example
国籍：日本
居住国：日本
研究分野：イネの葉緑体
職名：研究員
利用目的：イネの葉緑体ゲノムを野生種と比べるため、公開されている配列データを併せて解析する計画であり、二年間の利用を予定しています。
所属：架空稲作研究所
郵便番号：４１１－８５４０
住所：静岡県三島市谷田９８７６
電話番号：０５５－９８１－７７３１
希望アカウント名：ihanako77
個人ゲノム解析区画を利用する：いいえ
責任者は申請者と同じ：はい
"""
VALUES = (
    "遺伝 華子",
    "遺伝華子",
    "Hanako IDEN",
    "hanako.iden@rice.example",
    "イネの葉緑体",
    "架空稲作研究所",
    "静岡県三島市谷田9876",
    "055-981-7731",
    "ihanako77",
    "華子より",
    "機関の移転により",
)
"""What she said, and what the desk made of it."""
ENQUIRY = """\
Your name: Astrid Lind
Affiliation: Example University
Details of your request: My jobs stop after an hour. Is there a limit?
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """A desk in a folder, and all letters that it wrote."""

    world: World
    servers: EmbeddedServers

    @property
    def state(self) -> Path:
        return self.world.folder / "state"

    def letter(self, to: Person, containing: str = "") -> Letter:
        return newest([letter.raw for letter in self.servers.letters], to.address, containing)

    async def round(self, *mails: bytes) -> None:
        """These mails come, and the desk takes them in."""
        await self.servers.deliver(*mails)
        code, _, err = await self.world.run("once")
        assert (code, err) == (0, ""), err


def encoded(text: str, subject: str, letter: Letter, charset: str, cte: str, files: tuple[bytes, ...] = ()) -> bytes:
    """An answer of hers in a charset and a transfer encoding, with the same charset in its header."""
    mail = EmailMessage()
    mail["To"], mail["In-Reply-To"], mail["References"] = letter.reply_to, letter.message_id, letter.message_id
    data = jis.encode(text) if charset == "iso-2022-jp" else text.encode(charset)
    mail.set_content(data, "text", "plain", cte=cte, params={"charset": charset})
    for content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename="plan.xlsx")
    word = base64.b64encode(subject.encode(charset)).decode()
    name = "".join(f"={octet:02X}" for octet in HANAKO.name.replace(" ", "_").encode())
    head = f"From: =?utf-8?Q?{name.replace('=5F', '_')}?= <{HANAKO.address}>\r\nSubject: =?{charset}?B?{word}?=\r\n"
    found = b"Authentication-Results: mx.desk.example; dmarc=pass header.from=rice.example\r\n"
    return found + head.encode() + mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


CHARSETS = (
    ("iso-2022-jp", "7bit"),
    ("iso-2022-jp", "base64"),
    ("shift_jis", "base64"),
    ("cp932", "quoted-printable"),
    ("euc-jp", "quoted-printable"),
    ("euc-jp", "8bit"),
    ("utf-8", "base64"),
    ("utf-8", "quoted-printable"),
    ("utf-8", "8bit"),
)


async def make_scene(folder: Path, servers: EmbeddedServers) -> Scene:
    """She applies, writes in every charset and sends a file; he asks something; a clerk lists what waits, and answers
    the list with a note on his case, quoting all of it; she takes it back."""
    scene = Scene(embedded_world(folder, servers), servers)
    await scene.round(write(HANAKO, DESK, "利用申請", APPLICATION), write(LIND, DESK, "Enquiry", ENQUIRY))
    first = scene.letter(HANAKO)
    told = "機関の移転により、連絡先は架空稲作研究所のままです。華子より 055-981-7731 静岡県三島市谷田9876\n" * 3
    plan = PlanFile(name="遺伝華子").content
    said = [f"質問 {number}：{told}" for number in range(len(CHARSETS))]
    mails = [encoded(text, "遺伝華子より", first, *how) for text, how in zip(said, CHARSETS, strict=True)]
    await scene.round(*mails, encoded("表を送ります。華子より", "表", first, "utf-8", "base64", (plan,)))
    await scene.round(reply(MORGAN, scene.letter(MORGAN, HIS), "QUEUE open"))
    listed = scene.letter(MORGAN, HERS)
    clerk = Person(MORGAN.name, MORGAN.address, charset="iso-2022-jp")
    await scene.round(reply(clerk, listed, f"#{HIS} NOTE waits for the network people"))
    await scene.round(reply(HANAKO, scene.letter(HANAKO), "取り下げ"))
    return scene


# The grep


def spellings(value: str) -> Iterator[str]:
    """A value in half and full width, upper and lower case."""
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in value)
    for one in (value, unicodedata.normalize("NFKC", value), wide):
        yield from (one, one.lower(), one.upper())


def octets(value: str) -> Iterator[tuple[str, bytes]]:
    """A value in each charset, by its name; of ISO-2022-JP without the escapes around it."""
    for charset in ("utf-8", "cp932", "euc-jp", "iso-2022-jp"):
        try:
            data = value.encode(charset)
        except UnicodeEncodeError:
            continue
        yield charset, data.removeprefix(b"\x1b$B").removesuffix(b"\x1b(B")


def needles(value: str) -> Iterator[tuple[str, bytes]]:
    """Each way in which a value may stand in a file, with its name."""
    for text in dict.fromkeys(spellings(value)):
        for charset, data in octets(text):
            if len(data) < 6:
                continue
            yield charset, data
            yield f"{charset} quoted-printable", binascii.b2a_qp(data, istext=False).replace(b"=\n", b"")
            yield f"{charset} encoded word", b"".join(b"=%02X" % one if one > 127 else bytes([one]) for one in data)
            for shift in range(3):
                block = base64.b64encode(b"x" * shift + data)
                begin, end = (0, 2, 3)[shift], (len(data) + shift) // 3 * 4
                yield f"{charset} base64", block[begin:end]
        escaped = "".join(sign if sign.isascii() else f"\\u{ord(sign):04x}" for sign in text).encode()
        yield from (("escaped", escaped), ("escaped", escaped.replace(b"\\u", b"\\U").upper()))


def grep(folder: Path, values: tuple[str, ...] = VALUES) -> Counter[tuple[str, str]]:
    """In which ways, and for which values, any file of a folder holds one: of lines that were broken too."""
    hits: Counter[tuple[str, str]] = Counter()
    files = [path for path in folder.rglob("*") if path.is_file()]
    sought = [(value, how, needle) for value in values for how, needle in needles(value)]
    for path in files:
        raw = path.read_bytes() + path.name.encode()
        whole = raw + b"\n" + raw.replace(b"=\r\n", b"").replace(b"\r\n", b"") + re.sub(rb"=\r?\n|\r?\n", b"", raw)
        for value, how, needle in sought:
            if needle in whole:
                hits[value, how] += 1
    return hits


__all__ = ["DESK", "HANAKO", "HERS", "HIS", "LIND", "MORGAN", "Scene", "grep", "make_scene", "received"]
