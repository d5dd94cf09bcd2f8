"""What clerks and applicants are told about a value beside it: who else wrote it, what a directory says of it."""

from correspondence import MORGAN, SATO, Correspondence, rules_with, said
from form_pieces import CONSENT_STEP, FIELDS_STEP, REVIEW_STEP
from test_clerk_commands import APPLICATION, ICHIRO, QUESTIONS, TARO

from mailbot.core.events import Row

STRANGER = "evil@attacker.example"
PARKING = (
    """
[fields.car]
label = {en = "Car", ja = "車"}

[fields.colour]
label = {en = "Colour", ja = "色"}
"""
    + FIELDS_STEP
    + REVIEW_STEP
)
RULES = rules_with({"room-key": QUESTIONS + PARKING})
NOT_THEIRS = f"“Car” was filled in by a mail from {STRANGER}, which is not the applicant's address."


def parked(text: str = APPLICATION) -> Correspondence:
    of = Correspondence(RULES)
    of.apply(TARO, text)
    return of


def test_clerks_are_told_of_a_field_that_somebody_else_filled_in() -> None:
    of = parked()
    of.answer(STRANGER, "Car: a van", "answer", to=TARO)
    assert of.case.values["car"] == "a van", "what was empty may be filled by anybody"
    assert NOT_THEIRS in said(of.last(MORGAN))
    japanese = of.last(SATO).text.replace("\n  ", "")
    assert f"「車」は、申請者のアドレスとは異なる {STRANGER} からのメールで記入されました。" in japanese


def test_the_next_letter_to_the_applicant_names_sender_and_field() -> None:
    of = parked()
    of.answer(STRANGER, "Car: a van\nColour: red", "answer", to=TARO)
    assert of.last(TARO).template == "received"
    assert f"a mail from {STRANGER}, not from your address: Car, Colour." in said(of.last(TARO))
    asked = parked(APPLICATION.replace("Room: cellar\n", ""))
    asked.answer(STRANGER, "Car: a van", "answer", to=TARO)
    assert asked.last(TARO).template == "missing"
    assert f"a mail from {STRANGER}, not from your address: Car." in said(asked.last(TARO))


def test_it_is_remarked_until_the_applicant_says_something_about_the_field() -> None:
    of = parked()
    of.answer(STRANGER, "Car: a van\nColour: red", "answer", to=TARO)
    of.answer(TARO, "Car: a van", "answer")
    assert [(remark.code, remark.field) for remark in of.case.remarks] == [("filled_by_another", "colour")]
    of.answer(TARO, "Colour: blue", "answer")
    assert of.case.remarks == ()
    assert STRANGER not in of.last(TARO).text


def test_what_the_applicant_fills_in_is_not_remarked() -> None:
    of = parked()
    of.answer(TARO, "Car: a van", "answer")
    assert of.case.remarks == ()


DIRECTORY = QUESTIONS.replace(
    """label = {en = "Boss's email", ja = "上司のメール"}""",
    """label = {en = "Boss's email", ja = "上司のメール"}
register = {name = "responsible", column = "email", unknown = "remark"}""",
)
ASKING = FIELDS_STEP + CONSENT_STEP + REVIEW_STEP
LISTED = rules_with({"room-key": DIRECTORY + ASKING})
ONLY_TYPED = "we know your address only from the application"


def consented(found: dict[str, str] | None) -> tuple[str, str, str]:
    """The consent letter and both review letters, where the directory says this of that address."""
    of = Correspondence(LISTED, rows=(Row(name="responsible", column="email", key=ICHIRO, found=found),))
    of.apply(TARO, APPLICATION)
    asked = said(of.last(ICHIRO))
    of.rows = ()
    of.answer(ICHIRO, "AGREE", "consent")
    return asked, said(of.last(MORGAN)), said(of.last(SATO))


def test_an_address_that_only_the_applicant_gave_is_said_to_be_such() -> None:
    asked, review, japanese = consented(None)
    assert ONLY_TYPED in asked
    assert "address given by the applicant, not verified" in review
    assert "確認は取れていません" in japanese


def test_an_address_that_the_directory_has_is_said_to_be_in_it() -> None:
    asked, review, japanese = consented({"email": ICHIRO, "name": "Ichiro Suzuki"})
    assert ONLY_TYPED not in asked
    assert "Your address is in our directory of responsible persons." in asked
    assert "当窓口の責任者名簿に登録されているアドレスです" in asked
    assert "not verified" not in review
    assert "The responsible person's address is in our directory." in review
    assert "確認は取れていません" not in japanese
    assert "責任者のアドレス：責任者名簿に登録されています。" in japanese


LEAVING = (
    QUESTIONS
    + """
[fields.data]
type = "yes_no"
required = true
label = {en = "Hand the data over", ja = "データを引き継ぐ"}

[fields.heir]
required = true
when = {field = "data", is = "yes"}
label = {en = "Who gets it", ja = "引き継ぎ先"}
"""
    + FIELDS_STEP
    + REVIEW_STEP
)
LEAVES = rules_with({"room-key": LEAVING})


def test_what_the_other_answers_make_needless_is_not_shown_as_something_to_be_done() -> None:
    of = Correspondence(LEAVES)
    of.apply(TARO, f"{APPLICATION}Hand the data over: yes\nWho gets it: priya-n\n")
    of.answer(TARO, "Hand the data over: no", "answer")
    for to, heading, line in (
        (TARO, "Also written", "  Who gets it: priya-n"),
        (MORGAN, "Also written", "  Who gets it: priya-n"),
        (SATO, "手続きには用いません。", "  引き継ぎ先: priya-n"),
    ):
        before, _, after = of.last(to).text.partition(heading)
        assert line not in before
        assert line in after, "nothing that was written is lost"


def test_what_hangs_on_an_answer_that_is_still_missing_is_not_called_needless() -> None:
    of = Correspondence(LEAVES)
    of.apply(TARO, f"{APPLICATION}Who gets it: priya-n\n")
    assert of.last(TARO).template == "missing"
    assert "  Who gets it: priya-n" in of.last(TARO).text
    assert "nothing is done with it" not in of.last(TARO).text
