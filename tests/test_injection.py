"""What a stranger writes becomes neither a header nor a template: in a subject, a name, an answer, a file's name."""

import base64
import re
from datetime import UTC, datetime

import pytest
from letter_examples import LETTERS, LOG, RULES
from strange_files import document
from worlds import APPLICATION, PURPOSE

from mailbot.core.decide import decide
from mailbot.core.events import LetterWritten
from mailbot.core.evidence import NOTHING, gather
from mailbot.core.lookups import lookups
from mailbot.core.message import Message
from mailbot.core.registers import not_imported
from mailbot.edge.parsing import parse_with_contents
from mailbot.edge.parsing.limits import Limits
from mailbot.edge.stationery import Stationery
from mailbot.flow.reader.looking import looked_into

NOW = datetime(2026, 4, 6, 1, 2, 3, tzinfo=UTC)
STATIONERY = Stationery(RULES.desk, {"k1": b"a key"})
FIELDS = """from to reply-to subject date message-id in-reply-to references auto-submitted x-auto-response-suppress
    x-mailbot-desk mime-version content-type content-transfer-encoding content-language precedence""".split()
LINE = re.compile(rb"[!-9;-~]+: [\t -~]+|[ \t]+[!-~][\t -~]*")
"""A line of a header (RFC 5322 §2.2): a name and a value, or a folded value that is more than white space."""
INJECTIONS = {
    "CRLF": "x\r\nBcc: victim@univ.example",
    "LF": "x\nBcc: victim@univ.example",
    "CR": "x\rBcc: victim@univ.example",
    "the end of the header": "x\r\n\r\nanother body",
    "NUL": "x\0\r\nBcc: victim@univ.example",
    "a line separator": "x\u2028Bcc: victim@univ.example",
    "a paragraph separator": "x\u2029Bcc: victim@univ.example",
    "next line": "x\x85Bcc: victim@univ.example",
    "a vertical tab and a form feed": "x\x0bBcc: victim@univ.example\x0cSubject: y",
    "separators of files": "x\x1cBcc: victim@univ.example\x1dSubject: y\x1e",
    "an encoded word that decodes to CRLF": "=?utf-8?q?x=0D=0ABcc=3A_victim=40univ.example?=",
    "the same in base64": "=?utf-8?b?eA0KQmNjOiB2aWN0aW1AdW5pdi5leGFtcGxl?=",
    "an encoded word within one": "=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3D0D=3D0ABcc=3A_y=3F=3D?=",
    "folding": "x\r\n Bcc: victim@univ.example",
    "another Subject": "x\r\nSubject: y\r\nFrom: z@univ.example",
    "CRLF in full width": "x\uff0d\uff0aBcc: victim@univ.example",
    "what loses its upper bits": "x\u560d\u560aBcc: victim@univ.example",
    "an escape": "x\x1b]0;title\x07\x1b[31m",
    "a quotation mark": 'x" <victim@univ.example>, "y',
    "an angle bracket": "x <victim@univ.example>",
    "a long word": "語" * 400,
}
TEMPLATES = [
    *("{{ 7*7 }}", "{% raw %}49{% endraw %}", "{# a note #}", "${7*7}", "#{7*7}", "%(name)s", "%s%n", "{0.__class__}"),
    *("{{ desk.clerks }}", "{{ ''.__class__.__mro__ }}", "{% include 'review' %}", "{{ say('reasons', 'x') }}"),
]
FREE = ("Family name", "First name", "Research field", "Job title", "Affiliation", "Address", "Desired account name")
"""Fields of which any words may be the answer, or whose wrong answer is repeated."""
LABELS = [line.partition(":")[0] for line in APPLICATION.splitlines()]


def mail(subject: str, name: str, text: str, file: str = "") -> bytes:
    """A mail in MIME, whatever its words hold."""
    head = f"From: {word(name)} <person1@uni.example>\r\nTo: helpdesk@desk.example\r\nSubject: {word(subject)}\r\n"
    head += "Message-ID: <m@uni.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n"
    parts = [("text/plain; charset=utf-8", text.encode("utf-8", "surrogatepass"))]
    if file:
        parts.append((f'application/msword; name="{word(file)}"', document()))
    encoding = "Content-Transfer-Encoding: base64"
    body = "".join(
        f"--B\r\nContent-Type: {kind}\r\n{encoding}\r\n\r\n{base64.encodebytes(data).decode()}\r\n"
        for kind, data in parts
    )
    return f"{head}{body}--B--\r\n".encode()


