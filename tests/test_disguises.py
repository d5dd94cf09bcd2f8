"""What is strange about a text is said, what people really write is not, and nothing hidden stays hidden."""

import time

import pytest
from ordinary_names import ADDRESSES, NAMES, TITLES, listed

from mailbot.core.disguises import Disguise, ascii_like, codes, disguises, hidden_or_flooded, kind_of, visible


@pytest.mark.parametrize("name", listed(NAMES))
def test_a_name_that_somebody_may_have_is_not_strange_in_whatever_script(name: str) -> None:
    assert disguises(name, "name") == ()
    assert visible(name) == name


@pytest.mark.parametrize("title", listed(TITLES))
def test_what_stands_in_papers_is_not_strange_in_prose(title: str) -> None:
    assert disguises(title, "prose") == hidden_or_flooded(title) == ()
    assert visible(title) == title


@pytest.mark.parametrize("address", listed(ADDRESSES))
def test_an_address_in_letters_of_its_own_language_is_not_strange(address: str) -> None:
    assert disguises(address, "address") == ()


def test_there_are_more_than_a_hundred_ordinary_names() -> None:
    assert len(set(listed(NAMES))) > 100


@pytest.mark.parametrize("expected", ["name", "address", "prose"])
def test_a_cyrillic_letter_in_a_latin_word_is_named(expected: str) -> None:
    assert disguises("t\u0430naka", expected) == (Disguise("mixed", ("\u0430",), among="latin"),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "odd", "among"),
    [
        ("раураl", "l", "cyrillic"),
        ("Τanaka", "Τ", "latin"),
        ("Yаmаdа Tаrо", "а", "latin"),
        ("Γιώpγος", "p", "greek"),
        ("Ꮃilson", "Ꮃ", "latin"),
        ("ｔаnaka", "а", "latin"),
    ],
)
def test_letters_of_two_scripts_in_one_word_are_told_by_what_most_of_it_is(text: str, odd: str, among: str) -> None:
    assert disguises(text, "name") == (Disguise("mixed", (odd,), among=among),)


def test_a_greek_letter_is_a_symbol_in_prose_and_strange_in_a_name() -> None:
    assert disguises("TNFα", "prose") == ()
    assert disguises("tαnaka", "name") == disguises("tαnaka", "address") == (Disguise("mixed", ("α",), among="latin"),)
    assert disguises("CΟ2", "prose") == (Disguise("mixed", ("Ο",), among="latin"),), "a capital omicron is no symbol"


@pytest.mark.parametrize(
    ("text", "like"),
    [("аррӏе", "apple"), ("А. Tanaka", "A. Tanaka"), ("Вера Smith", "Bepa Smith"), ("𝐭𝐚𝐫𝐨", "taro"), ("ⓣⓐⓡⓞ", "taro")],
)
def test_a_word_that_only_looks_like_ascii_is_told_by_what_it_looks_like(text: str, like: str) -> None:
    assert [found.code for found in disguises(text, "name")] == ["lookalike"]
    assert ascii_like(text) == like


def test_a_word_that_may_be_russian_is_strange_only_where_ascii_is_expected() -> None:
    assert disguises("сара", "name") == ()
    assert disguises("сара@univ.example", "address") == (Disguise("lookalike", ("с", "а", "р")),)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Taro\u202eakanaT\u202c", "Taro‹U+202E›akanaT‹U+202C›"),
        ("Ta\u2066ro", "Ta‹U+2066›ro"),
        ("Ta\u200bro", "Ta‹U+200B›ro"),
        ("Ta\u3164ro", "Ta‹U+3164›ro"),
        ("Ta\u034fro", "Ta‹U+034F›ro"),
        ("Ta\U000e0041ro", "Ta‹U+E0041›ro"),
        ("田\u200f中", "田‹U+200F›中"),
        ("田\u2028中\u2060太", "田\u2028中‹U+2060›太"),
    ],
)
def test_what_is_not_seen_or_turns_the_direction_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert [found.code for found in disguises(text, "name")] == ["hidden"]


def test_many_hidden_signs_in_a_row_are_written_once() -> None:
    assert visible("a" + "\u034f\u200c \u00a0" * 300 + "b") == "a‹U+034F U+200C› \u00a0b"
    assert codes("\u202e\u0430") == "U+202E U+0430"
    assert codes("abcdefg") == "U+0061 U+0062 U+0063 U+0064 U+0065 …"


def test_signs_without_width_at_the_ends_came_along_and_hide_nothing() -> None:
    assert disguises("\ufeffTaro\u200b", "name") == ()


def test_a_paragraph_is_strange_only_if_its_direction_turns_or_accents_pile_up() -> None:
    assert hidden_or_flooded("co\u00adoperate with\u200b care, TGFа") == ()
    assert [found.code for found in hidden_or_flooded("not \u202eemos")] == ["hidden"]
    assert [found.code for found in hidden_or_flooded("Z" + "\u0300\u0301" * 5)] == ["marks"]


@pytest.mark.parametrize("mark", ["\u0301", "\u0e47", "\u064b", "\u3099", "\u20e3", "\u0489"])
def test_more_marks_than_any_writing_needs_are_cut_and_counted(mark: str) -> None:
    assert visible(f"か{mark * 16}x") == f"か{mark * 4}‹+12›x"
    assert [found.code for found in disguises(f"か{mark * 16}x", "name")] == ["marks"]
    assert disguises(f"か{mark * 2}", "name") == ()


def test_a_sign_is_called_by_its_script_or_by_what_it_does() -> None:
    kinds = [kind_of(sign) for sign in "\u0430\u03b1\u202e\u200b𝐚अ"]
    assert kinds == ["cyrillic", "greek", "turning", "unseen", "styled", "other"]


LONG = [
    "а" * 30_000,
    "аa" * 15_000,
    "\u200b " * 15_000,
    "\u0301" * 30_000,
    "\u202e" * 30_000,
    "а a " * 8_000,
    "/а" * 15_000,
]


@pytest.mark.parametrize("text", LONG, ids=lambda text: ascii(text[:4]))
def test_long_texts_take_linear_time(text: str) -> None:
    before = time.process_time()
    disguises(text, "name"), disguises(text, "address"), visible(text)
    assert time.process_time() - before < 1


def test_ordinary_fields_cost_next_to_nothing() -> None:
    """A mail's fields together take less than 50 µs of processor time (some 15 here; the bound leaves room)."""
    fields = ["山田 太郎", "taro@univ.example", "静岡県三島市谷田1111", "土壌の細菌のゲノムを組み立てます。" * 10] * 8
    took = []
    for _ in range(5):
        before = time.process_time()
        for _ in range(50):
            for text in fields:
                disguises(text, "name")
        took.append((time.process_time() - before) / 50)
    assert min(took) < 200e-6
