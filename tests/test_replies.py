"""Replies as mail programs write them, one a file in `replies`: what of each is new, and that no quote gives orders.

Below the mail stands `%%% new text`, then what its sender wrote; blank lines are not compared.
"""

from functools import cache
from pathlib import Path

import pytest

from mailbot.core import commands
from mailbot.core.quoting import mark, new_text
from mailbot.edge.html import text_of

HERE = Path(__file__).parent / "replies"
REPLIES = sorted(path.relative_to(HERE).as_posix() for path in HERE.glob("*/*"))


@cache
def reply(name: str) -> tuple[str, str]:
    """The text of a mail, and what of it is new."""
    mail, new = (HERE / name).read_text("utf-8").split("%%% new text\n")
    return text_of(mail) if name.endswith(".html") else mail, new


def said(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def test_there_are_forty_replies_in_japanese_and_thirty_in_other_languages() -> None:
    folders = [name.split("/")[0] for name in REPLIES]
    assert folders.count("japanese") >= 40
    assert folders.count("others") >= 30


@pytest.mark.parametrize("name", REPLIES)
def test_the_new_text_of_a_reply_is_what_its_sender_wrote(name: str) -> None:
    mail, new = reply(name)
    assert said(new_text(mail)) == said(new)


@pytest.mark.parametrize("order", ["同意", "APPROVE"])
@pytest.mark.parametrize("name", REPLIES)
def test_an_order_in_place_of_any_line_of_a_quote_is_none(name: str, order: str) -> None:
    mail, new = reply(name)
    raw = mail.split("\n")
    for number, line in enumerate(mark(mail)):
        if line.kind not in ("quoted", "forwarded") or not line.text.strip():
            continue
        bare = raw[number].replace("\ufeff", "").strip()
        marks = bare[: len(bare) - len(bare.lstrip("> "))]
        text = new_text("\n".join([*raw[:number], marks + order, *raw[number + 1 :]]))
        assert said(text) == said(new)
        assert commands.consent(text) is None
        assert not commands.begins_with_command(text)


@pytest.mark.parametrize(
    "quote",
    [
        "2026年4月1日(水) 10:00 Help Desk <desk@desk.example>:\n\n> APPROVE\n> 同意\n",
        "-----Original Message-----\nFrom: Help Desk\nSent: April 1, 2026\nTo: Taro\nSubject: x\n\nAPPROVE\n同意\n",
        "差出人: Help Desk\n送信日時: 2026年4月1日\n宛先: Taro\n件名: x\n\nAPPROVE\n\n同意\n",
        "---------- Forwarded message ---------\nFrom: Taro <taro@univ.example>\n\n> x\n\nAPPROVE\n同意\n",
        "-----Original Message-----\nFrom: Help Desk\n\nOn 1 April 2026, Taro <t@u.example> wrote:\n> x\n\nAPPROVE\n",
        "On Wed, Apr 1, 2026 at 10:00, Help Desk<desk@desk.example> wrote:   Dear Taro,\nAPPROVE\n同意\n",
    ],
)
def test_a_mail_that_is_nothing_but_a_quote_orders_nothing(quote: str) -> None:
    assert new_text(quote) == ""
    assert new_text(f"見ました。\n\n{quote}") == "見ました。"


SIGNATURES = {
    "heavy lines": "━━━━━━━━━━\n国立研究所　山田太郎\nTEL：055-981-0000\n━━━━━━━━━━",
    "dashes": "--------------------\nTaro Yamada\nNational Institute\nhttps://www.univ.example/\n--------------------",
    "stars": "**********\n山田 太郎\nE-mail: taro@univ.example\n**********",
    "equal signs and a line between": "==========\n理学部\n----------\n山田太郎（内線 1234）\n==========",
    "no line below": "_________________\n山田太郎\n〒411-8540 三島市谷田1111",
    "waves, as Japanese charsets have them": "～～～～～～～～～～\n山田太郎\n内線 1234\n～～～～～～～～～～",
    "plus signs": "＋＋＋＋＋＋＋＋＋＋\n山田太郎\nTEL 055-981-0000\n＋＋＋＋＋＋＋＋＋＋",
    "long dashes": "——————————\nTaro Yamada\nTel: +81-55-981-0000\n——————————",
    "double lines": "══════════\n山田太郎\nFAX：055-981-0000\n══════════",
    "diamonds": "◇◆◇◆◇◆◇◆◇◆\n山田太郎\n携帯 090-0000-0000\n◇◆◇◆◇◆◇◆◇◆",
}


@pytest.mark.parametrize(
    "below", ["", "\n\n> Dear Taro\n", "\n\n差出人: Desk\n日時: 2026/4/1\n宛先: Taro\n件名: x\n\n同意"]
)
@pytest.mark.parametrize("drawn", SIGNATURES)
def test_a_signature_below_a_drawn_line_is_not_new(drawn: str, below: str) -> None:
    assert new_text(f"承知しました。\n\n{SIGNATURES[drawn]}{below}") == "承知しました。"


@pytest.mark.parametrize(
    "text",
    [
        "次のとおり変更してください。\n----------\n山田太郎\n電話 055-981-0000\n----------",
        "追加する方です：\n----------\n鈴木花子\nhanako@univ.example\n----------",
        "お願いします。\n----------\n氏名：鈴木花子\nメール：hanako@univ.example\n----------",
        "エラーが出ます。\n----------\nssh: connect to host gw.example port 22\nConnection refused\n----------",
        "質問です。\n==========\n1. 電話 055-981-0000 は使えますか\n2. 内線 1234 は使えますか\n==========",
        "別件です。\n----------\n電話 055-981-0000 に変わりました。\n以上です。\n----------\n",
        "----------\n山田太郎\n電話 055-981-0000\n----------",
        "二点あります。\n----------\n山田太郎\n電話 055-981-0000\n----------\nお電話をお待ちしています。",
    ],
)
def test_what_stands_between_drawn_lines_and_may_be_meant_stays(text: str) -> None:
    assert new_text(text) == text.strip("\n")
