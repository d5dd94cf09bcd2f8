"""When an operator is needed: sums that have to agree, and the table of alarms. It asks nobody and writes to nobody."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailbot.core.columns import clip
from mailbot.core.health import Contact, Health, Sum
from mailbot.core.instants import to_text
from mailbot.core.uids import sequence_set

OLDEST = timedelta(hours=1)
"""How long a mail may wait to be taken in."""
BROKEN = timedelta(minutes=10)
"""How long a server may be out of reach."""
UNREAD = timedelta(hours=1)
"""How long the inbox may not be read to its end."""
LATE = timedelta(days=1)
"""How long a letter may be due."""
TOGETHER = timedelta(days=30)
"""Within what time of the first secret to be renewed others are told along with it."""
FORGED, WITHIN = 3, timedelta(days=1)
"""How many orders that nothing proves, about one case or in one name, are no slip any more, and in which time."""
MOST_ENTRIES = 5
"""How many entries of each are named."""
UNREACHED = timedelta(days=4)
"""How long it is said that somebody could not be reached: the letters of a working day fail again before that."""
LETTER_STATES = ("due", "sent", "failed", "held", "dropped")


def sums(health: Health) -> tuple[Sum, ...]:
    """What has to be equal after every round: each mail and each letter is somewhere, exactly once.

    Mails: each decided one (in the journal, by what became of it last) lies on the disk as a file, emptied if it was
    erased. Inbox: each mail that ever came into view under the present UIDVALIDITY was filed by us, removed by somebody
    else, or is still there: waiting, only observed, or delivered empty; one that is there although it was filed came
    into view anew. Letters: each ever written is in one state.
    """
    ledger = health.ledger
    decided = sum(ledger.mails.values())
    in_view = health.filed + health.gone + health.waiting + health.observed + health.empty
    letters = sum(ledger.letters.get(state, 0) for state in LETTER_STATES)
    return (
        Sum("decided mails on the disk", "mails decided by the journal", health.files, decided),
        Sum("mails that came", "filed, gone, waiting, observed, empty", health.came, in_view),
        Sum("letters due, sent, failed, held, dropped", "letters written", letters, ledger.letters.get("written", 0)),
    )


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something an operator is told of, once, and again when it is over: whether it holds at an instant (aware UTC),
    and its figures in words. `code` names its sentence in words.toml, table `alarms`."""

    code: str
    holds: Callable[[Health, datetime], bool]
    detail: Callable[[Health], str]


def _broken(contact: Contact, now: datetime) -> bool:
    return contact.broken is not None and now - contact.broken > BROKEN


def _read(health: Health) -> bool:
    """Whether the inbox was read, so that what was kept before had its turn."""
    return health.seen is not None and health.imap.broken is None


def _undecided(health: Health, now: datetime) -> bool:
    """While mails wait, some may only be kept and not decided yet; one that met a bug was tried and waits there too."""
    tried = health.waiting == 0 or health.undecidable > 0
    return health.undecided > 0 and tried and _read(health)


def _unread(health: Health, now: datetime) -> bool:
    """Whatever the reason; one that is known has an alarm of its own."""
    return health.read is not None and now - health.read > UNREAD and health.imap.broken is None


def _due(health: Health) -> int:
    return health.ledger.letters.get("due", 0)


def _late(health: Health, now: datetime) -> bool:
    oldest = health.ledger.oldest_due
    return oldest is not None and now - oldest > LATE


def _since(instant: datetime | None) -> str:
    text = to_text(instant) if instant else ""
    return f"since {text[:10]} {text[11:16]} UTC" if text else ""


def _trouble(contact: Contact, most: int = 200) -> str:
    return ": ".join(part for part in (_since(contact.broken), clip(contact.trouble, most)) if part)


def _disagreeing(health: Health) -> str:
    return "; ".join(f"{row.left}: {row.found}; {row.right}: {row.wanted}" for row in sums(health) if not row.agrees)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def _budgets(whys: Iterable[str]) -> str:
    return _counted(Counter(whys))


def _observed(health: Health) -> str:
    foreseen = _counted(health.would_do)
    return f"mails: {health.observed}" + (f"; {foreseen}" if foreseen else "")


