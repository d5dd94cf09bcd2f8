"""What kinds of mail there are, and what its header alone tells. It decides nothing.

Which kind a mail is says `table`, which knows what people write to the desk; whoever only reads mail needs none of it.
"""

from typing import Literal

from mailbot.core.message import Message
from mailbot.core.sorting import machines
from mailbot.core.sorting.clues import Clues, subject_of
from mailbot.core.sorting.failures import SUBJECT_FAILED

__all__ = ["AUTOMATIC", "Clues", "Sort", "looks_returned"]

Sort = Literal[
    "application",
    "answer",
    "consent",
    "command",
    "status",
    "withdraw",
    "help",
    "objection",
    "enquiry",
    "autoreply",
    "bounce",
    "feedback",
    "list",
    "own",
    "unreadable",
]
AUTOMATIC: frozenset[str] = frozenset({"autoreply", "bounce", "feedback", "list", "own"})


def looks_returned(message: Message) -> bool:
    """Whether the header alone suggests a mail that came back: worth looking in it for addresses. Cheap."""
    if machines.null_path(message) or machines.from_mail_system(message) or machines.from_administrator(message):
        return True
    return message.names("x-failed-recipients") or SUBJECT_FAILED.search(subject_of(message)) is not None
