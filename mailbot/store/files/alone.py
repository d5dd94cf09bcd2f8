"""One line of the journal by itself, without those before it: what `chain` says of it, in half the time. It reads no
file and knows no kind of event.

`chain` writes a line again, keys sorted, to see that it is canonical, which the standard library alone has to do. Here
it is written again as it was read, and its keys are looked at. Where that does not show it to be whole, `chain` says
what is wrong, if anything is.
"""

import re
from functools import lru_cache
from hashlib import sha256
from typing import Any

from pydantic_core import from_json, to_json

from mailbot.core import chain

SIMPLE = frozenset({str, bool, type(None)})
"""Values that were read from a text have one canonical form, which `to_json` writes."""
KEYS = sorted(chain.SHAPES)
NAMED = {key: len(name) for key, name in chain.NAMES.items()}
"""How many octets stand before the value of each key."""


def alone(raw: bytes) -> tuple[dict[str, Any] | None, list[str]]:
    """As `chain.alone`."""
    whole = _whole(raw)
    return (whole, []) if whole is not None else chain.alone(raw)


def _whole(raw: bytes) -> dict[str, Any] | None:
    """The fields of a line with which nothing is wrong; None if that is not sure."""
    line = chain.LINE.fullmatch(raw)
    try:
        fields = from_json(raw, cache_strings="keys") if line else {}
    except ValueError:
        return None
    if line is None or list(fields) != KEYS or to_json(fields) != raw[:-1] or not _ordered(fields["events"] or []):
        return None
    lone = (fields["events"] is None) != (fields["salt"] is None)
    return None if lone or not _fits(raw, line, fields) else fields


def _ordered(value: Any) -> bool:
    """Whether all keys in it are ASCII text in their order, and all numbers whole and exact."""
    if type(value) is dict:
        if not _sorted(tuple(value)):
            return False
        value = value.values()
    elif type(value) is int:
        return -chain.LIMIT < value < chain.LIMIT
    elif type(value) is not list:
        return False
    for one in value:  # noqa: SIM110 - a generator takes half as long again
        if type(one) not in SIMPLE and not _ordered(one):
            return False
    return True


@lru_cache(1_000)  # a kind of event has the same keys each time
def _sorted(keys: tuple[str, ...]) -> bool:
    return list(keys) == sorted(keys) and "".join(keys).isascii()


def _fits(raw: bytes, line: re.Match[bytes], fields: dict[str, Any]) -> bool:
    """Whether its digests are those of what it says, cut out of the line."""
    events, mail = line.start("events") - NAMED["events"], line.start("mail") - NAMED["mail"]
    salt, seq = line.start("salt") - NAMED["salt"], line.start("seq") - NAMED["seq"]
    if sha256(raw[:events] + raw[mail:salt] + raw[seq:-1]).hexdigest() != fields["hash"]:
        return False
    body = b"{%b,%b}" % (raw[events : line.end("events")], raw[salt : line.end("salt")])
    return fields["events"] is None or sha256(body).hexdigest() == fields["body"]


def fields_of(raw: bytes) -> dict[str, Any] | str | None:
    """The fields of a line; in words what is wrong if it is an entry that was changed after it was written, None if it
    is none at all. Whether it follows the line before it is not looked at."""
    fields, wrong = alone(raw)
    return wrong[0] if fields is not None and wrong else fields


class Walk(chain.Walk):
    """As that of `chain`."""

    look = staticmethod(alone)
