"""What the desk decides without anybody having asked for it: letters that come back, absences, the same mail twice,
orders from the shell, the quarantine, alarms."""

import typing
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from letter_examples import RULES, case

from mailbot.core import alarms
from mailbot.core.case import Case, LetterInfo, fold
from mailbot.core.decide import decide, overdue, undeliverable
from mailbot.core.decide.desk import alarms_changed, mailbox_seen, operators, quarantine_told, vanished
from mailbot.core.decide.orders import carry_out
from mailbot.core.events import (
    AddressBounced,
    AddressWorks,
    Adopted,
    Alarmed,
    AlarmEnded,
    DeadlineMoved,
    Event,
    Expired,
    Facts,
    Ignored,
    LetterDropped,
    LetterFailed,
    LetterHeld,
    LetterReleased,
    LetterSent,
    MailAttached,
    MailboxSeen,
    MailsVanished,
    Operator,
    OrderRefused,
    QuarantineDismissed,
    QuarantineTold,
    Reminded,
    ReminderPaused,
    Sender,
    StepEntered,
)
from mailbot.core.evidence import NOTHING, Remembered, content, gather, identity, opens
from mailbot.core.health import Contact, Health, Reloaded, Renewal
from mailbot.core.instants import to_text
from mailbot.core.ledger import HeldLetter, InQuarantine, Ledger, Unreached
from mailbot.core.message import Attachment, Mailbox, Message, Report
from mailbot.core.orders import REFUSALS, Adopt, DismissMail, DropLetters, Ordered, ReleaseLetters, RetryMail
from mailbot.core.outcome import Decision
from mailbot.views.cases import case_text
from mailbot.views.log import SENTENCES

NOW = datetime(2026, 4, 8, 1, tzinfo=UTC)
TARO, ICHIRO, ROBOT = "taro@univ.example", "ichiro@univ.example", "MAILER-DAEMON@mx.univ.example"
NUMBER = "2026-00042"
BY = Operator(user="aiko", nonce="n1")


def letter(to: str, role: str, template: str, **more: object) -> LetterInfo:
    """A letter the relay took on 6 April."""
    sent = {"state": "sent", "sent": "2026-04-06T01:00:01.000Z"}
    return LetterInfo.model_validate(
        {"to": to, "role": role, "key": "k1", "seq": 9, "template": template, **sent, **more}
    )


LETTERS = {
    1: letter(TARO, "applicant", "missing"),
    2: letter(ICHIRO, "responsible", "consent"),
    3: letter("morgan@staff.desk.example", "clerk", "review"),
}
REMINDER = letter(TARO, "applicant", "reminder")


def waiting(step: str = "fields", status: str = "collecting", **more: object) -> Case:
    """A case that waits since 6 April, with a reminder and a limit to come."""
    instants = {"remind": "2026-04-10T14:59:59.000Z", "due": "2026-04-20T14:59:59.000Z"}
    wrong = {"telephone": ""} if step == "fields" else {}
    return case("en", step, status, wrong, **{"letters": LETTERS, "last_letter": 3, **instants, **more})


def mail(sender: str, text: str = "", **more: object) -> Message:
    return Message("d" * 64, 100, senders=(Mailbox("", sender),), text=text, **more)  # type: ignore[arg-type]


def facts(sort: str, sender: str, number: int, role: str, tier: str = "0") -> Facts:
    who = Sender(address=sender, role=role, tier=tier)  # type: ignore[arg-type]
    return Facts(sort=sort, sender=who, letter=f"{NUMBER}.{number}", letter_state="verified", found_by="address")


def told(about: Case, message: Message, said: Facts, now: datetime = NOW) -> Decision:
    (decision,) = decide({NUMBER: about}, message, said, RULES, now)
    return decision


def after(about: Case, decision: Decision, seq: int = 20, now: datetime = NOW) -> Case:
    became = fold(about, NUMBER, seq, now, decision.events)
    assert became is not None
    return became


def kinds(decision: Decision) -> list[str]:
    return [event.kind for event in decision.events]


def only(decision: Decision, kind: type[Event]) -> Event:  # type: ignore[valid-type]
    (found,) = (event for event in decision.events if isinstance(event, kind))
    return found


def written(decision: Decision) -> list[tuple[str, str]]:
    return [(part.template, part.to) for part in decision.letters]


