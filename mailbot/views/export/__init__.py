"""What the desk holds, as rows: of a person, a form, a period, or all of it. It only reads, and writes to no file."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailbot.core import events as e
from mailbot.core.case import Case
from mailbot.core.instants import from_text, to_text
from mailbot.core.rules import Rules
from mailbot.core.token import without_macs
from mailbot.store import Entry, Store, Wanted
from mailbot.views.log import sentence

COLUMNS: Mapping[str, str] = {
    "part": "what kind of row it is; see the parts",
    "case": "the number of the case; empty without one",
    "form": "the form of the case, by its name in rules/",
    "seq": "the number of the entry in the log; empty for what is folded from many",
    "at": "the instant of that entry, or of what the row says (RFC 3339, UTC)",
    "who": "the address it is about: of the sender, the recipient, whoever did it",
    "key": "what it is, by name: a field, a letter, a document, a mail's digest",
    "label": "the same in words: a question as the form asks it, a letter's subject, a mail's kind",
    "value": "what it says, as understood",
    "written": "what was written, where that is something else; of a letter, what became of it",
}
"""Every column, in its order."""
PARTS: Mapping[str, str] = {
    "case": "a case as it stands: status, dates, people, decision; a row each",
    "field": "an answer: `value` as understood, `written` as the applicant wrote it",
    "document": "a document that is there: how it came, from whom",
    "note": "a note of a clerk",
    "register": "what a register said, a row for each of its columns",
    "letter": "a letter, with its words",
    "mail": "a mail that was taken in, by its digest; its bytes lie in state/mail/",
    "log": "what happened, in the sentences of the log",
    "erased": "an entry that was erased by order: nothing but its number and instant is left",
}
"""Every part, in words."""
SHOWN = ("status", "opened", "changed", "completed", "applicant", "name", "step", "due", "decided_by", "ground")
ALSO = ("reason", "given", "until", "asked_text", "vouched", "assigned", "of", "stopped", "erased")
"""What of a case has a row, if it is not empty."""
Record = dict[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is wanted: everything about an address (in any case; empty: anybody), of a form (empty: any), from `since`
    on and before `until` (aware instants)."""

    person: str = ""
    form: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in the period."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


async def records(store: Store, rules: Rules, choice: Choice) -> AsyncIterator[Record]:
    """The rows wanted: cases by number (those opened in the period), then entries in their order. A person's cases are
    those that they applied for, are responsible for, or that name their address anywhere."""
    cases: dict[str, Case] = {}
    async for case in store.cases(Wanted()):
        if not _wanted(case, choice):
            continue
        cases[case.number] = case
        for row in _case(case, rules) if choice.holds(from_text(case.opened)) else ():
            yield _whole(row, case=case.number, form=case.form)
    async for entry in store.entries():
        mine = cases.get(entry.case or "")
        if choice.holds(entry.at) and (mine is not None or _concerns(entry, choice)):
            for row in _entry(entry, mine):
                yield _whole(row, case=entry.case or "", form=mine.form if mine else "", at=to_text(entry.at))


def _whole(row: Record, **known: str) -> Record:
    """All columns, in their order; no token of a letter is in them."""
    filled = {**dict.fromkeys(COLUMNS, ""), **known, **row}
    return {name: without_macs(filled[name]) for name in COLUMNS}


def _wanted(case: Case, choice: Choice) -> bool:
    return (not choice.form or case.form == choice.form) and (
        not choice.person or choice.person.lower() in _named(case)
    )


def _named(case: Case) -> set[str]:
    """Every text of a case that may be an address of somebody who takes part, in lower case."""
    letters = (info.to for info in case.letters.values() if info.role != "clerk")
    found = (text for row in case.rows for text in (row.found or {}).values())
    values = (text for value in case.values.values() for text in ((value,) if isinstance(value, str) else value))
    return {text.strip().lower() for text in (case.applicant, case.vouched, *letters, *found, *values)}


def _concerns(entry: Entry, choice: Choice) -> bool:
    """Whether an entry of no case that is wanted belongs to what is wanted all the same."""
    if choice.form or not choice.person:
        return not choice.form
    about = (getattr(event, "sender", None) for event in entry.events or ())
    senders = {sender.address.lower() for sender in about if sender}
    to = {event.to.lower() for event in entry.events or () if isinstance(event, e.LetterWritten)}
    return choice.person.lower() in senders | to


def _case(case: Case, rules: Rules) -> Iterator[Record]:
    form = rules.forms.get(case.form)
    language = rules.desk.languages[0]
    for key in (*SHOWN, *ALSO):
        if value := getattr(case, key):
            yield {"part": "case", "key": key, "value": str(value)}
    if consent := case.consent:
        confirmed = "confirmed" if consent.confirmed else "unconfirmed"
        yield {"part": "case", "key": "consent", "who": consent.by, "at": consent.at, "value": confirmed}
    for key in dict.fromkeys((*(form.fields if form else ()), *case.values, *case.answers)):
        value, written = _text(case.values.get(key, "")), _text(case.answers.get(key, ()))
        label = form.fields[key].label.get(language, key) if form and key in form.fields else key
        if value or written:
            yield {"part": "field", "key": key, "label": label, "value": value, "written": written}
    for key, there in case.documents.items():
        yield {"part": "document", "key": key, "who": there.by, "at": there.at, "value": there.how}
    for note in case.notes:
        yield {"part": "note", "value": note}
    for row in case.rows:
        for column, value in (row.found or {}).items():
            yield {"part": "register", "key": f"{row.name}.{column}", "value": value}


def _text(value: e.Value) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def _entry(entry: Entry, case: Case | None) -> Iterator[Record]:
    seq = str(entry.seq)
    if entry.events is None:
        yield {"part": "erased", "seq": seq, "key": entry.mail or "", "value": "erased by order"}
        return
    facts = next((event for event in entry.events if isinstance(event, e.Facts)), None)
    who = facts.sender.address if facts and facts.sender else ""
    if entry.mail:
        yield {"part": "mail", "seq": seq, "who": who, "key": entry.mail, "label": facts.sort if facts else ""}
    for event in entry.events:
        if isinstance(event, e.LetterWritten):
            name = f"{entry.case or f'e{entry.seq}'}.{event.number}"
            state = case.letters[event.number].state if case and event.number in case.letters else ""
            words = {"label": event.subject, "value": event.text, "written": state}
            yield {"part": "letter", "seq": seq, "who": event.to, "key": name, **words}
    said = sentence(entry).partition("  [rules")[0].split(maxsplit=3)
    yield {"part": "log", "seq": seq, "who": who, "value": said[3] if len(said) > 3 else ""}
