"""How a case moves from step to step: what it waits for, when that is over, and what happens when time passes."""

import pytest
from stepping import (
    CLERK,
    DOCUMENTS,
    HEAD,
    ICHIRO,
    NUMBER,
    OLD,
    STEPS,
    TARO,
    Play,
    filled,
    form,
    labelled,
    pdf,
    picture,
    ready,
    row,
    texts,
)

from mailbot.core.case import fold
from mailbot.core.decide import overdue
from mailbot.core.events import (
    AccountChanged,
    Answered,
    ConsentGiven,
    DeadlineMoved,
    DocumentReceived,
    DocumentsVoided,
    FieldsRead,
    HandedToClerk,
    MailAttached,
    Plan,
    PlanFault,
    PlanLine,
    Row,
    StepEntered,
    StepPassed,
)
from mailbot.core.instants import from_text
from mailbot.core.message import Attachment
from mailbot.core.steps import complete_since, entered

CLERKS = [("task", HEAD), ("task", CLERK)]
WHOLE = ("fields", "consent", "document", "review", "post", "login", "tell")


def agreed(play: Play, *attached: Attachment) -> Play:
    return play.answer(ICHIRO, "AGREE", *attached, sort="consent")


# From first mail to last.


def test_a_case_goes_through_all_its_steps_and_says_each_time_what_is_next() -> None:
    play = ready(*WHOLE)
    assert play.written == [("received", TARO), ("consent", ICHIRO)]
    agreed(play)
    assert play.written == [("agreed", ICHIRO), ("document", ICHIRO)]
    assert "we need your signature on this: Pledge" in play.text("agreed")
    play.answer(ICHIRO, "here it is", pdf())
    assert play.happened == ["document_received", "step_entered"]
    assert play.written == [("document_received", ICHIRO), ("review", HEAD), ("review", CLERK)]
    assert "Our staff will now decide" in play.text("document_received")
    play.answer(CLERK, "ACCEPT")
    assert play.written == [("accepted", TARO), ("accepted_responsible", ICHIRO), *CLERKS]
    assert "Our staff will now carry it out" in play.text("accepted")
    assert play.known.status == "in_progress"
    play.answer(CLERK, "POSTED CERT 1234")
    assert (play.known.step, play.written) == ("login", [])
    play.passes("limit")
    assert play.happened == ["step_passed", "step_entered", "step_passed", "completed"]
    assert play.only(StepEntered) == StepEntered(step="tell", sort="notify")
    assert (play.known.status, play.written) == ("done", [("completed", TARO)])


def texts_of_account() -> dict[str, object]:
    register = {"name": "accounts", "column": "account", "unknown": "ask"}
    return {"label": texts("Account"), "type": "account_name", "register": register}


def test_steps_that_do_not_concern_a_case_are_passed_over() -> None:
    abroad = {"field": "away", "is": "yes"}
    consent = {"kind": "consent", "letter": "consent", "shows": ("name",), "when": abroad}
    play = Play(form("fields", consent, "review"))
    assert play.apply().written == [("received", TARO), ("review", HEAD), ("review", CLERK)]
    other = Play(form("fields", consent, "review")).apply(filled(From_abroad="yes"))
    assert other.known.status == "awaiting_consent"


def test_a_changed_value_brings_an_earlier_step_back() -> None:
    consent = {"kind": "consent", "letter": "consent", "shows": ("name",), "when": {"field": "away", "is": "yes"}}
    play = Play(form("fields", consent, "review")).apply()
    assert play.known.status == "ready"
    play.answer(TARO, "From abroad: yes")
    assert (play.known.status, play.written) == ("awaiting_consent", [("received", TARO), ("consent", ICHIRO)])


def test_an_acceptance_closes_a_case_only_if_nothing_is_left() -> None:
    last = ready("fields", "review").answer(CLERK, "ACCEPT")
    assert last.happened == ["accepted", "completed"]
    assert last.written == [("accepted", TARO), ("accepted_responsible", ICHIRO)]
    goes_on = ready("fields", "review", "post").answer(CLERK, "ACCEPT")
    assert goes_on.happened == ["accepted", "step_entered"]
    assert goes_on.known.open
    goes_on.answer(CLERK, "POSTED CERT 77")
    assert (goes_on.happened, goes_on.written) == (["task_done", "completed"], [("completed", TARO)])


def test_after_the_decision_nothing_changes_by_a_mail() -> None:
    play = ready("fields", "review", "post").answer(CLERK, "ACCEPT").answer(TARO, "Purpose: mining coins")
    assert play.only(MailAttached).why == "decided"
    assert play.known.values["purpose"] == "Copying genomes"
    assert play.written == [("will_read", TARO), ("passed_on", HEAD), ("passed_on", CLERK)]


def test_nobody_takes_a_consent_back_after_the_decision_but_clerks_hear_of_it() -> None:
    play = agreed(ready("fields", "consent", "review", "post")).answer(CLERK, "VOUCH responsible\nACCEPT")
    play.answer(ICHIRO, "DECLINE", sort="consent")
    assert play.happened == ["mail_attached"]
    assert play.written == [("not_counted", ICHIRO), ("passed_on", HEAD), ("passed_on", CLERK)]


@pytest.mark.parametrize("letter", ["consent", "document"])
def test_an_agreement_counts_for_the_newest_letter_that_asked_for_it_whatever_that_is_called(letter: str) -> None:
    play = ready("fields", {**STEPS["consent"], "letter": letter}, "review")
    old, _ = play.newest(ICHIRO)
    play.answer(TARO, "Purpose: quite another one")
    assert play.newest(ICHIRO)[0] > old
    play.answer(ICHIRO, "AGREE", sort="consent", letter=f"{NUMBER}.{old}")
    assert (play.only(MailAttached).why, play.known.consent) == ("old_letter", None)
    assert agreed(play).known.consent is not None


# Documents.


def test_a_document_may_come_with_the_agreement() -> None:
    play = agreed(ready("fields", "consent", "document", "review"), pdf(signed=("Ichiro Suzuki",)))
    there = play.only(DocumentReceived)
    assert (there.document, there.how, there.by, there.signed) == ("pledge", "mail", ICHIRO, ("Ichiro Suzuki",))
    assert play.written == [("agreed", ICHIRO), ("review", HEAD), ("review", CLERK)]
    assert "this has reached us: Pledge" in play.text("agreed")
    assert "digital signature: Ichiro Suzuki" in play.text("review", CLERK)