def word(text: str) -> str:
    """One encoded word (RFC 2047), however long."""
    return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


def application(**answers: str) -> str:
    """The whole form, with other answers by label."""
    lines = APPLICATION.format(name="Keller", number=1, purpose=PURPOSE).splitlines()
    return "".join(
        f"{label}: {answers.get(label, line.partition(': ')[2])}\n" for label, line in zip(LABELS, lines, strict=True)
    )


def written(raw: bytes) -> list[LetterWritten]:
    """The letters that the mail brings about, put into words."""
    read = parse_with_contents(raw, Limits())
    assert isinstance(read, tuple)
    message = looked_into(*read)
    assert isinstance(message, Message)
    facts = gather(message, NOTHING, RULES, {}, believe=True)
    rows = tuple(map(not_imported, lookups(message, facts, NOTHING, RULES)))
    facts = facts.model_copy(update={"number": "2026-00001", "rows": rows})
    letters = [letter for decision in decide({}, message, facts, RULES, NOW) for letter in decision.letters]
    return [LETTERS.words(letter, number, "k1") for number, letter in enumerate(letters, 1)]


def header(letter: LetterWritten) -> dict[str, bytes]:
    """The header of the letter's bytes, read as strictly as RFC 5322 is written."""
    raw = STATIONERY.build("2026-00001.1", letter, NOW, LOG, lambda name: None)
    head, end, _ = raw.partition(b"\r\n\r\n")
    assert end
    assert b"\0" not in raw
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    lines = head.split(b"\r\n")
    assert all(LINE.fullmatch(line) for line in lines), head
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    fields = [part.split(b": ", 1) for part in re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n")]
    names = [name.decode().lower() for name, _ in fields]
    assert len(names) == len(set(names)), "no field is there twice"
    assert set(names) <= set(FIELDS), names
    assert {"from", "to", "subject", "date", "message-id"} <= set(names)
    return dict(zip(names, (value for _, value in fields), strict=True))


def recipients(letters: list[LetterWritten]) -> set[str]:
    return {letter.to for letter in letters}


CLERKS = {clerk.address for clerk in RULES.desk.clerks}
USUAL = recipients(written(mail("Application", "Person 1", application(), file="a.doc")))


@pytest.mark.parametrize("text", INJECTIONS.values(), ids=INJECTIONS)
def test_a_subject_and_a_name_add_no_header_to_any_letter(text: str) -> None:
    letters = written(mail(text, text, application(), file=f"{text}.doc"))
    general = written(mail(text, text, "How do I apply?\n"))
    assert letters
    assert recipients(general) <= {"person1@uni.example", *CLERKS}
    assert general
    for letter in [*letters, *general]:
        fields = header(letter)
        assert fields["to"] == f"<{letter.to}>".encode()
        assert b"helpdesk@desk.example" in fields["from"]
        assert b"victim" not in fields["from"] + fields["to"] + fields["reply-to"]
    assert recipients(letters) == USUAL


@pytest.mark.parametrize("name", list(INJECTIONS)[::3])
@pytest.mark.parametrize("label", LABELS)
def test_no_answer_adds_a_header_to_any_letter(label: str, name: str) -> None:
    letters = written(mail("Application", "Person 1", application(**{label: INJECTIONS[name]})))
    assert letters
    for letter in letters:
        fields = header(letter)
        assert b"victim" not in fields["to"] + fields["from"] + fields["reply-to"] + fields["subject"]
        assert fields["to"] == f"<{letter.to}>".encode()
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", letter.text), "a text has lines and words"
    assert recipients(letters) <= USUAL


@pytest.mark.parametrize("text", TEMPLATES)
def test_template_syntax_comes_out_as_it_was_written(text: str) -> None:
    answers = dict.fromkeys(FREE, f"Plain {text}")
    letters = written(mail(text, text, application(**answers), file=f"{text}.doc"))
    shown = "\n".join(letter.text for letter in letters)
    flat = " ".join(shown.split())
    assert flat.count(" ".join(text.split())) >= 2, shown
    assert "49" not in shown.replace(text, "")
    for letter in letters:
        header(letter)


@pytest.mark.parametrize("label", LABELS)
def test_template_syntax_in_any_answer_is_nothing_but_words(label: str) -> None:
    letters = written(mail("Application", "Person 1", application(**{label: " ".join(TEMPLATES)})))
    shown = "\n".join(letter.text for letter in letters)
    assert letters
    assert not re.search(r"(?<!%})49(?!{%)", " ".join(shown.split()))
    assert "<class" not in shown
    for letter in letters:
        header(letter)
