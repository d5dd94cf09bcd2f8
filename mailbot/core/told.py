"""What was done in a case, as clerks are told: instants in the desk's zone, sentences in one language. It knows no
letter and decides nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from mailbot.core.case import Case, Deed, LetterInfo
from mailbot.core.case.history import ASIDE
from mailbot.core.case.values import STATUS_OF
from mailbot.core.columns import clip
from mailbot.core.events import Value
from mailbot.core.fields.shown import shown
from mailbot.core.instants import from_text
from mailbot.core.rules import Form, Rules

MOST_SHOWN = 160
"""Columns of a value, or of an order, that are shown."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one entry did: when (`2026-04-06 10:25`), by whom (an address; empty where it came about by itself), and a
    sentence for each thing."""

    when: str
    by: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Where deeds are told: of which form, in which language."""

    form: Form
    language: str
    rules: Rules

    def say(self, table: str, code: str, /, **places: str) -> str:
        """A sentence of words.toml."""
        return self.rules.say(self.language, table, code, **places)

    def field(self, key: str) -> str:
        """The label of a field; its key where the rules have lost it."""
        rule = self.form.fields.get(key)
        return rule.label.get(self.language, key) if rule else key

    def value(self, key: str, value: Value) -> str:
        """A value on one line, as letters show it."""
        rule = self.form.fields.get(key)
        plain = value if isinstance(value, str) else ", ".join(value)
        text = shown(rule, value, self.language, self.rules) if rule else plain
        return clip(" / ".join(line for line in text.split("\n") if line.strip()), MOST_SHOWN)

    def document(self, name: str) -> str:
        """The title of a document."""
        rule = self.form.documents.get(name)
        return rule.title.get(self.language, name) if rule else name

    def step(self, name: str) -> str:
        """A step as clerks know it: its title, else how a case stands that waits for it."""
        step = next((step for step in self.form.steps if step.id == name), None)
        if step is None:
            return name
        return step.title.get(self.language) or self.say("status", STATUS_OF[step.kind])

    def order(self, line: str) -> str:
        """An order as it was written."""
        return clip(line, MOST_SHOWN)


FIELDS = frozenset({"field", "field_new", "field_empty", "field_wrong"})
ABOUT: Mapping[str, Callable[[Scene, str], str]] = {
    **dict.fromkeys(("field", "field_new", "field_empty", "field_wrong", "consent_void"), Scene.field),
    **dict.fromkeys(("allowed", "asked", "settled", "set_proposed"), Scene.field),
    **dict.fromkeys(("document", "documents_void"), Scene.document),
    **dict.fromkeys(("step", "task", "passed", "step_void", "reminded"), Scene.step),
    **dict.fromkeys(("ordered", "refused", "unproven"), Scene.order),
}
"""How what a deed is about is worded; without a row it stands as it is."""


def since(case: Case, seq: int) -> tuple[Deed, ...]:
    """What changed after the entry `seq` about what is decided, oldest first."""
    return tuple(deed for deed in case.history if deed.seq > seq and deed.what not in ASIDE)


def way(case: Case) -> tuple[Deed, ...]:
    """What changed about what is decided, from the beginning."""
    return since(case, 0)


def log(case: Case) -> tuple[Deed, ...]:
    """All that is remembered: orders, letters to whom, mails of which nothing else tells; oldest first."""
    letters: dict[tuple[int, str, str], list[str]] = {}
    for info in case.letters.values():
        letters.setdefault((info.seq, info.at or info.sent or case.changed, _fate(info)), []).append(info.to)
    written = (
        Deed(seq=seq, at=at, what=what, about=tuple(dict.fromkeys(to))) for (seq, at, what), to in letters.items()
    )
    said = {deed.seq for deed in case.history if deed.by and not deed.what.startswith("mail_")}
    kept = (deed for deed in case.history if not (deed.what.startswith("mail_") and deed.seq in said))
    return tuple(sorted((*kept, *written), key=lambda deed: deed.seq))


def _fate(info: LetterInfo) -> str:
    """What became of a letter, as a code of the table."""
    return "letter_bounced" if info.bounced else f"letter_{info.state}"


def told(deeds: Iterable[Deed], form: Form, language: str, rules: Rules) -> tuple[Told, ...]:
    """Deeds in words, those of one entry together, in their order."""
    scene = Scene(form, language, rules)
    return tuple(_entry(tuple(group), scene) for _, group in groupby(deeds, key=lambda deed: deed.seq))


def _entry(deeds: tuple[Deed, ...], scene: Scene) -> Told:
    local = from_text(deeds[0].at).astimezone(ZoneInfo(scene.rules.desk.timezone))
    by = dict.fromkeys(deed.by for deed in deeds if deed.by)
    what = tuple(dict.fromkeys(_sentence(deed, scene) for deed in _by_form(deeds, scene.form)))
    return Told(f"{local:%Y-%m-%d %H:%M}", ", ".join(by), what)


def _by_form(deeds: tuple[Deed, ...], form: Form) -> Iterator[Deed]:
    """Fields that changed together in the order of the form. That in which they were noted is another one once a case
    was read back from the journal, and a letter must say the same before and after."""
    places = {key: place for place, key in enumerate(form.fields)}
    for fields, run in groupby(deeds, key=lambda deed: deed.what in FIELDS):
        some = tuple(run)
        yield from sorted(some, key=lambda deed: places.get(deed.about[0], len(places))) if fields else some


def _of_form(deed: Deed, form: Form) -> bool:
    return deed.what == "set_proposed" and form.fields.keys() >= set(deed.about)


def _sentence(deed: Deed, scene: Scene) -> str:
    word = ABOUT.get(deed.what)
    named = sorted(deed.about, key=list(scene.form.fields).index) if _of_form(deed, scene.form) else deed.about
    about = scene.say("values", "between").join(word(scene, one) if word else one for one in named)
    places = {"about": about}
    if deed.what.startswith("field"):
        key = next(iter(deed.about), "")
        places |= {"was": scene.value(key, deed.was), "now": scene.value(key, deed.now)}
    return scene.say("deeds", deed.what, **places)
