"""A journal of a test decided again: whatever comes out otherwise was decided by something that no entry holds."""

from collections.abc import Mapping
from dataclasses import replace

from mailbot.core.compared import differences
from mailbot.core.events import Facts
from mailbot.core.rules import Desk, Rules
from mailbot.flow.reader import Reader
from mailbot.flow.replaying import Again, Replay
from mailbot.service import patient_reader_for
from mailbot.service.limits import limits_of
from mailbot.store.files import FileStore


class Shared(Reader):
    """A reader that others use afterwards."""

    def __init__(self, reader: Reader) -> None:
        self.read = reader.read  # type: ignore[method-assign]

    async def close(self) -> None:
        """It stays."""


async def decided_again(
    store: FileStore, rules: Rules | Mapping[str, Rules], reader: Reader | None = None, **more: object
) -> list[Again]:
    """Every group of entries decided again under these rules, which all of them were decided under, or each under the
    set with its digest. `reader` reads the mails; a new one, if none is given."""
    head = await store.entry(store.head.seq)
    assert head

    async def rules_of(digest: str) -> Rules:
        return rules if isinstance(rules, Rules) else rules[digest]

    def made(desk: Desk) -> Reader:
        if reader and limits_of(desk) == replace(reader._settings, forms={}):
            return Shared(reader)
        return patient_reader_for(desk)

    async with Replay(store, rules_of, made, head.program, **more) as replay:  # type: ignore[arg-type]
        return [again async for again in replay.walk()]


FOUND_OUT = {"desk_opened", "letter_sent", "letter_failed", "letter_deferred"}
"""What is found out and not decided; everything else is decided again, and must be equal."""


async def otherwise(store: FileStore, rules: Rules | Mapping[str, Rules], reader: Reader | None = None) -> list[str]:
    """What comes out otherwise, in words."""
    found = await decided_again(store, rules, reader)
    wrong = [again for again in found if again.verdict != wanted(again)]
    return [
        f"{again.entries[0].seq}: {again.verdict} {again.why} {differences(again.was, again.now)}" for again in wrong
    ]


def wanted(again: Again) -> str:
    """The only verdict there may be about a group of entries, by what happened in it and who ordered it."""
    events = [event for entry in again.entries for event in entry.events or ()]
    if {event.kind for event in events} - {"facts"} <= FOUND_OUT:
        return "recorded"
    return "ordered" if any(isinstance(event, Facts) and event.operator for event in events) else "equal"
