"""Orders about several cases in one mail, in reply to a list of them: what stops all of it, what stops one case, what
counts once, and who has to be sure."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from correspondence import MORGAN, SATO, Correspondence, kinds, only, rules_with, said, written
from form_pieces import FIELDS_STEP, REVIEW_STEP
from test_clerk_commands import QUESTIONS
from test_deciding_by_mail import ACCOUNT, MAKES

from mailbot.core.commands import MOST_CASES, ONE_BY_ONE, ROWS, Mistake, named_cases, parse, parts_of
from mailbot.core.decide import decide
from mailbot.core.decide.command.confirming import MOST_ASKED
from mailbot.core.events import (
    Accepted,
    Assigned,
    CommandsRefused,
    CommandsRun,
    ConfirmationAsked,
    Event,
    Facts,
    LetterWritten,
    MailJoined,
    MarkedDuplicate,
    Noted,
    NumberedRun,
    Rejected,
    Row,
    Sender,
)
from mailbot.core.instants import to_text
from mailbot.core.outcome import Decision
from mailbot.core.rules import Rules

TASK = """
[[steps]]
kind = "task"
name = "key"
limit = 5
title = {en = "Hand over the key", ja = "鍵の受け渡し"}
task = {en = "Hand over the key.", ja = "鍵を渡します。"}
"""
RULES = rules_with({"room-key": QUESTIONS + FIELDS_STEP + REVIEW_STEP + TASK})
NEVER = datetime.max.replace(tzinfo=UTC)
ONE, TWO, THREE = (f"2026-0000{number}" for number in (1, 2, 3))


@dataclass
class Desk(Correspondence):
    """A desk with a few cases, and clerks who answer lists of them."""

    listed: tuple[str, ...] = field(default=())
    asked: datetime = NEVER

    def list_(self) -> str:
        """A list of all cases that are open; its name."""
        self.seq += 1
        self.listed = tuple(number for number, case in self.cases.items() if case.open)
        return f"e{self.seq}.1"

    def orders(
        self, text: str, letter: str, clerk: str = MORGAN, tier: str = "2", listed: tuple[str, ...] = (), **more: object
    ) -> list[Decision]:
        """A clerk's mail in reply to the list, which shows the cases that were open then if nothing else is said."""
        who = Sender.model_validate({"address": clerk, "role": "clerk", "tier": tier})
        facts = Facts(sort="command", sender=who, letter=letter, letter_state="verified", found_by="address")
        facts = facts.model_copy(update={"listed": listed or self.listed, **more})
        made = decide(self.cases, self._message(clerk, text), facts, self.rules, self.now)
        if any(letter.bound for letter in made[-1].letters):
            self.asked = self.now
        for decision in made:
            if decision.case is not None:
                self._taken(decision)
            else:
                self.seq += 1
                self.letters += [self.words.words(one, at, "k1") for at, one in enumerate(decision.letters, 1)]
        return made

    def confirms(self, asked: list[Decision], clerk: str = MORGAN, code: str = "right") -> list[Decision]:
        """The code comes back in answer to the letter that asks for it."""
        (letter,) = asked[-1].letters
        return self.orders(
            "CONFIRM abcd-efgh",
            f"e{self.seq}.1",
            clerk,
            "1",
            listed=letter.shows,
            bound=letter.bound,
            code=code,
            code_asked=to_text(self.asked),
        )


def desk(count: int = 3, rules: Rules = RULES) -> Desk:
    """So many applications that wait for a decision, from as many people."""
    made = Desk(rules)
    for number in range(1, count + 1):
        text = f"Name: Taro\nEmail: taro{number}@univ.example\nRoom: {100 + number}\nBoss's email: boss@univ.example"
        made.apply(f"taro{number}@univ.example", text, f"2026-{number:05d}")
    return made


def statuses(of: Desk) -> list[str]:
    return [case.status for case in of.cases.values()]


def whole(made: list[Decision]) -> CommandsRefused:
    """The refusal of all of it: one entry, without a case."""
    (decision,) = made
    assert decision.case is None
    return only(decision, CommandsRefused)


def mistakes(made: list[Decision]) -> list[str]:
    found = made[-1].letters[0].data["mistakes"]
    assert isinstance(found, tuple)
    return [one.why for one in found]