def _forged(health: Health, now: datetime) -> bool:
    lately = Counter(about for about, at in health.ledger.forged if now - at < WITHIN)
    return max(lately.values(), default=0) >= FORGED


def _suspicious(health: Health) -> str:
    """About what, or in whose name, so many came that it is no slip, the most first; in which entries."""
    counted = Counter(about for about, _ in health.ledger.forged).most_common()
    entries = {about: ", ".join(where[-MOST_ENTRIES:]) for about, where in health.ledger.forged_in.items()}
    told = {about: f"{about} {count}" for about, count in counted if count >= FORGED}
    return ", ".join(f"{one}: entries {entries[about]}" if entries.get(about) else one for about, one in told.items())


def _to_mend(health: Health) -> str:
    """With room for what helps, which comes last; once if both wires have the same trouble."""
    told = {contact.trouble: contact for contact in (health.smtp, health.imap) if contact.mend}
    return "; ".join(_trouble(contact, 500) for contact in told.values())


def _renewals(health: Health) -> str:
    """What is to be renewed first, and what soon after that."""
    ordered = sorted(health.renewals, key=lambda one: one.since)
    return "; ".join(one.what for one in ordered if one.since - ordered[0].since <= TOGETHER)


def _refused_rules(health: Health) -> str:
    """What is wrong first; `status` and the log say all of it."""
    wrong = health.reloaded.problems if health.reloaded else ()
    return clip(f"problems: {len(wrong)}; {wrong[0]}" if wrong else "", 300)


def _unreached(health: Health, now: datetime) -> bool:
    return any(now - one.at < UNREACHED for one in health.ledger.unreached)


def _not_reached(health: Health) -> str:
    told = (f"{one.to} ({one.template}, {_since(one.at)}): {one.why}" for one in reversed(health.ledger.unreached))
    return clip("; ".join(told), 400)


ALARMS: tuple[Alarm, ...] = (
    Alarm("sums", lambda health, now: not all(row.agrees for row in sums(health)), _disagreeing),
    Alarm(
        "oldest",
        lambda health, now: health.oldest is not None and now - health.oldest > OLDEST,
        lambda health: f"mails: {health.waiting}; the oldest {_since(health.oldest)}",
    ),
    Alarm(
        "undecided",
        _undecided,
        lambda health: f"mails: {health.undecided}",
    ),
    Alarm(
        "stuck",
        lambda health, now: bool(health.stuck),
        lambda health: f"mails: {len(health.stuck)}; UIDs {clip(sequence_set(health.stuck), 100)}",
    ),
    Alarm("unread", _unread, lambda health: _since(health.read)),
    Alarm("inbox", lambda health, now: _broken(health.imap, now), lambda health: _trouble(health.imap)),
    Alarm(
        "sending",
        lambda health, now: _broken(health.smtp, now) and _due(health) > 0,
        lambda health: f"letters: {_due(health)}; {_trouble(health.smtp)}",
    ),
    Alarm("late", _late, lambda health: f"letters: {_due(health)}; the oldest {_since(health.ledger.oldest_due)}"),
    Alarm(
        "held",
        lambda health, now: bool(health.ledger.held),
        lambda health: f"letters: {len(health.ledger.held)}; {_budgets(held.why for held in health.ledger.held)}",
    ),
    Alarm("access", lambda health, now: health.imap.mend or health.smtp.mend, _to_mend),
    Alarm("secrets", lambda health, now: any(one.since <= now for one in health.renewals), _renewals),
    Alarm("rules", lambda health, now: bool(health.reloaded and health.reloaded.problems), _refused_rules),
    Alarm("unreached", _unreached, _not_reached),
    Alarm("forged", _forged, lambda health: clip(_suspicious(health), 300)),
    Alarm("observed", lambda health, now: health.observed > 0, _observed),
)
"""Everything the operator is told of."""


def raised(health: Health, now: datetime) -> dict[str, str]:
    """The alarms that hold at `now` (aware UTC): code -> figures in words."""
    return {alarm.code: alarm.detail(health) for alarm in ALARMS if alarm.holds(health, now)}
