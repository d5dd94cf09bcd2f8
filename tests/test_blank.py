"""The form as text to fill in: what it looks like, and that what is filled in is read back."""

import re
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.blank import blank
from mailbot.core.columns import width
from mailbot.core.events import Value
from mailbot.core.quoting import mark
from mailbot.core.reading import read, recognise
from mailbot.core.reading.shape import all_notes, fold, squeezed
from mailbot.core.rules import Form

RULES = Path(__file__).parent.parent / "rules"
FORMS = {
    path.stem: Form.model_validate(tomllib.loads(path.read_text("utf-8")) | {"name": path.stem})
    for path in sorted(RULES.glob("*.toml"))
    if path.stem != "desk"
}
FORM = FORMS["new-account"]
LANGUAGES = ["en", "ja"]
every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)

PURPOSE = (
    "We compare the genomes of wild rice lines to find the genes that decide when they flower.\n\n"
    "Email: this line looks like a label and is none.\n"
    "研究の目的は、野生イネのゲノム配列を比較し、開花時期を決める遺伝子を見つけることです。計算にはスパコンを用います。"
)


def written(form: Form, key: str, value: Value, language: str) -> str:
    """What a person would have written for a value."""
    if not isinstance(value, str):
        return ", ".join(value)
    if form.fields[key].type == "yes_no":
        return {"en": value, "ja": {"yes": "はい", "no": "いいえ"}.get(value, value)}[language]
    choices = form.fields[key].choices.get(value, {}).get(language, (value,))
    return choices[0]


def read_back(text: str, form: Form = FORM, *, answers_ours: bool = False) -> dict[str, tuple[str, ...]]:
    reading = read(text, form, answers_ours=answers_ours)
    assert reading.unread == ()
    return reading.answers


@every_form
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_empty_form_says_nothing_and_asks_for_every_field(form: Form, language: str) -> None:
    text = blank(form, language)
    assert read(text, form, answers_ours=False).answers == {}
    assert recognise("", text, FORMS) is None
    labels = [rule.label[language] for rule in form.fields.values() if rule.from_plan is None]
    places = [re.search(rf"\n{re.escape(label)}[ *＊]*[:：]", text).start() for label in labels]
    assert places == sorted(places)


@every_form
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_filled_in_is_taken_for_itself_among_all_of_them(form: Form, language: str) -> None:
    values = {key: "yes" if rule.type == "yes_no" else "x" for key, rule in form.fields.items()}
    asked = {key: text for key, text in values.items() if form.fields[key].from_plan is None}
    assert recognise("", blank(form, language, values=asked), FORMS) == form.name
    lines = "\n".join(f"{form.fields[key].label[language]}: {text}" for key, text in asked.items())
    assert recognise(f"Re: {form.title[language]}", lines, FORMS) == form.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_leaves_room_for_three_quote_marks_in_76_columns(language: str) -> None:
    values: dict[str, Value] = {"purpose": PURPOSE * 3, "ssh_public_key": f"ssh-ed25519 {'A' * 300} taro@pc"}
    lines = blank(FORM, language, values=values).split("\n")
    assert max(width(line) for line in lines) <= 70


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_markers_are_the_same_ascii_shape_in_each_language(language: str) -> None:
    lines = blank(FORM, language).split("\n")
    assert lines[0].startswith("=== form new-account begin === ")
    assert lines[-1].startswith("=== form new-account end === ")


@pytest.mark.parametrize(
    "subject, meant",
    [
        ("Change of registered details", "change-registration"),
        ("Re: password reset", "password-change"),
        ("パスワードを忘れました", "password-change"),
        ("Application for a new account", "new-account"),
    ],
)
def test_the_subject_says_which_form_is_meant_where_several_ask_alike(subject: str, meant: str) -> None:
    lines = "Account: taro-i\nName: Taro Iden\nPostal code: 411-8540\nAddress: 1111 Yata\nTelephone: 055-000-0000\n"
    assert recognise(subject, f"{lines}Affiliation: Example University\nEmail: taro@univ.example\n", FORMS) == meant


