"""The name a stranger gave a file, as people are shown it. It knows no file: nothing is ever opened by it."""

from unicodedata import category

from mailbot.core.garbled import BAD
from mailbot.core.signs import SURROGATES

LONGEST = 60
"""Characters of a name that are shown."""


def plain_name(name: str) -> str:
    """A name in one line, folders and all, without signs that are not seen or change in which direction the others are
    read (Unicode, general category C); what could not be read of it shows as that. Of a long one its end, which says
    what it claims to be."""
    readable = SURROGATES.sub(BAD, name)
    seen = " ".join("".join(sign for sign in readable if sign.isspace() or category(sign)[0] != "C").split())
    return seen if len(seen) <= LONGEST else "…" + seen[1 - LONGEST :]
