"""What an operator orders at the shell in a clerk's words is decided as the clerk's mail would be, and marked."""

from pathlib import Path

import pytest
from correspondence import MORGAN, SATO, Correspondence, kinds, only, rules_with, said, written
from desks import in_a_loop
from form_pieces import FIELDS_STEP, REVIEW_STEP
from reading_here import ReaderHere
from test_clerk_commands import ICHIRO, QUESTIONS, TARO
from test_delivery import NOON, desk, journaled

from mailbot.core.commands import COMMANDS, Row
from mailbot.core.decide.orders import commanded
from mailbot.core.events import Accepted, Assigned, CommandsRefused, CommandsRun, Facts, Noted, Operator, OrderRefused
from mailbot.core.instants import to_text
from mailbot.core.orders import Ordered, RunCommands
from mailbot.core.outcome import Decision
from mailbot.core.rules import Rules
from mailbot.flow.orders import carry_out
from mailbot.flow.reader import Settings

SIMPLE = QUESTIONS + FIELDS_STEP + REVIEW_STEP
ANNA = Operator(user="anna", nonce="n1")


@pytest.fixture(scope="module")
def rules() -> Rules:
    return rules_with({"room-key": SIMPLE})


def ready(rules: Rules, applicant: str = TARO) -> Correspondence:
    """A case that waits for a decision."""
    of = Correspondence(rules)
    of.apply(applicant, f"Name: Taro\nEmail: {applicant}\nRoom: 101\nBoss's email: {ICHIRO}\nBoss's name: Ichiro")
    assert of.case.status == "ready"
    return of


def by_shell(of: Correspondence, text: str, clerk: str = "", number: str = "2026-00001") -> Decision:
    """An order of the operator Anna."""
    order = RunCommands(case=number, text=text, clerk=clerk)
    ordered = Ordered(by=ANNA, at=to_text(of.now), order=order)
    return of._taken(commanded(ordered, order, of.cases, Facts(), of.rules, of.now))


def with_clerks(rules: Rules, *addresses: str) -> Rules:
    clerks = tuple(clerk for clerk in rules.desk.clerks if clerk.address in addresses)
    return rules.model_copy(update={"desk": rules.desk.model_copy(update={"clerks": clerks})})


def test_an_order_without_a_clerk_counts_as_the_operators_and_those_who_answer_for_the_desk_are_told(
    rules: Rules,
) -> None:
    of = ready(rules)
    decision = by_shell(of, "ACCEPT")
    assert only(decision, Facts).operator == ANNA
    assert only(decision, CommandsRun).clerk == only(decision, Accepted).clerk == "operator anna"
    assert written(decision)[-1] == ("transcript", SATO)
    assert written(decision)[:2] == [("accepted", TARO), ("accepted_responsible", ICHIRO)]
    assert "システムの運用担当者（anna）から、次の指示があり、実行しました" in said(of.last(SATO))


def test_an_operator_is_no_clerk_who_could_look_after_a_case(rules: Rules) -> None:
    of = ready(rules)
    decision = by_shell(of, "ASSIGN me")
    assert only(decision, CommandsRefused).why == "mistakes"
    assert of.case.assigned == ""
    assert "候補：Hanako Sato、Alex Morgan" in said(of.last(SATO))
    assert only(by_shell(of, "ASSIGN me", clerk=MORGAN), Assigned).to == MORGAN


def test_what_an_operator_asks_to_see_goes_to_those_who_answer_for_the_desk(rules: Rules) -> None:
    assert written(by_shell(ready(rules), "SHOW")) == [("shown", SATO)]
    assert written(by_shell(ready(rules), "SHOW", clerk=MORGAN)) == [("shown", MORGAN)]


def test_an_order_in_a_clerks_name_counts_as_theirs_and_they_are_told(rules: Rules) -> None:
    of = ready(rules)
    decision = by_shell(of, "承認", clerk=MORGAN)
    assert only(decision, Accepted).clerk == MORGAN
    assert written(decision)[-1] == ("transcript", MORGAN)
    assert 'given in your name by "anna" at the shell of the service, were carried out' in said(of.last(MORGAN))


