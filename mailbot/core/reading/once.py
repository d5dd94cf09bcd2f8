"""What one text says about one form, found once however many rooms ask. It judges no value, and prefers no form."""

from collections.abc import Sequence
from functools import lru_cache

from mailbot.core.quoting import mark
from mailbot.core.reading.labels import labels_of
from mailbot.core.reading.rows import Placed, answering, everything, newest_quoted, place, written
from mailbot.core.reading.values import Answer, Found, collect
from mailbot.core.readings import Answers
from mailbot.core.rules import Form
from mailbot.core.same import Same

ENOUGH = 3
"""Labels with content that make a text an application."""


@lru_cache(maxsize=32)
def found(text: str, same: Same[Form], answers_ours: bool) -> Found:
    """Several rooms ask what one mail says: sorting, evidence, deciding. It is read once for each form."""
    return _read(placed_in(text, same.value.name), same.value, answers_ours)


@lru_cache(maxsize=16)
def placed_in(text: str, name: str) -> tuple[Placed, ...]:
    """The lines of a mail with the places of a form's markers, which are looked for once for each form."""
    return tuple(place(mark(text, filled=True), name))


def answers_of(seen: Found, form: Form) -> Answers:
    return {key: _texts(seen.answers[key]) for key in form.fields if key in seen.answers}


def _read(placed: Sequence[Placed], form: Form, answers_ours: bool) -> Found:
    labels = labels_of(form)
    block = newest_quoted(placed)
    if answers_ours:
        return collect(answering(placed, labels, block), labels)
    seen = collect(written(placed, labels), labels)
    if len(seen.answers) < ENOUGH and any(one.line.kind not in ("new", "mailer") for one in placed):
        rows = answering(placed, labels, block) if block else everything(placed, labels)
        quoted = collect(rows, labels)
        if not seen.answers or len(quoted.answers) >= ENOUGH:
            seen = quoted
    return seen


def _texts(answers: Sequence[Answer]) -> tuple[str, ...]:
    """The different values of one field; what was written in this mail wins over what is quoted."""
    if len(answers) == 1:
        return (answers[0].text,)
    new = [answer.text for answer in answers if answer.new]
    return tuple(dict.fromkeys(new or [answer.text for answer in answers]))