def test_clerks_see_who_sent_a_document_and_whether_it_is_signed_digitally() -> None:
    play = agreed(ready("fields", "consent", "document", "review")).answer(TARO, "for Prof. Suzuki", pdf())
    assert play.only(DocumentReceived).by == TARO
    shown = play.text("review", CLERK)
    assert f"Pledge: by mail, from {TARO}" in shown
    assert "no digital signature found: look for a handwritten one" in shown


def test_pledges_are_asked_for_in_order_each_from_whoever_signs_it() -> None:
    play = Play(form("fields", "consent", "document", "review")).apply(filled(From_abroad="yes"))
    assert agreed(play).written == [("agreed", ICHIRO), ("document", ICHIRO)]
    play.answer(ICHIRO, "", pdf())
    assert play.written == [("document_received", ICHIRO), ("document", TARO)]
    assert "we need the signature of Taro Iden" in play.text("document_received")
    assert "Own pledge" in play.text("document")
    assert play.known.status == "awaiting_document"
    play.answer(TARO, "", pdf())
    assert play.written == [("document_received", TARO), ("review", HEAD), ("review", CLERK)]


def test_two_pdfs_are_two_documents_and_photographs_the_pages_of_one() -> None:
    abroad = Play(form("fields", "document", "review")).apply(filled(From_abroad="yes"))
    pages = abroad.answer(TARO, "", picture("1.jpg"), picture("2.jpg"))
    assert list(pages.known.documents) == ["pledge"]
    both = Play(form("fields", "document", "review")).apply(filled(From_abroad="yes"))
    assert list(both.answer(TARO, "", pdf("a.pdf"), pdf("b.pdf")).known.documents) == ["pledge", "own"]


@pytest.mark.parametrize(
    ("sender", "part", "why", "told"),
    [
        ("x@free.example", pdf(), "document_unproven", []),
        ("", pdf(numbers=("2026-00099",)), "document_of_another_case", []),
        ("", Attachment("notes.txt", "text/plain", 9, "a" * 64, kind="text"), "no_document", [("will_read", ICHIRO)]),
    ],
)
def test_what_is_no_document_of_the_case_goes_to_the_clerks(
    sender: str, part: Attachment, why: str, told: list[tuple[str, str]]
) -> None:
    play = agreed(ready("fields", "consent", "document", "review"))
    play.answer(ICHIRO, "", part, sender=sender)
    assert [event.why for event in play.last.events if isinstance(event, MailAttached)] == [why]
    assert (play.known.documents, play.known.status) == ({}, "awaiting_document")
    assert play.written == [*told, ("passed_on", HEAD), ("passed_on", CLERK)]


def test_a_sheet_with_this_number_counts_without_the_word_and_both_stay_apart() -> None:
    play = ready("fields", "consent", "document", "review").answer(ICHIRO, "", pdf(numbers=("2026-00042",)))
    assert (list(play.known.documents), play.known.status) == (["pledge"], "awaiting_consent")
    assert "We also need your consent" in play.text("document_received")
    assert agreed(play).known.status == "ready"


@pytest.mark.parametrize("logo", [picture("0.png", inline=True, pixels=(90, 30)), picture("0.png", pixels=(1, 1))])
def test_a_logo_is_no_pledge(logo: Attachment) -> None:
    play = agreed(ready("fields", "consent", "document", "review"), logo)
    assert (play.known.documents, play.known.step) == ({}, "document")
    assert play.written == [("agreed", ICHIRO), ("document", ICHIRO)]
    play.answer(ICHIRO, "I will sign it next week.", logo)
    assert (play.known.documents, play.only(MailAttached).why) == ({}, "no_document")


def test_a_page_within_the_text_of_an_agreement_is_for_clerks_to_look_at() -> None:
    page = picture("0.jpg", inline=True, pixels=(1240, 1754))
    play = agreed(ready("fields", "consent", "document", "review"), page)
    assert (play.known.documents, play.only(MailAttached).why) == ({}, "no_document")
    assert play.written[0] == ("passed_on", HEAD)


def test_a_scan_counts_whether_its_size_is_known_or_not() -> None:
    for scan in (picture("0.jpg", pixels=(1240, 1754)), picture("0.jpg")):
        assert list(agreed(ready("fields", "consent", "document"), scan).known.documents) == ["pledge"]


def marked(name: str, *documents: str, number: str = "2026-00042") -> Attachment:
    return pdf(name, numbers=(number,), sheets=tuple((number, document) for document in documents))


def abroad(*steps: str) -> Play:
    return Play(form(*steps)).apply(filled(From_abroad="yes"))


def test_a_sheet_counts_as_what_its_own_mark_says() -> None:
    play = abroad("fields", "document", "review").answer(TARO, "mine", marked("0.pdf", "own"))
    assert (list(play.known.documents), play.known.step) == (["own"], "document")
    play.answer(TARO, "mine again", marked("1.pdf", "own"))
    assert (list(play.known.documents), play.only(MailAttached).why) == (["own"], "no_document")
    play.answer(ICHIRO, "", marked("2.pdf", "pledge"))
    assert (sorted(play.known.documents), play.known.status) == (["own", "pledge"], "ready")


def test_sheets_come_in_any_order_and_beside_scans_without_a_mark() -> None:
    turned = abroad("fields", "document", "review").answer(TARO, "", marked("1.pdf", "own"), marked("2.pdf", "pledge"))
    assert {part.document: part.attachment[0] for part in received(turned)} == {"own": "1", "pledge": "2"}
    scanned = abroad("fields", "document", "review").answer(TARO, "", pdf("1.pdf"), marked("2.pdf", "pledge"))
    assert {part.document: part.attachment[0] for part in received(scanned)} == {"own": "1", "pledge": "2"}
    one = abroad("fields", "document", "review").answer(TARO, "", marked("1.pdf", "pledge", "own"))
    assert {part.document: part.attachment[0] for part in received(one)} == {"own": "1", "pledge": "1"}


