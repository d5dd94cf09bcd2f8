"""What an entry may hold that nothing decided: what was found, and what was ordered at the shell. A table says which
events these are, by what their facts say; it decides nothing again."""

from collections.abc import Mapping, Sequence

from mailbot.core import events as e
from mailbot.flow.replaying.values import Verdict
from mailbot.store import Digest, Entry

BY_THE_RELAY = "of the relay"
FOUND: Mapping[str, tuple[type[e.Event], ...]] = {
    BY_THE_RELAY: (e.LetterSent, e.LetterPostponed, e.LetterHeld, e.LetterFailed),
    "mailbox": (e.MailboxSeen, e.MailsVanished),
    "order": (e.ErasureDone,),
}
"""What was found, by the sort of the facts; what the relay answered has none."""
ORDERED = (
    e.Adopted,
    e.LetterReleased,
    e.LetterDropped,
    e.QuarantineDismissed,
    e.SecretDestroyed,
    e.RegisterImported,
    e.OrderRefused,
    e.Erased,
    e.CaseKept,
    e.Restored,
    e.LetterHeld,
)
"""What orders do that say themselves what they do."""


def undecided(group: Sequence[Entry]) -> tuple[Verdict, str]:
    """The verdict on entries that nothing decided, and why: `recorded` and `ordered` only if that is all they hold."""
    if all(map(_found, group)):
        return "recorded", ""
    if all(map(_ordered, group)) and not _kept_for_nothing(group):
        return "ordered", ""
    return "lost", "no mail, no deadline and nothing that was found brought it about"


def _found(entry: Entry) -> bool:
    """Whether all that an entry holds was found. That a letter of a case failed is: but who hears of it is decided."""
    facts, events = _parts(entry)
    if entry.seq == 1:
        return [type(event) for event in events] == [e.DeskOpened]
    if any(isinstance(event, e.LetterFailed) for event in events) and entry.case:
        return False
    kinds = FOUND.get(facts.sort if facts else BY_THE_RELAY, ())
    return bool(events) and entry.mail is None and all(isinstance(event, kinds) for event in events)


def _ordered(entry: Entry) -> bool:
    """Whether all that an entry holds was ordered by somebody it names."""
    facts, events = _parts(entry)
    named = facts is not None and facts.operator is not None and facts.sort == "order"
    return named and bool(events) and entry.mail is None and all(isinstance(event, ORDERED) for event in events)


def _kept_for_nothing(group: Sequence[Entry]) -> bool:
    """Whether cases are set down anew though the same order erases nothing."""
    kinds = {type(event) for entry in group for event in entry.events or ()}
    return e.CaseKept in kinds and e.Erased not in kinds


def _parts(entry: Entry) -> tuple[e.Facts | None, tuple[e.Event, ...]]:
    """The facts, and the other events; facts that do not come first are such an other."""
    events = entry.events or ()
    first = events[0] if events else None
    return (first, events[1:]) if isinstance(first, e.Facts) else (None, events)


def emptied(event: e.Event) -> tuple[Digest, ...]:
    """The mails whose bytes an order takes away."""
    if isinstance(event, e.SecretDestroyed):
        return (event.mail,)
    return event.mails if isinstance(event, e.Erased) else ()
