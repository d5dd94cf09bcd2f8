"""Which line of a mail is a field's label: the layouts people use, and the labels of one form. It reads no value."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, permutations

from mailbot.core.labels import label_key
from mailbot.core.reading.shape import all_notes
from mailbot.core.rules import FieldRule, Form

_HEAD = 120
"""Characters of a line in which a label is looked for."""
_DECORATION = 16
"""Characters that numbering, brackets and remarks may add to a label."""
_SEPARATOR = re.compile(r"[:：﹕=＝|｜→]|[】\]］〕》」](?:\s*[:：=＝])?|[<＜《]")
_GAP = re.compile(r"\t\s*|[ \u00a0\u3000]{2,}|\u3000")
_LIKE_LABEL = re.compile(r"\W{0,6}[^\W\d][^:：=\t|<>\n]{0,40}[:：]\s*(?!//)\S|[【［〔][^】］〕\n]{1,30}[】］〕]\s*\S")
_CLOSES = frozenset("】]］〕》」")
_OPENS = frozenset("<＜《")
_SECOND = re.compile(
    r"(?:[ \u3000\t]{2,}|\u3000|\t|\s*[/／、，,]\s*)([^\s:：/／、，,][^:：/／、，,\u3000\t]{0,40})[:：]"
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A label found at the beginning of a line: the field's key and what stands after the label."""

    key: str
    rest: str


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
        self.longest = max(map(len, self.keys), default=0) + _DECORATION
        self.notes, self.note_lines = all_notes(form)
        self.note_starts = {note[:6] for note in self.notes}

    def key(self, candidate: str) -> str | None:
        """The field with that label, however it is decorated."""
        if len(candidate) > self.longest:
            return None
        return self.keys.get(label_key(candidate))

    def match(self, text: str) -> Hit | None:
        """The label that a line (stripped, not empty) begins with or consists of."""
        head = text[:_HEAD]
        inner = head.lstrip("|｜ ") if head[0] in "|｜" else head
        offset = len(head) - len(inner)
        alone = True
        for found in islice(_SEPARATOR.finditer(inner), 4):
            start, sign = found.start(), found[0][0]
            if start > self.longest:
                break
            key = self.key(inner[: start + (sign in _CLOSES)])
            if key:
                rest = text[offset + (start if sign in _OPENS else found.end()) :]
                return Hit(key, _cell(rest) if sign in "|｜" or offset else rest.strip())
            alone = alone and (sign in _CLOSES or sign in _OPENS)
        return self._by_gap(text, inner, offset) or (self._alone(text) if alone else None)

    def _alone(self, text: str) -> Hit | None:
        key = self.key(text)
        return Hit(key, "") if key else None

    def _by_gap(self, text: str, inner: str, offset: int) -> Hit | None:
        """`Label    value` with a tab or several spaces between."""
        for found in islice(_GAP.finditer(inner), 3):
            key = self.key(inner[: found.start()])
            rest = text[offset + found.end() :].strip()
            if key and (rest[:1] in ":：=" or not _LIKE_LABEL.match(rest[:80])):
                return Hit(key, rest.lstrip(":：= \u3000"))
        return None

    def second(self, rest: str) -> tuple[str, str] | None:
        """A value followed by a further label on the same line (`姓：遺伝　名：太郎`): value, rest of line."""
        if ":" not in rest and "：" not in rest:
            return None
        for found in islice(_SECOND.finditer(rest[:400]), 6):
            if self.key(found[1]):
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

    def near(self, label: str) -> str | None:
        """The field whose label is spelled nearly so (difflib ratio of 0.8 or more). Costs up to a millisecond."""
        key = label_key(label[: self.longest])
        close = difflib.get_close_matches(key, self.single, n=1, cutoff=0.8) if key else []
        return self.keys[close[0]] if close else None


def _in_two_languages(rule: FieldRule) -> Iterator[str]:
    """A label with its translation beside it: `Family name 姓`, `姓 / Family name`, `姓（Family name）`."""
    for one, other in permutations(rule.label.values(), 2):
        yield from (f"{one} {other}", f"{one}/{other}", f"{one} / {other}", f"{one}({other})", f"{one} ({other})")


def _cell(rest: str) -> str:
    """The content of a table's cell: the row's last bar and the padding taken off."""
    return rest.strip().rstrip("|｜").strip()


_KNOWN: dict[int, Labels] = {}


def labels_of(form: Form) -> Labels:
    """The table of a form's labels, made once a form."""
    labels = _KNOWN.get(id(form))
    if labels is None or labels.form is not form:
        if len(_KNOWN) >= 64:
            _KNOWN.clear()
        labels = _KNOWN[id(form)] = Labels(form)
    return labels
