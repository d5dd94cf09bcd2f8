"""What clerks order by mail, and what comes of it: a small form with a pledge, a certificate by post and a wait; an
enquiry; a plan with a task for each user."""

import pytest
from correspondence import MORGAN, SATO, Correspondence, kinds, only, rules_with, said, written
from form_pieces import CONSENT_STEP, FIELDS_STEP, REVIEW_STEP

from mailbot.core.commands import COMMANDS
from mailbot.core.events import (
    CommandsRefused,
    Completed,
    DocumentReceived,
    FieldAllowed,
    FieldsAsked,
    MarkedDuplicate,
    Plan,
    PlanUser,
    Rejected,
    Replied,
    StepPassed,
    TaskDone,
    Vouched,
)
from mailbot.core.outcome import Decision
from mailbot.core.rules import Rules

TARO, ICHIRO = "taro@univ.example", "ichiro@univ.example"
QUESTIONS = """\
[title]
en = "Key to the machine room"
ja = "機械室の鍵の申請"

[people.applicant]
email = "email"
name = ["name"]

[people.responsible]
email = "boss"
name = ["boss_name"]

[fields.name]
required = true
label = {en = "Name", ja = "氏名"}

[fields.email]
type = "email"
required = true
institution = true
label = {en = "Email", ja = "メールアドレス"}

[fields.room]
required = true
label = {en = "Room", ja = "部屋"}

[fields.boss]
type = "email"
required = true
label = {en = "Boss's email", ja = "上司のメール"}

[fields.boss_name]
label = {en = "Boss's name", ja = "上司の氏名"}
"""
ROOM_KEY = (
    QUESTIONS
    + """
[documents.pledge]
title = {en = "Pledge", ja = "誓約書"}
signer = "applicant"
words = ["PLEDGE", "誓約"]

[documents.second]
title = {en = "Second pledge", ja = "第二の誓約書"}
signer = "responsible"
words = ["PLEDGE", "second"]
when = {field = "room", is = "vault"}
"""
    + FIELDS_STEP
    + CONSENT_STEP
    + """
[[steps]]
kind = "document"
documents = ["pledge", "second"]
limit = 10
"""
    + REVIEW_STEP
    + """
[[steps]]
kind = "task"
name = "certificate"
number = true
limit = 5
title = {en = "Certificate", ja = "登録証の発送"}
task = {en = "Send the certificate by post.", ja = "登録証を発送します。"}

[[steps]]
kind = "task"
name = "key"
limit = 5
title = {en = "Hand over the key", ja = "鍵の受け渡し"}
task = {en = "Hand over the key.", ja = "鍵を渡します。"}

[[steps]]
kind = "wait"
name = "door"
limit = 10
ends = {en = ["door opens"], ja = ["鍵が開きました"]}
"""
)
ENQUIRY = (
    """\
takes = "question"

[title]
en = "Enquiry"
ja = "お問い合わせ"

[people.applicant]
email = "email"
name = ["name"]

[fields.name]
required = true
label = {en = "Your name", ja = "お名前"}

[fields.email]
type = "email"
label = {en = "Your email", ja = "ご連絡先"}

[fields.place]
label = {en = "Your place", ja = "ご所属"}

[fields.question]
type = "lines"
required = true
label = {en = "Question", ja = "ご質問"}
"""
    + FIELDS_STEP
    + """
[[steps]]
kind = "task"
name = "answer"
reply = true
limit = 5
title = {en = "Answer", ja = "回答"}
task = {en = "Answer the question.", ja = "質問に回答します。"}

[[steps]]
kind = "wait"
name = "silence"
limit = 10
again = "answer"
"""
)
WORKSHOP = (
    QUESTIONS.replace("Key to the machine room", "Workshop").replace("機械室の鍵", "講習会")
    + FIELDS_STEP
    + REVIEW_STEP
    + """
[[steps]]
kind = "task"
name = "badges"
number = true
each = true
limit = 5
title = {en = "Badges", ja = "名札の発送"}
task = {en = "Send a badge to each.", ja = "名札を一人ずつ発送します。"}
"""
)
RULES = rules_with({"room-key": ROOM_KEY, "enquiry": ENQUIRY, "workshop": WORKSHOP})
APPLICATION = f"""\
Name: Taro Iden
Email: {TARO}
Room: cellar
Boss's email: {ICHIRO}
Boss's name: Ichiro Suzuki
"""
QUESTION = "Your name: Taro\nYour email: taro@univ.example\nYour place: Physics\nQuestion: When does it open?\n"


