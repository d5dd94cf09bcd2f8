"""A case: what its events add up to. It knows nothing of mails, rules, or of how an event came about."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from mailbot.core import events as e
from mailbot.core.instants import to_text

Status = Literal[
    "collecting",
    "awaiting_consent",
    "awaiting_document",
    "ready",
    "on_hold",
    "in_progress",
    "done",
    "rejected",
    "declined",
    "withdrawn",
    "expired",
    "duplicate",
]
CLOSED: frozenset[str] = frozenset({"done", "rejected", "declined", "withdrawn", "expired", "duplicate"})
STATUS_OF_STEP: Mapping[str, Status] = {"fields": "collecting", "consent": "awaiting_consent", "review": "ready"}


class LetterInfo(e.Frozen):
    """What is remembered of a letter: to whom, in which role and with which key its token was made, in which entry;
    `sent` is the instant the relay took it."""

    to: str
    role: e.Role
    key: str
    seq: int
    template: str
    state: Literal["due", "sent", "failed", "held", "dropped"] = "due"
    tries: int = 0
    sent: str | None = None


class Consent(e.Frozen):
    """The responsible person's AGREE: when, from which address, to which letter, and whether it is confirmed."""

    by: str
    at: str
    letter: str
    confirmed: bool
    remark: str = ""


class Case(e.Frozen):
    """One application from first mail to end. Instants are journal texts (see `instants`).

    `answers` is what was written, `values` what was understood, `faults` what is still wrong. `revision` is the
    sequence number of the entry that last changed fields, consents, documents, steps or status; `rounds` counts
    answers in a row that brought nothing new. `threads` holds for each correspondent (role, or a
    clerk's address) what the next letter answers.
    """

    number: str
    form: str
    status: Status = "collecting"
    step: str = "fields"
    opened: str
    changed: str
    completed: str | None = None
    step_since: str
    due: str | None = None
    remind: str | None = None
    applicant: str
    name: str = ""
    languages: dict[str, str] = {}
    answers: dict[str, tuple[str, ...]] = {}
    values: dict[str, e.Value] = {}
    faults: tuple[e.Fault, ...] = ()
    unread: tuple[str, ...] = ()
    rounds: int = 0
    stuck: bool = False
    consent: Consent | None = None
    decided_by: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    threads: dict[str, tuple[str, ...]] = {}
    letters: dict[int, LetterInfo] = {}
    last_letter: int = 0
    revision: int = 0

    @property
    def open(self) -> bool:
        """Whether anything can still happen to it by itself."""
        return self.status not in CLOSED


Change = Mapping[str, Any]
THREAD_LENGTH = 8
"""How many earlier messages References names: enough for every mail program, short enough for every relay."""


def _joined(thread: tuple[str, ...], name: str) -> tuple[str, ...]:
    kept = (*(part for part in thread if part != name), name)
    return (kept[0], *kept[-(THREAD_LENGTH - 1) :]) if len(kept) > THREAD_LENGTH else kept


def _fields_read(case: Case, event: e.FieldsRead, at: str) -> Change:
    return {
        "answers": {**case.answers, **event.answers},
        "values": event.values,
        "faults": event.faults,
        "unread": tuple(dict.fromkeys((*case.unread, *event.unread))),
        "rounds": 0 if event.news else case.rounds + 1,
    }


def _mail_joined(case: Case, event: e.MailJoined, at: str) -> Change:
    if not event.message:
        return {}
    return {"threads": {**case.threads, event.who: _joined(case.threads.get(event.who, ()), event.message)}}


def _step_entered(case: Case, event: e.StepEntered, at: str) -> Change:
    first = event.step != "fields" and case.completed is None
    return {
        "step": event.step,
        "status": STATUS_OF_STEP[event.step],
        "step_since": at,
        "due": event.due,
        "remind": event.remind,
        "completed": at if first else case.completed,
    }


def _consent_given(case: Case, event: e.ConsentGiven, at: str) -> Change:
    return {"consent": Consent(by=event.by, at=at, letter=event.letter, confirmed=event.confirmed, remark=event.remark)}


