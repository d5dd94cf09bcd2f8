"""`python -m benchmarks reading [--json]`, `python -m benchmarks report [--cases N] [--json]`."""

import argparse
import json

from benchmarks import casebooks, reading
from mailbot.desks import rules_in
from mailbot.edge import config
from mailbot.edge.memory import begin


def main() -> None:
    """Measure and say what came out."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("what", choices=["reading", "report"])
    arguments.add_argument("--mails", type=int, default=reading.MAILS)
    arguments.add_argument("--cases", type=int, default=casebooks.CASES)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    unit, figures = ("", casebooks.measure(given.cases)) if given.what == "report" else (" µs", _reading(given.mails))
    if given.json:
        print(json.dumps(figures, indent=2))
    else:
        print("\n".join(f"{stage:<20}{value:>9.0f}{unit}" for stage, value in figures.items()))


def _reading(mails: int) -> dict[str, float]:
    shipped = config.shipped()
    rules, _ = rules_in(shipped / "rules", shipped / "templates")
    begin()
    return reading.measure(rules, mails)


if __name__ == "__main__":
    main()