def test_nobody_sends_what_the_other_has_to_sign() -> None:
    play = abroad("fields", "document", "review").answer(ICHIRO, "", marked("1.pdf", "own"))
    assert (play.known.documents, play.only(MailAttached).why) == ({}, "no_document")


def received(play: Play) -> list[DocumentReceived]:
    return [event for event in play.last.events if isinstance(event, DocumentReceived)]


def test_any_other_pdf_is_no_document_before_one_is_wanted() -> None:
    assert ready("fields", "consent", "document").answer(ICHIRO, "see my timetable", pdf()).known.documents == {}


def test_a_pledge_counts_for_what_it_was_signed_for() -> None:
    play = agreed(ready("fields", "document", "consent", "review").answer(TARO, "", pdf()))
    assert play.known.status == "ready"
    play.answer(TARO, "Purpose: something else")
    assert play.only(DocumentsVoided) == DocumentsVoided(documents=("pledge",), fields=("purpose",))
    assert (play.known.consent, play.known.documents, play.known.step) == (None, {}, "document")
    assert ("document", ICHIRO) in play.written


def test_a_second_agree_may_bring_the_pledge() -> None:
    play = agreed(agreed(ready("fields", "consent", "document", "review")), pdf())
    assert play.happened == ["document_received", "step_entered"]


# Time.


def test_a_clerks_limit_tells_the_head_of_the_desk_once_and_ends_nothing() -> None:
    play = ready("fields", "review").passes("remind")
    assert play.written == [("reminder", HEAD), ("reminder", CLERK)]
    play.passes("limit")
    assert (play.happened, play.written) == (["deadline_moved"], [("overdue", HEAD)])
    assert play.only(DeadlineMoved).due == play.known.due
    assert play.passes("limit").written == []
    assert play.known.status == "ready"


def test_a_document_that_does_not_come_ends_the_case_after_a_reminder() -> None:
    play = agreed(ready("fields", "consent", "document", "review"))
    assert ("reminder", ICHIRO) in play.passes("remind").written
    assert "signature on this" in play.text("reminder")
    play.passes("limit")
    assert (play.known.status, play.written) == ("expired", [("expired", to) for to in (TARO, ICHIRO, HEAD, CLERK)])
    assert "signed document has not reached us" in " ".join(play.text("expired", TARO).split())
    assert "your consent to it has ended as well" in " ".join(play.text("expired", ICHIRO).split())


def test_a_consent_that_does_not_come_is_told_to_the_applicant_alone() -> None:
    play = ready("fields", "consent", "review").passes("remind").passes("limit")
    assert play.written == [("expired", TARO)]


def test_nobody_is_promised_a_decision_where_nobody_decides() -> None:
    for steps, wanted in (
        (("fields", "consent", "review"), ("After that, our staff will decide.", "within one week")),
        (("fields", "consent", "post"), ("After that, our staff will carry it out.",)),
        (("fields", "consent"), ("After that, you will hear from us.",)),
    ):
        text = " ".join(ready(*steps).text("received").split())
        assert all(words in text for words in wanted)
        assert ("decide" in text, "within one week" in text) == ("review" in steps, "review" in steps)
    text = " ".join(ready("fields", "post").text("received").split())
    assert "Our staff will now carry it out, and write to you when that is done." in text
    assert "decide" not in text
    assert "Nothing is left to do for you." in agreed(ready("fields", "consent")).text("agreed")


def test_clerks_can_record_a_paper_that_came_though_they_never_had_the_case_before_them() -> None:
    play = agreed(ready("fields", "consent", "document", "review"))
    assert play.written == [("agreed", ICHIRO), ("document", ICHIRO)]
    assert play.passes("remind").written == [("reminder", ICHIRO), ("awaited", HEAD), ("awaited", CLERK)]
    assert "RECEIVED FAX" in play.text("awaited", CLERK)
    play.answer(CLERK, "RECEIVED FAX yesterday")
    assert play.known.documents["pledge"].how == "fax"
    assert play.known.status == "ready"


def test_where_papers_are_the_rule_clerks_hear_at_once_what_is_awaited() -> None:
    paper = {**STEPS["document"], "paper": True}
    play = ready("fields", paper, "review")
    assert [letter for letter in play.written if letter[0] == "awaited"] == [("awaited", HEAD), ("awaited", CLERK)]
    assert "Pledge" in play.text("awaited", CLERK)


def test_clerks_who_look_out_for_a_paper_hear_that_the_case_ended() -> None:
    paper = {**STEPS["document"], "paper": True}
    play = ready("fields", paper, "review").passes("remind").passes("limit")
    signer, *clerks = play.written
    assert (signer[0], clerks) == ("expired", [("expired", HEAD), ("expired", CLERK)])
    assert "REOPEN in the first line and RECEIVED FAX" in " ".join(play.text("expired", CLERK).split())
    play.answer(CLERK, "REOPEN\nRECEIVED FAX")
    assert (play.known.status, play.known.documents["pledge"].how) == ("ready", "fax")
    play = ready("fields", paper, "review").answer(TARO, "WITHDRAW", sort="withdraw")
    assert [to for template, to in play.written if template == "withdrawn_others"][-2:] == [HEAD, CLERK]
    assert "A signed paper that still comes for it is not needed" in " ".join(
        play.text("withdrawn_others", CLERK).split()
    )


def test_a_step_may_say_that_its_limit_ends_nothing() -> None:
    late = {"kind": "document", "documents": ("pledge",), "limit": 10, "after": "go_on"}
    play = ready("fields", late, "review").passes("limit")
    assert (play.happened, play.known.status) == (["step_passed", "step_entered"], "ready")
    told = {"kind": "document", "documents": ("pledge",), "remind": 5, "limit": 10, "after": "tell"}
    play = ready("fields", told, "review").passes("remind").passes("limit")
    assert (play.written, play.known.open) == ([("overdue", HEAD)], True)


def test_a_week_after_completion_counts_from_when_the_last_of_it_came() -> None:
    play = ready("fields", "consent", "document", "review").later(5)
    agreed(play).later(3).answer(ICHIRO, "", pdf())
    assert complete_since(play.known) == play.known.documents["pledge"].at
    assert from_text(play.known.due or "") > play.now