def test_values_that_are_kept_as_a_code_stand_there_in_words() -> None:
    values: dict[str, Value] = {"nationality": "DE", "employment": "part_time", "responsible_same": "yes"}
    assert "\nNationality *: Germany\n" in blank(FORM, "en", values=values)
    japanese = blank(FORM, "ja", values=values)
    assert all(
        f"{line}\n" in japanese for line in ("国籍＊： ドイツ", "勤務形態： 非常勤", "責任者は申請者と同じ＊： はい")
    )


def test_what_is_only_offered_is_not_marked_as_required() -> None:
    text = blank(FORM, "en", keys=["postal_code", "address"], help=False, offered=["address"])
    assert "\nPostal code *:\nAddress:\n" in text


def test_only_the_fields_asked_for_are_in_it() -> None:
    text = blank(FORM, "en", keys=["postal_code", "address"], help=False)
    assert text.split("\n") == [
        "=== form new-account begin === please keep this line ===",
        "New user registration",
        "",
        "Postal code *:",
        "Address *:",
        "",
        "=== form new-account end === please keep this line ===",
    ]


def test_values_stand_behind_their_label_or_below_it() -> None:
    values: dict[str, Value] = {
        "postal_code": "123-4567",
        "address": "3-2-1 Honmachi\nReiji City",
        "jga_ids": ("a", "b"),
    }
    text = blank(FORM, "ja", keys=list(values), values=values, help=False)
    assert "\n郵便番号＊： 123-4567\n" in text
    assert "\n住所＊：\n    3-2-1 Honmachi\n    Reiji City\n" in text
    assert "\nJGAアカウント： a, b\n" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_text_with_lines_like_labels_is_read_back_as_it_was(language: str) -> None:
    text = blank(FORM, language, values={"purpose": PURPOSE})
    assert read_back(text) == {"purpose": (PURPOSE,)}


def test_notes_are_left_out_only_because_the_form_itself_says_them() -> None:
    text = blank(FORM, "en").replace("Address *:", "Address *:\n# 4 Kitamachi\nReiji City")
    assert read_back(text) == {"address": ("# 4 Kitamachi\nReiji City",)}


def test_notes_that_a_client_broke_anew_are_still_notes() -> None:
    note = " ".join(FORM.fields["address"].help["en"].split())
    text = f"Family name: Yamada\nAddress:\n4 Kitamachi\n# {note[:20]}\n{note[20:]}\n"
    assert read_back(text)["address"] == ("4 Kitamachi",)


def test_an_answer_that_equals_the_example_is_an_answer() -> None:
    text = blank(FORM, "en").replace("Nationality *:", "Nationality *: Japan", 1)
    assert read_back(text) == {"nationality": ("Japan",)}


# What is filled in is read back. Left out of the generated values, because a mail cannot carry them or because
# reading gives them a meaning on purpose:
# - control and format characters, CR, tabs, line separators: mail programs change them;
# - a line that begins with a quote mark (> | 》), in a value of one line that is cut: it would be a quote;
# - a value that begins with a bracket, between rules or made of placeholder signs only: people leave those in
#   (`<value>`, `__value__`);
# - a value that equals a note of the form, and a line beginning with #: those lines are the form's own notes;
# - white space at the ends of a line, or three white spaces in a row: a form does not keep them.

LETTERS = st.characters(
    exclude_categories=("C", "Zl", "Zp"), exclude_characters="\u00a0\u1680\u2007\u202f<>＜＞《》|｜│┃#＃"
)
HARD_WORDS = st.sampled_from(
    [
        *("Email: x@y.example", "所属：別の所属", "【氏名】", "Purpose of use", "姓", "Fax: 1", "a:b", "：", "="),
        *(
            "10:30",
            "http://univ.example/a?b=c",
            "> 5 TB",
            "-- ",
            "----------",
            "On 1 April 2026, Taro wrote:",
            "From: a",
        ),
        *("Ｆｕｌｌ　Ｗｉｄｔｈ", "－－", "㈱髙﨑", "ｶﾅ", "x" * 90, "漢字" * 50),
    ]
)
NOTES, NOTE_LINES = (frozenset().union(*sets) for sets in zip(*map(all_notes, FORMS.values()), strict=True))


def kept(line: str) -> str:
    """A line as a form keeps it."""
    words = line.strip().split(" ")
    return " ".join(word for word in words if word).strip()


