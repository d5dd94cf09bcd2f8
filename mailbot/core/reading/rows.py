"""Which lines of a mail count as answers to a form, and which of them are its labels. It reads no value.

A mail that applies counts with what its sender wrote; a mail that answers a letter also with the form quoted in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailbot.core.quoting import Line
from mailbot.core.quoting.drawn import ruler
from mailbot.core.reading.closings import closes, may_stand_below
from mailbot.core.reading.labels import Hit, Labels
from mailbot.core.reading.shape import find_marker, indentation, squeezed


@dataclass(slots=True, eq=False)
class Row:
    """One line that counts. `stop` is a line no value goes beyond (a marker, a reply header, what does not count).

    `new`: its sender wrote it in this mail. `inside`: it stands between the markers of the form, where only a line
    without indentation is a label. `indent` is the white space before `text` in columns, `line` the text with it.
    """

    text: str
    line: str
    depth: int = 0
    new: bool = True
    inside: bool = False
    stop: bool = False
    wrapped: bool = False
    hit: Hit | None = None
    used: bool = False

    @property
    def indent(self) -> int:
        return indentation(self.line)


STOP = Row("", "", stop=True)
LONGEST_END = 8
"""Lines that a closing formula and the name and address below it have at most."""
_MOST_LOOKED = 200
"""Lines of a mail that are looked at for misspelt labels."""
_AMID = 2
"""Fields with labels without mistake that a mail must have: alone, a line with a colon is a line with a colon."""
Block = tuple[int, int]
"""Which quoted mail a form stands in: depth of quoting, number of reply headers before."""


@dataclass(slots=True)
class Placed:
    """A line of the mail with the form it stands in (`block`), if any; `marker` is its begin or end."""

    line: Line
    block: Block | None = None
    marker: str = ""


def place(lines: Iterable[Line], form: str) -> list[Placed]:
    """Every line with the place of the form's markers around it. A form ends at its end marker, or with its mail."""
    placed: list[Placed] = []
    block: Block | None = None
    for line in lines:
        found = find_marker(line.text) if line.text else None
        if found:
            block = (line.depth, line.segment) if found == (form.lower(), "begin") else None
            placed.append(Placed(line, block, found[1]))
            continue
        if block and line.segment != block[1]:
            block = None
        placed.append(Placed(line, block))
    return placed


def newest_quoted(placed: Sequence[Placed]) -> Block | None:
    """The form in the mail answered: of all quoted forms the one quoted least often, the uppermost of those."""
    blocks = [one.block for one in placed if one.marker == "begin" and one.block and one.line.kind != "new"]
    return min(blocks, key=lambda block: block[0], default=None)


def written(placed: Sequence[Placed], labels: Labels) -> list[Row]:
    """The rows of what the sender wrote, and of a form in a signature."""
    return _rows((one if one.line.kind == "new" or _in_signature(one) else None for one in placed), labels)


def answering(placed: Sequence[Placed], labels: Labels, block: Block | None) -> list[Row]:
    """The rows of what the sender wrote, and of the quoted form `block`."""
    chosen = (one if one.line.kind == "new" or _in_signature(one) or _of(one, block) else None for one in placed)
    return _rows(chosen, labels)


def everything(placed: Sequence[Placed], labels: Labels) -> list[Row]:
    """The rows of all lines but reply headers."""
    return _rows((one if one.line.kind not in ("header", "mailer") else None for one in placed), labels)


def with_misspelt(rows: Sequence[Row], labels: Labels) -> list[Row] | None:
    """The rows anew with what is an unmistakable label for all its small mistake; None if there is none. A label
    without mistake for the same field goes before."""
    known = {(row.hit.key, row.new) for row in rows if row.hit}
    if len({key for key, _ in known}) < _AMID:
        return None
    looked = [number for number, row in enumerate(rows) if _may_be_label(row)][:_MOST_LOOKED]
    found = {number: hit for number in looked if (hit := labels.misspelt(rows[number].text))}
    found = {number: hit for number, hit in found.items() if (hit.key, rows[number].new) not in known}
    if not found:
        return None
    return [replace(row, used=False, hit=found.get(number, row.hit)) for number, row in enumerate(rows)]


def _may_be_label(row: Row) -> bool:
    """Whether the row has no label, and is no value below one."""
    below = row.inside and row.indent > 1
    return bool(row.text) and not (row.hit or row.stop or row.wrapped or below)


def _in_signature(one: Placed) -> bool:
    return one.line.kind == "signature" and one.block is not None


def _of(one: Placed, block: Block | None) -> bool:
    return block is not None and one.block == block and one.line.kind not in ("header", "mailer")


def _rows(chosen: Iterable[Placed | None], labels: Labels) -> list[Row]:
    rows = [STOP if one is None or one.marker else _row(one, labels) for one in chosen]
    _drop_notes(rows, labels)
    _stop_at_closings(rows)
    return rows


def _row(one: Placed, labels: Labels) -> Row:
    line = one.line
    text = line.text.strip()
    if not text or (text[0] in "#＃" and squeezed(text) in labels.note_lines):
        return Row("", "", line.depth, line.kind == "new", one.block is not None)
    hit = None if line.wrapped else labels.match(text)
    inside = one.block is not None and (line.kind != "new" or line.depth == one.block[0])
    stop = not inside and hit is None and not text[0].isalnum() and ruler(text)
    return Row(text, line.text, line.depth, line.kind == "new", inside, stop, line.wrapped, hit)


def _stop_at_closings(rows: Sequence[Row]) -> None:
    """A polite formula at the end of what somebody wrote, with the name below it, belongs to no value."""
    below: list[Row] | None = []
    for row in reversed(rows):
        if row is STOP or (not row.new and row.text):
            below = []
        elif (
            row.hit or row.inside or not row.new or row.text[-1:] in (">", "＞", "》") or len(below or ()) > LONGEST_END
        ):
            below = None  # what stands above a label, or a bracket that closes, is no end
        elif below is not None and row.text:
            row.stop = row.stop or (closes(row.text) and all(one.stop or may_stand_below(one.text) for one in below))
            below.append(row)


def _drop_notes(rows: list[Row], labels: Labels) -> None:
    """Take out the form's own notes where a client broke their lines anew; nothing else goes."""
    number = 0
    while number < len(rows):
        count = _note_at(rows, number, labels) if rows[number].text[:1] in ("#", "＃") else 0
        for row in rows[number : number + count]:
            row.text, row.line, row.hit, row.stop = "", "", None, False
        number += count or 1


def _note_at(rows: list[Row], number: int, labels: Labels) -> int:
    """How many rows from here on are one note of the form."""
    joined, longest = "", 0
    for count, row in enumerate(rows[number : number + 12], start=1):
        joined += squeezed(row.text)
        if row.stop or (len(joined) >= 6 and joined[:6] not in labels.note_starts):
            break
        if joined in labels.notes:
            longest = count
    return longest
