"""Everything an entry can hold, as one type; it knows nothing of what any of it says."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from mailbot.core.events import cases, commands, consent, desk, erasing, letters, progress

Event = Annotated[
    cases.Facts
    | cases.DeskOpened
    | cases.CaseOpened
    | cases.FieldsRead
    | cases.MailJoined
    | cases.AddressRegistered
    | cases.ChangeProposed
    | cases.StepEntered
    | cases.LanguageLearned
    | consent.ConsentGiven
    | consent.ConsentConfirmed
    | consent.ConsentDeclined
    | consent.ConsentVoided
    | commands.CommandsRun
    | commands.ConfirmationAsked
    | commands.CorrectionProposed
    | commands.CorrectionSeconded
    | commands.CorrectionLapsed
    | commands.CommandsRefused
    | commands.Assigned
    | commands.Held
    | commands.Resumed
    | cases.Accepted
    | cases.Rejected
    | cases.Noted
    | cases.HandedToClerk
    | cases.MailAttached
    | cases.Ignored
    | cases.Answered
    | cases.Quarantined
    | cases.Reminded
    | cases.Expired
    | cases.DeadlineMoved
    | letters.LetterEvent
    | cases.AddressBounced
    | cases.AddressWorks
    | cases.ReminderPaused
    | desk.DeskEvent
    | commands.NumberedRun
    | commands.QueueShown
    | cases.PlanRead
    | progress.DocumentReceived
    | progress.DocumentsVoided
    | progress.TaskDone
    | progress.StepPassed
    | progress.StepStopped
    | progress.StepVoided
    | progress.Completed
    | progress.Withdrawn
    | progress.Reopened
    | progress.MarkedDuplicate
    | progress.FieldAllowed
    | progress.FieldsAsked
    | progress.FieldsSettled
    | progress.Vouched
    | progress.Replied
    | progress.AccountChanged
    | erasing.Erased
    | erasing.CaseKept
    | erasing.ErasureDone,
    Field(discriminator="kind"),
]
"""Anything an entry can hold."""

EVENTS: TypeAdapter[tuple[Event, ...]] = TypeAdapter(tuple[Event, ...])
"""Reads and writes the events of an entry (plain JSON values); unknown kinds and keys are errors."""
