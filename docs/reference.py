"""Writes what these pages can say from the program itself: commands, exit codes, settings, events, remedies. A page
holds it between a line `<!-- made: NAME -->` and the next `<!-- end -->`; the rest of the page is written by hand.

Run `python docs/reference.py` after a change of the program; a test says when that was forgotten.
"""

import ast
import inspect
import re
import textwrap
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mailbot.checkup import servers
from mailbot.cli import COMMANDS, Argument, Row, parser, replay, words
from mailbot.core import events
from mailbot.core.events import cases, commands, consent, desk, erasing, letters, progress, values
from mailbot.edge import config
from mailbot.edge.config import written

DOCS = Path(__file__).parent
MADE = re.compile(r"(?ms)^<!-- made: (\w+) -->\n.*?^<!-- end -->$")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown; `|` and line ends in a cell do it no harm."""
    lines = [head, ["---"] * len(head), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(re.sub(r"(?<!\\)\|", r"\\|", text).split())


# commands of the shell


def shell() -> str:
    """Every command with what it takes, in the order of its help."""
    rows = [(f"`{_usage(row)}`", f"{_sentence(row[1])}. {_options(row[3])}") for row in COMMANDS]
    return table(("command", "what it does, and its options"), rows)


def _usage(row: Row) -> str:
    parts = [name for argument in row[3] if (name := _positional(argument))]
    return " ".join(["mailbot", row[0], *parts])


def _positional(argument: Argument) -> str:
    if argument.names[0].startswith("-"):
        return ""
    shown = str(argument.options.get("metavar") or argument.names[0].upper())
    shape = {"+": "{}...", "*": "[{}...]", "?": "[{}]"}.get(str(argument.options.get("nargs", "")), "{}")
    return shape.format(shown)


def _options(arguments: Sequence[Argument]) -> str:
    return "; ".join(f"`{_name(one)}`: {one.options['help']}" for one in arguments if "help" in one.options)


def _name(argument: Argument) -> str:
    if not argument.names[0].startswith("-"):
        return _positional(argument)
    if argument.options.get("action") == "store_true":
        return argument.names[0]
    shown = str(argument.options.get("metavar") or argument.names[0].lstrip("-").upper())
    choices = argument.options.get("choices")
    shown = "|".join(choices) if choices and "metavar" not in argument.options else shown  # type: ignore[arg-type]
    return f"{argument.names[0]} [{shown}]" if argument.options.get("nargs") == "?" else f"{argument.names[0]} {shown}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def everywhere() -> str:
    """What stands before any command."""
    actions = [action for action in parser()._actions if action.option_strings]
    rows = []
    for action in actions:
        value = f" {action.metavar}" if action.metavar else ""
        names = ", ".join(f"`{name}{value}`" for name in action.option_strings)
        rows.append((names, _sentence(action.help or "")))
    return table(("option", "what it does"), rows)


def exits() -> str:
    """The exit codes, with the commands that alone have them."""
    said = {
        words.OK: "done",
        words.TROUBLE: "done, but something is wrong: standard error, or what the command printed, says what",
        words.MISTAKE: "not begun, or refused: settings, rules, arguments, what cannot be read; nothing was changed",
        replay.OTHER_PROGRAM: "`replay` alone: only what other programs decided differs",
        replay.OTHERWISE: "`replay --rules` alone: something would be decided otherwise",
        replay.READABLE: "`replay` alone: no alarm, but mails that are said to have been unreadable can be read",
    }
    return table(("exit code", "meaning"), [(str(code), text) for code, text in said.items()])


# settings

TABLES: Mapping[str, type[BaseModel]] = {
    "[desk]": config.DeskPaths,
    "[imap], [smtp], [alarm_smtp]": written.Server,
    "[imap.oauth2], [smtp.oauth2], [alarm_smtp.oauth2]": written.OAuth2,
    "[service]": config.ServicePace,
    "[monitoring]": config.Monitoring,
}


def settings() -> str:
    """Every table of mailbot.toml with its keys."""
    return "\n\n".join(f"## `{name}`\n\n{_about(model)}\n\n{_keys(model)}" for name, model in TABLES.items())


def _about(model: type[BaseModel]) -> str:
    return " ".join(inspect.getdoc(model).split())  # type: ignore[union-attr]


def _keys(model: type[BaseModel]) -> str:
    said = told(model)
    rows = [(f"`{name}`", kind(field.annotation), default(field), said[name]) for name, field in _fields(model)]
    return table(("key", "type", "default", "what it says"), rows)


def _fields(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    return [(name, field) for name, field in model.model_fields.items() if not (name == "kind" and _kind(model))]


def _kind(model: type[BaseModel]) -> object:
    """What every event of a model is called; None of other models."""
    field = model.model_fields.get("kind")
    return field.default if field and typing.get_args(field.annotation) == (field.default,) else None


def told(model: type[BaseModel]) -> dict[str, str]:
    """What stands below each key in the program."""
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(body, ast.ClassDef)
    pairs = zip(body.body, body.body[1:], strict=False)
    return {
        key.target.id: text.value.value
        for key, text in pairs
        if isinstance(key, ast.AnnAssign) and isinstance(key.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
    }


def default(field: FieldInfo) -> str:
    """What is meant without the key; – is nothing."""
    if field.is_required():
        return "needed"
    if field.default is None or field.default == "":
        return "–"
    value = field.default
    return (
        f"`{str(value).lower() if isinstance(value, bool) else value:g}`" if isinstance(value, float) else f"`{value}`"
    )


KINDS: Mapping[str, str] = {"str": "text", "int": "number", "float": "number", "bool": "true/false", "Path": "path"}


def kind(of: Any) -> str:
    """What a key or field holds, in a word."""
    origin, parts = typing.get_origin(of), typing.get_args(of)
    if origin is Literal:
        return " / ".join(f"`{value}`" for value in parts if value != "") or "text"
    if origin is typing.Annotated:
        return kind(parts[0])
    if origin in (tuple, dict):
        return f"list of {kind(parts[0])}" if origin is tuple else f"by name: {kind(parts[1])}"
    if parts:
        return " or ".join(dict.fromkeys(kind(part) for part in parts if part is not type(None)))
    name = of.__name__
    model = isinstance(of, type) and issubclass(of, BaseModel) and of.__module__ == values.__name__
    return f"[{name}](#values)" if model else KINDS.get(name, {"OAuth2": "table", "date": "day"}.get(name, name))


# events

GROUPS: Mapping[str, Any] = {
    "Cases and mails": cases,
    "Consent": consent,
    "From step to step": progress,
    "Clerks": commands,
    "Letters": letters,
    "The desk": desk,
    "Erasing": erasing,
}


def happened() -> str:
    """Every kind of event, by what it is about."""
    there = typing.get_args(typing.get_args(events.Event)[0])
    parts = []
    for title, module in GROUPS.items():
        rows = [_event(event) for event in there if event.__module__ == module.__name__]
        parts.append(f"## {title}\n\n{table(('kind', 'what happened', 'fields'), rows)}")
    assert sum(part.count("\n| `") for part in parts) == len(there)
    return "\n\n".join(parts)


def _event(model: type[BaseModel]) -> tuple[str, str, str]:
    return f"`{model.model_fields['kind'].default}`", _about(model), _held(model)


def _held(model: type[BaseModel]) -> str:
    shown = [f"{_named(name, field)} {kind(field.annotation)}" for name, field in _fields(model)]
    return "; ".join(shown) or "–"


def _named(name: str, field: FieldInfo) -> str:
    return f"`{name}`" if field.is_required() else f"*`{name}`*"


def parts_of_events() -> str:
    """The values that fields of events hold."""
    models = [model for _, model in inspect.getmembers(values, inspect.isclass) if issubclass(model, values.Frozen)]
    rows = [(f"`{model.__name__}`", _about(model), _held(model)) for model in models if model is not values.Frozen]
    return table(("value", "what it is", "fields"), rows)


def remedies() -> str:
    """What to do about a server, by what it says, as `mailbot check` prints it."""
    said = [(f"`{part}`", do) for part, do in servers.REMEDIES]
    lacks = [(f"it has no {name}", do) for name, do in servers.WITHOUT.items()]
    return table(("what is said of a server", "what to do"), [*said, *lacks, ("anything else", servers.ELSE)])


MAKERS: Mapping[str, Callable[[], str]] = {
    "shell": shell,
    "everywhere": everywhere,
    "exits": exits,
    "settings": settings,
    "events": happened,
    "remedies": remedies,
    "values": parts_of_events,
}


def made(text: str) -> str:
    """A page with everything in it that is made from the program as the program has it now."""
    return MADE.sub(lambda found: f"<!-- made: {found[1]} -->\n\n{MAKERS[found[1]]()}\n\n<!-- end -->", text)


def pages() -> Iterator[Path]:
    """The pages with something in them that is made."""
    return (path for path in sorted(DOCS.glob("*.md")) if MADE.search(path.read_text(encoding="utf-8")))


if __name__ == "__main__":
    for page in pages():
        page.write_text(made(page.read_text(encoding="utf-8")), encoding="utf-8")
        print(page)
