"""Conditions of rules in plain words, where they can be said plainly. It asks nobody's values."""

from collections.abc import Iterator, Sequence

from mailbot.core.conditions import Condition
from mailbot.core.rules import Form
from mailbot.views.pages.markup import Html, joined
from mailbot.views.pages.voice import Voice

MOST = 4
"""Questions that a sentence may ask before nobody follows it any more."""
Both = tuple[Condition, ...]
"""Questions of which all have to be answered so."""


def in_words(condition: Condition, form: Form, voice: Voice) -> Html | None:
    """A condition as part of a sentence (`“Country” is not “Japan”`); None if it is too much for one."""
    ways = _ways(condition)
    if ways is None or not all(ways):
        return None
    if len(ways) > 1 and all(len(way) == 1 and way[0].empty is False for way in ways):
        keys = tuple(way[0].field or "" for way in ways)
        return voice.say("conditions", "given_one", fields=voice.labels(form, keys))
    if sum(map(len, ways)) > MOST:
        return None
    both, either = voice.say("conditions", "and"), voice.say("conditions", "or")
    return joined((joined((_asked(one, form, voice) for one in way), both) for way in ways), either)


def _ways(condition: Condition) -> Sequence[Both] | None:
    """The ways in which a condition can hold; None if there are alternatives inside of something else."""
    if condition.any is not None:
        parts = [_ways(part) for part in condition.any]
        return None if None in parts else [way for part in parts for way in part or ()]
    if condition.all is not None:
        parts = [_ways(part) for part in condition.all]
        if any(part is None or len(part) != 1 for part in parts):
            return None
        return [tuple(_sparing([one for part in parts for one in (part or ((),))[0]]))]
    return [(condition,)]


def _sparing(asked: Sequence[Condition]) -> Iterator[Condition]:
    """Without what goes without saying: what is not “Japan” is filled in."""
    for one in asked:
        if one.empty is not False or not any(other.field == one.field and other is not one for other in asked):
            yield one


def _asked(one: Condition, form: Form, voice: Voice) -> Html:
    key = one.field or ""
    field = voice.label(form, key)
    if one.in_ is not None:
        values = [voice.say("conditions", "value", value=voice.value(form, key, value)) for value in one.in_]
        return voice.say("conditions", "in", field=field, values=joined(values, voice.say("conditions", "comma")))
    for code, number in (("at_least", one.at_least), ("over", one.over)):
        if number is not None:
            unit = next(iter(form.fields[key].units), "")
            return voice.say("conditions", code, field=field, number=f"{number} {unit}".rstrip())
    if one.empty is not None or "" in (one.is_, one.is_not):
        empty = one.empty if one.empty is not None else one.is_ == ""
        return voice.say("conditions", "empty" if empty else "given", field=field)
    code, value = ("is", one.is_) if one.is_ is not None else ("is_not", one.is_not)
    return voice.say("conditions", code, field=field, value=voice.value(form, key, value or ""))
