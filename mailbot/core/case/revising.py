"""Which kinds of event make a decision on what stood there before out of date. It knows nothing of what they change."""

from mailbot.core import events as e

REVISING = (
    e.CaseOpened,
    e.FieldsRead,
    e.AddressRegistered,
    e.StepEntered,
    e.ConsentGiven,
    e.ConsentConfirmed,
    e.ConsentDeclined,
    e.ConsentVoided,
    e.Accepted,
    e.Rejected,
    e.Expired,
    e.PlanRead,
    e.DocumentReceived,
    e.DocumentsVoided,
    e.TaskDone,
    e.StepPassed,
    e.StepStopped,
    e.StepVoided,
    e.Completed,
    e.Withdrawn,
    e.Reopened,
    e.MarkedDuplicate,
    e.FieldAllowed,
    e.FieldsAsked,
    e.FieldsSettled,
    e.Vouched,
)
"""Kinds after which a decision on an older letter is out of date."""
