"""What a case remembers of its way: who did what, when, and what stood there before. It knows no rules and no words."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mailbot.core import events as e
from mailbot.core.case.orders import MOST_TRIED, UNPROVEN
from mailbot.core.case.revising import REVISING
from mailbot.core.case.values import Case, Deed

Undated = Mapping[str, Any]
"""A deed but for its entry and instant."""
Row = Callable[[Case, Any], Undated]
MOST = 200
"""How many deeds a case remembers, the newest."""
LONGEST = 1_000
"""Characters of a value that are remembered: an SSH key whole."""


def _plain(what: str, about: str = "", by: str = "") -> Row:
    """A deed of whoever the event names (`by`, its field; `clerk` or `by` if it is not said), about a field of it."""

    def deed(case: Case, event: Any) -> Undated:
        named = vars(event)  # asking an event for what it does not have takes as long as all the rest
        who = named[by] if by else named.get("clerk") or named.get("by", "")
        said = getattr(event, about) if about else ""
        return {"what": what, "by": who, "about": (said,) if isinstance(said, str) else tuple(said)}

    return deed


MAILS: Mapping[str, str] = {"applicant": "mail_applicant", "responsible": "mail_responsible", "holder": "mail_holder"}
"""What a mail is remembered as, by who takes part; any other is a clerk's."""


def _writer(case: Case, who: str) -> str:
    return case.applicant if who == "applicant" else who if "@" in who else ""


DEEDS: Mapping[type, Row] = {
    e.CaseOpened: _plain("opened", by="applicant"),
    e.PlanRead: _plain("plan"),
    e.AddressRegistered: _plain("address", "address"),
    e.StepEntered: _plain("step", "step"),
    e.ConsentGiven: _plain("consent"),
    e.ConsentConfirmed: _plain("consent_confirmed"),
    e.ConsentDeclined: _plain("declined"),
    e.ConsentVoided: _plain("consent_void", "fields"),
    e.Accepted: _plain("accepted"),
    e.Rejected: _plain("rejected"),
    e.Expired: _plain("expired"),
    e.DocumentReceived: _plain("document", "document"),
    e.DocumentsVoided: _plain("documents_void", "documents"),
    e.TaskDone: _plain("task", "step"),
    e.StepPassed: _plain("passed", "step"),
    e.StepStopped: _plain("stopped"),
    e.StepVoided: _plain("step_void", "step"),
    e.Completed: lambda case, event: {"what": "ended" if event.clerk else "completed", "by": event.clerk},
    e.Withdrawn: _plain("withdrawn"),
    e.Reopened: _plain("reopened"),
    e.MarkedDuplicate: _plain("duplicate", "of"),
    e.FieldAllowed: _plain("allowed", "field"),
    e.FieldsAsked: _plain("asked", "fields"),
    e.FieldsSettled: _plain("settled", "fields"),
    e.Vouched: _plain("vouched", "address"),
    e.Assigned: lambda case, event: {
        "what": "assigned" if event.to else "unassigned",
        "by": event.clerk,
        "about": (event.to,) if event.to else (),
    },
    e.Held: _plain("held"),
    e.Resumed: _plain("resumed"),
    e.CommandsRun: _plain("ordered", "words"),
    e.CommandsRefused: lambda case, event: {
        "what": "unproven" if event.why in UNPROVEN else "refused",
        "by": event.by,
        "about": event.words,
    },
    e.ConfirmationAsked: _plain("asked_back"),
    e.CorrectionProposed: lambda case, event: {
        "what": "set_proposed",
        "by": event.clerk,
        "about": tuple(event.answers),
    },
    e.CorrectionSeconded: _plain("set_seconded"),
    e.CorrectionLapsed: _plain("set_lapsed"),
    e.Reminded: _plain("reminded", "step"),
    e.HandedToClerk: _plain("handed"),
    e.MailAttached: _plain("attached"),
    e.ChangeProposed: _plain("proposed"),
    e.AddressBounced: _plain("bounced", "address"),
    e.MailJoined: lambda case, event: {"what": MAILS.get(event.who, "mail_clerk"), "by": _writer(case, event.who)},
}
"""What each kind of event is remembered as (codes of words.toml, table `deeds`), beside FieldsRead. Another kind after
which a decision is out of date is `changed`, any other nothing."""
CODES = frozenset(
    """opened plan address step consent consent_confirmed declined consent_void accepted rejected expired document
    documents_void task passed stopped step_void completed ended withdrawn reopened duplicate allowed asked settled
    vouched ordered assigned unassigned held resumed set_proposed set_seconded set_lapsed
    refused unproven asked_back reminded handed attached proposed bounced fields same field field_new field_empty
    field_wrong changed mail_applicant mail_responsible mail_holder mail_clerk letter_sent letter_due
    letter_held letter_failed letter_dropped letter_bounced""".split()
)
"""All codes of the table."""
ASIDE = frozenset(
    {
        *MAILS.values(),
        "mail_clerk",
        "ordered",
        "assigned",
        "unassigned",
        "held",
        "resumed",
        "refused",
        "unproven",
        "asked_back",
        "set_proposed",
        "set_seconded",
        "set_lapsed",
        "reminded",
        "handed",
        "attached",
        "proposed",
        "bounced",
    }
)
"""Deeds that change nothing about what is decided."""
REVISED = frozenset(REVISING)
REMEMBERED = REVISED | DEEDS.keys() | {e.FieldsRead}
"""Kinds of events after which there may be something to remember."""