def desk(text: str = APPLICATION, rules: Rules = RULES) -> Correspondence:
    """An application has come."""
    of = Correspondence(rules)
    of.apply(TARO, f"Subject room key\n\n{text}")
    return of


def pledged(rules: Rules = RULES) -> Correspondence:
    """The responsible person agreed; the signed pledge is waited for."""
    of = desk(rules=rules)
    of.answer(ICHIRO, "AGREE", "consent")
    assert of.case.step_kind == "document"
    return of


def reviewed(rules: Rules = RULES) -> Correspondence:
    """Everything is there; a decision is waited for."""
    of = pledged(rules)
    before_letter_to_clerks(of, "RECEIVED FAX 2026-04-03")
    assert of.case.status == "ready"
    return of


def vouched(rules: Rules = RULES) -> Correspondence:
    """Everything is there, and the responsible person's address is theirs."""
    of = reviewed(rules)
    of.order("VOUCH responsible")
    assert of.case.status == "ready"
    return of


def before_letter_to_clerks(of: Correspondence, text: str, clerk: str = MORGAN) -> Decision:
    """A clerk's order before any letter went to clerks: in answer to one a question of the applicant brings about."""
    of.answer(TARO, "Did my fax arrive?", "answer")
    return of.order(text, clerk)


def accepted(rules: Rules = RULES) -> Correspondence:
    of = reviewed(rules)
    of.order("VOUCH responsible\nACCEPT")
    assert of.case.step == "certificate"
    return of


def refusal(decision: Decision) -> str:
    return only(decision, CommandsRefused).why


def mistake(of: Correspondence, text: str, clerk: str = MORGAN) -> str:
    """Nothing is done, and what the transcript says."""
    before = of.case
    decision = of.order(text, clerk)
    assert kinds(decision) == ["commands_refused"]
    assert written(decision) == [("transcript", clerk)]
    assert of.case.model_copy(update={"letters": {}}).step == before.step
    return said(of.last(clerk))


def test_a_fax_that_came_is_recorded_with_its_day_and_the_case_goes_on() -> None:
    of = pledged()
    decision = before_letter_to_clerks(of, "RECEIVED FAX 3 April")
    received = only(decision, DocumentReceived)
    assert (received.document, received.how, received.by, received.dated) == ("pledge", "fax", MORGAN, "2026-04-03")
    assert written(decision)[:3] == [("document_received", TARO), ("review", SATO), ("review", MORGAN)]
    transcript = said(of.last(MORGAN))
    assert "recorded as received: Pledge (2026-04-03)" in transcript
    assert f"letter to {TARO} (receipt of the document)" in transcript
    assert "With that the case went on; letters to the clerks." in transcript
    assert "waiting for the desk's decision" in transcript


@pytest.mark.parametrize(
    "text, how, dated",
    [
        ("RECEIVED PLEDGE", "post", ""),
        ("RECEIVED the pledge by FAX on 2026/4/3", "fax", "2026-04-03"),
        ("受領 誓約書", "post", ""),
        ("受領　誓約　４月３日", "post", "2026-04-03"),
        ("受領 郵送 昨日", "post", "2026-04-05"),
        ("received scan", "mail", ""),
    ],
)
def test_how_a_document_may_be_recorded(text: str, how: str, dated: str) -> None:
    received = only(before_letter_to_clerks(pledged(), text), DocumentReceived)
    assert (received.document, received.how, received.dated) == ("pledge", how, dated)


