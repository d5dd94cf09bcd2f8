"""How long a closed case is kept: counted in months from when it changed last, and only where its form says so."""

from datetime import UTC, datetime, timedelta

import pytest
from letter_examples import RULES

from mailbot.core.case import opened, outlined
from mailbot.core.events import CaseOpened
from mailbot.core.instants import from_text, to_text
from mailbot.core.retention import ends, is_over
from mailbot.core.rules import Rules

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
