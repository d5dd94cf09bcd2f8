"""How the service is, as people and programs read it. It only reads."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from mailbot.core.alarms import raised, sums
from mailbot.core.columns import clip, pad
from mailbot.core.counts import counted
from mailbot.core.health import Contact, Health, Reloaded
from mailbot.core.instants import to_text
from mailbot.core.ledger import Ledger
from mailbot.core.rules import Rules


def _ago(then: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that fits; `never` without an instant."""
    if then is None:
        return "never"
    seconds = max(0, int((now - then).total_seconds()))
    for unit, size in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


def _contact(contact: Contact, now: datetime) -> str:
    worked = f"worked {_ago(contact.worked, now)}"
    return f"{worked}; broken since {_ago(contact.broken, now)}: {contact.trouble}" if contact.broken else worked


def _counts(counts: Mapping[str, int], names: tuple[str, ...]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {counts.get(name, 0)}" for name in names)


MAILS = ("taken_in", "ignored", "quarantined", "dismissed", "erased")
LETTERS = ("written", "due", "sent", "failed", "held", "dropped")


SILENT = timedelta(minutes=10)
"""How long the service may note nothing: at work it notes what it saw every minute or so."""


def alarms(health: Health, now: datetime) -> dict[str, str]:
    """The alarms that hold, and the one that only somebody who looks can raise: that the service is silent."""
    silent = health.noted is not None and now - health.noted > SILENT
    detail = f"nothing was noted since {to_text(health.noted)}; `mailbot run` is the service" if health.noted else ""
    return {**({"silent": detail} if silent else {}), **raised(health, now)}


def _service(health: Health, at_work: bool, now: datetime) -> str:
    if health.noted is None:
        return "never"
    return f"{f'process {health.process}' if at_work else 'not at work'}, noted {_ago(health.noted, now)}"


def _lines(health: Health, at_work: bool, now: datetime) -> Iterator[tuple[str, str]]:
    ledger = health.ledger
    yield "service", _service(health, at_work, now)
    oldest = f", the oldest received {_ago(health.oldest, now)}" if health.oldest else ""
    yield "inbox", f"waiting {health.waiting}{oldest}, only observed {health.observed}, empty {health.empty}"
    yield (
        "",
        f"seen {_ago(health.seen, now)}; came {health.came}, filed {health.filed}, removed by others {health.gone}",
    )
    yield "mails", f"{_counts(ledger.mails, MAILS)}, vanished {ledger.vanished}, kept and undecided {health.undecided}"
    yield "letters", _counts(ledger.letters, LETTERS)
    yield "IMAP", _contact(health.imap, now)
    yield "SMTP", _contact(health.smtp, now)
    backup = health.backup
    yield "backup", f"made {_ago(backup.made, now)}, up to entry {backup.seq}: {backup.folder}" if backup else "never"
    if health.renewals:
        yield "secrets", "; ".join(one.what for one in sorted(health.renewals, key=lambda one: one.since))
    if health.kept:
        yield "kept", f"{health.kept} closed cases longer than their forms say; `mailbot erase --proposed` lists them"
    if health.observed:
        yield "observed", foreseen_text(health.would_do)
    yield from _reloaded(health.reloaded, now)
    wrong = [one for one in sums(health) if not one.agrees]
    yield "sums", "agree" if not wrong else "DO NOT AGREE"
    for one in wrong:
        yield "", f"{one.left} {one.found}, {one.right} {one.wanted}"


def _reloaded(reloaded: Reloaded | None, now: datetime) -> Iterator[tuple[str, str]]:
    """What became of the last reload, if the service at work was asked for one."""
    if reloaded is None:
        return
    refused = f"REFUSED {_ago(reloaded.at, now)}; those from before are in force. Wrong with the new ones:"
    yield "rules", refused if reloaded.problems else f"reloaded {_ago(reloaded.at, now)}"
    for line in reloaded.problems or reloaded.notices:
        yield "", line


def foreseen_text(would_do: Mapping[str, int]) -> str:
    """What would be done with the mails that are only observed."""
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(would_do.items()) if kind != "letters")
    letters = counted(would_do.get("letters", 0), "letter")
    return f"{kinds or 'not read yet'}; {letters} would be written; `mailbot adopt` begins"


