"""Whose AGREE it is: an address that the applicant typed proves nothing, and nobody accepts on it."""

from typing import Any

import pytest
from stepping import CLERK, FIELDS, ICHIRO, TARO, Play, filled, form, pdf, row

from mailbot.core.events import Accepted, CommandsRefused, ConsentConfirmed, ConsentGiven
from mailbot.core.token import CODE_PLACE

LISTED = row("responsible", "email", ICHIRO, {"email": ICHIRO, "name": "Ichiro Suzuki"})
LOOKED_UP = {"chief": {**FIELDS["chief"], "register": {"name": "responsible", "column": "email", "unknown": "remark"}}}


def applied(*steps: str, text: str = "", **facts: object) -> Play:
    return Play(form("fields", "consent", *steps, fields=LOOKED_UP)).apply(text, **facts)


def agrees(play: Play, *, tier: str = "2", by: str = ICHIRO, attached: tuple[Any, ...] = ()) -> Play:
    """They answer their letter; `tier` 2 says that our border vouches for the mail."""
    return play.answer(by, "AGREE", *attached, sort="consent", tier=tier)


def refused(play: Play) -> str:
    found = play.answer(CLERK, "ACCEPT").only(CommandsRefused)
    assert isinstance(found, CommandsRefused)
    assert play.known.status == "ready"
    return found.why


def accepted(play: Play, order: str = "ACCEPT") -> bool:
    play.answer(CLERK, order)
    return any(isinstance(event, Accepted) for event in play.last.events)


def test_nobody_accepts_an_agree_from_an_address_that_only_the_application_names() -> None:
    play = agrees(applied("review"))
    assert f"AGREE, unconfirmed: {ICHIRO}" in play.text("review", CLERK)
    assert refused(play) == "unconfirmed"
    told = " ".join(play.text("transcript", CLERK).split())
    assert "write VOUCH responsible on the line above ACCEPT" in told


def test_what_the_letter_says_to_do_does_it_in_one_mail() -> None:
    assert accepted(agrees(applied("review")), "VOUCH responsible\nACCEPT")


def test_who_was_vouched_for_before_is_shown_as_consenting() -> None:
    play = agrees(applied("review")).answer(CLERK, "VOUCH responsible")
    shown = play.text("review", CLERK)
    assert ("unconfirmed" in shown, f"Consent: {ICHIRO}" in shown) == (False, True)
    assert accepted(play)


def test_a_clerk_who_asks_to_see_the_case_learns_that_nothing_proves_the_agree() -> None:
    shown = agrees(applied("review")).answer(CLERK, "SHOW").text("shown", CLERK)
    assert f"AGREE, unconfirmed: {ICHIRO}" in shown
    assert "write VOUCH responsible above ACCEPT" in shown
    assert "not verified" in shown


def test_an_earlier_address_that_was_vouched_for_says_nothing_about_the_one_now() -> None:
    play = agrees(applied("review")).answer(CLERK, "VOUCH responsible")
    assert "vouched for by one of us" in play.answer(CLERK, "SHOW").text("shown", CLERK)
    other = "other@univ.example"
    known = row("responsible", "email", other, {"email": other, "name": "Ichiro Suzuki"})
    agrees(play.answer(TARO, f"Chief's email: {other}", rows=(known,)), by=other)
    shown = play.answer(CLERK, "SHOW").text("shown", CLERK)
    assert f"Consent: {other}" in shown
    assert "vouched for by" not in shown.partition("What was done")[0]


def test_a_case_that_goes_on_after_a_rest_is_shown_like_one_that_waits_for_a_decision() -> None:
    play = agrees(applied("document", "review"), attached=(pdf(),))
    play.answer(CLERK, "HOLD 5 days the committee meets").answer(CLERK, "RESUME")
    resumed = play.text("resumed", CLERK)
    for part in (f"Consent: {ICHIRO}", "Pledge: by mail, from", "look for a handwritten one", "not verified"):
        assert part in resumed


def test_the_register_and_our_border_together_confirm_an_agree() -> None:
    play = agrees(applied("review", rows=(LISTED,)))
    assert play.known.consent is not None
    assert play.known.consent.confirmed
    assert "in our directory" in play.text("review", CLERK)
    assert accepted(play)


def test_the_register_alone_does_not_since_a_letter_can_be_passed_on_and_from_forged() -> None:
    assert refused(agrees(applied("review", rows=(LISTED,)), tier="1")) == "unconfirmed"


def test_who_may_be_the_applicant_is_not_confirmed_by_the_register() -> None:
    play = agrees(applied("review", text=filled(**{"Chief's_name": "Taro Iden"}), rows=(LISTED,)))
    assert refused(play) == "unconfirmed"


