"""A form as text to fill in by mail, with values already known. It knows no case and no letter around it."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from mailbot.core.events import Value
from mailbot.core.fields.countries import country_name
from mailbot.core.reading.shape import VALUE, fold, intro, marker, notes
from mailbot.core.rules import FieldRule, Form
from mailbot.core.wording import YES_NO, option, said

_COLON = {"en": ":", "ja": "："}
_REQUIRED = {"en": " *", "ja": "＊"}
_NOTHING: Mapping[str, Value] = MappingProxyType({})


def blank(
    form: Form,
    language: str,
    keys: Collection[str] | None = None,
    values: Mapping[str, Value] = _NOTHING,
    *,
    help: bool = True,  # noqa: A002
    offered: Collection[str] = (),
) -> str:
    """The form (or only the fields `keys`) in that language, in the form's order, between two marker lines.

    `values` are filled in; each of their lines is written without the white space around it. With `help`, notes
    stand above the fields, in lines that begin with `# `; `offered` are fields that are not marked as required. Lines
    have at most 70 columns (UAX #11), so that three quote marks still fit into 76; they end in LF, but for the last.
    What a usage plan says is not asked for. `reading.read` gives back what is filled in.
    """
    head = [marker(form.name, "begin", language), *fold("", said(form.title, language))]
    lines = [*head, *intro(language)] if help else [*head, ""]
    for key, rule in form.fields.items():
        if rule.from_plan is None and (keys is None or key in keys):
            lines += ["", *notes(rule, language)] if help else []
            must = _required(rule, keys) and key not in offered
            lines += _field(rule, language, values.get(key, ""), required=must)
    return "\n".join([*lines, "", marker(form.name, "end", language)])


def _required(rule: FieldRule, keys: Collection[str] | None) -> bool:
    """Whether to mark a field: in the whole form not one that only some people must fill in."""
    return rule.required and (rule.when is None or keys is not None)


def _field(rule: FieldRule, language: str, value: Value, *, required: bool) -> list[str]:
    """The label and its value: on one line if it fits there, else below, indented."""
    mark = said(_REQUIRED, language) if required else ""
    head = f"{said(rule.label, language)}{mark}{said(_COLON, language)}"
    texts = [line.strip() for line in _written(rule, language, value).strip().split("\n")]
    if len(texts) == 1 and rule.type not in ("lines", "long"):
        return fold(f"{head} ", texts[0]) if texts[0] else [head]
    if len(texts) == 1 and len(fold(f"{head} ", texts[0])) == 1:
        return [f"{head} {texts[0]}".rstrip()]
    return [head, *(line for text in texts for line in fold(" " * VALUE, text))]


def _written(rule: FieldRule, language: str, value: Value) -> str:
    """A value as a person would write it."""
    if not isinstance(value, str):
        return ", ".join(value)
    if rule.type == "plan":
        return ""  # it is attached, not written
    if rule.type == "yes_no":
        return YES_NO.get(language, YES_NO["en"]).get(value, value)
    if rule.type == "country":
        return country_name(value, language)
    return option(rule, value, language) if rule.choices else value