CLERKS = [clerk.address for clerk in RULES.desk.clerks]


def bounced(about: Case, number: int = 1, *reports: Report) -> Decision:
    role = about.letters[number].role
    return told(about, mail(ROBOT, "no such user", reports=reports), facts("bounce", ROBOT, number, role))


GONE = Report(TARO, "failed", "5.1.1", "550 5.1.1 no such user")


def test_a_letter_that_comes_back_marks_its_address_and_the_clerks_hear_of_it() -> None:
    decision = bounced(waiting(), 1, GONE)
    assert kinds(decision) == ["facts", "mail_attached", "address_bounced"]
    marked = only(decision, AddressBounced)
    assert marked == AddressBounced(address=TARO, letter="2026-00042.1", code="5.1.1", why="550 5.1.1 no such user")
    assert written(decision) == [("undeliverable", clerk) for clerk in CLERKS]
    about = after(waiting(), decision)
    assert about.bounced == (TARO,)
    assert [(part.by, part.sort) for part in about.attached] == [(ROBOT, "bounce")]


def test_clerks_hear_once_of_an_address_however_many_letters_come_back() -> None:
    about = after(waiting(), bounced(waiting(), 1, GONE))
    again = waiting(letters={**about.letters, 4: REMINDER}, bounced=about.bounced)
    assert kinds(bounced(again, 4, GONE)) == ["facts", "mail_attached", "address_bounced"]
    assert written(bounced(again, 4, GONE)) == []
    assert kinds(bounced(about, 1, GONE)) == ["facts", "mail_attached"], "the same letter once more"


@pytest.mark.parametrize(
    "reports",
    [
        [Report(TARO, "delayed", "4.4.7", "will be tried for two days")],
        [Report(TARO, "delivered", "2.0.0")],
        [Report(TARO, "relayed", "5.0.0")],
        [Report(TARO, "", "4.2.2")],
        [Report("a@else.example", "failed", "5.1.1"), Report("b@else.example", "failed", "5.1.1")],
    ],
)
def test_a_report_that_nothing_failed_for_good_is_only_attached(reports: list[Report]) -> None:
    decision = bounced(waiting(), 1, *reports)
    assert kinds(decision) == ["facts", "mail_attached"]
    assert only(decision, MailAttached).why == "delayed"
    assert decision.letters == ()


@pytest.mark.parametrize(
    "reports",
    [
        [],
        [Report(TARO.upper(), "Failed", "")],
        [Report(TARO, "", "5.7.1")],
        [Report("box@inside.univ.example", "failed", "5.2.1")],
        [Report("a@else.example", "delivered", "2.0.0"), Report(TARO, "failed", "4.4.7")],
    ],
)
def test_a_failure_for_good_is_known_in_all_its_forms(reports: list[Report]) -> None:
    assert after(waiting(), bounced(waiting(), 1, *reports)).bounced == (TARO,)


def test_what_the_recipient_wrote_without_a_report_is_no_failure() -> None:
    decision = told(waiting(), mail(TARO, "I am away"), facts("bounce", TARO, 1, "applicant", "0+"))
    assert kinds(decision) == ["facts", "mail_attached"]


def test_a_notice_of_delay_without_a_report_is_no_failure() -> None:
    late = mail(ROBOT, "We will keep trying.", subject="Warning: message delayed 4 hours")
    decision = told(waiting(), late, facts("bounce", ROBOT, 1, "applicant"))
    assert kinds(decision) == ["facts", "mail_attached"]
    assert only(decision, MailAttached).why == "delayed"


def test_a_letter_to_a_clerk_that_comes_back_is_logged_and_told_to_nobody() -> None:
    decision = bounced(waiting("review", "ready"), 3)
    assert "address_bounced" in kinds(decision)
    assert decision.letters == ()


def test_after_the_end_of_a_case_only_a_letter_that_told_of_it_is_worth_a_word() -> None:
    final = {**LETTERS, 4: letter(TARO, "applicant", "accepted")}
    done = waiting("review", "done", letters=final, remind=None, due=None)
    assert written(bounced(done, 1, GONE)) == []
    known = after(done, bounced(done, 1, GONE))
    assert written(bounced(known, 4, GONE)) == [("undeliverable", clerk) for clerk in CLERKS]
    assert written(bounced(after(known, bounced(known, 4, GONE)), 4, GONE)) == []


