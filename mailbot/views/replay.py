"""What came of deciding a journal again, as auditors read it. It only reads."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping

from mailbot.core.columns import clip
from mailbot.core.compared import Deeds, differences
from mailbot.core.events import Event
from mailbot.core.instants import to_text
from mailbot.store import Entry
from mailbot.views.cases import table
from mailbot.views.log import said

WIDEST = 300
"""Columns of a value that are shown."""


def text(entries: tuple[Entry, ...], verdict: str, why: str, was: Deeds, now: Deeds) -> str:
    """One group of entries whose decision differs or cannot be taken again: what the log has, or what was decided, what
    is, and where they differ. `verdict` and `why` are in words."""
    lines = [f"entry {_numbers(entries)}: {verdict}" + (f": {why}" if why else "")]
    if not was and not now:
        lines += [f"  log  {line}" for line in _sentences([(entry.case, entry.events) for entry in entries])]
    else:
        lines += [f"  was  {line}" for line in _sentences(was)]
        lines += [f"  now  {line}" for line in _sentences(now) or ["nothing"]]
    for one in differences(was, now):
        lines += [f"    {one.place}", f"      was  {clip(one.was, WIDEST)}", f"      now  {clip(one.now, WIDEST)}"]
    return "\n".join(lines)


def as_json(entries: tuple[Entry, ...], verdict: str, why: str, form: str, was: Deeds, now: Deeds) -> dict[str, object]:
    """The same for programs."""
    first = entries[0]
    return {
        "entries": [entry.seq for entry in entries],
        "at": to_text(first.at),
        "cases": sorted({entry.case for entry in entries if entry.case}),
        "form": form,
        "mail": first.mail,
        "rules": first.rules,
        "program": first.program,
        "verdict": verdict,
        "why": why,
        "differences": [dataclasses.asdict(one) for one in differences(was, now)],
        "was": _plain(was),
        "now": _plain(now),
    }


def by_form(counts: Mapping[str, Counter[str]], verdicts: Iterable[str]) -> str:
    """How many decisions of each form have which verdict."""
    shown = [verdict for verdict in verdicts if any(counts[form][verdict] for form in counts)]
    rows = [(form or "no case", *(str(counts[form][verdict]) for verdict in shown)) for form in sorted(counts)]
    return table(("form", *(verdict.replace("_", " ") for verdict in shown)), rows)


def _numbers(entries: tuple[Entry, ...]) -> str:
    seqs = [entry.seq for entry in entries]
    return f"{seqs[0]}" if len(seqs) == 1 else f"{seqs[0]} to {seqs[-1]}"


def _sentences(deeds: Iterable[tuple[str | None, tuple[Event, ...] | None]]) -> list[str]:
    """What was decided, in the sentences of the log."""
    return [f"{case or '-':<10}  {said(events)}" for case, events in deeds]


def _plain(deeds: Deeds) -> list[dict[str, object]]:
    return [{"case": case, "events": [event.model_dump(mode="json") for event in events]} for case, events in deeds]
