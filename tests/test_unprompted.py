"""Mails about a case that answer no letter: clerks read them, their senders hear so, and nothing follows from them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from correspondence import MORGAN, SATO, Correspondence, kinds, said, written
from test_clerk_commands import reviewed

from mailbot.core.decide import decide
from mailbot.core.events import Quarantined
from mailbot.core.evidence import Remembered, gather
from mailbot.core.outcome import Decision

MALLORY = "mallory@evil.example"
CLERKS = [("passed_on", SATO), ("passed_on", MORGAN)]


def waiting() -> Correspondence:
    """A case that waits for a decision, a day after the last mail."""
    of = reviewed()
    of.now += timedelta(days=1)
    return of


def new_mail(of: Correspondence, text: str, sender: str = "", subject: str = "", today: int = 0) -> list[Decision]:
    """A mail that answers nothing, decided with the facts that are gathered of it."""
    sender = sender or of.case.applicant
    message = replace(of._message(sender, text), subject=subject)
    own = of.case.number if sender == of.case.applicant and of.case.open else ""
    facts = gather(message, Remembered({}, of.cases, today, own=own), of.rules, {})
    return decide(of.cases, message, facts, of.rules, of.now)


def shown(of: Correspondence, text: str, **more: object) -> Decision:
    (decision,) = new_mail(of, text, **more)  # type: ignore[arg-type]
    return of._taken(decision)


def test_a_question_from_the_registered_address_is_shown_to_clerks_and_answered() -> None:
    of = waiting()
    before = of.case
    decision = shown(of, "Hello, any news?")
    assert kinds(decision) == ["mail_attached"]
    assert written(decision) == [*CLERKS, ("will_read", before.applicant)]
    kept = ("revision", "status", "step", "due", "values", "faults", "notes")
    assert all(getattr(of.case, name) == getattr(before, name) for name in kept)
    assert "> Hello, any news?" in of.last(MORGAN).text
    assert "nothing proves who wrote it" in said(of.last(MORGAN))


def test_it_is_shown_though_the_sender_had_a_general_answer_today() -> None:
    of = waiting()
    assert written(shown(of, "Hello, any news?", today=1)) == CLERKS


def test_a_stranger_who_names_a_case_is_shown_and_learns_nothing_of_it() -> None:
    of = waiting()
    decision = shown(of, "What about 2026-00001?", sender=MALLORY)
    assert written(decision) == [*CLERKS, ("will_read", MALLORY)]
    letter = of.last(MALLORY)
    assert of.case.number not in letter.text + letter.subject
    assert all(str(value) not in letter.text for value in of.case.values.values() if len(str(value)) > 4)


def test_what_a_stranger_answers_to_that_is_shown_as_well() -> None:
    of = waiting()
    shown(of, "What about 2026-00001?", sender=MALLORY)
    assert written(of.answer(MALLORY, "I am her colleague.", "enquiry"))[:2] == CLERKS


def test_a_case_number_counts_for_more_than_the_title_of_a_form_beside_it() -> None:
    of = waiting()
    title = of.rules.form_of(of.case.form).title["en"]
    decision = shown(of, "any news?", subject=f"[HELPDESK {of.case.number}] {title}")
    assert decision.case == of.case.number


def test_whoever_asks_for_a_form_gets_it_as_long_as_that_is_within_the_budget() -> None:
    of = waiting()
    title = of.rules.form_of(of.case.form).title["en"]
    (first,) = new_mail(of, "", subject=title)
    assert written(first) == [("forms", of.case.applicant)]
    assert written(shown(of, "Please.", subject=title, today=1)) == CLERKS


def test_an_order_to_withdraw_that_answers_nothing_is_shown_and_withdraws_nothing() -> None:
    of = waiting()
    assert written(shown(of, "WITHDRAW"))[:2] == CLERKS
    assert of.case.open


def test_beyond_five_a_day_mails_are_set_aside_and_not_dropped() -> None:
    of = waiting()
    for _ in range(5):
        shown(of, "Hello?", today=1)
    (sixth,) = new_mail(of, "Hello?", today=1)
    assert [type(event) for event in sixth.events][1:] == [Quarantined]
    assert sixth.letters == ()
    of.now += timedelta(days=1)
    assert written(shown(of, "Hello?", today=1)) == CLERKS


def test_a_stranger_who_names_no_case_gets_the_forms_as_before() -> None:
    of = waiting()
    (decision,) = new_mail(of, "Hello, any news?", sender=MALLORY)
    assert written(decision) == [("forms", MALLORY)]


def test_whoever_answers_a_letter_hears_once_a_day_that_somebody_will_read_it() -> None:
    of = waiting()
    first, *others = (of.answer(of.case.applicant, f"Thank you, {number}.", "answer") for number in range(10))
    assert written(first) == [("will_read", of.case.applicant), *CLERKS]
    assert all(written(other) == CLERKS for other in others)
    of.now += timedelta(days=1)
    assert ("will_read", of.case.applicant) in written(of.answer(of.case.applicant, "And now?", "answer"))


def test_words_from_another_address_promise_the_registered_one_nothing() -> None:
    of = waiting()
    decision = of.answer(MALLORY, "Hello?", "answer", to=of.case.applicant)
    assert "will_read" not in [template for template, _ in written(decision)]


@pytest.mark.parametrize("text", ["WITHDRAW", "WITHDRAW\n\nI am ill."])
def test_withdrawing_a_closed_case_is_passed_on_and_answered_by_name(text: str) -> None:
    of = waiting()
    of.order("REJECT\n\nNo room.")
    decision = of.answer(of.case.applicant, text, "withdraw")
    assert written(decision) == [("will_read", of.case.applicant), *CLERKS]
    letter = said(of.last(of.case.applicant))
    assert "Sir or Madam" not in letter
    assert "The case is closed" in letter
    assert of.case.status == "rejected"
