"""`python -m benchmarks WHAT [--mails N] [--json]`, with `--cases N` for report."""

import argparse
import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from benchmarks import casebooks, latency, reading, whole
from mailbot.desks import rules_in
from mailbot.edge import config
from mailbot.edge.memory import begin


class Row(NamedTuple):
    """What is measured, with so many mails or cases unless others are named, in which unit."""

    measure: Callable[[int], dict[str, float]]
    many: int
    unit: str = ""


def main() -> None:
    """Measure and say what came out."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("what", choices=ROWS)
    arguments.add_argument("--mails", "--cases", type=int, dest="many")
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    row = ROWS[given.what]
    figures = row.measure(given.many or row.many)
    if given.json:
        print(json.dumps(figures, indent=2))
    else:
        print("\n".join(f"{stage:<20}{value:>9.0f}{row.unit}" for stage, value in figures.items()))


def _reading(mails: int) -> dict[str, float]:
    shipped = config.shipped()
    rules, _ = rules_in(shipped / "rules", shipped / "templates")
    begin()
    return reading.measure(rules, mails)


ROWS: Mapping[str, Row] = {
    "reading": Row(_reading, reading.MAILS, " µs"),
    "report": Row(casebooks.measure, casebooks.CASES),
    "whole": Row(whole.measure, whole.MAILS),
    "latency": Row(latency.measure, latency.MAILS, " ms"),
}

if __name__ == "__main__":
    main()
