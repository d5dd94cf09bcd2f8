"""A report of everything a desk did, as pages that stand alone: overview, queue, cases, a page a case, the journal.

It writes nothing: paths and texts of pages come out, a chapter of the journal or a case at a time, so that what is in
memory does not grow with the letters. The same journal and rules give the same pages.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from mailbot.core.case import Case
from mailbot.core.instants import from_text
from mailbot.core.queue import waits_here
from mailbot.core.rules import Rules
from mailbot.store import Entry
from mailbot.views.report.entries import Shown, shown
from mailbot.views.report.frame import Stand, choice, marker
from mailbot.views.report.journal import ENTRIES, journal_page, told
from mailbot.views.report.listing import Line, case_pages, line, queue_page
from mailbot.views.report.overview import Sum, overview
from mailbot.views.report.single import case_page
from mailbot.views.report.tally import Tally
from mailbot.views.report.voice import Voice
from mailbot.views.report.words import WORDS

__all__ = [
    "ENTRIES",
    "WORDS",
    "CaseFound",
    "Shown",
    "Stand",
    "Sum",
    "Voice",
    "case",
    "chapter",
    "choice",
    "languages_of",
    "marker",
    "rest",
]

Pages = Iterator[tuple[str, bytes]]
"""Paths below the report's folder, and what to write there."""


def languages_of(rules: Rules) -> tuple[str, ...]:
    """The languages of the desk that a report can be made in; English if there are none."""
    return tuple(language for language in rules.desk.languages if language in WORDS) or ("en",)


def chapter(rules: Rules, stand: Stand, entries: Sequence[Entry], tally: Tally) -> tuple[list[Shown], Pages]:
    """A page of the journal, in each language, of ENTRIES entries (the last one of fewer); what of them the pages of
    cases will show, in the same order. The entries are counted in `tally`."""
    zone = ZoneInfo(rules.desk.timezone)
    for entry in entries:
        tally.take(entry, zone)
    languages = stand.languages
    found = [(entry, shown(entry, languages), told(entry)) for entry in entries]
    pages = (_below(voice, *journal_page(voice, stand, found)) for voice in stand.voices)
    return [one for _, one, _ in found], pages


@dataclass(frozen=True, slots=True)
class CaseFound:
    """What the overview and the lists need of a case: its line, seconds to the first answer and to the decision, and
    how often what was wrong in it."""

    line: Line
    answered: int | None = None
    decided: int | None = None
    faults: Sequence[tuple[str, str]] = field(default=())


def case(rules: Rules, stand: Stand, number: str, found: Case | None, way: Sequence[Shown]) -> tuple[CaseFound, Pages]:
    """The page of a case in each language; `way` are its entries in order, `found` is None once it was erased."""
    found = None if found and found.erased else found
    listed = line(found, rules, waits_here(found)) if found else Line(number, "erased")
    opened, answered, decided = (_first(way, mark) for mark in ("opened", "answered", "decided"))
    faults = tuple(fault for one in way for fault in one.faults)
    pages = (
        _below(voice, f"cases/{number}.html", case_page(voice, stand, number, found, way)) for voice in stand.voices
    )
    return CaseFound(listed, _between(opened, answered), _between(opened, decided), faults), pages


def rest(voice: Voice, stand: Stand, found: Sum) -> Pages:
    """What is made last in a language: overview, queue, lists of cases."""
    yield _below(voice, "index.html", overview(voice, stand, found))
    yield _below(voice, *queue_page(voice, stand, found.lines))
    for path, text in case_pages(voice, stand, found.lines):
        yield _below(voice, path, text)


def _below(voice: Voice, path: str, text: bytes) -> tuple[str, bytes]:
    return f"{voice.language}/{path}", text


def _first(way: Sequence[Shown], mark: str) -> str | None:
    return next((one.at for one in way if mark in one.marks), None)


def _between(first: str | None, then: str | None) -> int | None:
    """Whole seconds between two journal texts, if both are there."""
    if first is None or then is None:
        return None
    return max(0, -((from_text(first) - from_text(then)) // timedelta(seconds=1)))
