"""What clerks ordered by mail: carried out, asked back, refused, and who looks after a case. It knows nothing of
what the orders did."""

from typing import Literal

from mailbot.core.events.values import Frozen


class CommandsRun(Frozen):
    """The command block of a clerk's mail was carried out, once: `block` is the digest of commands and text,
    `confirmed` the letter whose code confirmed it, where nothing else proved enough."""

    kind: Literal["commands_run"] = "commands_run"
    clerk: str
    letter: str
    block: str
    words: tuple[str, ...]
    confirmed: str = ""


class ConfirmationAsked(Frozen):
    """Nothing but a letter's token says that the commands are the clerk's: they are asked back, with a code. `block` is
    the digest of commands and text, `text` the mail's own words, which are carried out if the code comes before
    `until` (journal text)."""

    kind: Literal["confirmation_asked"] = "confirmation_asked"
    clerk: str
    letter: str
    block: str
    text: str
    until: str


class CorrectionProposed(Frozen):
    """A clerk (address) wants fields changed that no clerk changes alone: `answers` is what they are to say, by field.
    It waits for a second clerk until an instant (journal text); `block` is the digest of commands and text. One that
    waited before waits no more."""

    kind: Literal["correction_proposed"] = "correction_proposed"
    clerk: str
    block: str
    answers: dict[str, tuple[str, ...]]
    until: str


class CorrectionSeconded(Frozen):
    """A second clerk (`clerk`, an address) agreed to what the clerk `by` had proposed; it is carried out in this
    entry."""

    kind: Literal["correction_seconded"] = "correction_seconded"
    clerk: str
    by: str
    block: str


class CorrectionLapsed(Frozen):
    """What the clerk `by` had proposed comes to nothing: nobody agreed in time (`limit`), or the case had become
    another one (`moved_on`)."""

    kind: Literal["correction_lapsed"] = "correction_lapsed"
    by: str
    why: Literal["limit", "moved_on"]


class CommandsRefused(Frozen):
    """Commands were found and not carried out; `why` is a code of words.toml, `words` the lines as written, `by` who
    wrote them (an address, or `operator` and a user), `clerk` the clerk (address) in whose name they came, where
    nothing proves that they are theirs."""

    kind: Literal["commands_refused"] = "commands_refused"
    by: str
    letter: str | None
    why: str
    words: tuple[str, ...] = ()
    clerk: str = ""


class NumberedRun(Frozen):
    """What a clerk ordered about several cases, each line with a number: carried out in the cases `done`, not in those
    `refused`. What was done stands in the entries of the cases, which belong to the same mail. `letter`, `block` and
    `confirmed` are as in CommandsRun."""

    kind: Literal["numbered_run"] = "numbered_run"
    clerk: str
    letter: str
    block: str
    done: tuple[str, ...]
    refused: tuple[str, ...] = ()
    confirmed: str = ""


class QueueShown(Frozen):
    """A clerk was sent a list of cases: which `part` of the queue (`queue.asked_for`), and how many cases it has."""

    kind: Literal["queue_shown"] = "queue_shown"
    clerk: str
    part: str
    cases: int


class Assigned(Frozen):
    """A clerk (address) gave the case to the clerk `to`, who is responsible for it from now on; empty: to nobody."""

    kind: Literal["assigned"] = "assigned"
    clerk: str
    to: str = ""


class Held(Frozen):
    """A clerk (address) put the case on hold for a `reason`, `until` an instant (journal text): its reminder and its
    limit rest."""

    kind: Literal["held"] = "held"
    clerk: str
    until: str
    reason: str


class Resumed(Frozen):
    """The case is on hold no more, by a clerk (address) or, without one, because the time was over; `remind` and `due`
    (journal texts) are when the reminder and the limit of its step come now."""

    kind: Literal["resumed"] = "resumed"
    clerk: str = ""
    remind: str | None = None
    due: str | None = None
