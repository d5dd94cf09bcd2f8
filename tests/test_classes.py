"""Machines and people, in whole mails: what is taken for automatic, what a bounce says of whom, and which letter."""

import asyncio
import base64
import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import machine_mails
import pytest
from desks import in_a_loop
from foreign import needs_corpora, raw_of, rows

from mailbot import desks
from mailbot.core.evidence import NOTHING, gather
from mailbot.core.message import Message, Report, Unreadable
from mailbot.core.rules import Rules
from mailbot.core.token import claims
from mailbot.edge.parsing import parse
from mailbot.flow.reader import Reader

ROOT = Path(__file__).parent.parent
MACHINES = ("autoreply", "bounce", "feedback", "list", "own")
MIME = "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
TOKEN = "2026-00042.7.abcdefghijklmnop"
TO_US = f"To: helpdesk+{TOKEN}@desk.example\nIn-Reply-To: <{TOKEN}@desk.example>\n"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return desks.rules_for(ROOT / "no.toml", ROOT / "rules", ROOT / "templates")


def read(raw: bytes | str) -> Message:
    message = parse(raw if isinstance(raw, bytes) else raw.encode())
    assert isinstance(message, Message), message
    return message


def sorted_as(raw: bytes | str, rules: Rules) -> tuple[str, str]:
    facts = gather(read(raw), NOTHING, rules, {}, believe=True)
    return facts.sort, facts.sort_row


def written(text: str) -> Iterator[Any]:
    for block in text.strip().split(">>> ")[1:]:
        name, _, mail = block.partition("\n")
        head, _, body = mail.partition("\n\n")
        sender = "" if "From:" in head else "From: Anna <anna@uni.example>\n"
        yield pytest.param(f"{sender}{head}\n{MIME}\n{body}", id=name.replace(" ", "-"))


@pytest.mark.parametrize("mail", list(written(machine_mails.ANSWERED_BY_MACHINES)))
def test_a_machine_that_answers_is_known(mail: str, rules: Rules) -> None:
    assert sorted_as(mail, rules)[0] == "autoreply"


@pytest.mark.parametrize("mail", list(written(machine_mails.ANSWERED_BY_MACHINES)))
def test_it_is_known_as_well_when_it_answers_a_letter_of_ours(mail: str, rules: Rules) -> None:
    assert sorted_as(TO_US + mail, rules)[0] == "autoreply"


@pytest.mark.parametrize("mail", list(written(machine_mails.WRITTEN_BY_PEOPLE)))
def test_people_who_write_of_the_same_things_are_people(mail: str, rules: Rules) -> None:
    assert sorted_as(mail, rules)[0] not in MACHINES


@pytest.mark.parametrize("mail", list(written(machine_mails.WRITTEN_BY_PEOPLE)))
def test_through_a_list_an_answer_to_our_letter_is_an_answer(mail: str, rules: Rules) -> None:
    listed = "List-Id: <staff.lists.example>\nList-Post: <mailto:staff@lists.example>\nPrecedence: list\n"
    assert sorted_as(listed + TO_US + mail, rules)[0] in ("answer", "consent", "command", "status")
    assert sorted_as(listed + mail, rules)[0] == "list"


FORM = (
    "From: Taro <taro@uni.example>\nSubject: {subject}\n"
    + MIME
    + """
Family name: Yamada
First name: Taro
Email: taro@uni.example
Nationality: Japan
Affiliation: Example University
Purpose of use: {purpose}
Desired account name: taro
Responsible person is the applicant: yes
"""
)


@pytest.mark.parametrize(
    "subject, purpose",
    [
        ("Application", "Automatic reply to questions of participants; this is an automated system."),
        ("申請", "不在のため参加できない方への自動応答。本メールは自動送信されています、という文の研究。"),
        ("Application", "I am out of the office until Monday; in my absence please contact my colleague."),
        ("Undeliverable goods: application", "Delivery failed, returned mail, user unknown: a study of 550 5.1.1"),
    ],
)
def test_a_filled_form_is_never_taken_for_a_machine_by_its_words(subject: str, purpose: str, rules: Rules) -> None:
    assert sorted_as(FORM.format(subject=subject, purpose=purpose), rules) == ("application", "filled form")


def test_a_machine_that_sends_a_form_on_says_so_in_its_header(rules: Rules) -> None:
    mail = "Auto-Submitted: auto-generated\n" + FORM.format(subject="x", purpose="y")
    assert sorted_as(mail, rules) == ("autoreply", "auto-submitted")


# Bounces

STATUS = """\
Reporting-MTA: dns; mx.example

Original-Recipient: rfc822;Prof@Uni.Example
Final-Recipient: rfc822; prof-2@inner.uni.example
Action: failed (given up)
Status: 5.1.1 (bad address)
Diagnostic-Code: smtp; 550 5.1.1 <prof@uni.example>: =?utf-8?Q?a=00b?=
    user unknown

Final-Recipient: x-local; nobody
Action: failed
Status: 5.0.0

Final-Recipient: <late@uni.example>
Action: delayed
Status: 4.4.1
"""
RETURNED = f"Subject: letter\nMessage-ID: <{TOKEN}@desk.example>\nFrom: helpdesk@desk.example\n"
NOTICE = (
    f"From: Mail System <MAILER-DAEMON@mx.example>\nTo: helpdesk@desk.example\nSubject: Mail delivery failed\n{MIME}"
)


