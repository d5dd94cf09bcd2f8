"""Mails are read in a child process: one that kills or stalls it is named, and all others are read all the same."""

import asyncio
import hashlib
import logging
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from fresh import modules_with
from letter_examples import RULES
from reading_here import ReaderHere
from soak_mails import HUNGRY as NEARLY_ALL

from mailbot.core.attached import form_of, reading_of, skimmed
from mailbot.core.blank import blank
from mailbot.core.message import Attachment, Message, Unreadable
from mailbot.core.readings import Reading, Skimmed
from mailbot.edge.parsing import Limits
from mailbot.flow.process import LENGTH
from mailbot.flow.reader import GROUP_BYTES, GROUP_MAILS, Reader, ReaderBrokenError, Settings, groups, process
from mailbot.flow.reader.process import ChildEndedError, checked
from mailbot.flow.reader.protocol import ANSWERS, SETTINGS

T = TypeVar("T")
Mail = tuple[str, bytes]


def mail(raw: bytes) -> Mail:
    return hashlib.sha256(raw).hexdigest(), raw


def good(number: int) -> Mail:
    return mail(b"From: a@b.jp\nSubject: %d\n\nhello\n" % number)


HUNGRY = mail(b"From: a@b.jp\n\n" + b"x" * 5_000_000)
"""It is parsed in some ten times its size."""
ENDLESS = mail(b"From: a@b.jp\nTo: " + b"a@b.jp, " * 1_000_000 + b"\n\nx")
"""Addresses are read at some 2 microseconds each byte, if the header may be so long."""
LONG_HEADERS = Limits(header=20_000_000)
FRUGAL = Settings(seconds=15, mail_memory=75_000_000)
HASTY = Settings(seconds=1.0, mail_seconds=60, mail_memory=800_000_000, limits=LONG_HEADERS)
NO_MEMORY = "killed the reader (it needed more than 75000000 bytes of memory)"


def with_reader(settings: Settings, work: Callable[[Reader], Awaitable[T]]) -> T:
    async def run() -> T:
        async with Reader(settings) as reader:
            return await work(reader)

    return asyncio.run(run())


def read(mails: Sequence[Mail], settings: Settings | None = None) -> list[Message | Unreadable]:
    return with_reader(settings or Settings(), lambda reader: reader.read(mails))


def told(answers: Sequence[Message | Unreadable]) -> list[str]:
    return [answer.subject if isinstance(answer, Message) else answer.reason for answer in answers]


def test_what_reads_mails_knows_no_commands_and_decides_nothing() -> None:
    loaded = modules_with("mailbot.flow.reader.__main__")
    assert "mailbot.edge.parsing" in loaded
    for room in ("commands", "decide", "evidence", "steps", "registers"):
        assert not [name for name in loaded if name.startswith(f"mailbot.core.{room}")]


def test_answers_come_in_the_order_of_the_mails_over_several_groups() -> None:
    mails = [good(number) for number in range(2 * GROUP_MAILS + 7)]
    answers = read(mails)
    assert told(answers) == [str(number) for number in range(len(mails))]
    assert [answer.digest for answer in answers] == [digest for digest, _ in mails]


def test_a_message_survives_the_pipe_whole() -> None:
    raw = (
        "Message-ID: <m@x>\nFrom: =?utf-8?B?55Sz6KuL?= <a@b.jp>\nContent-Type: multipart/mixed; boundary=B\n\n"
        "--B\nContent-Type: text/plain; charset=utf-8\n\n申請\udcff\n"
        "--B\nContent-Type: application/pdf; name=a.pdf\n\nx\n"
        "--B\nContent-Type: message/rfc822\n\nSubject: old\nFrom: c@d.jp\n\ninner\n--B--\n"
    ).encode("utf-8", "surrogateescape")
    (answer,) = read([mail(raw)])
    assert isinstance(answer, Message)
    assert (answer.senders[0].name, answer.attachments[0].name, answer.enclosed[0].subject) == ("申請", "a.pdf", "old")
    assert "\ufffd" in answer.text
    assert answer.doubts


