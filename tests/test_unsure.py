"""A mail whose characters are not certain stores nothing: the sender writes again, clerks see what it may say."""

from mailbot.core.message import Mailbox, Message
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
