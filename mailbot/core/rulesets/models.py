"""From the data of a TOML file to a model, or to words about each mistake. It knows no rule across keys."""

import typing
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mailbot.core.rulesets.problems import Path, Problem, Source, meant

Model = TypeVar("Model", bound=BaseModel)

WANTED: dict[str, str] = {
    "missing": "this key",
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "greater_than": "more than {gt}",
    "less_than": "less than {lt}",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "path_type": "a text in quotes: a path",
    "string_too_short": "a text of {min_length} characters or more",
    "too_short": "a list of {min_length} or more",
    "tuple_type": "a list [ … ]",
    "dict_type": "a table with names",
    "model_type": "a table with names",
    "model_attributes_type": "a table with names",
    "literal_error": "{expected}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "date_type": "a day such as 2027-01-31",
    "date_parsing": "a day such as 2027-01-31",
    "date_from_datetime_parsing": "a day such as 2027-01-31",
    "date_from_datetime_inexact": "a day such as 2027-01-31",
    "string_pattern_mismatch": "a name of letters, digits, `.`, `-` and `_`",
    "value_error": "{error}",
}
"""What pydantic refuses (its error types), as what is wanted."""


def made(
    model: type[Model], source: Source, data: dict[str, Any], hidden: tuple[str, ...] = ()
) -> Model | list[Problem]:
    """The model, or a problem for each mistake; `hidden` are keys of the model that are filled in by us."""
    try:
        return model.model_validate(data)
    except ValidationError as refused:
        errors = refused.errors(include_url=False)
        return [_problem(model, source, error, hidden) for error in errors]


def _problem(model: type[BaseModel], source: Source, error: Any, hidden: tuple[str, ...]) -> Problem:
    path: Path = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        return unknown(source, path, [name for name in _known(model, path[:-1]) if name not in hidden])
    places = {name: _plain(limit) for name, limit in error.get("ctx", {}).items()}
    wanted = WANTED.get(error["type"], error["msg"]).format_map(places).removeprefix("wanted: ")
    found = "nothing" if error["type"] == "missing" else short(error["input"])
    return source.problem(path, found, wanted)


def _plain(limit: object) -> str:
    return f"{limit:g}" if isinstance(limit, float) else str(limit)


def unknown(source: Source, path: Path, known: list[str]) -> Problem:
    """A key that nobody knows, with the one that was probably meant."""
    wanted = meant(str(path[-1]), known)
    if source.hides(path):
        return source.problem(path, "", f"no key of this name: {wanted}")
    return source.problem(path, f"the unknown key `{path[-1]}`", wanted)


def short(value: object) -> str:
    """A value as an operator wrote it, or nearly, in at most 60 characters; of a table only that it is one."""
    if isinstance(value, dict):
        return "a table"
    text = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _known(model: type[BaseModel], path: Path) -> list[str]:
    """The keys allowed at a place: down the types of the model, through tables, lists and alternatives."""
    current: Any = model
    for part in path:
        current = _below(current, str(part))
    return [field.alias or name for name, field in current.model_fields.items()] if _is_model(current) else []


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _below(kind: Any, part: str) -> Any:
    """The type of what stands one step below a value of this type; None where nothing is known."""
    if _is_model(kind):
        named = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        return _present(named.get(part))
    parts = typing.get_args(kind)
    if typing.get_origin(kind) is dict:
        return _present(parts[1])
    return _present(parts[0]) if typing.get_origin(kind) is tuple else None


def _present(kind: Any) -> Any:
    """The type without `| None`."""
    parts = [part for part in typing.get_args(kind) if part is not type(None)]
    return parts[0] if len(parts) == 1 and type(None) in typing.get_args(kind) else kind
