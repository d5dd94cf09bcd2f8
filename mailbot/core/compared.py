"""What differs between two decisions, place by place. It knows nothing of why, and not which of them is right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mailbot.core.events import EVENTS, Event

Deeds = Sequence[tuple[str | None, tuple[Event, ...]]]
"""What was decided, entry for entry: the case it belongs to, and its events with the letters in words."""
WORDS = frozenset({"subject", "text", "enclosures"})
"""What of a letter is wording."""
MOST = 20
"""How many places are told."""
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """A place (`entry 2, fields_read.values.name`) with what stands there in the one and in the other."""

    place: str
    was: str
    now: str


def same(was: Deeds, now: Deeds) -> bool:
    """Whether both are the same decision, word for word."""
    return list(was) == list(now) or _plain(was) == _plain(now)


def only_worded(was: Deeds, now: Deeds) -> bool:
    """Whether nothing but the wording of letters differs."""
    return _plain(was, wording=False) == _plain(now, wording=False)


def differences(was: Deeds, now: Deeds) -> tuple[Difference, ...]:
    """The first places that differ, in the order of the events."""
    found = []
    for difference in _differences("", _plain(was), _plain(now)):
        found.append(difference)
        if len(found) == MOST:
            break
    return tuple(found)


def _plain(deeds: Deeds, *, wording: bool = True) -> list[Any]:
    entries = [(case, EVENTS.dump_python(tuple(events), mode="json")) for case, events in deeds]
    return [{"case": case, "events": [_event(one, wording) for one in events]} for case, events in entries]


def _event(event: dict[str, Any], wording: bool) -> dict[str, Any]:
    worded = event["kind"] == "letter_written" and not wording
    return {key: value for key, value in event.items() if key not in WORDS} if worded else event


def _differences(place: str, was: Any, now: Any) -> Iterator[Difference]:
    if was == now:
        return
    if isinstance(was, dict) and isinstance(now, dict) and was.get("kind") == now.get("kind"):
        for key in {**was, **now}:
            yield from _differences(f"{place}.{key}".lstrip("."), was.get(key), now.get(key))
    elif isinstance(was, list) and isinstance(now, list):
        for at in range(max(len(was), len(now))):
            one, other = (part[at] if at < len(part) else None for part in (was, now))
            yield from _differences(f"{place}.{_name(one, other, at)}".lstrip("."), one, other)
    elif isinstance(was, str) and isinstance(now, str) and "\n" in was + now:
        yield from _differences(place, was.split("\n"), now.split("\n"))
    else:
        yield Difference(place, _shown(was), _shown(now))


def _name(one: Any, other: Any, at: int) -> str:
    """The place in a list, from 1; of events with their kind."""
    known = one if isinstance(one, dict) else other
    kind = known.get("kind") if isinstance(known, dict) else None
    return f"{at + 1}:{kind}" if kind else str(at + 1)


def _shown(value: Any) -> str:
    if value is None:
        return NOTHING
    return value if isinstance(value, str) else str(value.get("kind", value) if isinstance(value, dict) else value)