def test_what_our_own_relay_refuses_marks_the_address_too() -> None:
    failed = LetterFailed(letter="2026-00042.1", code=550, why="no such user")
    decision = undeliverable(waiting(), failed, RULES, NOW)
    assert kinds(decision) == ["letter_failed", "address_bounced"]
    assert written(decision) == [("undeliverable", clerk) for clerk in CLERKS]
    assert after(waiting(), decision).bounced == (TARO,)


def test_whoever_is_away_is_passed_over_unless_nobody_is_there() -> None:
    failed = LetterFailed(letter="2026-00042.1", code=550, why="no such user")
    gone = dict.fromkeys(CLERKS, "2026-12-31")
    decision = undeliverable(waiting(), failed, RULES, NOW, {CLERKS[0]: "2026-12-31"})
    assert written(decision) == [("undeliverable", clerk) for clerk in CLERKS[1:]]
    assert written(undeliverable(waiting(), failed, RULES, NOW, gone)) == [("undeliverable", one) for one in CLERKS]
    back = {CLERKS[0]: "2026-01-01"}
    assert written(undeliverable(waiting(), failed, RULES, NOW, back)) == [("undeliverable", one) for one in CLERKS]


def test_the_reminder_of_somebody_out_of_reach_goes_to_the_clerks() -> None:
    decision = overdue(waiting(bounced=(TARO,)), "remind", RULES, NOW)
    assert written(decision) == [("unreached", clerk) for clerk in CLERKS]
    assert all(part.data["by"] == TARO for part in decision.letters)
    of_both = overdue(waiting("consent", "awaiting_consent", bounced=(TARO,)), "remind", RULES, NOW)
    assert written(of_both) == [("reminder", ICHIRO)], "only who is waited for counts"


LATER = datetime(2026, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"bounced": True},
        {"state": "held", "sent": None},
        {"state": "dropped", "sent": None},
        {"state": "failed", "sent": None, "bounced": True},
    ],
)
def test_a_case_ends_only_if_its_reminder_arrived(state: dict[str, object]) -> None:
    reminded = REMINDER.model_copy(update=state)
    decision = overdue(waiting(letters={**LETTERS, 4: reminded}, remind=None), "limit", RULES, LATER)
    if not state:
        assert only(decision, Expired).step == "fields"
        return
    assert only(decision, DeadlineMoved).due == "2026-05-11T14:59:59.000Z"
    again = [] if state["state" if "state" in state else "bounced"] == "held" else [("reminder", TARO)]
    assert written(decision) == again, "a held one may still go; any other never arrived"


def test_a_case_never_ends_on_somebody_who_could_not_be_reached() -> None:
    reminded = {**LETTERS, 4: REMINDER}
    about = waiting(letters=reminded, remind=None, bounced=(TARO,))
    decision = overdue(about, "limit", RULES, LATER)
    assert [kind for kind in kinds(decision) if kind == "expired"] == []
    assert written(decision) == [("unreached", clerk) for clerk in CLERKS]
    clerk = letter(CLERKS[0], "clerk", "unreached", sent="2026-04-20T00:00:00.000Z")
    quiet = overdue(waiting(letters={**reminded, 5: clerk}, remind=None, bounced=(TARO,)), "limit", RULES, LATER)
    assert kinds(quiet) == ["facts", "deadline_moved"], "clerks were told in this step"


def test_whoever_writes_from_an_address_that_bounced_can_be_reached_again() -> None:
    about = waiting(bounced=(TARO, ICHIRO))
    text = "Telephone: 055-000-0000"
    proven = told(about, mail(TARO, text), facts("answer", TARO, 1, "applicant", "0+"))
    assert only(proven, AddressWorks).address == TARO
    assert after(about, proven).bounced == (ICHIRO,)
    claimed = told(about, mail(TARO, text), facts("answer", TARO, 1, "applicant", "0"))
    assert "address_works" not in kinds(claimed)


def away(about: Case, sender: str, number: int, tier: str, now: datetime = NOW) -> Decision:
    role = about.letters[number].role
    return told(about, mail(sender, "I am away until Monday"), facts("autoreply", sender, number, role, tier), now)


