"""The case log as people read it: a sentence an entry saying who, what, when and under which rule. It only reads."""

from collections.abc import Callable, Mapping
from typing import Any

from mailbot.core import events as e
from mailbot.core.columns import clip
from mailbot.core.instants import to_text
from mailbot.store import Entry

Sentence = Callable[[Any], str]


def _facts(event: e.Facts) -> str:
    who = event.sender
    if event.sort == "deadline":
        return f"a {event.sort_row} passed"
    if who is None:
        return f"a mail ({event.sort})" if event.sort != "order" else "an operator"
    token = (
        f", token of letter {event.letter}"
        if event.letter
        else ", a token that is not valid" * (event.letter_state == "unverified")
    )
    return f"mail from {who.address} as {who.role}, tier {who.tier}{token} ({event.sort})"


def _fields(event: e.FieldsRead) -> str:
    read = f"{len(event.answers)} field{'s' * (len(event.answers) != 1)} read"
    if not event.faults:
        return f"{read}, complete"
    return f"{read}, {len(event.faults)} to be asked: " + ", ".join(fault.field for fault in event.faults)


def _minute(instant: str) -> str:
    """A journal instant to the minute."""
    return f"{instant[:10]} {instant[11:16]} UTC"


SENTENCES: Mapping[str, Sentence] = {
    "facts": _facts,
    "desk_opened": lambda v: f"the desk {v.desk} opened at {v.address}",
    "case_opened": lambda v: f"case opened: {v.form}, applicant {v.applicant}",
    "fields_read": _fields,
    "mail_joined": lambda v: "",
    "address_registered": lambda v: f"{v.address} became the applicant's registered address",
    "change_proposed": lambda v: f"{v.by} proposed a change of {', '.join(v.answers)}; nothing was changed",
    "step_entered": lambda v: f"waits for {v.step}" + (f" until {_minute(v.due)}" if v.due else ""),
    "language_learned": lambda v: f"the {v.role}'s language is {v.language}",
    "consent_given": lambda v: f"{v.by} agreed to letter {v.letter}" + (", unconfirmed" * (not v.confirmed)),
    "consent_declined": lambda v: f"{v.by} declined",
    "consent_voided": lambda v: f"consent is void, changed: {', '.join(v.fields)}",
    "commands_run": lambda v: f"{v.clerk} ordered {'; '.join(clip(word, 60) for word in v.words)}",
    "commands_refused": lambda v: (
        f"order of {v.by} refused ({v.why}): " + "; ".join(clip(word, 60) for word in v.words)
    ),
    "accepted": lambda v: f"accepted by {v.clerk}",
    "rejected": lambda v: f"rejected by {v.clerk}: {clip(v.reason, 80)}",
    "noted": lambda v: f"note by {v.clerk}: {clip(v.text, 80)}",
    "handed_to_clerk": lambda v: f"handed to a clerk ({v.why})",
    "mail_attached": lambda v: f"attached, nothing changed ({v.why})",
    "ignored": lambda v: f"ignored ({v.reason})",
    "answered": lambda v: f"answered with general information ({v.reason})",
    "quarantined": lambda v: f"quarantined: {v.reason}",
    "reminded": lambda v: f"reminded of {v.step}",
    "expired": lambda v: f"expired waiting for {v.step}",
    "deadline_moved": lambda v: f"{v.step} may take until {_minute(v.due)}",
    "letter_written": lambda v: f"letter {v.number} ({v.template}) to {v.to}",
    "letter_sent": lambda v: f"letter {v.letter} taken by the relay",
    "letter_postponed": lambda v: f"letter {v.letter} postponed: {clip(v.why, 80)}",
    "letter_failed": lambda v: f"letter {v.letter} failed, {v.code} {clip(v.why, 80)}",
}
"""A row for each kind of event; an empty sentence says nothing worth a line."""


def sentence(entry: Entry) -> str:
    """One entry in words: sequence number, instant, case, what happened, and the rule set it was decided under."""
    said = ["erased by order"]
    if entry.events is not None:
        said = [text for event in entry.events if (text := SENTENCES[event.kind](event))]
    about = entry.case or "-"
    return f"{entry.seq:>5}  {to_text(entry.at)}  {about:<10}  {'; '.join(said)}  [rules {entry.rules[:8]}]"


def as_json(entry: Entry) -> dict[str, object]:
    """One entry for programs: everything but prev, salt and body, which the journal itself has."""
    happened = None if entry.events is None else [event.model_dump(mode="json") for event in entry.events]
    return {
        "seq": entry.seq,
        "at": to_text(entry.at),
        "case": entry.case,
        "mail": entry.mail,
        "rules": entry.rules,
        "program": entry.program,
        "hash": entry.hash,
        "events": happened,
    }
