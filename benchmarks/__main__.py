"""`python -m benchmarks WHAT`: what it costs, in words or as JSON; `--help` names what can be measured."""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks import figures, growth, kept, latency, reading, reports, resting, scale, whole
from mailbot.desks import rules_in
from mailbot.edge import config
from mailbot.edge.memory import begin

DESKS = "MAILBOT_BENCHMARK_DESKS"
Figures = Mapping[str, float]


class Given(NamedTuple):
    """How much is measured: mails, cases that are there before, runs of which the median counts, seconds. Where desks
    are that were made."""

    desks: Path
    mails: int = 0
    cases: int = 0
    runs: int = 1
    seconds: float = 0.0


class Row(NamedTuple):
    """What is measured, and how much of it unless told otherwise."""

    measure: Callable[[Given], Figures]
    mails: int = 0
    cases: int = 0
    runs: int = 1
    seconds: float = 0.0
    unit: str = ""


def _reading(given: Given) -> Figures:
    shipped = config.shipped()
    rules, _ = rules_in(shipped / "rules", shipped / "templates")
    begin()
    return reading.measure(rules, given.mails)


def _desk(given: Given) -> Figures:
    made = kept.desk(given.desks, given.cases)
    return {"entries": kept.entries(made)}


ROWS: Mapping[str, Row] = {
    "reading": Row(_reading, mails=reading.MAILS, unit=" µs"),
    "whole": Row(lambda given: whole.measure(given.mails, given.runs), mails=1_000, runs=5),
    "growth": Row(lambda given: growth.measure(given.desks, given.mails, given.cases, given.runs),
                  mails=1_000, cases=100_000, runs=5),
    "latency": Row(lambda given: latency.measure(given.mails), mails=latency.MAILS, unit=" ms"),
    "load": Row(lambda given: latency.loaded(given.mails), mails=300),
    "scale": Row(lambda given: scale.measure(given.desks, given.cases, given.runs), cases=100_000),
    "memory": Row(lambda given: resting.memory(given.desks, given.cases, given.mails),
                  mails=5_000, cases=100_000),
    "idle": Row(lambda given: resting.idle(given.desks, given.cases, given.seconds), seconds=120),
    "report": Row(lambda given: reports.measure(given.cases), cases=reports.CASES),
    "desk": Row(_desk, cases=100_000),
}  # fmt: skip
"""What can be measured; `desk` only makes the desk that others use."""


def main() -> None:
    """Measure and say what came out."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("what", choices=ROWS)
    for name in ("mails", "cases", "runs"):
        arguments.add_argument(f"--{name}", type=int)
    arguments.add_argument("--seconds", type=float)
    arguments.add_argument("--desks", type=Path, help=f"where desks that were made are kept (default: ${DESKS})")
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--into", type=Path, help="a folder to keep the figures in, as JSON with the machine")
    given = arguments.parse_args()
    row = ROWS[given.what]
    told = {name: getattr(given, name) for name in ("mails", "cases", "runs", "seconds")}
    wanted = {name: getattr(row, name) if value is None else value for name, value in told.items()}
    how = {"machine": figures.machine(), **{name: value for name, value in wanted.items() if value}}
    with _desks(given.desks or os.environ.get(DESKS)) as desks:
        found = row.measure(Given(desks, **wanted))
    if given.into:
        figures.write(given.into, given.what, how, found)
    print(json.dumps(found, indent=2) if given.json else "\n".join(_lines(found, row.unit)))


def _lines(found: Figures, unit: str) -> Iterator[str]:
    widest = max(map(len, found))
    for name, value in found.items():
        yield f"{name:<{widest}}{value:>13,.{0 if abs(value) >= 100 else 2}f}{unit}"


@contextmanager
def _desks(named: Path | str | None) -> Iterator[Path]:
    """The folder of desks that were made: the one named, else one that is gone at the end."""
    if named:
        Path(named).mkdir(parents=True, exist_ok=True)
        yield Path(named).resolve()
    else:
        with tempfile.TemporaryDirectory(prefix="mailbot-benchmark-") as folder:
            yield Path(folder)


if __name__ == "__main__":
    main()
