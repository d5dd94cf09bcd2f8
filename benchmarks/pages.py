"""`python -m benchmarks.pages` puts the figures that are kept into docs/benchmarks.md, as tables between the lines that
name them, and draws the plots that stand there. It measures nothing."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import drawn, figures, growth, limit

DOCS = Path(__file__).parent.parent / "docs"
PLACE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
Kept = Mapping[str, Any]
Figures = Mapping[str, float]
UNITS = {
    "processor µs": "processor time, µs a mail",
    "megabytes at most": "memory of a process at most, MB",
    "more %": "processor time, percent more than without a case",
}


def main() -> None:
    """Write page and plots."""
    page = DOCS / "benchmarks.md"
    page.write_text(filled(page.read_text("utf-8"), figures.FOLDER), "utf-8")
    for name, svg in plots(figures.FOLDER).items():
        (DOCS / "_static" / name).write_text(svg, "utf-8")


def filled(page: str, folder: Path) -> str:
    """The page with the tables of the figures in this folder; what was not measured stays as it is."""

    def table(found: re.Match[str]) -> str:
        kept = figures.read(folder, found[2])
        return f"{found[1]}{_shown(found[2], kept)}\n{found[3]}" if kept else found[0]

    return PLACE.sub(table, page)


def plots(folder: Path) -> dict[str, str]:
    """The plots of the figures in this folder, by the names of their files."""
    kept = {what: figures.read(folder, what) for what in DRAWINGS}
    return {_file(what): _drawn(what, one["figures"]) for what, one in kept.items() if one}


def _shown(what: str, kept: Kept) -> str:
    drawing = [[f"![{DRAWINGS[what][0]}](_static/{_file(what)})"]] if what in DRAWINGS else []
    blocks = [[_measured(kept)], *TABLES.get(what, _plain)(kept["figures"]), *drawing]
    return "\n".join(["", *(line for block in blocks for line in (*block, ""))])


def _file(what: str) -> str:
    return f"benchmarks-{what}.svg"


def _measured(kept: Kept) -> str:
    """How much was measured, and on what."""
    one, named = kept["machine"], ("mails", "cases", "seconds", "runs")
    how = [f"{kept[name]:,g} {name}" for name in named if kept.get(name, 1) != 1]
    on = f"{one['processors']} processors ({one['processor']}), {one['GiB']} GiB, {one['system']}"
    with_ = f"Python {one['Python']}, Dovecot {one['Dovecot']}, load before {one['load']}"
    return f"Measured: {', '.join(how)}; {on}, {with_}."


def _plain(found: Figures) -> list[list[str]]:
    return [_table(["", ""], [[name, number(value)] for name, value in found.items()])]


def _whole(found: Figures) -> list[list[str]]:
    both = ["mails/s", "letters/s", "processor µs", "megabytes at most"]
    rows = [[UNITS.get(name, name), _or_none(found, name), _or_none(found, f"limit: {name}")] for name in both]
    rows += [["mails/s, percent of the limit", number(found["ratio %"]), ""]]
    stages = [[name, number(value)] for name, value in _named(found, "stage: ")]
    bare = [[name, number(value), limit.ALONE.get(name, "")] for name, value in _named(found, "limit: ", " µs")]
    return [
        _table(["", "the desk", "the limit"], rows),
        _table(["stage of the desk", "µs of the processor, a mail"], stages),
        _table(["stage of the limit", "µs by the clock, a mail", "the stage alone, measured before"], bare),
    ]


def _growth(found: Figures) -> list[list[str]]:
    sizes = _counted(found)
    names = [name.partition(": ")[2] for name in found if name.startswith(f"{sizes[0]}: ")]
    rows = [[UNITS.get(name, name), *(number(found[f"{size}: {name}"]) for size in sizes)] for name in names]
    return [_table(["cases there before", *(f"{size:,}" for size in sizes)], rows)]


def _counted(found: Figures) -> list[int]:
    return list(dict.fromkeys(int(name.partition(":")[0]) for name in found))


def _named(found: Figures, begins: str, ends: str = " µs") -> Iterator[tuple[str, float]]:
    for name, value in found.items():
        if name.startswith(begins) and name.endswith(ends) and not name.endswith(growth.COST):
            yield name.removeprefix(begins).removesuffix(ends), value


def _or_none(found: Figures, name: str) -> str:
    return number(found[name]) if name in found else ""


def number(value: float) -> str:
    """With as many digits as say something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2g}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [_line(head), "|" + "---|" * len(head), *map(_line, rows)]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _drawn(what: str, found: Figures) -> str:
    title, rows, series = DRAWINGS[what]
    return drawn.bars(title, list(rows(found)), series)


def _stages(found: Figures) -> Iterator[drawn.Bar]:
    for series, whose in enumerate(("stage: ", "limit: ")):
        yield from (drawn.Bar(name, value, series) for name, value in _named(found, whose))


def _sizes(found: Figures) -> Iterator[drawn.Bar]:
    yield from (drawn.Bar(f"{size:,} cases", found[f"{size}: {growth.COST}"]) for size in _counted(found))


DRAWINGS: Mapping[str, tuple[str, Callable[[Figures], Iterator[drawn.Bar]], Sequence[str]]] = {
    "whole": (
        "What a mail with its letters costs, stage by stage, in microseconds",
        _stages,
        ("the desk, of the processor", "the limit, by the clock"),
    ),
    "growth": ("Processor time of a mail, in microseconds, by how many cases were there before", _sizes, ()),
}
"""Title, bars and series of each plot."""
TABLES: Mapping[str, Callable[[Figures], list[list[str]]]] = {"whole": _whole, "growth": _growth}

if __name__ == "__main__":
    main()
