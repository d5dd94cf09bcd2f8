"""How long a closed case is kept: counted in months from when it changed last, and only where its form says so."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from desks import in_a_loop
from letter_examples import RULES

from mailbot.core.case import CLOSED as CLOSED_STATUSES
from mailbot.core.case import Case, opened, outlined
from mailbot.core.events import CaseOpened
from mailbot.core.instants import from_text, to_text
from mailbot.core.retention import ends, is_over, may_be_over
from mailbot.core.rules import Rules
from mailbot.service.duties import _count_kept
from mailbot.store import Wanted

CLOSED = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
CASE = opened("2026-00001", CaseOpened(form="new-account", language="en", applicant="x@y.example"), to_text(CLOSED))


def rules_with(months: int | None) -> Rules:
    """The shipped rules, in which new accounts are kept for so many months."""
    form = RULES.forms["new-account"].model_copy(update={"retention": months})
    return RULES.model_copy(update={"forms": {**RULES.forms, "new-account": form}})


@pytest.mark.parametrize(
    ("months", "end"),
    [(1, "2026-02-28"), (2, "2026-03-31"), (11, "2026-12-31"), (12, "2027-01-31"), (25, "2028-02-29")],
)
def test_months_are_counted_to_the_same_day_or_the_last_of_a_shorter_month(months: int, end: str) -> None:
    closed = CASE.model_copy(update={"status": "done"})
    found = ends(closed, rules_with(months))
    assert found
    assert found.date().isoformat() == end
    assert not is_over(closed, rules_with(months), found - timedelta(seconds=1))
    assert is_over(closed, rules_with(months), found)


def test_nothing_ends_for_an_open_or_erased_case_or_where_the_form_says_nothing() -> None:
    closed = CASE.model_copy(update={"status": "done"})
    late = CLOSED + timedelta(days=4000)
    assert is_over(closed, rules_with(1), late)
    assert not is_over(closed.model_copy(update={"status": "ready"}), rules_with(1), late)
    assert not is_over(outlined(closed, to_text(late)), rules_with(1), late)
    assert not is_over(closed, rules_with(None), late)
    assert not is_over(closed.model_copy(update={"form": "former"}), rules_with(1), late)
    assert from_text(closed.changed) == CLOSED


def test_a_case_opened_too_lately_for_any_form_ends_the_search() -> None:
    closed = CASE.model_copy(update={"status": "done"})
    rules = rules_with(12)
    shortest = min(form.retention for form in rules.forms.values() if form.retention)
    before = datetime(2026, 1, 31, 9, 0, tzinfo=UTC) + timedelta(days=28 * shortest)
    assert not may_be_over(closed, rules, before)
    assert may_be_over(closed, rules, before + timedelta(days=31 * shortest))
    nothing = {name: form.model_copy(update={"retention": None}) for name, form in RULES.forms.items()}
    assert not may_be_over(closed, RULES.model_copy(update={"forms": nothing}), CLOSED + timedelta(days=9999))


@in_a_loop
async def test_counting_what_is_kept_too_long_reads_no_further_than_the_first_case_that_is_young_enough() -> None:
    """Numbers rise with time, and a desk may have a hundred thousand closed cases."""
    now = CLOSED + timedelta(days=4000)
    young = {"status": "done", "opened": to_text(now), "changed": to_text(now)}
    old = [CASE.model_copy(update={"number": f"2026-0000{n}", "status": "done"}) for n in range(1, 4)]
    read: list[str] = []

    class Closed:
        async def cases(self, wanted: Wanted) -> AsyncIterator[Case]:
            assert wanted.statuses == CLOSED_STATUSES
            for case in (*old, *(CASE.model_copy(update={**young, "number": f"2026-0000{n}"}) for n in range(4, 9))):
                read.append(case.number)
                yield case

    tools = SimpleNamespace(rules=rules_with(1), store=Closed())
    work = SimpleNamespace(tools=tools, clock=lambda: now, pulse=SimpleNamespace(kept=0))
    await _count_kept(work)
    assert work.pulse.kept == 3
    assert read == ["2026-00001", "2026-00002", "2026-00003", "2026-00004"]
