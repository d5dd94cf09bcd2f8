"""Makes letters and takes them to the relay, in a second process while many wait, so that deciding goes on meanwhile.

It must not know what is due, nor what becomes of a result: it gets one parcel a connection after the other.
"""

import asyncio
import logging
import time
from typing import Self

from mailbot.edge.account import Account
from mailbot.edge.postman import Later, Never, PostmanBroken, Sent
from mailbot.edge.stationery import Stationery
from mailbot.flow.courier.child import Child, NotMade
from mailbot.flow.courier.parcel import Here, Parcel, Wire
from mailbot.flow.courier.protocol import Outfit
from mailbot.flow.process import NotStarted

__all__ = ["Connection", "Courier", "Here", "NotMade", "Parcel", "Wire"]

LOG = logging.getLogger("mailbot.flow.courier")
REST = 600.0
"""Seconds for which no child is started again after one that did not start, or died."""


class Courier:
    """The second process, if there is one. `account` is how it logs in to the relay; without one nothing is ever
    started, nor where access tokens log in: those are fetched, and what they are fetched with is written, by one
    process alone.

    `connections` counts those that its children made.
    """

    def __init__(self, account: Account | None = None) -> None:
        self._account = None if account is None or account.access is not None else account
        self._stationery: Stationery | None = None
        self._child: Child | None = None
        self._starting: asyncio.Task[None] | None = None
        self._not_before = float("-inf")
        self._connections = 0

    @property
    def connections(self) -> int:
        return self._connections + (self._child.connections if self._child else 0)

    def is_for(self, stationery: Stationery) -> bool:
        """Whether it was begun with this, and not ended since."""
        return self._stationery is stationery

    def begin(self, stationery: Stationery) -> None:
        """From some time on letters made with this are made by the other process; nobody waits for that. Nothing
        happens if it is under way or at work, cannot be, or did not get on a while ago."""
        if self._account is None or self._stationery is not None or time.monotonic() < self._not_before:
            return
        self._stationery = stationery
        self._starting = asyncio.create_task(self._start(Outfit.of(stationery, self._account)))

    async def _start(self, outfit: Outfit) -> None:
        try:
            self._child = await Child.start(outfit, self._failed)
        except NotStarted as broken:
            LOG.warning("%s; letters go from this process", broken)
            self._failed()

    def _failed(self) -> None:
        self._not_before = time.monotonic() + REST

    def at_work_with(self, stationery: Stationery) -> Child | None:
        """The child, if it is ready, lives, and makes letters with this."""
        child = self._child
        return child if child is not None and child.lives and self.is_for(stationery) else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    async def end(self) -> None:
        """End the child, if there is one, and wait until it is gone."""
        starting, self._starting = self._starting, None
        if starting is not None and not starting.done():
            starting.cancel()
            await asyncio.wait([starting])
        child, self._child, self._stationery = self._child, None, None
        if child is not None:
            self._connections += child.connections
            await child.end()


class Connection:
    """A connection to the relay: this process's own, and while the courier is at work one of the courier's. It changes
    between two letters, when `connect` is called."""

    def __init__(self, number: int, stationery: Stationery, wire: Wire, courier: Courier) -> None:
        self._number, self._stationery, self._courier = number, stationery, courier
        self._here = Here(stationery, wire)
        self._child: Child | None = None
        self._connected = False

    async def connect(self) -> None:
        """Connect unless that is done. PostmanBroken if the relay cannot be worked with now."""
        child = self._courier.at_work_with(self._stationery)
        if child is not self._child:
            await self.close()
            self._child = child
        if child is not None and not self._connected:
            await self._by(child)
        if self._child is None:
            await self._here.connect()

    async def _by(self, child: Child) -> None:
        """Have the child connect; one that dies meanwhile says nothing of the relay, and is done without."""
        try:
            await child.connect(self._number)
        except PostmanBroken:
            if child.lives:
                raise
            self._child = None
        self._connected = self._child is not None

    async def carry(self, parcel: Parcel) -> Sent | Later | Never:
        """Make a letter and take it to the relay. PostmanBroken if the relay cannot be worked with: it has not got the
        letter."""
        if self._child is None or not self._child.lives:
            return await self._here.carry(parcel)
        self._connected = False  # until the other process says something else of it
        result = await self._child.carry(self._number, parcel)
        self._connected = not (isinstance(result, Later) and result.code is None)
        return result

    async def close(self) -> None:
        """Say goodbye; never fails."""
        child, self._child, self._connected = self._child, None, False
        if child is not None:
            await child.close(self._number)
        await self._here.close()
