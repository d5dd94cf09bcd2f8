"""Lines of the journal as entries, with events as values. It verifies none of them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mailbot.core.events import EVENTS
from mailbot.store import Entry

ENTRIES = TypeAdapter(Entry)


def entry_of(fields: Mapping[str, Any], chosen: Callable[[list[Any]], list[Any]] = list) -> Entry:
    """The entry of a verified line's fields, with the events `chosen`; ValueError in words for one not known here."""
    try:
        events = None if fields["events"] is None else EVENTS.validate_python(chosen(fields["events"]))
    except ValidationError as error:
        place = [str(part) for part in error.errors()[0]["loc"]]
        what = f"{'.'.join(place)}: {error.errors()[0]['type']}"
        raise ValueError(f"an event this program does not know ({what}); was it written by a newer one?") from error
    return Entry(
        seq=fields["seq"],
        at=datetime.fromisoformat(fields["at"]),
        case=fields["case"],
        mail=fields["mail"],
        rules=fields["rules"],
        program=fields["program"],
        more=fields["more"],
        hash=fields["hash"],
        events=events,
    )


def entry_in(raw: bytes) -> Entry:
    """The same of a line that somebody else verifies, in two thirds of the time; ValueError if it holds none."""
    return ENTRIES.validate_json(raw)
