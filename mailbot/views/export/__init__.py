"""What the desk holds, as rows: of a person, a form, a period, or all of it. It only reads, and writes to no file."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailbot.core.instants import from_text, to_text
from mailbot.core.rules import Rules
from mailbot.core.token import without_macs
from mailbot.store import Store, Wanted
from mailbot.views.export.cases import case_rows
from mailbot.views.export.entries import entry_rows
from mailbot.views.export.rows import Record, Row, key

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
    "remark": "what clerks were told to look at, as it stands",
    "register": "what a register said, a row for each of its columns",
    "letter": "a letter, with its words",
    "words": "what `who` wrote, also if it was replaced or only proposed: answers, reasons, orders; by event",
    "plan": "what a usage plan says; of a user in the list, `who` is their address",
    "mail": "a mail that was taken in, by its digest; its bytes lie in state/mail/",
    "log": "what happened, in the sentences of the log",
    "erased": "an entry that was erased by order: nothing but its number and instant is left",
}
"""Every part, in words."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is wanted: what belongs to an address (in any case; empty: all that there is), of a form (empty: any), from
    `since` on and before `until` (aware instants)."""

    person: str = ""
    form: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in the period."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


async def records(store: Store, rules: Rules, choice: Choice) -> AsyncIterator[Record]:
    """The rows wanted: cases (those opened in the period; open ones by number, then closed ones), then entries in their
    order. Of a person only rows that belong to them, whichever case or entry they are of."""
    person = key(choice.person)
    cases = {case.number: case async for case in store.cases(Wanted()) if choice.form in ("", case.form)}
    for case in cases.values():
        rows = case_rows(case, rules) if choice.holds(from_text(case.opened)) else ()
        for row in _theirs(rows, person):
            yield _whole(row, case=case.number, form=case.form)
    async for entry in store.entries():
        mine = cases.get(entry.case or "")
        wanted = choice.holds(entry.at) and (mine is not None or not choice.form)
        for row in _theirs(entry_rows(entry, mine, person) if wanted else (), person):
            yield _whole(row, case=entry.case or "", form=mine.form if mine else "", at=to_text(entry.at))


def _theirs(rows: Iterable[Row], person: str) -> Iterator[Row]:
    """The rows that belong to somebody; all, if nobody is named."""
    return (row for row in rows if not person or person in row.whose)


def _whole(row: Row, **known: str) -> Record:
    """All columns, in their order; no token of a letter is in them."""
    filled = {**dict.fromkeys(COLUMNS, ""), **known, **row.record}
    return {name: without_macs(filled[name]) for name in COLUMNS}
