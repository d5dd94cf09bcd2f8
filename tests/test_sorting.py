"""What kind of mail it is: the table, row by row, with mails as people and robots write them."""

import re
from dataclasses import replace

import pytest

from mailbot.core.message import Mailbox, Message
from mailbot.core.rules import Clerk, Desk
from mailbot.core.sorting import Clues, failures, phrases
from mailbot.core.sorting.table import TABLE, sort

DESK = Desk(
    name="HELPDESK",
    address="helpdesk@desk.example",
    titles={"en": "Help desk"},
    languages=("en",),
    clerks=(Clerk(name="C", address="clerk@desk.example"),),
)
HUMAN = Message(digest="0" * 64, size=1, senders=(Mailbox("Anna", "anna@uni.example"),), subject="Hello", text="Hello")


def with_headers(*headers: tuple[str, str], **changes: object) -> Message:
    return replace(HUMAN, headers=headers, **changes)


def sender(address: str, **changes: object) -> Message:
    return replace(HUMAN, senders=(Mailbox("", address),), **changes)


AUTOMATIC = [
    ("own", sender("helpdesk@desk.example")),
    ("own", with_headers(("x-mailbot-desk", "HELPDESK"))),
    ("own", replace(HUMAN, message_id="<2026-00001.2.abcdefghijklmnop@desk.example>")),
    ("feedback", replace(HUMAN, report="disposition-notification")),
    ("feedback", replace(HUMAN, report="feedback-report")),
    ("feedback", with_headers(("feedback-type", "abuse"))),
    ("bounce", replace(HUMAN, report="delivery-status")),
    ("bounce", replace(HUMAN, report="delivery-status", headers=(("auto-submitted", "auto-replied"),))),
    ("bounce", sender("MAILER-DAEMON@mx.example")),
    ("bounce", sender("MAILER-DAEMON")),
    (
        "bounce",
        sender("postmaster@uni.example", text="Your message could not be delivered."),
    ),
    ("bounce", with_headers(("x-failed-recipients", "x@y.example"))),
    ("bounce", with_headers(("return-path", "<>"), text="550 5.1.1 <x@y.example>: user unknown")),
    ("autoreply", with_headers(("return-path", "<>"))),
    ("bounce", replace(HUMAN, senders=(), subject="Mail delivery failed")),
    ("bounce", replace(HUMAN, subject="メールエラー通知")),
    ("bounce", replace(HUMAN, subject="Undeliverable: your application")),
    ("autoreply", with_headers(("auto-submitted", "auto-replied"), ("return-path", "<>"))),
    ("autoreply", with_headers(("auto-submitted", "auto-generated; x=y"))),
    ("autoreply", with_headers(("x-autoreply", "yes"))),
    ("autoreply", with_headers(("x-qmail-autoresponder", ""))),
    ("autoreply", with_headers(("x-auto-response-suppress", "All"))),
    ("autoreply", with_headers(("precedence", "auto_reply"))),
    ("autoreply", replace(HUMAN, subject="Automatic reply: Your application")),
    ("autoreply", replace(HUMAN, subject="Out of Office: back on Monday")),
    ("autoreply", replace(HUMAN, subject="自動応答: 申請について")),
    ("autoreply", replace(HUMAN, subject="【自動返信】お問い合わせありがとうございます")),
    ("autoreply", replace(HUMAN, subject="不在通知")),
    ("autoreply", replace(HUMAN, subject="Away", text="Automated reply: don´t answer it. I´m out of the office.")),
    ("list", with_headers(("list-id", "<news.list.example>"))),
    ("list", with_headers(("precedence", "bulk"))),
    ("list", with_headers(("list-unsubscribe", "<mailto:off@shop.example>"))),
    ("list", sender("no-reply@shop.example")),
]


@pytest.mark.parametrize("wanted, message", AUTOMATIC, ids=lambda value: value if isinstance(value, str) else "")
def test_automatic_mail_is_known(wanted: str, message: Message) -> None:
    assert sort(message, Clues(DESK, message.text, None, None))[0] == wanted


