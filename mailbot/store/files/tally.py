"""What became of mails, the mailbox, quarantine, alarms and orders, counted entry by entry. It reads no disk."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from mailbot.core import events as e
from mailbot.core.alarms import WITHIN
from mailbot.core.case.orders import UNPROVEN
from mailbot.core.instants import from_text, to_text
from mailbot.core.ledger import InQuarantine, Sealed
from mailbot.core.sorting import AUTOMATIC
from mailbot.store import Entry, Twin
from mailbot.store.files.journal import Spot
from mailbot.store.files.letters import Row
from mailbot.store.files.recent import Recent

OUTCOMES = ("taken_in", "ignored", "quarantined", "dismissed", "erased")
ORDERS = 1_000
"""How many orders are remembered, so that none is carried out twice."""
TWINS = timedelta(days=30)
"""How long it is remembered which mails came, to recognise the same mail with other bytes."""
MOST_TWINS = 50_000
MOST_FORGED = 1_000
"""How many orders are remembered that nothing proved, as long as alarms look at them."""
ALARMING = UNPROVEN | {"wrong_code", "asked_often"}
"""Why orders are refused that may be somebody else's: nothing proves them, or their code is not found."""
GUESSES = 3
"""How many wrong codes in answer to one letter are no slip any more: then all of them count."""
PLAIN = ("adopted", "observed", "validity", "vanished", "told_seq")
"""What is a plain JSON value as it is."""


