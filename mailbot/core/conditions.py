"""Conditions as data: what a rule may ask about the values of a case. It knows nothing of forms or of types."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from mailbot.core.events import Frozen, Value

ASKS = ("is_", "is_not", "in_", "empty", "at_least", "over")
_LEADING = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_NO_NUMBER = Decimal("-Infinity")


class Condition(Frozen):
    """One question about one field (`is`, `is_not`, `in`, `empty`, `at_least`, `over`), or `all` / `any` of several.

    Texts are compared exactly as values are kept (yes/no as `yes`, `no`); a field without value is the empty text;
    `at_least` and `over` (more than) read the number that the value begins with (`30.5 TB`), and do not hold where it
    begins with none.
    """

    field: str | None = None
    is_: str | None = Field(default=None, alias="is")
    is_not: str | None = None
    in_: tuple[str, ...] | None = Field(default=None, alias="in")
    empty: bool | None = None
    at_least: int | None = None
    over: int | None = None
    all: tuple["Condition", ...] | None = None
    any: tuple["Condition", ...] | None = None

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        asked = [name for name in ASKS if getattr(self, name) is not None]
        groups = [name for name in ("all", "any") if getattr(self, name) is not None]
        if (self.field is not None and len(asked) == 1 and not groups) or (
            self.field is None and not asked and len(groups) == 1
        ):
            return self
        raise ValueError("wanted: a field with one of is, is_not, in, empty, at_least, over; or a list in all or any")


def _leading(value: str) -> Decimal:
    """The number a value begins with; one below every number if there is none."""
    found = _LEADING.match(value)
    return Decimal(found[0]) if found else _NO_NUMBER


def holds(condition: Condition | None, values: Mapping[str, Value]) -> bool:
    """Whether the condition holds for these values; no condition always holds."""
    if condition is None:
        return True
    if condition.all is not None:
        return all(holds(part, values) for part in condition.all)
    if condition.any is not None:
        return any(holds(part, values) for part in condition.any)
    value = values.get(condition.field or "", "")
    text = value if isinstance(value, str) else ", ".join(value)
    answers = (
        condition.is_ is None or text == condition.is_,
        condition.is_not is None or text != condition.is_not,
        condition.in_ is None or text in condition.in_,
        condition.empty is None or (text == "") == condition.empty,
        condition.at_least is None or _leading(text) >= condition.at_least,
        condition.over is None or _leading(text) > condition.over,
    )
    return all(answers)


def fields_named(condition: Condition | None) -> Iterator[str]:
    """Every field a condition asks about, in order, possibly repeated."""
    if condition is None:
        return
    if condition.field is not None:
        yield condition.field
    for part in (*(condition.all or ()), *(condition.any or ())):
        yield from fields_named(part)
