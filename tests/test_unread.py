"""What a mail brings beside its text: a form in a text file is read like a body; what is not read is told."""

from datetime import UTC, datetime

import pytest
from letter_examples import RULES

from mailbot.core import attached
from mailbot.core import events as e
from mailbot.core.decide import decide
from mailbot.core.events import Facts, Sender
from mailbot.core.message import Attachment, Mailbox, Message
from mailbot.core.outcome import Decision
from mailbot.core.rules import Rules

AT = datetime(2026, 4, 6, 1, tzinfo=UTC)
FORM = """\
Your name: Ngozi Okafor
Affiliation: Example University
Your login account: nokafor
Details of your request: My jobs stop after an hour.
"""


@pytest.fixture(scope="module")
def rules() -> Rules:
    return RULES


def file(kind: str, name: str = "a.bin", text: str = "") -> Attachment:
    return Attachment(name, "application/octet-stream", 9, "0" * 64, kind, text=text)


def mail(text: str, *files: Attachment, subject: str = "") -> Message:
    senders = (Mailbox("Ngozi", "ngozi@univ.example"),)
    return Message("1" * 64, 99, subject=subject, senders=senders, text=text, attachments=files)


def decided(message: Message, rules: Rules, sort: str) -> Decision:
    sender = Sender(address="ngozi@univ.example", role="stranger", tier="0")
    number = "2026-00001" if sort == "application" else None
    (decision,) = decide({}, message, Facts(sort=sort, sender=sender, number=number), rules, AT)
    return decision


def answers(message: Message, rules: Rules) -> dict[str, tuple[str, ...]]:
    return dict(attached.reading_of(message, rules.forms["enquiry"], answers_ours=False).answers)


# The form in a file


def test_a_form_in_an_attached_text_is_read_like_a_body(rules: Rules) -> None:
    message = mail("Please see the form attached.", file("text", text=FORM))
    assert attached.form_of(message, rules.forms) == "enquiry"
    assert answers(message, rules)["account"] == ("nokafor",)
    assert answers(message, rules) == answers(mail(FORM), rules)


def test_a_form_in_an_attached_text_may_be_quoted(rules: Rules) -> None:
    quoted = "\n".join(f"> {line}" for line in FORM.splitlines())
    assert answers(mail("See below.", file("text", text=quoted)), rules) == answers(mail(FORM), rules)


def test_what_stands_in_text_and_file_counts_once_and_what_differs_twice(rules: Rules) -> None:
    other = FORM.replace("nokafor", "n-okafor").replace("Example University", "EXAMPLE  university")
    found = answers(mail(FORM, file("text", text=other)), rules)
    assert found["account"] == ("nokafor", "n-okafor")
    assert found["affiliation"] == ("Example University",)


@pytest.mark.parametrize(
    "words", ["see attached", "Please see the attached file.", "添付のとおりです。", "別紙参照", ""]
)
def test_an_answer_that_only_names_the_file_is_none(rules: Rules, words: str) -> None:
    body = FORM.replace("My jobs stop after an hour.", words)
    assert answers(mail(body, file("text", text=FORM)), rules)["details"] == ("My jobs stop after an hour.",)


@pytest.mark.parametrize("text", ["Your login account: other\n", "2026-04-06 job 17 ended\nerror: none\n"])
def test_a_text_that_is_no_form_answers_nothing(rules: Rules, text: str) -> None:
    assert answers(mail(FORM, file("text", text=text)), rules) == answers(mail(FORM), rules)


def test_a_file_never_commands(rules: Rules) -> None:
    decision = decided(mail("Hello.", file("text", text="WITHDRAW\n")), rules, "enquiry")
    assert not [event for event in decision.events if event.kind == "withdrawn"]


# What is not read


@pytest.mark.parametrize("kind", sorted(attached.UNREAD | attached.ALONE))
def test_a_mail_with_nothing_but_an_unread_file_is_set_aside_and_its_sender_told(rules: Rules, kind: str) -> None:
    decision = decided(mail("My form is attached.", file(kind, "form.bin")), rules, "enquiry")
    assert decision.events[-1] == e.Quarantined(reason="it brings what is not read (form.bin); its sender was told")
    assert [(letter.template, letter.to, letter.languages) for letter in decision.letters] == [
        ("not_read", "ngozi@univ.example", ("en",))
    ]


def test_where_a_mail_has_no_words_its_sender_is_told_in_every_language(rules: Rules) -> None:
    decision = decided(mail("", file("locked", "smime.p7m")), rules, "enquiry")
    assert [letter.languages for letter in decision.letters] == [("en", "ja")]


def test_an_encrypted_text_is_told_like_an_encrypted_file(rules: Rules) -> None:
    decision = decided(mail("-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"), rules, "enquiry")
    assert [letter.template for letter in decision.letters] == ["not_read"]


def test_the_blank_that_a_mail_asks_for_goes_out_all_the_same(rules: Rules) -> None:
    title = rules.forms["new-account"].title["en"]
    decision = decided(mail("Here is my card.", file("document"), subject=title), rules, "enquiry")
    assert [letter.template for letter in decision.letters] == ["forms", "not_read"]


@pytest.mark.parametrize("kind", ["image", "text", "key", "signature", ""])
def test_what_mail_programs_add_sets_no_mail_aside(rules: Rules, kind: str) -> None:
    decision = decided(mail("Hello, a question.", file(kind)), rules, "enquiry")
    assert [letter.template for letter in decision.letters] == ["forms"]


@pytest.mark.parametrize("kind", ["autoreply", "bounce", "list", "feedback", "own"])
def test_no_automatic_mail_is_told(rules: Rules, kind: str) -> None:
    assert decided(mail("Away.", file("locked")), rules, kind).letters == ()


def test_in_a_case_the_sender_is_told_and_every_clerk_what_came(rules: Rules) -> None:
    message = mail(FORM, file("program", "photo.jpg"), file("image", "b.png"))
    decision = decided(message, rules, "application")
    assert decision.events[-1] == e.MailAttached(by="ngozi@univ.example", sort="application", why="files_unread")
    told = [letter for letter in decision.letters if "files" in letter.data]
    assert [letter.template for letter in told] == ["not_read", *["passed_on"] * len(rules.desk.clerks)]
    assert told[0].data["files"] == (attached.File("photo.jpg", "program"),)
    assert told[1].data["files"] == (attached.File("photo.jpg", "program"), attached.File("b.png", "image"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\r\nSubject: x\u200b.zip", "a Subject: x.zip"),
        ("{{ case }}.zip", "{{ case }}.zip"),
        ("x" * 90 + ".exe", "…" + "x" * 55 + ".exe"),
    ],
)
def test_a_name_is_shown_as_it_is_written_whatever_is_hidden_in_it(name: str, shown: str) -> None:
    assert attached.files(mail("", file("program", name))) == (attached.File(shown, "program"),)


def test_a_pdf_beside_a_form_that_was_read_is_nothing_to_tell(rules: Rules) -> None:
    decision = decided(mail(FORM, file("pdf")), rules, "application")
    assert "not_read" not in [letter.template for letter in decision.letters]