def test_both_pledges_are_taken_in_their_order() -> None:
    of = desk(APPLICATION.replace("cellar", "vault"))
    of.answer(ICHIRO, "AGREE", "consent")
    first = before_letter_to_clerks(of, "RECEIVED PLEDGE")
    assert only(first, DocumentReceived).document == "pledge"
    assert of.case.step_kind == "document"
    second = of.order("RECEIVED PLEDGE")
    assert only(second, DocumentReceived).document == "second"
    assert of.case.status == "ready"


@pytest.mark.parametrize(
    "text, shown",
    [
        ("RECEIVED passport", "No such document is waited for. Write: RECEIVED FAX"),
        ("RECEIVED FAX 2027-01-01", "No such document is waited for."),
        ("RECEIVED 2026-04-03", "What follows the keyword cannot be read."),
        ("RECEIVED", "This keyword needs a text after it."),
    ],
)
def test_what_was_received_has_to_be_waited_for(text: str, shown: str) -> None:
    of = pledged()
    of.answer(TARO, "Did my fax arrive?", "answer")
    assert shown in mistake(of, text)


def test_the_certificate_goes_by_post_the_key_is_handed_over_and_the_door_opens() -> None:
    of = accepted()
    posted = of.order("POSTED CERT 2026-117")
    assert only(posted, TaskDone) == TaskDone(step="certificate", clerk=MORGAN, number="2026-117")
    assert of.case.step == "key"
    assert ("task", MORGAN) in written(posted)
    assert "recorded as posted: Certificate, 2026-117" in said(of.last(MORGAN))
    done = of.order("DONE")
    assert only(done, TaskDone).step == "key"
    assert of.case.step_kind == "wait"
    ended = of.order("DONE")
    assert only(ended, StepPassed) == StepPassed(step="door", why="said", by=MORGAN)
    assert of.case.status == "done"


def test_a_task_is_named_by_its_title_in_either_language_also_before_its_turn() -> None:
    of = accepted()
    of.order("完了 鍵の受け渡し", SATO)
    assert of.case.step == "certificate"
    of.order("発送 １２３４－５６７８", SATO)
    assert of.case.tasks["certificate"].number == "1234-5678"
    assert of.case.step == "door"


@pytest.mark.parametrize(
    "text",
    ["DONE", "DONE task", "DONE (task)", "DONE (Hand over the key)", "完了", "完了（作業名）", "完了（鍵の受け渡し）"],
)
def test_what_waits_is_done_with_the_keyword_alone_or_as_letters_show_its_use(text: str) -> None:
    of = accepted()
    of.order("POSTED CERT 2026-117")
    assert only(of.order(text), TaskDone).step == "key"


def test_the_number_of_a_registered_letter_has_gaps() -> None:
    of = accepted()
    assert only(of.order("POSTED CERT RR 12 345 678 9JP"), TaskDone).number == "RR 12 345 678 9JP"


@pytest.mark.parametrize(
    "text, shown",
    [
        ("DONE", "A number is needed here. Write: POSTED CERT number"),
        ("POSTED CERT soon", "A number is needed here."),
        ("POSTED CERT 12-3 FOR Lee", "This task is done once, not for each user."),
        ("DONE certify", "There is no task of that name to be done now. Possible: Certificate; Hand over the key"),
    ],
)
def test_a_task_wants_what_its_form_says(text: str, shown: str) -> None:
    assert shown in mistake(accepted(), text)


def test_nothing_is_done_or_posted_before_the_case_has_come_to_its_tasks() -> None:
    of = reviewed()
    assert "No task waits to be done now." in mistake(of, "DONE")
    assert "Nothing is to be posted in this case now." in mistake(of, "POSTED CERT 12-3")


