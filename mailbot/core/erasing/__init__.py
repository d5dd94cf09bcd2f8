"""Erasing what belongs to a person: by which words it is found, what an order takes, what is left of cases. It reads no
journal and empties no file."""

from mailbot.core.erasing.leaving import outlines, scrubbed
from mailbot.core.erasing.terms import Gathering, Terms, own_words, texts_of
from mailbot.core.erasing.traces import texts_in
from mailbot.core.erasing.values import Found, Taken, address_key

__all__ = [
    "Found",
    "Gathering",
    "Taken",
    "Terms",
    "address_key",
    "outlines",
    "own_words",
    "scrubbed",
    "texts_in",
    "texts_of",
]
