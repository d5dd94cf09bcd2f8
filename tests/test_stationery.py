"""The bytes of letters: what a mail program and a relay get, and that nothing a person wrote becomes a header."""

import email
import email.header
import email.policy
import email.utils
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from letter_examples import DESK, EXAMPLES, LETTERS, LOG, every_language, every_letter, words

from mailbot.core.events import LetterWritten
from mailbot.core.outcome import Letter
from mailbot.core.token import mac
from mailbot.edge.letters import Stationery

KEYS = {"k1": b"first key", "k2": b"second key"}
STATIONERY = Stationery(DESK, KEYS)
AT = datetime(2026, 4, 6, 1, 2, 3, 456000, tzinfo=UTC)
THREAD = ("<first@univ.example>", "2026-00042.3", "2026-00042.4", "<second@univ.example>")
EARLIER = {"2026-00042.3": ("taro@univ.example", "k2"), "2026-00042.4": ("taro@univ.example", "gone")}


def made(letter: LetterWritten, name: str = "2026-00042.7") -> bytes:
    return STATIONERY.build(name, letter, AT, LOG, EARLIER.get)


def opened(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


@every_letter
@every_language
def test_a_mail_program_reads_back_what_was_written(name: str, language: str) -> None:
    letter = words(name, language)
    raw = made(letter)
    message = opened(raw)
    assert message["Subject"] == letter.subject
    assert message["To"].addresses[0].addr_spec == letter.to
    assert message["From"].addresses[0].addr_spec == DESK.address
    assert message["From"].addresses[0].display_name == DESK.titles[language]
    text = message.get_content().replace("\r\n", "\n")
    assert text == f"{letter.text}\n\n-- \n{DESK.titles[language]}\n{LOG}\n"
    assert raw == made(letter)


@every_letter
@every_language
def test_a_mail_keeps_to_the_limits_of_lines(name: str, language: str) -> None:
    raw = made(words(name, language))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert raw.isascii()
    head, _, body = raw.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 120
    assert max(map(len, body.split(b"\r\n"))) <= 200


@every_language
def test_the_log_line_is_the_last_line(language: str) -> None:
    message = opened(made(words("consent", language)))
    assert message.get_content().rstrip("\r\n").splitlines()[-1] == LOG


def test_addresses_of_a_letter_carry_its_token() -> None:
    letter = words("missing", "en")
    proof = mac(KEYS["k1"], DESK.name, "2026-00042.7", letter.to)
    message = opened(made(letter))
    assert message["Reply-To"].addresses[0].addr_spec == f"helpdesk+2026-00042.7.{proof}@desk.example"
    assert message["Message-ID"] == f"<2026-00042.7.{proof}@desk.example>"
    assert STATIONERY.envelope_sender("2026-00042.7", letter) == f"helpdesk+2026-00042.7.{proof}@desk.example"
    assert email.utils.parsedate_to_datetime(message["Date"]) == AT.replace(microsecond=0)
    assert str(message["Date"]).endswith("+0900")


def test_references_come_from_names_of_letters_and_no_token_is_journaled() -> None:
    example = EXAMPLES["missing"]("en")
    letter = LETTERS.words(Letter("missing", example.to, "applicant", ("en",), example.data, THREAD), 7, "k1")
    proof = mac(KEYS["k2"], DESK.name, "2026-00042.3", "taro@univ.example")
    message = opened(made(letter))
    expected = ["<first@univ.example>", f"<2026-00042.3.{proof}@desk.example>", "<second@univ.example>"]
    assert str(message["References"]).split() == expected, "a letter whose key is gone is left out"
    assert message["In-Reply-To"] == "<second@univ.example>"
    own = mac(KEYS["k1"], DESK.name, "2026-00042.7", letter.to)
    assert letter.thread == THREAD
    assert proof not in letter.model_dump_json()
    assert own not in letter.model_dump_json()


@pytest.mark.parametrize(
    ("to", "written"),
    [
        ("taro@例え.jp", "taro@xn--r8jz45g.jp"),
        ("taro@straße.example", "taro@xn--strae-oqa.example"),
        ("用户@例え.jp", "用户@xn--r8jz45g.jp"),
    ],
)
def test_an_address_beyond_ascii_stands_in_the_header_as_any_relay_or_one_with_smtputf8_takes_it(
    to: str, written: str
) -> None:
    letter = words("missing", "en").model_copy(update={"to": to})
    raw = made(letter)
    assert f"\r\nTo: <{written}>\r\n".encode() in raw
    assert raw.isascii() == to.startswith("taro")
    message = email.message_from_string(raw.decode(), policy=email.policy.SMTPUTF8)
    assert message["To"].addresses[0].addr_spec == written
    assert message["Reply-To"].isascii()
    assert message["Message-ID"].isascii()
    assert STATIONERY.envelope_sender("2026-00042.7", letter).isascii()
    own = mac(KEYS["k1"], DESK.name, "2026-00042.7", to)
    assert own in message["Reply-To"], "the proof is made of the address as the journal has it"


WICKED = (
    "x\r\nBcc: victim@univ.example",
    "x\n\nbody",
    "x\rBcc: victim@univ.example",
    "x\u2028\x0b\x1cBcc: victim@univ.example",
    "題名\r\nBcc: victim@univ.example",
    "=?utf-8?q?x=0D=0ABcc=3A_victim=40univ.example?=",
    "x\x00\x1b[31m",
    "語" * 300,
    "word " * 60,
)


@pytest.mark.parametrize("text", WICKED)
def test_no_subject_title_address_or_reference_can_add_a_header(text: str) -> None:
    plain = words("missing", "en")
    letter = plain.model_copy(update={"subject": text, "to": f"{text}@univ.example", "thread": (f"<{text}>",)})
    titled = Stationery(DESK.model_copy(update={"titles": {**DESK.titles, "en": text}}), KEYS)
    message = email.message_from_bytes(titled.build("2026-00042.7", letter, AT, LOG, EARLIER.get))
    usual = set(opened(made(plain)).keys())
    assert set(message.keys()) <= usual | {"In-Reply-To", "References"}
    assert "Dear Taro Iden" in message.get_payload(decode=True).decode()  # type: ignore[union-attr]


@pytest.mark.parametrize("text", WICKED)
def test_a_subject_reads_back_whatever_it_holds(text: str) -> None:
    letter = words("missing", "en").model_copy(update={"subject": text})
    message = email.message_from_bytes(made(letter))
    decoded = str(email.header.make_header(email.header.decode_header(message["Subject"])))
    assert decoded == " ".join(text.split())