def report_mail(status: str, returned: str = "", extra: str = "") -> str:
    parts = [
        "Content-Type: text/plain; charset=utf-8\n\nYour mail could not be delivered.\n",
        f"Content-Type: message/delivery-status\n{extra}\n{status}",
    ]
    parts += [f"Content-Type: text/rfc822-headers\n\n{returned}"] if returned else []
    body = "".join(f"--B\n{part}\n" for part in parts)
    return (
        "From: Mail System <MAILER-DAEMON@mx.example>\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n{body}--B--\n"
    )


def test_a_delivery_status_is_read_recipient_by_recipient() -> None:
    prof, late = read(report_mail(STATUS)).reports
    assert (prof.recipient, prof.action, prof.status) == ("prof@uni.example", "failed", "5.1.1")
    assert prof.said.split() == "550 5.1.1 <prof@uni.example>: a b user unknown".split()
    assert late == Report("late@uni.example", "delayed", "4.4.1", "")


def test_an_encoded_delivery_status_is_read_too() -> None:
    coded = base64.encodebytes(STATUS.encode()).decode()
    mail = report_mail(coded, extra="Content-Transfer-Encoding: base64\n")
    assert read(mail).reports == read(report_mail(STATUS)).reports


def test_what_the_other_system_said_is_clipped() -> None:
    said = read(report_mail(STATUS.replace("user unknown", "\x07very " * 2000))).reports[0].said
    assert len(said) <= 500
    assert said.isprintable()


def test_many_recipients_are_not_all_looked_at() -> None:
    status = "\n".join(f"Final-Recipient: rfc822; n{number}@x.example\nAction: failed\n" for number in range(900))
    assert len(read(report_mail("Reporting-MTA: dns; x\n\n" + status)).reports) == 100


@pytest.mark.parametrize(
    "mail, reports",
    [
        (
            "X-Failed-Recipients: A@x.example, b@x.example\n" + NOTICE + "\n550 5.1.1 no such user\n",
            [("a@x.example", "failed", "5.1.1"), ("b@x.example", "failed", "5.1.1")],
        ),
        (NOTICE + "\nSorry: <a@x.example> 550 5.7.1 refused\n", [("a@x.example", "failed", "5.7.1")]),
        (NOTICE + "\nTo <a@x.example>: not yet delivered, will be retried.\n", [("a@x.example", "delayed", "")]),
        (NOTICE + "\n<a@x.example> failed\n\nReceived: from z\nFrom: <c@x.example>\n", [("a@x.example", "failed", "")]),
        (NOTICE + "\n<a@x.example> and <b@x.example> failed\n", []),
        (NOTICE + f"\n{STATUS}", [("prof@uni.example", "failed", "5.1.1"), ("late@uni.example", "delayed", "4.4.1")]),
        (f"From: a@uni.example\nSubject: Hi\n{MIME}\nWrite to <a@x.example>\n", []),
    ],
    ids=["exim", "one", "late", "returned-below", "two", "status-in-the-text", "person"],
)
def test_without_a_delivery_status_the_words_are_looked_at(mail: str, reports: list[tuple[str, str, str]]) -> None:
    assert [(one.recipient, one.action, one.status) for one in read(mail).reports] == reports


def test_a_bounce_names_its_letter_by_the_mail_it_returns() -> None:
    in_text = NOTICE + f"\n<a@x.example> failed\n\n--- Below this line is a copy of the message.\n\n{RETURNED}"
    for mail in (report_mail(STATUS, RETURNED), in_text):
        assert [claim.letter for claim in claims(read(mail), "helpdesk@desk.example")] == ["2026-00042.7"]


def test_a_person_who_encloses_our_letter_does_not_answer_it() -> None:
    mail = (
        "From: a@x.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\n"
        f"Content-Type: text/plain\n\nWhat is this?\n--B\nContent-Type: message/rfc822\n\n{RETURNED}\nText\n--B--\n"
    )
    message = read(mail)
    assert message.enclosed[0].message_id == f"<{TOKEN}@desk.example>"
    assert claims(message, "helpdesk@desk.example") == ()


@in_a_loop
async def test_reports_come_through_the_reader() -> None:
    raw = report_mail(STATUS).encode()
    async with Reader() as reader:
        [answer] = await asyncio.wait_for(reader.read([(hashlib.sha256(raw).hexdigest(), raw)]), 60)
    assert isinstance(answer, Message)
    assert answer.reports == read(raw).reports
    assert len(answer.reports) == 2