def test_reminders_of_tasks_go_to_clerks_and_say_what_is_to_be_done() -> None:
    play = ready("fields", "post").passes("remind")
    assert play.written == [("reminder", HEAD), ("reminder", CLERK)]
    assert "Post it" in play.text("reminder", CLERK)


# Waiting.

ACCOUNT = {"fields": {"account": texts_of_account()}, "account": "account"}
KNOWN = row("accounts", "account", "taro-i", {"account": "taro-i", "email": OLD, "name": "Taro"})


def of_holder(*steps: str, **more: object) -> Play:
    return Play(form(*steps, **{**ACCOUNT, **more})).apply(filled(Account="taro-i"), rows=(KNOWN,))


def test_the_address_in_the_register_hears_of_a_change_before_it_takes_effect() -> None:
    play = of_holder("fields", "wait", "post")
    assert play.written == [("received", TARO), ("notice", OLD)]
    notice = play.text("notice")
    assert "OBJECT" in notice
    assert "taro-i" in notice
    assert "Copying genomes" not in notice
    play.passes("limit")
    assert play.only(StepPassed).why == "limit"
    assert play.written == CLERKS


def test_whatever_the_holder_answers_stops_the_change_until_a_clerk_lets_it_go_on() -> None:
    play = of_holder("fields", "wait", "post").answer(OLD, "What is this? I never asked for it.")
    assert (play.known.stopped, play.known.stuck) == (OLD, True)
    assert play.written == [("objected", OLD), ("objection", HEAD), ("objection", CLERK)]
    play.passes("limit")
    assert (play.happened[0], play.known.step) == ("deadline_moved", "wait")
    play.answer(CLERK, "DONE")
    assert (play.known.step, play.known.stuck, play.known.stopped) == ("post", False, "")


def test_no_new_announcement_takes_an_objection_away() -> None:
    play = of_holder("fields", "wait", "post").answer(OLD, "It was not me.").answer(TARO, "Purpose: another")
    assert (play.known.stopped, play.known.stuck) == (OLD, True)
    assert play.passes("limit").known.step == "wait"


def test_who_changes_what_was_announced_has_it_announced_anew() -> None:
    play = of_holder("fields", "wait", "review").passes("limit")
    assert play.known.status == "ready"
    play.answer(TARO, "Purpose: quite another one")
    assert (play.known.step, play.known.passed) == ("wait", ())
    assert play.written == [("received", TARO), ("notice", OLD)]
    play.answer(TARO, "Purpose: no, another one still")
    assert play.written == [("received", TARO), ("notice", OLD)], "also while it waits"
    assert "Purpose: no, another one still" in play.text("received")


NOT_IMPORTED = row("accounts", "account", "taro-i", imported=False)
UNANNOUNCED = [("received", TARO), ("unannounced", HEAD), ("unannounced", CLERK)]


@pytest.mark.parametrize(
    "found", [NOT_IMPORTED, row("accounts", "account", "taro-i", {"account": "taro-i", "email": ""})]
)
def test_a_change_that_nobody_can_be_told_of_waits_for_a_clerk(found: Row) -> None:
    play = Play(form("fields", "wait", "post", **ACCOUNT)).apply(filled(Account="taro-i"), rows=(found,))
    assert (play.happened[-1], play.only(HandedToClerk).why) == ("handed_to_clerk", "no_holder")
    assert play.written == UNANNOUNCED
    assert "no address for the account" in " ".join(play.text("unannounced", CLERK).split())
    play.passes("limit")
    assert (play.happened, play.known.step) == (["deadline_moved", "reminded"], "wait"), "no time that passes is enough"
    assert play.written == [("reminder", HEAD), ("reminder", CLERK)]
    assert "could not be told" in " ".join(play.text("reminder", CLERK).split())
    play.answer(CLERK, "DONE")
    assert play.only(StepPassed) == StepPassed(step="wait", why="said", by=CLERK)
    assert (play.known.step, play.known.stuck) == ("post", False)
    assert play.written == CLERKS, "nobody objected, so nobody hears what came of it"


def test_a_clerk_may_reject_a_change_that_nobody_could_be_told_of() -> None:
    play = Play(form("fields", "wait", "post", **ACCOUNT)).apply(filled(Account="taro-i"), rows=(NOT_IMPORTED,))
    play.answer(CLERK, "REJECT nobody knows you")
    assert (play.known.status, play.written[0]) == ("rejected", ("rejected", TARO))


def test_a_change_that_nobody_was_told_of_is_handed_to_a_clerk_anew_when_it_changes() -> None:
    play = Play(form("fields", "wait", "review", **ACCOUNT)).apply(filled(Account="taro-i"), rows=(NOT_IMPORTED,))
    play.answer(CLERK, "DONE")
    play.answer(TARO, "Purpose: quite another one")
    assert (play.known.step, play.known.stuck, play.written) == ("wait", True, UNANNOUNCED)
    play.answer(TARO, "Purpose: yet another", rows=(KNOWN,))
    assert (play.known.stuck, play.written) == (False, [("received", TARO), ("notice", OLD)])


def test_a_notice_that_did_not_arrive_has_announced_nothing() -> None:
    play = of_holder("fields", "wait", "post")
    lost = {number: info.model_copy(update={"bounced": info.to == OLD}) for number, info in play.known.letters.items()}
    play.case = play.known.model_copy(update={"letters": lost, "bounced": (OLD,)})
    play.passes("limit")
    assert (play.happened, play.only(HandedToClerk).why) == (["handed_to_clerk", "deadline_moved"], "notice_lost")
    assert play.written == [("unannounced", HEAD), ("unannounced", CLERK)]
    assert play.answer(CLERK, "DONE").known.step == "post"


def test_a_notice_that_is_held_leaves_the_change_waiting() -> None:
    play = of_holder("fields", "wait", "post")
    held = {number: info.model_copy(update={"state": "held"}) for number, info in play.known.letters.items()}
    play.case = play.known.model_copy(update={"letters": held})
    play.passes("limit")
    assert (play.happened, play.written, play.known.step) == (["deadline_moved"], [], "wait")


