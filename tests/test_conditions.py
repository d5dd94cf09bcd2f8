"""Conditions ask about values as they are kept."""

import pytest
from pydantic import ValidationError

from mailbot.core.conditions import Condition, fields_named, holds
from mailbot.core.events import Value

VALUES: dict[str, Value] = {
    "nationality": "Japan",
    "terabytes": "31",
    "storage": "30.5 TB",
    "personal_genome": "no",
    "jga_ids": ("A1", "B2"),
}

TRUE_OR_NOT = [
    ({"field": "nationality", "is": "Japan"}, True),
    ({"field": "nationality", "is": "japan"}, False),
    ({"field": "nationality", "is_not": "Japan"}, False),
    ({"field": "residence", "is_not": "Japan"}, True),
    ({"field": "residence", "empty": True}, True),
    ({"field": "nationality", "empty": True}, False),
    ({"field": "nationality", "empty": False}, True),
    ({"field": "nationality", "in": ["Korea", "Japan"]}, True),
    ({"field": "residence", "in": ["Korea", "Japan"]}, False),
    ({"field": "terabytes", "at_least": 31}, True),
    ({"field": "terabytes", "at_least": 32}, False),
    ({"field": "nationality", "at_least": 0}, False),
    ({"field": "storage", "at_least": 30}, True),
    ({"field": "storage", "at_least": 31}, False),
    ({"field": "storage", "over": 30}, True),
    ({"field": "terabytes", "over": 31}, False),
    ({"field": "terabytes", "over": 30}, True),
    ({"field": "nationality", "over": 0}, False),
    ({"field": "residence", "over": 0}, False),
    ({"field": "jga_ids", "is": "A1, B2"}, True),
    ({"all": [{"field": "nationality", "is": "Japan"}, {"field": "personal_genome", "is": "no"}]}, True),
    ({"all": [{"field": "nationality", "is": "Japan"}, {"field": "personal_genome", "is": "yes"}]}, False),
    ({"any": [{"field": "nationality", "is": "France"}, {"field": "personal_genome", "is": "no"}]}, True),
    ({"any": [{"all": [{"field": "residence", "empty": False}]}, {"field": "x", "is": "y"}]}, False),
]


@pytest.mark.parametrize(("written", "answer"), TRUE_OR_NOT)
def test_a_condition_holds_or_not(written: dict[str, object], answer: bool) -> None:
    assert holds(Condition.model_validate(written), VALUES) is answer


def test_no_condition_always_holds() -> None:
    assert holds(None, {})


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"field": "a"},
        {"is": "b"},
        {"field": "a", "is": "b", "empty": True},
        {"field": "a", "all": []},
        {"all": [], "any": []},
        {"field": "a", "equals": "b"},
    ],
)
def test_a_condition_that_asks_nothing_or_two_things_is_refused(written: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(written)


def test_every_field_asked_about_is_named() -> None:
    inner = {"all": [{"field": "b", "is": "1"}, {"any": [{"field": "c", "empty": True}]}]}
    condition = Condition.model_validate({"any": [{"field": "a", "is": "1"}, inner]})
    assert list(fields_named(condition)) == ["a", "b", "c"]
    assert list(fields_named(None)) == []
