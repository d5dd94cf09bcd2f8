"""Nobody is accepted with an account name that somebody else has: in the register, or by another open acceptance."""

import pytest
from correspondence import MORGAN, Correspondence, only, said
from test_clerk_commands import TARO
from test_deciding_by_mail import MAKING, mistake, vouched

from mailbot.core import accounts
from mailbot.core.case import Case
from mailbot.core.events import Accepted, Facts, Row, Sender
from mailbot.core.evidence import Remembered
from mailbot.core.lookups import account_given, lookups
from mailbot.core.message import Mailbox, Message
from mailbot.core.registers import Sought

FORM = MAKING.forms["room-key"]
TAKEN = Row(name="accounts", column="account", key="iden-t", found={"account": "iden-t", "email": "idun@uni.example"})
FREE = TAKEN.model_copy(update={"found": None})
OWN = TAKEN.model_copy(update={"found": {"account": "iden-t", "email": TARO.upper()}})


def with_row(row: Row) -> Correspondence:
    of = vouched(MAKING)
    of.rows = (row,)
    return of


def test_a_name_that_the_register_has_is_refused_with_words() -> None:
    of = with_row(TAKEN)
    told = mistake(of, "ACCEPT AS iden-t")
    assert "The register has an account of this name already" in told
    assert "Account name: iden-t" in told
    assert of.case.status == "ready"


def test_the_refusal_is_in_japanese_for_who_reads_japanese() -> None:
    of = with_row(TAKEN)
    assert "すでに登録されています" in mistake(of, "承認 アカウント名 iden-t", "sato@staff.desk.example")


@pytest.mark.parametrize("row", [FREE, OWN], ids=["free", "the applicant's own, as after REOPEN"])
def test_a_name_that_nobody_else_has_is_given(row: Row) -> None:
    assert only(with_row(row).order("ACCEPT AS iden-t"), Accepted).account == "iden-t"


def test_the_name_that_the_applicant_wished_for_is_looked_at_as_well() -> None:
    of = with_row(TAKEN)
    of.cases[of.case.number] = of.case.model_copy(update={"values": {**of.case.values, "account": "iden-t"}})
    assert "The register has an account" in mistake(of, "ACCEPT")
    assert only(of.order("ACCEPT AS another"), Accepted).account == "another"


def test_a_name_that_another_open_case_was_accepted_with_is_refused_and_the_case_is_named() -> None:
    of = vouched(MAKING)
    who = Sender(address=MORGAN, role="clerk", tier="2")
    newest = max(at for at, info in of.case.letters.items() if info.to == MORGAN)
    facts = Facts(sort="command", sender=who, letter=f"{of.case.number}.{newest}", taken="2026-00007")
    of._decided(of._message(MORGAN, "ACCEPT AS iden-t"), facts)
    told = said(of.last(MORGAN))
    assert "Another application was accepted with this account name" in told
    assert "2026-00007" in told
    assert of.case.status == "ready"


def accepted(**other: object) -> Case:
    of = vouched(MAKING)
    of.order("ACCEPT AS iden-t")
    return of.case.model_copy(update={"number": "2026-00007", **other})


@pytest.mark.parametrize(
    ("login", "other", "found"),
    [
        ("iden-t", {}, "2026-00007"),
        ("IDEN-T", {}, "2026-00007"),
        ("iden-u", {}, ""),
        ("", {}, ""),
        ("iden-t", {"status": "done"}, ""),
        ("iden-t", {"decided_by": ""}, ""),
        ("iden-t", {"number": "2026-00001"}, ""),
        ("iden-t", {"form": "gone"}, ""),
    ],
    ids=["the same", "however cased", "another", "none", "closed", "not accepted", "the case itself", "rules lost"],
)
def test_an_open_acceptance_holds_its_name(login: str, other: dict[str, str], found: str) -> None:
    assert accounts.had_by(login, "2026-00001", [accepted(**other)], MAKING) == found


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("VOUCH responsible\nACCEPT AS Iden-T UNTIL 2027-03-31", "iden-t"),
        ("承認　アカウント名　ｉｄｅｎ－ｔ", "iden-t"),
        ("ACCEPT", "wished"),
        ("ACCEPT AS x", "wished"),
        ("REJECT not eligible", ""),
        ("NOTE\n\nACCEPT AS iden-t", ""),
    ],
)
def test_what_is_looked_up_is_what_the_orders_say(text: str, login: str) -> None:
    of = vouched(MAKING)
    case = of.case.model_copy(update={"values": {**of.case.values, "account": "wished"}})
    mail = Message("0" * 64, 1, senders=(Mailbox("", MORGAN),), text=text)
    facts = Facts(sort="command", letter=f"{case.number}.3")
    remembered = Remembered({}, {case.number: case})
    assert account_given(mail, facts, remembered, MAKING) == login
    wanted = Sought("accounts", "account", login)
    assert (wanted in lookups(mail, facts, remembered, MAKING)) is bool(login)


def test_orders_that_wait_for_a_code_are_looked_up_when_it_comes() -> None:
    of = vouched(MAKING)
    review = max(of.case.letters)
    for text in ("ACCEPT AS iden-t", "ACCEPT AS another", "REJECT not eligible"):
        of.order(text, tier="1", letter=review)
    mail = Message("0" * 64, 1, senders=(Mailbox("", MORGAN),), text="CONFIRM abcd-2345")
    remembered = Remembered({}, {of.case.number: of.case})
    asked = [number for number, letter in of.case.letters.items() if letter.bound]
    facts = [Facts(sort="command", letter=f"{of.case.number}.{number}", code="right") for number in asked]
    assert [account_given(mail, one, remembered, MAKING) for one in facts] == ["iden-t", "another", ""]
    assert Sought("accounts", "account", "another") in lookups(mail, facts[1], remembered, MAKING)
    assert Sought("accounts", "account", "iden-t") not in lookups(mail, facts[1], remembered, MAKING)


def test_orders_about_several_cases_are_looked_up_when_their_code_comes() -> None:
    of = vouched(MAKING)
    review = max(of.case.letters)
    for text in ("ACCEPT AS iden-t", "ACCEPT AS another"):
        of.order(text, tier="1", letter=review)
    mail = Message("0" * 64, 1, senders=(Mailbox("", MORGAN),), text="CONFIRM abcd-2345")
    remembered = Remembered({}, {of.case.number: of.case})
    for block, waiting in of.case.pending.items():
        facts = Facts(sort="command", letter="e9.1", code="right", listed=(of.case.number,), bound=block)
        (login,) = (one.key for one in lookups(mail, facts, remembered, MAKING) if one.column == "account")
        assert waiting.text == f"ACCEPT AS {login}"


def test_a_form_that_makes_no_account_asks_for_none() -> None:
    of = vouched()
    assert accounts.wanted("ACCEPT AS iden-t", of.case, of.rules.forms["room-key"]) == ""
