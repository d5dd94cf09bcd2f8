"""Cases as people read them: the list, the queue, one case with its letters. It only reads."""

from collections.abc import AsyncIterable, Iterable, Iterator, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from mailbot.core.case import Case
from mailbot.core.columns import clip, pad, width
from mailbot.core.events import LetterWritten, Remark
from mailbot.core.instants import from_text
from mailbot.core.queue import waiting
from mailbot.core.rules import Rules
from mailbot.core.shown import applicant_shown, in_form_order, label_shown, remark_shown
from mailbot.store import Entry


def row(case: Case, rules: Rules) -> tuple[str, ...]:
    """A case as a row: number, status, form, applicant, what it waits for, since and until (days where the desk is),
    and the clerk who is responsible for it."""
    waits = waiting(case, rules) if case.open else ""
    since, until = _day(case.step_since, rules), _day(case.limit, rules) if case.open and case.limit else ""
    clerk = rules.desk.clerk(case.assigned)
    person = (
        clip("(erased)" if case.erased else applicant_shown(rules.forms.get(case.form), case), 28),
        clip(clerk.name if clerk else case.assigned, 20),
    )
    return (case.number, case.status, case.form, person[0], waits, since, until, person[1])


def _day(instant: str, rules: Rules) -> str:
    """The day of a journal instant where the desk is."""
    return from_text(instant).astimezone(ZoneInfo(rules.desk.timezone)).date().isoformat()


HEADS = ("case", "status", "form", "applicant", "waits for", "since", "until", "clerk")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows under heads, columns aligned as a terminal shows them (wide letters take two)."""
    lines = [tuple(heads), *(tuple(row) for row in rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(heads))]
    rule = tuple("-" * columns for columns in widths)
    padded = (
        [pad(cell, columns) for cell, columns in zip(line, widths, strict=True)]
        for line in (lines[0], rule, *lines[1:])
    )
    return "\n".join("  ".join(cells).rstrip() for cells in padded)


def cases_table(cases: Iterable[Case], rules: Rules) -> str:
    """The list of cases; says so if there is none."""
    rows = [row(case, rules) for case in cases]
    return table(HEADS, rows) if rows else "no cases"


def case_text(case: Case, rules: Rules, letters: Sequence[tuple[str, LetterWritten]]) -> str:
    """One case with everything: how it stands, its fields, what is wrong or to be looked at, its letters."""
    form = rules.forms.get(case.form)
    label = partial(label_shown, form, language=rules.desk.languages[0])
    waits = waiting(case, rules) if case.open else "nobody"
    head = [
        f"{case.number}  {case.status}  {case.form}",
        f"erased     by order, {case.erased}" if case.erased else f"applicant  {case.applicant}",
        f"opened     {case.opened}",
        f"waits for  {waits}" + (f", until {case.limit}" if case.limit else ""),
        f"revision   {case.revision}",
    ]
    head += _by_clerks(case)
    consent = case.consent
    if consent:
        head.append(f"consent    {consent.by}, {consent.at}, {'confirmed' if consent.confirmed else 'unconfirmed'}")
    if case.decided_by:
        why = ": ".join(part for part in (case.ground, case.reason) if part)
        head.append(f"decided by {case.decided_by}" + (f": {why}" if why else ""))
    if case.bounced:
        head.append(f"came back  letters to {', '.join(case.bounced)}")
    fields = [f"  {label(key)}: {_shown(case.values[key])}" for key in in_form_order(form, case.values)]
    faults = [f"  {label(fault.field)}: {fault.kind} ({fault.code})" for fault in case.faults]
    remarks = [f"  {remark_text(remark, case, rules)}" for remark in case.remarks]
    notes = [f"  {note}" for note in case.notes]
    written = [f"\n--- letter {name} to {letter.to}: {letter.subject}\n\n{letter.text}" for name, letter in letters]
    robots = [f"  {mail.at}  {mail.sort} of {mail.by or 'an unknown sender'}" for mail in case.attached]
    parts = [
        ("fields", fields),
        ("still wrong", faults),
        ("to be looked at", remarks),
        ("notes", notes),
        ("unauthenticated mails with orders, which did nothing", [*_tried(case)]),
        ("automatic mails", robots),
    ]
    return "\n".join([*head, *(line for title, lines in parts if lines for line in ("", title, *lines)), *written])


def _by_clerks(case: Case) -> list[str]:
    """Whether the case is on hold, who looks after it, and what waits for a second clerk."""
    hold, waits = case.hold, case.proposal
    lines = [f"on hold    until {hold.until}, by {hold.by}: {hold.reason}"] if hold else []
    lines += [f"clerk      {case.assigned}"] if case.assigned else []
    lines += [f"proposed   {', '.join(waits.answers)}, by {waits.clerk}: waits for a second clerk"] if waits else []
    return lines


def _tried(case: Case) -> Iterator[str]:
    """What came in a clerk's name and nothing proves; of more than a case keeps only how many."""
    for mail in case.tried:
        yield f"  {mail.at}  from {mail.by}: {clip(' / '.join(mail.text.split(chr(10))), 200)}"
    if more := case.tries - len(case.tried):
        yield f"  {more} more, in the log"


def remark_text(remark: Remark, case: Case, rules: Rules) -> str:
    """A remark in words, also if it was made under rules that had words for it and these have none."""
    language = rules.desk.languages[0]
    words = rules.words[language]
    known = remark.code in words.remarks or remark.code in words.faults
    return remark_shown(rules.forms.get(case.form), remark, language, rules) if known else remark.code


def _shown(value: str | tuple[str, ...]) -> str:
    text = value if isinstance(value, str) else ", ".join(value)
    return text.replace("\n", "\n    ")


async def letters_of(number: str | None, entries: AsyncIterable[Entry]) -> list[tuple[str, LetterWritten]]:
    """The letters of a case in their order, each with its name (None: letters without a case)."""
    return [
        (f"{number or f'e{entry.seq}'}.{event.number}", event)
        async for entry in entries
        if entry.case == number
        for event in entry.events or ()
        if isinstance(event, LetterWritten)
    ]
