"""Applications by the thousand as they arrive: with the lines of their relays, some 3 KB, no two alike. It knows
nothing of how they are read."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, product
from string import ascii_lowercase

from mailbot.demo import mails as demo
from mailbot.demo.people import Person, write

RELAYS = """\
Received: from mx{number}.relay.example (mx{number}.relay.example [192.0.2.{octet}])
\tby mx.desk.example (Postfix) with ESMTPS id 4Q{number:08X}
\tfor <helpdesk@desk.example>; Sat, 21 Nov 2026 10:15:{second:02d} +0900 (JST)
Received: from client.{domain} (unknown [198.51.100.{octet}])
\tby mx{number}.relay.example with ESMTPSA id 9B{number:08X};
\tSat, 21 Nov 2026 10:15:{second:02d} +0900 (JST)
Authentication-Results: mx.desk.example; dkim=pass header.d={domain} header.s=mail; spf=pass
\tsmtp.mailfrom={address}; dmarc=pass header.from={domain}
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=mail; t=1795223700;
\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;
\th=From:To:Subject:Date:Message-ID:MIME-Version:Content-Type;
\tb={signature}
Return-Path: <{address}>
Date: Sat, 21 Nov 2026 10:15:{second:02d} +0900
User-Agent: Mozilla Thunderbird
X-Spam-Status: No, score=-2.1 required=5.0 tests=BAYES_00,DKIM_SIGNED,DKIM_VALID
"""
NAMES = ["".join(letters).capitalize() for letters in product(ascii_lowercase, repeat=3)]


def applications(start: int = 0) -> Iterator[bytes]:
    """Complete English and incomplete Japanese applications in turn, each of another person, without end."""
    for number in count(start):
        yield _japanese(number) if number % 2 else _english(number)


def complete(start: int = 0) -> Iterator[bytes]:
    """The same, but that nothing is missing in any of them."""
    for number in count(start):
        yield _japanese(number, **demo.JAPANESE_ANSWERS) if number % 2 else _english(number)


def _english(number: int) -> bytes:
    name = name_of(number)
    text = demo.ENGLISH_APPLICATION.replace("Keller", f"Keller{name}").replace("keller", f"keller{name.lower()}")
    text = text.replace("brandt@", f"brandt{_group(number)}@")
    text = text.replace("981 0000", f"981 {number % 10_000:04d}")
    return _arrived(replace(demo.MARIA, address=f"maria.keller{name.lower()}@uni.example"), "Application", text, number)


def _japanese(number: int, **answers: str) -> bytes:
    """`answers` are those that are missing in what is written otherwise, by their labels."""
    name = name_of(number)
    text = demo.JAPANESE_APPLICATION.replace("YAMADA", f"YAMADA{name}").replace("yamada@", f"yamada{name.lower()}@")
    text = text.replace("sato@", f"sato{_group(number)}@")
    text = text.replace("９８１－００００", f"981-{number % 10_000:04d}")
    if answers or number % 4 == 1:
        text = text.replace("メダカのRNA解析", f"{demo.PURPOSE}（{number}）")
    more = "".join(f"{label}：{answer}\n" for label, answer in answers.items() if label != "利用目的")
    text = text.replace("\n\nよろしく", f"\n{more}\nよろしく")
    sender = replace(demo.SAKURA, address=f"sakura.yamada{name.lower()}@bio.example.ac.jp")
    sender = replace(sender, charset=("iso-2022-jp", "utf-8")[number // 2 % 2])
    return _arrived(sender, "アカウント利用申請", text, number)


def name_of(number: int) -> str:
    """Letters for a number: names have no digits."""
    return NAMES[number % len(NAMES)] + NAMES[number // len(NAMES)].lower()


def _group(number: int) -> str:
    """Whoever answers for an applicant does so for four others: letters to one person go one after the other."""
    return name_of(number // 10).lower()


def _arrived(person: Person, subject: str, text: str, number: int) -> bytes:
    domain = person.address.partition("@")[2]
    lines = RELAYS.format(
        number=number, octet=number % 250, second=number % 60, domain=domain, address=person.address,
        signature="\n\t ".join(["dGhpcyBpcyBubyBzaWduYXR1cmUgYnV0IGFzIGxvbmcgYXMgb25lIG9mIHRob3Nl"] * 5),
    )  # fmt: skip
    return lines.replace("\n", "\r\n").encode() + write(person, demo.DESK, subject, text)