def test_an_unreadable_mail_and_no_mail_at_all_are_answered() -> None:
    assert read([]) == []
    (answer,) = read([mail(b"")])
    assert answer == Unreadable(hashlib.sha256(b"").hexdigest(), 0, "the mail is empty")


def test_a_mail_that_needs_too_much_memory_is_named_and_the_others_are_read(caplog: pytest.LogCaptureFixture) -> None:
    answers = told(read([good(1), HUNGRY, good(2)], FRUGAL))
    assert answers == ["1", NO_MEMORY, "2"]
    assert "3 mail(s) ended the reader" in caplog.text


def test_a_mail_that_takes_for_ever_is_named_and_the_others_are_read() -> None:
    assert told(read([good(1), ENDLESS, good(2)], HASTY)) == ["1", "took longer than 1 second to read", "2"]


def test_a_mail_alone_in_its_group_is_judged_too() -> None:
    assert told(read([HUNGRY], FRUGAL)) == [NO_MEMORY]


def test_a_mail_may_take_as_much_more_as_it_is_larger_than_ten_megabytes() -> None:
    usual = Settings()
    assert [usual.memory_for(size) for size in (1, 10_000_000, 15_000_000)] == [200_000_000, 200_000_000, 300_000_000]
    assert [usual.seconds_for(size) for size in (1, 10_000_000, 15_000_000)] == [1.0, 1.0, 1.5]
    assert (usual.memory_for(10**9), usual.seconds_for(10**9)) == (usual.memory, usual.seconds), "the desk's own limits"
    hungry = mail(HUNGRY[1] * 3)
    assert told(read([hungry], replace(FRUGAL, mail_memory=200_000_000))) == [""]


def test_a_mail_that_takes_more_processor_time_than_it_may_is_named_by_the_child_which_goes_on() -> None:
    async def run(reader: Reader) -> list[str]:
        answers = await reader.read([good(1), ENDLESS, good(2)])
        assert reader._child is not None
        assert reader._child.usable
        return told(answers)

    settings = Settings(mail_seconds=0.3, limits=LONG_HEADERS)
    assert with_reader(settings, run) == ["1", "took longer than 0.3 seconds to read", "2"]