def events(made: list[Decision], kind: type[Event]) -> list[Event]:
    return [event for decision in made for event in decision.events if isinstance(event, kind)]


def test_each_case_has_its_entry_and_the_transcript_one_of_its_own() -> None:
    of = desk()
    letter = of.list_()
    made = of.orders(f"#{ONE} ACCEPT\n#{TWO} REJECT not ours\n#{THREE} ASSIGN me", letter)
    assert [decision.case for decision in made] == [ONE, TWO, THREE, None]
    assert statuses(of) == ["in_progress", "rejected", "ready"]
    assert of.cases[THREE].assigned == MORGAN
    run = only(made[-1], NumberedRun)
    assert (run.clerk, run.letter, run.done, run.refused) == (MORGAN, letter, (ONE, TWO, THREE), ())
    runs = [only(decision, CommandsRun) for decision in made[:-1]]
    assert {one.block for one in runs} == {run.block}
    assert [one.words for one in runs] == [("ACCEPT",), ("REJECT not ours",), ("ASSIGN me",)]
    assert [written(decision) for decision in made[1:]] == [
        [("rejected", "taro2@univ.example"), ("rejected_responsible", "boss@univ.example")],
        [],
        [("numbered", MORGAN)],
    ]


def test_the_transcript_says_of_each_case_what_was_done_who_hears_of_it_and_how_it_stands() -> None:
    of = desk()
    of.orders(f"#{ONE} ACCEPT\n#{TWO} CLOSE", of.list_())
    text = said(of.last(MORGAN))
    assert f"{ONE} Taro ACCEPT -> the application is accepted letter to taro1@univ.example" in text
    assert "With that it went on; letter to the clerks Now: accepted; being carried out, until" in text
    assert f"{TWO} Taro CLOSE -> Not carried out. The application waits for a decision: ACCEPT or REJECT." in text


def test_what_is_full_width_japanese_and_without_spaces_is_read_the_same() -> None:
    of = desk()
    text = f"＃２０２６－００００１　承認\n#2026ー00002却下\n#{THREE}：担当　自分\n\n書類が不足しています。"
    made = of.orders(text, of.list_(), SATO)
    assert statuses(of) == ["in_progress", "rejected", "ready"]
    assert [event.reason for event in events(made, Rejected)] == ["書類が不足しています。"]  # type: ignore[attr-defined]
    assert "現在の状況：" in said(of.last(SATO))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"#{ONE} ACCEPT\n#{TWO} ACEPT", ["unknown_word"]),
        (f"#{ONE} ACCEPT\n#{TWO} Accept my apologies", ["not_understood"]),
        (f"#{ONE} ACCEPT\nACCEPT", ["which_case"]),
        (f"ACCEPT\n#{ONE} ACCEPT", ["which_case"]),
        (f"#{ONE} ACCEPT\n#{TWO}", ["no_command"]),
        (f"#{ONE} ACCEPT\n#{TWO} REJECT", ["text_wanted"]),
        (f"#{ONE} ACCEPT\n#2026-00099 ACCEPT", ["not_listed"]),
        (f"#{ONE} ACCEPT\n#{ONE} REJECT not eligible", ["two_decisions", "two_decisions"]),
        (f"#{ONE} CLOSE\n#{TWO} CLOSE\n\nIt came twice.", ["whose_text"]),
        (f"#{ONE} ACCEPT\n#{TWO} SET Room = 7", ["one_by_one"]),
        (f"#{ONE} ACCEPT\n#{TWO} QUEUE", ["no_number"]),
        ("\n".join(f"#2026-{number:05d} ACCEPT" for number in range(1, MOST_CASES + 2)), ["too_many_cases"]),
    ],
    ids=lambda part: part[0] if isinstance(part, list) else "",
)
def test_one_mistake_in_the_mail_and_nothing_is_done_in_any_case(text: str, why: list[str]) -> None:
    of = desk()
    made = of.orders(text, of.list_())
    assert (whole(made).why, mistakes(made)) == ("mistakes", why)
    assert statuses(of) == ["ready"] * 3
    assert said(of.last(MORGAN)).startswith("Dear Alex Morgan, Nothing was carried out in any case.")


