"""What of a mail is new: top, bottom and interleaved posting, the reply headers of many clients, signatures."""

import pytest
from costs import seconds
from foreign import needs_corpora, rows

from mailbot.core.quoting import new_text, split
from mailbot.core.quoting.headers import REPLY_HEADERS, Header, reply_header

QUOTE = "> Please tell us\n> your postal code.\n"
HEADERS = {
    "Gmail": "On Wed, Apr 1, 2026 at 10:00 AM Help Desk <desk@desk.example> wrote:",
    "Gmail, wrapped": "On Wed, Apr 1, 2026 at 10:00 AM The Help Desk of the Institute <\ndesk@desk.example> wrote:",
    "Gmail in Japanese": "2026年4月1日(水) 10:00 ヘルプデスク <desk@desk.example>:",
    "Apple Mail": "> On Apr 1, 2026, at 10:00, Help Desk <desk@desk.example> wrote:",
    "Apple Mail in Japanese": "2026/04/01 10:00、Help Desk <desk@desk.example>のメール:",
    "Apple Mail in Japanese, older": "2026/04/01 10:00、Help Desk <desk@desk.example> のメッセージ:",
    "Thunderbird": "On 4/1/26 10:00, Help Desk wrote:",
    "Thunderbird in Japanese": "(2026/04/01 10:00), Help Desk wrote:",
    "Thunderbird in Japanese, older": "Help Deskさんは書きました:",
    "Becky!": "On Wed, 1 Apr 2026 10:00:00 +0900\nHelp Desk <desk@desk.example> wrote:",
    "French": "Le mer. 1 avr. 2026 à 10:00, Help Desk <desk@desk.example> a écrit :",
    "German": "Am 01.04.2026 um 10:00 schrieb Help Desk:",
    "Spanish": "El 1/4/2026 10:00, Help Desk <desk@desk.example> escribió:",
    "Italian": "Il giorno mer 1 apr 2026 alle ore 10:00 Help Desk <desk@desk.example>\nha scritto:",
    "Portuguese": "Em 1 de abril de 2026 às 10:00, Help Desk escreveu:",
    "Dutch": "Op 1 april 2026 10:00 schreef Help Desk <desk@desk.example>:",
    "Chinese": "Help Desk <desk@desk.example> 于2026年4月1日周三 10:00写道：",
    "French, with a space that does not break": "Le mer. 1 avr. 2026 à 10:00, Desk <desk@desk.example> a écrit\u00a0:",
    "French, with a narrow one": "Le mer. 1 avr. 2026 à 10:00, Help Desk <desk@desk.example> a écrit\u202f:",
    "Spanish, with such a space": "El 1/4/2026 10:00, Help Desk <desk@desk.example> escribió\u00a0:",
    "Notes": "-----On 3 May 2026 desk@desk.example wrote: -----",
    "Notes, shorter": "On 3 May 2026 desk@desk.example wrote:--",
    "capitals": "ON 3 MAY 2026 DESK@DESK.EXAMPLE WRITES",
    "Yahoo in Japanese": "山田さんは書きました (2026/11/21 10:15)",
    "Yahoo in both languages": "山田さん wrote (2026/11/21 10:15):",
    "Korean": "2026년 4월 1일 (수) 오전 10:00, Help Desk님이 작성:",
}
BLOCKS = {
    "Outlook": "From: Help Desk <desk@desk.example>\nSent: April 1, 2026 10:00 AM\nTo: Taro\nSubject: Form",
    "Outlook with a ruler": "________________________________\nFrom: Help Desk\nSent: April 1\nTo: Taro\nSubject: Form",
    "Outlook in Japanese": "差出人: Help Desk\n送信日時: 2026年4月1日 10:00\n宛先: Taro\nCC: 山田\n件名: RE: 申請",
    "Outlook in bold": "*From:* Help Desk\n*Sent:* April 1\n*To:* Taro\n*Subject:* Form",
    "Outlook with a long line": "From: Help Desk\n<desk+2026-00042.7.abcdefgh@desk.example>\nSent: April 1\nTo: Taro",
    "an older Outlook": "-----Original Message-----\nFrom: Help Desk",
    "Yahoo": "----- Original Message -----\nFrom: Help Desk\nTo: Taro\nDate: 2026/4/1, Wed 10:00\nSubject: Form",
    "a client in Japanese": "-------- 元のメッセージ --------\n送信者: Help Desk",
    "full-width colons": "差出人：Help Desk\n日時：2026年4月1日\n宛先：Taro\n件名：申請",
}