def test_the_holder_is_told_at_the_address_of_the_account_that_the_form_is_about() -> None:
    other = {"label": texts("Chief's account"), "register": {"name": "accounts", "column": "account"}}
    chief = row("accounts", "account", "ichiro-s", {"account": "ichiro-s", "email": ICHIRO})
    fields = {"chief_account": other, **ACCOUNT["fields"]}
    play = Play(form("fields", "wait", "post", fields=fields, account="account"))
    play.apply(filled(Account="taro-i") + "\nChief's account: ichiro-s", rows=(chief, KNOWN))
    assert play.written == [("received", TARO), ("notice", OLD)]
    play = Play(form("fields", "wait", "post", fields=fields, account="account"))
    play.apply(filled(Account="taro-i") + "\nChief's account: ichiro-s", rows=(chief, NOT_IMPORTED))
    assert play.written == UNANNOUNCED


def test_a_wait_ends_when_the_applicant_says_so() -> None:
    play = ready("fields", "login", "post").answer(TARO, "Thank you.\n\nIt works!")
    assert play.only(StepPassed) == StepPassed(step="login", why="said", by=TARO)
    assert play.written == CLERKS


def test_one_more_word_brings_an_answered_case_back_to_the_clerks() -> None:
    play = ready("fields", "answer", "silence").answer(CLERK, "REPLY Please try again.")
    assert play.known.step == "silence"
    play.answer(TARO, "I did, and it fails still.")
    assert play.known.step == "answer"
    assert play.written == [*CLERKS, ("received", TARO)]
    assert "> I did, and it fails still." in play.text("task", CLERK)
    assert "Thank you for your further mail." in play.text("received")
    play.answer(CLERK, "REPLY Now?").passes("limit")
    assert (play.known.status, play.written) == ("done", [("completed", TARO)])


def test_what_is_added_before_the_answer_goes_to_whoever_writes_it() -> None:
    play = ready("fields", "answer", "silence").answer(TARO, "And only at night.")
    assert (play.known.step, play.written) == (
        "answer",
        [("will_read", TARO), ("passed_on", HEAD), ("passed_on", CLERK)],
    )
    assert "It adds something to what you are asked to answer." in play.text("passed_on", CLERK)


def test_how_a_case_stands_may_be_said_by_its_form() -> None:
    says = {"at_silence": texts("it was answered")}
    play = ready("fields", "answer", "silence", says=says).answer(TARO, "STATUS", sort="status")
    assert "Today: received; being dealt with" in play.text("status")
    play.answer(CLERK, "REPLY Please try again.").answer(TARO, "STATUS", sort="status")
    assert "Today: it was answered" in play.text("status")


def test_a_consent_is_shown_as_the_responsible_persons_and_not_as_what_the_last_mail_says() -> None:
    play = ready("fields", "consent", "post").answer(ICHIRO, "AGREE\nUntil May only.", sort="consent")
    assert ("task", CLERK) in play.written
    task = play.text("task", CLERK)
    assert "> AGREE" not in task
    assert "The last mail says" not in task
    assert f"AGREE, unconfirmed: {ICHIRO}" in task
    assert "> Until May only." in task
    decided = agreed(ready("fields", "consent", "review", "post")).answer(CLERK, "VOUCH responsible\nACCEPT")
    assert "Consent:" not in decided.text("task", CLERK), "it stood in the letter that the decision was taken on"


def test_orders_are_not_shown_as_what_the_last_mail_says() -> None:
    play = ready("fields", "review", "post").answer(CLERK, "ACCEPT\nNOTE she called", sort="command")
    assert ("task", HEAD) in play.written
    assert "The last mail says" not in play.text("task", HEAD)


def test_a_task_for_a_day_is_late_only_after_that_day() -> None:
    day = {"label": texts("Day"), "type": "date", "required": True}
    post = {**STEPS["post"], "day": "day", "remind": 1, "limit": 3}
    play = Play(form("fields", post, fields={"day": day})).apply(filled(Day="2026-06-30"))
    assert (play.known.remind, play.known.due) == ("2026-07-01T14:59:59.000Z", "2026-07-03T14:59:59.000Z")
    play = Play(form("fields", post, fields={"day": day})).apply(filled(Day="2026-04-01"))
    assert play.known.remind == "2026-04-09T14:59:59.000Z", "that day is over"
    play = Play(form("fields", post, fields={"day": day})).apply(filled(Day="9999-12-31"))
    assert str(play.known.remind).startswith("2036-")


# Registers.

RECORDS = {"accounts": {"key": "account", "columns": {"account": "account", "email": "email", "name": "name"}}}


def test_what_is_done_goes_into_the_register_and_leaves_the_rest_of_the_row() -> None:
    known = row("accounts", "account", "taro-i", {"account": "taro-i", "email": OLD, "room": "12"})
    play = Play(form("fields", "post", records=RECORDS, **ACCOUNT)).apply(filled(Account="taro-i"), rows=(known,))
    play.answer(CLERK, "POSTED CERT 9")
    told = {"account": "taro-i", "email": TARO, "name": "Taro Iden"}
    assert play.only(AccountChanged) == AccountChanged(name="accounts", row=told, how="changes")


def test_what_a_register_says_by_now_counts_when_time_has_passed() -> None:
    play = of_holder("fields", {**STEPS["login"], "ends": {}}, "wait")
    newer = row("accounts", "account", "taro-i", {"account": "taro-i", "email": "newer@univ.example"})
    later = from_text(play.known.due or "")
    decision = overdue(play.known, "limit", play.rules, later, (newer,))
    assert [(letter.template, letter.to) for letter in decision.letters][-1] == ("notice", "newer@univ.example")
    assert play.happened[-1] == "step_entered", "the first wait told nobody"


def test_a_row_that_is_taken_out_keeps_its_key_alone() -> None:
    out = {"accounts": {**RECORDS["accounts"], "removes": True}}
    play = of_holder("fields", "post", records=out).answer(CLERK, "POSTED CERT 9")
    out_of_it = AccountChanged(name="accounts", row={"account": "taro-i"}, how="removes")
    assert play.only(AccountChanged) == out_of_it