def test_twenty_cases_are_not_too_many() -> None:
    of = desk(MOST_CASES)
    made = of.orders("\n".join(f"#{number} ACCEPT" for number in of.cases), of.list_())
    assert len(events(made, Accepted)) == MOST_CASES
    assert set(statuses(of)) == {"in_progress"}


def test_a_case_that_the_letter_did_not_show_is_refused_though_it_is_there() -> None:
    of = desk()
    letter = of.list_()
    made = of.orders(f"#{ONE} ACCEPT\n#{TWO} ACCEPT", letter, listed=(ONE,))
    assert mistakes(made) == ["not_listed"]
    assert statuses(of) == ["ready"] * 3
    assert made[-1].letters[0].shows == (ONE,)


def test_a_case_that_moved_on_is_refused_with_what_changed_and_the_others_are_done() -> None:
    of = desk()
    letter = of.list_()
    of.answer("taro2@univ.example", "Room: tower", "answer", number=TWO)
    made = of.orders(f"#{ONE} ACCEPT\n#{TWO} ACCEPT\n#{THREE} ACCEPT", letter)
    assert statuses(of) == ["in_progress", "ready", "in_progress"]
    assert [event.why for event in events(made, CommandsRefused)] == ["moved_on"]  # type: ignore[attr-defined]
    assert only(made[-1], NumberedRun).refused == (TWO,)
    assert written(made[1]) == [("review", MORGAN)], "it is shown as it is now"
    text = said(of.last(MORGAN))
    assert "What has changed since the list was written: 2026-04-06" in text
    assert "taro2@univ.example Room: 102 -> tower" in text
    assert "The case as it is now comes in a letter of its own." in text


@pytest.mark.parametrize(
    "line", ["HOLD 5 days the committee meets", "ASK room", "REPLY Please wait.", "REJECT not eligible"]
)
def test_what_changes_a_case_counts_only_for_the_case_that_the_list_showed(line: str) -> None:
    of = desk()
    letter = of.list_()
    of.answer("taro1@univ.example", "Room: tower", "answer", number=ONE)
    (refused, _) = of.orders(f"#{ONE} {line}", letter)
    assert only(refused, CommandsRefused).why == "moved_on"


@pytest.mark.parametrize("line", ["NOTE spoke with him", "ASSIGN me", "SHOW"])
def test_what_changes_nothing_about_it_counts_all_the_same(line: str) -> None:
    of = desk()
    letter = of.list_()
    of.answer("taro1@univ.example", "Room: tower", "answer", number=ONE)
    (done, _) = of.orders(f"#{ONE} {line}", letter)
    assert only(done, CommandsRun).words == (line,)


def test_a_newer_list_shows_the_case_as_it_is_now() -> None:
    of = desk()
    of.answer("taro1@univ.example", "Room: tower", "answer", number=ONE)
    of.orders(f"#{ONE} ACCEPT", of.list_())
    assert of.cases[ONE].status == "in_progress"


def test_the_transcript_may_be_answered_about_what_it_told_and_what_still_is_as_listed() -> None:
    of = desk()
    letter = of.list_()
    of.answer("taro2@univ.example", "Room: tower", "answer", number=TWO)
    wrong = of.orders(f"#{ONE} ACEPT", letter)
    assert wrong[-1].letters[0].shows == (ONE, THREE), "of what changed in the second it tells nothing"
    made = of.orders(f"#{TWO} ACCEPT\n#{THREE} NOTE later", letter)
    assert made[-1].letters[0].shows == (ONE, TWO, THREE)
    of.orders(f"#{TWO} ACCEPT", f"e{of.seq}.1")
    assert of.cases[TWO].status == "in_progress"


def test_all_lines_about_a_case_are_its_block_in_their_order() -> None:
    of = desk()
    made = of.orders(f"#{ONE} ACCEPT\n#{TWO} NOTE first\n#{ONE} DONE key\n#{TWO} NOTE second", of.list_())
    assert [decision.case for decision in made] == [ONE, TWO, None]
    assert of.cases[ONE].status == "done"
    assert of.cases[TWO].notes == ("first", "second")


def test_a_case_does_all_of_its_lines_or_none() -> None:
    of = desk()
    of.orders(f"#{ONE} NOTE spoke with him\n#{ONE} REOPEN\n#{TWO} NOTE called", of.list_())
    assert (of.cases[ONE].notes, of.cases[TWO].notes) == ((), ("called",))


