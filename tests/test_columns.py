"""Text broken into lines as people read it: what belongs together stays together."""

import time

import pytest

from mailbot.core.columns import (
    MOST_ON_ONE,
    NO_LINE_END,
    NO_LINE_START,
    clip,
    may_begin,
    unbroken,
    width,
    wrap,
)

SENTENCE = (
    "ご登録の住所（研究室の住所）と、責任者の「所属機関」【必須】"
    "および『研究分野』〔任意〕をお知らせください（例：静岡県三島市）。"
)


@pytest.mark.parametrize("columns", range(12, 73))
def test_no_line_ends_with_a_bracket_that_opens_or_begins_with_one_that_closes(columns: int) -> None:
    lines = wrap(SENTENCE, columns).split("\n")
    assert "".join(lines) == SENTENCE
    assert len(lines) > 1
    for line in lines:
        assert line[-1] not in NO_LINE_END
        assert line[0] not in NO_LINE_START
        assert width(line) <= columns


@pytest.mark.parametrize(
    "cut",
    [
        "ご|登|録|の|住|所|（研|究|室|の|住|所）|と、|責|任|者|の|「所|属|機|関」|【必|須】|お|よ|び|『研|究|分|野』|〔任|意〕|を|お|知|ら|せ",
        "mail |(電|子|メー|ル) |“料|金”、  |a|「b」. |c",
        "only |ASCII |(of |course), |in |words.",
    ],
)
def test_a_line_may_begin_where_its_language_allows_it_and_nowhere_else(cut: str) -> None:
    line = cut.replace("|", "")
    broken = "".join(f"|{letter}" if at and may_begin(line, at) else letter for at, letter in enumerate(line))
    assert broken == cut


def test_a_day_in_brackets_goes_to_the_next_line_as_a_whole() -> None:
    assert wrap("期限は2026年4月27日（月）です。", 22) == "期限は2026年4月27日\n（月）です。"
    assert wrap("mail (電子メール)", 12) == "mail (電子\nメール)"


def test_blanks_where_a_line_is_broken_make_no_blank_line() -> None:
    assert wrap("ご所属とお名前\u3000\u3000\u3000をお知らせください", 15) == "ご所属とお名前\nをお知らせくだ\nさい"
    assert wrap("ab \u3000\u3000\u3000\u3000 cdef", 4) == "ab\ncdef"


def test_a_line_is_broken_also_where_there_is_no_room_at_all() -> None:
    assert wrap("ab 名 c\u0301", 0) == "ab\n名\nc\u0301"
    assert wrap("ab 名", 2, "    ") == "    ab\n    名"


def test_a_quotation_mark_stays_with_what_it_opens() -> None:
    assert wrap("the sheet “料金”.", 12) == "the sheet\n“料金”."


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("Taro  Yamada\nMishima", 30, "Taro Yamada Mishima"),
        ("Taro Yamada", 11, "Taro Yamada"),
        ("Taro Yamada", 10, "Taro Yama…"),
        ("山田太郎", 8, "山田太郎"),
        ("山田太郎", 7, "山田太…"),
        ("山田太郎", 6, "山田…"),
        ("Rene\u0301 B", 5, "Rene\u0301…"),
    ],
)
def test_a_line_is_cut_where_its_columns_end(text: str, columns: int, shown: str) -> None:
    assert clip(text, columns) == shown


def test_marks_that_take_no_column_are_cut_too_and_cost_nothing() -> None:
    text = "e" + "\u0301" * 4_000
    began = time.process_time()
    assert clip(f"{text}{'x' * 80}", 50) == text[: 50 * MOST_ON_ONE] + "…"
    assert clip(text, 50) == text[: 50 * MOST_ON_ONE] + "…"
    assert time.process_time() - began < 0.1


def test_the_items_of_a_list_stay_on_lines_of_their_own_when_broken_lines_are_joined() -> None:
    papers = "Two papers:\n- Sedges of the\n  coast, 2025\n- Talk in Mishima"
    assert unbroken(papers) == "Two papers:\n- Sedges of the coast, 2025\n- Talk in Mishima"
    results = "成果：\n・論文一編（例示植物\n学会誌）\n・口頭発表"
    assert unbroken(results) == "成果：\n・論文一編（例示植物学会誌）\n・口頭発表"
    assert unbroken("from 2025\n-2026 and\n1.5 TB") == "from 2025 -2026 and 1.5 TB"