class Tally:
    """Counters, and by name only what waits for somebody: mails in quarantine, alarms, the orders of late."""

    def __init__(self) -> None:
        self.opened: datetime | None = None
        self.told: datetime | None = None
        self.told_seq = 0
        self.adopted = self.observed = False
        self.validity: int | None = None
        self.vanished = 0
        self.mails = Counter[str](dict.fromkeys(OUTCOMES, 0))
        self.quarantine: dict[str, InQuarantine] = {}
        self.sealed: dict[str, Sealed] = {}
        self.alarms: set[str] = set()
        self.digested: datetime | None = None
        self.head_told: datetime | None = None
        self.away: dict[str, str] = {}
        self.done: dict[str, int] = {}
        self.twins = Recent(TWINS, MOST_TWINS)
        self.forged = Recent(WITHIN, MOST_FORGED)
        self.guesses = Recent(WITHIN, MOST_FORGED)

    def rows(self) -> Mapping[type, Row]:
        """Who takes note of which kind of event."""
        return {
            e.DeskOpened: self._opened,
            e.Adopted: self._adopted,
            e.MailboxSeen: self._mailbox_seen,
            e.MailsVanished: self._vanished,
            e.QuarantineTold: self._told,
            e.QuarantineDismissed: self._dismissed,
            e.Alarmed: self._alarmed,
            e.AlarmEnded: self._alarm_ended,
            e.SecretDestroyed: self._secret_destroyed,
            e.DigestsSent: self._digests_sent,
            e.HeadTold: self._head_told,
            e.Restored: self._restored,
            e.ClerkAway: self._clerk_away,
            e.CommandsRefused: self._refused,
        }

    def _opened(self, event: e.DeskOpened, entry: Entry, spot: Spot) -> None:
        self.opened = entry.at

    def _adopted(self, event: e.Adopted, entry: Entry, spot: Spot) -> None:
        self.adopted, self.observed = True, False

    def _mailbox_seen(self, event: e.MailboxSeen, entry: Entry, spot: Spot) -> None:
        self.validity, self.observed = event.validity, event.observed

    def _vanished(self, event: e.MailsVanished, entry: Entry, spot: Spot) -> None:
        self.vanished += event.count

    def _told(self, event: e.QuarantineTold, entry: Entry, spot: Spot) -> None:
        self.told, self.told_seq = entry.at, entry.seq

    def _dismissed(self, event: e.QuarantineDismissed, entry: Entry, spot: Spot) -> None:
        if self.quarantine.pop(event.mail, None):
            self.mails["quarantined"] -= 1
            self.mails["dismissed"] += 1

    def _alarmed(self, event: e.Alarmed, entry: Entry, spot: Spot) -> None:
        self.alarms.add(event.alarm)

    def _alarm_ended(self, event: e.AlarmEnded, entry: Entry, spot: Spot) -> None:
        self.alarms.discard(event.alarm)

    def _secret_destroyed(self, event: e.SecretDestroyed, entry: Entry, spot: Spot) -> None:
        self.sealed.pop(event.mail, None)

    def _digests_sent(self, event: e.DigestsSent, entry: Entry, spot: Spot) -> None:
        self.digested = entry.at

    def _head_told(self, event: e.HeadTold, entry: Entry, spot: Spot) -> None:
        self.head_told = entry.at

    def _restored(self, event: e.Restored, entry: Entry, spot: Spot) -> None:
        """The mailbox counts as one that comes back, unless nothing happened since: 0 is no UIDVALIDITY (RFC 9051
        §2.3.1.1). The auditors hear at once from where on the log is another one."""
        self.head_told = None
        if not event.moved and self.validity is not None:
            self.validity = 0

    def _clerk_away(self, event: e.ClerkAway, entry: Entry, spot: Spot) -> None:
        self.away[event.clerk.lower()] = event.until

    def _refused(self, event: e.CommandsRefused, entry: Entry, spot: Spot) -> None:
        """Counted for the case it is about and for the clerk in whose name it came: somebody at work may try one
        name in many cases, or many names in one. A clerk may mistype a code: it counts with the third."""
        if event.why == "wrong_code":
            self.guesses.add(entry.at, (event.letter or "",), str(entry.seq))
            guessed = self.guesses.since(event.letter or "", to_text(entry.at - WITHIN))
            seqs = [] if len(guessed) < GUESSES else [seq for (seq,) in guessed][0 if len(guessed) == GUESSES else -1 :]
        else:
            seqs = [str(entry.seq)] if event.why in ALARMING else []
        for seq in seqs:
            about = tuple(filter(None, (entry.case, (event.clerk or event.by).lower())))
            self.forged.add(entry.at, about, seq, entry.case or "")

    def forged_in(self) -> dict[str, tuple[str, ...]]:
        """The entries of such orders by what they are counted for, each with its case where that is said of a name."""
        found: dict[str, dict[str, None]] = {}
        for _, about, *where in self.forged.listed():
            if where:  # a checkpoint of an earlier program has none
                seq, case = where
                found.setdefault(about, {})[f"{seq} ({case})" if case and case != about else seq] = None
        return {about: tuple(entries) for about, entries in found.items()}

    def erased(self, event: e.Erased, entry: Entry) -> None:
        """Their mails count as erased. What was told in erased letters of the desk was told all the same."""
        self.mails["erased"] += len(event.mails)
        for outline in event.outline:
            at = from_text(outline.changed) if outline.changed else entry.at
            if "digests_sent" in outline.kinds:
                self.digested = max(at, self.digested or at)
            if "quarantine_told" in outline.kinds:
                self.told, self.told_seq = max(at, self.told or at), entry.seq

    def take_group(self, group: Sequence[Entry]) -> None:
        """All entries of one mail, order or deadline, after their events were noted one by one."""
        facts, mail = facts_of(group), group[0].mail
        by = facts.operator if facts else None
        if facts and (back := _wrote(facts)):
            self.away.pop(back, None)
        if by:
            self.done.setdefault(by.nonce, group[0].seq)
            while len(self.done) > ORDERS:
                del self.done[next(iter(self.done))]
        if mail is not None and group[0].events is not None:
            if facts and facts.secrets:
                self.sealed[mail] = _sealed(mail, facts, group)
            self._decided(mail, group, ordered=by is not None)

    def _decided(self, mail: str, group: Sequence[Entry], *, ordered: bool) -> None:
        """A mail counts once, by what became of it last; an order is only ever about a mail decided before, and only
        one in quarantine is decided again."""
        if self.quarantine.pop(mail, None):
            self.mails["quarantined"] -= 1
        elif ordered:
            return
        outcome = outcome_of(group)
        self.mails[outcome] += 1
        if outcome == "quarantined":
            self.quarantine[mail] = _in_quarantine(mail, group)
        if twin := twin_of(group):
            identity, *what = twin
            self.twins.add(group[0].at, (identity,), *what)

    def listed(self) -> dict[str, Any]:
        """Everything, as plain JSON values."""
        return {
            "opened": _text(self.opened),
            "told": _text(self.told),
            "digested": _text(self.digested),
            "head_told": _text(self.head_told),
            "away": dict(self.away),
            **{name: getattr(self, name) for name in PLAIN},
            "mails": dict(self.mails),
            "quarantine": [_plain(one) for one in self.quarantine.values()],
            "sealed": [_plain(one) for one in self.sealed.values()],
            "alarms": sorted(self.alarms),
            "done": [[nonce, seq] for nonce, seq in self.done.items()],
            "twins": self.twins.listed(),
            "forged": self.forged.listed(),
            "guesses": self.guesses.listed(),
        }

    def load(self, listed: Mapping[str, Any]) -> None:
        """Becomes what `listed` was taken of."""
        self.opened, self.told = _instant(listed["opened"]), _instant(listed["told"])
        self.digested, self.head_told = _instant(listed["digested"]), _instant(listed["head_told"])
        self.away.update(listed["away"])
        for name in PLAIN:
            setattr(self, name, listed[name])
        self.mails.update(listed["mails"])
        for one in listed["quarantine"]:
            self.quarantine[one["mail"]] = InQuarantine(**{**one, "at": from_text(one["at"])})
        for one in listed["sealed"]:
            changed = {"at": from_text(one["at"]), "secrets": tuple(one["secrets"])}
            self.sealed[one["mail"]] = Sealed(**{**one, **changed})
        self.alarms.update(listed["alarms"])
        self.done.update(listed["done"])
        self.twins.load(listed["twins"])
        self.forged.load(listed.get("forged", []))
        self.guesses.load(listed.get("guesses", []))


