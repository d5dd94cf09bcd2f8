"""What a journal says of its own desk before anything else is known of it. It verifies nothing."""

import json
from pathlib import Path


def opened_as(state: Path) -> str | None:
    """The name under which the desk of this state was opened, after the first entry of the journal; None if it does not
    say one. Whether it is true shows when the chain is verified: it begins with the name."""
    files = sorted((state / "journal").glob("*.jsonl"))
    try:
        with files[0].open("rb") as journal:
            events = json.loads(journal.readline())["events"]
        names = [event["desk"] for event in events if event["kind"] == "desk_opened"]
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None
    return names[0] if names and isinstance(names[0], str) else None
