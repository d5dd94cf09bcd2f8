"""What clerks are shown of the queue: which cases, in what order, to whom."""

from datetime import timedelta

import pytest
from correspondence import MORGAN, SATO, Correspondence, only, rules_with
from form_pieces import FIELDS_STEP, REVIEW_STEP
from test_clerk_commands import ICHIRO, QUESTIONS, TARO

from mailbot.core.case import Case
from mailbot.core.commands import Mistake, parse, queue_asked
from mailbot.core.decide import decide
from mailbot.core.events import CommandsRefused, Facts, QueueShown, Sender
from mailbot.core.instants import from_text
from mailbot.core.message import Mailbox, Message
from mailbot.core.outcome import Decision
from mailbot.core.queue import MOST_LISTED, asked_for, in_queue, late, part_of, row
from mailbot.core.rules import Rules


@pytest.fixture(scope="module")
def rules() -> Rules:
    return rules_with({"room-key": QUESTIONS + FIELDS_STEP + REVIEW_STEP})


def ready(rules: Rules) -> Case:
    of = Correspondence(rules)
    of.apply(TARO, f"Name: Taro\nEmail: {TARO}\nRoom: 101\nBoss's email: {ICHIRO}\nBoss's name: Ichiro")
    return of.case


def several(case: Case, count: int) -> dict[str, Case]:
    """Cases like this one, numbered from 1."""
    numbers = [f"2026-{number:05d}" for number in range(1, count + 1)]
    return {number: case.model_copy(update={"number": number}) for number in numbers}


def asked(
    rules: Rules, text: str, cases: dict[str, Case], address: str = MORGAN, tier: str = "1", role: str = "clerk"
) -> Decision:
    """A mail in reply to a letter that is about no case."""
    message = Message("0" * 64, len(text), "<m@x>", senders=(Mailbox("", address),), text=text)
    who = Sender.model_validate({"address": address, "role": role, "tier": tier})
    facts = Facts(sort="command", sender=who, letter="e3.1", letter_state="verified")
    (decision,) = decide(cases, message, facts, rules, Correspondence(rules).now)
    return decision


def test_the_earliest_limit_comes_first_then_what_is_complete_longest(rules: Rules) -> None:
    case = ready(rules)
    more = {"limitless": {"due": None}, "later": {"due": "2026-05-01T00:00:00.000Z"}, "first": {"completed": "2026-01"}}
    cases = [case.model_copy(update={"number": name, **how}) for name, how in more.items()]
    assert [found.number for found in in_queue([*cases, case])] == ["first", case.number, "later", "limitless"]


def test_a_long_queue_is_cut_and_its_letter_remembers_which_cases_it_lists(rules: Rules) -> None:
    decision = asked(rules, "QUEUE", several(ready(rules), MOST_LISTED + 7))
    (letter,) = decision.letters
    assert only(decision, QueueShown) == QueueShown(clerk=MORGAN, part="waiting", cases=57)
    assert (decision.case, letter.template, letter.to, letter.data["more"]) == (None, "queue", MORGAN, 7)
    assert letter.shows == tuple(several(ready(rules), MOST_LISTED))
    assert letter.thread == ("<m@x>",)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "waiting"),
        ("Mine", "mine"),
        ("自分", "mine"),
        ("ＯＰＥＮ", "open"),
        ("期限超過", "overdue"),
        ("機械室の鍵の申請", "form:room-key"),
        ("key to the machine room", "form:room-key"),
        ("room-key", "form:room-key"),
        ("yesterday", None),
    ],
)
def test_parts_of_the_queue_are_named_in_both_languages(text: str, part: str | None, rules: Rules) -> None:
    assert asked_for(text, rules.forms) == part


def test_what_waits_for_the_applicant_is_open_and_not_waiting_for_the_desk(rules: Rules) -> None:
    of = Correspondence(rules)
    case = of.apply(TARO, f"Name: Taro\nEmail: {TARO}\nRoom: 101\nBoss's name: Ichiro")
    clerk = rules.desk.clerks[0]
    assert [part_of(part, [case], clerk, of.now) for part in ("waiting", "mine", "open")] == [[], [], [case]]


def test_a_case_is_late_once_its_limit_is_over_or_the_head_was_told(rules: Rules) -> None:
    of = Correspondence(rules)
    of.apply(TARO, f"Name: Taro\nEmail: {TARO}\nRoom: 101\nBoss's email: {ICHIRO}\nBoss's name: Ichiro")
    assert not late(of.case, of.now)
    of.passes(10)
    assert of.case.due is not None
    assert late(of.case, of.now), "the limit has moved on, for the head was told"