def test_the_text_below_goes_to_the_only_case_that_can_have_one() -> None:
    of = desk()
    made = of.orders(f"#{ONE} ACCEPT\n#{TWO} REJECT\n#{THREE} NOTE seen\n\nThe room\n\nis not ours.", of.list_())
    assert [event.reason for event in events(made, Rejected)] == ["The room\n\nis not ours."]  # type: ignore[attr-defined]
    assert of.cases[THREE].notes == ("seen",)


def test_a_later_case_sees_what_became_of_those_before() -> None:
    of = desk()
    made = of.orders(f"#{ONE} DUPLICATE OF {TWO}\n#{TWO} DUPLICATE OF {ONE}", of.list_())
    assert statuses(of)[:2] == ["duplicate", "ready"], "or none of the two would go on"
    assert len(events(made, MarkedDuplicate)) == 1


def test_the_same_block_in_answer_to_the_same_letter_is_carried_out_once_as_a_whole() -> None:
    of = desk()
    letter, text = of.list_(), f"#{ONE} REPLY Thank you.\n#{TWO} REOPEN"
    assert only(of.orders(text, letter)[-1], NumberedRun).refused == (TWO,)
    assert whole(of.orders(text, letter)).why == "already"
    assert len(of.orders(f"#{ONE} REPLY Thank you.", letter)) == 2, "another block"


def test_what_only_looks_may_be_ordered_again() -> None:
    of = desk()
    letter = of.list_()
    assert [len(of.orders(f"#{ONE} SHOW\n#{TWO} SHOW LOG", letter)) for _ in range(2)] == [3, 3]


def test_a_clerk_does_not_decide_about_a_case_they_have_a_part_in() -> None:
    of = desk(2)
    own = of.cases[ONE].model_copy(update={"applicant": MORGAN})
    of.cases[ONE] = own
    made = of.orders(f"#{ONE} ACCEPT\n#{TWO} ACCEPT", of.list_())
    assert only(made[0], CommandsRefused).why == "own_case"
    assert statuses(of) == ["ready", "in_progress"]


def test_a_clerk_who_only_reads_decides_nothing() -> None:
    clerks = tuple(clerk.model_copy(update={"roles": ("read",)}) for clerk in RULES.desk.clerks)
    of = desk(1)
    of.rules = RULES.model_copy(update={"desk": RULES.desk.model_copy(update={"clerks": clerks})})
    (refused, _) = of.orders(f"#{ONE} ACCEPT", of.list_())
    assert only(refused, CommandsRefused).why == "role"


def test_what_nobody_vouches_for_is_asked_back_with_one_code_for_all_of_it() -> None:
    of = desk()
    letter = of.list_()
    asked = of.orders(f"#{ONE} ACCEPT\n#{TWO} REJECT\n\nNot ours.", letter, tier="1")
    assert statuses(of) == ["ready"] * 3
    assert [kinds(decision) for decision in asked] == [["confirmation_asked"]] * 3
    (confirm,) = asked[-1].letters
    assert (confirm.template, confirm.to, confirm.shows) == ("confirm_numbered", MORGAN, (ONE, TWO))
    assert {event.block for event in events(asked, ConfirmationAsked)} == {confirm.bound}  # type: ignore[attr-defined]
    assert [decision.letters for decision in asked[:-1]] == [(), ()]
    made = of.confirms(asked)
    assert statuses(of) == ["in_progress", "rejected", "ready"]
    run = only(made[-1], NumberedRun)
    assert (run.letter, run.block, run.done) == (letter, confirm.bound, (ONE, TWO))
    assert run.confirmed
    assert [event.reason for event in events(made, Rejected)] == ["Not ours."]  # type: ignore[attr-defined]
    assert [case.pending for case in of.cases.values()] == [{}] * 3


def test_the_code_counts_once_for_half_an_hour_and_only_if_it_is_right() -> None:
    of = desk()
    asked = of.orders(f"#{ONE} ACCEPT", of.list_(), tier="1")
    at = of.seq
    assert whole(of.confirms(asked, code="wrong")).why == "wrong_code"
    assert "abcd" not in said(of.last(MORGAN))
    assert whole(of.confirms(asked, SATO)).why == "nothing_to_confirm"
    of.now, before = of.now + timedelta(minutes=31), of.now
    assert whole(of.confirms(asked)).why == "code_expired"
    of.now, of.seq = before, max(of.seq, at)
    assert only(of.confirms(asked)[-1], NumberedRun).done == (ONE,)
    assert whole(of.confirms(asked)).why == "already"