@pytest.mark.parametrize(
    "subject",
    [
        "Automation of our pipeline",
        "Re: Mail delivery failed",
        "My delivery of the form failed",
        "Re: your office",
        "不在者投票について",
        "自動化のご相談",
        "Autonomous vehicles: account",
        "Re: Automatic reply: your mail",
        "Automatic reply system for our lab",
        "自動返信が届きません",
        "Vacation schedule",
        "Delivery of the tokens",
    ],
)
def test_people_who_write_about_such_things_are_people(subject: str) -> None:
    assert sort(replace(HUMAN, subject=subject), Clues(DESK, "Hello", None, None))[0] == "enquiry"


@pytest.mark.parametrize(
    "wanted, answers, form, text",
    [
        ("application", None, "new-account", "Family name: X"),
        ("answer", "applicant", None, "Telephone: 1"),
        ("answer", "applicant", None, "AGREE"),
        ("status", "applicant", None, "STATUS"),
        ("status", "applicant", None, "状況"),
        ("consent", "responsible", None, "AGREE"),
        ("consent", "responsible", None, "先生方\n\n同意します。"),
        ("answer", "responsible", None, "What is this about?"),
        ("command", "clerk", None, "ACCEPT"),
        ("command", "clerk", None, "Dear colleagues"),
        ("application", "stranger", "new-account", "Family name: X"),
        ("enquiry", "stranger", None, "Thank you"),
        ("consent", "unknown", None, "同意します"),
        ("command", "unknown", None, "REJECT not eligible"),
        ("answer", "unknown", None, "Telephone: 1"),
        ("enquiry", None, None, "Hello"),
        ("consent", None, None, "agree"),
    ],
)
def test_what_people_write(wanted: str, answers: str | None, form: str | None, text: str) -> None:
    assert sort(HUMAN, Clues(DESK, text, form, answers))[0] == wanted


def test_a_keyword_from_a_clerks_address_alone_is_an_order_that_will_be_refused() -> None:
    assert sort(sender("clerk@desk.example"), Clues(DESK, "ACCEPT", None, None))[0] == "command"


def test_a_genuine_reply_through_a_list_is_a_reply() -> None:
    message = with_headers(("list-id", "<staff.list.example>"), ("precedence", "list"))
    assert sort(message, Clues(DESK, "AGREE", None, "responsible"))[0] == "consent"


@pytest.mark.parametrize(
    "headers",
    [
        (("auto-submitted", "no"),),
        (("x-auto-response-suppress", "DR, OOF"),),
        (("x-autoreply", "no"),),
        (("x-auto-response-suppress", "OOF"), ("precedence", "normal")),
    ],
)
def test_a_field_that_says_nothing_of_machines_changes_nothing(headers: tuple[tuple[str, str], ...]) -> None:
    assert sort(with_headers(*headers), Clues(DESK, "Hello", None, None))[0] == "enquiry"


def test_who_asks_for_no_automatic_answer_is_still_heard() -> None:
    message = with_headers(("x-auto-response-suppress", "All"))
    assert sort(message, Clues(DESK, "Family name: X", "new-account", None))[0] == "application"
    assert sort(message, Clues(DESK, "AGREE", None, "responsible"))[0] == "consent"
    assert sort(message, Clues(DESK, "My telephone is 1", None, "applicant"))[0] == "answer"


def test_the_postmaster_may_be_a_person() -> None:
    assert sort(sender("postmaster@uni.example"), Clues(DESK, "Hello", None, None))[0] == "enquiry"


def test_a_letter_of_ours_that_comes_back_from_its_reply_address_is_our_own() -> None:
    message = sender("helpdesk+2026-00042.7.abcdefghijklmnop@desk.example")
    assert sort(message, Clues(DESK, "Hello", None, None))[0] == "own"


def test_every_row_has_a_name_of_its_own() -> None:
    names = [name for name, _, _ in TABLE]
    assert len(set(names)) == len(names)


def test_phrases_are_compiled_when_they_are_first_looked_for_and_all_of_them_can_be() -> None:
    never = phrases.either_of("(")
    with pytest.raises(re.error):
        never.search("")
    found = [one for room in (phrases, failures) for one in vars(room).values() if isinstance(one, phrases.Phrases)]
    assert len(found) > 20
    for one in found:
        assert one.search("\n") is None, one.pattern
