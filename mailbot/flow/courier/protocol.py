"""What parent and child of the courier agree on: what the child is given at its start, what it is asked, its answers.

It must not know of processes: only what goes through the pipes. There are secrets in it.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Self

from pydantic import ConfigDict, TypeAdapter

from mailbot.core.rules import Desk, Sheet
from mailbot.edge.account import Account, Security
from mailbot.edge.postman import Later, Never, PostmanBroken, Sent
from mailbot.edge.stationery import Stationery
from mailbot.flow.courier.parcel import Parcel

MOST_ANSWER = 1_000_000
"""Bytes of an answer: what a relay says stands in it."""


@dataclass(frozen=True, slots=True)
class Outfit:
    """With what letters are made and the relay is entered: the desk, its keys, the account but for access tokens."""

    __pydantic_config__ = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    desk: Desk
    keys: dict[str, bytes] = field(repr=False)
    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    ca: Path | None
    timeout: float

    @classmethod
    def of(cls, stationery: Stationery, account: Account) -> Self:
        """What a child needs to do the work of this process."""
        shared = (account.host, account.port, account.security, account.user, account.password)
        return cls(stationery.desk, dict(stationery.keys), *shared, account.ca, account.timeout)

    def stationery(self) -> Stationery:
        """What letters are made with."""
        return Stationery(self.desk, self.keys)

    def account(self) -> Account:
        """Where and as whom to log in."""
        return Account(self.host, self.port, self.security, self.user, self.password, self.ca, self.timeout)


@dataclass(frozen=True, slots=True)
class Broken:
    """The relay cannot be worked with: a PostmanBroken as a value."""

    reason: str
    code: int | None
    mend: bool

    @classmethod
    def of(cls, broken: PostmanBroken) -> Self:
        """That exception."""
        return cls(str(broken), broken.code, broken.mend)

    def exception(self) -> PostmanBroken:
        """The same again, to be raised."""
        return PostmanBroken(self.reason, self.code, mend=self.mend)


Wish = Literal["connect", "close"] | Parcel
"""What is to be done by a connection; a parcel is to be taken to the relay."""
Outcome = (
    tuple[Literal["done"], None]
    | tuple[Literal["sent"], Sent]
    | tuple[Literal["later"], Later]
    | tuple[Literal["never"], Never]
    | tuple[Literal["broken"], Broken]
    | tuple[Literal["bug"], str]
)
"""What became of it; of a bug its kind."""

SECRET = ConfigDict(hide_input_in_errors=True)
"""What does not fit is told of without what stands in it; a tuple may say so for all that is in it."""
OUTFIT: TypeAdapter[tuple[Outfit]] = TypeAdapter(tuple[Outfit], config=SECRET)
REQUEST: TypeAdapter[tuple[int, Wish, tuple[int | bytes, ...], tuple[Sheet, ...]]] = TypeAdapter(
    tuple[int, Wish, tuple[int | bytes, ...], tuple[Sheet, ...]],
    config=SECRET | ConfigDict(ser_json_bytes="base64", val_json_bytes="base64"),
)
"""The number of a connection, and what it is to do; it gets nothing else before it has answered. What goes with a
parcel stands behind it: the bytes of a file, or the number of a sheet; and the sheets that were not told before."""
ANSWER: TypeAdapter[tuple[int, Outcome, int]] = TypeAdapter(tuple[int, Outcome, int])
"""The number of the connection, what became of what it was asked, and how often it was made so far."""


class Requests:
    """What goes through one pipe, made at the one end and read at the other. A sheet goes through it once: most are
    larger than the letters with which they go, and the same for all of them."""

    def __init__(self) -> None:
        self._told: tuple[Sheet, ...] = ()

    def made(self, number: int, wish: Wish) -> bytes:
        """The frame that asks a connection for something."""
        if not isinstance(wish, Parcel):
            return REQUEST.dump_json((number, wish, (), ()))
        told = self._told
        for sheet in wish.files:
            told += () if isinstance(sheet, bytes) or sheet in told else (sheet,)
        files = tuple(one if isinstance(one, bytes) else told.index(one) for one in wish.files)
        new = told[len(self._told) :]
        frame = REQUEST.dump_json((number, replace(wish, files=()), files, new), by_alias=True)
        self._told = told
        return frame

    def read(self, frame: bytes) -> tuple[int, Wish]:
        """What a frame asks, and of which connection; ValidationError if it asks for nothing that is known."""
        number, wish, files, new = REQUEST.validate_json(frame)
        self._told += new
        if isinstance(wish, Parcel):
            wish = replace(wish, files=tuple(one if isinstance(one, bytes) else self._told[one] for one in files))
        return number, wish
