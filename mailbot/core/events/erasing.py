"""What can happen to the log itself: entries whose events were erased by order. It knows nothing of files."""

from typing import Literal

from mailbot.core.events.values import Frozen


class Outline(Frozen):
    """What is left to be said of a case some of whose entries were erased; nothing of the applicant. `whole` says that
    all of them were: the case itself was to be erased. Without a `case` it is about the entries that had none.

    `form` and `status` are as the case stood, `opened` and `changed` instants (journal texts), `kinds` the kinds of
    events that were erased, in their order, each once, `clerks` the addresses of the clerks who did something in them.
    """

    case: str | None = None
    whole: bool = False
    form: str = ""
    status: str = ""
    opened: str = ""
    changed: str = ""
    kinds: tuple[str, ...] = ()
    clerks: tuple[str, ...] = ()


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