def test_a_case_that_moves_on_before_the_code_comes_is_not_decided() -> None:
    of = desk()
    asked = of.orders(f"#{ONE} ACCEPT\n#{TWO} ACCEPT", of.list_(), tier="1")
    of.answer("taro2@univ.example", "Room: tower", "answer", number=TWO)
    run = only(of.confirms(asked)[-1], NumberedRun)
    assert (run.done, run.refused) == ((ONE,), (TWO,))


def test_a_forged_mail_about_cases_that_moved_on_brings_no_letter_for_each_of_them() -> None:
    of = desk()
    letter, text = of.list_(), f"#{ONE} ACCEPT\n#{TWO} ACCEPT"
    of.answer("taro1@univ.example", "Room: tower", "answer", number=ONE)
    of.answer("taro2@univ.example", "Room: tower", "answer", number=TWO)
    refused = of.orders(text, letter, tier="1")
    assert [written(decision) for decision in refused] == [[], [], [("numbered", MORGAN)]]
    assert "comes in a letter of its own" not in said(of.last(MORGAN))
    assert "Room: 102 -> tower" in said(of.last(MORGAN))
    vouched = of.orders(text, letter)
    assert [written(decision) for decision in vouched[:-1]] == [[("review", MORGAN)]] * 2


def test_whoever_confirms_with_a_code_gets_what_moved_on_meanwhile() -> None:
    of = desk()
    asked = of.orders(f"#{ONE} ACCEPT", of.list_(), tier="1")
    of.answer("taro1@univ.example", "Room: tower", "answer", number=ONE)
    assert [written(decision) for decision in of.confirms(asked)] == [[("review", MORGAN)], [("numbered", MORGAN)]]


def test_what_decides_nothing_needs_no_code_and_beside_a_decision_waits_with_it() -> None:
    of = desk()
    letter = of.list_()
    assert events(of.orders(f"#{ONE} NOTE called\n#{TWO} ASSIGN me", letter, tier="1"), Assigned)
    made = of.orders(f"#{ONE} NOTE called again\n#{TWO} ACCEPT", letter, tier="1")
    assert (events(made, Noted), events(made, Accepted)) == ([], [])
    assert of.cases[ONE].notes == ("called",)


def test_what_no_case_could_do_is_not_asked_back() -> None:
    of = desk()
    made = of.orders(f"#{ONE} REOPEN\n#{TWO} REOPEN", of.list_(), tier="1")
    assert only(made[-1], NumberedRun).refused == (ONE, TWO)


def test_a_mailbox_is_not_filled_with_questions_about_one_list() -> None:
    of = desk()
    letter = of.list_()
    for number in range(MOST_ASKED):
        assert len(of.orders(f"#{ONE if number % 2 else TWO} REJECT for reason {number}", letter, tier="1")) == 2
    made = of.orders(f"#{THREE} ACCEPT", letter, tier="1")
    assert (whole(made).why, made[-1].letters) == ("asked_often", ())


@pytest.mark.parametrize(("tier", "role"), [("0", "clerk"), ("1", "applicant"), ("0", "stranger")])
def test_nobody_but_a_proven_clerk_orders_anything(tier: str, role: str) -> None:
    of = desk()
    who = Sender.model_validate({"address": MORGAN, "role": role, "tier": tier})
    facts = Facts(sort="command", sender=who, letter=of.list_(), letter_state="verified", listed=of.listed)
    (decision,) = decide(of.cases, of._message(MORGAN, f"#{ONE} ACCEPT"), facts, RULES, of.now)
    assert decision.case is None
    assert written(decision) == [("not_counted", MORGAN)]


def test_an_entry_holds_the_rows_of_its_own_case_alone() -> None:
    asked = '[fields.room]\nregister = {name = "rooms", column = "room"}\n'
    questions = QUESTIONS.replace("[fields.room]\n", asked)
    of = desk(2, rules_with({"room-key": questions + FIELDS_STEP + REVIEW_STEP + TASK}))
    rows = tuple(Row(name="rooms", column="room", key=key, found={"room": key}) for key in ("101", "102"))
    made = of.orders(f"#{ONE} NOTE seen\n#{TWO} NOTE seen", of.list_(), rows=rows)
    assert [only(decision, Facts).rows for decision in made] == [rows[:1], rows[1:], rows]


