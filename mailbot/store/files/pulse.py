"""What the service saw last, in `state/service.json`, for whoever looks. It knows nothing of what it means.

Replaced as a whole, so a reader finds the old or the new one, but not durable: it is written every few seconds, it is
out of date after a crash anyhow, and nothing is decided by it. What a crash left of it is garbage, or nothing.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from mailbot.store.files import disk

NAME = "service.json"


def post(state: Path, pulse: Mapping[str, object]) -> None:
    """The file holds this mapping of plain JSON values; Full if the disk takes no more. One process at a time."""
    disk.replace(state / NAME, [json.dumps(dict(pulse)).encode()], durable=False)


def posted(state: Path) -> dict[str, object] | None:
    """What was posted last; None if nothing was, or if it is not whole."""
    try:
        found = json.loads((state / NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