def status_text(health: Health, at_work: bool, rules: Rules, now: datetime) -> str:
    """Everything an operator wants to see at once, a line a thing; alarms last. `at_work`: whether the process of the
    service exists; `now` is aware UTC."""
    lines = [f"desk {rules.desk.name}, {to_text(now)}"]
    lines += [f"{name:<9} {clip(text, 240)}" for name, text in _lines(health, at_work, now)]
    lines += [f"ALARM     {code}: {clip(detail, 240)}" for code, detail in alarms(health, now).items()]
    return "\n".join(lines)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple | set | frozenset) else value


def as_json(health: Health, at_work: bool, now: datetime) -> dict[str, object]:
    """The same for programs: instants as text (RFC 3339, UTC), ages in seconds; `process` is null if none is at
    work."""
    ledger = asdict(health.ledger)
    age = (now - health.oldest).total_seconds() if health.oldest else None
    totals = [{**asdict(one), "agrees": one.agrees} for one in sums(health)]
    return {
        "at": to_text(now),
        "process": health.process if at_work else None,
        "noted": _plain(health.noted),
        "waiting": health.waiting,
        "observed": health.observed,
        "would_do": dict(health.would_do),
        "empty": health.empty,
        "oldest_seconds": age,
        "undecided": health.undecided,
        "kept": health.kept,
        "mails": {name: ledger["mails"].get(name, 0) for name in MAILS},
        "vanished": ledger["vanished"],
        "letters": {name: ledger["letters"].get(name, 0) for name in LETTERS},
        "imap": _plain(asdict(health.imap)),
        "smtp": _plain(asdict(health.smtp)),
        "seen": _plain(health.seen),
        "reloaded": _plain(asdict(health.reloaded)) if health.reloaded else None,
        "secrets": [{"what": one.what, "since": to_text(one.since)} for one in health.renewals],
        "backup": _plain(asdict(health.backup)) if health.backup else None,
        "sums": totals,
        "agree": all(one["agrees"] for one in totals),
        "alarms": alarms(health, now),
    }


def held_table(ledger: Ledger) -> str:
    """The letters that are held, and how to let them go."""
    if not ledger.held:
        return f"no letter is held; due {ledger.letters.get('due', 0)}"
    rows = [f"{pad(part.name, 16)} {pad(part.template, 20)} {pad(part.why, 8)} {part.to}" for part in ledger.held]
    head = f"{'LETTER':<16} {'TEMPLATE':<20} {'BUDGET':<8} TO"
    return "\n".join([head, *rows, "`mailbot letters release|drop LETTER ...` decides on them"])


def quarantine_table(ledger: Ledger) -> str:
    """The mails in quarantine, and what can be done with them."""
    if not ledger.quarantine:
        return "nothing is in quarantine"
    rows = [f"{part.mail[:12]:<12} {to_text(part.at)} {clip(part.reason, 80)}" for part in ledger.quarantine]
    head = f"{'MAIL':<12} {'SINCE':<24} REASON"
    return "\n".join([head, *rows, "`mailbot quarantine show|retry|dismiss MAIL ...` looks at them and decides"])


def sealed_table(ledger: Ledger, folder: str) -> str:
    """The mails that held a secret, where they lie, and what can be done with them."""
    if not ledger.sealed:
        return "no mail that held a secret is kept"
    rows = [
        f"{part.mail[:12]:<12} {to_text(part.at)} {part.case or '-':<10} {', '.join(part.secrets):<21} {part.by}"
        for part in ledger.sealed
    ]
    head = f"{'MAIL':<12} {'SINCE':<24} {'CASE':<10} {'HELD':<21} FROM"
    kept = (
        f"their bytes lie in {folder}, readable by their owner alone; `mailbot secrets destroy MAIL ...` empties them"
    )
    return "\n".join([head, *rows, kept])
