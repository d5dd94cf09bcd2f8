"""A case: what its events add up to. It knows nothing of mails, rules, or of how an event came about."""

from mailbot.core.case.fold import SHOWN, fold, opened
from mailbot.core.case.values import CLOSED, STATUS_OF_STEP, Attached, Case, Consent, LetterInfo, Status

__all__ = [
    "CLOSED",
    "SHOWN",
    "STATUS_OF_STEP",
    "Attached",
    "Case",
    "Consent",
    "LetterInfo",
    "Status",
    "fold",
    "opened",
]
