"""How much a plan asks for in all. It knows lines with a period and an amount, no sheet."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from mailbot.core.events import PlanLine


def highest(lines: Iterable[PlanLine]) -> Decimal:
    """The most that lines ask for on any one day, in their unit.

    A year is often divided into rows, 20 TB until September and 30 TB from October: these are not added, because no
    day sees both. Rows in force on the same day are added, also for the same account and service: the table charges
    for each of them. A row counts on its first and its last day; one without a day that can be read, or whose end lies
    before its start, counts on every day, since too much is noticed and too little is not.
    """
    spans: dict[tuple[date, date], Decimal] = {}
    for line in lines:
        span = _span(line)
        spans[span] = spans.get(span, Decimal(0)) + Decimal(line.amount)
    return max((_on(first, spans) for first in {start for start, _ in spans}), default=Decimal(0))


def _on(day: date, spans: Mapping[tuple[date, date], Decimal]) -> Decimal:
    return sum((amount for (start, end), amount in spans.items() if start <= day <= end), Decimal(0))


def _span(line: PlanLine) -> tuple[date, date]:
    start = date.fromisoformat(line.start) if line.start else date.min
    end = date.fromisoformat(line.end) if line.end else date.max
    return (start, end) if start <= end else (date.min, date.max)


def number_text(amount: Decimal) -> str:
    """A decimal number as text without an exponent and without zeros at its end: `31.5`, `90`, `0`."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