def test_a_form_for_what_is_not_there_yet_makes_a_row() -> None:
    play = Play(form("fields", "post", records=RECORDS)).apply(filled(Account="taro-i")).answer(CLERK, "POSTED CERT 9")
    assert play.only(AccountChanged).how == "makes"


def test_an_unknown_account_is_asked_for_with_the_way_to_a_new_one() -> None:
    new = form("fields", name="new-account", title=texts("New user registration"), records=RECORDS)
    play = Play(form("fields", "review", **ACCOUNT), (new,))
    play.apply(filled(Account="taro-x"), rows=(row("accounts", "account", "taro-x"),))
    assert [(fault.field, fault.code) for fault in play.known.faults] == [("account", "account_unknown")]
    said = " ".join(play.text("missing").split())
    assert "We know no account “taro-x”" in said
    assert "New user registration" in said
    rows = (row("accounts", "account", "taro-i", {"account": "taro-i", "email": TARO}),)
    play.answer(TARO, "Account: taro-i", rows=rows)
    assert (play.known.status, play.known.remarks) == ("ready", ())


def test_what_registers_do_not_confirm_is_remarked_to_clerks_and_stops_nothing() -> None:
    chief = {"label": texts("Chief's email"), "type": "email", "register": {"name": "people", "column": "email"}}
    play = Play(form("fields", "review", fields={"chief": chief, **ACCOUNT["fields"]}, account="account"))
    play.apply(filled(Account="taro-i"), rows=(KNOWN, row("people", "email", ICHIRO)))
    assert [remark.code for remark in play.known.remarks] == ["responsible_unlisted", "other_address"]
    shown = " ".join(play.text("review", CLERK).split())
    assert f"The responsible person, {ICHIRO}, is not in the directory." in shown
    assert f"It was sent from {TARO}" in shown
    empty = Play(form("fields", "review", **ACCOUNT))
    empty.apply(filled(Account="taro-i"), rows=(row("accounts", "account", "taro-i", imported=False),))
    assert [remark.code for remark in empty.known.remarks] == ["register_missing"]


def test_a_second_application_is_remarked_and_its_sender_asked_whether_they_need_both() -> None:
    play = Play(form("fields", "review", once=True)).apply(others=("2026-00007",))
    assert "2026-00007" in play.text("received")
    assert "WITHDRAW" in play.text("received")
    assert "another open application of this kind: 2026-00007" in " ".join(play.text("review", CLERK).split())
    play.answer(TARO, "Purpose: another")
    assert [remark.code for remark in play.known.remarks] == ["second_application"]
    assert "2026-00007" not in play.text("received"), "said once"
    assert Play(form("fields", "review")).apply(others=("2026-00007",)).known.remarks == ()


# Closed and late.

CLOSED = {
    "closed": [
        {
            "when": {"field": "big", "is": "yes"},
            "since": "2026-01-01",
            "notice": {"en": "Large storage is closed.", "ja": "受付を停止しています。"},
            "instead": {"big": "no"},
        }
    ]
}


def test_what_is_closed_gets_the_notice_and_the_form_ready_to_send_back() -> None:
    play = Play(form("fields", "review", **CLOSED)).apply(filled(Large_storage="yes", Purpose=""))
    assert play.last.case is None
    assert play.only(Answered).reason == "closed"
    assert play.written == [("closed", TARO)]
    letter = play.text("closed")
    assert "Large storage is closed." in letter
    assert "Large storage: no" in letter
    assert "Name *: Taro Iden" in letter
    assert play.apply(letter.replace("Purpose *:", "Purpose *: Copying")).known.status == "ready"


def test_where_nothing_is_accepted_instead_no_form_goes_back_to_be_refused_again() -> None:
    nothing = {key: value for key, value in CLOSED["closed"][0].items() if key != "instead"}
    play = Play(form("fields", "review", **{**CLOSED, "closed": [nothing]})).apply(filled(Large_storage="yes"))
    assert play.written == [("closed", TARO)]
    letter = play.text("closed")
    assert "Large storage is closed." in letter
    assert "changed to what we do accept" not in letter
    assert "=== form" not in letter
    assert "You need not do anything." in letter


def test_what_closes_later_is_not_closed_yet() -> None:
    later = {"closed": [{**CLOSED["closed"][0], "since": "2026-05-01"}]}
    assert Play(form("fields", "review", **later)).apply(filled(Large_storage="yes")).known.status == "ready"


def test_an_open_case_that_comes_to_want_what_is_closed_is_asked_again_with_the_notice() -> None:
    play = ready("fields", "review", **CLOSED).answer(TARO, "Large storage: yes")
    assert [(fault.field, fault.code) for fault in play.known.faults] == [("big", "closed")]
    assert "Large storage is closed." in play.text("missing")
    assert play.answer(TARO, "Large storage: no").known.status == "ready"


def test_what_comes_out_of_season_is_taken_and_said_to_be_late() -> None:
    winter = {"season": {"begins": "01-04", "ends": "03-31"}}
    play = ready("fields", "review", **winter)
    assert play.known.late
    assert "outside the usual period" in play.text("received")
    assert "outside the usual period" in play.text("review", CLERK)
    assert not ready("fields", "review", season={"begins": "10-01", "ends": "04-30"}).known.late


def test_a_sheet_is_sent_anew_when_what_stands_on_it_changes_before_it_came_back() -> None:
    own = {**DOCUMENTS["pledge"], "signer": "applicant"}
    play = ready("fields", {**STEPS["document"], "documents": ("pledge",)}, "review", documents={"pledge": own})
    assert play.written == [("document", TARO)]
    play.answer(TARO, "Purpose: Copying proteins")
    assert play.written == [("document", TARO)]
    assert "Copying proteins" in play.text("document")
    assert play.answer(TARO, "Account: taro-i").written == [("received", TARO)]
    theirs = ready("fields", {**STEPS["document"], "documents": ("pledge",)}, "review")
    assert theirs.answer(TARO, "Purpose: Copying proteins").written == [("received", TARO), ("document", ICHIRO)]


# Doubtful values.