def test_a_mail_of_which_there_is_too_much_to_say_is_named_and_the_others_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the child says is read in the process that has to answer everybody else."""
    monkeypatch.setattr(process, "MOST_ANSWER", 10_000)
    lengthy = mail(b"Subject: 0\n\n" + b"x" * 20_000)
    answers = told(read([good(1), lengthy, good(2)], HASTY))
    assert answers == ["1", "killed the reader (what was read in it comes to more than 0.01 MB)", "2"]


def test_what_is_kept_of_a_usual_group_is_listened_to() -> None:
    lengthy = [mail(f"Subject: {number}\n\n".encode() + b"x" * 1_000_000) for number in range(9)]
    assert told(read(lengthy, Settings())) == [str(number) for number in range(9)]


def test_the_limits_reach_the_child() -> None:
    assert told(read([good(1)], Settings(limits=Limits(size=20)))) == ["31 bytes, allowed are 20"]


def test_groups_are_small_in_mails_and_in_bytes() -> None:
    big = mail(b"x" * (GROUP_BYTES // 2))
    huge = mail(b"x" * (GROUP_BYTES + 1))
    mails = [good(1)] * 60 + [big, big, big, huge, good(2)]
    sizes = [len(group) for group in groups(mails)]
    assert [one for group in groups(mails) for one in group] == mails
    assert sizes == [25, 25, 11, 2, 1, 1]


def test_the_child_is_kept_between_groups_and_replaced_after_its_number() -> None:
    async def pids(reader: Reader) -> list[int]:
        seen = []
        for number in range(4):
            await reader.read([good(number)])
            assert reader._child is not None
            seen.append(reader._child._process.pid)
        return seen

    first, second, third, fourth = with_reader(Settings(groups=2), pids)
    assert first == second != third == fourth


def test_a_child_killed_from_outside_costs_no_mail() -> None:
    async def run(reader: Reader) -> list[str]:
        await reader.read([good(0)])
        assert reader._child is not None
        reader._child._process.kill()
        return told(await reader.read([good(1)]))

    assert with_reader(Settings(), run) == ["1"]


def test_after_a_cancelled_reading_the_next_answers_belong_to_the_next_mails() -> None:
    async def run(reader: Reader) -> list[str]:
        await reader.read([good(0)])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read([ENDLESS]), 0.3)
        return told(await reader.read([good(1)]))

    assert with_reader(replace(HASTY, seconds=60), run) == ["1"]


def test_readings_asked_for_at_once_do_not_mix() -> None:
    async def run(reader: Reader) -> list[list[str]]:
        answers = await asyncio.gather(*(reader.read([good(number)] * 30) for number in range(3)))
        return [told(one) for one in answers]

    assert with_reader(Settings(), run) == [["0"] * 30, ["1"] * 30, ["2"] * 30]


def test_a_reader_that_cannot_start_is_no_mails_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ReaderBrokenError, match="does not start"):
        read([good(1)])


def test_what_the_child_writes_to_stderr_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with pytest.raises(ReaderBrokenError):
        read([good(1)], Settings(memory=2**70))
    assert any(record.levelno == logging.WARNING and "reader: " in record.message for record in caplog.records)


def test_the_child_ends_when_its_stdin_closes() -> None:
    _, raw = good(1)
    settings = SETTINGS.dump_json(Settings())
    request = LENGTH.pack(len(settings)) + settings + LENGTH.pack(1) + LENGTH.pack(len(raw)) + raw
    command = [sys.executable, "-m", "mailbot.flow.reader"]
    done = subprocess.run(command, input=request, capture_output=True, timeout=30, check=True)
    ready = LENGTH.size + len(b"ready")
    ((kind, answer, _),) = ANSWERS.validate_json(done.stdout[ready + LENGTH.size :])
    assert (kind, answer.digest, done.stderr) == ("message", good(1)[0], b"")


def test_the_child_sees_nothing_of_the_parents_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOT_PASSWORD", "secret")

    async def environment(reader: Reader) -> bytes:
        await reader.read([good(1)])
        assert reader._child is not None
        return Path(f"/proc/{reader._child._process.pid}/environ").read_bytes()

    assert b"secret" not in with_reader(Settings(), environment)


# --- what is found of the forms where a mail is read


FORMS = RULES.forms
LOOKING = Settings(forms=FORMS)


def filled(language: str = "en") -> Mail:
    values = {"family_name": "Iden", "first_name": "Taro", "email": "taro@uni.example", "purpose": "Genomes of mice"}
    text = blank(FORMS["new-account"], language, values=values)
    return mail(f"From: a@b.jp\nSubject: x\nContent-Type: text/plain; charset=utf-8\n\n{text}".encode())


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_form_that_a_mail_fills_in_is_found_where_it_is_read(language: str) -> None:
    (applying,) = read([filled(language)], LOOKING)
    assert isinstance(applying, Message)
    assert applying.skimmed
    assert applying.skimmed.forms is FORMS
    assert applying.skimmed.form == "new-account"
    unaided = replace(applying, skimmed=None)
    assert applying.skimmed == skimmed(unaided, FORMS)
    assert applying.skimmed.reading
    assert applying.skimmed.reading.answers["email"] == ("taro@uni.example",)


def test_a_mail_that_takes_nearly_all_the_memory_is_read_where_forms_are_looked_for() -> None:
    (large,) = read([mail(NEARLY_ALL)], LOOKING)
    assert isinstance(large, Message)
    assert large.skimmed


class Stood:
    """A child as the parent sees it, which ends over a mail where it looks into attachments and for forms."""

    groups, usable = 1, True

    def __init__(self, settings: Settings) -> None:
        self._ends = settings.look

    async def ask(self, group: Sequence[Mail]) -> list[Message]:
        if self._ends:
            raise ChildEndedError("killed the reader")
        return [Message(digest, len(raw), attachments=FILES.get(digest, ())) for digest, raw in group]

    async def end(self) -> None: ...


FILES = {"with": (Attachment("a.pdf", "application/pdf", 5, "0" * 64),)}


def test_only_of_a_mail_with_attachments_it_is_said_that_they_were_not_looked_into(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def start(settings: Settings) -> Stood:
        return Stood(settings)

    monkeypatch.setattr("mailbot.flow.reader.Child.start", start)
    assert [getattr(one, "doubts", None) for one in read([("with", b"x"), ("without", b"x")], LOOKING)] == [
        ("its attachments were not looked into, they killed the reader",),
        (),
    ]


def test_a_mail_that_fills_in_no_form_is_not_looked_at_again() -> None:
    (asking,) = read([good(1)], LOOKING)
    assert isinstance(asking, Message)
    assert asking.skimmed == Skimmed(FORMS, None, None)


def test_what_was_found_of_other_forms_does_not_count() -> None:
    """Such as the forms before the rules were read again, while mails were read."""
    (applying,) = read([filled()], LOOKING)
    assert isinstance(applying, Message)
    fewer = {name: form for name, form in FORMS.items() if name != "new-account"}
    other = {"new-account": FORMS["new-account"].model_copy()}
    assert form_of(applying, FORMS) == form_of(applying, other) == "new-account"
    assert form_of(applying, fewer) != "new-account"
    found = applying.skimmed.reading if applying.skimmed else None
    assert reading_of(applying, FORMS["new-account"], answers_ours=False) is found
    assert reading_of(applying, other["new-account"], answers_ours=False) is not found
    assert reading_of(applying, FORMS["new-account"], answers_ours=True) is not found


def test_what_takes_too_long_to_look_through_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def for_ever(message: Message, forms: object) -> None:
        while True:
            pass

    monkeypatch.setattr("mailbot.flow.reader.__main__.skimmed", for_ever)
    (applying,) = asyncio.run(ReaderHere(replace(LOOKING, mail_seconds=0.05)).read([filled()]))
    assert isinstance(applying, Message)
    assert applying.skimmed is None
    assert form_of(applying, FORMS) == "new-account"


def test_new_forms_are_looked_for_from_the_next_mail_on() -> None:
    async def run(reader: Reader) -> list[Message | Unreadable]:
        first = await reader.read([filled()])
        await reader.change(replace(LOOKING, forms={"enquiry": FORMS["enquiry"]}))
        return [*first, *await reader.read([filled()])]

    before, after = with_reader(LOOKING, run)
    assert isinstance(before, Message)
    assert isinstance(after, Message)
    assert before.skimmed
    assert after.skimmed
    assert (before.skimmed.form, after.skimmed.form) == ("new-account", None)


def test_forms_read_again_are_looked_for_though_they_say_the_same() -> None:
    """Such as after a reload that changed the desk alone: what is found of the forms before counts no more."""
    again = {name: form.model_copy(deep=True) for name, form in FORMS.items()}

    async def run(reader: Reader) -> list[Message | Unreadable]:
        await reader.read([filled()])
        await reader.change(replace(LOOKING, forms=again))
        return await reader.read([filled()])

    (applying,) = with_reader(LOOKING, run)
    assert isinstance(applying, Message)
    assert applying.skimmed
    assert applying.skimmed.forms is again


@pytest.mark.parametrize(
    "claim",
    [("no-such-form", Reading({})), ("new-account", None), ("new-account", Reading({"no-such-field": ("x",)}))],
)
def test_a_child_that_finds_forms_or_fields_there_are_not_makes_no_sense(claim: tuple[str, Reading | None]) -> None:
    digest, raw = good(1)
    frame = ANSWERS.dump_json([("message", Message(digest, len(raw)), claim)])
    with pytest.raises(ChildEndedError, match="makes no sense"):
        checked(frame, [(digest, raw)], FORMS)
