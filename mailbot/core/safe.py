"""Somebody's text made fit to be shown: nothing in it commands a terminal, what nobody would see is written out. It
knows no terminal."""

import json
import re

from mailbot.core.columns import CONTROLS
from mailbot.core.disguises import visible

REPLACED = "\N{REPLACEMENT CHARACTER}"
UNESCAPED = re.compile(r"[\x7f-\x9f]")
"""Control characters that JSON (RFC 8259 §7) does not want escaped; to terminals, some begin a command."""


def shown(text: str) -> str:
    """Text as it may be shown: control characters are replaced, what turns the direction of reading or is not seen is
    written out."""
    return visible(CONTROLS.sub(REPLACED, text))


def json_text(value: object) -> str:
    """A JSON value on one line, which says exactly what is there and holds no control character."""
    return UNESCAPED.sub(lambda hit: f"\\u{ord(hit[0]):04x}", json.dumps(value, ensure_ascii=False))
