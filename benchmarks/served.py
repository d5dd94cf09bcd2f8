"""The service as it is run at the shell, and when it has done what it began with. It knows nothing of what is
measured."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from worlds import World

from benchmarks.using import environment, processor
from mailbot.core.instants import from_text

PATIENCE = 1_800.0
LOOK = 0.02
QUIET, BUSY = 3.0, 0.05
"""At rest is a service that used no more than this share of a processor for these seconds."""


@contextmanager
def service(world: World) -> Iterator[subprocess.Popen[bytes]]:
    """`mailbot run` on this desk; stopped at the end."""
    with (world.folder / "said").open("ab") as said:
        command = [sys.executable, "-m", "mailbot", "run"]
        process = subprocess.Popen(command, cwd=world.folder, env=environment(), stdout=said, stderr=said)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


def first_look(world: World, process: subprocess.Popen[bytes], since: datetime) -> None:
    """Waits until the service has looked into its inbox for the first time and noted it."""

    def looked() -> bool:
        noted = _noted(world)
        return noted.get("process") == process.pid and bool(noted["seen"]) and from_text(noted["seen"]) >= since

    until(looked, process)


def rest(process: subprocess.Popen[bytes]) -> None:
    """Waits until the service is at rest."""

    def resting() -> bool:
        before = processor(process.pid)
        time.sleep(QUIET)
        return processor(process.pid) - before < BUSY * QUIET

    until(resting, process)


def until(true: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Waits for that. RuntimeError if the service ends before, or it takes too long."""
    end = time.monotonic() + PATIENCE
    while not true():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"the service ended with {process.poll()} or takes too long; `said` tells why")
        time.sleep(LOOK)


def _noted(world: World) -> Mapping[str, Any]:
    """What the service noted last of what it saw."""
    path: Path = world.folder / "state" / "service.json"
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}
