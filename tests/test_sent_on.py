"""A mail that somebody sends on with fields its sender never wrote: the border vouches only for what they wrote."""

import dataclasses

import pytest
from letter_examples import RULES

from mailbot.core import token
from mailbot.core.case import LetterInfo
from mailbot.core.events import Facts
from mailbot.core.evidence import Remembered, gather
from mailbot.core.message import Message
from mailbot.edge.parsing import parse

DESK, SECRET = RULES.desk, {"k1": b"k" * 32}
MORGAN = "morgan@staff.desk.example"
NAME = "2026-00001.1"
MAC = token.mac(SECRET["k1"], DESK.name, NAME, MORGAN)
REPLY, REFERENCE = token.reply_address(DESK.address, NAME, MAC), token.message_id(DESK.address, NAME, MAC)
WRONG = REPLY.replace(MAC, "a" * 16)
KNOWN = Remembered({NAME: LetterInfo(to=MORGAN, role="clerk", key="k1", seq=1, template="review")}, {})
VOUCHED = "dmarc=pass header.from=staff.desk.example"


def arrived(fields: str) -> Message:
    """A mail of the clerk with these fields, as the border passes it on."""
    raw = f"From: <{MORGAN}>\n{fields}\nSubject: Re: minutes\n\nACCEPT\n".replace("\n", "\r\n").encode()
    message = parse(raw)
    assert isinstance(message, Message)
    return dataclasses.replace(message, evidence=(VOUCHED,))


def tier(message: Message) -> str:
    sender = gather(message, KNOWN, RULES, SECRET).sender
    return sender.tier if sender else ""


@pytest.mark.parametrize(
    "fields",
    [f"To: {REPLY}", f"To: HELPDESK <{REPLY.upper()}>, ngozi@uni.example", f"To: {REPLY}\nDelivered-To: {REPLY}"],
    ids=["alone", "among others", "delivered too"],
)
def test_an_answer_as_mail_programs_write_it_is_vouched_for(fields: str) -> None:
    assert tier(arrived(fields)) == "2"


@pytest.mark.parametrize(
    "fields",
    [
        f"To: ngozi@uni.example\nDelivered-To: {REPLY}",
        f"To: ngozi@uni.example\nX-Original-To: {REPLY}",
        f"To: ngozi@uni.example\nEnvelope-To: {REPLY}",
        f"To: ngozi@uni.example\nCc: {REPLY}",
        f"To: ngozi@uni.example\nReferences: {REFERENCE}",
        f"To: ngozi@uni.example\nIn-Reply-To: {REFERENCE}",
        f"To: {REPLY}\nTo: ngozi@uni.example",
        f"To: ngozi@uni.example\nTO: {REPLY}",
        f"To: {WRONG}\nDelivered-To: {REPLY}",
        f"To: {DESK.address}\nReferences: {REFERENCE}",
        f"Delivered-To: {REPLY}",
    ],
)
def test_a_token_that_somebody_may_have_added_finds_the_letter_and_no_more(fields: str) -> None:
    facts = gather(arrived(fields), KNOWN, RULES, SECRET)
    assert (facts.letter, facts.sender and facts.sender.tier) == (NAME, "1")
    assert facts.sender is not None
    assert facts.sender.why[-2:] == (VOUCHED, "the token stands outside To")


@pytest.mark.parametrize("fields", [f"To: {WRONG}\nDelivered-To: {REPLY}", f"To: {REPLY}\nDelivered-To: {WRONG}"])
def test_decided_again_without_keys_it_is_as_sure_as_it_was(fields: str) -> None:
    facts = gather(arrived(fields), KNOWN, RULES, SECRET)
    assert gather(arrived(fields), KNOWN, RULES, facts) == facts


def test_what_was_written_down_before_this_was_told_apart_is_decided_as_it_was() -> None:
    mail = arrived(f"To: {REPLY}")
    facts = gather(mail, KNOWN, RULES, SECRET)
    before = Facts.model_validate({name: value for name, value in facts.model_dump().items() if name != "added"})
    assert gather(mail, KNOWN, RULES, before) == facts
