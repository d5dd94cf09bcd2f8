"""Plots as inline SVG: a row for each kind in one table. It knows no desk: labels and numbers come in, markup
comes out.

A plot is drawn twice, for wide and narrow screens, so that its letters are never scaled down; the page shows one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, log10

from mailbot.core.columns import clip
from mailbot.views.pages.markup import Html, joined, tag

WIDTHS = {"wide": 520, "narrow": 310}
"""How wide a plot is drawn, in pixels."""
HEIGHT, BOTTOM, TOP, LEFT, RIGHT = 210, 34, 16, 36, 6
LINE, BAR = 40, 14
WIDEST = 48
"""Pixels for a column along time, at most: a desk of a week has one."""
COLUMN = 5.9
"""Pixels that a column of text takes; wide letters take two."""
MOST_SERIES = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a plot: its label, a number for each series, and what stands below an axis at this place (two lines;
    mostly none)."""

    label: str
    values: tuple[int, ...]
    ticks: tuple[str, str] = ("", "")

    @property
    def total(self) -> int:
        """All series together."""
        return sum(self.values)


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn: of which kind, under which `name` (an id), with title and description for who does not see it; the
    names of its series, its rows; `edges` are what stands between the columns of a histogram."""

    kind: str
    name: str
    title: str
    description: str
    series: tuple[str, ...]
    rows: Sequence[Row]
    edges: Sequence[str] = field(default=())

    @property
    def highest(self) -> int:
        """The largest row."""
        return max((row.total for row in self.rows), default=0)


def svg(plot: Plot) -> Html:
    """The plot for wide and for narrow screens, with its series named below if there are several."""
    drawn = joined(_framed(plot, size) for size in WIDTHS)
    return tag("figure", drawn, _key(plot))


def _framed(plot: Plot, size: str) -> Html:
    width, name = WIDTHS[size], f"{plot.name}-{size}"
    height, inside = KINDS[plot.kind](plot, width)
    return tag(
        "svg",
        tag("title", plot.title, id=f"{name}-t"),
        tag("desc", plot.description, id=f"{name}-d"),
        inside,
        class_=f"plot {size}",
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_labelledby=f"{name}-t {name}-d",
    )


def _key(plot: Plot) -> Html:
    if len(plot.series) < 2:
        return Html()
    items = [
        tag("li", Html(f'<svg viewBox="0 0 10 10" aria-hidden="true"><rect class="s{at}" {BOX}/></svg>'), name)
        for at, name in enumerate(plot.series)
    ]
    return tag("ul", *items, class_="key")


BOX = 'width="10" height="10" rx="2"'


def steps(highest: int) -> list[int]:
    """The whole numbers that an axis up to the highest is marked with, 0 first: at most six, of 1, 2 or 5 times a power
    of ten."""
    if highest <= 0:
        return [0, 1]
    power = 10 ** max(0, int(log10(highest)) - 1)
    step = next(by * power for by in (1, 2, 5, 10, 20, 50) if highest <= 5 * by * power)
    return [step * at for at in range(ceil(highest / step) + 1)]


def _scale(plot: Plot, width: int) -> tuple[float, Iterator[Html]]:
    """Pixels a unit, and the marked lines of the upright axis."""
    marks = steps(plot.highest)
    room = HEIGHT - TOP - BOTTOM
    unit = room / marks[-1]

    def lines() -> Iterator[Html]:
        for mark in marks:
            y = round(HEIGHT - BOTTOM - mark * unit, 1)
            kind = "grid" if mark else "axis"
            yield Html(f'<path class="{kind}" d="M{LEFT} {y}H{width - RIGHT}"/>')
            yield _text(LEFT - 5, y + 4, f"{mark:,}", "end")

    return unit, lines()


def _text(x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> Html:
    return tag("text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, class_=kind)


def _columns(plot: Plot, width: int) -> tuple[int, Html]:
    """Upright columns along time, series on top of each other, a mark below where a row has one."""
    unit, axis = _scale(plot, width)
    slot = min((width - LEFT - RIGHT) / max(len(plot.rows), 1), WIDEST)
    parts = [*axis]
    last = -99.0
    for at, row in enumerate(plot.rows):
        x = LEFT + slot * at
        parts += _stack(plot, row, x + slot * 0.1, slot * 0.8, unit)
        if any(row.ticks) and x - last >= LINE - 6 and x < width - 24:
            parts += [_text(x, HEIGHT - BOTTOM + 15, row.ticks[0]), _text(x, HEIGHT - BOTTOM + 29, row.ticks[1])]
            last = x
    return HEIGHT, joined(parts)


def _stack(plot: Plot, row: Row, x: float, wide: float, unit: float) -> Iterator[Html]:
    y = float(HEIGHT - BOTTOM)
    for at, value in enumerate(row.values):
        if value:
            high = value * unit
            y -= high
            named = f"{row.label}, {plot.series[at]}: {value:,}"
            seam = 1 if len(row.values) > 1 and high > 3 else 0
            yield _rect(at, (x, y + seam, wide, high - seam), named)


def _rect(series: int, box: tuple[float, float, float, float], named: str) -> Html:
    x, y, wide, high = box
    place = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{max(high, 0.5):.1f}"'
    return Html(f'<rect class="s{series}" {place} rx="1">{tag("title", named)}</rect>')


def _histogram(plot: Plot, width: int) -> tuple[int, Html]:
    """Columns side by side with their number on top, and between them what divides them."""
    unit, axis = _scale(plot, width)
    slot = (width - LEFT - RIGHT) / max(len(plot.rows), 1)
    parts = [*axis]
    for at, row in enumerate(plot.rows):
        x, y = LEFT + slot * at, HEIGHT - BOTTOM - row.total * unit
        parts += _stack(plot, row, x + 1, slot - 2, unit)
        parts.append(_text(x + slot / 2, y - 4, f"{row.total:,}", "middle", "v") if row.total else Html())
    y = float(HEIGHT - BOTTOM)
    for at, edge in enumerate(plot.edges, 1):
        x = LEFT + slot * at
        lower = 13 * (at % 2) if slot < LINE else 0  # so that neighbours do not meet
        parts += [Html(f'<path class="axis" d="M{x:.1f} {y}v5"/>'), _text(x, y + 17 + lower, edge, "middle")]
    return HEIGHT, joined(parts)


def _bars(plot: Plot, width: int) -> tuple[int, Html]:
    """Bars below each other, each below its label, with its number at the end and a marked axis below all."""
    marks = steps(plot.highest)
    room = width - 2 - 58
    unit = room / marks[-1]
    bottom = LINE * len(plot.rows) + 4
    parts: list[Html] = []
    for at, mark in enumerate(marks):
        x = 1 + mark * unit
        parts.append(Html(f'<path class="{"grid" if mark else "axis"}" d="M{x:.1f} 0V{bottom}"/>'))
        if 2 * at % (len(marks) - 1) == 0:  # both ends, and the middle where a mark is there
            parts.append(_text(x, bottom + 14, f"{mark:,}", "middle" if mark else "start"))
    for at, row in enumerate(plot.rows):
        y, wide = LINE * at, row.total * unit
        parts.append(_text(1, y + 14, clip(row.label, int(width / COLUMN)), kind="b"))
        parts.append(_rect(0, (1, y + 20, wide, BAR), f"{row.label}: {row.total:,}"))
        parts.append(_text(wide + 7, y + 20 + BAR - 2.5, f"{row.total:,}", kind="v"))
    return bottom + 20, joined(parts)


KINDS: Mapping[str, Callable[[Plot, int], tuple[int, Html]]] = {
    "columns": _columns,
    "histogram": _histogram,
    "bars": _bars,
}
"""Every kind of plot: what draws it, given its width; the height it took, and what is in it."""
