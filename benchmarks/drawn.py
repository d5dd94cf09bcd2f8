"""Bars as SVG files: a label, a bar as long as its number, the number. They know nothing of what is shown."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, LABEL, NUMBER, LINE, BAR, TOP = 720, 230, 90, 22, 14, 34
COLORS = ("#2f6f9f", "#b5651d")
STYLE = "font: 13px sans-serif; fill: #222"


class Bar(NamedTuple):
    """A row; `series` is which of two things it belongs to."""

    label: str
    value: float
    series: int = 0


def bars(title: str, rows: Sequence[Bar], series: Sequence[str] = ()) -> str:
    """The SVG of these rows, from the top, with the series named below."""
    longest = max((row.value for row in rows), default=0) or 1
    drawn = [line for place, row in enumerate(rows) for line in _row(row, TOP + place * LINE, longest)]
    named = [_named(place, name, TOP + len(rows) * LINE) for place, name in enumerate(series)]
    height = TOP + (len(rows) + bool(series)) * LINE + 10
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" style="{STYLE}">'
    top = [f"<title>{escape(title)}</title>", f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>']
    return "\n".join([head, *top, _text(0, 18, title, "font-weight: bold"), *drawn, *named, "</svg>\n"])


def _row(row: Bar, y: int, longest: float) -> list[str]:
    width = max(1.0, (WIDTH - LABEL - NUMBER) * row.value / longest)
    return [
        _text(LABEL - 8, y + 12, row.label, "text-anchor: end"),
        f'<rect x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{COLORS[row.series]}"/>',
        _text(LABEL + width + 6, y + 12, f"{row.value:,.0f}"),
    ]


def _named(place: int, name: str, y: int) -> str:
    x = LABEL + place * 240
    return f'<rect x="{x}" y="{y}" width="{BAR}" height="{BAR}" fill="{COLORS[place]}"/>' + _text(x + 20, y + 12, name)


def _text(x: float, y: int, words: str, style: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y}" style="{style}">{escape(words)}</text>'
