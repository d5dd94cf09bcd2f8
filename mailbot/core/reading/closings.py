"""How people close a mail: the formula, and what stands below it. It knows no form."""

import re

from mailbot.core.columns import width

_NAME = r"(?-i: (?:v[ao]n|de[rn]?|d[aiou]|la|le|el|bin|al|[^\W\da-z_])[\w.-]{0,19}){1,4}"
"""A name: its words begin with a capital (or have none, as in Japanese), but for those such as `van der`."""
_ENGLISH = (
    r"(?:(?:with )?(?:my |our )?(?:best|kind|kindest|warm|warmest|many)?[ ]?(?:regards|wishes)"
    r"|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|respectfully(?: yours)?|many thanks"
    r"|thanks|thank you|all the best|cheers)"
    r"(?: (?:in advance|again|indeed|kindly|everyone|all|a lot|(?:so|very) much)){0,2}"
    r"(?: for (?:your|the) (?:\w{1,12} )?(?:help|time|support|attention|assistance|consideration|understanding"
    r"|cooperation|patience))?"
    rf"(?: and (?:(?:best|kind|warm) )?(?:regards|wishes))?(?:{_NAME}|[,.!](?: [\w.-]{{1,20}}){{0,3}})?"
    r"|best, ?(?: ?[\w.-]{1,20}){0,3}"
)
_JAPANESE = (
    r"以上(?:です|となります|でございます)?|敬具|草々|かしこ|(?:以上[、,]?)?(?:何卒|どうぞ|では)?[、,]?"
    r"(?:よろしく|宜しく)(?:お願い|御願い|お取り計らい)?(?:のほど)?[、,]?"
    r"(?:(?:いた|致)?します|申し上げます|(?:いた|致)したく存じます)?"
)
_CLOSING = re.compile(rf"(?:{_ENGLISH}|(?:{_JAPANESE})[。.]?)\s*", re.IGNORECASE)
_LONGEST = 60
"""Columns of a line that may be a formula, or stand in an address below one."""


def _short(line: str) -> bool:
    """Whether a line has few columns; one of very many characters is not measured, whatever they are."""
    return len(line) <= 4 * _LONGEST and width(line) <= _LONGEST


def closes(line: str) -> bool:
    """Whether a line is a polite formula and nothing else, but for the name behind it."""
    return _short(line) and _CLOSING.fullmatch(line.strip()) is not None


def may_stand_below(line: str) -> bool:
    """Whether a line may stand below a formula: a name, an institution, an address; no sentence."""
    return closes(line) or (_short(line) and not line.rstrip().endswith(("。", "?", "？", "!", ".")))