def test_an_absence_puts_the_reminder_off_and_the_limit_with_it() -> None:
    decision = away(waiting(), TARO, 1, "0+")
    assert kinds(decision) == ["facts", "mail_attached", "reminder_paused"]
    paused = only(decision, ReminderPaused)
    assert (paused.remind, paused.due) == ("2026-04-15T14:59:59.000Z", "2026-04-21T14:59:59.000Z")
    assert decision.letters == ()
    about = after(waiting(), decision)
    assert (about.remind, about.due, about.pauses) == (paused.remind, paused.due, 1)
    assert kinds(away(about, TARO, 1, "0+")) == ["facts", "mail_attached"], "a second one the same day"


def test_an_absence_that_answers_the_reminder_has_it_sent_once_more() -> None:
    about = waiting(letters={**LETTERS, 4: REMINDER}, remind=None)
    assert only(away(about, TARO, 4, "0+"), ReminderPaused).remind == "2026-04-15T14:59:59.000Z"


@pytest.mark.parametrize(
    ("about", "sender", "number", "tier"),
    [
        (waiting(), ICHIRO, 2, "1"),
        (waiting(), TARO, 1, "0"),
        (waiting(pauses=3), TARO, 1, "0+"),
        (waiting(stuck=True), TARO, 1, "0+"),
        (waiting("review", "done", due=None, remind=None), TARO, 1, "0+"),
    ],
    ids=["not waited for", "not proven", "three times already", "in the clerks' hands", "closed"],
)
def test_any_other_absence_is_only_attached(about: Case, sender: str, number: int, tier: str) -> None:
    decision = away(about, sender, number, tier)
    assert kinds(decision) == ["facts", "mail_attached"]
    assert decision.letters == ()


def test_a_clerks_absence_is_noted_and_moves_no_case() -> None:
    decision = away(waiting("review", "ready"), "morgan@staff.desk.example", 3, "1")
    assert kinds(decision) == ["facts", "mail_attached", "clerk_away"]
    assert decision.letters == ()


def test_pauses_are_counted_anew_in_every_step() -> None:
    entered = Decision(NUMBER, (Facts(), StepEntered(step="consent")))
    assert after(waiting(pauses=3), entered).pauses == 0


def test_the_last_automatic_mails_are_remembered_for_the_clerks() -> None:
    about = waiting()
    for day in range(7):
        about = after(about, away(about, TARO, 1, "0+", NOW + timedelta(days=day)), 20 + day, NOW + timedelta(days=day))
    assert len(about.attached) == 5
    assert about.attached[-1].at == to_text(NOW + timedelta(days=6))
    assert about.pauses == 3


def test_a_letter_that_is_held_released_or_dropped_was_not_tried() -> None:
    due = waiting(letters={1: LETTERS[1].model_copy(update={"state": "due", "sent": None})})
    states = []
    for event in (LetterHeld(letter="2026-00042.1", why="domain"), LetterReleased(letter="2026-00042.1")):
        due = after(due, Decision(NUMBER, (event,)))
        states.append((due.letters[1].state, due.letters[1].tries))
    dropped = after(due, Decision(NUMBER, (LetterDropped(letter="2026-00042.1"),))).letters[1]
    sent = after(due, Decision(NUMBER, (LetterSent(letter="2026-00042.1", answer="250"),))).letters[1]
    assert [*states, (dropped.state, dropped.tries)] == [("held", 0), ("due", 0), ("dropped", 0)]
    assert (sent.state, sent.tries) == ("sent", 1)


def test_clerks_see_robots_and_dead_addresses_with_the_case() -> None:
    shown = case_text(after(waiting(), bounced(waiting(), 1, GONE)), RULES, [])
    assert f"came back  letters to {TARO}" in shown
    assert f"automatic mails\n  2026-04-08T01:00:00.000Z  bounce of {ROBOT}" in shown
    assert "automatic mails" not in case_text(waiting(), RULES, [])


# The same mail twice.

HELLO = mail(TARO, "Hello.\n\nIs it  done?\n", message_id="<1@univ.example>", subject="Question")
LISTED = (("list-id", "<staff.univ.example>"),)
FOOTER = "\n" + "_" * 47 + "\nstaff mailing list\nhttps://lists.univ.example/staff\n"


