"""Prints the tables of docs/limits.md: `python tests/limits_table.py`, some minutes. It knows no limits."""

import re
import statistics
from collections.abc import Sequence

from hostile_shapes import SHAPES
from reader_costs import Cost, MeasuredChild

from mailbot.flow.reader import Settings

SETTINGS = Settings(memory=1_024_000_000, seconds=30)
WHOLE, HEADER = 9_800_000, 500_000
Row = tuple[str, int, Cost]


def measured(name: str, size: int) -> Row:
    """One shape in a child of its own."""
    raw = SHAPES[name](size)
    with MeasuredChild(SETTINGS) as child:
        return name, len(raw), child.cost(raw)


def outcome(cost: Cost) -> str:
    """What came of it, short."""
    words = cost.outcome.removeprefix("read (").removesuffix(")")
    words = re.sub(r"only the first (\d+) (\w+) of (?:the text|its texts) were read", r"\1 \2 read", words)
    return words if len(words) < 90 else words[:88] + "…"


def group(kind: str, rows: Sequence[Row]) -> str:
    costs = [cost for _, _, cost in rows]
    unread = sum(cost.outcome != "read" and not cost.outcome.startswith("read (") for cost in costs)
    seconds, memory = [cost.seconds for cost in costs], [cost.megabytes for cost in costs]
    middle = statistics.median(seconds)
    return f"| {kind} | {len(rows)} | {unread} | {middle:.2f} | {max(seconds):.2f} | {max(memory):.0f} |"


def main() -> None:
    """Measure all and print."""
    large = [measured(name, WHOLE) for name in SHAPES]
    small = [measured(name, HEADER) for name in SHAPES if name.startswith(("header:", "MIME:"))]
    for size, rows in (("9.8 MB", large), ("0.5 MB", small)):
        for kind in dict.fromkeys(name.partition(":")[0] for name, _, _ in rows):
            print(group(f"{kind}, {size}", [row for row in rows if row[0].startswith(kind + ":")]))
    dear = sorted(large + small, key=lambda row: -max(row[2].seconds, row[2].megabytes / 200))
    for name, size, cost in dear[:40]:
        print(f"| {name} | {size / 1e6:.1f} | {cost.seconds:.2f} | {cost.megabytes:.0f} | {outcome(cost)} |")


if __name__ == "__main__":
    main()
