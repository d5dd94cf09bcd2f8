"""Rules that lose a field, a step or a form that cases stand in: nothing breaks or is forgotten, clerks are told."""

from collections.abc import AsyncIterator, Callable

import pytest
from desks import in_a_loop
from stepping import CLERK, HEAD, ICHIRO, TARO, Play, filled, form, pdf, texts

from mailbot.core.case import Case
from mailbot.core.events import MailAttached, StepEntered
from mailbot.core.forms import Form
from mailbot.views.stranded import stranded

WHOLE = ("fields", "consent", "document", "review", "post", "login")
OTHER = form("fields", name="other", title=texts("Another form"))
ORDERS = ("ACCEPT", "NOTE x", "DONE", "RECEIVED POST", "POSTED CERT 123", "ASK purpose\n\nwhy?", "HELP", "CLOSE\n\nx")
ORDERS += ("REJECT\n\nnot eligible", "REPLY\n\nhello", "ALLOW purpose because", "VOUCH responsible person")


def arrived(kind: str, *steps: str) -> Play:
    """A case that stands in its step of that kind."""
    play = Play(form(*(steps or WHOLE))).apply(filled(Purpose="" if kind == "fields" else "Copying"))
    moves = {
        "consent": lambda: play.answer(ICHIRO, "AGREE", sort="consent"),
        "document": lambda: play.answer(ICHIRO, "", pdf()),
        "review": lambda: play.answer(CLERK, "ACCEPT"),
        "task": lambda: play.answer(CLERK, "POSTED CERT 1"),
    }
    while play.known.step_kind != kind:
        moves[play.known.step_kind]()
    return play


def without(form: Form, kind: str) -> Form:
    """The form with its step of that kind under another name."""
    renamed = [step.model_copy(update={"name": "renamed"}) if step.kind == kind else step for step in form.steps]
    return form.model_copy(update={"steps": tuple(renamed)})


def writes(play: Play) -> list[tuple[str, str, str]]:
    """What people may write to a case: to which letter, in what words, of what sort."""
    roles = {info.role: info.to for info in play.known.letters.values()}
    said = [("applicant", "Chief's name: Jiro", "answer"), ("applicant", "STATUS", "status")]
    said += [("applicant", "HELP", "help"), ("applicant", "WITHDRAW", "withdraw"), ("applicant", "", "autoreply")]
    said += [("responsible", "AGREE", "consent"), ("responsible", "DECLINE", "consent")]
    said += [("responsible", "here", "answer"), ("responsible", "away", "autoreply"), ("responsible", "", "bounce")]
    said += [("clerk", order, "command") for order in ORDERS]
    return [(roles[role], text, sort) for role, text, sort in said if role in roles]


KINDS = ("fields", "consent", "document", "review", "task", "wait")


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_written_to_a_case_whose_step_is_lost_is_decided(kind: str) -> None:
    for to, text, sort in writes(arrived(kind)):
        play = arrived(kind)
        steps = {step.id for step in play.form.steps} | {"renamed", "step_gone", ""}
        play.form = without(play.form, kind)
        play.answer(to, text, sort=sort)
        assert len(play.last.events) > 1, f"nothing is said of {text!r}"
        assert play.known.step in steps


@pytest.mark.parametrize("kind", ["fields", "consent", "document"])
@pytest.mark.parametrize("what", ["remind", "limit"])
def test_when_time_passes_in_a_step_that_is_lost_what_others_have_to_do_is_asked_as_the_rules_are_now(
    kind: str, what: str
) -> None:
    play = arrived(kind)
    play.form = without(play.form, kind)
    play.passes(what)
    assert play.only(StepEntered).step == "renamed"
    assert play.known.open


@pytest.mark.parametrize("kind", ["review", "task", "wait"])
def test_when_time_passes_in_a_step_that_is_lost_clerks_look_after_what_the_desk_had_in_hand(kind: str) -> None:
    play = arrived(kind)
    play.form = without(play.form, kind)
    play.passes("limit")
    assert (play.only(StepEntered).step, play.written) == ("step_gone", [("task", HEAD), ("task", CLERK)])
    letter = play.text("task", CLERK)
    assert "the step this case was in is no longer there" in " ".join(letter.split())
    assert all(f"  {word}" in letter for word in ("CLOSE", "DONE"))
    assert ("  REJECT" in letter) == (kind == "review")
    play.answer(TARO, "Large storage: yes")
    assert play.known.step == "step_gone", "only clerks let it go on"
    play.passes("remind")
    assert ("reminder", CLERK) in play.written
    assert play.answer(CLERK, "DONE").known.step == "renamed"


@pytest.mark.parametrize(("order", "status"), [("REJECT\n\nnot eligible", "rejected"), ("CLOSE\n\nenough", "done")])
def test_clerks_can_end_a_case_whose_step_is_lost(order: str, status: str) -> None:
    play = arrived("review")
    play.form = without(play.form, "review")
    play.passes("limit")
    assert play.answer(CLERK, order).known.status == status


def test_what_was_accepted_is_not_rejected_because_its_step_is_lost() -> None:
    play = arrived("task")
    play.form = without(play.form, "task")
    play.passes("limit")
    assert "REJECT" not in play.text("task", CLERK)
    assert play.answer(CLERK, "REJECT\n\nnot eligible").known.status == "in_progress"
    assert play.answer(CLERK, "CLOSE\n\nenough").known.status == "done"