def test_a_mail_is_the_same_by_message_id_and_sender_whatever_the_case_of_the_address() -> None:
    assert identity(HELLO) == identity(
        replace(HELLO, senders=(Mailbox("Taro", TARO.upper()),), subject="[staff] Question")
    )
    assert len(identity(HELLO)) == 32
    assert identity(HELLO) != identity(replace(HELLO, senders=(Mailbox("", ICHIRO),)))


@pytest.mark.parametrize(
    "unnamed",
    [replace(HELLO, message_id=""), replace(HELLO, senders=()), replace(HELLO, senders=(Mailbox("", "a@b.c"),) * 2)],
    ids=["no Message-ID", "no sender", "two senders"],
)
def test_a_mail_without_a_name_is_like_no_other(unnamed: Message) -> None:
    assert identity(unnamed) == ""


def test_the_copy_of_a_list_says_the_same() -> None:
    listed = replace(HELLO, subject="[staff] Question", text="Hello.\nIs it done?" + FOOTER, headers=LISTED)
    assert content(listed) == content(HELLO)
    assert content(replace(listed, headers=())) != content(HELLO), "no list, no footer"
    ruled = replace(HELLO, text=f"Hello.\n{'-' * 30}\nIs it done?")
    assert content(replace(ruled, text=ruled.text + FOOTER, headers=LISTED)) == content(ruled)


def test_other_words_or_attachments_are_other_content() -> None:
    one, two = (Attachment(f"{name}.pdf", "application/pdf", 9, name * 64) for name in "ab")
    said = {content(HELLO), content(replace(HELLO, text="Hello.")), content(replace(HELLO, attachments=(one,)))}
    assert len(said) == 3
    filled = [replace(HELLO, text=f"> Telephone: 055-000-000{digit}\n") for digit in "01"]
    assert content(filled[0]) != content(filled[1]), "forms are filled in inside the quote"
    assert content(replace(HELLO, attachments=(one, two))) == content(replace(HELLO, attachments=(two, one)))


def test_the_same_mail_once_more_is_ignored_and_draws_no_number() -> None:
    remembered = Remembered({}, {}, 0, {"a" * 64: "other", "b" * 64: content(HELLO)})
    found = gather(HELLO, remembered, RULES, {})
    assert (found.twin, found.same, found.identity) == ("b" * 64, True, identity(HELLO))
    (decision,) = decide({}, HELLO, found, RULES, NOW)
    assert decision == Decision(None, (found, Ignored(reason="same_mail")))
    form = replace(HELLO, text="=== form new-account begin ===\nFamily name: Iden\n=== form new-account end ===")
    fresh = gather(form, NOTHING, RULES, {})
    assert opens(form, fresh, NOTHING, RULES) == "new-account"
    assert opens(form, fresh.model_copy(update={"same": True}), NOTHING, RULES) is None


def test_another_mail_under_the_same_message_id_is_decided_and_flagged() -> None:
    found = gather(HELLO, Remembered({}, {}, 0, {"a" * 64: "x", "b" * 64: "y"}), RULES, {})
    assert (found.twin, found.same) == ("b" * 64, False)
    assert found.doubts == ("the Message-ID of another mail of this sender",)
    (decision,) = decide({}, HELLO, found, RULES, NOW)
    assert "answered" in kinds(decision)
    assert "the Message-ID of another mail" in SENTENCES["facts"](found)
    assert gather(HELLO, NOTHING, RULES, {}).twin is None


# Orders.

HELD = {
    "2026-00042.7": letter(TARO, "applicant", "status", state="held", sent=None),
    "2026-00042.8": letter(ICHIRO, "responsible", "status", state="held", sent=None),
    "2026-00043.1": letter(TARO, "applicant", "missing", state="due", sent=None),
    "e123.1": letter(TARO, "stranger", "forms", state="held", sent=None),
    "2026-00042.1": letter(TARO, "applicant", "missing"),
}
ASIDE = InQuarantine("f" * 64, 5, NOW - timedelta(hours=2), "a mail without exactly one From address")
LEDGER = Ledger(
    validity=1,
    adopted=True,
    held=tuple(HeldLetter(name, TARO, "status", 9, "address") for name in HELD if HELD[name].state == "held"),
    quarantine=(ASIDE,),
)


