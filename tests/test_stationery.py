"""The bytes of letters: what a mail program and a relay get, and that nothing a person wrote becomes a header."""

import email
import email.header
import email.policy
import email.utils
import re
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from letter_examples import DESK, EXAMPLES, LETTERS, LOG, every_language, of_every_letter, words

from mailbot.core.events import Enclosure, LetterWritten
from mailbot.core.outcome import Letter
from mailbot.core.token import mac
from mailbot.edge.stationery import Stationery
from mailbot.edge.stationery.coded import encoded_words

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


@of_every_letter
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


@of_every_letter
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


@pytest.mark.parametrize("most", [74, 66])
@pytest.mark.parametrize("name", ["Subject", "From", None])
@pytest.mark.parametrize(
    "text", ["語" * 300, "Réponse à votre demande — compte", "é" * 40, "𠮷野家 🎉 " * 9, "x\x00\x1b[31mé", "誓約書.pdf"]
)
def test_a_field_beyond_ascii_is_encoded_as_the_standard_library_does_it(
    text: str, name: str | None, most: int
) -> None:
    whole = email.header.Header(text, "utf-8", maxlinelen=most, header_name=name).encode(linesep="\r\n")
    assert encoded_words(text, len(f"{name}: ") if name else 0, most) == whole


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


# Letters with files

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 40
FILES = {
    "pledge-2026-00042.pdf": "application/pdf",
    "誓約書-2026-00042.pdf": "application/pdf",
    "how to get here.txt": "application/octet-stream",
    "症例登録用パスワード更新申請書（グループの代表者の署名が必要な場合を含む）-2026-00042.pdf": "application/pdf",
    "Übersicht; a=\"b\" 'c' %41.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def with_files(*names: str, letter: LetterWritten | None = None, log: str = LOG) -> bytes:
    files = [(Enclosure(name=name, file=name, digest="0" * 64), PDF + name.encode()) for name in names]
    return STATIONERY.build("2026-00042.7", letter or words("consent", "ja"), AT, log, EARLIER.get, files)


@every_language
def test_a_mail_program_finds_the_text_first_and_every_file_under_its_name(language: str) -> None:
    letter = words("consent", language)
    raw = with_files(*FILES, letter=letter)
    message = opened(raw)
    assert message.get_content_type() == "multipart/mixed"
    text, *files = message.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == f"{letter.text}\n\n-- \n{DESK.titles[language]}\n{LOG}\n"
    assert [(part.get_filename(), part.get_content_type()) for part in files] == list(FILES.items())
    assert [part.get_payload(decode=True) for part in files] == [PDF + name.encode() for name in FILES]
    assert {part.get_content_disposition() for part in files} == {"attachment"}
    assert not any(part.defects for part in message.walk())


@pytest.mark.parametrize("name", FILES)
def test_a_mail_program_that_knows_only_the_old_way_finds_the_name_too(name: str) -> None:
    (part,) = [part for part in email.message_from_bytes(with_files(name)).walk() if part.get_filename()]
    shown = email.header.make_header(email.header.decode_header(str(part.get_param("name"))))
    assert "".join(str(shown).split()) == "".join(name.split())


def test_lines_of_a_letter_with_files_are_as_short_as_relays_want_them() -> None:
    raw = with_files(*FILES)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    body = raw.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 80
    assert raw.endswith(b"--\r\n")


def test_the_same_letter_has_the_same_boundary_and_another_has_another() -> None:
    assert with_files(*FILES) == with_files(*FILES)
    boundaries = {opened(with_files("a.pdf", log=log)).get_boundary() for log in (LOG, LOG.replace("17", "18"))}
    assert len(boundaries) == 2
    assert all(re.fullmatch(r"=_[0-9a-f]{40}", str(boundary)) for boundary in boundaries)


def test_a_text_that_looks_like_a_boundary_ends_nothing() -> None:
    boundary = opened(with_files("a.pdf")).get_boundary()
    wicked = words("consent", "en").model_copy(update={"text": f"--=_\n--{str(boundary)[:-1]}\n--{boundary}x--\n"})
    text, file = opened(with_files("a.pdf", letter=wicked, log=LOG.replace("17", "18"))).iter_parts()
    assert str(boundary) in text.get_content()
    assert file.get_filename() == "a.pdf"


def test_a_letter_without_files_is_one_text() -> None:
    letter = words("consent", "ja")
    assert with_files(letter=letter) == made(letter)
    assert b"multipart" not in made(letter)
