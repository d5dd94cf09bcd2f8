"""What a report of the desk costs, with a year of cases. It knows nothing of how it is written."""

import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from benchmarks import casebooks
from benchmarks.using import apart, mailbot
from mailbot import demo

CASES = 10_000


def measure(cases: int) -> dict[str, float]:
    """What a report of so many cases costs: entries, seconds by the wall clock, seconds of all processors, megabytes at
    most of a process, megabytes of pages."""
    with tempfile.TemporaryDirectory(prefix="mailbot-benchmark-") as room:
        desk = Path(room) / "desk"
        with redirect_stdout(StringIO()):
            demo.main(desk)
        return {"entries": apart(casebooks.multiply, desk, cases), **reported(desk, Path(room) / "report")}


def reported(desk: Path, pages: Path) -> dict[str, float]:
    """What a report of this desk costs, see `measure`."""
    used = mailbot(desk, "report", str(pages))
    return {
        "seconds": used.seconds,
        "processor seconds": used.processor,
        "megabytes at most": used.megabytes,
        "megabytes of pages": sum(path.stat().st_size for path in pages.rglob("*.html")) / 1e6,
    }