def ordered(order: object, ledger: Ledger = LEDGER) -> list[Decision]:
    given = Ordered(by=BY, at=to_text(NOW), order=order)  # type: ignore[arg-type]
    decisions = carry_out(given, ledger, HELD, RULES, NOW)
    assert all(decision.events[0] == Facts(sort="order", operator=BY) for decision in decisions)
    assert all(decision.letters == () for decision in decisions)
    return decisions


def done(decisions: Iterable[Decision]) -> list[tuple[str | None, list[Event]]]:
    return [(decision.case, list(decision.events[1:])) for decision in decisions]


def test_all_held_letters_are_released_one_entry_a_case() -> None:
    assert done(ordered(ReleaseLetters())) == [
        (NUMBER, [LetterReleased(letter="2026-00042.7"), LetterReleased(letter="2026-00042.8")]),
        (None, [LetterReleased(letter="e123.1")]),
    ]


def test_letters_held_or_due_may_be_dropped() -> None:
    assert done(ordered(DropLetters(letters=("2026-00043.1", "e123.1", "e123.1")))) == [
        ("2026-00043", [LetterDropped(letter="2026-00043.1")]),
        (None, [LetterDropped(letter="e123.1")]),
    ]


REFUSED = [
    (ReleaseLetters(letters=("2026-00042.7", "2026-00042.9")), "no_such_letter", "2026-00042.9"),
    (ReleaseLetters(letters=("2026-00043.1",)), "letter_not_held", "2026-00043.1"),
    (DropLetters(letters=("e123.1", "2026-00042.1")), "letter_sent", "2026-00042.1"),
    (DismissMail(mail="0" * 64), "not_in_quarantine", "0" * 64),
    (RetryMail(mail="0" * 64), "not_in_quarantine", "0" * 64),
    (RetryMail(mail="f" * 64), "mail_erased", "f" * 64),
    (Adopt(), "nothing_observed", ""),
]


@pytest.mark.parametrize(("order", "why", "about"), REFUSED, ids=[row[1] for row in REFUSED])
def test_an_order_that_cannot_be_carried_out_does_nothing_at_all(order: object, why: str, about: str) -> None:
    assert done(ordered(order)) == [(None, [OrderRefused(why=why, about=about)])]
    assert why in REFUSALS


def test_nothing_can_be_released_where_nothing_is_held() -> None:
    assert done(ordered(ReleaseLetters(), Ledger())) == [(None, [OrderRefused(why="nothing_held")])]


def test_a_mail_in_quarantine_is_dismissed_with_the_reason() -> None:
    dismissed = QuarantineDismissed(mail="f" * 64, reason="spam")
    assert done(ordered(DismissMail(mail="f" * 64, reason="spam"))) == [(None, [dismissed])]


def test_nothing_is_adopted_before_the_inbox_was_looked_at() -> None:
    assert done(ordered(Adopt(), Ledger())) == [(None, [OrderRefused(why="nothing_seen")])]


@pytest.mark.parametrize(
    "ledger", [Ledger(validity=1), Ledger(validity=1, adopted=True, observed=True)], ids=["new desk", "came back"]
)
def test_what_is_only_observed_is_adopted(ledger: Ledger) -> None:
    assert done(ordered(Adopt(), ledger)) == [(None, [Adopted()])]


# The quarantine, the mailbox.


def test_clerks_hear_of_the_quarantine_once_a_day_where_the_desk_is() -> None:
    evening = datetime(2026, 4, 8, 14, tzinfo=UTC)  # 23:00 in Tokyo
    told_now = quarantine_told(LEDGER, RULES, evening)
    assert told_now is not None
    assert told_now.events == (Facts(sort="routine"), QuarantineTold(mails=1))
    assert written(told_now) == [("quarantine", clerk) for clerk in CLERKS]
    another = InQuarantine("e" * 64, 9, evening + timedelta(minutes=30), "too deep")
    both = replace(LEDGER, told=evening, told_seq=8, quarantine=(ASIDE, another))
    assert quarantine_told(both, RULES, evening + timedelta(minutes=50)) is None
    tomorrow = quarantine_told(both, RULES, evening + timedelta(minutes=70))
    assert tomorrow is not None
    assert [part.data["mails"] for part in tomorrow.letters] == [(another,), (another,)]


