"""The whole job beside itself: what a mail costs a desk that has cases by the thousand, beside one that has none. It
knows nothing of how it is done."""

import statistics
from pathlib import Path

from benchmarks import kept
from benchmarks.whole import Figures, medians, worked

SIZES = (0, 1_000, 10_000, 100_000)
COST = "processor µs"


def measure(desks: Path, mails: int, most: int, runs: int) -> Figures:
    """Medians of runs, one of each size up to `most` in turn: the figures of `whole.worked`, and by how many percent a
    mail costs more processor time than without a case, the median of each turn's."""
    sizes = [size for size in SIZES if size < most] + [most]
    made = {size: kept.desk(desks, size) for size in sizes}
    turns = [{size: _run(made[size], mails) for size in sizes} for _ in range(runs)]
    found = {}
    for size in sizes:
        figures = medians([turn[size] for turn in turns])
        more = statistics.median(100 * (turn[size][COST] / turn[0][COST] - 1) for turn in turns)
        found |= {f"{size}: {name}": value for name, value in {**figures, "more %": more}.items()}
    return found


def _run(made: Path, mails: int) -> Figures:
    with kept.lent(made) as (server, world):
        return worked(world, server, mails)