def facts_of(group: Sequence[Entry]) -> e.Facts | None:
    """The facts a group's decisions rest on, of the first entry that has any; None if all were erased."""
    for entry in group:
        if entry.events:
            return entry.events[0] if isinstance(entry.events[0], e.Facts) else None
    return None


def _wrote(facts: e.Facts) -> str:
    """The clerk (address in lower case) who proves to be there by writing; empty if nobody does."""
    sender = facts.sender if facts.sort not in AUTOMATIC else None
    return sender.address.lower() if sender and sender.as_clerk else ""


def outcome_of(group: Sequence[Entry]) -> str:
    """What became of the mail these entries decide."""
    kinds = {type(event) for entry in group for event in entry.events or ()}
    return "quarantined" if e.Quarantined in kinds else "ignored" if e.Ignored in kinds else "taken_in"


def twin_of(group: Sequence[Entry]) -> tuple[str, str, str] | None:
    """Identity, mail and content if another mail can be the twin of this one: something came of it."""
    facts, mail = facts_of(group), group[0].mail
    if not facts or not facts.identity or mail is None or facts.sort in AUTOMATIC:
        return None
    return (facts.identity, mail, facts.content) if outcome_of(group) == "taken_in" else None


def twins(noted: Sequence[tuple[str, ...]], mail: str) -> tuple[Twin, ...]:
    """The twins noted, each once, but not the mail itself."""
    return tuple({digest: Twin(digest, content) for digest, content in noted if digest != mail}.values())


def _in_quarantine(mail: str, group: Sequence[Entry]) -> InQuarantine:
    reasons = ((entry, event) for entry in group for event in entry.events or () if isinstance(event, e.Quarantined))
    entry, event = next(reasons)
    return InQuarantine(mail, entry.seq, entry.at, event.reason)


def _sealed(mail: str, facts: e.Facts, group: Sequence[Entry]) -> Sealed:
    case = next((entry.case for entry in group if entry.case), None)
    return Sealed(mail, group[0].seq, group[0].at, facts.secrets, facts.sender.address if facts.sender else "", case)


def _plain(one: InQuarantine | Sealed) -> dict[str, Any]:
    plain = asdict(one) | {"at": to_text(one.at)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else to_text(instant)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)
