"""From rows with labels to the values behind them: on the same line, below it, over several lines. It knows no quoting
but what each row says of itself, and no type but how many lines a value may have."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mailbot.core.reading.brackets import ANGLES, content
from mailbot.core.reading.labels import Hit, Labels, Like
from mailbot.core.reading.rows import Row
from mailbot.core.reading.shape import HARD, VALUE, unfold

_OPEN, _CLOSE = "".join(ANGLES), "".join(ANGLES.values())
_ARMOUR = re.compile("-{4} ?BEGIN SSH2 PUBLIC KEY")
_END_OF_ARMOUR = re.compile("-{4} ?END SSH2 PUBLIC KEY")
_BRACKETED_LINES = 120
_MOST_UNREAD = 40
"""Lines like labels that are reported of one text."""
_SUGGESTIONS = 40
"""Lines of one text of which it is found out what label they may be meant for; that is dear."""
_IN_ONE_LINE = 8
_DEEPER = 2
"""Columns by which a line must be indented more than its label to belong to the value in any case."""


class Answer(NamedTuple):
    """A value as written, and whether it was written in this mail (or stands in a quote)."""

    text: str
    new: bool


@dataclass(slots=True)
class Found:
    """What the rows say: answers per key in the order found, what looks like a label and is none, and the labels that
    are misspelt, by key as they are written."""

    rows: Sequence[Row] = ()
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    unread: list[Like] = field(default_factory=list)
    misspelt: dict[str, str] = field(default_factory=dict)


def collect(rows: Sequence[Row], labels: Labels) -> Found:
    """All answers in these rows. Linear in their number."""
    return _Collector(rows, labels).run()


class _Collector:
    def __init__(self, rows: Sequence[Row], labels: Labels) -> None:
        self.rows, self.labels = rows, labels
        self.found = Found(rows)
        self.suggestions_left = _SUGGESTIONS

    def run(self) -> Found:
        number = 0
        while number < len(self.rows):
            hit = self.rows[number].hit
            number = self._field(number, hit) if hit else number + 1
        self._look_for_unread()
        return self.found

    def _keep(self, key: str, text: str, new: bool) -> None:
        value = content(text, self.labels.form.fields[key], self.labels.keys)
        if value:
            self.found.answers.setdefault(key, []).append(Answer(value, new))

    def _field(self, number: int, hit: Hit) -> int:
        """Read the value of the label in this row; the number of the row to go on with."""
        self.rows[number].used = True
        if hit.written:
            self.found.misspelt.setdefault(hit.key, hit.written)
        if hit.rest[:1] and hit.rest[0] in _OPEN and hit.rest[-1] not in _CLOSE:
            end = self._closing(number, hit)
            if end:
                return self._bracketed(number, hit, end)
        if self.labels.form.fields[hit.key].type in _SEVERAL:
            return self._several(number, hit)
        return self._single(number, hit)

    # Values in brackets over several lines

    def _closing(self, number: int, hit: Hit) -> int:
        """The row in which the bracket opened after the label closes; 0 if none does."""
        depth = self.rows[number].depth
        for at in range(number + 1, min(number + _BRACKETED_LINES, len(self.rows))):
            row = self.rows[at]
            if row.stop or (row.hit and row.hit.rest[:1] in tuple(_OPEN)):
                return 0
            if (row.text and row.text[-1] in _CLOSE) or (not row.text and row.depth > depth):
                return at
        return 0

    def _bracketed(self, number: int, hit: Hit, end: int) -> int:
        rows = self.rows[number + 1 : end + 1]
        for row in rows:
            row.used = True
        text = "\n".join([hit.rest.lstrip(_OPEN), *(row.line for row in rows)]).rstrip()
        self._keep(hit.key, text.rstrip(_CLOSE) if text[-1:] in tuple(_CLOSE) else text, self.rows[number].new)
        return end + 1

    # Values over several lines

    def _several(self, number: int, hit: Hit) -> int:
        label = self.rows[number]
        end = self._end(number, hit)
        below = list(self.rows[number + 1 : end])
        for row in below:
            row.used = True
        other = [row for row in below if row.new != label.new and row.text]
        if other and not label.new and not _amid(below, label):
            self._keep(hit.key, _lines(None, "", other), new=True)
        else:
            self._keep(hit.key, _lines(label, hit.rest, below), new=label.new or bool(other))
        return end

    def _end(self, number: int, hit: Hit) -> int:
        """The row behind the last row of a value that may have several lines."""
        label = self.rows[number]
        one_paragraph = self.labels.form.fields[hit.key].type != "long"
        behind = self._behind_armour(number)
        begun = bool(hit.rest) or behind > number + 1
        for at in range(behind, len(self.rows)):
            row = self.rows[at]
            if self._ends(row, label):
                return at
            if not row.text and begun and one_paragraph and not self._answer_follows(at, label):
                return at
            if row.text and not _under(row, label) and self._unknown_label(row, one_paragraph):
                return at
            begun = begun or bool(row.text)
        return len(self.rows)

    def _behind_armour(self, number: int) -> int:
        """The row behind a key in a file format with headers of its own (`Comment: …`, RFC 4716), which are no labels;
        the next row if there is none."""
        first = [self.rows[number], *self._next_unlabelled(number + 1)]
        if not any(_ARMOUR.search(row.text) for row in first):
            return number + 1
        for at in range(number, min(number + _BRACKETED_LINES, len(self.rows))):
            if self.rows[at].stop:
                break
            if _END_OF_ARMOUR.search(self.rows[at].text):
                return at + 1
        return number + 1

    def _next_unlabelled(self, number: int) -> list[Row]:
        """The next filled row, unless it has a label of its own."""
        following = self._next_filled(number)
        return [] if following is None or following.hit else [following]

    def _ends(self, row: Row, label: Row) -> bool:
        return row.stop or (row.hit is not None and not _under(row, label))

    def _unknown_label(self, row: Row, strict: bool) -> bool:
        """Whether a row inside a value looks like the next label; in free text only one that nearly is one counts."""
        like = self.labels.like(row.text)
        if like is None or strict or not self.suggestions_left:
            return like is not None and strict
        self.suggestions_left -= 1  # a comparison with all labels costs a millisecond: not for every line of a mail
        return self.labels.near(like.label) is not None

    def _answer_follows(self, number: int, label: Row) -> bool:
        """Whether below a quoted value, after this empty row, the sender's own words follow."""
        following = self._next_filled(number)
        return not label.new and following is not None and following.new and not self._ends(following, label)

    def _next_filled(self, number: int) -> Row | None:
        for row in self.rows[number : number + 8]:
            if row.text or row.stop:
                return row
        return None

    # Values of one line

    def _single(self, number: int, hit: Hit) -> int:
        label = self.rows[number]
        if not label.inside:
            hit = self._first_of_line(hit, label)
        below = self._value_below(number, hit)
        if below:
            row = self.rows[below]
            row.used = True
            text, end = self._continued(below, row.text, 0)
            self._keep(hit.key, text, row.new)
            return end
        text, end = self._continued(number, hit.rest, VALUE)
        self._keep(hit.key, text, label.new)
        return end if hit.rest else number + 1

    def _first_of_line(self, hit: Hit, label: Row) -> Hit:
        """Keep all but the last of several fields in one line; the last, whose value may go on below."""
        for _ in range(_IN_ONE_LINE):
            several = self.labels.second(hit.rest)
            following = self.labels.match(several[1]) if several else None
            if several is None or following is None:
                break
            self._keep(hit.key, several[0], label.new)
            hit = following
        return hit

    def _value_below(self, number: int, hit: Hit) -> int:
        """The row in which the value stands if not in the label's own: below an empty label, or typed by the sender
        below what a quoted form says; 0 if there is none."""
        label = self.rows[number]
        if hit.rest and (label.new or not label.inside):
            return 0
        for at in range(number + 1, min(number + 6, len(self.rows))):
            row = self.rows[at]
            if not row.text and not row.stop:
                continue
            typed = row.new and not label.new
            if self._ends(row, label) or row.wrapped or (hit.rest and not typed):
                return 0
            if not _under(row, label) and self.labels.like(row.text):
                return 0
            return at if at == number + 1 or typed or self._label_after(at) else 0
        return 0

    def _label_after(self, number: int) -> bool:
        """Whether behind the row a label or the form's end comes next: what stands apart then is a cell of a table."""
        following = self._next_filled(number + 1)
        return following is not None and (following.hit is not None or following.stop)

    def _continued(self, number: int, text: str, columns: int) -> tuple[str, int]:
        """The value begun in a row with the rest of it from lines below that are indented by so many columns more; and
        the row behind."""
        label, at = self.rows[number], number + 1
        parts = [text]
        while at < len(self.rows):
            row = self.rows[at]
            if not row.text or row.stop or not (row.wrapped or row.line[0].isspace()):
                break
            deeper = row.indent - label.indent - columns
            indented = deeper >= _DEEPER and row.new == label.new and text
            if not (row.wrapped or (indented and self._goes_on(row, label))):
                break
            row.used = True
            glue = _glue(parts[-1], row.text) if row.wrapped else "" if deeper >= HARD - VALUE - 1 else " "
            parts.append(glue + row.text)
            at += 1
        return "".join(parts), at

    def _goes_on(self, row: Row, label: Row) -> bool:
        return (row.inside and label.inside) or (row.hit is None and self.labels.like(row.text) is None)

    # What looks like a label

    def _look_for_unread(self) -> None:
        near = False
        for number, row in enumerate(self.rows):
            if len(self.found.unread) >= _MOST_UNREAD:
                return
            if row.used or row.stop or not row.text:
                near = row.used
                continue
            following = self.rows[number + 1] if number + 1 < len(self.rows) else None
            like = self.labels.like(row.text) if near or (following and following.hit) else None
            if like:
                self.found.unread.append(like)
            near = like is not None