def test_a_case_is_not_done_unseen_because_the_rules_have_lost_its_last_step() -> None:
    play = arrived("consent", "fields", "consent")
    play.form = form("fields")
    play.passes("limit")
    assert (play.known.step, play.written) == ("step_gone", [("task", HEAD), ("task", CLERK)])
    assert play.answer(CLERK, "DONE").known.status == "done"


def test_a_step_that_is_taken_away_is_passed() -> None:
    play = arrived("document")
    play.form = play.form.model_copy(
        update={"steps": tuple(step for step in play.form.steps if step.kind != "document")}
    )
    play.passes("limit")
    assert (play.known.status, play.written) == ("ready", [("review", HEAD), ("review", CLERK)])


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_written_to_a_case_whose_form_is_lost_is_decided(kind: str) -> None:
    for to, text, sort in writes(arrived(kind)):
        play = arrived(kind)
        play.form = OTHER
        values = play.known.values
        play.answer(to, text, sort=sort)
        assert play.known.values == values
        if sort in ("answer", "consent"):
            assert play.only(MailAttached).why == "form_gone"
            told = [("will_read", TARO)] if to == TARO else []
            assert play.written == [*told, ("passed_on", HEAD), ("passed_on", CLERK)]


def less(form: Form, key: str) -> Form:
    """The form without that field, as somebody leaves it who takes it out everywhere."""
    raw = form.model_dump(by_alias=True)
    del raw["fields"][key]
    lists = [(step, "shows") for step in raw["steps"]] + [(one, "binds") for one in raw["documents"].values()]
    for holder, name in [*lists, *((person, "name") for person in raw["people"].values())]:
        holder[name] = [one for one in holder[name] if one != key]
    for document in raw["documents"].values():
        document["when"] = None if key in str(document["when"]) else document["when"]
    return Form.model_validate(raw)


def asked() -> Play:
    return arrived("review").answer(CLERK, "ASK purpose, From abroad\n\nwhy?")


def faulty() -> Play:
    return Play(form("fields", "review")).apply(filled(Purpose="", From_abroad="perhaps"))


@pytest.mark.parametrize("begun", [asked, faulty])
@pytest.mark.parametrize("key", ["purpose", "away"])
def test_whatever_is_written_to_a_case_that_waits_for_a_lost_field_is_decided(
    begun: Callable[[], Play], key: str
) -> None:
    for to, text, sort in writes(begun()):
        play = begun()
        play.form = less(play.form, key)
        play.answer(to, text, sort=sort)
        assert not any(f"  {key}" in letter.text for letter in play.letters), "its name in the rules says nothing"


@pytest.mark.parametrize("what", ["remind", "limit"])
def test_a_case_that_waits_only_for_lost_fields_goes_on_when_time_passes(what: str) -> None:
    for play in (faulty(), asked()):
        play.form = less(less(play.form, "purpose"), "away")
        play.passes(what)
        assert play.only(StepEntered).step != "fields"
        assert (play.known.faults, play.known.asked, play.known.open) == ((), (), True)


def test_a_case_that_waits_for_another_field_too_is_reminded_of_that_one() -> None:
    play = faulty()
    play.form = less(play.form, "away")
    play.passes("remind")
    assert play.written == [("reminder", TARO)]
    assert [fault.field for fault in play.known.faults] == ["purpose"]


def test_a_case_that_is_opened_again_is_asked_for_nothing_that_the_rules_have_lost() -> None:
    play = asked().answer(CLERK, "CLOSE\n\nenough")
    play.form = less(less(play.form, "purpose"), "away")
    play.answer(CLERK, "REOPEN")
    assert play.known.open
    assert (play.known.step, play.known.asked) == ("document", ())


def test_a_case_whose_form_is_lost_is_a_task_for_clerks_once_time_passes() -> None:
    play = arrived("consent")
    play.form = OTHER
    play.passes("remind")
    assert play.only(StepEntered).step == "form_gone"
    assert play.written == [("task", HEAD), ("task", CLERK)]
    assert "have no form of this kind any more" in " ".join(play.text("task", CLERK).split())
    play.passes("limit")
    assert play.known.open
    play.answer(CLERK, "DONE")
    assert play.known.status == "done"


def test_a_form_that_comes_back_has_its_cases_go_on() -> None:
    play = arrived("consent")
    play.form = OTHER
    play.passes("limit")
    play.form = form(*WHOLE)
    play.passes("limit")
    assert (play.known.step, play.known.status) == ("consent", "awaiting_consent")
    assert ("consent", ICHIRO) in play.written


@in_a_loop
async def test_the_operator_is_told_which_cases_stand_where_the_rules_have_nothing() -> None:
    here, there = arrived("consent"), arrived("review")
    cases = [here.known, there.known.model_copy(update={"number": "2026-00043"})]

    async def open_cases() -> AsyncIterator[Case]:
        for case in cases:
            yield case

    assert await stranded(here.rules, open_cases()) == []
    here.form = without(here.form, "consent")
    (line,) = await stranded(here.rules, open_cases())
    assert line == (
        "rules: the form `loan` has no step `consent` any more, but open cases stand there: 2026-00042; "
        "mails are taken as before, and when time passes the case goes on with the step that is next, "
        "or a clerk has to look after what the desk had in hand"
    )
    here.form = OTHER
    (line,) = await stranded(here.rules, open_cases())
    assert "there is no form `loan` any more" in line
    assert "2026-00042, 2026-00043; mails are taken as before, and when time passes clerks have" in line
