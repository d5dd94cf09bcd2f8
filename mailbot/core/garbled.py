"""Whether the characters of a text were lost or misread on their way. It knows no charset and no mail."""

import re

BAD = "\ufffd"
"""What stands where a character could not be read (Unicode, REPLACEMENT CHARACTER)."""

_SIGNS = "€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ\u00a1-\u00aa\u00ac-\u00ba\u00bc-\u00bf"
_TYPED = "\u00a0«»‘’“”–—…"
_GARBLED = re.compile(
    f"{BAD}|[\u0080-\u0084\u0086-\u009f]"
    f"|[ÂÃÐÑ][{_SIGNS}]|[à-ï](?:[{_SIGNS}][{_SIGNS}{_TYPED}]|[{_TYPED}][{_SIGNS}])"
    r"|\$[@B](?:[!-~]{2}){2,99}\([BJ]"
)
"""A lost character; a control character of no use in text; UTF-8 that somebody read as Latin (`Ã¼`, `å±±`), beside
signs that are typed there for good (`é…”`); JIS without its escapes."""


def garbled(text: str) -> bool:
    """Whether some of its characters cannot be what was written. Linear time."""
    return ("$" in text if text.isascii() else True) and _GARBLED.search(text) is not None
