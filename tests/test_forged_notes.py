"""Orders that nothing proves leave their words in the case they name, marked as what they are, and change nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from correspondence import MORGAN, SATO, Correspondence, kinds, said, written
from test_clerk_commands import reviewed

from mailbot.core.case.history import MOST
from mailbot.core.case.orders import MOST_TRIED
from mailbot.core.decide import decide
from mailbot.core.events import Facts, Noted, Sender
from mailbot.core.evidence import NOTHING, Remembered, claimed_letters, gather
from mailbot.core.message import Mailbox, Message
from mailbot.core.outcome import Decision
from mailbot.core.queue import row
from mailbot.views.cases import case_text

MALLORY = "mallory@evil.example"


def passed_on(of: Correspondence, text: str, sender: str = MALLORY) -> Decision:
    """Somebody answers the newest letter to a clerk."""
    return of.answer(sender, text, "command", to=MORGAN)


def named(of: Correspondence, text: str, letters_today: int = 0) -> Decision:
    """Somebody writes in a clerk's name, with the number of the case."""
    who = Sender(address=MORGAN, role="stranger", tier="0")
    facts = Facts(sort="command", sender=who, suggested=of.case.number, letters_today=letters_today)
    return of._decided(of._message(MORGAN, text), facts)


def shown(of: Correspondence) -> str:
    of.order("SHOW", SATO)
    return of.last(SATO).text


@pytest.mark.parametrize("forge", [passed_on, named])
def test_the_words_stand_in_the_case_as_unauthenticated_and_nothing_else_changes(forge) -> None:
    of = reviewed()
    before = of.case
    decision = forge(of, "ACCEPT\n\nHe called me, go ahead.")
    assert kinds(decision) == ["commands_refused", "noted"]
    (note,) = (event for event in decision.events if isinstance(event, Noted))
    assert (note.authenticated, note.text) == (False, "ACCEPT\n\nHe called me, go ahead.")
    kept = ("revision", "status", "step", "due", "remind", "notes", "values", "assigned", "blocks", "pending")
    assert all(getattr(of.case, name) == getattr(before, name) for name in kept)
    assert written(decision) == [("not_counted", MORGAN)], "the registered address is told, never the claimed one"


def test_clerks_read_it_in_the_letters_about_the_case_in_both_languages() -> None:
    of = reviewed()
    passed_on(of, "ACCEPT\n\nHe called me.")
    letter = shown(of)
    assert "> ACCEPT" in letter
    assert "> He called me." in letter
    assert "未確認：mallory@evil.example から" in " ".join(letter.split())
    of.order("ASSIGN me", SATO)
    of.order("ASSIGN morgan", SATO)
    assert "unauthenticated, from mallory@evil.example" in said(of.last(MORGAN))
    assert "> He called me." in of.last(MORGAN).text


def test_the_operator_reads_it_with_the_case() -> None:
    of = reviewed()
    passed_on(of, "ACCEPT\nplease")
    text = case_text(of.case, of.rules, [])
    assert "unauthenticated mails with orders, which did nothing" in text
    assert f"from {MALLORY}: ACCEPT / please" in text


def test_the_lists_of_the_queue_say_that_somebody_tried() -> None:
    of = reviewed()
    assert not row(of.case, of.rules, of.now).tried
    passed_on(of, "ACCEPT")
    assert row(of.case, of.rules, of.now).tried


def test_an_applicant_reads_nothing_of_it() -> None:
    of = reviewed()
    passed_on(of, "ACCEPT\n\nHe called me.")
    of.order("VOUCH responsible\nACCEPT")
    theirs = [letter.text for letter in of.letters if letter.role != "clerk"]
    assert theirs
    assert not any("He called me" in text or "unauthenticated" in text for text in theirs)


def test_a_clerk_decides_as_if_nobody_had_tried() -> None:
    of = reviewed()
    named(of, "REJECT not eligible")
    of.answer(MORGAN, "VOUCH responsible\nACCEPT", "command", letter=_review(of))
    assert of.case.decided_by == MORGAN


def _review(of: Correspondence) -> int:
    return max(at for at, info in of.case.letters.items() if info.template == "review" and info.to == MORGAN)


