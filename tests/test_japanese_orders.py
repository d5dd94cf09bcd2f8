"""Orders as clerks write them in Japanese, in mails as Japanese mail programs make them; what only looks like one."""

import unicodedata
from email.message import EmailMessage

import pytest

from mailbot.core.commands import COMMANDS, Command, Mistake, Row, parse
from mailbot.core.commands.table import WORDS
from mailbot.core.message import Message
from mailbot.core.quoting import new_text
from mailbot.demo import jis
from mailbot.edge import parsing

REST = {
    "REJECT": "対象外です",
    "RECEIVED": "FAX 4月3日",
    "POSTED": "12-345",
    "REPLY": "ご確認ください",
    "ASK": "姓、名",
    "SET": "姓＝山田",
    "ALLOW": "姓 確認済み",
    "VOUCH": "責任者",
    "DUPLICATE": "2026-00017",
    "HOLD": "5日 出張中のため",
    "ASSIGN": "自分",
    "NOTE": "電話で確認済み",
    "SHOW": "履歴",
    "CONFIRM": "abcd-2345",
    "QUEUE": "自分",
}
"""What stands behind a keyword that wants something."""
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
HALF_WIDTH = {"ヘルプ": "ﾍﾙﾌﾟ", "メモ": "ﾒﾓ"}
JAPANESE = [(row, word) for row in COMMANDS for word in row.words if not word.isascii()]
ENGLISH = [(row, word) for row in COMMANDS for word in row.words if word.isascii()]


def mailed(text: str, charset: str = "iso-2022-jp") -> str:
    """The new text of a mail with this text above a quote, after it went through the wire."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "sato@staff.desk.example", "helpdesk@desk.example"
    whole = f"{text}\n\n> 承認（アカウント名 名前）（期限 日付）：申請を承認します\n"
    if charset == "iso-2022-jp":
        mail.set_content(jis.encode(whole), "text", "plain", cte="7bit", params={"charset": "ISO-2022-JP"})
    else:
        mail.set_content(whole, charset=charset)
    message = parsing.parse(mail.as_bytes())
    assert isinstance(message, Message)
    return new_text(message.text)


def ordered(text: str, charset: str = "iso-2022-jp") -> Command | Mistake:
    (only,) = parse(mailed(text, charset))
    return only


@pytest.mark.parametrize("charset", ["iso-2022-jp", "utf-8", "shift_jis"])
@pytest.mark.parametrize(("row", "word"), JAPANESE, ids=[word for _, word in JAPANESE])
def test_every_verb_can_be_written_in_japanese(row: Row, word: str, charset: str) -> None:
    rest = REST.get(row.verb, "")
    read = ordered(f"{word}　{rest}".strip(), charset)
    assert isinstance(read, Command)
    expected = "REOPEN" if row.verb == "RESUME" and WORDS[word].verb == "REOPEN" else row.verb
    assert (read.verb, read.text) == (expected, rest)


def test_every_verb_has_a_japanese_word() -> None:
    assert {row.verb for row in COMMANDS} == {row.verb for row, _ in JAPANESE}


@pytest.mark.parametrize("word", [word for row, word in JAPANESE if row.verb in REST])
@pytest.mark.parametrize("between", [" ", "　", "：", ":", "、", "： "])
def test_between_a_word_and_what_follows_stands_what_clerks_put_there(word: str, between: str) -> None:
    rest = REST[WORDS[word].verb]
    read = ordered(f"{word}{between}{rest}")
    assert isinstance(read, Command)
    assert read.text == rest


@pytest.mark.parametrize(("row", "word"), ENGLISH, ids=[word for _, word in ENGLISH])
@pytest.mark.parametrize("written", [str.upper, str.lower, str.title])
@pytest.mark.parametrize("wide", [False, True])
def test_an_english_word_may_be_of_any_case_and_width(row: Row, word: str, written, wide: bool) -> None:
    said = written(word).translate(FULL_WIDTH) if wide else written(word)
    read = ordered(f"{said}　{REST.get(row.verb, '')}".strip())
    assert isinstance(read, Command)
    assert read.verb == row.verb


@pytest.mark.parametrize(("word", "narrow"), HALF_WIDTH.items())
def test_half_width_kana_are_the_same_word(word: str, narrow: str) -> None:
    assert unicodedata.normalize("NFKC", narrow) == word
    read = ordered(f"{narrow} {REST.get(WORDS[word].verb, '')}".strip(), "utf-8")
    assert isinstance(read, Command)
    assert read.verb == WORDS[word].verb


@pytest.mark.parametrize(
    "text", ["承認。", "承認！", "承認します。", "　承認　", "差戻　姓", "差し戻します：姓", "再開。"]
)
def test_what_stands_around_an_order_is_no_matter(text: str) -> None:
    assert isinstance(ordered(text), Command)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("承認いたします", "ACCEPT"),
        ("承認致します。", "ACCEPT"),
        ("承認する", "ACCEPT"),
        ("承認です", "ACCEPT"),
        ("承認でお願いします", "ACCEPT"),
        ("「承認」", "ACCEPT"),
        ("【承認】", "ACCEPT"),
        ("承認しますか？", "ACCEPT"),
        ("承認?", "ACCEPT"),
        ("却下いたします　対象外です", "REJECT"),
        ("差戻しいたします　姓", "ASK"),
        ("差し戻しでお願いします　姓", "ASK"),
        ("保留にします　5日　出張中", "HOLD"),
        ("保留とします　5日　出張中", "HOLD"),
        ("担当者　森", "ASSIGN"),
        ("確認しました　abcd-2345", "CONFIRM"),
        ("表示してください", "SHOW"),
        ("了解しました", ""),
        ("承認しません", ""),
        ("承認しない", ""),
        ("却下しませんでした", ""),
        ("お疲れさまです。", ""),
    ],
)
def test_what_is_nearly_an_order_is_asked_about_and_never_carried_out(text: str, meant: str) -> None:
    read = ordered(text)
    assert isinstance(read, Mistake)
    assert (read.why, read.meant) == ("unknown_word", meant)


@pytest.mark.parametrize(
    "text",
    [
        "承認　よろしくお願いします",
        "承認　山田さんの件",
        "承認　アカウント名",
        "承認　期限",
        "ヘルプ　お願いします",
        "却下",
        "担当",
        "保留",
        "確認",
        "メモ",
    ],
)
def test_what_stands_behind_a_word_is_read_strictly(text: str) -> None:
    assert all(isinstance(part, Mistake) for part in parse(mailed(text)))
