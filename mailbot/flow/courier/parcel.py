"""One letter with all that is needed to make it and take it to the relay. It knows no store, no case and no process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from mailbot.core.events import Enclosure, LetterWritten
from mailbot.core.sheets import Sheet
from mailbot.edge.postman import Later, Never, Sent
from mailbot.edge.stationery import Stationery


class Wire(Protocol):
    """One connection to the relay, for one letter at a time; see `edge.postman.Postman`. `connect` and `send` raise
    PostmanBroken if the relay cannot be worked with now: it has then not got the letter."""

    async def connect(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, sender: str, recipient: str, raw: bytes) -> Sent | Later | Never: ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """A letter by its name, the instant `at` and the line `log` of its entry, the recipients and the keys of those
    letters of ours that it answers (`earlier`), and what goes with it, in the order of its enclosures: a sheet to be
    made, or the bytes of a file."""

    name: str
    letter: LetterWritten
    at: datetime
    log: str
    earlier: Mapping[str, tuple[str, str]]
    files: tuple[Sheet | bytes, ...] = ()


async def carry(stationery: Stationery, wire: Wire, parcel: Parcel) -> Sent | Later | Never:
    """Make a letter and take it to the relay. PostmanBroken as a wire raises it; KeyError if a key of the letter is
    gone, or a sheet has a place that is not filled.

    The same parcel, desk, keys and program give the same bytes, in whichever process.
    """
    letter, files = parcel.letter, _files(stationery, parcel)
    raw = stationery.build(parcel.name, letter, parcel.at, parcel.log, parcel.earlier.get, files)
    return await wire.send(stationery.envelope_sender(parcel.name, letter), letter.to, raw)


def _files(stationery: Stationery, parcel: Parcel) -> list[tuple[Enclosure, bytes]]:
    """What goes with it, as bytes."""
    at = parcel.at.astimezone(ZoneInfo(stationery.desk.timezone))
    pairs = zip(parcel.letter.enclosures, parcel.files, strict=True)
    return [(one, what if isinstance(what, bytes) else _made(one, what, at)) for one, what in pairs]


def _made(enclosure: Enclosure, sheet: Sheet, at: datetime) -> bytes:
    from mailbot.edge import sheets  # what draws PDFs is large, and few letters need it

    return sheets.make(enclosure, sheet, at)


class Here:
    """A connection whose letters are made in this process."""

    def __init__(self, stationery: Stationery, wire: Wire) -> None:
        self._stationery, self._wire = stationery, wire

    async def connect(self) -> None:
        """As a wire does."""
        await self._wire.connect()

    async def close(self) -> None:
        """As a wire does."""
        await self._wire.close()

    async def carry(self, parcel: Parcel) -> Sent | Later | Never:
        """Make a letter and take it to the relay; see `carry`."""
        return await carry(self._stationery, self._wire, parcel)
