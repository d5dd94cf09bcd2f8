"""Codes that confirm a clerk's orders: whose they are, how they may be typed, what they are bound to."""

import pytest

from mailbot.core.commands import code_in
from mailbot.core.token import CODE_PLACE, code, is_code, without_codes

KEY, LETTER, TO, BLOCK = b"k" * 32, "2026-00042.7", "morgan@staff.desk.example", "b" * 64
RIGHT = code(KEY, "HELPDESK", LETTER, TO, BLOCK)


def test_a_code_is_two_groups_of_four_letters_and_as_long_as_its_place() -> None:
    assert len(RIGHT) == 9
    assert RIGHT[4] == "-"
    assert set(RIGHT) <= set("abcdefghijklmnopqrstuvwxyz234567-")
    assert len(CODE_PLACE) == len(RIGHT)


@pytest.mark.parametrize(
    "other",
    [
        code(b"x" * 32, "HELPDESK", LETTER, TO, BLOCK),
        code(KEY, "OTHER", LETTER, TO, BLOCK),
        code(KEY, "HELPDESK", "2026-00042.8", TO, BLOCK),
        code(KEY, "HELPDESK", LETTER, "sato@staff.desk.example", BLOCK),
        code(KEY, "HELPDESK", LETTER, TO, "c" * 64),
    ],
)
def test_a_code_is_of_one_key_desk_letter_recipient_and_block(other: str) -> None:
    assert other != RIGHT
    assert not is_code(other, RIGHT)


def test_the_case_of_an_address_makes_no_other_code() -> None:
    assert code(KEY, "HELPDESK", LETTER, TO.upper(), BLOCK) == RIGHT


@pytest.mark.parametrize(
    "typed", [RIGHT, RIGHT.upper(), RIGHT.replace("-", ""), RIGHT.replace("-", " "), f" {RIGHT}. "]
)
def test_a_code_may_be_typed_in_any_way(typed: str) -> None:
    assert is_code(typed, RIGHT)


@pytest.mark.parametrize("typed", ["", "-", RIGHT[:-1], RIGHT + "a", "ａｂｃｄ", "é"])
def test_what_is_no_code(typed: str) -> None:
    assert not is_code(typed, RIGHT)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CONFIRM abcd-efgh", "abcd-efgh"),
        ("confirm: abcd efgh\n\nAlex", "abcd efgh"),
        ("ＣＯＮＦＩＲＭ　abcd-efgh", "abcd-efgh"),
        ("確認 abcd-efgh", "abcd-efgh"),
        ("確認：abcd-efgh\n佐藤", ""),
        ("CONFIRM", ""),
        ("ACCEPT\nCONFIRM abcd-efgh", ""),
        ("Please CONFIRM abcd-efgh", ""),
        ("", ""),
    ],
)
def test_a_code_stands_alone_behind_its_keyword(text: str, found: str) -> None:
    assert code_in(text) == found


def test_what_is_journaled_of_a_wrong_answer_has_no_code() -> None:
    assert without_codes("CONFRIM abcd-efgh") == "CONFRIM …"
    assert without_codes("Confirm ABCDEFGH") == "Confirm …"
    assert without_codes("ACCEPT, 承認") == "ACCEPT, 承認"


@pytest.mark.parametrize("typed", ["ａｂｃｄ－２３４５", "ＡＢＣＤ　ＥＦＧＨ", "abcdー2345", "ABCD‐EFGH"])
def test_what_looks_like_a_code_is_blotted_out_whatever_its_width(typed: str) -> None:
    assert without_codes(f"メモ {typed} です") == "メモ … です"