def workshop_reviewed() -> Correspondence:
    of = Correspondence(RULES)
    of.apply(TARO, f"workshop\n\n{APPLICATION}")
    users = (PlanUser(row=4, name="Ann Lee", account="ann-l"), PlanUser(row=5, name="Bo Berg", account="bo-b"))
    named = {"form": "workshop", "step": "review", "step_kind": "review", "status": "ready", "plan": Plan(users=users)}
    of.cases[of.case.number] = of.case.model_copy(update=named)
    of.answer(TARO, "How long will it take?", "answer")
    of.cases[of.case.number] = of.case.model_copy(update={"revision": 0})
    return of


def workshop() -> Correspondence:
    of = workshop_reviewed()
    of.order("ACCEPT")
    return of


def test_a_task_for_each_user_is_done_once_for_everybody() -> None:
    of = workshop()
    if of.case.step != "badges":
        pytest.fail(said(of.last(MORGAN)))
    assert "please add FOR and the user. Possible: 4 Ann Lee; 5 Bo Berg" in mistake(of, "POSTED 77-1")
    of.order("POSTED 77-1 FOR ann lee")
    assert "It was done for this user already." in mistake(of, "POSTED 77-2 FOR 4")
    assert "has no such user" in mistake(of, "POSTED 77-2 FOR Zoe")
    decision = of.order("POSTED 77-2 FOR bo-b")
    assert only(decision, TaskDone).member == 5
    assert of.case.status == "done"


def enquired() -> Correspondence:
    of = Correspondence(RULES)
    of.apply(TARO, QUESTION)
    assert of.case.step == "answer"
    return of


def test_a_reply_goes_to_the_applicant_and_does_the_task_that_consists_in_one() -> None:
    of = enquired()
    decision = of.order("REPLY\n\nOn Monday at nine.\n\nAlex Morgan")
    assert only(decision, Replied).text == "On Monday at nine.\n\nAlex Morgan"
    assert only(decision, TaskDone).step == "answer"
    assert written(decision)[0] == ("replied", TARO)
    assert "On Monday at nine." in said(of.last(TARO))
    assert of.case.step == "silence"


def test_an_enquirer_who_writes_once_more_is_before_the_clerks_again() -> None:
    of = enquired()
    of.order("REPLY On Monday.")
    again = of.answer(TARO, "At which hour?", "answer")
    assert of.case.step == "answer"
    assert "At which hour?" in said(of.last(MORGAN))
    assert {to for _, to in written(again)} == {MORGAN, SATO, TARO}
    of.order("返信 九時です。", SATO)
    assert of.case.step == "silence"
    of.passes(20)
    assert of.case.status == "done"


def test_an_answer_and_the_end_of_the_case_in_one_mail_are_one_letter() -> None:
    of = enquired()
    decision = of.order("REPLY\nCLOSE\n\nOn Monday.")
    assert written(decision) == [("replied", TARO), ("transcript", MORGAN)]
    assert "With this we close the case." in said(of.last(TARO))
    assert only(decision, Completed).clerk == MORGAN
    assert of.case.status == "done"


def test_a_closed_case_can_still_be_replied_to() -> None:
    of = enquired()
    of.order("CLOSE")
    assert written(of.order("REPLY It is open on Sundays, too.")) == [("replied", TARO), ("transcript", MORGAN)]


def test_what_is_closed_without_a_decision_is_told_to_whoever_knows_of_it() -> None:
    of = pledged()
    decision = before_letter_to_clerks(of, "終了 鍵の貸し出しは終わりました", SATO)
    assert written(decision) == [("closed_case", TARO), ("closed_case", ICHIRO), ("transcript", SATO)]
    assert "鍵の貸し出しは終わりました" in of.last(TARO).text
    assert "鍵の貸し出し" not in of.last(ICHIRO).text
    assert of.case.status == "done"


def test_a_review_is_decided_and_not_closed() -> None:
    assert refusal(reviewed().order("CLOSE")) == "decide_instead"


