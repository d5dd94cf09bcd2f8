"""What can happen, in the past tense. It knows nothing of why something happened or what it adds up to.

Kinds never change once released: a journal written today is read for ever. New optional fields and new kinds may come.
Every value is text, a whole number, true or false, null, or a list or mapping of those, so that an event has exactly
one canonical JSON form (see `chain`).
"""

from typing import Annotated

from pydantic import Field, TypeAdapter

from mailbot.core.events.cases import (
    Accepted,
    AddressBounced,
    AddressRegistered,
    AddressWorks,
    Answered,
    CaseOpened,
    ChangeProposed,
    ConsentConfirmed,
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
    PlanRead,
    Quarantined,
    Rejected,
    Reminded,
    ReminderPaused,
    StepEntered,
)
from mailbot.core.events.commands import (
    Assigned,
    CommandsRefused,
    CommandsRun,
    ConfirmationAsked,
    CorrectionLapsed,
    CorrectionProposed,
    CorrectionSeconded,
    Held,
    NumberedRun,
    QueueShown,
    Resumed,
)
from mailbot.core.events.desk import (
    Adopted,
    Alarmed,
    AlarmEnded,
    ClerkAway,
    DeskEvent,
    DigestsSent,
    HeadTold,
    MailboxSeen,
    MailsVanished,
    OrderRefused,
    QuarantineDismissed,
    QuarantineTold,
    RegisterImported,
    Restored,
    SecretDestroyed,
    SecretTold,
)
from mailbot.core.events.erasing import CaseKept, Erased, ErasureDone
from mailbot.core.events.letters import (
    LetterDropped,
    LetterEvent,
    LetterFailed,
    LetterHeld,
    LetterPostponed,
    LetterReleased,
    LetterSent,
    LetterWritten,
)
from mailbot.core.events.progress import (
    AccountChanged,
    Completed,
    DocumentReceived,
    DocumentsVoided,
    FieldAllowed,
    FieldsAsked,
    FieldsSettled,
    MarkedDuplicate,
    Reopened,
    Replied,
    StepPassed,
    StepStopped,
    StepVoided,
    TaskDone,
    Vouched,
    Withdrawn,
)
from mailbot.core.events.values import (
    Enclosure,
    Fault,
    FaultKind,
    Frozen,
    Operator,
    Outline,
    Place,
    Plan,
    PlanFault,
    PlanLine,
    PlanUser,
    Remark,
    Role,
    Row,
    Sender,
    Tier,
    Value,
    Worded,
)

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
    | ConsentConfirmed
    | ConsentDeclined
    | ConsentVoided
    | CommandsRun
    | ConfirmationAsked
    | CorrectionProposed
    | CorrectionSeconded
    | CorrectionLapsed
    | CommandsRefused
    | Assigned
    | Held
    | Resumed
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
    | LetterEvent
    | AddressBounced
    | AddressWorks
    | ReminderPaused
    | DeskEvent
    | NumberedRun
    | QueueShown
    | PlanRead
    | DocumentReceived
    | DocumentsVoided
    | TaskDone
    | StepPassed
    | StepStopped
    | StepVoided
    | Completed
    | Withdrawn
    | Reopened
    | MarkedDuplicate
    | FieldAllowed
    | FieldsAsked
    | FieldsSettled
    | Vouched
    | Replied
    | AccountChanged
    | Erased
    | CaseKept
    | ErasureDone,
    Field(discriminator="kind"),
]
"""Anything an entry can hold."""

EVENTS: TypeAdapter[tuple[Event, ...]] = TypeAdapter(tuple[Event, ...])
"""Reads and writes the events of an entry (plain JSON values); unknown kinds and keys are errors."""

__all__ = [
    "EVENTS",
    "Accepted",
    "AccountChanged",
    "AddressBounced",
    "AddressRegistered",
    "AddressWorks",
    "Adopted",
    "AlarmEnded",
    "Alarmed",
    "Answered",
    "Assigned",
    "CaseKept",
    "CaseOpened",
    "ChangeProposed",
    "ClerkAway",
    "CommandsRefused",
    "CommandsRun",
    "Completed",
    "ConfirmationAsked",
    "ConsentConfirmed",
    "ConsentDeclined",
    "ConsentGiven",
    "ConsentVoided",
    "CorrectionLapsed",
    "CorrectionProposed",
    "CorrectionSeconded",
    "DeadlineMoved",
    "DeskOpened",
    "DigestsSent",
    "DocumentReceived",
    "DocumentsVoided",
    "Enclosure",
    "Erased",
    "ErasureDone",
    "Event",
    "Expired",
    "Facts",
    "Fault",
    "FaultKind",
    "FieldAllowed",
    "FieldsAsked",
    "FieldsRead",
    "FieldsSettled",
    "Frozen",
    "HandedToClerk",
    "HeadTold",
    "Held",
    "Ignored",
    "LanguageLearned",
    "LetterDropped",
    "LetterFailed",
    "LetterHeld",
    "LetterPostponed",
    "LetterReleased",
    "LetterSent",
    "LetterWritten",
    "MailAttached",
    "MailJoined",
    "MailboxSeen",
    "MailsVanished",
    "MarkedDuplicate",
    "Noted",
    "NumberedRun",
    "Operator",
    "OrderRefused",
    "Outline",
    "Place",
    "Plan",
    "PlanFault",
    "PlanLine",
    "PlanRead",
    "PlanUser",
    "QuarantineDismissed",
    "QuarantineTold",
    "Quarantined",
    "QueueShown",
    "RegisterImported",
    "Rejected",
    "Remark",
    "Reminded",
    "ReminderPaused",
    "Reopened",
    "Replied",
    "Restored",
    "Resumed",
    "Role",
    "Row",
    "SecretDestroyed",
    "SecretTold",
    "Sender",
    "StepEntered",
    "StepPassed",
    "StepStopped",
    "StepVoided",
    "TaskDone",
    "Tier",
    "Value",
    "Vouched",
    "Withdrawn",
    "Worded",
]
