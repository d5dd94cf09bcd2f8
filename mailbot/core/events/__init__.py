"""What can happen, in the past tense. It knows nothing of why something happened or what it adds up to.

Kinds never change once released: a journal written today is read for ever. New optional fields and new kinds may come.
Every value is text, a whole number, true or false, null, or a list or mapping of those, so that an event has exactly
one canonical JSON form (see `chain`).
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from mailbot.core.events.cases import (
    Accepted,
    AddressRegistered,
    Answered,
    CaseOpened,
    ChangeProposed,
    CommandsRefused,
    CommandsRun,
    ConsentDeclined,
    ConsentGiven,
    ConsentVoided,
    DeadlineMoved,
    DeskOpened,
    Expired,
    Facts,
    FieldsRead,
    HandedToClerk,
    Ignored,
    LanguageLearned,
    MailAttached,
    MailJoined,
    Noted,
    Quarantined,
    Rejected,
    Reminded,
    StepEntered,
)
from mailbot.core.events.letters import LetterFailed, LetterPostponed, LetterSent, LetterWritten
from mailbot.core.events.values import Fault, FaultKind, Frozen, Place, Role, Sender, Value

Event = Annotated[
    Facts
    | DeskOpened
    | CaseOpened
    | FieldsRead
    | MailJoined
    | AddressRegistered
    | ChangeProposed
    | StepEntered
    | LanguageLearned
    | ConsentGiven
    | ConsentDeclined
    | ConsentVoided
    | CommandsRun
    | CommandsRefused
    | Accepted
    | Rejected
    | Noted
    | HandedToClerk
    | MailAttached
    | Ignored
    | Answered
    | Quarantined
    | Reminded
    | Expired
    | DeadlineMoved
    | LetterWritten
    | LetterSent
    | LetterPostponed
    | LetterFailed,
    Field(discriminator="kind"),
]
"""Anything an entry can hold."""

EVENTS: TypeAdapter[tuple[Event, ...]] = TypeAdapter(tuple[Event, ...])
"""Reads and writes the events of an entry (plain JSON values); unknown kinds and keys are errors."""

__all__ = [
    "EVENTS",
    "Accepted",
    "AddressRegistered",
    "Answered",
    "CaseOpened",
    "ChangeProposed",
    "CommandsRefused",
    "CommandsRun",
    "ConsentDeclined",
    "ConsentGiven",
    "ConsentVoided",
    "DeadlineMoved",
    "DeskOpened",
    "Event",
    "Expired",
    "Facts",
    "Fault",
    "FaultKind",
    "FieldsRead",
    "Frozen",
    "HandedToClerk",
    "Ignored",
    "LanguageLearned",
    "LetterFailed",
    "LetterPostponed",
    "LetterSent",
    "LetterWritten",
    "MailAttached",
    "MailJoined",
    "Noted",
    "Place",
    "Quarantined",
    "Rejected",
    "Reminded",
    "Role",
    "Sender",
    "StepEntered",
    "Value",
]