@pytest.mark.parametrize("forge", [passed_on, named])
def test_a_flood_is_counted_and_fills_neither_the_case_nor_a_mailbox(forge) -> None:
    of = reviewed()
    before = of.case
    letters = 0
    for number in range(40):
        told = sum(
            template == "not_counted"
            for template, _ in written(forge(of, f"ACCEPT {number}", **_today(forge, letters)))
        )
        letters += told
    assert len(of.case.tried) == MOST_TRIED
    assert of.case.tries == 40
    assert len(of.case.history) == len(before.history) + MOST_TRIED < MOST
    assert letters <= 3
    assert len(of.case.letters) == len(before.letters) + letters
    text = shown(of)
    assert "> ACCEPT 4" in text
    assert "> ACCEPT 5" not in text
    assert f"ほかに{40 - MOST_TRIED}通" in text


def _today(forge, letters: int) -> dict[str, int]:
    """What the store says of letters written today, which a mail that answers no letter is measured by."""
    return {"letters_today": letters} if forge is named else {}


def test_a_clerk_is_told_again_the_next_day() -> None:
    of = reviewed()
    first = [bool(passed_on(of, f"ACCEPT {number}").letters) for number in range(5)]
    of.now += timedelta(days=1)
    assert (first, bool(passed_on(of, "ACCEPT 6").letters)) == ([True, True, True, False, False], True)


def test_an_order_without_a_token_is_answered_though_the_clerk_had_a_general_letter_today() -> None:
    assert written(named(reviewed(), "ACCEPT", 1)) == [("not_counted", MORGAN)]


def test_a_clerk_who_writes_anew_instead_of_replying_is_answered_each_time_up_to_ten() -> None:
    of = reviewed()

    def told(letters_today: int) -> int:
        who = Sender(address=MORGAN, role="stranger", tier="0")
        facts = Facts(sort="command", sender=who, letters_today=letters_today)
        (decision,) = decide({}, of._message(MORGAN, "QUEUE"), facts, of.rules, of.now)
        return len(decision.letters)

    assert [told(today) for today in (0, 1, 9, 10)] == [1, 1, 1, 0]


def test_one_name_in_many_cases_is_no_way_to_fill_a_mailbox() -> None:
    assert written(named(reviewed(), "ACCEPT", 10)) == []


def test_a_long_mail_is_kept_up_to_a_bound_and_a_code_is_never_kept() -> None:
    of = reviewed()
    passed_on(of, "NOTE " + "x" * 9_000)
    passed_on(of, "CONFIRM ａｂｃｄ－２３４５")
    named(of, "確認\nabcd2345")
    first, *others = of.case.tried
    assert len(first.text) < 600
    assert not any("2345" in one.text or "２" in one.text for one in others)


RULES = reviewed().rules


@pytest.mark.parametrize(
    ("sender", "subject", "found"),
    [
        (MORGAN, "Re: [HELPDESK 2026-00001] Room key", "2026-00001"),
        (MORGAN, "Re: [HELPDESK 2026-00009] Room key and 2026-00001", "2026-00001"),
        (MORGAN, "Re: [HELPDESK 2026-00009] Room key", ""),
        (MORGAN, "the key 12026-000013", ""),
        (MALLORY, "Re: [HELPDESK 2026-00001] Room key", "2026-00001"),
    ],
)
def test_a_number_in_the_subject_suggests_a_case_and_finds_none(sender: str, subject: str, found: str) -> None:
    of = reviewed()
    mail = Message("0" * 64, 1, senders=(Mailbox("", sender),), subject=subject, text="ACCEPT")
    asked = {name.partition(".")[0] for name in claimed_letters(mail, RULES)}
    cases = {number: case for number, case in of.cases.items() if number in asked}
    facts = gather(mail, Remembered({}, cases), RULES, {})
    assert (facts.suggested, facts.letter, facts.found_by) == (found, None, "none")


def test_no_case_is_suggested_by_a_keyword_of_responsible_persons() -> None:
    mail = Message("0" * 64, 1, senders=(Mailbox("", MORGAN),), subject="[HELPDESK 2026-00001]", text="AGREE")
    assert gather(mail, replace(NOTHING, cases=reviewed().cases), RULES, {}).suggested == ""


def test_orders_that_suggest_no_case_leave_none_a_note() -> None:
    of = reviewed()
    facts = Facts(sort="command", sender=Sender(address=MORGAN, role="stranger", tier="0"))
    (decision,) = decide(of.cases, of._message(MORGAN, "ACCEPT"), facts, RULES, of.now)
    assert decision.case is None
