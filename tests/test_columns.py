"""Text broken into lines as people read it: what belongs together stays together."""

import pytest

from mailbot.core.columns import NO_LINE_END, NO_LINE_START, width, wrap

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


def test_a_day_in_brackets_goes_to_the_next_line_as_a_whole() -> None:
    assert wrap("期限は2026年4月27日（月）です。", 22) == "期限は2026年4月27日\n（月）です。"
    assert wrap("mail (電子メール)", 12) == "mail (電子\nメール)"
