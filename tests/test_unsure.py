"""Of a mail whose characters are not certain nothing doubtful is stored: the sender writes it again, clerks see what it
may say. What is the same in every charset counts."""

import pytest
from correspondence import MORGAN, Correspondence, said
from letter_examples import RULES
from test_clerk_commands import TARO

from mailbot.core.message import Attachment, Mailbox, Message
from mailbot.core.secrets import without
from mailbot.edge.parsing import parse

HEAD = b"From: taro@univ.example\nContent-Type: text/plain; charset=us-ascii\n\n"


def read(raw: bytes) -> Message:
    message = parse(raw)
    assert isinstance(message, Message)
    return message


def test_a_mail_that_several_charsets_fit_shows_each_reading_and_the_bytes() -> None:
    found = dict(read(HEAD + "Family name: Sato\nAffiliation: 名大\n".encode("euc_jp")).unsure)
    assert found["EUC-JP"] == "Affiliation: 名大"
    assert found["GB18030"] == "Affiliation: 叹络"
    assert found["bytes"] == "cc be c2 e7"


def test_html_is_shown_as_the_text_it_makes() -> None:
    raw = HEAD.replace(b"plain", b"html") + "<p>Affiliation: <b>名大</b></p>".encode("euc_jp")
    assert ("EUC-JP", "Affiliation: 名大") in read(raw).unsure


def test_a_mail_that_is_certain_shows_none() -> None:
    assert read(HEAD + "所属：例示大学です。よろしくお願いします".encode("cp932")).unsure == ()
    assert read(HEAD + "所属：例示大学".encode()).unsure == ()


def test_a_senders_name_in_raw_bytes_that_several_charsets_fit_is_no_name() -> None:
    doubtful = read("From: 高橋 <taro@univ.example>\n\nx\n".encode("euc_jp"))
    assert doubtful.senders == (Mailbox("", "taro@univ.example"),)
    assert "the sender's name can be read in several ways" in doubtful.doubts
    certain = read("From: 高橋 <taro@univ.example>\n\nx\n".encode())
    assert certain.senders == (Mailbox("高橋", "taro@univ.example"),)
    assert certain.doubts == ()


def test_a_secret_is_masked_in_readings_and_hidden_in_bytes() -> None:
    mail = without(read(HEAD + "名大 password: kE3!kd92-xQ\n".encode("euc_jp")))
    assert mail.unsure
    assert "kE3!kd92-xQ" not in str(mail.unsure)
    assert "bytes" not in dict(mail.unsure)


# What is certain all the same

FORM = "Your name: Taro Sato\nAffiliation: 名大\nYour login account: taro-s\nDetails of your request: My jobs stop.\n"


def enquired(text: str, *more: Attachment) -> Correspondence:
    """An enquiry in EUC-JP that does not say so."""
    message = read(HEAD + text.encode("euc_jp"))
    assert message.unsure
    of = Correspondence(RULES)
    of.apply(TARO, message.text, unsure=message.unsure, attachments=more)
    return of


def test_answers_in_ascii_are_stored_and_only_the_others_asked_for() -> None:
    of = enquired(FORM)
    assert of.case.values == {"name": "Taro Sato", "account": "taro-s", "details": "My jobs stop."}
    assert [(fault.field, fault.code) for fault in of.case.faults] == [("affiliation", "unreadable")]
    letter = said(of.last(TARO))
    assert "plain text in UTF-8" in letter
    assert "Your name: Taro Sato" in letter
    assert "名大" not in str(of.case) + letter


def test_clerks_see_the_readings_of_what_is_doubtful() -> None:
    text = of.last(MORGAN).text if (of := enquired(FORM)) else ""
    assert "EUC-JP:" in text
    assert "名大" in text


def test_a_doubtful_line_that_answers_nothing_stops_nobody() -> None:
    of = enquired(FORM.replace("名大", "Example University") + "\n-- \n佐藤\n")
    assert of.case.faults == ()
    assert of.case.step_kind == "task"
    assert of.last(TARO).template == "received"


@pytest.mark.parametrize(
    "text",
    [
        FORM.replace("Your login account", "アカウント"),
        FORM.replace("taro-s", "taro-s（仮）"),
        FORM.replace("taro-s", "taro-s\nアカウント: taro-x"),
    ],
    ids=["a label", "a part of an answer", "a second answer"],
)
def test_an_answer_is_doubtful_with_its_label_its_lines_and_its_like(text: str) -> None:
    of = Correspondence(RULES)
    of.apply(TARO, text, unsure=(("EUC-JP", "名大"), ("GB18030", "叹络")))
    assert "account" not in of.case.values
    assert "account" in {fault.field for fault in of.case.faults}


def test_a_long_answer_in_ascii_is_doubtful_if_doubtful_lines_follow() -> None:
    of = enquired(FORM.replace("My jobs stop.", "My jobs stop.\n毎日\nAlways."))
    assert "details" not in of.case.values
