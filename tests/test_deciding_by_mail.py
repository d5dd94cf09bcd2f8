"""How clerks decide by mail: reasons by code, the account and the last day of an acceptance."""

import pytest
from correspondence import only, said
from test_clerk_commands import ICHIRO, TARO, mistake, reviewed

from mailbot.core.commands.arguments import ground
from mailbot.core.events import Rejected

CODES = ("incomplete", "ineligible", "not-research", "duplicate-account")


@pytest.mark.parametrize(
    "line, code, near",
    [
        ("not_research", "not-research", ""),
        ("Not-Research.", "not-research", ""),
        ("ＮＯＴ＿ＲＥＳＥＡＲＣＨ", "not-research", ""),
        ("ineligable", "", "ineligible"),
        ("incomplet", "", "incomplete"),
        ("Unfortunately", "", ""),
        ("the form is incomplete", "", ""),
        ("対象外です", "", ""),
    ],
)
def test_a_code_is_one_word_however_it_is_written_and_a_near_miss_is_told(line: str, code: str, near: str) -> None:
    assert ground(line, CODES) == (code, near)


def test_a_code_says_the_desks_sentence_and_the_clerks_text_follows_it() -> None:
    of = reviewed()
    decision = of.order("REJECT not-research\n\nThe cellar is for parties.")
    rejected = only(decision, Rejected)
    assert (rejected.ground, rejected.reason) == ("not-research", "The cellar is for parties.")
    letter = said(of.last(TARO))
    sentence, own = "The purpose given is not research", "> The cellar is for parties."
    assert letter.index(sentence) < letter.index(own)
    assert sentence in said(of.last(ICHIRO))
    assert sentence in said(of.letters[-1]), "the transcript says what the code stands for"


def test_a_code_needs_no_text() -> None:
    of = reviewed()
    of.order("却下 incomplete")
    assert of.case.status == "rejected"
    assert "Not everything that we need" in said(of.last(TARO))
    assert ">" not in said(of.last(TARO))


def test_a_near_miss_of_a_code_rejects_nobody() -> None:
    of = reviewed()
    assert "incomplete" in mistake(of, "REJECT incomplet\n\nPlease send the plan.")
    assert of.case.status == "ready"


@pytest.mark.parametrize(
    "text, reason",
    [
        ("REJECT the cellar is full", "the cellar is full"),
        ("REJECT the cellar is full\n\nKind regards\nAlex", "the cellar is full"),
        ("REJECT\n\nThe cellar is full.\n\nSorry", "The cellar is full.\n\nSorry"),
        ("REJECT Unfortunately,\n\nthe cellar is full.", "Unfortunately,\n\nthe cellar is full."),
        ("却下 地下室は満室です\n\nよろしくお願いします。", "地下室は満室です"),
        ("REJECT full", "full"),
    ],
)
def test_words_of_the_clerk_are_the_reason_as_before(text: str, reason: str) -> None:
    rejected = only(reviewed().order(text), Rejected)
    assert (rejected.ground, rejected.reason) == ("", reason)


def test_the_text_of_another_command_is_not_taken_by_a_reason() -> None:
    of = reviewed()
    of.order("NOTE\nREJECT ineligible\n\nspoke with him on the telephone")
    assert (of.case.notes, of.case.reason) == (("spoke with him on the telephone",), "")


def test_an_opened_case_has_no_reason_left() -> None:
    of = reviewed()
    of.order("REJECT ineligible")
    of.order("REOPEN")
    assert of.case.ground == ""
    of.order("REJECT something else entirely")
    assert "does not meet the conditions" not in said(of.last(TARO))
