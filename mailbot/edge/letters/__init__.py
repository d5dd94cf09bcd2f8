"""Letters: what is to be said becomes words. It makes no bytes of them, and sends nothing."""

from mailbot.edge.letters.proof import proofread
from mailbot.edge.letters.voice import Voice
from mailbot.edge.letters.words import BETWEEN_LANGUAGES, Letters

__all__ = ["BETWEEN_LANGUAGES", "Letters", "Voice", "proofread"]