def _closed(status: Status) -> Callable[[Case, Any, str], Change]:
    def close(case: Case, event: Any, at: str) -> Change:
        return {
            "status": status,
            "due": None,
            "remind": None,
            "decided_by": getattr(event, "clerk", getattr(event, "by", "")),
            "reason": getattr(event, "reason", getattr(event, "text", "")),
        }

    return close


def _letter_written(case: Case, event: e.LetterWritten, at: str) -> Change:
    name = f"{case.number}.{event.number}"
    key = event.to.lower() if event.role == "clerk" else event.role
    return {
        "last_letter": max(case.last_letter, event.number),
        "threads": {**case.threads, key: _joined(case.threads.get(key, ()), name)},
    }


def _letter_state(state: str) -> Callable[[Case, Any, str], Change]:
    def change(case: Case, event: Any, at: str) -> Change:
        number = int(event.letter.rpartition(".")[2])
        info = case.letters[number]
        update = {"state": state, "tries": info.tries + 1, "sent": at if state == "sent" else None}
        return {"letters": {**case.letters, number: info.model_copy(update=update)}}

    return change


FOLD: Mapping[type, Callable[[Case, Any, str], Change]] = {
    e.FieldsRead: _fields_read,
    e.MailJoined: _mail_joined,
    e.AddressRegistered: lambda case, event, at: {"applicant": event.address},
    e.StepEntered: _step_entered,
    e.LanguageLearned: lambda case, event, at: {"languages": {**case.languages, event.role: event.language}},
    e.ConsentGiven: _consent_given,
    e.ConsentDeclined: _closed("declined"),
    e.ConsentVoided: lambda case, event, at: {"consent": None},
    e.CommandsRun: lambda case, event, at: {"blocks": (*case.blocks, event.block)},
    e.Accepted: _closed("done"),
    e.Rejected: _closed("rejected"),
    e.Noted: lambda case, event, at: {"notes": (*case.notes, event.text)},
    e.HandedToClerk: lambda case, event, at: {"stuck": True},
    e.Reminded: lambda case, event, at: {"remind": None},
    e.Expired: _closed("expired"),
    e.DeadlineMoved: lambda case, event, at: {"due": event.due},
    e.LetterWritten: _letter_written,
    e.LetterSent: _letter_state("sent"),
    e.LetterPostponed: _letter_state("due"),
    e.LetterFailed: _letter_state("failed"),
}
"""What each kind of event changes; a kind without a row changes nothing in a case."""

REVISING = (
    e.CaseOpened,
    e.FieldsRead,
    e.AddressRegistered,
    e.StepEntered,
    e.ConsentGiven,
    e.ConsentDeclined,
    e.ConsentVoided,
    e.Accepted,
    e.Rejected,
    e.Expired,
)
"""Kinds after which a decision on an older letter is out of date."""


def opened(number: str, event: e.CaseOpened, at: str) -> Case:
    """The case as it is right after it was opened; `at` is a journal text."""
    return Case(
        number=number,
        form=event.form,
        opened=at,
        changed=at,
        step_since=at,
        applicant=event.applicant,
        name=event.name,
        languages={"applicant": event.language},
    )


def _step(case: Case | None, number: str, seq: int, at: str, event: e.Event) -> Case:
    if case is None:
        if not isinstance(event, e.CaseOpened):
            raise ValueError(f"entry {seq}: {event.kind} before case {number} was opened")
        return opened(number, event, at).model_copy(update={"revision": seq})
    row = FOLD.get(type(event))
    change = dict(row(case, event, at)) if row else {}
    if isinstance(event, e.LetterWritten):
        info = LetterInfo(to=event.to, role=event.role, key=event.key, seq=seq, template=event.template)
        change["letters"] = {**case.letters, event.number: info}
    if isinstance(event, REVISING):
        change["revision"] = seq
    return case.model_copy(update={**change, "changed": at}) if change else case


def fold(case: Case | None, number: str, seq: int, at: datetime, happened: Iterable[e.Event]) -> Case | None:
    """The case after one entry: `seq` its number in the journal, `at` its instant, `happened` its events in order.

    Facts come first and change nothing; a case that is None begins with CaseOpened. ValueError if it does not.
    """
    text = to_text(at)
    for event in happened:
        if not isinstance(event, e.Facts):
            case = _step(case, number, seq, text, event)
    return case