def test_fields_are_asked_again_with_the_clerks_words_and_the_case_goes_back_to_them() -> None:
    of = reviewed()
    decision = of.order("ASK Room, 上司の氏名\n\nThe cellar has two rooms.")
    asked = only(decision, FieldsAsked)
    assert (asked.fields, asked.text) == (("room", "boss_name"), "The cellar has two rooms.")
    assert written(decision) == [("asked", TARO), ("transcript", MORGAN)]
    letter = of.last(TARO)
    assert "> The cellar has two rooms." in letter.text
    assert "Boss's email" not in letter.text
    assert (of.case.step, of.case.status) == ("fields", "collecting")
    of.answer(TARO, "Room: cellar 2\nBoss's name: Ichiro Suzuki", "answer")
    assert of.case.values["room"] == "cellar 2"
    assert of.case.asked == ()


def test_what_is_asked_again_and_half_answered_is_asked_for_the_rest() -> None:
    of = reviewed()
    of.order("ASK Room, Boss's name")
    of.answer(TARO, "Boss's name: Ichiro Suzuki", "answer")
    assert of.case.asked == ("room",)
    assert "look at these once more: Room." in said(of.last(TARO))


def test_only_fields_of_the_form_are_asked() -> None:
    of = reviewed()
    assert "The form has no field of that name. Write: ASK field, field Possible: Room" in mistake(of, "ASK rooms")


FREE = APPLICATION.replace(TARO, "taro@gmail.com")


def test_an_exception_lets_a_value_count_and_the_case_goes_on() -> None:
    of = Correspondence(RULES)
    of.apply("taro@gmail.com", f"room key\n\n{FREE}")
    assert [fault.code for fault in of.case.faults] == ["email_free"]
    of.answer("taro@gmail.com", "I have no other address.", "answer")
    of.answer("taro@gmail.com", "I really have none.", "answer")
    decision = of.order("ALLOW Email: works from home")
    allowed = only(decision, FieldAllowed)
    assert (allowed.field, allowed.reason, allowed.clerk) == ("email", "works from home", MORGAN)
    assert of.case.values["email"] == "taro@gmail.com"
    assert of.case.step == "consent"
    assert ("consent", ICHIRO) in written(decision)


@pytest.mark.parametrize(
    "text, shown",
    [
        ("ALLOW Email", "This keyword needs a text after it."),
        ("ALLOW Room as it is", "Nothing is wrong with that field, so it needs no exception."),
        ("ALLOW Emial because", "The form has no field of that name."),
    ],
)
def test_an_exception_names_a_faulty_field_and_a_reason(text: str, shown: str) -> None:
    assert shown in mistake(reviewed(), text)


ELSEWHERE = "kimura@univ2.example"


def from_elsewhere(named: str) -> Correspondence:
    """An application whose form names another address than the mail came from; clerks were asked for help."""
    of = Correspondence(RULES)
    of.apply(ELSEWHERE, f"room key\n\n{APPLICATION.replace(TARO, named)}")
    for text in ("It is mine.", "It really is."):
        of.answer(ELSEWHERE, text, "answer")
    return of


def test_no_exception_lets_an_address_count_that_nobody_proved() -> None:
    of = from_elsewhere(TARO)
    assert "Nothing proves that this address is the applicant's" in mistake(of, "ALLOW Email: a colleague knows him")
    assert of.case.allowed == {}
    assert ("second", SATO) in written(of.order(f"SET Email = {TARO}")), "two clerks may say so"
    assert f"{ELSEWHERE} → {TARO}" in said(of.last(SATO))
    of.order("SECOND", SATO)
    assert (of.case.applicant, of.case.faults, of.case.step) == (TARO, (), "consent")


def test_an_exception_for_free_mail_proves_no_address_either_until_somebody_writes_from_there() -> None:
    of = from_elsewhere("taro@gmail.com")
    of.order("ALLOW Email: has no other")
    assert [fault.code for fault in of.case.faults] == ["email_not_from"]
    of.answer("taro@gmail.com", "This is me.", "answer", to=ELSEWHERE)
    assert (of.case.applicant, of.case.faults, of.case.step) == ("taro@gmail.com", (), "consent")


