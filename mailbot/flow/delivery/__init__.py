"""Delivery: letters that are due become bytes and go to the relay; what became of each is journaled before the next.
It decides nothing and knows no words."""

from mailbot.flow.delivery.sending import Sending
from mailbot.flow.delivery.values import Attempt, Carrier, Held, Result

__all__ = ["Attempt", "Carrier", "Held", "Result", "Sending"]
