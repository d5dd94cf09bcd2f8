"""Answers that look right and are not: with hidden signs, or letters that only look like those of ASCII. It knows no
form and no letter."""

from mailbot.core.disguises import Expected, ascii_like, codes, disguises
from mailbot.core.fields.texts import plain
from mailbot.core.fields.wrong import Wrong
from mailbot.core.idn import as_read

LOOKED_AT: dict[str, Expected] = {
    "latin": "name",
    "email_syntax": "address",
    "account_name": "address",
    "ids": "address",
}
"""Faults of answers that should have been in Latin letters, and what was expected of them."""

LONGEST = 600
"""Characters that are looked at: no address and no name is longer, and one sign may stand for eighteen (NFKC)."""


def said_better(wrong: Wrong, text: str) -> Wrong:
    """What is wrong with an answer; where it looks right and is not, which signs of it those are."""
    expected = LOOKED_AT.get(wrong.code)
    signs = odd_in(text, expected) if expected else ""
    return Wrong("odd_signs", {"signs": signs}) if signs else wrong


def odd_in(text: str, expected: Expected) -> str:
    """The signs of a text that are strange there, by their numbers; empty if none is. Those without width are not:
    they are taken out of such answers anyway."""
    found = disguises(plain(text[:LONGEST]), expected)
    return codes(dict.fromkeys(sign for one in found for sign in one.signs))


def odd_address(address: str) -> Wrong | None:
    """An address that can be read as another one in ASCII; None for any other, in whatever letters. It counts if its
    writer says it again."""
    read = as_read(address)
    signs = odd_in(read, "address")
    return Wrong("email_odd", {"signs": signs, "like": ascii_like(read)}, address) if signs else None