def test_an_order_counts_for_the_case_as_it_stands_though_no_letter_showed_it(rules: Rules) -> None:
    of = ready(rules)
    of.answer(TARO, "Room: 102", "answer")
    assert kinds(by_shell(of, "REJECT\n\nThe room is not free."))[1] == "rejected"


@pytest.mark.parametrize(
    ("text", "why", "words"),
    [
        ("DONE", "mistakes", "No task waits to be done now."),
        ("ACEPT", "mistakes", "Did you mean: ACCEPT"),
        ("CONFIRM aaaa-bbbb", "only_by_mail", "counts only by mail"),
        ("QUEUE", "only_by_mail", "counts only by mail"),
        ("SECOND", "only_by_mail", "counts only by mail"),
        ("REOPEN", "not_closed", "The case is not closed."),
    ],
)
def test_what_a_mail_could_not_do_an_order_cannot_and_it_says_so_in_the_same_words(
    text: str, why: str, words: str, rules: Rules
) -> None:
    of = ready(rules)
    decision = by_shell(of, text, clerk=MORGAN)
    refused = only(decision, CommandsRefused)
    assert (refused.why, refused.by, kinds(decision)[0]) == (why, MORGAN, "commands_refused")
    assert words in said(of.last(MORGAN))
    assert of.case.status == "ready"


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.verb)
def test_every_keyword_is_carried_out_at_the_shell_or_refused(row: Row, rules: Rules) -> None:
    of = ready(rules)
    orders = [by_shell(of, row.verb), by_shell(of, f"{row.verb} room"), by_shell(of, f"{row.verb} room = 102")]
    became = [event for order in orders for event in order.events if isinstance(event, CommandsRun | CommandsRefused)]
    assert len(became) == len(orders)
    assert all(letter.to for order in orders for letter in order.letters)


def test_a_clerk_who_takes_part_does_not_decide_by_order_either_while_there_is_a_colleague(rules: Rules) -> None:
    of = ready(rules, applicant=MORGAN)
    assert only(by_shell(of, "ACCEPT", clerk=MORGAN), CommandsRefused).why == "own_case"


def test_a_desk_with_one_clerk_decides_by_order_a_case_in_which_that_clerk_takes_part(rules: Rules) -> None:
    of = ready(with_clerks(rules, MORGAN), applicant=MORGAN)
    assert only(of.order("ACCEPT"), CommandsRefused).why == "own_case_alone"
    assert "mailbot command" in said(of.last(MORGAN))
    decision = by_shell(of, "ACCEPT", clerk=MORGAN)
    assert only(decision, Accepted).clerk == MORGAN
    assert only(decision, Facts).operator == ANNA


def test_an_order_needs_a_case_and_a_clerk_of_the_desk(rules: Rules) -> None:
    of = ready(rules)
    for clerk, case, why in (("", "2026-00009", "no_such_case"), (TARO, "2026-00001", "no_such_clerk")):
        order = RunCommands(case=case, text="ACCEPT", clerk=clerk)
        decision = commanded(Ordered(by=ANNA, at=to_text(of.now), order=order), order, of.cases, Facts(), rules, of.now)
        assert (decision.case, only(decision, OrderRefused)) == (None, OrderRefused(why=why, about=clerk or case))


def test_a_private_key_in_an_order_is_not_journaled(rules: Rules) -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAE\n-----END OPENSSH PRIVATE KEY-----"
    decision = by_shell(ready(rules), f"NOTE\n\nhe sent this:\n{key}", clerk=MORGAN)
    assert "b3BlbnNz" not in only(decision, Noted).text


@in_a_loop
async def test_an_order_about_a_case_that_is_not_there_is_refused_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as tools, ReaderHere(Settings(memory=10**9, seconds=30)) as reader:
        ordered = Ordered(by=ANNA, at=to_text(NOON), order=RunCommands(case="2026-00009", text="ACCEPT"))
        for _ in range(2):
            await carry_out(tools, reader, ordered, lambda: NOON)
        assert await journaled(tools, OrderRefused) == [OrderRefused(why="no_such_case", about="2026-00009")]
