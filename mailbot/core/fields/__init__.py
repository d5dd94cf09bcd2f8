"""What the answers to a form say, and what is wrong with them. It knows no mail, no label, no letter."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailbot.core.conditions import fields_named, holds
from mailbot.core.events import Fault, Value
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.postal import misfit
from mailbot.core.fields.schema import Noting, schema
from mailbot.core.fields.shown import shown
from mailbot.core.fields.ssh import fingerprint
from mailbot.core.fields.texts import quotable, secret
from mailbot.core.fields.types import TYPES, read
from mailbot.core.fields.wrong import FAULTS, Wrong
from mailbot.core.garbled import BAD
from mailbot.core.rules import Check, Copies, Desk, Form
from mailbot.core.same import Same

__all__ = ["FAULTS", "TYPES", "Understood", "fingerprint", "schema", "secret", "shown", "understand"]

Answered = Mapping[str, tuple[str, ...]]
Values = dict[str, Value]
Faults = dict[str, Fault]


@dataclass(frozen=True, slots=True)
class Understood:
    """What a case knows of its fields: values by key, and at most one fault a field; both in the form's order.

    A field has a value or a fault or neither (not asked, not answered), never both.
    """

    values: Mapping[str, Value]
    faults: tuple[Fault, ...]


def _fault(key: str, code: str, found: str = "", wanted: Mapping[str, str] | None = None) -> Fault:
    return Fault(field=key, kind=FAULTS[code].kind, code=code, found=quotable(found), wanted=dict(wanted or {}))


def _same(first: Value, second: Value) -> bool:
    """Whether two values mean the same: case and white space aside."""
    return _spelled(first) == _spelled(second)


def _spelled(value: Value) -> str:
    return "".join((value if isinstance(value, str) else " ".join(value)).casefold().split())


def _distinct(form: Form, key: str, texts: Iterable[str], asking: Asking) -> tuple[str, ...]:
    """The texts that say different things: two spellings of one telephone number are one answer, an empty text none."""
    seen: dict[str, str] = {}
    for text in texts:
        value = read(text, form.fields[key], asking)
        if isinstance(value, Wrong):
            seen.setdefault(_spelled(text if value.value is None else value.value), text)
        elif value != "":
            seen.setdefault(_spelled(value), text)
    return tuple(seen.values())


def _conflict(key: str, texts: tuple[str, ...]) -> Fault:
    quoted = [quotable(text.strip(), 90) for text in texts[:2]]
    found = "" if any(secret(text) for text in texts) else " / ".join(f"“{text}”" for text in quoted)
    return _fault(key, "conflict", found, {"first": quoted[0], "second": quoted[1]})


def _single(form: Form, answers: Answered, asking: Asking, faults: Faults) -> dict[str, str]:
    """One text a field; where several contradict each other, a fault and none."""
    single = {}
    for key, texts in answers.items():
        if key not in form.fields or not texts:
            continue
        distinct = texts if len(texts) == 1 else _distinct(form, key, texts, asking)
        if len(distinct) == 1:
            single[key] = distinct[0]
        elif distinct:
            faults[key] = _conflict(key, distinct)
    return single


def _validated(form: Form, single: dict[str, str], asking: Asking, faults: Faults) -> Values:
    """The values of all answers the model takes; the others become faults."""
    noting = Noting(asking, {})
    taken = schema(form).model_validate(single, context=noting)
    faults.update((key, _refused(key, wrong, single[key])) for key, wrong in noting.wrong.items())
    return {key: value for key, value in taken.__dict__.items() if value != ""}


def _refused(key: str, wrong: Wrong, text: str) -> Fault:
    """The fault of an answer its type's reader refused."""
    places = FAULTS[wrong.code].places
    wanted = {name: str(word) for name, word in wrong.wanted.items() if name in places}
    return _fault(key, wrong.code, text.strip(BAD) and text, wanted)


def _fit(form: Form, single: dict[str, str], asking: Asking, values: Values, faults: Faults) -> None:
    """Postal codes that were answered, beside the addresses that they belong to."""
    for key in single:
        address = form.fields[key].fits
        if address is None or key not in values:
            continue
        doubt = misfit(str(values[key]), str(values.get(address, "")), asking.language)
        if doubt is not None and isinstance(asking.judge(key, doubt), Wrong):
            faults[key] = _fault(key, doubt.code, single[key], doubt.wanted)
            del values[key]


def _imply(form: Form, values: Values, faults: Faults) -> None:
    for key, rule in form.fields.items():
        if not rule.implied or key in values or key in faults:
            continue
        row = next((row for row in rule.implied if holds(row.when, _answered(values, faults))), None)
        if row is not None:
            values[key] = row.value


