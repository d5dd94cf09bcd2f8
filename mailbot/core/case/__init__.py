"""A case: what its events add up to. It knows nothing of mails, rules, or of how an event came about."""

from mailbot.core.case.fold import SHOWN, fold, opened
from mailbot.core.case.kept import kept, outlined
from mailbot.core.case.values import (
    CLOSED,
    OPEN,
    Attached,
    Case,
    Consent,
    Deed,
    Document,
    Done,
    LetterInfo,
    Pending,
    Proposal,
    Status,
    Tried,
)

__all__ = [
    "CLOSED",
    "OPEN",
    "SHOWN",
    "Attached",
    "Case",
    "Consent",
    "Deed",
    "Document",
    "Done",
    "LetterInfo",
    "Pending",
    "Proposal",
    "Status",
    "Tried",
    "fold",
    "kept",
    "opened",
    "outlined",
]
