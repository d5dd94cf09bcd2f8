"""Orders that only a letter's token vouches for: asked back, confirmed once, bound to what was ordered."""

from datetime import timedelta

import pytest
from correspondence import MORGAN, SATO, Correspondence, kinds, only, said
from test_clerk_commands import refusal, vouched

from mailbot.core.decide.command.confirming import MOST_ASKED
from mailbot.core.events import Accepted, CommandsRefused, CommandsRun, ConfirmationAsked, Noted
from mailbot.core.outcome import Decision
from mailbot.core.token import CODE_PLACE


def unvouched(desk: Correspondence, text: str, clerk: str = MORGAN) -> Decision:
    """A clerk's mail from their address, with the token of a letter to them, and nothing more."""
    return desk.order(text, clerk, tier="1")


def confirmed(desk: Correspondence, code: str = "right", clerk: str = MORGAN) -> Decision:
    """An answer to the letter with the code; whether it is the right one was found out before."""
    return desk.order("CONFIRM abcd-efgh", clerk, tier="1", code=code)


def test_nothing_is_decided_before_the_code_comes() -> None:
    desk = vouched()
    decision = unvouched(desk, "ACCEPT")
    assert kinds(decision) == ["confirmation_asked"]
    assert [(letter.template, letter.to) for letter in decision.letters] == [("confirm", MORGAN)]
    assert desk.case.status == "ready"
    assert CODE_PLACE in desk.last(MORGAN).text
    assert desk.last(MORGAN).bound == only(decision, ConfirmationAsked).block


def test_the_code_carries_out_what_was_ordered_as_if_it_answered_that_letter() -> None:
    desk = vouched()
    asked = only(unvouched(desk, "ACCEPT\nNOTE spoke with him"), ConfirmationAsked)
    decision = confirmed(desk)
    run = only(decision, CommandsRun)
    assert (run.letter, run.block, run.words) == (asked.letter, asked.block, ("ACCEPT", "NOTE spoke with him"))
    assert run.confirmed == f"{desk.case.number}.{max(n for n, info in desk.case.letters.items() if info.bound)}"
    assert only(decision, Accepted).clerk == MORGAN
    assert only(decision, Noted).text == "spoke with him"
    assert desk.case.pending == {}


def test_a_code_counts_once() -> None:
    desk = vouched()
    unvouched(desk, "ACCEPT")
    confirmed(desk)
    number = max(at for at, info in desk.case.letters.items() if info.bound)
    again = desk.order("CONFIRM abcd-efgh", MORGAN, tier="1", code="right", letter=number)
    assert refusal(again) == "already"


def test_a_wrong_code_does_nothing_and_the_right_one_still_counts() -> None:
    desk = vouched()
    unvouched(desk, "ACCEPT")
    number = max(desk.case.letters)
    assert refusal(desk.order("CONFIRM abcd-efgh", MORGAN, tier="1", code="wrong", letter=number)) == "wrong_code"
    assert only(desk.order("CONFIRM abcd-efgh", MORGAN, tier="1", code="right", letter=number), Accepted)


def test_a_code_counts_for_half_an_hour() -> None:
    desk = vouched()
    unvouched(desk, "ACCEPT")
    desk.now += timedelta(minutes=30)
    assert refusal(confirmed(desk)) == "code_expired"
    assert desk.case.status == "ready"


def test_the_case_that_moved_on_meanwhile_is_not_decided() -> None:
    desk = vouched()
    unvouched(desk, "ACCEPT")
    number = max(desk.case.letters)
    desk.order("VOUCH responsible", SATO)
    assert desk.case.status == "ready"
    assert refusal(desk.order("CONFIRM abcd-efgh", MORGAN, tier="1", code="right", letter=number)) == "moved_on"


def test_a_letter_that_asks_for_nothing_has_nothing_to_be_confirmed() -> None:
    assert refusal(vouched().order("CONFIRM abcd-efgh", MORGAN, tier="1")) == "nothing_to_confirm"


def test_the_code_of_one_clerk_is_not_another_s() -> None:
    desk = vouched()
    unvouched(desk, "ACCEPT")
    assert refusal(desk.order("CONFIRM abcd-efgh", SATO, tier="1", code="right")) == "nothing_to_confirm"


@pytest.mark.parametrize("text", ["NOTE spoke with him", "HELP", "メモ 本人と話しました"])
def test_what_decides_nothing_needs_no_code(text: str) -> None:
    assert "commands_run" in kinds(unvouched(vouched(), text))


def test_a_block_with_a_mistake_is_refused_and_not_asked_back() -> None:
    assert refusal(unvouched(vouched(), "ACCEPT my apologies")) == "mistakes"


