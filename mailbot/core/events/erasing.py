"""What can happen to the log itself: entries whose events were erased by order. It knows nothing of files."""

from typing import Literal

from mailbot.core.events.values import Frozen, Outline


class Erased(Frozen):
    """By order, personal data is erased: once this entry is durable, the events of the entries `seqs` are made null,
    and the raw mails `mails` (their digests) emptied, whose `sizes` were so many octets as the server counts them.
    `order` is what the operator said: who wants it, and why. What becomes of it is in ErasureDone."""

    kind: Literal["erased"] = "erased"
    seqs: tuple[int, ...]
    mails: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    order: str = ""
    outline: tuple[Outline, ...] = ()


class CaseKept(Frozen):
    """A case as it stands from now on, since entries of it were erased: `case` is all that `case.Case` holds, as JSON.
    Of a case that was to be erased only number, form, status and instants are left; any other stays what it was."""

    kind: Literal["case_kept"] = "case_kept"
    case: str


class ErasureDone(Frozen):
    """What the entry `seq` says is to be erased is erased: events, raw mails, and whatever was made from them."""

    kind: Literal["erasure_done"] = "erasure_done"
    seq: int
