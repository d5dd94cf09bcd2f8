"""What delivery is about: whoever carries letters, and what becomes of one. It does nothing itself."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from mailbot.edge.postman import Later, Never, Sent
from mailbot.flow.courier.parcel import Parcel
from mailbot.store import LetterDue


class Carrier(Protocol):
    """Whoever makes letters and takes them to the relay, one at a time; see `flow.courier`. `connect` and `carry` raise
    PostmanBroken if the relay cannot be worked with now: it has then not got the letter."""

    async def connect(self) -> None: ...

    async def close(self) -> None: ...

    async def carry(self, parcel: Parcel) -> Sent | Later | Never: ...


@dataclass(frozen=True, slots=True)
class Held:
    """The letter waits for an operator; `budget` is the one it is over."""

    budget: str


Result = Sent | Later | Never | Held
"""What became of a letter."""

Attempt = Callable[[LetterDue, Carrier], Awaitable[Result | None]]
"""Sends one letter and tells what became of it; None if it is not due any more, or met a bug that was told."""
