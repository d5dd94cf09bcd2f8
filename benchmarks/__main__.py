"""`python -m benchmarks reading [--json]`."""

import argparse
import json

from benchmarks import reading
from mailbot.desks import rules_in
from mailbot.edge import config
from mailbot.edge.memory import begin


def main() -> None:
    """Measure and say what came out."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    arguments.add_argument("what", choices=["reading"])
    arguments.add_argument("--mails", type=int, default=reading.MAILS)
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    shipped = config.shipped()
    rules, _ = rules_in(shipped / "rules", shipped / "templates")
    begin()
    figures = reading.measure(rules, given.mails)
    if given.json:
        print(json.dumps(figures, indent=2))
    else:
        print("\n".join(f"{stage:<20}{value:>9.0f} µs" for stage, value in figures.items()))


if __name__ == "__main__":
    main()
