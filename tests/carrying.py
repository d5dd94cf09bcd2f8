"""Connections to relays and to what stands for one, for tests that send."""

import asyncio
from collections.abc import Sequence

from mailbot.edge.account import Account
from mailbot.edge.postman import Later, Never, Postman, Sent
from mailbot.flow.courier import Here, Wire
from mailbot.flow.tools import Tools


def here(tools: Tools, wires: Sequence[Wire]) -> list[Here]:
    """By each of them go letters that are made in this process."""
    return [Here(tools.stationery, wire) for wire in wires]


class Slow(Postman):
    """Every letter waits here until `going_on` is set; `begun` is set as soon as one does."""

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.begun, self.going_on = asyncio.Event(), asyncio.Event()

    async def send(self, sender: str, recipient: str, raw: bytes) -> Sent | Later | Never:
        self.begun.set()
        await self.going_on.wait()
        return await super().send(sender, recipient, raw)
