"""Five thousand mails of everybody: foreign ones over and over, each time another mail; applications, questions, traps;
and what people answer to the desk's letters. It knows nothing of how a desk works, nor of faults."""

import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from worlds import application, question

from mailbot.demo import mails as demo
from mailbot.demo.people import Letter, Person, filled_in, quoted_text, received, reply, signed, write

CORPORA = os.environ.get("MAILBOT_CORPORA", "")
"""A folder of mails that others wrote; without it, those of this file are varied."""
AUTOMATIC = frozenset({"bounce", "autoreply", "feedback", "mdn", "list"})
"""Kinds of mail that get no answer."""
MOST_READ = 1_500_000
"""Octets of the largest foreign mail that is used."""
FIELD = rb"(?im)^%s:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*"
CLERKS = {
    "sato@staff.desk.example": Person("Hanako Sato", "sato@staff.desk.example"),
    "morgan@staff.desk.example": Person("Alex Morgan", "morgan@staff.desk.example"),
}
MOST_ANSWERS = 5
"""How often somebody answers at all (clerks: about one case), so that a correspondence ends."""
AWAY = "Thank you for your message.\nI am out of the office until 4 January and will reply when I am back.\n"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to be delivered: its bytes, what kind of mail it is, and what it was made from (a file, a kind)."""

    raw: bytes
    kind: str
    source: str = ""

    @property
    def for_lists(self) -> bool:
        """Whether somebody may have sent it to a list as well, which puts plain text below it."""
        encoded = b"base64" in self.raw or b"ISO-2022" in self.raw or not self.raw.isascii()
        return self.kind in ("application", "consent") and not encoded


def foreign() -> list[Mail]:
    """Mails nobody here wrote, with the kind their collectors say they are (`other` if they do not)."""
    if not CORPORA:
        return own_foreign()
    folder = Path(CORPORA)
    kinds = {row["path"]: row["label"] for row in _rows(folder, "classes")}
    paths = [str(row["path"]) for row in _rows(folder, "messages") if row["n"] is None]
    found = [Mail((folder / "messages" / path).read_bytes(), kinds.get(path, "other"), path) for path in paths]
    return [mail for mail in found if len(mail.raw) < MOST_READ]


def _rows(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / "expected" / f"{name}.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def own_foreign() -> list[Mail]:
    """What a desk gets from strangers and machines, where no folder of real mail is at hand."""
    bounce = demo.BOUNCE.format(
        envelope="helpdesk@desk.example", recipient="gone@uni.example", message_id="<a@b.example>"
    )
    away = {"Auto-Submitted": "auto-replied"}
    person = Person("Robin Weber", "robin@institute.example")
    return [
        Mail(bounce.encode(), "bounce", "bounce"),
        Mail(write(person, demo.DESK, "Out of office", AWAY, away), "autoreply", "away"),
        Mail(write(demo.SAKURA, demo.DESK, "自動応答", demo.AWAY), "autoreply", "away, in Japanese"),
        Mail(post(question(0)), "list", "post"),
        Mail(write(demo.VISITOR, demo.DESK, "Saturday", demo.QUESTION), "other", "question"),
        Mail(b"no header at all", "other", "nothing"),
        Mail(demo.BROKEN, "other", "broken"),
    ]


def post(raw: bytes) -> bytes:
    """The copy of a mail that a mailing list sends on: its fields, its tag in the subject, its footer."""
    tagged = re.sub(rb"(?m)^Subject: ", b"Subject: [users] ", raw, count=1)
    fields = b"List-Id: <users.lists.example>\r\nList-Post: <mailto:users@lists.example>\r\nPrecedence: list\r\n"
    footer = b"_" * 47 + b"\r\nusers mailing list\r\nhttps://lists.example/users\r\n"
    return fields + tagged + footer


def varied(mail: Mail, number: int) -> Mail:
    """The same mail another time: with another Message-ID and Date if it has them, and a line of another relay.

    Line ends become CRLF and NULs go, as they do wherever mail is handed on; else the servers would change them.
    """
    text = mail.raw.replace(b"\0", b"").replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    text = re.sub(rb"\A>?From [^\r]*\r\n", b"", text)
    if b"\r\n\r\n" not in text:
        text += b"\r\n\r\n"
    head, empty, body = text.partition(b"\r\n\r\n")
    head += b"\r\n"
    new = {
        b"Message-ID": b"<%d.variation@relay.example>" % number,
        b"Date": b"Sat, 21 Nov 2026 %02d:%02d:%02d +0900" % (number // 3600 % 24, number // 60 % 60, number % 60),
    }
    there = {name: value for name, value in new.items() if re.search(FIELD % name, head)}
    for name in there:
        head = re.sub(FIELD % name, b"", head)
    top = b"Received: from relay.example by mx.desk.example with ESMTP id %d\r\n" % number
    top += b"".join(b"%s: %s\r\n" % item for item in there.items())
    return Mail(top + head + empty[2:] + body, mail.kind, mail.source)


def other_responsible(number: int) -> Mail:
    """An application that names somebody else as responsible."""
    text = demo.ENGLISH_APPLICATION.replace("keller@", f"keller{number}@").replace("brandt@", f"brandt{number}@")
    person = Person("Maria Keller", f"maria.keller{number}@uni.example")
    text = text.replace("mkeller", f"mkeller{number}")
    return Mail(write(person, demo.DESK, "Application for an account", text), "application")


def japanese(number: int) -> Mail:
    """The same in Japanese, in ISO-2022-JP, with answers missing."""
    text = demo.JAPANESE_APPLICATION.replace("yamada@", f"yamada{number}@").replace("sato@", f"sato{number}@")
    person = Person(demo.SAKURA.name, f"sakura.yamada{number}@bio.example.ac.jp", demo.SAKURA.charset)
    text = text.replace("syamada", f"syamada{number}")
    return Mail(write(person, demo.DESK, "利用申請", text), "application")


APPLICATIONS: tuple[Callable[[int], Mail], ...] = (
    lambda number: Mail(application(number), "application"),
    lambda number: Mail(application(number, phone="Telephone"), "application"),
    lambda number: Mail(application(number, phone="Telephone", code="Postal code"), "application"),
    other_responsible,
    japanese,
)
SMALL, LARGE = 9, 1
"""Megabytes: the desk's limit, and how much an oversized mail is above it."""
STALLS = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
STALLS += b"".join(
    b"--B\r\nContent-Type: text/plain\r\n\r\n"
    + bytes(random.Random(number).choices(range(0x80, 0x100), k=700))
    + b"\r\n"
    for number in range(480)
)
"""As many texts as a mail may have, in charsets that have to be guessed."""
DEEP = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(60))
HUNGRY = b"From: a@b.example\r\n\r\n" + b"\xe9\r\n" * 480_000 + b"\xe9" * 7_000_000


