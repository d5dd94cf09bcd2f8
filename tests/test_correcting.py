"""SET: a clerk corrects a field, under the rules that hold for the applicant, and the applicant is told."""

import pytest
from correspondence import MORGAN, SATO, kinds, only, said, written
from test_clerk_commands import ICHIRO, TARO, enquired, mistake, refusal, reviewed

from mailbot.core.commands import Command, parse
from mailbot.core.events import CommandsRefused, FieldsRead


@pytest.mark.parametrize(
    "text",
    ["SET Your place = Chemistry", "set place=Chemistry", "訂正 ご所属＝Chemistry", "SET Your place =\n\nChemistry"],
)
def test_a_field_is_corrected_and_the_applicant_told_what_stood_there(text: str) -> None:
    of = enquired()
    decision = of.order(text)
    read = only(decision, FieldsRead)
    assert (read.by, read.answers) == (MORGAN, {"place": ("Chemistry",)})
    assert of.case.values["place"] == "Chemistry"
    assert written(decision) == [("corrected", TARO), ("task", SATO), ("task", MORGAN), ("transcript", MORGAN)]
    assert "Your place: Physics -> Chemistry" in said(of.last(TARO))
    assert "corrected: Your place: Physics -> Chemistry" in said(of.last(MORGAN))
    assert of.case.revision == of.seq
    assert not of.case.remarks, "nobody unknown filled it in"


def test_a_value_may_have_lines_of_its_own_below_the_blank_line() -> None:
    of = enquired()
    of.order("SET Question =\n\nWhen does it open?\nAnd when does it close?")
    assert of.case.values["question"] == "When does it open?\nAnd when does it close?"


def test_a_text_below_belongs_to_set_only_if_nothing_stands_behind_its_equals_sign() -> None:
    alone, other = parse("SET Room = tower\nCLOSE\n\nIt moved.")
    assert isinstance(alone, Command)
    assert isinstance(other, Command)
    assert (alone.below, other.text) == ("", "It moved.")


def test_what_consent_showed_voids_it_and_it_is_asked_for_again() -> None:
    of = reviewed()
    decision = of.order("SET Room = tower")
    assert "consent_voided" in kinds(decision)
    assert of.case.status == "awaiting_consent"
    assert ("consent", ICHIRO) in written(decision)
    assert ("corrected", TARO) in written(decision)
    assert refusal(of.order("ACCEPT")) == "not_ready"


def test_a_decision_on_the_case_before_a_colleagues_correction_is_refused() -> None:
    of = reviewed()
    seen = max(at for at, info in of.case.letters.items() if info.to == MORGAN)
    of.order("SET Room = tower", SATO)
    of.answer(ICHIRO, "AGREE", "consent")
    if of.case.status != "ready":
        of.order("RECEIVED PLEDGE", SATO)
    assert only(of.order("ACCEPT", letter=seen), CommandsRefused).why == "moved_on"
    text = said(next(one for one in reversed(of.letters) if one.template == "transcript" and one.to == MORGAN))
    assert f"{SATO} Room: cellar -> tower" in text


@pytest.mark.parametrize(
    "text, why",
    [
        ("SET Room tower", "What follows the keyword cannot be read. Write: SET field = value"),
        ("SET Room =", "What follows the keyword cannot be read."),
        ("SET = tower", "What follows the keyword cannot be read."),
        ("SET Rom = tower", "The form has no field of that name. Write: SET field = value Possible: Room"),
        ("SET Room = cellar", "That is what stands there already."),
        ("SET Room = tower\nACCEPT", "SET can stand in one mail with NOTE and SHOW only"),
        ("VOUCH responsible\nSET Room = tower", "SET can stand in one mail with NOTE and SHOW only"),
    ],
)
def test_what_cannot_be_set_is_refused_with_the_reason(text: str, why: str) -> None:
    of = reviewed()
    before = of.case.values
    assert why in mistake(of, text)
    assert of.case.values == before


def test_a_value_that_no_applicant_could_give_is_refused_in_the_same_words() -> None:
    of = reviewed()
    text = mistake(of, "SET Email = taro at univ")
    assert "This value would not be accepted from the applicant either:" in text
    assert of.rules.words["en"].faults["email_syntax"] in text


def test_several_corrections_make_one_letter() -> None:
    of = enquired()
    decision = of.order("SET Your name = Taro Iden\nSET Your place = Chemistry\nNOTE he called")
    assert [name for name, to in written(decision) if to == TARO] == ["corrected"]
    letter = said(of.last(TARO))
    assert "Your name: Taro -> Taro Iden" in letter
    assert "Your place: Physics -> Chemistry" in letter


def test_a_closed_case_is_not_corrected() -> None:
    of = enquired()
    of.order("CLOSE")
    assert refusal(of.order("SET Your place = Chemistry")) == "case_closed"
