"""What an entry of the journal holds, as rows with whom each belongs to. It reads no casebook."""

from collections.abc import Iterable, Iterator

from mailbot.core import events as e
from mailbot.core.case import Case
from mailbot.store import Entry
from mailbot.views.export.cases import applicants
from mailbot.views.export.rows import Record, Row, keys
from mailbot.views.export.written import written
from mailbot.views.log import said


def entry_rows(entry: Entry, case: Case | None, person: str) -> Iterator[Row]:
    """All rows of an entry; `case` is the one it belongs to. Its sentence has for a `person` (as `keys` gives them;
    empty: everybody) who is not the applicant only what they did and got themselves."""
    own, seq = applicants(case), str(entry.seq)
    if entry.events is None:
        yield Row({"part": "erased", "seq": seq, "key": entry.mail or "", "value": "erased by order"}, own)
        return
    facts = entry.facts
    who = facts.sender.address if facts and facts.sender else ""
    if entry.mail:
        label = facts.sort if facts else ""
        yield Row({"part": "mail", "seq": seq, "who": who, "key": entry.mail, "label": label}, keys(who))
    for event in entry.events:
        yield from _event(entry, event, case, who)
    mine = entry.events if not person or person in own else tuple(_own(entry, entry.events, person, keys(who)))
    yield Row({"part": "log", "seq": seq, "who": who, "value": said(mine)}, keys(person) if mine else frozenset())


def _own(entry: Entry, events: Iterable[e.Event], person: str, senders: frozenset[str]) -> Iterator[e.Event]:
    """What of an entry is somebody's who is not the applicant of its case: that they wrote, the letters to them, and
    what came of a mail of theirs that belongs to no case."""
    for event in events:
        if isinstance(event, e.LetterWritten):
            theirs = person in keys(event.to)
        else:
            theirs = person in senders and (isinstance(event, e.Facts) or entry.case is None)
        if theirs:
            yield event


def _event(entry: Entry, event: e.Event, case: Case | None, sender: str) -> Iterator[Row]:
    """What an event holds beside its sentence: a letter, a usage plan, what somebody wrote."""
    own, seq = applicants(case), str(entry.seq)
    if isinstance(event, e.LetterWritten):
        yield Row({"part": "letter", "seq": seq, **_letter(entry, event, case)}, keys(event.to))
    if isinstance(event, e.PlanRead):
        for who, key, value in _plan(event.plan):
            yield Row({"part": "plan", "seq": seq, "who": who, "key": key, "value": value}, own | keys(who))
    for one in written(event, sender):
        record = {"part": "words", "seq": seq, "who": one.by, "key": one.key, "value": one.text, "label": event.kind}
        yield Row(record, keys(one.by) | (own if one.of_the_case else frozenset()))


def _letter(entry: Entry, event: e.LetterWritten, case: Case | None) -> Record:
    info = case.letters.get(event.number) if case else None
    name = f"{entry.case or f'e{entry.seq}'}.{event.number}"
    words = {"label": event.subject, "value": event.text, "written": info.state if info else ""}
    return {"who": event.to, "key": name, **words}


def _plan(plan: e.Plan) -> Iterator[tuple[str, str, str]]:
    """Who it is about (empty: the application), what it is, by name, and what it says."""
    for key, value in plan.entries.items():
        yield "", key, value
    for user in plan.users:
        for column in ("name", "email", "account", "group", "affiliation"):
            yield user.email, f"users.{user.row}.{column}", getattr(user, column)
    for number, line in enumerate(plan.lines, 1):
        asked = " ".join(
            part for part in (line.service, line.sort, line.amount, line.unit, line.start, line.end) if part
        )
        yield "", f"lines.{number}.{line.account}", asked
    if plan.total:
        yield "", "total", plan.total
