"""What is checked in the steps and documents of a form: that each can begin, can end, and tells somebody. It knows no
case."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from mailbot.core.fields.types import TYPES
from mailbot.core.labels import label_key
from mailbot.core.registers import accounts_of
from mailbot.core.rules import Form, Step, StepKind
from mailbot.core.rulesets.forms import Found, House
from mailbot.core.rulesets.problems import Path, meant
from mailbot.core.steps import after

ONCE: frozenset[StepKind] = frozenset({"fields", "consent", "review"})
"""Kinds of which a form has one step at most."""
SETTINGS: Mapping[str, StepKind] = MappingProxyType(
    {
        "shows": "consent",
        "documents": "document",
        "paper": "document",
        "number": "task",
        "day": "task",
        "each": "task",
        "reply": "task",
        "ends": "wait",
        "again": "wait",
        "notice": "wait",
        "tells": "notify",
    }
)
"""Settings that belong to one kind of step."""


def _steps(form: Form) -> Iterator[tuple[Path, Step]]:
    return ((("steps", at), step) for at, step in enumerate(form.steps))


def _any(form: Form, house: House) -> Found:
    if not form.steps:
        yield ("steps",), "nothing", "at least one step"


def _asks(form: Form, house: House) -> Found:
    """Whoever has to answer, or may answer badly, is asked again: without that step nobody would hear of it."""
    wanting = (key for key, rule in form.fields.items() if rule.required or TYPES[rule.type].faults)
    if form.steps and form.step_of("fields") is None and (key := next(wanting, None)):
        found = f"no step that asks for what is missing or wrong, as `{key}` may be"
        yield ("steps", 0, "kind"), found, 'a step of kind = "fields"'


def _apart(form: Form, house: House) -> Found:
    """Each step has a name of its own: by it the log and the case say where the case is. What is over for good once it
    was done comes once."""
    seen: set[str] = set()
    kinds: set[StepKind] = set()
    for path, step in _steps(form):
        if step.kind in kinds & ONCE:
            yield (*path, "kind"), f'"{step.kind}" a second time', "this kind of step once"
        elif step.id in seen:
            place = "name" if step.name else "kind"
            yield (*path, place), f'"{step.id}" a second time', "a `name` of its own for each step"
        seen.add(step.id)
        kinds.add(step.kind)


def _settings(form: Form, house: House) -> Found:
    for path, step in _steps(form):
        for setting, kind in SETTINGS.items():
            if getattr(step, setting) and step.kind != kind:
                yield (*path, setting), f"it in a step of kind {step.kind}", f'it only with kind = "{kind}"'


def _begins(form: Form, house: House) -> Found:
    """A step that tells something has a letter to tell it with, and somebody gets it."""
    for path, step in _steps(form):
        if step.kind == "notify" and not step.letter:
            yield (*path, "letter"), "nothing", "the letter that tells it"
        if step.notice and form.account is None:
            yield (*path, "notice"), "it in a form without `account`", "the field that names an account of a register"
        register = (house.registers or {}).get(accounts_of(form).register) if step.notice else None
        if register and not register.address:
            yield (*path, "notice"), "it where the register has no addresses", 'a column = "email" in the register'


def _people(form: Form, house: House) -> Found:
    """Whoever a step waits for or tells takes part in the form."""
    for path, step in _steps(form):
        if step.kind == "consent" and not step.shows:
            yield (*path, "shows"), "nothing", "the fields that the consent letter shows"
        if step.kind == "notify" and not step.tells:
            yield (*path, "tells"), "nobody", "at least one of applicant, responsible"
        for at, role in enumerate(step.tells):
            if role not in form.people:
                yield (*path, "tells", at), f'"{role}", who takes no part', f"a table [people.{role}]"
    for name, document in form.documents.items():
        if document.signer not in form.people:
            found = f'"{document.signer}", who takes no part'
            yield ("documents", name, "signer"), found, f"a table [people.{document.signer}]"


def _times(form: Form, house: House) -> Found:
    for path, step in _steps(form):
        for name in ("remind", "limit"):
            if (days := getattr(step, name)) is not None and days < 1:
                yield (*path, name), f"{days} days", "1 or more"
        if step.remind is not None and step.limit is not None and step.remind >= step.limit:
            yield (*path, "remind"), f"{step.remind} days, the limit being {step.limit}", "fewer than the limit"
        if step.after is not None and step.limit is None:
            yield (*path, "after"), f'"{step.after}" without a limit', "a `limit`, after which it happens"


def _ends(form: Form, house: House) -> Found:
    """No step waits for what can never come, and none ends every case before the steps after it."""
    plan = any(rule.type == "plan" for rule in form.fields.values())
    for path, step in _steps(form):
        if step.kind == "document" and not step.documents:
            yield (*path, "documents"), "nothing", "the documents that are waited for"
        if step.kind == "wait":
            yield from _wait_ends(path, step)
        if step.each and not plan:
            yield (*path, "each"), "it in a form without a plan of users", 'a field with type = "plan"'
        last = path[1] == len(form.steps) - 1
        if step.kind == "wait" and after(step) == "expire" and not step.ends and step.limit and not last:
            found = '"expire" in a wait that nothing else ends, so that no later step can begin'
            yield (*path, "after"), found, '"go_on", or words in `ends`'


def _wait_ends(path: Path, step: Step) -> Found:
    if step.limit is None and not any(step.ends.values()):
        yield (*path, "limit"), "nothing, so that it never ends", "a `limit`, or words in `ends`"
    elif step.limit is not None and after(step) == "tell" and not any(step.ends.values()):
        yield (*path, "after"), '"tell" in a wait that nothing else ends', '"go_on", "expire", or words in `ends`'


def _words(form: Form, house: House) -> Found:
    """The words that end a wait are there in every language."""
    for path, step in _steps(form):
        for language in house.languages if step.ends else ():
            if not step.ends.get(language):
                yield (*path, "ends", language), "nothing", f"the words in the language `{language}`"


def _goes_back(form: Form, house: House) -> Found:
    """`again` names an earlier step."""
    for path, step in _steps(form):
        earlier = [other.id for other in form.steps[: int(path[1])]]
        if step.again is not None and step.again not in earlier:
            wanted = meant(step.again, earlier) if earlier else "an earlier step"
            yield (*path, "again"), f"the step `{step.again}`", wanted


def _documents(form: Form, house: House) -> Found:
    """Steps name documents there are, every document is waited for, and what clerks write for one is its own."""
    waited: set[str] = set()
    for path, step in _steps(form):
        for at, name in enumerate(step.documents):
            if name not in form.documents:
                wanted = meant(name, form.documents) if form.documents else f"a table [documents.{name}]"
                yield (*path, "documents", at), f"the document `{name}`", wanted
        waited.update(step.documents)
    for name in form.documents.keys() - waited:
        yield ("documents", name), "a document that no step waits for", "it in the `documents` of a step"
    owners: dict[str, str] = {}
    for name, document in form.documents.items():
        for at, word in enumerate(document.words):
            owner = owners.setdefault(label_key(word), name)
            if owner != name:
                yield ("documents", name, "words", at), f'"{word}", as the document `{owner}`', "words of its own"


STEP_RULES: tuple[Callable[[Form, House], Found], ...] = (
    _any,
    _asks,
    _apart,
    _settings,
    _begins,
    _people,
    _times,
    _ends,
    _words,
    _goes_back,
    _documents,
)
"""Every rule that steps and documents are checked by."""