def test_what_rests_is_not_late_and_stands_where_its_rest_ends(rules: Rules) -> None:
    of = Correspondence(rules)
    for number in ("2026-00001", "2026-00002"):
        text = f"Name: Taro\nEmail: {TARO}\nRoom: 101\nBoss's email: {ICHIRO}\nBoss's name: Ichiro"
        of.apply(TARO, text, number)
    of.order("HOLD 30 April the committee meets")
    resting, other = of.cases.values()
    assert resting.due is not None
    after = from_text(resting.due) + timedelta(days=2)
    assert not late(resting, after)
    assert late(other, after)
    assert [row(resting, rules, after).due, row(other, rules, after).due] == ["2026-04-29T15:00:00.000Z", other.due]
    assert [one.number for one in in_queue([resting, other])] == ["2026-00002", "2026-00001"]
    of.passes(10, "2026-00002")
    of.order("HOLD 30 April the committee meets", number="2026-00002")
    assert not late(of.cases["2026-00002"], of.now), "though the head was told before it rested"


def test_each_part_of_the_queue_lists_its_own_cases_and_says_who_has_them(rules: Rules) -> None:
    of = Correspondence(rules)
    for number in range(1, 5):
        text = f"Name: Taro\nEmail: {TARO}\nRoom: 101\nBoss's email: {ICHIRO}\nBoss's name: Ichiro"
        of.apply(TARO, text if number < 4 else text.replace(ICHIRO, ""), f"2026-0000{number}")
    of.order("ASSIGN me", number="2026-00002")
    of.order("REJECT not eligible", number="2026-00003")
    late = of.cases["2026-00001"].model_copy(update={"due": "2026-04-01T00:00:00.000Z"})
    other = of.cases["2026-00002"].model_copy(update={"number": "2026-00009", "form": "another", "assigned": ""})
    cases = {**of.cases, late.number: late, other.number: other}
    parts = {
        "QUEUE": ["2026-00001", "2026-00002", "2026-00009"],
        "QUEUE mine": ["2026-00002"],
        "QUEUE open": ["2026-00001", "2026-00002", "2026-00009", "2026-00004"],
        "QUEUE overdue": ["2026-00001"],
        "QUEUE room-key": ["2026-00001", "2026-00002", "2026-00004"],
    }
    assert {text: list(asked(rules, text, cases).letters[0].shows) for text in parts} == parts
    assert asked(rules, "一覧 自分", cases, SATO).letters[0].shows == ()
    (letter,) = asked(rules, "QUEUE mine", cases).letters
    assert letter.data["held_by"] == {MORGAN: "Alex Morgan"}


def test_of_cases_with_one_limit_the_one_that_was_complete_first_comes_first_whatever_its_number(rules: Rules) -> None:
    case = ready(rules)
    younger = case.model_copy(update={"number": "2026-00002", "completed": "2026-04-05T00:00:00.000Z"})
    never = case.model_copy(update={"number": "2026-00003", "completed": None, "opened": "2026-04-01T00:00:00.000Z"})
    assert [one.number for one in in_queue([case, younger, never])] == ["2026-00003", "2026-00002", "2026-00001"]


@pytest.mark.parametrize(("tier", "role"), [("0", "clerk"), ("0", "stranger"), ("1", "responsible")])
def test_nobody_but_a_proven_clerk_is_shown_the_queue(tier: str, role: str, rules: Rules) -> None:
    decision = asked(rules, "QUEUE", several(ready(rules), 2), tier=tier, role=role)
    assert [letter.template for letter in decision.letters] == ["not_counted"]
    assert only(decision, CommandsRefused).why == "no_token"


def test_a_clerk_without_the_role_to_read_is_refused(rules: Rules) -> None:
    clerks = tuple(clerk.model_copy(update={"roles": ("head",)}) for clerk in rules.desk.clerks)
    desk = rules.desk.model_copy(update={"clerks": clerks})
    decision = asked(rules.model_copy(update={"desk": desk}), "QUEUE", {})
    assert only(decision, CommandsRefused).why == "role"


def test_another_order_in_reply_to_a_letter_about_no_case_is_told_so(rules: Rules) -> None:
    assert only(asked(rules, "ACCEPT", {}), CommandsRefused).why == "no_case"


def test_queue_stands_alone(rules: Rules) -> None:
    assert [part.why for part in parse("QUEUE\nHELP") if isinstance(part, Mistake)] == ["queue_alone"] * 2
    assert (queue_asked("一覧（自分）"), queue_asked("queue."), queue_asked("NOTE QUEUE")) == ("自分", "", None)
