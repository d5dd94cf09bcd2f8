"""Which line of a mail is a field's label: the layouts people use, and the labels of one form. It reads no value."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice, permutations

from mailbot.core.labels import label_key
from mailbot.core.reading.shape import all_notes
from mailbot.core.reading.spelling import Spelling
from mailbot.core.rules import FieldRule, Form
from mailbot.core.same import Same

_HEAD = 120
"""Characters of a line in which a label is looked for."""
_MOST_SECONDS = 4_000
"""Characters of a line in which further labels count."""
_SEPARATOR = re.compile(r"[:：﹕=＝|｜→】\]］〕》」<＜《](?:(?<=[】\]］〕》」])\s*[:：=＝])?")
_GAP = re.compile(r"\t\s*|[ \u00a0\u3000]{2,}|\u3000")
_LIKE_LABEL = re.compile(r"\W{0,6}[^\W\d][^:：=\t|<>\n]{0,40}[:：]\s*(?!//)\S|[【［〔][^】］〕\n]{1,30}[】］〕]\s*\S")
_CLOSES = frozenset("】]］〕》」")
_OPENS = frozenset("<＜《")
_SECOND = re.compile(
    r"(?:[ \u3000\t]{2,}|\u3000|\t|\s*[/／、，,]\s*)([^\s:：/／、，,][^:：/／、，,\u3000\t]{0,40})[:：]"
)


@dataclass(frozen=True, slots=True)
class Head:
    """What may be a label at the beginning of a line: its key, where what stands after it begins, and as what that is
    cut (`_CUTS`)."""

    key: str
    end: int
    cut: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A label found at the beginning of a line: the field's key and what stands after the label; `written` as it is
    spelled where it is misspelt."""

    key: str
    rest: str
    written: str = ""


@dataclass(frozen=True, slots=True)
class Like:
    """A line that looks like a label with content, and no field has that label."""

    label: str
    text: str


