"""What a form names: fields in conditions and elsewhere, values, letters. It opens no file."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from mailbot.core.attached import FROM_PLAN
from mailbot.core.conditions import Condition
from mailbot.core.fields.countries import codes
from mailbot.core.rules import FieldRule, Form
from mailbot.core.rulesets.forms import Found, House
from mailbot.core.rulesets.problems import Path, meant

_FEW = 50
NUMBERED = frozenset({"amount", "line"})
"""Types of field whose values may begin with a number."""
TAKING = ("line", "lines", "long")
"""Types of field that a reply in words of somebody's own can go into."""


def _conditions(form: Form) -> Iterator[tuple[Path, Condition | None]]:
    """Every condition of a form, with its place."""
    for key, rule in form.fields.items():
        yield ("fields", key, "when"), rule.when
        yield from ((("fields", key, "implied", at, "when"), one.when) for at, one in enumerate(rule.implied))
    tables: Mapping[str, Sequence[object]] = {
        name: getattr(form, name) for name in ("copies", "checks", "hints", "closed", "steps")
    }
    for table, rows in tables.items():
        yield from (((table, at, "when"), getattr(row, "when", None)) for at, row in enumerate(rows))
    yield from ((("documents", name, "when"), document.when) for name, document in form.documents.items())
    yield from ((("records", name, "when"), records.when) for name, records in form.records.items())


def _asked(condition: Condition) -> Iterator[Condition]:
    """Every single question of a condition."""
    if condition.field is not None:
        yield condition
    for part in (*(condition.all or ()), *(condition.any or ())):
        yield from _asked(part)


def _compared(condition: Condition) -> tuple[str, ...]:
    return tuple(text for text in (condition.is_, condition.is_not, *(condition.in_ or ())) if text is not None)


def _possible(rule: FieldRule) -> Sequence[str]:
    """The values a field can have, if they can be counted."""
    if rule.type == "country":
        return sorted(codes())
    return ("yes", "no") if rule.type == "yes_no" else tuple(rule.choices)


def _value(form: Form, key: str, text: str, path: Path) -> Found:
    """A value that the field can have, if they can be counted."""
    possible = _possible(form.fields[key])
    if possible and text and text not in possible:
        few = f"one of {', '.join(possible)}" if len(possible) < _FEW else f"a code such as {', '.join(possible[:3])}"
        yield path, f'"{text}" for `{key}`', few


def _questions(form: Form, house: House) -> Found:
    for path, condition in _conditions(form):
        for question in _asked(condition) if condition else ():
            key = question.field or ""
            if key not in form.fields:
                yield path, f"the field `{key}`", meant(key, form.fields)
                continue
            for text in _compared(question):
                yield from _value(form, key, text, path)


def _numbered(rule: FieldRule) -> bool:
    """Whether what a field holds may begin with a number."""
    choices = any(value[:1].isdecimal() for value in rule.choices)
    return rule.type in NUMBERED or rule.from_plan is not None or choices


def _sizes(form: Form, house: House) -> Found:
    """What is compared as a number may be one; else the condition would never hold."""
    for path, condition in _conditions(form):
        for question in _asked(condition) if condition else ():
            rule = form.fields.get(question.field or "")
            sized = question.at_least is not None or question.over is not None
            if sized and rule is not None and not _numbered(rule):
                found = f"`{question.field}`, a field of type {rule.type}, compared with a number"
                yield path, found, 'a field that holds one, such as of type = "amount"'


def _circles(form: Form, house: House) -> Found:
    """No field depends on itself; only `when` may ask whether it was answered, so that an answer counts unasked."""
    for path, condition in _conditions(form):
        asked = _asked(condition) if condition and path[0] == "fields" else ()
        if any(question.field == path[1] and (question.empty is None or path[2] != "when") for question in asked):
            yield path, f"the field `{path[1]}` itself", "a condition on other fields"


