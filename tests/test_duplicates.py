"""Which case may go on in the place of another: one that is open, and none that goes round in a circle."""

from correspondence import MORGAN, SATO, Correspondence, only, said
from test_clerk_commands import APPLICATION, TARO, desk

from mailbot.core.events import MarkedDuplicate

FIRST, SECOND, THIRD = "2026-00001", "2026-00002", "2026-00003"


def several() -> Correspondence:
    """Three applications of the same person, each with a letter to the clerks."""
    of = desk()
    of.apply(TARO, f"room key\n\n{APPLICATION}", number=SECOND)
    of.apply(TARO, f"room key\n\n{APPLICATION}", number=THIRD)
    for number in (FIRST, SECOND, THIRD):
        of.answer(TARO, "Which of them counts?", "answer", number=number)
    return of


def refused(of: Correspondence, text: str, number: str) -> str:
    """Nothing is done; what the transcript says."""
    of.order(text, number=number)
    assert of.cases[number].open
    return said(of.last(MORGAN))


def test_a_closed_case_goes_on_for_no_other() -> None:
    of = several()
    of.order("CLOSE not needed", number=SECOND)
    assert "That case is closed, so nothing goes on there." in refused(of, f"DUPLICATE OF {SECOND}", FIRST)


def test_a_case_that_is_a_duplicate_itself_names_the_one_that_goes_on() -> None:
    of = several()
    of.order(f"DUPLICATE OF {THIRD}", number=SECOND)
    text = refused(of, f"DUPLICATE OF {SECOND}", FIRST)
    assert f"That case is closed, as a duplicate of another one. Possible: {THIRD}" in text
    assert only(of.order(f"DUPLICATE OF {THIRD}", number=FIRST), MarkedDuplicate).of == THIRD


def test_two_cases_are_not_duplicates_of_each_other() -> None:
    of = several()
    of.order(f"重複 {FIRST}", SATO, number=SECOND)
    assert "closed as a duplicate of this one" in refused(of, f"DUPLICATE OF {SECOND}", FIRST)


def test_a_case_is_no_duplicate_of_itself() -> None:
    assert "That is the number of this case." in refused(several(), f"DUPLICATE OF {FIRST}", FIRST)


def test_a_duplicate_that_is_opened_again_may_go_on_for_the_other() -> None:
    of = several()
    of.order(f"DUPLICATE OF {FIRST}", number=SECOND)
    of.order("REOPEN", number=SECOND)
    assert only(of.order(f"DUPLICATE OF {SECOND}", number=FIRST), MarkedDuplicate).of == SECOND