def test_no_exception_makes_a_value_out_of_nothing() -> None:
    of = desk(APPLICATION.replace("Room: cellar\n", ""))
    of.answer(TARO, "I do not know.", "answer")
    of.answer(TARO, "I do not know it, really.", "answer")
    assert "No exception helps here" in mistake(of, "ALLOW Room never mind")


def test_a_clerk_vouches_for_the_responsible_person_the_letter_showed() -> None:
    of = reviewed()
    assert "not verified" in said(next(one for one in of.letters if one.template == "review" and one.to == MORGAN))
    decision = of.order("VOUCH responsible")
    assert only(decision, Vouched).address == ICHIRO
    assert ("review", MORGAN) in written(decision)
    shown = said([one for one in of.letters if one.template == "review" and one.to == MORGAN][-1])
    assert "vouched for" in shown
    assert "not verified" not in shown
    of.order("ACCEPT")
    assert of.case.step == "certificate"


def test_an_address_the_letter_did_not_show_has_to_be_written() -> None:
    of = desk()
    of.answer(TARO, "Who decides?", "answer")
    assert "please write the address itself" in mistake(of, "保証 責任者".replace("保証 責任者", "VOUCH responsible"))
    assert "not the address" in mistake(of, "VOUCH somebody@univ.example")
    assert only(of.order(f"VOUCH {ICHIRO}"), Vouched).address == ICHIRO


def test_a_late_document_opens_the_case_again_in_one_mail() -> None:
    of = pledged()
    before_letter_to_clerks(of, "CLOSE no pledge came")
    decision = of.order("REOPEN it came after all\nRECEIVED FAX")
    assert kinds(decision)[:4] == ["commands_run", "reopened", "step_entered", "document_received"]
    assert of.case.status == "ready"


def test_who_is_waited_for_is_asked_again_when_a_case_is_opened() -> None:
    of = desk()
    of.answer(ICHIRO, "DECLINE", "consent")
    of.cases[of.case.number] = of.case
    assert of.case.status == "declined"
    of.answer(TARO, "He meant to agree.", "answer")
    decision = of.order("REOPEN your professor called us")
    assert ("consent", ICHIRO) in written(decision)
    assert of.case.status == "awaiting_consent"


def test_an_applicant_hears_that_the_case_is_open_again() -> None:
    of = reviewed()
    of.order("REJECT no such room")
    decision = of.order("REOPEN there is one")
    assert ("reopened", TARO) in written(decision)
    assert "> there is one" in of.last(TARO).text
    assert of.case.status == "ready"
    assert of.case.decided_by == ""


def test_only_what_is_closed_is_opened_and_only_if_something_is_left() -> None:
    of = enquired()
    assert refusal(of.order("REOPEN")) == "not_closed"
    of.order("REPLY On Monday.")
    of.passes(20)
    assert "Everything this case was for is done" in mistake(of, "REOPEN")


def test_a_duplicate_ends_in_favour_of_a_case_there_is() -> None:
    of = desk()
    of.apply(TARO, f"room key\n\n{APPLICATION}", number="2026-00002")
    of.answer(TARO, "I sent this twice.", "answer", number="2026-00002")
    assert "no case with that number" in _second(of, "DUPLICATE OF 2026-00077")
    assert "the number of this case" in _second(of, "DUPLICATE OF 2026-00002")
    assert "cannot be read" in _second(of, "DUPLICATE OF the other")
    decision = of.order("重複 2026-00001", SATO, number="2026-00002")
    assert only(decision, MarkedDuplicate).of == "2026-00001"
    assert written(decision) == [("duplicate", TARO), ("duplicate", ICHIRO), ("transcript", SATO)]
    assert "2026-00001" in of.last(TARO).text
    assert of.cases["2026-00002"].status == "duplicate"