@pytest.mark.parametrize("client", HEADERS)
def test_what_stands_above_a_quote_is_new(client: str) -> None:
    assert new_text(f"411-8540\n\nThank you.\n\n{HEADERS[client]}\n\n{QUOTE}") == "411-8540\n\nThank you."


@pytest.mark.parametrize("client", HEADERS)
def test_what_stands_below_a_quote_is_new(client: str) -> None:
    assert new_text(f"{HEADERS[client]}\n{QUOTE}\n411-8540\n") == "411-8540"


@pytest.mark.parametrize("client", HEADERS)
def test_below_a_header_without_quote_marks_nothing_is_new(client: str) -> None:
    header = HEADERS[client].removeprefix("> ")
    text = f"411-8540\n\n{header}\n\nPlease tell us\nyour postal code.\n\nACCEPT\n"
    assert new_text(text) == "411-8540"


def test_an_indented_header_counts_as_well_because_new_text_is_obeyed() -> None:
    assert new_text("Yes.\n\n     On April 1, 2026, Desk <d@desk.example> wrote:\n     ACCEPT\n") == "Yes."


@pytest.mark.parametrize("header", REPLY_HEADERS, ids=lambda header: header.like)
def test_what_the_table_of_reply_headers_takes_for_one_is_one_whatever_it_ends_in(header: Header) -> None:
    assert header.fits(header.like)
    words = header.like.rstrip(" \u00a0:：")
    ends = [
        "",
        ":",
        "：",
        " :",
        "\u00a0:",
        "\u202f：",
        "\u3000:",
        "。",
        ": -----",
        "---",
        " (1 Apr 2026)",
        " (1 Apr 2026):",
    ]
    for text in (header.like, *(f"{said}{end}" for said in (words, words.upper()) for end in ends)):
        assert reply_header([text]) == any(row.fits(text) for row in REPLY_HEADERS), text


@pytest.mark.parametrize("client", BLOCKS)
def test_below_a_header_block_nothing_is_new(client: str) -> None:
    text = f"411-8540\n\n{BLOCKS[client]}\n\nPlease tell us\nyour postal code.\n\nACCEPT\n"
    parts = split(text)
    assert parts.new == "411-8540"
    assert parts.quoted.endswith("Please tell us\nyour postal code.\n\nACCEPT")


def test_answers_between_quoted_lines_are_new() -> None:
    parts = split(f"{HEADERS['Thunderbird']}\n> Your name?\n\nTaro\n\n> Your code?\n411-8540\n> Regards\n>> deeper\n")
    assert parts.new == "Taro\n\n411-8540"
    assert parts.quoted == "Your name?\nYour code?\nRegards\ndeeper"


@pytest.mark.parametrize("mark", ["> ", ">", ">> ", "> > ", "| ", "》 ", "＞ "])
def test_quote_marks_of_several_kinds(mark: str) -> None:
    parts = split(f"Yes.\n{mark}ACCEPT\n{mark}now\n")
    assert parts.new == "Yes."
    assert parts.quoted == "ACCEPT\nnow"


def test_a_row_of_a_table_is_no_quote() -> None:
    assert new_text("| name | Taro |\n|---|---|\n| code | 411 |") == "| name | Taro |\n|---|---|\n| code | 411 |"


def test_the_rest_of_a_quoted_line_that_a_client_broke_is_quoted() -> None:
    text = "> Please reply with one word, and only if you are sure of it, which is\nACCEPT\n> or another.\nREJECT\n"
    assert new_text(text) == "REJECT"


