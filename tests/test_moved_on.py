"""A decision on a case that moved on is refused, and the transcript says what changed since, who did it and when."""

import pytest
from correspondence import MORGAN, SATO, Correspondence, said, written
from letter_examples import RULES, tried
from letter_examples import written as letter_of
from test_clerk_commands import ICHIRO, TARO, accepted, before_letter_to_clerks, enquired, pledged, refusal, reviewed

from mailbot.core.case import Deed
from mailbot.core.case.history import CODES, DEEDS, MOST
from mailbot.core.case.revising import REVISING
from mailbot.core.decide.command.values import IN_FULL
from mailbot.core.events import FieldsRead
from mailbot.core.told import told as tell
from mailbot.edge.letters import Letters


def review(of: Correspondence, clerk: str = MORGAN) -> int:
    """The number of the newest review to that clerk."""
    return max(at for at, info in of.case.letters.items() if info.to == clerk and info.template == "review")


def told(of: Correspondence, text: str, letter: int, clerk: str = MORGAN, why: str = "moved_on") -> str:
    """What the transcript says of an order that comes too late."""
    decision = of.order(text, clerk, letter=letter)
    assert refusal(decision) == why
    return said(next(one for one in reversed(of.letters) if one.template == "transcript" and one.to == clerk))


def changed(of: Correspondence, room: str) -> None:
    """The applicant names another room, so that consent is asked for anew, and given."""
    of.answer(TARO, f"Room: {room}", "answer")
    of.answer(ICHIRO, "AGREE", "consent")
    assert of.case.status == "ready"


def test_a_change_of_the_applicant_is_named_with_old_and_new_value_and_when_it_came() -> None:
    of = reviewed()
    seen = review(of)
    changed(of, "tower")
    text = told(of, "ACCEPT", seen)
    assert "What has changed since you saw the case:" in text
    assert "2026-04-06 10:05" in text, "in the desk's zone"
    assert f"{TARO} Room: cellar -> tower" in text
    assert "The case as it is now comes in a separate letter" in text


def test_a_void_consent_a_new_one_and_the_steps_between_are_told_in_their_order() -> None:
    of = reviewed()
    seen = review(of)
    of.answer(TARO, "Boss's name: Jiro Tanaka", "answer")
    of.answer(ICHIRO, "AGREE", "consent")
    text = told(of, "ACCEPT", seen)
    parts = (
        "Boss's name: Ichiro Suzuki -> Jiro Tanaka",
        "the earlier consent does not count any more, since this has changed: Boss's name",
        "next: waiting for the responsible person's consent",
        f"{ICHIRO} the responsible person agreed",
        "next: complete; waiting for the desk's decision",
    )
    assert [part for part in parts if part not in text] == []
    assert sorted(parts, key=text.index) == list(parts)


def test_what_a_colleague_did_is_told_in_japanese_too() -> None:
    of = reviewed()
    seen = review(of, SATO)
    of.order("VOUCH responsible")
    text = told(of, "承認", seen, SATO)
    assert f"{MORGAN} {ICHIRO} を責任者本人のアドレスと認めました" in text
    assert "前回ご覧いただいた後の変更は、次のとおりです。" in text
    assert "指示：" not in text, "what the order did is told, not the order"


def test_a_case_that_went_back_says_what_took_it_there() -> None:
    of = reviewed()
    seen = review(of)
    of.answer(TARO, "Room: tower", "answer")
    text = told(of, "ACCEPT", seen, why="not_ready")
    assert f"{TARO} Room: cellar -> tower" in text
    assert "next: waiting for the responsible person's consent" in text


def test_a_case_that_was_withdrawn_says_by_whom() -> None:
    of = reviewed()
    seen = review(of)
    of.answer(TARO, "WITHDRAW", "withdraw")
    assert f"{TARO} withdrawn by the applicant" in told(of, "ACCEPT", seen, why="case_closed")


def test_what_this_clerk_has_seen_is_not_told_again() -> None:
    of = reviewed()
    changed(of, "tower")
    seen = review(of)
    changed(of, "loft")
    text = told(of, "REJECT not eligible", seen)
    assert "Room: tower -> loft" in text
    assert "cellar" not in text.partition("The case as it is now")[0]


def test_without_a_letter_that_showed_the_case_the_letter_answered_counts() -> None:
    of = pledged()
    before_letter_to_clerks(of, "NOTE a question")
    first = max(at for at, info in of.case.letters.items() if info.to == MORGAN)
    of.order("RECEIVED FAX 2026-04-03")
    text = told(of, "ACCEPT", first)
    assert f"{MORGAN} received: Pledge next: complete; waiting for the desk's decision" in text
    assert "received answers" not in text


def test_a_decision_that_is_not_late_and_other_mistakes_tell_no_changes() -> None:
    of = reviewed()
    changed(of, "tower")
    of.order("ACEPT")
    assert "What has changed" not in said(of.last(MORGAN))
    assert ("accepted", TARO) in written(of.order("VOUCH responsible\nACCEPT", letter=review(of)))


def test_fields_that_changed_together_are_told_in_the_order_of_the_form_whatever_order_they_were_noted_in() -> None:
    form = RULES.forms["new-account"]
    first, second = (key for key in form.fields if key in ("purpose", "research_field"))
    deeds = [
        Deed(seq=9, at="2026-04-06T01:00:00.000Z", what="field", about=(key,), was="a", now="b")
        for key in (second, first)
    ]
    (entry,) = tell(deeds, form, "en", RULES)
    labels = [form.fields[key].label["en"] for key in (first, second)]
    assert [what.partition(":")[0] for what in entry.what] == labels
    assert tell(deeds[::-1], form, "en", RULES) == (entry,)
    (proposed,) = tell(
        [Deed(seq=9, at="2026-04-06T01:00:00.000Z", what="set_proposed", about=(second, first))], form, "en", RULES
    )
    assert proposed.what[0].index(labels[0]) < proposed.what[0].index(labels[1])


def test_a_case_remembers_its_last_deeds_and_no_more() -> None:
    of = enquired()
    for at in range(MOST + 5):
        of.order(f"NOTE number {at}")
    assert len(of.case.history) == MOST
    assert of.case.history[-1].about == (f"NOTE number {MOST + 4}",)


@pytest.mark.parametrize("kind", [kind for kind in REVISING if kind is not FieldsRead], ids=lambda kind: kind.__name__)
def test_whatever_makes_a_decision_late_has_words_of_its_own(kind: type) -> None:
    assert kind in DEEDS


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_words_may_be_missing_for_what_is_remembered_and_none_stand_there_for_nothing(language: str) -> None:
    assert RULES.words[language].deeds.keys() == CODES


def test_tasks_and_numbers_are_remembered_with_who_did_them() -> None:
    of = accepted()
    of.order("POSTED CERT 12-3", SATO)
    deed = next(deed for deed in of.case.history if deed.what == "task")
    assert (deed.by, deed.about) == (SATO, ("certificate",))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("template", sorted(IN_FULL))
def test_a_letter_that_counts_as_showing_the_case_shows_what_a_review_shows(template: str, language: str) -> None:
    data = {"by": None, "text": "", "why": "no_holder", "changes": ()}
    review, other = (
        said(Letters(RULES).words(letter_of(name, "clerk", tried, **data)(language), 1, "k1"))
        for name in ("review", template)
    )
    opening = {"en": "Case: 2026-00042, opened", "ja": "受付番号：2026-00042（"}[language]
    closing = {"en": "To decide, reply", "ja": "このメールにご返信のうえ"}[language]
    block = review[review.index(opening) : review.index(closing)].strip()
    assert "Taro" in block
    assert block in other
