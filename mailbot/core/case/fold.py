"""How each kind of event changes a case. It knows nothing of mails, rules, or of how an event came about."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from mailbot.core import events as e
from mailbot.core.case import ends, history, kept, letters, orders, resting, tasks
from mailbot.core.case.values import STATUS_OF, Attached, Case, Consent, Document
from mailbot.core.instants import to_text

Change = Mapping[str, Any]
THREAD_LENGTH = 8
"""How many earlier messages References names: enough for every mail program, short enough for every relay."""
SHOWN = frozenset({"autoreply", "bounce", "feedback", "list"})
"""Kinds of attached mail that clerks are shown with the case, since no letter passes them on."""
MOST_ATTACHED = 5


def _joined(thread: tuple[str, ...], name: str) -> tuple[str, ...]:
    kept = (*(part for part in thread if part != name), name)
    return (kept[0], *kept[-(THREAD_LENGTH - 1) :]) if len(kept) > THREAD_LENGTH else kept


def _fields_read(case: Case, event: e.FieldsRead, at: str) -> Change:
    """An exception that a clerk made is for the value they saw."""
    other = {key for key, texts in event.answers.items() if case.answers.get(key) != texts}
    return {
        "answers": {**case.answers, **event.answers},
        "values": event.values,
        "faults": event.faults,
        "unread": tuple(dict.fromkeys((*case.unread, *event.unread))),
        "rounds": 0 if event.news else case.rounds + 1,
        "remarks": event.remarks,
        "confirmed": event.confirmed,
        "allowed": {key: reason for key, reason in case.allowed.items() if key not in other},
        "asked": tuple(key for key in case.asked if key not in event.answers),
    }


def _fields_asked(case: Case, event: e.FieldsAsked, at: str) -> Change:
    """Who asks again has not decided yet: an acceptance is void, and the review comes again. What is asked for already
    is asked for beside it."""
    asked = tuple(dict.fromkeys((*case.asked, *event.fields)))
    text = event.text or (case.asked_text if case.asked else "")
    return {
        "asked": asked,
        "asked_text": text,
        "rounds": 0,
        "decided_by": "",
        "reason": "",
        "given": "",
        "until": "",
        "undone": case.decided_by or case.undone,
    }


def _mail_joined(case: Case, event: e.MailJoined, at: str) -> Change:
    if not event.message:
        return {}
    return {"threads": {**case.threads, event.who: _joined(case.threads.get(event.who, ()), event.message)}}


def _step_entered(case: Case, event: e.StepEntered, at: str) -> Change:
    """Complete is an application whenever its fields are left; whatever a clerk had to look at is over then, but for
    an objection."""
    kind = event.sort or event.step
    complete = kind != "fields" and (case.completed is None or case.step_kind == "fields")
    return {
        "step": event.step,
        "step_kind": kind,
        "status": "on_hold" if case.hold else STATUS_OF[kind],
        "step_since": at,
        "due": event.due,
        "remind": event.remind,
        "completed": at if complete else case.completed,
        "stuck": bool(case.stopped),
        "pauses": 0,
        "passed": tuple(step for step in case.passed if step != event.step),
        "tasks": tasks.begun_again(case, event.step),
    }


def _consent_given(case: Case, event: e.ConsentGiven, at: str) -> Change:
    return {"consent": Consent(by=event.by, at=at, letter=event.letter, confirmed=event.confirmed, remark=event.remark)}


def _consent_confirmed(case: Case, event: e.ConsentConfirmed, at: str) -> Change:
    return {"consent": case.consent and case.consent.model_copy(update={"confirmed": True})}


def _letter_written(case: Case, event: e.LetterWritten, at: str) -> Change:
    name = f"{case.number}.{event.number}"
    key = event.to.lower() if event.role == "clerk" else event.role
    return {
        "last_letter": max(case.last_letter, event.number),
        "threads": {**case.threads, key: _joined(case.threads.get(key, ()), name)},
    }


def _letter_changed(case: Case, letter: str, update: Change) -> Change:
    number = int(letter.rpartition(".")[2])
    return {"letters": {**case.letters, number: case.letters[number].model_copy(update=update)}}


def _letter_tried(state: str) -> Callable[[Case, Any, str], Change]:
    def change(case: Case, event: Any, at: str) -> Change:
        before = case.letters[int(event.letter.rpartition(".")[2])]
        if state == "due" and before.state in ("held", "dropped"):
            return _letter_changed(case, event.letter, {"tries": before.tries + 1})  # it was under way meanwhile
        change = {"state": state, "tries": before.tries + 1, "sent": at if state == "sent" else None}
        return _letter_changed(case, event.letter, change)

    return change


def _letter_put(state: str) -> Callable[[Case, Any, str], Change]:
    """A letter that was not tried: somebody decided whether it may go."""
    return lambda case, event, at: _letter_changed(case, event.letter, {"state": state})


def _address_bounced(case: Case, event: e.AddressBounced, at: str) -> Change:
    marked = _letter_changed(case, event.letter, {"bounced": True})
    return {**marked, "bounced": tuple(dict.fromkeys((*case.bounced, event.address)))}


def _address_works(case: Case, event: e.AddressWorks, at: str) -> Change:
    return {"bounced": tuple(address for address in case.bounced if address != event.address)}


def _mail_attached(case: Case, event: e.MailAttached, at: str) -> Change:
    if event.sort not in SHOWN:
        return {}
    kept = (*case.attached, Attached(at=at, by=event.by, sort=event.sort))
    return {"attached": kept[-MOST_ATTACHED:]}


def _reminder_paused(case: Case, event: e.ReminderPaused, at: str) -> Change:
    return {"remind": event.remind, "due": event.due, "pauses": case.pauses + 1}


def _facts(case: Case, event: e.Facts, at: str) -> Change:
    """What was looked up before still holds for what this mail does not ask."""
    asked = {(row.name, row.column, row.key) for row in event.rows}
    kept = (row for row in case.rows if (row.name, row.column, row.key) not in asked)
    return {"rows": (*kept, *event.rows)} if event.rows else {}


def _step_passed(case: Case, event: e.StepPassed, at: str) -> Change:
    return {"passed": (*case.passed, event.step), "stopped": "", "stuck": case.stuck and not case.stopped}


def _step_voided(case: Case, event: e.StepVoided, at: str) -> Change:
    return {"passed": tuple(step for step in case.passed if step != event.step)}


def _document_received(case: Case, event: e.DocumentReceived, at: str) -> Change:
    there = Document(at=at, how=event.how, by=event.by, dated=event.dated, signed=event.signed)
    return {"documents": {**case.documents, event.document: there}}


def _documents_voided(case: Case, event: e.DocumentsVoided, at: str) -> Change:
    return {"documents": {name: there for name, there in case.documents.items() if name not in event.documents}}


FOLD: Mapping[type, Callable[[Case, Any, str], Change]] = {
    e.FieldsRead: _fields_read,
    e.MailJoined: _mail_joined,
    e.AddressRegistered: lambda case, event, at: {"applicant": event.address},
    e.StepEntered: _step_entered,
    e.LanguageLearned: lambda case, event, at: {"languages": {**case.languages, event.role: event.language}},
    e.ConsentGiven: _consent_given,
    e.ConsentConfirmed: _consent_confirmed,
    e.ConsentDeclined: ends.closed("declined"),
    e.ConsentVoided: lambda case, event, at: {"consent": None},
    **orders.ROWS,
    e.Held: resting.held,
    e.Resumed: resting.resumed,
    e.Assigned: lambda case, event, at: {"assigned": event.to},
    e.Accepted: ends.accepted,
    e.Rejected: ends.closed("rejected"),
    e.HandedToClerk: lambda case, event, at: {"stuck": True},
    e.Reminded: lambda case, event, at: {"remind": None},
    e.Expired: ends.closed("expired"),
    e.DeadlineMoved: lambda case, event, at: {"due": event.due},
    e.LetterWritten: _letter_written,
    e.LetterSent: _letter_tried("sent"),
    e.LetterPostponed: _letter_tried("due"),
    e.LetterFailed: _letter_tried("failed"),
    e.LetterHeld: _letter_put("held"),
    e.LetterReleased: _letter_put("due"),
    e.LetterDropped: _letter_put("dropped"),
    e.MailAttached: _mail_attached,
    e.AddressBounced: _address_bounced,
    e.AddressWorks: _address_works,
    e.ReminderPaused: _reminder_paused,
    e.Facts: _facts,
    e.PlanRead: tasks.plan_read,
    e.DocumentReceived: _document_received,
    e.DocumentsVoided: _documents_voided,
    e.TaskDone: tasks.task_done,
    e.StepPassed: _step_passed,
    e.StepVoided: _step_voided,
    e.StepStopped: lambda case, event, at: {"stuck": True, "stopped": event.by},
    e.Completed: ends.completed,
    e.Withdrawn: ends.closed("withdrawn"),
    e.Reopened: ends.reopened,
    e.MarkedDuplicate: ends.duplicate,
    e.FieldAllowed: lambda case, event, at: {"allowed": {**case.allowed, event.field: event.reason}},
    e.FieldsAsked: _fields_asked,
    e.FieldsSettled: lambda case, event, at: {"asked": tuple(key for key in case.asked if key not in event.fields)},
    e.Vouched: lambda case, event, at: {"vouched": event.address},
}
"""What each kind of event changes; a kind without a row changes nothing in a case."""


def opened(number: str, event: e.CaseOpened, at: str, rows: tuple[e.Row, ...] = ()) -> Case:
    """The case as it is right after it was opened; `at` is a journal text, `rows` what was looked up for it."""
    return Case(
        number=number,
        form=event.form,
        opened=at,
        changed=at,
        step_since=at,
        applicant=event.applicant,
        name=event.name,
        languages={"applicant": event.language},
        late=event.late,
        rows=rows,
    )


def _opened(number: str, seq: int, at: str, event: e.Event, rows: tuple[e.Row, ...]) -> Case:
    if not isinstance(event, e.CaseOpened):
        raise ValueError(f"entry {seq}: {event.kind} before case {number} was opened")
    return opened(number, event, at, rows)


def _happen(case: Case, seq: int, at: str, event: e.Event) -> None:
    """An event changes a case that nobody else has yet."""
    row = FOLD.get(type(event))
    change = dict(row(case, event, at)) if row else {}
    if isinstance(event, e.LetterWritten):
        change["letters"] = {**case.letters, event.number: letters.written(event, seq, at)}
    change |= history.after(case, event, seq, at)
    if change:
        vars(case).update(change, changed=at)


def fold(case: Case | None, number: str, seq: int, at: datetime, happened: Iterable[e.Event]) -> Case | None:
    """The case after one entry: `seq` its number in the journal, `at` its instant, `happened` its events in order.

    Facts come first; a case that is None begins with CaseOpened, or with CaseKept after its entries were erased.
    ValueError if it does not. In a case that was erased nothing happens any more.
    """
    text, happened = to_text(at), tuple(happened)
    if left := next((event for event in happened if isinstance(event, e.CaseKept)), None):
        return kept.read_kept(left)
    if case and case.erased:
        return case
    case = case and case.model_copy()  # one for the whole entry: each event changes it where it is
    rows: tuple[e.Row, ...] = ()
    for event in happened:
        if case is None and isinstance(event, e.Facts):
            rows = event.rows
            continue
        case = case or _opened(number, seq, text, event, rows)
        _happen(case, seq, text, event)
    return case
