"""No mail costs the service time: whatever its text, subject and header fields are made of, deciding it takes no longer
than a second of the process that has to answer everybody else.

What is measured is processor time, of the parent's share alone: parsing is the child's, and is cut off there.
"""

import time
import tracemalloc
from datetime import UTC, datetime
from itertools import count

import pytest
from letter_examples import RULES

from mailbot.core.commands.participants import above_consent
from mailbot.core.commands.reading import folded
from mailbot.core.decide import decide
from mailbot.core.evidence import NOTHING, claimed_letters, gather, opens
from mailbot.core.labels import label_key
from mailbot.core.lookups import lookups
from mailbot.core.message import Mailbox, Message
from mailbot.edge.parsing import MOST_LINES, MOST_TEXT, parse

NOW = datetime(2026, 4, 6, 1, tzinfo=UTC)
MOST_SECONDS = 1.0
NUMBERS = count(1)
LABELS = list(
    dict.fromkeys(
        text for form in RULES.forms.values() for rule in form.fields.values() for text in rule.label.values()
    )
)
FORM = "Family name: Yamada\nFirst name: Taro\nAffiliation: Example University\n"


def nearly(number: int) -> str:
    """A label with a letter that is wrong, another one for each number."""
    label = LABELS[number % len(LABELS)]
    at = number % len(label)
    return f"{label[:at]}{'abcdeあいう漢'[number % 9]}{label[at + 1 :]}{number // len(LABELS)}"


def repeated(piece: str, length: int = 300_000) -> str:
    return (piece * (length // len(piece) + 1))[:length]


TEXTS = {
    "a label again and again in one line": repeated("Name: "),
    "a label line by line": repeated("Name: x\n"),
    "a label with another value each": "\n".join(f"Name: x{number}" for number in range(80_000)),
    "the same label 20,000 times": "Family name: Yamada\n" * 20_000,
    "20,000 labels that are nearly one": "\n".join(f"{nearly(number)}: x" for number in range(20_000)),
    "20,000 quoted ones": "\n".join(f"> {nearly(number)}: x" for number in range(20_000)),
    "20,000 in Japanese": "\n".join(f"{nearly(number)}：あ" for number in range(20_000)),
    "every label": repeated("".join(f"{label}: x\n" for label in LABELS)),
    "a keyword line by line": repeated("STATUS\n"),
    "consent line by line": repeated("AGREE\n"),
    "nearly a keyword": repeated("ACEPT now\n"),
    "a sign that stands for eighteen": repeated("ﷺ"),
    "full-width spaces": repeated("\u3000") + "x",
    "brackets": repeated("("),
    "combining marks": "e" + repeated("\u0301"),
    "headers of quoted mails": repeated("On Mon, Jan 1, 2026 at 1:00 Taro <a@b.example> wrote:\n> x\n"),
    "reports of failures": repeated("<a@b.example>: host x said: 550 5.1.1 unknown\n"),
}


def mail(text: str) -> Message:
    """A mail with this text as the reader's child would hand it over."""
    head = f"From: a@univ.example\r\nMessage-ID: <{next(NUMBERS)}@univ.example>\r\nSubject: New account\r\n"
    head += "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    message = parse((head + text).encode())
    assert isinstance(message, Message)
    return message


def seconds(message: Message) -> float:
    """The processor time that finding out what to do with a mail takes."""
    began = time.process_time()
    claimed_letters(message, RULES)
    facts = gather(message, NOTHING, RULES, {})
    opens(message, facts, NOTHING, RULES)
    lookups(message, facts, NOTHING, RULES)
    decide({}, message, facts.model_copy(update={"number": "2026-00001"}), RULES, NOW)
    return time.process_time() - began


@pytest.mark.parametrize("form", ["", FORM], ids=["alone", "below a form"])
@pytest.mark.parametrize("text", TEXTS)
def test_a_mail_longer_than_is_looked_at_is_decided_within_a_second(text: str, form: str) -> None:
    assert any(seconds(mail(form + TEXTS[text])) < MOST_SECONDS for _ in range(3)), "not even the best of three"


@pytest.mark.parametrize("piece", ["a", "(", ";", " ", "<a@b.example>", "Re: ", "ﷺ", "【", "自動", "=?utf-8?q?a?= "])
def test_header_fields_of_a_megabyte_are_judged_within_a_second(piece: str) -> None:
    long = repeated(piece, 900_000)
    names = ("auto-submitted", "precedence", "return-path", "list-id", "x-auto", "authentication-results", "x-mailer")
    message = Message(
        digest=f"{next(NUMBERS):064x}",
        size=9,
        message_id=f"<{long}>",
        subject=long,
        senders=(Mailbox(long, "a@univ.example"),),
        headers=tuple((name, long) for name in names),
        text="hello",
    )
    assert seconds(message) < MOST_SECONDS


def test_only_so_many_lines_of_a_text_are_looked_at_and_the_facts_say_so() -> None:
    assert mail("x\n" * (MOST_LINES - 1) + "x").doubts == ()
    message = mail("x\n" * MOST_LINES + "AGREE")
    assert message.text == "\n".join(["x"] * MOST_LINES)
    assert message.doubts == (f"only the first {MOST_LINES} lines of the text were read",)


def test_only_so_many_characters_of_a_text_are_looked_at_and_the_facts_say_so() -> None:
    message = mail("x" * (MOST_TEXT + 1))
    assert message.text == "x" * MOST_TEXT
    assert message.doubts == (f"only the first {MOST_TEXT} characters of the text were read",)


@pytest.mark.parametrize(
    ("text", "above"),
    [
        ("I am away.\n\nAGREE\nDECLINE", "I am away.\n"),
        ("\nDecline: no time for it\nAGREE", ""),
        ("I do not\nagree\nat all.\n\nAGREE", "I do not\nagree\nat all.\n"),
        ("I am away.", ""),
        ("AGREE", ""),
        ("x.\n" * 300 + "AGREE", ""),
    ],
)
def test_what_stands_above_the_first_word_of_consent(text: str, above: str) -> None:
    assert above_consent(text) == above


def test_a_label_is_not_looked_for_beyond_any_length_of_one() -> None:
    assert label_key("ＮＡＭＥ：") == "name"
    assert len(label_key("ﷺ" * 200_000)) < 20_000


def test_lines_of_any_length_fill_no_memory() -> None:
    tracemalloc.start()
    try:
        for number in range(100):
            label_key(f"line {number} " + "x" * 200_000)
        assert tracemalloc.get_traced_memory()[0] < 2_000_000, "20 MB were asked for"
    finally:
        tracemalloc.stop()


def test_a_keyword_is_not_looked_for_beyond_any_length_of_one() -> None:
    assert folded("ＡＧＲＥＥ 。") == "agree"
    assert len(folded("ﷺ" * 200_000)) < 20_000
