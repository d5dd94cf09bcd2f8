"""What an erasure leaves: an outline of each case it touches, and other people's cases without the words that go. It
takes nothing away itself."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from mailbot.core.case import Case
from mailbot.core.erasing.terms import Terms, normal, own_words
from mailbot.core.erasing.values import Found, Taken
from mailbot.core.events import Outline

GONE = "[erased]"
"""What stands for a text that goes."""


def outlines(found: Found) -> tuple[Outline, ...]:
    """A row for each case that loses entries, by number, and one for each kind of entry that has none."""
    by_case: dict[str, list[Taken]] = {}
    for one in found.entries:
        by_case.setdefault(one.case or "", []).append(one)
    cases = (_outline(found, number, by_case[number]) for number in sorted(by_case) if number)
    return (*cases, *_caseless(by_case.get("", [])))


def _outline(found: Found, number: str, entries: list[Taken]) -> Outline:
    case = found.whole.get(number) or found.touched[number]
    told = {"form": case.form, "status": case.status, "opened": case.opened, "changed": case.changed}
    return Outline(case=number, whole=number in found.whole, **told, **_happened(entries))


def _caseless(entries: Iterable[Taken]) -> Iterator[Outline]:
    """Those alike in one row, which says when the last of them was."""
    alike: dict[tuple[str, ...], list[Taken]] = {}
    for one in entries:
        alike.setdefault(one.kinds, []).append(one)
    for rows in alike.values():
        yield Outline(opened=rows[0].at, changed=max(one.at for one in rows), **_happened(rows))


def _happened(entries: Iterable[Taken]) -> dict[str, tuple[str, ...]]:
    entries = list(entries)
    return {
        "kinds": tuple(dict.fromkeys(kind for one in entries for kind in one.kinds)),
        "clerks": tuple(dict.fromkeys(clerk for one in entries for clerk in one.clerks)),
    }


def scrubbed(case: Case, terms: Terms) -> Case:
    """Somebody else's case, in which every text that holds such a word is gone, unless its own people said it."""
    mine = Terms(terms.words - terms.within(own_words(case)))
    plain: dict[str, Any] = json.loads(case.model_dump_json())
    return Case.model_validate({key: _scrubbed(value, mine) for key, value in plain.items()})


def _scrubbed(value: Any, terms: Terms) -> Any:
    if isinstance(value, str):
        return GONE if terms.within(normal(value)) else value
    if isinstance(value, dict):
        return {key: _scrubbed(one, terms) for key, one in value.items()}
    return [_scrubbed(one, terms) for one in value] if isinstance(value, list) else value
