"""SHOW: a clerk sees a case, and what was done in it, without changing anything."""

import pytest
from correspondence import MORGAN, SATO, kinds, said, written
from test_clerk_commands import ICHIRO, TARO, accepted, enquired, mistake, reviewed

from mailbot.core.events import Accepted


@pytest.mark.parametrize("text", ["SHOW", "show the case", "表示", "詳細", "ＳＨＯＷ", "表示　内容"])
def test_show_is_answered_with_the_case_and_nothing_else(text: str) -> None:
    of = reviewed()
    before = of.case
    decision = of.order(text)
    assert kinds(decision) == ["commands_run"]
    assert written(decision) == [("shown", MORGAN)]
    assert (of.case.revision, of.case.status, of.case.values) == (before.revision, before.status, before.values)
    shown = said(of.last(MORGAN))
    assert "Room: cellar" in shown
    assert f"AGREE, unconfirmed: {ICHIRO}" in shown
    assert f"{MORGAN} received: Pledge" in shown
    assert "waiting for the desk's decision" in shown


def test_show_tells_whose_the_case_is_in_both_languages() -> None:
    of = reviewed()
    of.order("SHOW")
    assert "Responsible clerk" not in said(of.last(MORGAN))
    of.order("ASSIGN Sato")
    of.order("SHOW")
    assert "Responsible clerk: Hanako Sato" in said(of.last(MORGAN))
    of.order("表示", SATO)
    assert "担当者：Hanako Sato" in said(of.last(SATO))
    of.order("ASSIGN none")
    of.order("SHOW")
    assert "Responsible clerk" not in said(of.last(MORGAN)).partition("What was done")[0]


@pytest.mark.parametrize("text", ["SHOW LOG", "SHOW (LOG)", "show the log", "表示 履歴", "表示（履歴）", "詳細：経過"])
def test_show_log_lists_mails_orders_and_letters_in_their_order(text: str) -> None:
    of = accepted()
    decision = of.order(text)
    assert written(decision) == [("case_log", MORGAN)]
    log = said(of.last(MORGAN))
    parts = (
        f"2026-04-06 10:01 {TARO} received",
        f"letter to {TARO}, {ICHIRO}",
        f"{ICHIRO} the responsible person agreed",
        f"{MORGAN} ordered: RECEIVED FAX 2026-04-03",
        f"accepted next: Certificate letter to {TARO}",
    )
    assert [part for part in parts if part not in log] == []
    assert sorted(parts, key=log.index) == list(parts)
    assert "token" not in log


def test_the_log_is_told_in_japanese_too() -> None:
    of = accepted()
    of.order("表示 履歴", SATO)
    log = said(of.last(SATO))
    assert "承認しました 次の段階：登録証の発送" in log


def test_a_letter_that_came_back_is_marked_in_the_log() -> None:
    of = accepted()
    last = of.case.last_letter
    marked = of.case.letters[last].model_copy(update={"bounced": True})
    of.cases[of.case.number] = of.case.model_copy(update={"letters": {**of.case.letters, last: marked}})
    of.order("SHOW LOG")
    assert f"letter to {marked.to}, which came back" in said(of.last(MORGAN))


@pytest.mark.parametrize("text", ["SHOW", "SHOW LOG"])
def test_closed_cases_are_shown_as_often_as_somebody_likes(text: str) -> None:
    of = enquired()
    of.order("CLOSE")
    newest = max(at for at, info in of.case.letters.items() if info.to == MORGAN)
    for _ in range(2):
        assert written(of.order(text, letter=newest)) == [("case_log" if "LOG" in text else "shown", MORGAN)]
    assert "closed" in said(of.last(MORGAN))


def test_a_decision_in_answer_to_a_shown_case_counts_for_what_it_showed() -> None:
    of = reviewed()
    of.order("VOUCH responsible", SATO)
    of.order("SHOW")
    decision = of.order("ACCEPT")
    assert [event for event in decision.events if isinstance(event, Accepted)]


def test_beside_other_orders_the_transcript_comes_too() -> None:
    of = reviewed()
    assert written(of.order("NOTE seen\nSHOW")) == [("shown", MORGAN), ("transcript", MORGAN)]
    assert "sent in a letter of its own" in said(of.last(MORGAN))


def test_only_a_case_and_its_log_can_be_shown() -> None:
    of = reviewed()
    assert "What follows the keyword cannot be read. Write: SHOW (LOG)" in mistake(of, "SHOW me the money")
