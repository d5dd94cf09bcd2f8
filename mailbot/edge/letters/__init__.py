"""Letters: what is to be said becomes words, and words become the bytes of a mail. It sends nothing."""

from mailbot.edge.letters.proof import proofread
from mailbot.edge.letters.stationery import RecipientOf, Stationery
from mailbot.edge.letters.voice import Voice
from mailbot.edge.letters.words import BETWEEN_LANGUAGES, Letters

__all__ = ["BETWEEN_LANGUAGES", "Letters", "RecipientOf", "Stationery", "Voice", "proofread"]