def traps(number: int, *, large: bool) -> list[Mail]:
    """Mails that stall the reader or break its limits; the `large` ones take nearly all its memory, or are over
    the limit of size."""
    found = [Mail(STALLS, "trap", "stalls"), Mail(b"From: a@b.example\r\n" + DEEP, "trap", "deep")]
    if large:
        found += [Mail(HUNGRY, "trap", "hungry"), oversized(SMALL + LARGE)]
    return [varied(mail, number + at) for at, mail in enumerate(found)]


def oversized(megabytes: float) -> Mail:
    """A mail of that size."""
    return Mail(question(0, size=int(megabytes * 1_000_000)), "oversized", "oversized")


def mixed(total: int, seed: int, *, long: bool) -> list[Mail]:
    """What arrives without being asked for, shuffled: three quarters of `total` or, if not `long`, a third, more
    of it applications; the rest is left to answers."""
    dice = random.Random(seed)
    pool = foreign()
    count, applications = (total * 3 // 5, total // 10) if long else (total // 5, total // 8)
    found = [varied(pool[at % len(pool)], at) for at in dice.sample(range(max(count, len(pool))), count)]
    found += [APPLICATIONS[at % len(APPLICATIONS)](at) for at in range(applications)]
    found += [Mail(question(1000 + at), "question") for at in range(total // 30)]
    found += [varied(Mail(post(question(5000 + at)), "list", "post"), 50_000 + at) for at in range(total // 50)]
    for turn in range(4 if long else 1):
        found += traps(100_000 + 10 * turn, large=long)
    if not long:
        found.append(varied(oversized(SMALL + LARGE), 200_000))
    dice.shuffle(found)
    return found


def again(mail: Mail) -> Mail:
    """The copy of a mail that comes through a list as well."""
    return Mail(post(mail.raw), "copy", mail.source)


@dataclass(slots=True)
class People:
    """Everybody who gets letters of the desk, and how they answer: as they feel (the dice), and not for ever."""

    dice: random.Random
    answered: Counter[str] = field(default_factory=Counter)
    bounces: int = 0

    def read(self, raw: bytes) -> list[Mail]:
        """What comes back for a letter."""
        letter = received(raw)
        clerk = letter.to in CLERKS
        about = f"{letter.to} {letter.subject}" if clerk else letter.to
        self.answered[about] += 1
        if self.answered[about] > MOST_ANSWERS:
            return []
        person = CLERKS.get(letter.to) or Person("Person", letter.to)
        if self.dice.random() < 0.06:
            return [self._machine(person, letter)]
        return self._clerk(person, letter) if clerk else self._person(person, letter)

    def _machine(self, person: Person, letter: Letter) -> Mail:
        """Nobody is there: the letter comes back, or a mail program answers instead, with fields or without."""
        self.bounces += 1
        if self.dice.random() < 0.5:
            text = demo.BOUNCE.format(envelope=letter.reply_to, recipient=letter.to, message_id=letter.message_id)
            text = text.replace("bounce-1@", f"bounce-{self.bounces}@")
            return Mail(text.replace("\n", "\r\n").encode(), "bounce", "a letter that came back")
        fields: Mapping[str, str] = {"Auto-Submitted": "auto-replied"} if self.dice.random() < 0.5 else {}
        text = self.dice.choice([AWAY, demo.AWAY])
        return Mail(reply(person, letter, text, quote="", headers=fields), "autoreply", "somebody away")

    def _clerk(self, person: Person, letter: Letter) -> list[Mail]:
        if not re.search("ACCEPT|承認", letter.text):
            return []
        words = (
            "ACCEPT",
            "ACCEPT",
            "REJECT not for this purpose",
            "NOTE asked the institute",
            "承認",
            "ACCEPT please",
            "",
        )
        word = self.dice.choice(words)
        return [Mail(reply(person, letter, word), "command")] if word else []

    def _person(self, person: Person, letter: Letter) -> list[Mail]:
        filled = filled_in(letter, {"Telephone": "055-981-0000", "Postal code": "411-8540", **demo.JAPANESE_ANSWERS})
        if filled != quoted_text(letter):
            return [Mail(reply(person, letter, "Here you are.", quote=filled), "answer")]
        if re.search("AGREE|同意します", letter.text):
            word = self.dice.choice(
                ["AGREE", "AGREE", "AGREE", "同意します", "DECLINE I know nothing of it", "What is this?"]
            )
            files = signed(letter) if self.dice.random() < 0.8 else ()
            return [Mail(reply(person, letter, word, files=files), "consent")]
        if self.dice.random() < 0.15:
            return [
                Mail(
                    reply(person, letter, self.dice.choice(["Thank you!", "STATUS", "How long will it take?"])),
                    "remark",
                )
            ]
        return []
