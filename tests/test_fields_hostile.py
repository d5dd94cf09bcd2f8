"""No answer costs the service time: whatever stands in a field, reading it takes as long as its length says, at most.

What is measured is processor time, and the best of several turns, so that a busy machine is not taken for a slow one.
"""

import time
import tracemalloc
from collections.abc import Callable

import pytest
from letter_examples import RULES

from mailbot.core.fields import FAULTS, TYPES, types, understand
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.types import read
from mailbot.core.fields.wrong import Wrong
from mailbot.core.rules import FieldRule, FieldType

ASKING = Asking(("gmail.com",), "en")
LENGTHS = (2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 200_000)
MOST_SECONDS = 0.05
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHkPTLgKQTzQrZbHVLTOJw7vXqkxbbSpYZpcfz1vFqYA "


def repeated(piece: str, before: str = "", after: str = "x") -> Callable[[int], str]:
    return lambda length: f"{before}{(piece * (length // len(piece) + 1))[:length]}{after}"


PIECES = (
    "a@|a@b.|a@b.example |a.|a |a|A|1|1 |1,|1-|12/|-|- |_ |+|.| |\t|\n| \n|\u3000|(|)|()|( |(a|[|[ ]|[ |[x] yes |<|<a@"
    "|<a@b|< |<mailto:|mailto:|ext |x |#|内線|tel |〒|〒1|-〒|一|二十|元|令和|令和8年|2026/|jan |jan1|1st of |月|月曜"
    "|yes |yes/no |no|はい|はい/|☑ |☐|○|×|なし |none |TB|1 TB |約|程度|Japan/|Japan, |と|the |republic of |共和国"
    "|国籍|required |(必須)|ssh-rsa AAAA |ssh-rsa |AAAA\n|AAAA |AAAAAXg=|Comment: \\\n"
    "|---- BEGIN SSH2 PUBLIC KEY ----\n|ÅÄ|é|e\u0301|ﷺ|ｱﾞ|Ａ１|\u200b|。|、|「|あ|あ |漢字|𠮷|🗹|\ud7ff|%|'’|\\"
).split("|")
HOSTILE = {
    **{piece: repeated(piece) for piece in (*PIECES, KEY)},
    "1 … x": repeated(" ", "1", "x"),
    "( … x": repeated(" ", "(", "x"),
    "yes … maybe": repeated(" ", "yes", "maybe"),
    "03-1234-5678 … x": repeated(" ", "03-1234-5678", " ext ?"),
    "2026/4/1 … x": repeated(" ", "2026/4/1", "x"),
    "1 TB … x": repeated(" ", "1 TB", "?"),
    "a key and … x": repeated(" ", KEY, "<"),
    "a key and links": repeated("<mailto:", KEY, ""),
    "taro@univ.example … x": repeated(" ", "taro@univ.example", "<"),
    "[a@…": repeated("a@", "[", "]"),
    "mailto and …": repeated("@", "<mailto:a", ""),
    "spaces in a form": repeated(" ", "[", "required"),
}
"""What a pattern that goes back and forth takes longest over, by what it is made of."""

RULE: dict[FieldType, FieldRule] = {}
for form in RULES.forms.values():
    for rule in form.fields.values():
        RULE.setdefault(rule.type, rule)


def seconds(work: Callable[[], object], enough: float) -> float:
    """The processor time of the best of three turns, in each of which answers are read anew; one turn where the first
    is already quick enough."""
    best = float("inf")
    for _ in range(3):
        types._remembered.cache_clear()
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
        if best < enough:
            break
    return best


def test_every_type_stands_in_a_form_here() -> None:
    assert RULE.keys() == TYPES.keys()


@pytest.mark.parametrize("kind", TYPES)
def test_no_answer_takes_longer_to_read_than_its_length_says(kind: FieldType) -> None:
    """From length to length the time at most doubles, and the longest answer stays below a limit that nobody notices;
    what is lost between two measurements of less than a few milliseconds is noise."""
    rule = RULE[kind]
    for name, text_of in HOSTILE.items():
        before, taken = 0.0, 0.0
        for length in LENGTHS:
            text = text_of(length)
            before, taken = taken, seconds(lambda text=text: read(text, rule, ASKING), 0.005)  # type: ignore[misc]
            assert taken < MOST_SECONDS, f"{name!r}, {length} characters"
            assert taken < 0.005 or not before or taken < 3 * max(before, 0.005), f"{name!r}, {length} characters"


@pytest.mark.parametrize("kind", TYPES)
def test_an_answer_that_is_too_long_says_so_with_how_long_it_may_be(kind: FieldType) -> None:
    longest = TYPES[kind].longest
    wrong = read("1a" * (longest // 2 + 1), RULE[kind], ASKING)
    assert wrong == Wrong("too_long", {"maximum": str(longest)})
    assert FAULTS["too_long"].kind == "invalid"
    assert "too_long" in TYPES[kind].faults


@pytest.mark.parametrize("kind", TYPES)
def test_a_line_to_write_on_is_no_answer_however_long_it_is(kind: FieldType) -> None:
    if not TYPES[kind].ticks:
        assert read("_" * 50_000, RULE[kind], ASKING) == ""


@pytest.mark.parametrize("name", RULES.forms)
@pytest.mark.parametrize("hostile", ["a@", " ", "(", "<a@", "1,", "ssh-rsa AAAA ", "〒", "[ ]"])
def test_a_form_that_is_hostile_in_every_field_is_understood_in_no_time(name: str, hostile: str) -> None:
    form = RULES.forms[name]
    for length in (2_000, 20_000, 200_000):
        text = repeated(hostile, "1")(length // len(form.fields))
        answers = dict.fromkeys(form.fields, (text,))
        taken = seconds(lambda answers=answers: understand(form, RULES.desk, answers, "en"), 0.02)  # type: ignore[misc]
        assert taken < 2 * MOST_SECONDS, f"{length} characters"


@pytest.mark.parametrize("name", RULES.forms)
def test_a_form_with_every_field_answered_very_often_is_understood_in_no_time(name: str) -> None:
    form = RULES.forms[name]
    answers = {key: tuple(f"{number}@" * 20 for number in range(200)) for key in form.fields}
    assert seconds(lambda: understand(form, RULES.desk, answers, "en"), 0.1) < 1


def test_answers_of_which_nothing_is_left_are_not_kept_in_memory() -> None:
    rule = RULE["line"]
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(20):
            read(f"{number}{'あ' * 200_000}", rule, ASKING)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 400_000, "not one of them"