def _given(form: Form, house: House) -> Found:
    """Values that the rules themselves give to fields."""
    for key, rule in form.fields.items():
        for at, implied in enumerate(rule.implied):
            yield from _value(form, key, implied.value, ("fields", key, "implied", at, "value"))
    for at, closed in enumerate(form.closed):
        for key, text in closed.instead.items():
            if key in form.fields:
                yield from _value(form, key, text, ("closed", at, "instead", key))


def _named(form: Form) -> Iterator[tuple[Path, str]]:
    """Every field that is named outside conditions, with its place."""
    for role, person in form.people.items():
        if person.email or role != "applicant":
            yield ("people", role, "email"), person.email
        yield from ((("people", role, "name", at), key) for at, key in enumerate(person.name))
    for at, copies in enumerate(form.copies):
        for target, source in copies.fields.items():
            yield ("copies", at, "fields", target), target
            yield ("copies", at, "fields", target), source
    for at, check in enumerate(form.checks):
        yield ("checks", at, "field"), check.field
        yield from ((("checks", at, "asks", place), key) for place, key in enumerate(check.asks))
    for at, step in enumerate(form.steps):
        yield from ((("steps", at, "shows", place), key) for place, key in enumerate(step.shows))
        yield from ((("steps", at, "day"), key) for key in (step.day,) if key is not None)
    for at, closed in enumerate(form.closed):
        yield from ((("closed", at, "instead", key), key) for key in closed.instead)
    for name, document in form.documents.items():
        yield from ((("documents", name, "binds", at), key) for at, key in enumerate(document.binds))
    yield from (((name,), key) for name in ("account", "takes") if (key := getattr(form, name)) is not None)


def _names(form: Form, house: House) -> Found:
    for path, key in _named(form):
        if key not in form.fields:
            yield path, f"the field `{key}`", meant(key, form.fields)


def _uses(form: Form, house: House) -> Found:
    """Fields that have to be of a kind for what they are named for."""
    account, takes = form.fields.get(form.account or ""), form.fields.get(form.takes or "")
    if account is not None and account.register_ is None:
        yield ("account",), f'"{form.account}", which is looked up nowhere', "a field with `register`"
    if takes is not None and takes.type not in TAKING:
        yield ("takes",), f'"{form.takes}", a field of type {takes.type}', f"a field of type {', '.join(TAKING)}"
    for role, person in form.people.items():
        email = form.fields.get(person.email)
        if email is not None and email.type != "email":
            found = f'"{person.email}", a field of type {email.type}'
            yield ("people", role, "email"), found, 'a field with type = "email"'
    planned = any(rule.type == "plan" for rule in form.fields.values())
    for key, rule in form.fields.items():
        if rule.from_plan is not None and rule.from_plan not in FROM_PLAN:
            yield ("fields", key, "from_plan"), f'"{rule.from_plan}"', meant(rule.from_plan, FROM_PLAN)
        elif rule.from_plan is not None and not planned:
            yield ("fields", key, "from_plan"), "it in a form without a plan", 'a field with type = "plan"'


def _days(form: Form, house: House) -> Found:
    """What a step's days are counted from is a day."""
    for at, step in enumerate(form.steps):
        rule = form.fields.get(step.day or "")
        if rule is not None and rule.type != "date":
            yield ("steps", at, "day"), f'"{step.day}", a field of type {rule.type}', 'a field with type = "date"'


def _rows(form: Form, house: House) -> Found:
    """What is written into a register names its row as the register does."""
    for name, records in form.records.items():
        register = (house.registers or {}).get(name)
        if register is not None and records.key in register.columns and records.key != register.key:
            yield ("records", name, "key"), f'"{records.key}"', f"`{register.key}`, the key of the register"


REFERENCE_RULES: tuple[Callable[[Form, House], Found], ...] = (
    _questions,
    _sizes,
    _circles,
    _given,
    _names,
    _uses,
    _days,
    _rows,
)
"""Every rule that what a form names is checked by."""