def test_a_doubtful_value_counts_when_it_comes_a_second_time_in_an_answer() -> None:
    code = {"label": texts("Postal code"), "type": "postal_code", "fits": "address"}
    where = {"label": texts("Address"), "type": "lines"}
    play = Play(form("fields", "review", fields={"code": code, "address": where}))
    play.apply(filled(Postal_code="060-0000", Address="東京都千代田区千代田1-1"))
    assert [(fault.field, fault.kind) for fault in play.known.faults] == [("code", "unclear")]
    play.answer(TARO, "Postal code: 060-0000")
    assert play.only(FieldsRead).confirmed == ("code",)
    assert (play.known.status, play.known.values["code"]) == ("ready", "060-0000")
    assert "looked doubtful" in play.text("review", CLERK)
    play.answer(TARO, "Postal code: 999-9999")
    assert play.known.confirmed == ()


# Plans.

PLANNED = {"fields": {"plan": {"label": texts("Usage plan"), "type": "plan", "required": True}}}


def plan(*faults: PlanFault, version: str = "2026", **more: object) -> Attachment:
    lines = (PlanLine(account="taro", service="storage", amount="3"),)
    what = Plan.model_validate({"version": version, "faults": faults, "total": "3", "lines": lines, **more})
    return Attachment("plan.xlsx", "application/vnd", 9, "c" * 64, kind="plan", plan=what)


def users(*listed: tuple[int, str]) -> Attachment:
    return plan(users=tuple({"row": row, "name": name, "account": name} for row, name in listed))


def test_what_was_done_for_a_user_stays_theirs_when_a_new_plan_has_them_in_another_row() -> None:
    play = Play(form("fields", "review", {**STEPS["post"], "each": True}, "login", **PLANNED)).apply()
    play.answer(TARO, "", users((20, "anna"), (21, "bert"))).answer(CLERK, "ACCEPT")
    play.answer(CLERK, "POSTED CERT 111 FOR anna").answer(CLERK, "ASK plan\n\nplease add Carl on top")
    play.answer(TARO, "", users((20, "carl"), (21, "anna"), (22, "bert")))
    assert {name: done.number for name, done in play.known.tasks.items()} == {"post/21": "111"}
    play.answer(CLERK, "ACCEPT").answer(CLERK, "POSTED CERT 222 FOR bert")
    assert play.known.step == "post"
    play.answer(CLERK, "POSTED CERT 333 FOR carl")
    assert play.known.step == "login"


def test_what_was_done_for_somebody_else_does_not_count_for_who_stands_in_their_row() -> None:
    play = Play(form("fields", "review", {**STEPS["post"], "each": True}, **PLANNED)).apply()
    play.answer(TARO, "", users((20, "anna"), (21, "bert"))).answer(CLERK, "ACCEPT")
    play.answer(CLERK, "POSTED CERT 111 FOR anna").answer(CLERK, "ASK plan\n\nAnna has left")
    play.answer(TARO, "", users((20, "carl"), (21, "bert")))
    assert (play.known.tasks, play.known.step) == ({}, "review")
    assert play.answer(CLERK, "ACCEPT").known.step == "post"


def test_a_task_for_each_user_that_begins_anew_after_it_was_done_for_all_is_to_be_done_anew() -> None:
    play = Play(form("fields", "review", {**STEPS["post"], "each": True}, "login", **PLANNED)).apply()
    play.answer(TARO, "", users((20, "anna"))).answer(CLERK, "ACCEPT").answer(CLERK, "POSTED CERT 111 FOR anna")
    again = entered(play.form.step("post"), play.known, play.rules.desk, play.now)
    assert list(play.known.tasks) == ["post/20"]
    after = fold(play.known, play.known.number, 99, play.now, [again])
    assert after is not None
    assert after.tasks == {}


def test_what_is_wrong_in_a_plan_is_said_with_its_cell_and_asked_until_it_is_right() -> None:
    play = Play(form("fields", "review", **PLANNED)).apply()
    assert [fault.code for fault in play.known.faults] == ["missing"]
    wrong = [
        PlanFault(code="plan_user_name", sheet="利用目的等", cell=cell, wanted=place(cell)) for cell in ("C7", "C9")
    ]
    play.answer(TARO, "", plan(*wrong))
    assert [fault.field for fault in play.known.faults] == ["plan", "plan"]
    assert "C7" in play.text("missing")
    assert "C9" in play.text("missing")
    play.answer(TARO, "corrected", plan())
    assert (play.happened, play.known.status) == (["plan_read", "fields_read", "step_entered"], "ready")


def test_a_plan_without_one_of_its_sheets_is_asked_for_again_and_is_no_unknown_one() -> None:
    lacking = PlanFault(code="plan_sheet_missing", sheet="料金試算表", wanted={"sheet": "料金試算表"})
    play = Play(form("fields", "review", **PLANNED)).apply()
    play.answer(TARO, "", plan(lacking, version=""))
    assert play.written == [("missing", TARO)]
    assert "料金試算表" in play.text("missing")


def test_what_only_the_plan_before_said_is_forgotten_with_it() -> None:
    more = {
        "plan": {"label": texts("Usage plan"), "type": "plan", "required": True},
        "total": {"label": texts("Storage"), "type": "amount", "units": {"TB": ("tb",)}, "from_plan": "total"},
        "project": {"label": texts("Project"), "from_plan": "project"},
    }
    play = Play(form("fields", "review", fields=more)).apply(filled(Purpose=""))
    play.answer(TARO, "", plan(entries={"project": "Rice"}))
    assert play.known.values["project"] == "Rice"
    play.answer(TARO, "Project: Wheat\nStorage: 1 TB\nUsage plan: see above")
    assert (play.known.values["project"], play.known.values["total"]) == ("Rice", "3 TB")
    play.answer(TARO, "", plan())
    assert "project" not in play.known.values


def test_clerks_are_told_what_the_form_has_to_say_about_a_case_like_this() -> None:
    hints = ({"when": {"field": "big", "is": "yes"}, "text": texts("Large storage is charged.")},)
    task = form("fields", "review", {**STEPS["post"], "number": False}, hints=hints)
    play = Play(task).apply(filled(Large_storage="yes"))
    assert "\n  Large storage is charged.\n" in play.text("review", CLERK)
    play.answer(CLERK, "ACCEPT")
    assert "\n  Large storage is charged.\n" in play.text("task", CLERK)
    assert "Large storage is charged." not in Play(task).apply().text("review", CLERK)


