"""What can happen to the responsible person's consent. It knows nothing of who may give it, and not why."""

from typing import Literal

from mailbot.core.events.values import Frozen


class ConsentGiven(Frozen):
    """The responsible person agreed to what `letter` showed; `confirmed` only if more than an address proves it.
    `remark` is what stood beside the keyword, for the clerks."""

    kind: Literal["consent_given"] = "consent_given"
    by: str
    letter: str
    confirmed: bool = False
    remark: str = ""


class ConsentConfirmed(Frozen):
    """With the code of `letter` the responsible person (address `by`) showed that the AGREE on record is theirs."""

    kind: Literal["consent_confirmed"] = "consent_confirmed"
    by: str
    letter: str


class ConsentDeclined(Frozen):
    """The responsible person (address `by`) answered `letter` with DECLINE, and may have said why; the case ends."""

    kind: Literal["consent_declined"] = "consent_declined"
    by: str
    letter: str
    reason: str = ""


class ConsentVoided(Frozen):
    """What the consent letter showed has changed (`fields`), so that an earlier AGREE does not count any more."""

    kind: Literal["consent_voided"] = "consent_voided"
    fields: tuple[str, ...]