def test_nobody_hears_twice_of_the_same_mail_in_quarantine() -> None:
    assert quarantine_told(replace(LEDGER, told=NOW, told_seq=8), RULES, NOW + timedelta(days=3)) is None
    assert quarantine_told(Ledger(), RULES, NOW) is None


def test_a_mail_that_came_into_quarantine_by_a_clock_gone_back_is_told_all_the_same() -> None:
    earlier = InQuarantine("e" * 64, 9, NOW - timedelta(hours=1), "too deep")
    same_instant = InQuarantine("d" * 64, 10, NOW, "too deep")
    ledger = replace(LEDGER, told=NOW, told_seq=8, quarantine=(ASIDE, earlier, same_instant))
    decision = quarantine_told(ledger, RULES, NOW + timedelta(days=1))
    assert decision is not None
    assert decision.letters[0].data["mails"] == (earlier, same_instant)


def test_a_mailbox_under_another_uidvalidity_is_noted() -> None:
    assert mailbox_seen(7, 3, 21, observed=True).events == (
        Facts(sort="mailbox"),
        MailboxSeen(validity=7, known=3, unknown=21, observed=True),
    )
    assert vanished(7, "3:5", 3).events == (Facts(sort="mailbox"), MailsVanished(validity=7, uids="3:5", count=3))


# Alarms.

COUNTS = {"written": 9, "sent": 6, "failed": 1, "held": 1, "dropped": 1}
WELL = Health(
    Ledger(mails={"taken_in": 5, "ignored": 3, "quarantined": 1, "dismissed": 1}, letters=COUNTS),
    seen=NOW,
    waiting=2,
    oldest=NOW - timedelta(minutes=59),
    files=10,
    came=16,
    filed=10,
    gone=4,
)
BROKEN = Contact(broken=NOW - timedelta(minutes=11), trouble="connection refused")
LATELY = Contact(broken=NOW - timedelta(minutes=9), trouble="connection refused")


def with_letters(health: Health, **counts: int) -> Health:
    return replace(health, ledger=replace(health.ledger, letters={**COUNTS, **counts}))


def waiting_since(instant: datetime) -> Health:
    return replace(WELL, ledger=replace(WELL.ledger, oldest_due=instant))


def test_a_desk_that_is_well_raises_no_alarm() -> None:
    assert [row.agrees for row in alarms.sums(WELL)] == [True, True, True]
    assert alarms.raised(WELL, NOW) == {}
    assert alarms.raised(Health(Ledger()), NOW) == {}
    assert alarms.raised(replace(WELL, undecided=2), NOW) == {}, "they may be on their way"
    assert alarms.raised(replace(WELL, smtp=BROKEN), NOW) == {}, "nothing is due"
    assert alarms.raised(waiting_since(NOW - timedelta(hours=23, minutes=59)), NOW) == {}
    assert alarms.raised(replace(with_letters(WELL, due=1, written=10), smtp=LATELY, imap=LATELY), NOW) == {}