def place(cell: str) -> dict[str, str]:
    return {"sheet": "利用目的等", "cell": cell}


def test_a_plan_that_cannot_be_read_goes_to_a_clerk_once_the_applicant_has_answered_the_rest() -> None:
    unknown = PlanFault(code="plan_version", sheet="料金試算表", wanted={"sheet": "料金試算表"})
    play = Play(form("fields", "review", **PLANNED)).apply(filled(Purpose=""))
    assert play.answer(TARO, "", plan(unknown, version="")).written == [("missing", TARO)]
    play.answer(TARO, "Purpose: Copying genomes")
    assert play.written == [("received", TARO), ("review", HEAD), ("review", CLERK)]
    assert "The help desk will look at it." in play.text("received")
    assert "please read the plan yourself" in play.text("review", CLERK)


# Words of one's own.


WITHOUT_PURPOSE = filled(Purpose="")
PRIVATE = "taro.iden@gmail.com"


def test_what_an_applicant_asks_instead_of_answering_is_read_by_a_person() -> None:
    play = Play(form("fields", "review")).apply(WITHOUT_PURPOSE)
    play.answer(TARO, "What do you mean by purpose?")
    assert play.written == [("missing", TARO), ("passed_on", HEAD), ("passed_on", CLERK)]
    assert "a member of staff will read" in " ".join(play.text("missing").split())
    assert "What do you mean by purpose?" in play.text("passed_on", CLERK)
    assert play.answer(TARO, "").written[0] == ("handed", TARO)
    assert Play(form("fields", "review")).apply(WITHOUT_PURPOSE).answer(TARO, "").written == [("missing", TARO)]


def test_who_tells_why_they_have_no_other_address_is_heard_by_a_clerk_at_once() -> None:
    email = labelled("Email", type="email", required=True, institution=True)
    play = Play(form("fields", "review", fields={"email": email})).apply(filled(Email=PRIVATE), sender=PRIVATE)
    assert "please tell us why" in " ".join(play.text("missing").split())
    play.answer(PRIVATE, "I have retired; this is the only address I have.")
    assert play.written == [("handed", PRIVATE), ("stuck", HEAD), ("stuck", CLERK)]
    assert "Thank you for telling us" in play.text("handed")
    assert "ALLOW" in play.text("stuck", CLERK)
    play.answer(CLERK, "ALLOW Email retired")
    assert play.known.status == "ready"


def test_a_reply_to_a_general_letter_opens_a_case_of_the_form_that_takes_it() -> None:
    people = {"applicant": {"email": "email", "name": ("name",)}}
    takes = form("fields", "answer", name="enquiry", title=texts("Enquiry"), takes="purpose", people=people)
    fields = {key: rule.model_copy(update={"required": key == "purpose"}) for key, rule in takes.fields.items()}
    play = Play(form("fields", "review"), (takes.model_copy(update={"fields": fields}),))
    play._mail(TARO, "My job has been waiting for two days.\nWhy?", "enquiry", {"number": "2026-00042"}, None, ())
    assert play.known.form == "enquiry"
    assert play.known.values["purpose"] == "My job has been waiting for two days. Why?"
    assert play.written == [("received", TARO), *CLERKS]


def test_a_form_that_takes_words_takes_them_in_answer_to_the_letter_that_asks_for_them() -> None:
    play = Play(form("fields", "answer", takes="purpose")).apply(WITHOUT_PURPOSE)
    play.answer(TARO, "My job has been waiting for two days.\nWhy?")
    assert play.known.values["purpose"] == "My job has been waiting for two days. Why?"
    assert (play.known.step, play.written) == ("answer", [("received", TARO), *CLERKS])


def test_what_a_clerk_asked_for_is_asked_no_more_once_an_answer_makes_it_needless() -> None:
    key = {"label": texts("Key"), "required": True, "when": {"field": "away", "is": "yes"}}
    play = Play(form("fields", "review", fields={"key": key}))
    play.apply(filled(From_abroad="yes", Key="one")).answer(CLERK, "ASK Key")
    assert play.known.asked == ("key",)
    play.answer(TARO, "Chief's name: Jiro")
    assert (play.known.asked, play.known.step) == (("key",), "fields")
    play.answer(TARO, "From abroad: no")
    assert (play.known.asked, play.known.step) == ((), "review")


def test_who_asks_back_about_a_letter_that_has_the_name_of_a_form_is_read_all_the_same() -> None:
    people = {"applicant": {"email": "email", "name": ("name",)}}
    takes = form("fields", "answer", name="enquiry", title=texts("Enquiry"), takes="purpose", people=people)
    fields = {key: rule.model_copy(update={"required": key == "purpose"}) for key, rule in takes.fields.items()}
    loan = form("fields", "review", aliases={"en": ("Loan",)})
    play = Play(loan, (takes.model_copy(update={"fields": fields}),))
    play._mail(TARO, "When do you take applications again?", "enquiry", {"number": "2026-00042"}, None, ())
    assert play.known.form == "enquiry"
    blank = Play(loan, play.others)
    blank._mail(TARO, "", "enquiry", {"number": "2026-00042"}, None, ())
    assert "=== form loan begin ===" in blank.letters[0].text


def test_who_names_a_form_gets_its_blank_and_who_does_not_the_list() -> None:
    other = form("fields", name="renewal", title=texts("Renewal"))
    play = Play(form("fields", "review"), (other,))
    play._mail(TARO, "Renewal", "enquiry", {}, None, ())
    assert "=== form renewal begin ===" in play.letters[0].text
    play._mail(TARO, "What can I apply for?", "enquiry", {}, None, ())
    assert "=== form" not in play.letters[0].text
    assert "Loan of a drive" in play.letters[0].text
    assert "Renewal" in play.letters[0].text


def test_a_consent_is_sure_if_a_clerk_vouched_for_the_address() -> None:
    assert agreed(ready("fields", "consent", "review")).only(ConsentGiven).confirmed is False
    play = ready("fields", "consent", "review")
    play.case = play.known.model_copy(update={"vouched": ICHIRO})
    assert agreed(play).only(ConsentGiven).confirmed is True
