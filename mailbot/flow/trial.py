"""A trial: what the desk would make of mails, with no effect on anything. It has no store, no server and no keys."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from mailbot.core import attached
from mailbot.core.decide import decide
from mailbot.core.decide.taking import said_by
from mailbot.core.events import Event, Facts, Fault, FieldsRead, Quarantined, Value
from mailbot.core.evidence import NOTHING, gather, opens
from mailbot.core.fields import understand
from mailbot.core.lookups import lookups
from mailbot.core.message import Message, Unreadable
from mailbot.core.outcome import Decision
from mailbot.core.quoting import new_text
from mailbot.core.reading import language_of
from mailbot.core.registers import not_imported
from mailbot.core.rules import Rules
from mailbot.edge.letters import Letters
from mailbot.flow.reader import Reader

READ_AT_ONCE = 25


def found_mails(path: Path) -> Iterator[Path]:
    """The file itself, or every file below a folder in the order of their names."""
    if path.is_dir():
        yield from sorted(part for part in path.rglob("*") if part.is_file())
    else:
        yield path


async def attempt(
    rules: Rules, reader: Reader, mails: Sequence[tuple[str, bytes]], now: datetime
) -> list[dict[str, object]]:
    """What the desk would make of each mail (name of its file, bytes), as JSON values; see docs on `mailbot try`."""
    raws = [(hashlib.sha256(raw).hexdigest(), raw) for _, raw in mails]
    messages = await reader.read(raws)
    return [{"file": name, **_outcome(rules, message, now)} for (name, _), message in zip(mails, messages, strict=True)]


def _outcome(rules: Rules, message: Message | Unreadable, now: datetime) -> dict[str, object]:
    facts = Facts(sort="unreadable")
    if isinstance(message, Message):
        facts = gather(message, NOTHING, rules, {}, believe=True)
        if opens(message, facts, NOTHING, rules):
            rows = tuple(map(not_imported, lookups(message, facts, NOTHING, rules)))
            facts = facts.model_copy(update={"number": f"{now.year}-00000", "rows": rows})
    decisions = decide({}, message, facts, rules, now)
    events = [event for decision in decisions for event in decision.events]
    told = _unread() if isinstance(message, Unreadable) else _told(rules, message, facts, events)
    return told | _done(rules, decisions, events)


def _unread() -> dict[str, object]:
    empty: dict[str, object] = {"form": None, "fields": {}, "faults": [], "attachments": []}
    return {"sort": "unreadable", "language": None, "subject": "", "from": "", "text": "", "new_text": "", **empty}


def _told(rules: Rules, message: Message, facts: Facts, events: Sequence[Event]) -> dict[str, object]:
    language = language_of(new_text(message.text) or message.text, rules.desk.languages, rules.desk.languages[0])
    return {
        "sort": facts.sort,
        "language": language,
        **_fields(rules, message, facts, language, events),
        "subject": message.subject,
        "from": ", ".join(mailbox.address for mailbox in message.senders),
        "text": message.text,
        "new_text": new_text(message.text),
        "attachments": [{"name": part.name, "type": part.type, "size": part.size} for part in message.attachments],
    }


def _fields(rules: Rules, message: Message, facts: Facts, language: str, events: Sequence[Event]) -> dict[str, object]:
    """The fields as decided upon. An answer to a letter that cannot be verified belongs to no case here and names no
    form: its fields are read after the form it fits best."""
    name = attached.form_of(message, rules.forms)
    if name is None or facts.sort not in ("application", "answer"):
        return {"form": None, "fields": {}, "faults": []}
    form = rules.forms[name]
    decided = next((event for event in events if isinstance(event, FieldsRead)), None)
    if decided is None:
        said = said_by(message, form, answers_ours=True)
        understood = understand(form, rules.desk, said.answers, language)
        return _shown(rules, name, language, understood.values, understood.faults)
    return _shown(rules, name, language, decided.values, decided.faults)


def _shown(
    rules: Rules, form: str, language: str, values: Mapping[str, Value], faults: Sequence[Fault]
) -> dict[str, object]:
    said = [
        {
            "field": fault.field,
            "kind": fault.kind,
            "message": rules.say(language, "faults", fault.code, **{"found": fault.found, **fault.wanted}),
        }
        for fault in faults
    ]
    return {"form": form, "fields": dict(values), "faults": said}


def _done(rules: Rules, decisions: Sequence[Decision], events: Sequence[Event]) -> dict[str, object]:
    letters = Letters(rules)
    error = next((event.reason for event in events if isinstance(event, Quarantined)), None)
    written = [
        letters.words(letter, number, "none")
        for decision in decisions
        for number, letter in enumerate(decision.letters, 1)
    ]
    return {
        "case": next((decision.case for decision in decisions if decision.case), None),
        "events": [event.model_dump(mode="json") for event in events],
        "letters": [
            {"to": part.to, "template": part.template, "subject": part.subject, "text": part.text} for part in written
        ],
        "error": error,
    }


async def foresee(rules: Rules, reader: Reader, raws: Sequence[bytes], now: datetime) -> dict[str, int]:
    """How many of these mails are of which kind, and under `letters` how many letters they would bring about."""
    found: dict[str, int] = {}
    for outcome in await attempt(rules, reader, [("", raw) for raw in raws], now):
        sort, letters = str(outcome["sort"]), outcome["letters"]
        found[sort] = found.get(sort, 0) + 1
        found["letters"] = found.get("letters", 0) + (len(letters) if isinstance(letters, list) else 0)
    return found