@pytest.mark.parametrize(
    "mail",
    [
        "From: x@y.example\nSubject: Read: Your letter\n" + MIME + "\nYour message\n\nwas read on Friday.\n",
        "From: x@y.example\nSubject: 開封済み: ご案内\n" + MIME + "\nメッセージが開封されました。\n",
        "From: x@y.example\nSubject: Report domain: y.example Submitter: z.example Report-ID: 1\n" + MIME + "\nx\n",
        "From: x@y.example\nSubject: FW: hello\n" + MIME + "\nThis is an email abuse report for an email message.\n",
        "From: x@y.example\nContent-Type: multipart/report; boundary=B\n\n--B\n\nx\n--B\n"
        "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; x@y.example\n--B--\n",
        "From: x@y.example\nSubject: unsubscribe\n" + MIME + "\nThis message was automatically generated by Mail.\n",
    ],
    ids=["receipt", "japanese-receipt", "dmarc", "abuse", "no-report-type", "unsubscribe"],
)
def test_reports_that_forget_their_form_are_known(mail: str, rules: Rules) -> None:
    assert sorted_as(mail, rules)[0] == "feedback"


def test_a_bounce_passed_on_without_a_word_is_a_bounce_and_with_a_word_a_question(rules: Rules) -> None:
    passed = (
        f"From: a@x.example\nSubject: Fwd: Undelivered Mail Returned to Sender\n{MIME}\n%s"
        "Begin forwarded message:\n\n> From: MAILER-DAEMON@mx.example\n> Subject: Undelivered Mail\n> Date: 1 May\n>\n"
        "> <helpdesk@desk.example>: 550 5.1.1 user unknown\n"
    )
    assert sorted_as(passed % "", rules) == ("bounce", "bounce passed on without a word")
    assert sorted_as(passed % "What went wrong?\n\n", rules)[0] == "enquiry"
    assert read(passed % "").reports == ()


# Mail nobody here wrote


@needs_corpora
def test_of_foreign_mail_at_most_two_of_a_kind_are_missed(rules: Rules) -> None:
    missed = Counter[str]()
    for row in rows("classes"):
        label = str(row["label"]).replace("mdn", "feedback")
        missed[label] += sorted_as(raw_of(row), rules)[0] != label
    assert missed.keys() == {"bounce", "autoreply", "feedback"}
    assert max(missed.values()) <= 2, missed


@needs_corpora
def test_most_foreign_bounces_say_whom_they_could_not_reach() -> None:
    bounces = [read(raw_of(row)) for row in rows("classes") if row["label"] == "bounce"]
    assert sum(bool(message.reports) for message in bounces) / len(bounces) >= 0.95


@needs_corpora
def test_foreign_replies_are_never_taken_for_a_machines(rules: Rules) -> None:
    mails = [(row["name"], f"From: a@x.example\nSubject: Re: hello\n{MIME}\n{row['input']}") for row in rows("replies")]
    assert len(mails) > 100
    assert [name for name, mail in mails if sorted_as(mail, rules)[0] in MACHINES] == []


def mutated(raws: list[bytes], source: random.Random) -> bytes:
    """A mail as a bad line or a bad program might leave it."""
    raw = bytearray(source.choice(raws)[:60_000])
    for _ in range(source.randint(1, 6)):
        at = source.randrange(len(raw) + 1)
        match source.randrange(4):
            case 0:
                del raw[at:]
            case 1:
                del raw[at : at + source.randint(1, 200)]
            case 2:
                raw[at:at] = source.choice(raws)[: source.randint(1, 300)]
            case _:
                old = source.choice([b"\n\n", b":", b"rfc822;", b"@", b"boundary", b"=", b"<"])
                raw = raw.replace(old, source.choice([b"", b"\n", b";", b"\xff", b"@@", b'""']), source.randint(1, 5))
    return bytes(raw)


def read_damaged(raws: list[bytes], rules: Rules, times: int) -> int:
    """How many of so many damaged mails could be read; every report in them is short and one line."""
    source, count = random.Random(3834), 0
    for _ in range(times):
        answer = parse(mutated(raws, source))
        if not isinstance(answer, Unreadable):
            count += 1
            assert gather(answer, NOTHING, rules, {}, believe=True).sort
            assert all(len(one.said) <= 500 and "\n" not in one.said for one in answer.reports)
    return count


def own_mails() -> list[bytes]:
    texts = machine_mails.ANSWERED_BY_MACHINES + machine_mails.WRITTEN_BY_PEOPLE
    return [report_mail(STATUS, RETURNED).encode(), (NOTICE + STATUS).encode()] + [
        str(mail.values[0]).encode() for mail in written(texts)
    ]


def test_damaged_mail_raises_nothing(rules: Rules) -> None:
    assert read_damaged(own_mails(), rules, 300) > 200


@needs_corpora
def test_damaged_foreign_mail_raises_nothing(rules: Rules) -> None:
    assert read_damaged([raw_of(row) for row in rows("messages")], rules, 300) > 200


@pytest.mark.long
@needs_corpora
def test_much_damaged_foreign_mail_raises_nothing(rules: Rules) -> None:
    assert read_damaged([raw_of(row) for row in rows("messages")], rules, 30_000) > 20_000
