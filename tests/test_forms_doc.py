"""docs/forms.md names every key that rules may have, and nothing else: its tables are held against the models."""

import re
import shutil
import tomllib
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mailbot import desks
from mailbot.core.attached import FROM_PLAN
from mailbot.core.conditions import Condition
from mailbot.core.forms import OPENINGS
from mailbot.core.outcome import TEMPLATES
from mailbot.core.rules import (
    Border,
    Budgets,
    Check,
    Clerk,
    Closed,
    Copies,
    Desk,
    Document,
    FieldRule,
    FieldType,
    Folders,
    Form,
    Implied,
    Limits,
    Lookup,
    Person,
    PersonName,
    Records,
    Register,
    Season,
    Sheet,
    Step,
    StepKind,
)
from mailbot.core.rulesets.forms import _SETTINGS as FIELD_SETTINGS
from mailbot.core.rulesets.steps import ONCE
from mailbot.core.rulesets.steps import SETTINGS as STEP_SETTINGS
from mailbot.core.sheets import GENERAL, SheetRow, Signature
from mailbot.core.steps import STEPS, After
from mailbot.edge import config
from mailbot.views.pages import pages

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "forms.md").read_text(encoding="utf-8")
MODELS: Mapping[str, type[BaseModel]] = {
    "`rules/<form>.toml`": Form,
    "`[people.<who>]`": Person,
    "`[fields.<key>]`": FieldRule,
    "`[[fields.<key>.implied]]`": Implied,
    "`[fields.<key>.register]`": Lookup,
    "Conditions": Condition,
    "`[[copies]]`": Copies,
    "`[[checks]]`": Check,
    "`[[hints]]`": typing.get_args(Form.model_fields["hints"].annotation)[0],
    "`[[closed]]`": Closed,
    "`[season]`": Season,
    "`[documents.<name>]`": Document,
    "`[records.<register>]`": Records,
    "`[[steps]]`": Step,
    "`rules/files/<sheet>.toml`": Sheet,
    "`[[rows]]`": SheetRow,
    "`[signatures.<name>]`": Signature,
    "`rules/desk.toml`": Desk,
    "`[[clerks]]`": Clerk,
    "`[folders]`": Folders,
    "`[limits]`": Limits,
    "`[budgets]`": Budgets,
    "`[border]`": Border,
    "`[registers.<name>]`": Register,
}
"""The heading above the table of each model."""
HIDDEN = {(Form, "name"), (FieldRule, "key")}
"""What follows from where something stands, and is not written."""
OWN_TABLE = {(FieldRule, "type"), (Step, "kind"), (Step, "after"), (Form, "people")}
"""Keys whose values are told elsewhere, which other tests look at."""
NOTHING = (None, (), {})
every_model = pytest.mark.parametrize("heading", MODELS, ids=lambda heading: heading.strip("`"))


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    found = re.search(rf"(?ms)^###? {re.escape(heading)}\n(.*?)(?=^##|\Z)", TEXT)
    assert found, f"no heading {heading}"
    lines = [line for line in found[1].split("\n") if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def named(cell: str) -> list[str]:
    """Every name in back quotes of a cell."""
    return re.findall(r"`([^`]+)`", cell)


def first_column(heading: str) -> list[str]:
    return [name for row in rows(heading) for name in named(row[0])]


def keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys that may be written, as they are written."""
    return {field.alias or name: field for name, field in model.model_fields.items() if (model, name) not in HIDDEN}


def models_below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and every model that its fields hold."""
    seen = [model]
    for one in seen:
        for field in one.model_fields.values():
            seen += [part for part in _parts(field.annotation) if part not in seen]
    return iter(seen)


def _parts(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for part in typing.get_args(kind):
        yield from _parts(part)


def values(kind: Any) -> set[str]:
    """The texts that a key takes, if they can be counted."""
    if typing.get_origin(kind) is typing.Literal:
        return set(typing.get_args(kind))
    return {text for part in typing.get_args(kind) for text in values(part)}


def default(field: FieldInfo) -> str:
    """What stands in the column "default"."""
    if field.is_required():
        return "needed"
    if isinstance(field.default, BaseModel):
        return "below"
    if field.default in NOTHING and field.default != "":
        return "–"
    if isinstance(field.default, tuple):
        return "`[" + ", ".join(f'"{text}"' for text in field.default) + "]`"
    plain = {True: "true", False: "false"}.get(field.default) if isinstance(field.default, bool) else None
    return f"`{plain}`" if plain else f'`"{field.default}"`' if isinstance(field.default, str) else f"`{field.default}`"


TYPES: Mapping[Any, str] = {str: "text", int: "number", bool: "true/false", Condition: "condition"}
"""What stands in the column "type" for what a key holds; lists and tables by how they are held."""


def types(kind: Any) -> set[str]:
    """What may stand in the column "type"."""
    present = [part for part in typing.get_args(kind) if part is not type(None)]
    if type(None) in typing.get_args(kind):
        return types(present[0])
    if kind in TYPES or typing.get_origin(kind) is typing.Literal:
        return {TYPES.get(kind, "text")}
    if typing.get_origin(kind) is tuple:
        return {"tables"} if present[0] is not Condition and any(_parts(present[0])) else {"list"}
    if typing.get_origin(kind) is dict:
        return {"texts", "lists", "table", "tables"}
    return {"table"}


def test_every_model_of_rules_has_its_table() -> None:
    there = {model for root in (Form, Desk, Sheet) for model in models_below(root)}
    assert there == set(MODELS.values())


@every_model
def test_a_table_names_every_key_of_its_model_once_and_no_other(heading: str) -> None:
    assert sorted(first_column(heading)) == sorted(keys(MODELS[heading]))


@every_model
def test_a_table_says_the_type_and_what_is_meant_without_the_key(heading: str) -> None:
    for (key,), kind, without, _ in ([named(row[0]), *row[1:]] for row in rows(heading)):
        field = keys(MODELS[heading])[key]
        assert kind in types(field.annotation), key
        assert re.sub(r"\[(\w+)\]\(#\w+\)", r"\1", without) == default(field), key


@every_model
def test_values_that_can_be_counted_are_named(heading: str) -> None:
    for (key,), *cells in ([named(row[0]), *row[1:]] for row in rows(heading)):
        name = next(name for name, field in MODELS[heading].model_fields.items() if (field.alias or name) == key)
        if (MODELS[heading], name) in OWN_TABLE:
            continue
        wanted = values(MODELS[heading].model_fields[name].annotation)
        said = set(re.findall(r'"(\w+)"', cells[-1]))
        assert wanted <= said, key


def test_every_type_of_field_kind_of_step_and_end_of_a_limit_is_explained() -> None:
    assert first_column("Types of fields") == list(typing.get_args(FieldType))
    assert [named(row[0])[0] for row in rows("Kinds of steps")] == list(typing.get_args(StepKind))
    assert first_column("What a limit does") == list(typing.get_args(After))
    assert set(first_column("What a plan says")) == FROM_PLAN.keys()


def test_the_table_of_steps_says_letters_limits_and_how_often_as_the_program_has_them() -> None:
    for kind, _, letter, limit, often in rows("Kinds of steps"):
        name = named(kind)[0]
        assert named(letter) == ([OPENINGS[name]] if name in OPENINGS else [])
        assert named(limit) == [STEPS[name].after]
        assert often == ("once" if name in ONCE else "any")


@pytest.mark.parametrize(
    ("heading", "settings"), [("`[fields.<key>]`", FIELD_SETTINGS), ("`[[steps]]`", STEP_SETTINGS)]
)
def test_settings_that_belong_to_one_kind_say_so(heading: str, settings: Mapping[str, str]) -> None:
    told = {named(row[0])[0]: row[-1] for row in rows(heading)}
    for setting, kind in settings.items():
        assert re.match(rf"{kind}\b[,:]", told[setting]), setting


def test_sentences_of_a_form_are_those_that_general_letters_and_pages_show() -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in (ROOT / "templates").glob("*/*.txt") if path.stem in TEMPLATES
    ]
    shown = {
        name
        for text in texts
        for found in re.findall(r"\bsays\(\"(\w+)\"\)|\"(\w+)\" in form\.says|\bform\.says\.(\w+)", text)
        for name in found
        if name
    }
    assert set(first_column("Sentences of its own")) == shown | {"at_<step>", "page", "page_<step>"}


def test_the_places_of_a_sheet_and_the_persons_are_named() -> None:
    assert all(f"`{{{place}}}`" in TEXT for place in GENERAL)
    assert all(f"`[people.{who}]`" in TEXT for who in typing.get_args(PersonName))


def test_conditions_that_are_shown_can_be_read() -> None:
    shown = re.findall(r"`(\{(?:field|all|any) = [^`]+\})`", TEXT)
    assert len(shown) >= 4
    for text in shown:
        Condition.model_validate(tomllib.loads(f"when = {text}")["when"])


def slug(heading: str) -> str:
    """What a heading is linked by."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_links_within_it_lead_to_headings() -> None:
    headings = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```$", "", TEXT))
    there = {slug(heading) for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= there


def test_links_to_headings_of_other_files_lead_to_them() -> None:
    for file, target in re.findall(r"\]\(([\w/.]+)#([^)]+)\)", TEXT):
        headings = re.findall(r"(?m)^#+ (.+)$", (ROOT / "docs" / file).read_text(encoding="utf-8"))
        assert target in {slug(heading) for heading in headings}, f"{file}#{target}"


def test_a_language_is_dropped_as_it_says(tmp_path: Path) -> None:
    for name in ("rules", "templates"):
        shutil.copytree(config.shipped() / name, tmp_path / name)
    path = tmp_path / "rules" / "desk.toml"
    text = path.read_text(encoding="utf-8").replace('languages = ["en", "ja"]', 'languages = ["en"]')
    path.write_text(text.replace('language = "ja"', 'language = "en"'), encoding="utf-8")
    with_folder = desks.rules_in(tmp_path / "rules", tmp_path / "templates")[0]
    shutil.rmtree(tmp_path / "templates" / "ja")
    without = desks.rules_in(tmp_path / "rules", tmp_path / "templates")[0]
    assert pages(with_folder) == pages(without)
    assert not any(".ja." in name for name in pages(without))