def test_what_cannot_be_carried_out_is_not_asked_back() -> None:
    assert refusal(unvouched(vouched(), "REOPEN")) == "not_closed"


def test_a_mailbox_is_not_filled_with_questions() -> None:
    desk = vouched()
    newest = max(at for at, info in desk.case.letters.items() if info.to == MORGAN)
    for number in range(MOST_ASKED):
        asked = desk.order(f"REJECT for reason {number}", MORGAN, tier="1", letter=newest)
        assert kinds(asked) == ["confirmation_asked"]
    decision = desk.order("REJECT not eligible", MORGAN, tier="1", letter=newest)
    assert (refusal(decision), decision.letters) == ("asked_often", ())


def test_what_stands_in_the_journal_of_a_wrong_answer_is_no_code() -> None:
    desk = vouched()
    unvouched(desk, "ACCEPT")
    decision = confirmed(desk, "wrong")
    assert only(decision, CommandsRefused).words == ("CONFIRM …",)
    assert "abcd" not in said(desk.last(MORGAN))


@pytest.mark.parametrize("clerk", [MORGAN, SATO])
@pytest.mark.parametrize(
    "order",
    [
        "ASK room\n\nWhich of the two rooms do you mean?",
        "HOLD 5 days the committee meets on Friday, and what it says of rooms in the cellar counts for this one too",
        "REJECT we have no such room, " + "and nobody knows when there will be one, " * 12 + "we are sorry",
        "REPLY\n\nThe first paragraph.\n\nThe second one, " + "which goes on and on " * 60 + "up to here.",
    ],
)
def test_the_letter_with_the_code_shows_every_word_that_it_confirms(order: str, clerk: str) -> None:
    desk = vouched()
    assert "confirmation_asked" in kinds(unvouched(desk, order, clerk))
    shown = "".join(desk.last(clerk).text.split())
    assert all(word in shown for word in order.split())
    assert "".join(order.partition("\n\n")[2].split()) in shown


def test_orders_that_no_letter_shows_whole_are_not_asked_back() -> None:
    assert refusal(unvouched(vouched(), "REPLY\n\n" + "a long letter " * 400)) == "too_long_to_ask"


def test_asking_the_same_again_does_not_make_an_old_code_last_longer() -> None:
    desk = vouched()
    letter = max(at for at, info in desk.case.letters.items() if info.to == MORGAN)
    desk.order("ACCEPT", MORGAN, tier="1", letter=letter)
    first = max(desk.case.letters)
    desk.now += timedelta(minutes=20)
    desk.order("ACCEPT", MORGAN, tier="1", letter=letter)
    desk.now += timedelta(minutes=25)
    late = desk.order("CONFIRM abcd-efgh", MORGAN, tier="1", code="right", letter=first)
    assert refusal(late) == "code_expired"
    assert only(desk.order("CONFIRM abcd-efgh", MORGAN, tier="1", code="right", letter=first + 1), Accepted)


def test_the_same_order_again_and_again_fills_no_mailbox_either() -> None:
    desk = vouched()
    newest = max(at for at, info in desk.case.letters.items() if info.to == MORGAN)
    asked = [desk.order("ACCEPT", MORGAN, tier="1", letter=newest) for _ in range(MOST_ASKED + 1)]
    assert [len(decision.letters) for decision in asked] == [1] * MOST_ASKED + [0]


@pytest.mark.parametrize(
    "answer",
    ["CONFIRM abcd–efgh", "CONFIRM ab cd ef gh", "確認 ａｂｃｄ－ｅｆｇｈ", "CONFIRM: abcd - efgh.", "abcd-efgh"],
)
@pytest.mark.parametrize("beside", ["", "\nNOTE and thanks"])
def test_no_spelling_of_a_code_stands_in_the_journal(answer: str, beside: str) -> None:
    desk = vouched()
    unvouched(desk, "ACCEPT")
    words = " ".join(only(desk.order(answer + beside, MORGAN, tier="1", code="wrong"), CommandsRefused).words)
    assert "…" in words
    assert not any(part in words for part in ("abcd", "ab cd", "efgh", "ａｂｃｄ"))


def test_a_code_in_answer_to_another_letter_does_not_stand_in_the_journal() -> None:
    desk = vouched()
    newest = max(at for at, info in desk.case.letters.items() if info.to == MORGAN)
    unvouched(desk, "ACCEPT")
    decision = desk.order("CONFIRM abcd-efgh", MORGAN, tier="1", letter=newest)
    assert only(decision, CommandsRefused).words == ("CONFIRM …",)