_SEVERAL = frozenset({"lines", "long", "ssh_public_key", "ids"})


def _under(row: Row, label: Row) -> bool:
    """Whether a row inside the form's markers is indented below its label: then it is value, whatever it looks like."""
    return row.inside and label.inside and row.indent >= label.indent + _DEEPER


def _amid(below: Sequence[Row], label: Row) -> bool:
    """Whether the sender's lines stand between quoted lines of the value: they add to it, and do not replace it."""
    filled = [row.new for row in below if row.text]
    return filled.index(not label.new) < len(filled) - 1 and filled[-1] == label.new


def _lines(label: Row | None, first: str, rows: Sequence[Row]) -> str:
    """A value of several lines: what stood behind the label, and the lines below without their common indentation."""
    lines: list[str] = []
    for row in rows:
        if row.wrapped and lines:
            lines[-1] += _glue(lines[-1], row.text) + row.text
        elif row.wrapped:
            first += _glue(first, row.text) + row.text
        else:
            lines.append(row.line)
    rejoin = any(row.inside for row in rows)
    return "\n".join(unfold(lines, rejoin=rejoin, label=label.line if label else "", first=first))


def _glue(before: str, after: str) -> str:
    """What stood where a client broke a line: a space, but none between Japanese characters."""
    return "" if before[-1:] > "\u2e7f" and after[:1] > "\u2e7f" else " "
