"""Which form a mail is filled in for. It judges no value, and knows neither case nor sender."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from unicodedata import normalize

from mailbot.core.quoting import mark
from mailbot.core.reading.labels import Index
from mailbot.core.reading.once import ENOUGH, found, placed_in
from mailbot.core.reading.shape import find_marker
from mailbot.core.rules import Form
from mailbot.core.same import Same

Score = tuple[bool, int, int]
"""How well a form fits: whether it is there between its markers, how much of its name the subject has, its labels."""
_NO_FORM: Score = (False, 0, 0)
_SUBJECT = 400
"""Characters of a subject in which the name of a form is looked for."""
_CONTACT = frozenset({"email", "postal_code", "telephone", "lines"})
"""Types that stand in many a signature: such labels alone make no application."""


def recognise(subject: str, text: str, forms: Mapping[str, Form]) -> str | None:
    """The form a mail is filled in for, by its name in `forms`; None for a mail that only speaks of one.

    A form is filled in when at least three of its labels have content, one of them more than contact data, or when
    its marker stands in the text and one label has content. The form that the subject names (by its longest name) wins,
    then the one with the most labels: forms ask alike, and whoever says what they want means it. A form with its
    markers in the sender's own text is no other form.
    """
    order, best, chosen = list(forms), (_NO_FORM, 0), None
    spelled = _spelled(subject[:_SUBJECT])
    for bound, name in sorted(_bounds(spelled, text, forms), key=lambda bounded: bounded[0], reverse=True):
        if bound < best[0]:
            break  # to read is what costs: forms that cannot win are not read
        score = _score(spelled, text, forms[name]), -order.index(name)
        if score[0] > _NO_FORM and (chosen is None or score > best):
            best, chosen = score, name
    return chosen


def _bounds(subject: str, text: str, forms: Mapping[str, Form]) -> Iterator[tuple[Score, str]]:
    """Each form that may be meant, with the best score it can have; in their order."""
    lines = mark(text, filled=True)
    markers = [(line.kind, marker[0]) for line in lines if (marker := find_marker(line.text))]
    pasted = {name for kind, name in markers if kind == "new"}
    quoted = {name for _, name in markers}
    reach = _index(Same(forms)).reach(line.text for line in lines)
    meant = [name for name in forms if name.lower() in pasted] or forms
    for name, labels in zip(forms, reach, strict=True):
        marked = forms[name].name.lower() in quoted
        if name in meant and labels >= (1 if marked else ENOUGH):
            yield (marked, _named(subject, forms[name]), labels), name


@lru_cache(maxsize=4)
def _index(forms: Same[Mapping[str, Form]]) -> Index:
    return Index(tuple(forms.value.values()))


def _score(subject: str, text: str, form: Form) -> Score:
    answers = found(text, Same(form), False).answers
    marked = bool(answers) and any(one.marker and one.block for one in placed_in(text, form.name))
    telling = any(form.fields[key].type not in _CONTACT for key in answers)
    if marked or (len(answers) >= ENOUGH and telling):
        return marked, _named(subject, form), len(answers)
    return _NO_FORM


def _named(subject: str, form: Form) -> int:
    """How long the longest name of the form is that the subject (`_spelled`) has: forms share words, such as
    "registration"."""
    return max((len(name) for name in _names(Same(form)) if name in subject), default=0)


@lru_cache(maxsize=64)
def _names(same: Same[Form]) -> tuple[str, ...]:
    names = (*same.value.title.values(), *(alias for aliases in same.value.aliases.values() for alias in aliases))
    return tuple(filter(None, map(_spelled, names)))


def _spelled(text: str) -> str:
    return normalize("NFKC", text).casefold()