def test_a_pledge_that_the_responsible_person_signs_does_as_well() -> None:
    play = agrees(applied("document", "review"), attached=(pdf(),))
    assert play.known.status == "ready"
    assert f"Consent: {ICHIRO}" in play.text("review", CLERK)
    assert accepted(play)


def test_a_pledge_of_the_applicant_says_nothing_about_the_responsible_person() -> None:
    own = {"own": {"title": {"en": "Own pledge"}, "signer": "applicant"}}
    step = {"kind": "document", "documents": ("own",), "remind": 5, "limit": 15}
    play = agrees(Play(form("fields", "consent", step, "review", documents=own)).apply())  # type: ignore[arg-type]
    play.answer(TARO, "", pdf())
    assert play.known.documents
    assert refused(play) == "unconfirmed"


@pytest.mark.parametrize(("tier", "sure"), [("2", True), ("1", False)])
def test_an_applicant_who_answers_for_themselves_needs_no_more_than_our_border(tier: str, sure: bool) -> None:
    play = agrees(applied("review", text=filled(**{"Chief's_email": TARO})), by=TARO, tier=tier)
    given = next(event for event in play.last.events if isinstance(event, ConsentGiven))
    assert given.confirmed is sure
    assert accepted(play) is sure


@pytest.mark.parametrize("rows", [(), (LISTED,)], ids=["typed", "listed"])
def test_whoever_agreed_always_gets_the_confirmation(rows: tuple[Any, ...]) -> None:
    assert ("agreed", ICHIRO) in agrees(applied("review", rows=rows)).written


def with_code(play: Play, code: str = "right", said: str = "CONFIRM abcd-efgh", **how: Any) -> Play:
    """They answer the newest letter that asks for a code."""
    asked = max(number for number, info in play.known.letters.items() if info.bound)
    facts = {"tier": "1", "letter": f"{play.known.number}.{asked}", **how}
    return play.answer(ICHIRO, said, sort="consent", code=code, **facts)


def test_where_our_border_does_not_vouch_the_register_and_a_code_confirm_an_agree() -> None:
    play = agrees(applied("review", rows=(LISTED,)), tier="1")
    assert f"CONFIRM {CODE_PLACE}" in play.text("agreed", ICHIRO)
    with_code(play)
    assert play.known.consent is not None
    assert play.known.consent.confirmed
    assert "is now confirmed" in " ".join(play.text("agreed", ICHIRO).split())
    assert "AGREE, unconfirmed" not in play.text("review", CLERK), "whoever decides sees the case anew"
    assert accepted(play)


def test_the_code_goes_to_the_responsible_person_whatever_else_they_write() -> None:
    play = with_code(agrees(applied("review", rows=(LISTED,)), tier="1"), said="Yes, that was me: abcd efgh\n\nIchiro")
    assert isinstance(play.only(ConsentConfirmed), ConsentConfirmed)
    assert "abcd" not in str(play.last)


def test_an_address_that_only_the_application_names_is_asked_for_no_code() -> None:
    assert "CONFIRM" not in agrees(applied("review"), tier="1").text("agreed", ICHIRO)
    assert "CONFIRM" not in agrees(applied("review", rows=(LISTED,)), tier="2").text("agreed", ICHIRO)


@pytest.mark.parametrize("how", [{"code": "wrong"}, {"sender": TARO, "tier": "0"}], ids=["wrong", "forwarded"])
def test_another_code_or_another_sender_confirms_nothing(how: dict[str, str]) -> None:
    play = agrees(applied("review", rows=(LISTED,)), tier="1")
    with_code(play, **how)
    assert ("not_counted", ICHIRO) in play.written
    assert refused(play) == "unconfirmed"


def test_a_code_counts_for_the_agree_that_it_was_asked_for_and_no_other() -> None:
    play = agrees(applied("review", rows=(LISTED,)), tier="1")
    asked = max(number for number, info in play.known.letters.items() if info.bound)
    play.answer(TARO, "Purpose: Something else altogether", rows=(LISTED,))
    agrees(play, tier="1")
    with_code(play, letter=f"{play.known.number}.{asked}")
    assert play.known.consent is not None
    assert not play.known.consent.confirmed
    with_code(play)
    assert play.known.consent.confirmed


def test_whoever_did_not_agree_can_say_so_with_the_code_before_them() -> None:
    play = with_code(agrees(applied("review", rows=(LISTED,)), tier="1"), said="DECLINE\nCONFIRM abcd-efgh")
    assert play.known.status == "declined"


def test_who_is_to_sign_a_pledge_anyway_is_asked_for_no_code() -> None:
    play = agrees(applied("document", "review", rows=(LISTED,)), tier="1")
    assert "CONFIRM" not in play.text("agreed", ICHIRO)