def test_the_other_case_of_a_duplicate_is_known_though_the_list_does_not_show_it() -> None:
    assert named_cases(f"#{ONE} DUPLICATE OF 2026-00041\n#{TWO} ACCEPT") == ("2026-00041",)
    of = desk()
    made = of.orders(f"#{ONE} DUPLICATE OF {THREE}", of.list_(), listed=(ONE, TWO))
    assert only(made[0], MarkedDuplicate).of == THREE


def test_an_entry_names_no_other_case_and_the_mail_ties_none_together() -> None:
    of = desk()
    made = of.orders(f"#{ONE} ACCEPT\n#{TWO} ACCEPT", of.list_())
    assert [only(decision, Facts).listed for decision in made] == [(), (), (ONE, TWO, THREE)]
    assert events(made, MailJoined) == []


def test_in_reply_to_the_letter_about_a_case_a_number_is_a_mistake_that_says_so() -> None:
    of = desk(1)
    decision = of.order(f"#{ONE} ACCEPT")
    assert only(decision, CommandsRefused).why == "mistakes"
    assert "only in reply to a list of cases" in said(of.last(MORGAN))
    assert parse(f"#{ONE} ACCEPT") == (Mistake("numbered", f"#{ONE} ACCEPT"),)


def test_every_verb_that_a_case_allows_can_stand_behind_a_number_but_those_that_are_named() -> None:
    texts = {"ACCEPT": "", "RESUME": "", "DONE": "", "SHOW": "", "HELP": "", "QUEUE": ""}
    read = {verb: parts_of(f"#{ONE} {verb} {texts.get(verb, 'x')}")[0] for verb in ROWS}
    assert {verb for verb, part in read.items() if part.mistakes} == set(ONE_BY_ONE)


def test_the_letters_of_a_transcript_are_journaled_with_the_cases_that_they_show() -> None:
    of = desk(2)
    of.orders(f"#{ONE} ACCEPT", of.list_())
    letter = of.last(MORGAN)
    assert isinstance(letter, LetterWritten)
    assert (letter.template, letter.shows) == ("numbered", (ONE, TWO))


def test_two_cases_of_one_list_are_not_accepted_with_one_account_name() -> None:
    of = desk(2, rules_with({"room-key": QUESTIONS + ACCOUNT + MAKES + FIELDS_STEP + REVIEW_STEP + TASK}))
    made = of.orders(f"#{ONE} ACCEPT AS iden-t\n#{TWO} ACCEPT AS iden-t", of.list_())
    assert [event.account for event in events(made, Accepted)] == ["iden-t"]
    assert of.cases[TWO].status == "ready"
    assert ONE in said(of.last(MORGAN))


def test_a_name_that_the_register_has_is_not_given_through_a_list_either() -> None:
    of = desk(1, rules_with({"room-key": QUESTIONS + ACCOUNT + MAKES + FIELDS_STEP + REVIEW_STEP + TASK}))
    taken = Row(name="accounts", column="account", key="iden-t", found={"account": "iden-t", "email": "x@uni.example"})
    made = of.orders(f"#{ONE} ACCEPT AS iden-t", of.list_(), rows=(taken,))
    assert not events(made, Accepted)


def test_the_same_orders_are_asked_back_once_while_they_wait() -> None:
    of = desk()
    listed = of.list_()
    letters = [sum(len(one.letters) for one in of.orders(f"#{ONE} ACCEPT", listed, tier="1")) for _ in range(3)]
    assert letters == [1, 0, 0]


def test_a_word_of_two_meanings_that_means_another_thing_by_now_is_not_confirmed() -> None:
    of = desk(1)
    of.order("REJECT we have no room", number=ONE)
    listed = of.list_()
    asked = of.orders(f"#{ONE} 再開 お待たせしました\n#{ONE} NOTE x", listed, tier="1", listed=(ONE,))
    of.order("REOPEN\nHOLD 5 days abroad", number=ONE)
    made = of.confirms(asked)
    assert not events(made, Noted)
    assert whole(made).why == "moved_on"