def test_a_forwarded_mail_is_no_new_text() -> None:
    for title in (
        "---------- Forwarded message ---------",
        "Begin forwarded message:",
        "-------- 転送メッセージ --------",
    ):
        parts = split(f"For you.\n\n{title}\nFrom: Taro <taro@univ.example>\nSubject: Form\n\nFamily name: Yamada\n")
        assert parts.new == "For you."
        assert "Family name: Yamada" in parts.forwarded


def test_a_signature_ends_the_new_text_until_a_quote() -> None:
    parts = split(f"Yes.\n\n-- \nTaro Yamada\nTel 055\n\n{HEADERS['Gmail']}\n{QUOTE}\nACCEPT\n")
    assert parts.new == "Yes.\n\n\nACCEPT"
    assert parts.signature == "--\nTaro Yamada\nTel 055"


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from Mail for Windows 10",
        "iPhoneから送信",
        "Get Outlook for iOS<https://x.example>",
    ],
)
def test_what_a_phone_adds_is_left_out(line: str) -> None:
    assert new_text(f"Yes.\n\n{line}\n") == "Yes."


@pytest.mark.parametrize(
    "text",
    [
        "Sent from my desk, this is much easier than by telephone.",
        "On Monday I will be away.\nOn my return I wrote: all is well with the desk?\nYes.",
        "From: Tokyo\nwith love",
        "2026年から、研究者へのメッセージ\nを書いています。",
        "田中さんからのメール\nを見ました。",
        "Email: Taro <taro@univ.example>\nName: Taro",
        "The times are:\n10:30\nand 11:00",
        "x > y",
        "問い合わせ内容: <\n計算が止まります。\n>",
    ],
)
def test_prose_that_resembles_a_header_stays(text: str) -> None:
    assert new_text(text) == text


def test_line_ends_of_any_kind_become_lf() -> None:
    assert new_text("Yes.\r\nNo.\r\n\r\n> quoted\r\n") == "Yes.\nNo."


HOSTILE = {
    "a long line": "a" * 1_000_000,
    "a long quote": ">" * 1_000_000,
    "dashes": ("-" * 399 + "x\n") * 2_500,
    "dates": ("1:11 " * 70 + "@>:\n") * 2_800,
    "wrote": ("On 1 " + "wrote " * 60 + "wrote:\n") * 2_500,
    "headers with empty lines": ("On 1 April 2026, a <a@b> wrote:\n" + "\n" * 50) * 5_000,
    "headers with quotes": "On 1 April 2026, a <a@b> wrote:\n> x\n" * 30_000,
    "short lines": "abc\n" * 100_000,
    "colons": "abc:\n" * 100_000,
    "bars": ("| " * 50 + "\n") * 10_000,
    "phones": ("Sent from " + "a " * 100 + "x\n") * 5_000,
    "drawn lines": "-----\na\ntel 1\n" * 30_000,
    "a drawn line and signs": ("-" * 100 + "\n" + "tel: 1 " * 9 + "\n") * 10_000,
    "titles": "-----Original Message-----\nFrom: a\n" * 20_000,
    "a header and a quote": ("On 1 " + "<a@b " * 60 + "wrote: x\n") * 3_000,
    "mailers": ("Enviado do " + "a " * 60 + ".\n") * 8_000,
    "lone marks": ">\na\n" * 50_000,
}


@pytest.mark.parametrize("part, most", [(4, 0.5), pytest.param(1, 2.0, marks=pytest.mark.long)])
@pytest.mark.parametrize("mail", HOSTILE)
def test_a_hostile_mail_costs_no_more_than_its_length(mail: str, part: int, most: float) -> None:
    text = HOSTILE[mail][: len(HOSTILE[mail]) // part]  # all of it takes half a second; with a slow pattern minutes
    assert seconds(lambda: split(text), most) <= most


@needs_corpora
def test_the_visible_text_of_replies_nobody_here_wrote() -> None:
    replies = [(str(row["input"]), str(row["expected"])) for row in rows("replies") if row["kind"] == "reply"]
    right = [given for given, expected in replies if "".join(new_text(given).split()) == "".join(expected.split())]
    assert len(right) / len(replies) >= 0.95
