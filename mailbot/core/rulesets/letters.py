"""Which letters there have to be: what the desk and its forms can send, in each language. It reads no template."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from mailbot.core.forms import OPENINGS
from mailbot.core.outcome import GENERAL, PARTS, TEMPLATES
from mailbot.core.rules import Form, StepKind
from mailbot.core.rulesets.forms import Found, House
from mailbot.core.rulesets.problems import Path, Problem, meant
from mailbot.core.steps import after

OF_THE_DESK = GENERAL | {
    "quarantine",
    "alarm",
    "queue",
    "digest",
    "head",
    "from_auditor",
    "numbered",
    "confirm_numbered",
}
"""Letters that need no case: every desk can send them, whatever its forms say."""

Sends = Callable[[Form], bool]


def _begins(kind: StepKind) -> Sends:
    return lambda form: any(step.kind == kind and not step.letter for step in form.steps)


def _has(kind: StepKind) -> Sends:
    return lambda form: any(step.kind == kind for step in form.steps)


def _announces(form: Form) -> bool:
    return any(step.notice for step in form.steps)


def _has_responsible(form: Form) -> bool:
    return "responsible" in form.people


SENT_BY: Mapping[str, Sends] = {
    **{letter: _begins(kind) for kind, letter in OPENINGS.items()},
    "notice": lambda form: False,  # only a step that names it
    "agreed": _has("consent"),
    "declined": _has("consent"),
    "accepted": _has("review"),
    "accepted_responsible": lambda form: _has("review")(form) and _has_responsible(form),
    "undone": _has("review"),
    "rejected_responsible": _has_responsible,
    "awaited": _has("document"),
    "document_received": lambda form: bool(form.documents),
    "objected": _announces,
    "objection": _announces,
    "objection_over": _announces,
    "unannounced": _announces,
    "overdue": lambda form: any(after(step) == "tell" for step in form.steps),
    "closed": lambda form: bool(form.closed),
}
"""Which forms can send a letter about their cases; one without a row is sent about cases of every form."""
BY_HAND = frozenset(TEMPLATES).difference(SENT_BY) | {"task", "overdue"}
"""Letters about a case whose form or step the rules will have lost (`Rules.form_of`): it is a task, whatever the forms
that are left call their letters."""


def letters_of(form: Form) -> frozenset[str]:
    """The templates of every letter about a case of the form."""
    general = (letter for letter in TEMPLATES if letter not in OF_THE_DESK)
    sent = [letter for letter in general if letter not in SENT_BY or SENT_BY[letter](form)]
    sent += [name for step in form.steps for name in (step.letter, step.notice) if name]
    return frozenset([*(form.letters.get(letter, letter) for letter in sent), *form.letters.values()])


def letters_needed(forms: Iterable[Form]) -> frozenset[str]:
    """The templates of every letter that a desk with these forms can send, and of their parts."""
    return OF_THE_DESK.union(PARTS, BY_HAND, *map(letters_of, forms))


def letters_of_form(form: Form, house: House) -> Found:
    """What a form names as a letter is one, in some language at least; `lacking` says which other language has none."""
    for general, own in form.letters.items():
        if general not in TEMPLATES:
            yield ("letters", general), f"the letter `{general}`", meant(general, TEMPLATES)
        yield from _nowhere(("letters", general), own, house)
    for at, step in enumerate(form.steps):
        begins = step.opening
        yield from _nowhere(("steps", at, "letter"), form.letters.get(begins, begins), house)
        yield from _nowhere(("steps", at, "notice"), step.notice or "", house)


def _nowhere(path: Path, letter: str, house: House) -> Found:
    if letter and house.letters and letter not in house.letters:
        files = ", ".join(f"templates/{language}/{letter}.txt" for language in house.languages)
        yield path, f'"{letter}", which is in no language', files


def lacking(
    forms: Iterable[Form], templates: Mapping[str, Mapping[str, str]], languages: Sequence[str]
) -> Iterator[Problem]:
    """Letters that can be sent and that only some of these languages have, a problem a file."""
    needed = letters_needed(forms)
    there = {letter: language for language in reversed(languages) for letter in templates.get(language, {})}
    for language in languages:
        for letter in sorted((there.keys() & needed) - templates.get(language, {}).keys()):
            file, other = (f"templates/{name}/{letter}.txt" for name in (language, there[letter]))
            yield Problem(file, "", "no such file", f"this letter, as {other}")