def _second(of: Correspondence, text: str) -> str:
    of.order(text, number="2026-00002")
    return said(of.last(MORGAN))


def test_one_command_that_cannot_be_carried_out_undoes_the_others() -> None:
    of = accepted()
    decision = of.order("NOTE sent today\nPOSTED CERT soon")
    assert kinds(decision) == ["commands_refused"]
    assert of.case.notes == ()
    assert of.case.tasks == {}


def test_the_same_order_in_answer_to_the_same_letter_is_carried_out_once() -> None:
    of = enquired()
    number = max(at for at, info in of.case.letters.items() if info.to == MORGAN)
    of.order("REPLY On Monday.")
    kept = of.case.letters
    of.cases[of.case.number] = of.case.model_copy(update={"letters": {number: kept[number], 1: kept[1]}})
    assert refusal(of.order("REPLY On Monday.")) == "already"


def test_a_case_that_moved_on_is_decided_by_its_newest_letter() -> None:
    of = reviewed()
    of.order("VOUCH responsible", SATO)
    older = {at: info for at, info in of.case.letters.items() if not (info.seq == of.seq and info.to == MORGAN)}
    of.cases[of.case.number] = of.case.model_copy(update={"letters": older})
    decision = of.order("REJECT not eligible")
    assert refusal(decision) == "moved_on"
    assert written(decision) == [("transcript", MORGAN), ("review", MORGAN)]


@pytest.mark.parametrize("text", ["ACCEPT", "CLOSE", "REPLY hello", "VOUCH responsible", "ASK Room"])
def test_nobody_decides_about_a_case_of_their_own(text: str) -> None:
    of = Correspondence(RULES)
    of.apply(TARO, f"room key\n\n{APPLICATION.replace(ICHIRO, MORGAN)}")
    of.answer(TARO, "Who decides?", "answer")
    assert refusal(of.order(text)) == "own_case"


def test_what_is_closed_takes_no_orders_that_go_on() -> None:
    of = enquired()
    of.order("CLOSE")
    for text in ("DONE", "ASK Question", "CLOSE again", "DUPLICATE OF 2026-00002", "RECEIVED FAX", "POSTED 12-3"):
        assert refusal(of.order(text)) == "case_closed", text


def test_the_transcript_says_how_the_case_stands_and_until_when() -> None:
    of = enquired()
    of.order("NOTE asked a colleague")
    text = said(of.last(MORGAN))
    assert "the note is kept" in text
    assert "It waits for the desk, until Monday 13 April 2026." in text
    assert "HELP lists the keywords." in text


@pytest.mark.parametrize(("clerk", "language"), [(MORGAN, "en"), (SATO, "ja")])
def test_help_lists_every_keyword_with_its_usage(clerk: str, language: str) -> None:
    of = enquired()
    of.order("HELP", clerk)
    lines = of.last(clerk).text.split("\n")
    between = ": " if language == "en" else "："
    assert not [row.verb for row in COMMANDS if f"  {row.usage[language]}{between}{row.help[language]}" not in lines]


def test_a_review_offers_what_fits_it() -> None:
    of = reviewed()
    review = of.letters[[letter.template for letter in of.letters].index("review")].text
    offered = [row.verb for row in COMMANDS if f"{row.usage['ja']}：" in review or f"{row.usage['en']}: " in review]
    assert {"ACCEPT", "REJECT", "ASK", "VOUCH", "NOTE", "HELP"} <= set(offered)
    assert not {"POSTED", "DONE", "CLOSE", "REOPEN", "DUPLICATE", "RECEIVED"} & set(offered)


def test_a_rejection_tells_both_and_says_so() -> None:
    of = reviewed()
    decision = of.order("REJECT\n\nThe cellar is full.")
    assert only(decision, Rejected).reason == "The cellar is full."
    text = said(of.last(MORGAN))
    assert f"letter to {TARO} (rejection), {ICHIRO} (rejection)" in text