class Labels:
    """All labels and aliases of a form in all languages, and the lines of its notes."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.keys: dict[str, str] = {}
        for key, rule in form.fields.items():
            for text in (*rule.label.values(), *(text for texts in rule.aliases.values() for text in texts)):
                self.keys.setdefault(label_key(text), key)
        self.keys.pop("", None)
        self.single = tuple(self.keys)
        for key, rule in form.fields.items():
            for text in _in_two_languages(rule):
                self.keys.setdefault(label_key(text), key)
        self.notes, self.note_lines = all_notes(form)
        self.note_starts = {note[:6] for note in self.notes}

    def match(self, text: str) -> Hit | None:
        """The label that a line (stripped, not empty) begins with or consists of."""
        for head in heads_of(text):
            key = self.keys.get(head.key)
            rest = _CUTS[head.cut](text[head.end :]) if key else None
            if key and rest is not None:
                return Hit(key, rest)
        return None

    def second(self, rest: str) -> tuple[str, str] | None:
        """A value followed by a further label on the same line (`姓：遺伝　名：太郎`): value, rest of line."""
        for found in islice(_seconds(rest, 400), 6):
            if label_key(found[1]) in self.keys:
                return rest[: found.start()].strip(), rest[found.start(1) :]
        return None

    def like(self, text: str) -> Like | None:
        """The line (stripped) as an unknown label with content, if it looks like one."""
        if not _LIKE_LABEL.match(text[:_HEAD]):
            return None
        separator = _SEPARATOR.search(text)
        if separator is None or len(text[: separator.start()].split()) > 6:
            return None
        closes = separator[0][0] in _CLOSES
        return Like(text[: separator.start() + closes].strip(), text[separator.end() :].strip())

    @cached_property
    def spelling(self) -> Spelling:
        """Made when a mail first has a line like a label that is none."""
        return Spelling({label: self.keys[label] for label in self.single})

    def misspelt(self, text: str) -> Hit | None:
        """The label that a line (stripped, not empty) begins with for all a small mistake, if it can mean no other.
        Costs a millisecond where it is one, a hundredth else."""
        inner = text[:_HEAD].lstrip("|｜ ")
        offset = min(len(text), _HEAD) - len(inner)
        for found in islice(_SEPARATOR.finditer(inner), 2):
            head = inner[: found.start() + (found[0][0] in _CLOSES)]
            key = self.spelling.unmistakable(head)
            if key and found[0][0] not in _OPENS:
                rest = text[offset + found.end() :]
                return Hit(key, _cell(rest) if found[0] in "|｜" or offset else rest.strip(), head.strip())
        return None

    def near(self, label: str) -> str | None:
        """The field whose label is spelled nearly so (difflib ratio of 0.8 or more), or sounds so. Costs up to a
        millisecond."""
        key = label_key(label[:_HEAD])
        close = difflib.get_close_matches(key, self.single, n=1, cutoff=0.8) if key else []
        return self.keys[close[0]] if close else self.spelling.alike(key)


def heads_of(text: str) -> tuple[Head, ...]:
    """All that may be a label at the beginning of a line (stripped, not empty), likeliest first, whatever the form."""
    return _heads(text[:_HEAD], len(text) > _HEAD)


@lru_cache(maxsize=8192)  # the lines of a mail of a common length, each asked for by every form
def _heads(text: str, goes_on: bool) -> tuple[Head, ...]:
    inner = text.lstrip("|｜ ") if text[0] in "|｜" else text
    offset, alone, found = len(text) - len(inner), not goes_on, list[Head]()
    for separator in islice(_SEPARATOR.finditer(inner), 4):
        start, sign = separator.start(), separator[0][0]
        closes, opens = sign in _CLOSES, sign in _OPENS
        cut = "cell" if offset or sign in "|｜" else "value"
        found.append(Head(label_key(inner[: start + closes]), offset + (start if opens else separator.end()), cut))
        alone = alone and (closes or opens)
    gaps = islice(_GAP.finditer(inner), 3)
    found += (Head(label_key(inner[: gap.start()]), offset + gap.end(), "gap") for gap in gaps)
    if alone:
        found.append(Head(label_key(text), len(text), "value"))
    return tuple(head for head in found if head.key)


def _seconds(rest: str, characters: int) -> Iterator[re.Match[str]]:
    """What may be further labels on a line, in so many characters behind its first."""
    return _SECOND.finditer(rest[:characters]) if ":" in rest or "：" in rest else iter(())


def _cell(rest: str) -> str:
    """The content of a table's cell: the row's last bar and the padding taken off."""
    return rest.strip().rstrip("|｜").strip()


def _behind_gap(rest: str) -> str | None:
    """The value in `Label    value`; None if it has a label of its own, so that the gap stands amid a sentence."""
    rest = rest.strip()
    return rest.lstrip(":：= \u3000") if rest[:1] in ":：=" or not _LIKE_LABEL.match(rest[:80]) else None


_CUTS: Mapping[str, Callable[[str], str | None]] = {"value": str.strip, "cell": _cell, "gap": _behind_gap}


class Index:
    """The labels of several forms together: for most mails it says without reading them which form is meant."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self._forms = [labels_of(form).keys for form in forms]
        self._labels = frozenset(label for keys in self._forms for label in keys)

    def reach(self, lines: Iterable[str]) -> list[int]:
        """How many fields of each form may have a label in these lines: at least as many as reading will find."""
        found = {label for line in lines if (text := line.strip()) for label in self._labels_in(text)}
        return [len({keys[label] for label in found & keys.keys()}) for keys in self._forms]

    def _labels_in(self, text: str) -> Iterator[str]:
        """What a line may have for labels, any number of times."""
        for head in heads_of(text):
            if head.key in self._labels:
                yield head.key
                yield from (label_key(further[1]) for further in _seconds(text[head.end :], _MOST_SECONDS))


def _in_two_languages(rule: FieldRule) -> Iterator[str]:
    """A label with its translation beside it: `Family name 姓`, `姓 / Family name`, `姓（Family name）`."""
    for one, other in permutations(rule.label.values(), 2):
        yield from (f"{one} {other}", f"{one}/{other}", f"{one} / {other}", f"{one}({other})", f"{one} ({other})")


def labels_of(form: Form) -> Labels:
    """The table of a form's labels, made once a form."""
    return _made(Same(form))


@lru_cache(maxsize=64)
def _made(same: Same[Form]) -> Labels:
    return Labels(same.value)