def _answered(values: Values, faults: Faults) -> Values:
    """What was answered badly was answered: to a condition a faulty field is not empty."""
    return {**{name: fault.found or "?" for name, fault in faults.items()}, **values}


def _copy(form: Form, copies: Copies, language: str, single: Mapping[str, str], values: Values, faults: Faults) -> None:
    """Fill the targets; a target answered otherwise is a contradiction, whose fault says what the source is, both as
    they were written."""
    for target, source in copies.fields.items():
        if target in faults:
            del faults[target]
        if source not in values:
            continue
        if target in values and not _same(values[target], values[source]):
            written = (single.get(target, values[target]), single.get(source, values[source]))
            faults[target] = _differs(form, copies, language, *written, target)
            continue
        values[target] = values[source]


def _differs(form: Form, copies: Copies, language: str, found: Value, other: Value, target: str) -> Fault:
    asked = next(fields_named(copies.when), target)
    label = form.fields[asked].label if asked in form.fields else {}
    wanted = {"other": quotable(_text(other), 90), "question": label.get(language, asked)}
    return _fault(target, "copy_differs", _text(found), wanted)


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)


@lru_cache(maxsize=4096)
def _missing_fault(key: str) -> Fault:
    return _fault(key, "missing")


def _missing(form: Form, values: Values, faults: Faults) -> None:
    for key, rule in form.fields.items():
        if rule.required and key not in values and key not in faults and holds(rule.when, values):
            faults[key] = _missing_fault(key)


def _check(check: Check, language: str, single: Mapping[str, str], values: Values, faults: Faults) -> None:
    """A fault if the check finds something wrong with a field that has none; that a field is empty may be said by a
    check of that kind, which says what is wanted."""
    before = faults.get(check.field)
    said_better = before is not None and (before.code, check.kind) == ("missing", "missing")
    others = {key: fault for key, fault in faults.items() if key != check.field}
    if (before is not None and not said_better) or not holds(check.when, _answered(values, others)):
        return
    message = check.message.get(language) or next(iter(check.message.values()), "")
    found = quotable(single.get(check.field, "") or _text(values.get(check.field, "")))
    faults[check.field] = Fault(
        field=check.field, kind=check.kind, code="check", found=found, wanted={"message": message}
    )


def understand(
    form: Form,
    desk: Desk,
    answers: Answered,
    language: str,
    *,
    allowed: Collection[str] = (),
    confirmed: Collection[str] = (),
) -> Understood:
    """Values and faults of a form from its answers: `answers` holds the texts per key as written, in any order.

    In this order: several texts for a field that mean different things are a conflict; each text is read by its
    field's type (an empty one, a row of dashes, an untouched `yes / no` is no answer); postal codes are held against
    their addresses; values are implied, then copied; what is required and not there is missing; then the checks across
    fields, whose message is given in `language`. A faulty field keeps no value. Keys the form does not have are not
    looked at.

    An answer that is wrong and has a meaning all the same (`Wrong.value`) counts with it where a clerk made an
    exception of the field (`allowed`), and if it was only unclear where the applicant gave it again (`confirmed`).
    """
    understood, wrong = _as_it_stands(Same(form), desk.free_mail, language, tuple(answers.items()))
    if wrong.isdisjoint(allowed) and wrong.isdisjoint(confirmed):
        return understood
    return _understood(form, answers, Asking(desk.free_mail, language, frozenset(allowed), frozenset(confirmed)))[0]


@lru_cache(maxsize=4)  # what a mail says is understood for what registers say of it, and then to be decided
def _as_it_stands(
    form: Same[Form], free_mail: tuple[str, ...], language: str, answers: tuple[tuple[str, tuple[str, ...]], ...]
) -> tuple[Understood, frozenset[str]]:
    """What is understood without an exception."""
    return _understood(form.value, dict(answers), Asking(free_mail, language))


def _understood(form: Form, answers: Answered, asking: Asking) -> tuple[Understood, frozenset[str]]:
    """And which answers are wrong in themselves, whatever stands in other fields: an exception tells only on those."""
    faults = dict[str, Fault]()
    single = _single(form, answers, asking, faults)
    values = _validated(form, single, asking, faults)
    _fit(form, single, asking, values, faults)
    wrong = frozenset(faults)
    _imply(form, values, faults)
    for copies in form.copies:
        if holds(copies.when, values):
            _copy(form, copies, asking.language, single, values, faults)
    _missing(form, values, faults)
    for check in form.checks:
        _check(check, asking.language, single, values, faults)
    kept = {key: values[key] for key in form.fields if key in values and key not in faults}
    return Understood(kept, tuple(faults[key] for key in form.fields if key in faults)), wrong