def after(case: Case, event: e.Event, seq: int, at: str) -> dict[str, Any]:
    """What an event of the entry `seq` adds to the case's memory, and its revision, if it makes decisions out of date;
    `case` as it was before."""
    if type(event) not in REMEMBERED:
        return {}
    revising = type(event) in REVISED
    deeds = [Deed(seq=seq, at=at, **done) for done in _deeds(case, event, revising)]
    changed = {"history": (*case.history, *deeds)[-MOST:]} if deeds else {}
    return {**changed, "revision": seq} if revising else changed


def _deeds(case: Case, event: e.Event, revising: bool) -> Iterator[Undated]:
    if isinstance(event, e.CommandsRefused) and event.why in UNPROVEN and case.tries >= MOST_TRIED:
        return  # what others do must not push out what clerks did
    if isinstance(event, e.FieldsRead):
        yield from _fields(case, event)
    elif type(event) in DEEDS:
        yield DEEDS[type(event)](case, event)
    elif revising:
        yield _plain("changed")(case, event)


def _fields(case: Case, event: e.FieldsRead) -> Iterator[Undated]:
    """Each value that is another one now; of what came before clerks saw anything, only how many."""
    keys = dict.fromkeys((*event.values, *case.values, *event.answers))
    changed = [key for key in keys if _changed(case, event, key)]
    if any(info.role == "clerk" for info in case.letters.values()):
        yield from (_field(case, event, key) for key in changed)
    elif changed:
        yield {"what": "fields", "by": event.by, "about": (str(len(changed)),)}
    if event.answers and not changed:
        yield {"what": "same", "by": event.by}


def _changed(case: Case, event: e.FieldsRead, key: str) -> bool:
    """Whether a field has another value now; where what is written is no value, whether something else is written."""
    was, now, before = case.values.get(key, ""), event.values.get(key, ""), case.answers.get(key, ())
    return was != now or (not now and event.answers.get(key, before) != before)


def _field(case: Case, event: e.FieldsRead, key: str) -> Undated:
    """How a field changed; where what is written is no value, what is written."""
    was, now = case.values.get(key, ""), event.values.get(key, "")
    written = event.answers.get(key, case.answers.get(key, ()))
    wrong = not now and any(text.strip() for text in written)
    what = "field_wrong" if wrong else "field" if was and now else "field_new" if now else "field_empty"
    stands = _cut(" / ".join(written) if wrong else now)
    return {"what": what, "by": event.by, "about": (key,), "was": _cut(was), "now": stands}


def _cut(value: e.Value) -> e.Value:
    return value[:LONGEST] if isinstance(value, str) else value