def speaks(value: str) -> bool:
    starts = all(line[:1] not in tuple(">＞》|｜│┃#＃") for line in value.split("\n"))
    wholly = not {value[:1], value[-1:]} & {*"<＜《[［【{｛〔(（_＿"} and any(letter.isalnum() for letter in value)
    return starts and wholly and squeezed(value) not in NOTES | NOTE_LINES


LINE = st.lists(st.text(LETTERS, max_size=12) | HARD_WORDS, max_size=14).map(lambda parts: kept(" ".join(parts)))
ONE_LINE = LINE.filter(speaks)
LINES = st.lists(LINE, min_size=1, max_size=6).map(lambda lines: "\n".join(lines).strip()).filter(speaks)
PARAGRAPH = LINES.map(lambda text: "\n".join(line for line in text.split("\n") if line))
WORD = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789-"), min_size=1, max_size=30).filter(speaks)
IDS = st.lists(WORD, min_size=1, max_size=12).map(tuple)
BY_TYPE: dict[str, st.SearchStrategy[Value]] = {
    "long": LINES,
    "lines": PARAGRAPH,
    "ids": IDS,
    "yes_no": st.sampled_from(["yes", "no"]),
    "ssh_public_key": st.text(st.sampled_from("ABCabc019+/"), min_size=60, max_size=700).map(
        lambda k: f"ssh-rsa {k} t@h"
    ),
}


def value_of(form: Form, key: str) -> st.SearchStrategy[Value]:
    rule = form.fields[key]
    if rule.choices:
        return st.sampled_from(sorted(rule.choices))
    return BY_TYPE.get(rule.type, ONE_LINE)


def filled(form: Form) -> st.SearchStrategy[tuple[Form, dict[str, Value]]]:
    asked = sorted(key for key, rule in form.fields.items() if rule.from_plan is None and rule.type != "plan")
    return st.tuples(
        st.just(form),
        st.sets(st.sampled_from(asked), min_size=1, max_size=5).flatmap(
            lambda keys: st.fixed_dictionaries({key: value_of(form, key) for key in sorted(keys)})
        ),
    )


FILLED = st.sampled_from(sorted(FORMS)).flatmap(lambda name: filled(FORMS[name]))
LAYS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "quoted": lambda text: "\n".join(f"> {line}".rstrip() for line in text.split("\n")),
    "quoted twice": lambda text: "\n".join(f">> {line}".rstrip() for line in text.split("\n")),
    "quoted without a space": lambda text: "\n".join(f">{line}" for line in text.split("\n")),
}


@pytest.mark.parametrize("lay", LAYS)
@settings(max_examples=60, deadline=None)
@given(language=st.sampled_from(LANGUAGES), about=FILLED)
def test_what_is_filled_in_is_read_back(lay: str, language: str, about: tuple[Form, dict[str, Value]]) -> None:
    form, values = about
    text = LAYS[lay](blank(form, language, values=values))
    expected = {key: (written(form, key, values[key], language),) for key in form.fields if key in values}
    assert read_back(text, form, answers_ours=lay != "plain") == expected


@settings(max_examples=60, deadline=None)
@given(about=FILLED)
def test_no_line_of_a_filled_form_is_too_wide(about: tuple[Form, dict[str, Value]]) -> None:
    form, values = about
    for language in LANGUAGES:
        assert max(width(line) for line in blank(form, language, values=values).split("\n")) <= 70


def test_a_quoted_form_is_no_new_text() -> None:
    quoted = LAYS["quoted"](blank(FORM, "en"))
    assert {line.kind for line in mark(quoted) if line.text} == {"quoted"}


def test_a_note_stays_one_whatever_a_charset_makes_of_its_wave() -> None:
    text = blank(FORM, "ja", values={"family_name": "Iden"})
    assert {"〜", "～"} & set(text)
    for wave in "〜～":
        written = text.replace("〜", wave).replace("～", wave)
        assert read(written, FORM, answers_ours=False).answers == {"family_name": ("Iden",)}


def test_a_word_of_many_lines_is_cut_in_time_linear_in_its_length() -> None:
    began = time.process_time()
    lines = fold("    ", "語" * 20_000)
    assert time.process_time() - began < 0.3
    assert "".join(line.strip() for line in lines) == "語" * 20_000
    assert max(map(width, lines)) <= 70
