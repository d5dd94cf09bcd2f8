"""The pydantic model of a form, made from its rules. It knows no answer and no language of a letter."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo, create_model
from pydantic_core import PydanticCustomError

from mailbot.core.events import Value
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.types import TYPES, read
from mailbot.core.fields.wrong import Wrong
from mailbot.core.rules import FieldRule, Form, Texts
from mailbot.core.same import Same

NOBODY = Asking(free_mail=(), language="en")


class Answers(BaseModel):
    """The model every form's model is made from: answers as text in, values out; an unknown key is not looked at."""

    model_config = ConfigDict(extra="ignore", frozen=True, protected_namespaces=())


@dataclass(frozen=True, slots=True)
class Noting:
    """A context in which no answer is refused: what is wrong with one is noted, and it is none."""

    asking: Asking
    wrong: dict[str, Wrong]


def _validator(rule: FieldRule) -> Callable[[Any, ValidationInfo[Asking | Noting | None]], Value]:
    def validate(text: Any, info: ValidationInfo[Asking | Noting | None]) -> Value:
        context = info.context or NOBODY
        value = read(text, rule, context.asking if isinstance(context, Noting) else context)
        if not isinstance(value, Wrong):
            return value
        if not isinstance(context, Noting):
            raise PydanticCustomError(value.code, "{field}", {"field": rule.key, **value.wanted})
        context.wrong[rule.key] = value
        return ""

    return validate


def _first(texts: Texts) -> str | None:
    return next(iter(texts.values()), None)


def _field(rule: FieldRule) -> tuple[Any, Any]:
    kept: Any = tuple[str, ...] if TYPES[rule.type].listed else str
    extra: dict[str, Any] = {"format": rule.type, "labels": rule.label, "help": rule.help, "required": rule.required}
    info = Field(
        default="",
        title=_first(rule.label),
        description=_first(rule.help),
        examples=list(rule.example.values()) or None,
        json_schema_extra=extra,
    )
    return Annotated[kept, PlainValidator(_validator(rule), json_schema_input_type=str)], info


@lru_cache(maxsize=32)
def _made(same: Same[Form]) -> type[Answers]:
    form = same.value
    fields: dict[str, Any] = {key: _field(rule) for key, rule in form.fields.items()}
    return create_model(f"{form.name or 'form'}-answers", __base__=Answers, **fields)


def schema(form: Form) -> type[Answers]:
    """The model of a form: a field for each of its fields, with title, help and examples; made once a form.

    It validates with an `Asking` as context, or a `Noting`, which refuses nothing, and takes raw answers; none is
    required, since what is missing can be told only after copies and conditions (`understand` does).
    `model_json_schema()` describes the form.
    """
    return _made(Same(form))