UNREACHED = Unreached("sato@staff.desk.example", "e7.1", "digest", NOW - timedelta(days=3), "550 no such user")
ALARMING = [
    ("sums", replace(WELL, files=9), "decided mails on the disk: 9; mails decided by the journal: 10"),
    ("sums", replace(WELL, came=17), "mails that came: 17; filed, gone, waiting, observed, empty: 16"),
    ("sums", with_letters(WELL, sent=5), "letters due, sent, failed, held, dropped: 8; letters written: 9"),
    ("oldest", replace(WELL, oldest=NOW - timedelta(minutes=61)), "mails: 2; the oldest since 2026-04-07 23:59 UTC"),
    ("undecided", replace(WELL, waiting=0, came=14, undecided=1), "mails: 1"),
    ("undecided", replace(WELL, undecided=2, undecidable=1), "mails: 2"),
    ("stuck", replace(WELL, stuck=(7, 8, 9)), "mails: 3; UIDs 7:9"),
    ("unread", replace(WELL, read=NOW - timedelta(hours=2)), "since 2026-04-07 23:00 UTC"),
    ("inbox", replace(WELL, imap=BROKEN), "since 2026-04-08 00:49 UTC: connection refused"),
    (
        "sending",
        replace(with_letters(WELL, due=2, written=11), smtp=BROKEN),
        "letters: 2; since 2026-04-08 00:49 UTC: connection refused",
    ),
    (
        "late",
        with_letters(waiting_since(NOW - timedelta(hours=24, minutes=1)), due=2, written=11),
        "letters: 2; the oldest since 2026-04-07 00:59 UTC",
    ),
    (
        "access",
        replace(WELL, imap=Contact(broken=NOW, trouble="invalid_grant: mend it", mend=True)),
        "since 2026-04-08 01:00 UTC: invalid_grant: mend it",
    ),
    (
        "secrets",
        replace(WELL, renewals=tuple(Renewal(f"no. {days}", NOW + timedelta(days=days)) for days in (31, 29, 0))),
        "no. 0; no. 29",
    ),
    ("held", replace(WELL, ledger=replace(WELL.ledger, held=LEDGER.held)), "letters: 3; address 3"),
    (
        "rules",
        replace(WELL, reloaded=Reloaded(NOW, problems=("rules/desk.toml:3: found `x`", "another"))),
        "problems: 2; rules/desk.toml:3: found `x`",
    ),
    (
        "unreached",
        replace(WELL, ledger=replace(WELL.ledger, unreached=(UNREACHED,))),
        "sato@staff.desk.example (digest, since 2026-04-05 01:00 UTC): 550 no such user",
    ),
    (
        "forged",
        replace(WELL, ledger=replace(WELL.ledger, forged=(("2026-00042", NOW - timedelta(hours=1)),) * 3)),
        "2026-00042 3",
    ),
    (
        "observed",
        replace(WELL, observed=4, came=20, would_do={"enquiry": 3, "application": 1}),
        "mails: 4; application 1, enquiry 3",
    ),
]


@pytest.mark.parametrize(("code", "health", "detail"), ALARMING)
def test_an_alarm_is_raised_with_its_figures(code: str, health: Health, detail: str) -> None:
    assert alarms.raised(health, NOW) == {code: detail}


def test_every_alarm_can_be_raised_and_has_its_words() -> None:
    codes = {alarm.code for alarm in alarms.ALARMS}
    assert codes == {row[0] for row in ALARMING}
    for language in RULES.desk.languages:
        assert RULES.words[language].alarms.keys() == codes | {f"{code}_over" for code in codes}


def test_operators_get_one_letter_for_what_began_and_what_is_over() -> None:
    ledger = Ledger(alarms=frozenset({"inbox", "held"}))
    decision = alarms_changed({"held": "letters: 3", "oldest": "mails: 1"}, ledger, RULES, NOW)
    assert decision is not None
    assert decision.events == (
        Facts(sort="alarm"),
        Alarmed(alarm="oldest", detail="mails: 1"),
        AlarmEnded(alarm="inbox"),
    )
    (only_letter,) = decision.letters
    assert (only_letter.template, only_letter.to, only_letter.role) == ("alarm", "sato@staff.desk.example", "operator")
    assert only_letter.languages == ("ja",), "the head's language"
    assert only_letter.data == {"alarms": {"oldest": "mails: 1"}, "over": ("inbox",)}


def test_an_alarm_that_goes_on_is_told_once() -> None:
    assert alarms_changed({"held": "letters: 9"}, Ledger(alarms=frozenset({"held"})), RULES, NOW) is None
    assert alarms_changed({}, Ledger(), RULES, NOW) is None


def test_operators_are_those_of_the_desk_else_its_head_else_all_who_decide() -> None:
    desk = RULES.desk
    named = desk.model_copy(update={"operators": ("root@staff.desk.example",)})
    headless = desk.model_copy(update={"clerks": desk.clerks[1:]})
    assert operators(named) == ("root@staff.desk.example",)
    assert operators(desk) == ("sato@staff.desk.example",)
    assert operators(headless) == ("morgan@staff.desk.example",)


def test_the_log_has_a_sentence_for_every_kind_of_event() -> None:
    models = typing.get_args(typing.get_args(Event)[0])
    assert {model.model_fields["kind"].default for model in models} == SENTENCES.keys()


def test_a_reminder_is_noted_even_if_it_goes_to_the_clerks() -> None:
    assert isinstance(overdue(waiting(bounced=(TARO,)), "remind", RULES, NOW).events[1], Reminded)
