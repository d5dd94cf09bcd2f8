"""Connections to relays and to what stands for one, for tests that send."""

from collections.abc import Sequence

from mailbot.flow.courier import Here, Wire
from mailbot.flow.tools import Tools


def here(tools: Tools, wires: Sequence[Wire]) -> list[Here]:
    """By each of them go letters that are made in this process."""
    return [Here(tools.stationery, wire) for wire in wires]
