"""How clerks decide by mail: reasons by code, the account and the last day of an acceptance."""

from datetime import date

import pytest
from correspondence import MORGAN, Correspondence, only, rules_with, said
from test_clerk_commands import ICHIRO, ROOM_KEY, RULES, TARO, mistake, reviewed

from mailbot.core.commands import Mistake, parse, terms
from mailbot.core.commands.arguments import day_to_come, ground
from mailbot.core.events import Accepted, Rejected
from mailbot.core.rules import Rules

MAKES = """
[records.accounts]
key = "account"

[records.accounts.columns]
account = "account"
"""
ACCOUNT = """
[fields.account]
type = "account_name"
label = {en = "Account", ja = "アカウント"}
"""
MAKING = rules_with({"room-key": ROOM_KEY.replace("\n[documents.pledge]", ACCOUNT + MAKES + "\n[documents.pledge]")})
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
        ("REJECT full up", "full up"),
        ("却下 満室", "満室"),
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


@pytest.mark.parametrize(
    "text, login, until",
    [
        ("", "", ""),
        ("AS taro-y", "taro-y", ""),
        ("as ｔａｒｏ－ｙ.", "taro-y", ""),
        ("UNTIL 2027-03-31", "", "2027-03-31"),
        ("AS taro-y UNTIL 31 March 2027", "taro-y", "31 March 2027"),
        ("アカウント名 taro-y 期限 2027年3月31日", "taro-y", "2027年3月31日"),
        ("利用期限：2027年3月31日", "", "2027年3月31日"),
    ],
)
def test_an_acceptance_may_name_the_account_and_the_last_day(text: str, login: str, until: str) -> None:
    assert terms(text) == (login, until)


@pytest.mark.parametrize(
    "text",
    [
        "my apologies",
        "as discussed",
        "As agreed.",
        "as you wish",
        "AS",
        "UNTIL",
        "AS UNTIL",
        "AS taro-y and thanks",
        "taro-y",
        "until",
    ],
)
def test_anything_else_behind_it_is_a_mistake(text: str) -> None:
    (mistaken,) = parse(f"ACCEPT {text}")
    assert isinstance(mistaken, Mistake)
    assert (mistaken.why, mistaken.meant) == ("not_understood", "ACCEPT")


@pytest.mark.parametrize(
    "text, day",
    [
        ("2026-04-07", "2026-04-07"),
        ("tomorrow", "2026-04-07"),
        ("明日", "2026-04-07"),
        ("5 April", "2027-04-05"),
        ("4月30日", "2026-04-30"),
        ("令和9年3月31日", "2027-03-31"),
        ("2026-04-06", None),
        ("2026-04-05", None),
        ("2027-02-30", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_day_to_come(text: str, day: str | None) -> None:
    assert day_to_come(text, date(2026, 4, 6)) == day


def vouched(rules: Rules = RULES) -> Correspondence:
    """Everything is there and sure; a decision is waited for."""
    of = reviewed(rules)
    of.order("VOUCH responsible")
    return of


def test_the_account_that_is_given_stands_in_the_case_and_in_every_letter() -> None:
    of = vouched(MAKING)
    decision = of.order("ACCEPT AS Iden-T UNTIL 2027-03-31")
    happened = only(decision, Accepted)
    assert (happened.account, happened.field, happened.until) == ("iden-t", "account", "2027-03-31")
    assert of.case.values["account"] == "iden-t"
    for to in (TARO, ICHIRO):
        letter = next(letter for letter in reversed(of.letters) if letter.to == to and "accepted" in letter.template)
        assert "iden-t" in said(letter)
        assert "Wednesday 31 March 2027" in said(letter)
    assert "iden-t, until Wednesday 31 March 2027" in said(of.last(MORGAN))


def test_what_was_signed_for_another_account_name_still_counts() -> None:
    of = vouched(MAKING)
    before = of.case.documents
    assert before
    of.order("ACCEPT AS iden-t")
    assert (of.case.documents, of.case.consent is not None, of.case.step) == (before, True, "certificate")


@pytest.mark.parametrize(
    "line, shown",
    [
        ("ACCEPT AS Taro_Iden!", "An account name has 3 to 16"),
        ("ACCEPT AS x", "An account name has 3 to 16"),
        ("ACCEPT UNTIL 2026-04-01", "A day to come is needed"),
        ("ACCEPT AS iden-t UNTIL today", "A day to come is needed"),
        ("ACCEPT UNTIL further notice", "A day to come is needed"),
        ("ACCEPT UNTIL 2027-03-31 AS iden-t", "A day to come is needed"),
    ],
)
def test_what_cannot_be_given_accepts_nobody(line: str, shown: str) -> None:
    of = vouched(MAKING)
    text = mistake(of, line)
    assert shown in text
    assert "Write: ACCEPT (AS login) (UNTIL date)" in text
    assert of.case.status == "ready"


def test_a_form_that_makes_no_account_is_given_none() -> None:
    assert "This form makes no account" in mistake(vouched(), "ACCEPT AS iden-t")


def test_any_form_may_have_a_last_day_which_goes_with_the_acceptance() -> None:
    of = vouched()
    of.order("承認 期限 2027年3月31日")
    assert of.case.until == "2027-03-31"
    of.order("ASK Room")
    assert (of.case.until, of.case.given) == ("", "")


@pytest.mark.parametrize("line", ["REJECT foo", "reject Foo.", "却下 foo"])
def test_one_lone_latin_word_that_is_no_code_is_asked_back_with_the_codes(line: str) -> None:
    of = reviewed()
    of.order(line)
    assert of.case.open
    assert all(code in said(of.letters[-1]) for code in CODES)


def test_an_order_on_a_closed_case_is_told_what_opens_it() -> None:
    of = reviewed()
    of.order("REJECT no room")
    of.order("ACCEPT")
    assert "The case was already closed." in said(of.letters[-1])
    assert "REOPEN text: a closed case goes on" in said(of.letters[-1])


def test_a_field_that_is_near_none_is_answered_with_all_there_are() -> None:
    of = reviewed()
    of.order("ASK zzzzzz qqqq")
    labels = [rule.label["en"] for rule in of.rules.form_of(of.case.form).fields.values()]
    assert all(label in said(of.letters[-1]) for label in labels)
